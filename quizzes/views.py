"""Quizzes as a learner meets them: start, answer, hand in, see what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import wraps
from math import ceil
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import LearnerRequest, personal, viewer
from accounts.models import User
from lessons.models import FormerSlug, Lesson, Status

from . import attempts, display, overrides
from .attempts import HandedIn, Saving
from .forms import read_revision, read_save_id, read_sheet
from .kinds import BadResponse, kind
from .models import Answer, Attempt, MarkChange, Quiz
from .parts import mark_of
from .results import results_of
from .terms import terms

MOST_LISTED = 20
COUNTED = {
    Quiz.GradingMethod.HIGHEST: "Best",
    Quiz.GradingMethod.LAST: "The last counts",
    Quiz.GradingMethod.FIRST: "The first counts",
    Quiz.GradingMethod.AVERAGE: "Average",
}


def private[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """Mark every answer of a view as one person's, the refusals too."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return personal(view(*args, **kwargs))

    return cast("View", answer)


# Starting -----------------------------------------------------------------------------------------


def published_quiz(slug: str) -> Quiz:
    """The quiz of the published lesson at this address; 404 for every other."""
    lessons = Lesson.objects.published().filter(slug=slug)
    quizzes = Quiz.objects.filter(archived_at=None, lesson__in=lessons)
    return get_object_or_404(quizzes.select_related("lesson__module__course"))


@private
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def quiz(request: LearnerRequest, slug: str) -> HttpResponse:
    """What the quiz is and what came of it so far; POST starts an attempt or joins the open one."""
    try:
        row = published_quiz(slug)
    except Http404:
        former = FormerSlug.objects.filter(kind=Lesson.kind, slug=slug).first()
        if former is None:
            raise
        lesson = get_object_or_404(Lesson.objects.published(), pk=former.target)
        return redirect("quiz", lesson.slug, permanent=True)
    if request.method == "POST":
        try:
            return redirect(attempts.start(row, request.user, timezone.now()))
        except attempts.NothingToAsk as nothing:
            raise Http404("the quiz has no questions") from nothing
        except attempts.NotNow:
            return _quiz_page(request, row, status=403)
    return _quiz_page(request, row)


def _quiz_page(request: LearnerRequest, row: Quiz, status: int = 200) -> HttpResponse:
    lesson, now = row.lesson, timezone.now()
    begun = request.user.attempts.open().filter(quiz=row).first()
    if begun is not None and attempts.end_if_overdue(begun, now):
        begun = None
    result = results_of(request.user, lesson.module.course).get(lesson.pk)
    questions = row.dealt_count()
    if not questions and begun is None:
        raise Http404("the quiz has no questions")
    where = attempts.standing(row, request.user, now)
    context = {
        "begun": begun,
        "standing": where,
        "may_start": where.left != 0 and where.again_at is None,
        "refused": status != 200,
        "counted": COUNTED[Quiz.GradingMethod(row.grading_method)],
        "terms": terms(row, where.left, where.extra, where.time_factor),
        "quiz": row,
        "lesson": lesson,
        "questions": questions,
        "minutes": row.minutes(questions),
        "result": result,
        "attempts": list(
            request.user.attempts.finished().filter(quiz=row).order_by("-number")[:MOST_LISTED]
        ),
        "crumbs": _crumbs(lesson),
    }
    return render(request, "quizzes/quiz.html", context, status=status)


def _crumbs(lesson: Lesson) -> list[dict[str, str]]:
    course = lesson.module.course
    return [
        {"label": course.title, "url": course.get_absolute_url()},
        {"label": lesson.title, "url": lesson.get_absolute_url()},
    ]


# Answering ----------------------------------------------------------------------------------------


def is_fetch(request: HttpRequest) -> bool:
    """Whether a script asks, which can do nothing with a redirect to the sign-in."""
    return request.headers.get("X-Requested-With") == "fetch"


def signed_out() -> JsonResponse:
    """401: said to a script."""
    return JsonResponse({"error": "Sign in again; your answers wait in the page."}, status=401)


def own_attempt(person: User, public_id: str) -> Attempt:
    """The person's attempt with this id; 404 for everybody else's and for none."""
    mine = person.attempts.select_related("quiz__lesson__module__course")
    return get_object_or_404(mine, public_id=public_id)


def dealt(attempt: Attempt) -> list[Any]:
    """Everything that was dealt, in order, with the versions that were dealt.

    Each has `is_changed`: whether its mark was changed by hand.
    """
    changed = Exists(MarkChange.objects.filter(answer=OuterRef("pk")))
    rows = attempt.answers.select_related("version__question").annotate(is_changed=changed)
    return list(rows.order_by("slot"))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, public_id: str) -> HttpResponse:
    """An attempt: its questions while it is open, then its result. POST saves, flags, submits."""
    person = viewer(request)
    if person is None:
        return signed_out() if is_fetch(request) else redirect_to_login(request.get_full_path())
    row = own_attempt(person, public_id)
    attempts.end_if_overdue(row, timezone.now())
    return _post(request, row) if request.method == "POST" else _page(request, row)


def _post(request: HttpRequest, row: Attempt) -> HttpResponse:
    """Do what the pressed button says; 400 where what was sent does not fit what was dealt."""
    try:
        match request.POST.get("action", "").split(":"):
            case ["submit" | "submit-anyway" | "save"]:
                return _handed_in(request, row)
            case ["check", slot] if row.quiz.feedback == Quiz.Feedback.AT_ONCE:
                return _checked(request, row, slot)
            case ["flag"]:
                return _flagged(request, row)
    except BadResponse as bad:
        return _refused(request, row, bad)
    return _refused(request, row, BadResponse("the page does not know what to do with it"))


def _page(request: HttpRequest, row: Attempt) -> HttpResponse:
    if row.is_open:
        return _attempt_page(request, row)
    if row.is_finished:
        return _result_page(request, row)
    context = {"attempt": row, "lesson": row.quiz.lesson, "crumbs": _crumbs(row.quiz.lesson)}
    return render(request, "quizzes/discarded.html", context)


def _result_url(row: Attempt) -> str:
    return f"{row.get_absolute_url()}#result"


def _handed_in(request: HttpRequest, row: Attempt) -> HttpResponse:
    """Save or submit the whole form. Submitting twice leads to the one result."""
    now = timezone.now()
    if not row.is_open:
        _say_it_was_over(request, row)
        return redirect(_result_url(row))
    sheet = read_sheet(request.POST, row.answers.values_list("slot", flat=True))
    action = request.POST["action"]
    if action == "save":
        done = attempts.save_sheet(row, sheet, now)
    else:
        done = attempts.submit(row, sheet, now, anyway=action == "submit-anyway")
    if done.closed:
        return redirect(_result_url(row))
    if done.too_late:
        _say_it_was_late(request, row, submitted=done.submitted)
    if done.submitted:
        _say_what_was_kept(request, done.kept)
        return redirect(_result_url(row))
    if action == "save":
        _say_what_was_kept(request, done.kept)
        if not done.kept and not done.too_late:
            messages.success(request, f"Your answers are saved ({clock(now)}).")
        return redirect(row)
    return _attempt_page(request, row, done)


def _checked(request: HttpRequest, row: Attempt, slot: str) -> HttpResponse:
    """Check one question for good, with feedback at once; the rest of the form is saved."""
    if not row.is_open:
        return redirect(_result_url(row))
    sheet = read_sheet(request.POST, row.answers.values_list("slot", flat=True))
    place = read_revision(slot)
    done = attempts.check(row, place, sheet, timezone.now())
    if done.closed:
        return redirect(_result_url(row))
    if done.too_late:
        _say_it_was_late(request, row, submitted=False)
    _say_what_was_kept(request, done.kept)
    if done.unanswered:
        messages.warning(request, f"Question {place} has no answer yet: answer it, then check it.")
    return redirect(f"{row.get_absolute_url()}#q{place}")


def _say_it_was_over(request: HttpRequest, row: Attempt) -> None:
    """The form came after the time: say that what was saved by then counts."""
    if row.state == Attempt.State.EXPIRED and row.deadline is not None:
        messages.info(
            request,
            f"The time was up at {clock(row.deadline)}. "
            "The answers that were saved by then are graded.",
        )


def _say_it_was_late(request: HttpRequest, row: Attempt, *, submitted: bool) -> None:
    """The time for answers is up and some minutes to submit are left."""
    assert row.deadline is not None  # noqa: S101 - for the type checker: nothing is late without one
    assert row.closes_at is not None  # noqa: S101 - the same
    text = f"The time for answers was up at {clock(row.deadline)}; what was saved by then counts."
    if not submitted:
        text += f" Submit by {clock(row.closes_at)}."
    messages.warning(request, text)


def _say_what_was_kept(request: HttpRequest, kept: list[int]) -> None:
    if kept:
        numbers = ", ".join(map(str, kept))
        messages.warning(
            request,
            f"Answered in another tab since this page was opened: question {numbers}. "
            "The newer answer was kept.",
        )


def _flagged(request: HttpRequest, row: Attempt) -> HttpResponse:
    """Mark a question to come back to, or unmark it."""
    slot, flagged = request.POST.get("slot", ""), request.POST.get("flagged", "")
    answer = row.answers.filter(slot=read_revision(slot)).first()
    if answer is None or flagged not in {"0", "1"}:
        raise BadResponse("a question that was not dealt was flagged")
    answer.attempt = row
    closed = attempts.flag(answer, flagged == "1") is Saving.CLOSED
    if not is_fetch(request):
        return redirect(_result_url(row) if closed else f"{row.get_absolute_url()}#q{answer.slot}")
    if closed:
        return JsonResponse({"result": _result_url(row)}, status=409)
    return JsonResponse({"flagged": flagged == "1"})


def _attempt_page(
    request: HttpRequest, row: Attempt, handed_in: HandedIn | None = None
) -> HttpResponse:
    answers, now = dealt(row), timezone.now()
    questions: list[display.Asked | display.Reviewed] = [
        display.reviewed(answer, row.quiz.switches, row.quiz.lesson.toc)
        if answer.checked_at
        else display.asked(answer, len(answers))
        for answer in answers
    ]
    saved = max((answer.saved_at for answer in answers if answer.saved_at), default=None)
    context = {
        "attempt": row,
        "lesson": row.quiz.lesson,
        "questions": questions,
        "dots": [question.dot for question in questions],
        "answered": sum(bool(answer.response) for answer in answers),
        "checks": row.quiz.feedback == Quiz.Feedback.AT_ONCE,
        "time": time_left(row, now),
        "is_readable": is_readable(row.quiz.lesson, now),
        "letters": getattr(viewer(request), "letter_keys", False),
        "saved": saved and clock(saved),
        "unanswered": handed_in.unanswered if handed_in else [],
        "kept": handed_in.kept if handed_in else [],
        "crumbs": _crumbs(row.quiz.lesson),
    }
    return render(request, "quizzes/attempt.html", context)


def _refused(request: HttpRequest, row: Attempt, bad: BadResponse) -> HttpResponse:
    """400: what was sent does not fit what was dealt; says what is kept."""
    if is_fetch(request):
        return JsonResponse({"error": str(bad)}, status=400)
    context = {
        "attempt": row,
        "lesson": row.quiz.lesson,
        "is_open": row.is_open,
        "reason": str(bad),
        "saved": row.answers.exclude(saved_at=None).count(),
    }
    return render(request, "quizzes/refused.html", context, status=400)


def clock(moment: datetime) -> str:
    """The time of day where the person is: 10:42."""
    return timezone.localtime(moment).strftime("%H:%M")


@private
@require_POST
def save(request: HttpRequest, public_id: str, slot: int) -> HttpResponse:
    """Save one answer. Sent by the page's script, so always answered with JSON."""
    person = viewer(request)
    if person is None:
        return signed_out()
    mine = Answer.objects.filter(attempt__user=person, attempt__public_id=public_id)
    answer = mine.select_related("attempt__quiz", "version").filter(slot=slot).first()
    if answer is None:
        return JsonResponse({"error": "There is no such question."}, status=404)
    if attempts.end_if_overdue(answer.attempt, timezone.now()):
        return JsonResponse({"result": _result_url(answer.attempt)}, status=409)
    try:
        saving = attempts.save_answer(
            answer,
            read_revision(request.POST.get("base", "")),
            read_save_id(request.POST.get("save_id", "")),
            request.POST.getlist("value"),
            timezone.now(),
        )
    except BadResponse as bad:
        return JsonResponse({"error": str(bad)}, status=400)
    if saving is Saving.CLOSED:
        return JsonResponse({"result": _result_url(answer.attempt)}, status=409)
    return _saved(answer, saving)


def _saved(answer: Answer, saving: Saving) -> JsonResponse:
    """What is stored now; with 412 if it is another answer than the one that was sent."""
    content: dict[str, Any] = {
        "rev": answer.revision,
        "saved_at": answer.saved_at and answer.saved_at.isoformat(),
        "saved": answer.saved_at and clock(answer.saved_at),
        "hint": kind(answer.version.kind).hint(answer.response),
    }
    if saving is Saving.STALE:
        content["response"] = display.values_of(answer.response)
        return JsonResponse(content, status=412)
    return JsonResponse(content)


# Afterwards ---------------------------------------------------------------------------------------


def _result_page(request: HttpRequest, row: Attempt) -> HttpResponse:
    """The score, and every question with one's own answer, the right one, and why."""
    quiz, now = row.quiz, timezone.now()
    lesson, person = quiz.lesson, row.user
    assert person is not None  # noqa: S101 - for the type checker: it is their own attempt
    where = attempts.standing(quiz, person, now)
    seen = attempts.shown(quiz, person, where)
    answers = dealt(row)
    before = last_time(row) if seen.score or seen.marks else None
    questions = []
    if seen.questions:
        earlier = before.marks if before and seen.marks else {}
        if seen.marks:
            overrides.fetch_trails(answer for answer in answers if answer.is_changed)
        questions = [display.reviewed(answer, seen, lesson.toc, earlier) for answer in answers]
    readable = is_readable(lesson, now)
    context = {
        "attempt": row,
        "lesson": lesson,
        "is_readable": readable,
        "may_try_again": readable and quiz.archived_at is None and where.may_try_again,
        "standing": where,
        "shown": seen,
        "comes_later": not seen.questions and quiz.feedback == Quiz.Feedback.AFTER_PASSING,
        "before": before,
        "following": following(lesson, now),
        "questions": questions,
        "changed": [question.slot for question in questions if question.changes],
        "dots": [question.dot for question in questions],
        "total": len(answers),
        "right": sum(answer.fraction == 1 for answer in answers),
        "may_practise": readable
        and quiz.archived_at is None
        and seen.answers
        and any(answer.fraction != 1 for answer in answers),
        "percent": int(row.percent or 0),
        "crumbs": _crumbs(lesson),
    }
    return render(request, "quizzes/result.html", context)


@dataclass(frozen=True, slots=True)
class LastTime:
    """The attempt before, to compare with."""

    attempt: Attempt
    change: Decimal  # in percentage points: this time less last time
    marks: dict[int, str]  # by question: right, partly, wrong

    @property
    def said(self) -> str:
        """“Last time 60 %: 20 points more now.”"""
        before = f"Last time {(self.attempt.percent or Decimal(0)).normalize():f} %"
        if not self.change:
            return f"{before}, the same as now."
        points = f"{abs(self.change).normalize():f} points"
        return f"{before}: {points} {'more' if self.change > 0 else 'less'} now."


def last_time(row: Attempt) -> LastTime | None:
    """How the attempt before this one went; None for the first. Two queries at most."""
    finished = Attempt.objects.finished().filter(quiz=row.quiz_id, user=row.user_id)
    before = finished.filter(number__lt=row.number).order_by("-number").first()
    if before is None:
        return None
    rows = before.answers.select_related("version").only("fraction", "version__question")
    marks = {row.version.question_id: mark_of(row.fraction) for row in rows}
    return LastTime(before, (row.percent or 0) - (before.percent or Decimal(0)), marks)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What is left of an attempt's time, as of when its page was made."""

    seconds: int  # to answer; 0 when that is over
    until: datetime
    closes_at: datetime
    overdue: str


def time_left(row: Attempt, now: datetime) -> TimeLeft | None:
    """None where there is no limit."""
    if row.deadline is None or row.closes_at is None:
        return None
    # Rounded up, so that no page says that the time is up before it is.
    left = max(0, ceil((row.deadline - now).total_seconds()))
    return TimeLeft(left, row.deadline, row.closes_at, row.overdue)


def is_readable(lesson: Lesson, now: datetime) -> bool:
    """Whether the lesson is on the site; it may have left since the attempt was made."""
    module, course = lesson.module, lesson.module.course
    gone = module.archived_at or course.archived_at or course.status != Status.PUBLISHED
    return lesson.is_published(now) and not gone


def following(lesson: Lesson, now: datetime) -> Lesson | None:
    """The next published lesson of the course."""
    module = lesson.module
    later = (
        Q(module__position__gt=module.position)
        | Q(module__position=module.position, module_id__gt=module.pk)
        | Q(module=module, position__gt=lesson.position)
        | Q(module=module, position=lesson.position, pk__gt=lesson.pk)
    )
    lessons = Lesson.objects.published(now).filter(later, module__course=module.course_id)
    return lessons.outline().in_order().first()
