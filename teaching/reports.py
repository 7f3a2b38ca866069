"""What an instructor sees of a class: learners, lessons done, last scores."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from lessons.models import Lesson, LessonProgress
from quizzes.models import Attempt, FinalGrade, Question

from .models import Classroom, Seat


@dataclass(frozen=True, slots=True)
class Learner:
    """One row of the class."""

    user: User
    done: int
    total: int
    last_score: Decimal | None
    last_quiz: str
    last_seen: datetime | None


def lessons_of(classroom: Classroom) -> QuerySet[Lesson]:
    """The published lessons of the class's courses."""
    return Lesson.objects.published().filter(module__course__classrooms=classroom)


def learners_of(classroom: Classroom) -> QuerySet[Seat, Any]:
    """The learners' seats, each with what the class page shows: one query, whatever the size."""
    lessons = lessons_of(classroom)
    asked = Question.objects.filter(
        quiz__lesson=OuterRef("lesson"), quiz__archived_at=None, archived_at=None
    )
    passed = FinalGrade.objects.filter(
        user=OuterRef("user"), quiz__lesson=OuterRef("lesson"), passed=True
    )
    # A lesson is done when it was read and its quiz, where there is one, was passed.
    done = (
        LessonProgress.objects.filter(
            user=OuterRef("user"), lesson__in=lessons.values("pk"), read_at__isnull=False
        )
        .filter(~Exists(asked) | Exists(passed))
        .order_by()
        .values("user")
        .annotate(n=Count("pk"))
        .values("n")
    )
    seen = (
        LessonProgress.objects.filter(user=OuterRef("user"), lesson__in=lessons.values("pk"))
        .order_by()
        .values("user")
        .annotate(at=Max("seen_at"))
        .values("at")
    )
    latest = (
        Attempt.objects.finished()
        .filter(user=OuterRef("user"), quiz__lesson__in=lessons.values("pk"))
        .order_by("-submitted_at")
    )
    return (
        classroom.seats.filter(role=Seat.Role.LEARNER)
        .select_related("user")
        .annotate(
            done=Subquery(done),
            seen_at=Subquery(seen),
            last_percent=Subquery(latest.values("percent")[:1]),
            last_quiz=Subquery(latest.values("quiz__lesson__title")[:1]),
        )
        .order_by("user__name", "user__email", "pk")
    )


def rows(seats: list[Any], total: int) -> list[Learner]:
    """The seats of one page as rows."""
    return [
        Learner(
            seat.user,
            seat.done or 0,
            total,
            seat.last_percent,
            seat.last_quiz or "",
            seat.seen_at,
        )
        for seat in seats
    ]


def classes_of(user: User) -> QuerySet[Classroom, Any]:
    """The classes that a person teaches, with their sizes."""
    return (
        Classroom.objects.taught_by(user)
        .filter(archived_at=None)
        .annotate(learners=Count("seats", filter=Q(seats__role=Seat.Role.LEARNER)))
        .order_by(F("name"), "pk")
    )
