"""What learners of a class did in its quizzes, as far as the class may see it."""

from typing import Any

from django.db.models import Max, QuerySet
from django.shortcuts import get_object_or_404

from lessons.models import Lesson
from quizzes.models import Answer, Attempt, AttemptQuerySet, Quiz

from .facts import Sight
from .models import Classroom, Seat, SeatRecord


def courses_of(classroom: Classroom) -> QuerySet[Any]:
    """The keys of the class's courses, for a query around it."""
    return classroom.courses.through.objects.filter(classroom=classroom).values("course")


def kept_of(seat: Seat) -> QuerySet[Any]:
    """The keys of the lessons of which the class keeps something of a learner, for a query."""
    return SeatRecord.objects.filter(seat=seat).order_by().values("lesson")


def attempts_of(seat: Seat) -> AttemptQuerySet:
    """The learner's attempts at quizzes of the class's courses, newest first.

    Of one who has left, and in an archived class, only what was handed in before, in lessons of
    which the class kept something: not in a course that it took up afterwards.
    """
    attempts = Attempt.objects.filter(
        user=seat.user_id, quiz__lesson__module__course__in=courses_of(seat.classroom)
    )
    if seat.until is not None:
        attempts = attempts.finished().filter(
            submitted_at__lt=seat.until, quiz__lesson__in=kept_of(seat)
        )
    return attempts.select_related("quiz__lesson__module__course").order_by("-started_at", "-pk")


def attempt_of(seat: Seat, public_id: str) -> Attempt:
    """One of these attempts. Raises Http404."""
    return get_object_or_404(attempts_of(seat), public_id=public_id)


def quiz_of(classroom: Classroom, slug: str) -> Quiz:
    """The quiz of a published lesson of the class's courses, with the lesson. Raises Http404."""
    lessons = Lesson.objects.published().filter(module__course__in=courses_of(classroom), slug=slug)
    quizzes = Quiz.objects.filter(archived_at=None, lesson__in=lessons)
    return get_object_or_404(quizzes.select_related("lesson__module__course"))


def graded(sight: Sight, quiz: Quiz, *, latest: bool = False) -> QuerySet[Attempt]:
    """The first attempt with a score of each learner in sight, or the latest instead."""
    attempts = Attempt.objects.finished().filter(quiz=quiz, user__in=sight.seats.values("user"))
    until = sight.classroom.archived_at
    if until is not None:
        attempts = attempts.filter(submitted_at__lt=until)
    if not latest:
        return attempts.filter(is_first=True)
    newest = attempts.order_by().values("user").annotate(newest=Max("pk")).values("newest")
    return Attempt.objects.filter(pk__in=newest)


def answers_to(attempts: QuerySet[Attempt]) -> QuerySet[Answer]:
    """All that was answered in these attempts, in no order."""
    return Answer.objects.filter(attempt__in=attempts.order_by().values("pk")).order_by()
