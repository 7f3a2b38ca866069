"""One learner as their class sees them: lessons, quizzes, objectives, notes."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from lessons.models import Lesson, Module, Objective
from progress.mastery import CourseMastery, Mastery, Standing, standings

from .facts import FAILED_OFTEN, Sight, Sums, state_of
from .models import Note, Seat

NOTES = 50  # the newest that a page shows; all stand in the timeline


@dataclass(frozen=True, slots=True)
class LessonRow:
    """What the class shows of the learner in one lesson."""

    lesson: Lesson
    has_quiz: bool
    opened: bool = False
    read_at: datetime | None = None
    percent: Decimal | None = None
    passed: bool = False
    attempts: int = 0
    passed_at: datetime | None = None
    standings: tuple[Standing, ...] = ()

    @property
    def is_done(self) -> bool:
        """Read to the end and, where it has a quiz, the quiz passed."""
        return self.state == "done"

    @property
    def state(self) -> str:
        """The word of `parts/state.html`."""
        return state_of(
            has_quiz=self.has_quiz,
            opened=self.opened,
            read=self.read_at is not None,
            tried=self.attempts > 0,
            passed=self.passed,
        )


@dataclass(frozen=True)
class ModuleRows:
    """The lessons of one module."""

    module: Module
    rows: list[LessonRow]

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(row.is_done for row in self.rows)


@dataclass(frozen=True)
class Overview:
    """All of it."""

    modules: list[ModuleRows]
    sums: Sums
    mastery: CourseMastery

    @property
    def lessons(self) -> int:
        """How many lessons the class has."""
        return sum(len(each.rows) for each in self.modules)

    @property
    def quizzes(self) -> int:
        """How many of them have a quiz."""
        return sum(row.has_quiz for each in self.modules for row in each.rows)


def sight_of(seat: Seat) -> Sight:
    """The class as it is seen of this learner."""
    return Sight(seat.classroom, former=seat.is_former)


def overview(seat: Seat) -> Overview:
    """How the learner stands, or stood when they left. Four queries, whatever the size."""
    sight = sight_of(seat)
    reading = {row.place: row for row in sight.reading(seats=[seat.pk])}
    grades = {row.place: row for row in sight.grades(seats=[seat.pk])}
    found = _standings(seat, sight.lessons)
    if sight.is_kept:  # nothing of a course that the class took up afterwards
        kept = reading.keys() | grades.keys()
        found = [x if x.lesson in kept else replace(x, mastery=Mastery.of(())) for x in found]
    mastery = CourseMastery.of(found)
    by_lesson: dict[int, list[Standing]] = {}
    for standing in mastery.standings:
        by_lesson.setdefault(standing.lesson, []).append(standing)
    rows = [
        _row(lesson, reading.get(lesson.pk), grades.get(lesson.pk), by_lesson.get(lesson.pk, []))
        for lesson in sight.lessons
    ]
    modules = [
        ModuleRows(module, list(together))
        for module, together in groupby(rows, key=lambda row: row.lesson.module)
    ]
    return Overview(modules, _sums(rows, list(reading.values()), list(grades.values())), mastery)


def _standings(seat: Seat, lessons: list[Any]) -> list[Standing]:
    objectives = Objective.objects.current().filter(lesson__in=[lesson.pk for lesson in lessons])
    return standings(seat.user, objectives, for_teacher=True, until=seat.until)


def _row(lesson: Any, read: Any, grade: Any, standings: list[Standing]) -> LessonRow:
    return LessonRow(
        lesson=lesson,
        has_quiz=lesson.has_quiz,
        opened=read is not None,
        read_at=read and read.read_at,
        percent=grade and grade.percent,
        passed=bool(grade and grade.passed),
        attempts=grade.attempts if grade else 0,
        passed_at=grade and grade.passed_at,
        standings=tuple(standings),
    )


def _sums(rows: list[LessonRow], reading: list[Any], grades: list[Any]) -> Sums:
    """What `facts.sums` says of everybody, of these rows."""
    percents = [Fraction(grade.percent) for grade in grades]
    return Sums(
        opened=len(reading),
        read=sum(row.read_at is not None for row in reading),
        done=sum(row.is_done for row in rows),
        last_visit=max((row.seen_at for row in reading), default=None),
        graded=len(grades),
        passed=sum(bool(grade.passed) for grade in grades),
        mean=float(sum(percents) / len(percents)) if percents else None,
        failing=sum(not g.passed and g.attempts >= FAILED_OFTEN for g in grades),
        last_quiz=max((grade.last_at for grade in grades if grade.last_at), default=None),
    )


def notes_on(seat: Seat) -> QuerySet[Note]:
    """What instructors of the class wrote about the learner, newest first."""
    return seat.notes.select_related("author")
