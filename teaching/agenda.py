"""What is due for a learner: of all their classes together, or of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from lessons.models import Lesson, LessonProgress
from quizzes.models import FinalGrade, Question

from .due import State, done_at, state_of
from .local_time import to_local
from .models import Assignment, Classroom, Extension, Seat

NEXT = 5  # on the home page and the dashboard


@dataclass(frozen=True, slots=True)
class Item:
    """One assignment as its learner sees it."""

    assignment: Any  # with its lesson and class
    due_at: datetime | None  # the learner's own, where theirs is later
    done_at: datetime | None
    state: State
    has_quiz: bool

    @property
    def url(self) -> str:
        """Where it is done: the quiz where only that is asked, else the lesson."""
        asks_quiz = self.assignment.what == Assignment.What.QUIZ and self.has_quiz
        return reverse("quiz" if asks_quiz else "lesson", args=[self.assignment.lesson.slug])

    @property
    def what(self) -> str:
        """What is to be done there."""
        row = self.assignment
        return str(row.get_what_display() if self.has_quiz else Assignment.What.READ.label)

    @property
    def class_clock(self) -> datetime | None:
        """What the clock of the class shows then; None where the reader's shows the same."""
        if self.due_at is None:
            return None
        there = to_local(self.due_at, self.assignment.classroom.zone)
        here = to_local(self.due_at, timezone.get_current_timezone())
        return None if there == here else there

    @property
    def is_same_day(self) -> bool:
        """Whether the day is the same in the class and where the reader is."""
        there = self.class_clock
        return there is None or there.date() == timezone.localdate(self.due_at)


def assigned_to(user: User, now: datetime) -> QuerySet[Assignment, Any]:
    """What the classes that a person learns in ask of them; one row each, the earliest due first.

    Of classes that run, in lessons of their courses that are on the site. Each row has `own_due`,
    `read_at`, `passed_at` and `has_quiz`.
    """
    here = Classroom.courses.through.objects.filter(
        classroom=OuterRef("classroom"), course=OuterRef("lesson__module__course")
    )
    asked = Question.objects.filter(
        quiz__lesson=OuterRef("lesson"), quiz__archived_at=None, archived_at=None
    )
    later = Extension.objects.filter(assignment=OuterRef("pk"), seat__user=user)
    read = LessonProgress.objects.filter(user=user, lesson=OuterRef("lesson"))
    passed = FinalGrade.objects.filter(
        user=user, quiz__lesson=OuterRef("lesson"), quiz__archived_at=None
    )
    return (
        Assignment.objects.filter(
            Exists(here),
            classroom__in=Seat.objects.current().learners().filter(user=user).values("classroom"),
            classroom__archived_at=None,
            lesson__in=Lesson.objects.published(now),
        )
        .annotate(
            later=Subquery(later.values("due_at")),
            own_due=Case(When(later__gt=F("due_at"), then=F("later")), default=F("due_at")),
            read_at=Subquery(read.values("read_at")),
            passed_at=Subquery(passed.values("passed_at")),
            has_quiz=Exists(asked),
        )
        .select_related("lesson", "classroom")
        .only(
            *("what", "note", "lesson__slug", "lesson__title"),
            *("classroom__name", "classroom__public_id", "classroom__time_zone"),
        )
        .order_by(F("own_due").asc(nulls_last=True), "pk")
    )


def agenda(user: User, classroom: Classroom, now: datetime) -> list[Item]:
    """Everything that a class asks of a learner: one query. A class has 500 assignments at most."""
    return [_item(row, now) for row in assigned_to(user, now).filter(classroom=classroom)]


def next_due(user: User, now: datetime, most: int = NEXT) -> list[Item]:
    """What a person has not done yet, in all their classes, overdue first: one query."""
    read, passed = Q(read_at__isnull=False), Q(passed_at__isnull=False)
    only_reading = Q(what=Assignment.What.READ) | Q(has_quiz=False)
    only_quiz = Q(what=Assignment.What.QUIZ, has_quiz=True)
    done = (only_reading & read) | (only_quiz & passed) | (read & passed)
    return [_item(row, now) for row in assigned_to(user, now).exclude(done)[:most]]


def _item(row: Any, now: datetime) -> Item:
    done = done_at(row.what, row.read_at, row.passed_at, has_quiz=row.has_quiz)
    return Item(row, row.own_due, done, state_of(row.own_due, done, now), row.has_quiz)
