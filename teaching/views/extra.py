"""More time, more attempts and a later due date for one learner of a class."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, personal
from quizzes import allowances
from quizzes.models import Allowance, Question, Quiz
from teaching.access import class_of, learner_in, running_class_of
from teaching.assigning import DueDate
from teaching.due_forms import ExtraForm, LaterForm
from teaching.facts import Sight
from teaching.models import Classroom, Extension, Seat


def quizzes_of(classroom: Classroom) -> list[Quiz]:
    """The quizzes of a class's courses, in the order of the lessons: two queries."""
    lessons = [lesson.pk for lesson in Sight(classroom).lessons]
    asked = Question.objects.filter(quiz=OuterRef("pk"), archived_at=None)
    rows = Quiz.objects.filter(Exists(asked), lesson__in=lessons, archived_at=None)
    place = {pk: n for n, pk in enumerate(lessons)}
    return sorted(
        rows.select_related("lesson").defer("lesson__body", "lesson__body_html"),
        key=lambda quiz: place[quiz.lesson_id],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_extra(request: LearnerRequest, public_id: str, seat: int) -> HttpResponse:
    """What one learner has more of; POST gives it or takes it back."""
    find = running_class_of if request.method == "POST" else class_of
    classroom = find(request.user, public_id)
    learner = learner_in(classroom, seat)
    if learner.left_at is not None:
        raise Http404("This learner has left the class.")
    quizzes = quizzes_of(classroom)
    dated = list(
        classroom.assignments.exclude(due_at=None)
        .select_related("lesson")
        .only("due_at", "lesson__title", "lesson__slug")
    )
    action, _, pk = request.POST.get("action", "").partition(":")
    give = ExtraForm(request.POST if action == "give" else None, quizzes=quizzes, prefix="give")
    later = LaterForm(
        request.POST if action == "later" else None,
        classroom=classroom,
        assignments=dated,
        prefix="later",
    )
    if request.method == "POST":
        key = int(pk) if pk.isdecimal() and len(pk) < 19 else 0
        if (
            (action == "give" and _give(request, learner, give))
            or (action == "later" and _put_off(request, learner, later))
            or (action == "take-back" and _take_back(request, learner, quizzes, key))
            or (action == "take-back-date" and _take_back_date(request, learner, key))
        ):
            return redirect("class_extra", public_id, seat)
    context: dict[str, Any] = {
        "classroom": classroom,
        "tab": "class_extra",
        "seat": learner,
        "give": give,
        "later": later,
        "has_quizzes": bool(quizzes),
        "has_dates": bool(dated),
        "given": list(
            _allowances(learner, quizzes)
            .select_related("quiz__lesson", "made_by")
            .defer("quiz__lesson__body", "quiz__lesson__body_html")
            .order_by("quiz__lesson__title", "pk")
        ),
        "extensions": [
            (row, DueDate(row.due_at, classroom.zone))
            for row in learner.extensions.exclude(assignment__due_at=None)
            .select_related("assignment__lesson")
            .only("due_at", "assignment__due_at", "assignment__lesson__title")
            .order_by("due_at", "pk")
        ],
    }
    return personal(render(request, "teaching/extra.html", context))


def _allowances(learner: Seat, quizzes: list[Quiz]) -> QuerySet[Allowance]:
    """What the learner has in these quizzes and in all; of an archived class, what they had."""
    rows = Allowance.objects.filter(Q(quiz__in=quizzes) | Q(quiz=None), user=learner.user)
    return rows.filter(made_at__lte=learner.until) if learner.until else rows


def _give(request: LearnerRequest, learner: Seat, form: ExtraForm) -> bool:
    """Give time and attempts; says what it takes the place of."""
    if not form.is_valid():
        return False
    asked = form.cleaned_data
    before = list(
        learner.user.allowances.filter(quiz__in=form.chosen)
        .select_related("quiz__lesson")
        .defer("quiz__lesson__body", "quiz__lesson__body_html")
        .order_by("pk")
    )
    extra = allowances.Extra(
        asked["time_factor"], asked["extra_attempts"], asked["reason"], request.user
    )
    allowances.give(learner.user, form.chosen, extra)
    messages.success(request, f"{learner.user.display_name} has it from now on.")
    match before:
        case [Allowance(quiz=Quiz(lesson=lesson)) as was]:
            messages.info(request, f"It takes the place of {was} in “{lesson.title}”.")
        case [_, *_]:
            messages.info(request, f"It takes the place of what {len(before)} quizzes had.")
    return True


def _put_off(request: LearnerRequest, learner: Seat, form: LaterForm) -> bool:
    """Give a later due date."""
    if not form.is_valid() or form.chosen is None or form.due_at is None:
        return False
    Extension.objects.update_or_create(
        assignment=form.chosen, seat=learner, defaults={"due_at": form.due_at}
    )
    messages.success(request, f"The later date holds for {learner.user.display_name}.")
    if form.said_twice:
        messages.info(request, form.said_twice)
    return True


def _take_back(request: LearnerRequest, learner: Seat, quizzes: list[Quiz], pk: int) -> bool:
    """Take time and attempts back. What holds in every quiz is the admin's."""
    mine = learner.user.allowances.filter(quiz__in=quizzes).select_related("quiz")
    allowances.take_back(get_object_or_404(mine, pk=pk))
    messages.success(request, "Taken back. An attempt that has begun goes on as it began.")
    return True


def _take_back_date(request: LearnerRequest, learner: Seat, pk: int) -> bool:
    """Take a later date back."""
    get_object_or_404(learner.extensions.all(), pk=pk).delete()
    messages.success(request, "Taken back: the due date of the class holds again.")
    return True
