"""The learner's side of a class: what is due, what the instructors see, and the way out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, ExpressionWrapper, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import LearnerRequest, personal
from accounts.models import User
from quizzes.models import Quiz
from teaching import joining
from teaching.agenda import agenda
from teaching.facts import Sight
from teaching.forms import CodeForm
from teaching.models import Seat, SeatQuerySet

PER_PAGE = 50


def seats_of(user: User) -> SeatQuerySet:
    """The person's own seats as learner, also those they left, with their classes."""
    return user.seats.learners().select_related("classroom")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the instructors see of a learner in one lesson."""

    lesson: Any
    done: bool
    read_at: datetime | None
    seen_at: datetime | None
    percent: Decimal | None
    passed: bool
    attempts: int
    is_hidden: bool  # the score, from the learner


def seen_of(seat: Seat) -> list[Seen]:
    """What the class shows of a learner, lesson by lesson: four queries."""
    sight = Sight(seat.classroom, former=seat.is_former)
    is_done = ExpressionWrapper(sight.is_done, BooleanField())
    read = {row.place: row for row in sight.reading([seat.pk]).annotate(is_done=is_done)}
    graded = {row.place: row for row in sight.grades([seat.pk])}
    shown = dict(
        Quiz.objects.filter(lesson__in=sight.with_quiz, archived_at=None).values_list(
            "lesson", "show_score"
        )
    )
    rows = []
    for lesson in sight.lessons:
        visit, grade = read.get(lesson.pk), graded.get(lesson.pk)
        rows.append(
            Seen(
                lesson,
                bool(visit and visit.is_done),
                visit.read_at if visit else None,
                visit.seen_at if visit else None,
                grade.percent if grade else None,
                bool(grade and grade.passed),
                grade.attempts if grade else 0,
                not shown.get(lesson.pk, True),
            )
        )
    return rows


@require_safe
@login_required
def my_classes(request: LearnerRequest) -> HttpResponse:
    """The classes in which a person learns or learned, and where to type a code."""
    ended = Case(
        When(left_at__isnull=False, then=2),
        When(classroom__archived_at__isnull=False, then=1),
        default=0,
    )
    seats = seats_of(request.user).order_by(ended, "classroom__name", "pk")
    page = Paginator(seats, PER_PAGE).get_page(request.GET.get("page", "1"))
    return personal(render(request, "teaching/my_classes.html", {"page": page, "form": CodeForm()}))


@require_safe
@login_required
def my_class(request: LearnerRequest, public_id: str) -> HttpResponse:
    """One of the person's own classes, also one that has ended for them."""
    seat = get_object_or_404(seats_of(request.user), classroom__public_id=public_id)
    rows = seen_of(seat)
    context = {
        "seat": seat,
        "classroom": seat.classroom,
        "instructors": [
            row.user.display_name
            for row in seat.classroom.seats.current()
            .instructors()
            .select_related("user")
            .order_by("user__name", "pk")
        ],
        "courses": seat.classroom.courses.published(),
        "rows": rows,
        "last_visit": max((row.seen_at for row in rows if row.seen_at), default=None),
        "due": [] if seat.until else agenda(request.user, seat.classroom, timezone.now()),
        "one_class": True,
    }
    return personal(render(request, "teaching/my_class.html", context))


@require_POST
@login_required
def my_class_mail(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Switch the reminders of a class on or off."""
    seat = get_object_or_404(seats_of(request.user), classroom__public_id=public_id)
    wants = "wants_mail" in request.POST
    request.user.seats.filter(pk=seat.pk).update(wants_mail=wants)
    said = "You get the reminders of this class." if wants else "No more reminders of this class."
    messages.success(request, said)
    return redirect("my_class", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_class_leave(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Leave a class, after asking."""
    seat = get_object_or_404(seats_of(request.user), classroom__public_id=public_id)
    if request.method == "POST":
        joining.leave(seat, timezone.now())
        messages.success(request, f"You left “{seat.classroom.name}”.")
        return redirect("my_class", public_id)
    if seat.left_at:
        return redirect("my_class", public_id)
    return personal(render(request, "teaching/leave.html", {"classroom": seat.classroom}))
