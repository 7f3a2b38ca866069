"""How far a person has come: small nouns computed from facts, never from a counter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from lessons.models import Bookmark, Course, Lesson, LessonProgress, Module
from quizzes.models import Attempt, FinalGrade, Question

State = Literal["done", "read", "reading", "new"]


@dataclass(frozen=True, slots=True)
class Step:
    """One lesson on a person's way (or an anonymous reader's, who has no facts)."""

    lesson: Lesson
    has_quiz: bool
    opened: bool = False
    read: bool = False
    passed: bool = False
    bookmarked: bool = False

    @property
    def done(self) -> bool:
        """Read to the end and, where the lesson has a quiz, the quiz passed."""
        return self.read and (self.passed or not self.has_quiz)

    @property
    def state(self) -> State:
        """The word that lists show: done, read, reading or new."""
        if self.done:
            return "done"
        if self.read:
            return "read"
        return "reading" if self.opened else "new"

    @property
    def missing(self) -> str:
        """What is left to do for this lesson to count; empty when it is done."""
        left = [] if self.read else ["read it to the end"]
        if self.has_quiz and not self.passed:
            left.append("pass its quiz")
        return " and ".join(left)


def with_facts(lessons: QuerySet[Lesson], user: User | None) -> QuerySet[Lesson, Any]:
    """Lessons with `has_quiz`, and with what this person did in each, in the same query."""
    asked = Question.objects.filter(
        quiz__lesson=OuterRef("pk"), quiz__archived_at=None, archived_at=None
    )
    lessons = lessons.annotate(has_quiz=Exists(asked))
    if user is None:
        return lessons
    mine = LessonProgress.objects.filter(user=user, lesson=OuterRef("pk"))
    return lessons.annotate(
        opened=Exists(mine),
        read=Exists(mine.exclude(read_at=None)),
        passed=Exists(
            FinalGrade.objects.filter(user=user, quiz__lesson=OuterRef("pk"), passed=True)
        ),
        bookmarked=Exists(Bookmark.objects.filter(user=user, lesson=OuterRef("pk"))),
    )


def steps(lessons: Iterable[Any]) -> list[Step]:
    """The steps of lessons that came through `with_facts`."""
    facts = ("opened", "read", "passed", "bookmarked")
    return [
        Step(lesson, lesson.has_quiz, **{fact: getattr(lesson, fact, False) for fact in facts})
        for lesson in lessons
    ]


def way(user: User | None, **filters: Any) -> list[Step]:
    """The published lessons that fit the filters, in order, with the person's facts: one query."""
    lessons = Lesson.objects.published().filter(**filters).outline().in_order()
    return steps(with_facts(lessons, user))


@dataclass(frozen=True)
class Progress:
    """Some lessons of which some are done; a module's, or a whole course's."""

    steps: Sequence[Step]

    @cached_property
    def done(self) -> int:
        """How many of them are done."""
        return sum(step.done for step in self.steps)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.steps)

    @property
    def percent(self) -> int:
        """Done of all, rounded down: 100 only when all are done; 0 where there are none."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def complete(self) -> bool:
        """Whether all are done, and there is something to do."""
        return bool(self.steps) and self.done == self.total

    @property
    def minutes(self) -> int:
        """Reading time of all of them."""
        return sum(step.lesson.reading_minutes for step in self.steps)

    @property
    def started(self) -> bool:
        """Whether any of them was opened."""
        return any(step.state != "new" for step in self.steps)

    @property
    def next_step(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if not step.done), None)


@dataclass(frozen=True)
class ModuleProgress(Progress):
    """A module's lessons."""

    module: Module


@dataclass(frozen=True)
class CourseProgress(Progress):
    """A course's lessons, by module."""

    course: Course

    @cached_property
    def modules(self) -> list[ModuleProgress]:
        """The modules that have lessons, in order."""
        by_module = groupby(self.steps, key=lambda step: step.lesson.module_id)
        groups = [list(group) for _, group in by_module]
        return [ModuleProgress(group, group[0].lesson.module) for group in groups]


def by_course(way: Iterable[Step]) -> Iterator[CourseProgress]:
    """A way through several courses, course by course."""
    for _, group in groupby(way, key=lambda step: step.lesson.module.course_id):
        lessons = list(group)
        yield CourseProgress(lessons, lessons[0].lesson.module.course)


def neighbours(way: Sequence[Step], lesson: Lesson) -> tuple[Step | None, Step | None]:
    """The lessons before and after one; None at either end."""
    place = next((i for i, step in enumerate(way) if step.lesson.pk == lesson.pk), None)
    if place is None:
        return None, None
    before = way[place - 1] if place > 0 else None
    after = way[place + 1] if place + 1 < len(way) else None
    return before, after


DAYS = 30


def active_days(user: User, now: datetime) -> int:
    """On how many of the last 30 days, today included, the person learned something: one query.

    Days of the person's own time zone on which they read in a lesson, submitted a quiz or answered
    a review. Of reading, a lesson's latest visit and the day it was read to the end are known.
    """
    first = now.astimezone(user.zone).date() - timedelta(days=DAYS - 1)
    period = (datetime.combine(first, time.min, user.zone), now)

    def days(rows: Any, moment: str) -> Any:
        rows = rows.filter(**{f"{moment}__range": period}).order_by()
        return rows.annotate(day=TruncDate(moment, tzinfo=user.zone)).values_list("day")

    reading = user.lesson_progress
    count: int = (
        days(reading, "seen_at")
        .union(
            days(reading, "read_at"),
            days(user.attempts.filter(state=Attempt.State.SUBMITTED), "submitted_at"),
            days(user.reviews, "answered_at"),
        )
        .count()
    )
    return count
