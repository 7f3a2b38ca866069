"""What a class shows of its learners: two tables of facts, read in a few grouped queries.

Of a learner who is in the class the facts are those of the rooms below, as they are now. Of one who
has left, and of everybody in an archived class, they are the `SeatRecord`s written then. A `Sight`
is one of the two, never both, and every report reads through one: so the same people and the same
lessons stand in pages, counts, averages, charts, exports and searches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import (
    Avg,
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
)

from lessons.models import Lesson, LessonProgress
from quizzes.models import FinalGrade, Question

from .models import Classroom, Seat, SeatRecord

FAILED_OFTEN = 2  # attempts at one quiz without passing it


def percent_done(done: int, everything: int) -> float | None:
    """So much of everything, in tenths of a percent, rounded down: 100 is all of it."""
    return 1000 * done // everything / 10 if everything else None


def lessons_in(courses: Any, **more: Any) -> QuerySet[Any]:
    """The published lessons of these courses (keys) in order, each with `has_quiz`, and `more`."""
    asked = Question.objects.filter(
        quiz__lesson=OuterRef("pk"), quiz__archived_at=None, archived_at=None
    )
    rows = Lesson.objects.published().filter(module__course__in=courses)
    return rows.annotate(has_quiz=Exists(asked), **more).outline().in_order()


@dataclass
class Sight:
    """Whom a report is about and in which lessons: the people now in a class, or those who were.

    `former`: those who have left instead of those who are there. Of an archived class everybody
    is seen as they were when it was archived.
    """

    classroom: Classroom
    former: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether what is seen is what was kept, and no longer what is."""
        return self.former or self.classroom.archived_at is not None

    @property
    def seats(self) -> QuerySet[Seat]:
        """The learners' seats, in no order."""
        learners = self.classroom.seats.learners()
        return learners.former() if self.former else learners.there()

    @cached_property
    def lessons(self) -> list[Any]:
        """The published lessons of the class's courses in order, each with `has_quiz`: 1 query."""
        return list(self.lessons_with())

    def lessons_with(self, **more: Any) -> QuerySet[Any]:
        """The same as a query, with what else a page wants to know of each."""
        courses = self.classroom.courses.through.objects.filter(classroom=self.classroom)
        return lessons_in(courses.values("course"), **more)

    @cached_property
    def with_quiz(self) -> list[int]:
        """The keys of the lessons that have a quiz."""
        return [lesson.pk for lesson in self.lessons if lesson.has_quiz]

    @cached_property
    def _asking(self) -> frozenset[int]:
        return frozenset(self.with_quiz)

    def reading(self, seats: Any = None, lessons: Sequence[int] | None = None) -> QuerySet[Any]:
        """A row for each learner and lesson opened.

        Each has `person`, `place` (their keys), `read_at`, `seen_at` and `quiz_passed_at`, which is
        empty where the quiz is not passed. `seats`, `lessons`: only of these.
        """
        people, places = self._within(seats, lessons)
        if self.is_kept:
            kept = SeatRecord.objects.filter(seat__in=people, lesson__in=places)
            return kept.exclude(seen_at=None).annotate(
                person=F("seat__user"), place=F("lesson"), quiz_passed_at=F("passed_at")
            )
        rows = LessonProgress.objects.filter(user__in=people.values("user"), lesson__in=places)
        return rows.annotate(
            grade=FilteredRelation(
                "lesson__quiz__final_grades",
                condition=Q(lesson__quiz__final_grades__user=F("user")),
            ),
            person=F("user"),
            place=F("lesson"),
            quiz_passed_at=F("grade__passed_at"),
        )

    def grades(self, seats: Any = None, lessons: Sequence[int] | None = None) -> QuerySet[Any]:
        """A row for each learner and quiz with a score.

        Each has `person`, `place` (the key of the lesson), `percent`, `passed`, `attempts`,
        `passed_at` and `last_at`. `seats`, `lessons`: only of these.
        """
        people, places = self._within(seats, lessons)
        # The score of a quiz that is asked no longer counts for nothing.
        places = [place for place in places if place in self._asking]
        if self.is_kept:
            kept = SeatRecord.objects.filter(seat__in=people, lesson__in=places)
            return kept.exclude(percent=None).annotate(person=F("seat__user"), place=F("lesson"))
        rows = FinalGrade.objects.filter(user__in=people.values("user"), quiz__lesson__in=places)
        return rows.annotate(person=F("user"), place=F("quiz__lesson"))

    def _within(self, seats: Any, lessons: Sequence[int] | None) -> tuple[QuerySet[Seat], Any]:
        people = self.seats.order_by() if seats is None else self.seats.filter(pk__in=seats)
        places = [lesson.pk for lesson in self.lessons] if lessons is None else lessons
        return people, places

    @property
    def is_done(self) -> Q:
        """Of a row of `reading`: the lesson was read to the end, and its quiz passed, if any."""
        passed = Q(quiz_passed_at__isnull=False) | ~Q(place__in=self.with_quiz)
        return Q(read_at__isnull=False) & passed

    def done_by(self, moment: datetime) -> Q:
        """Of a row of `reading`: the lesson was done before this moment."""
        passed = Q(quiz_passed_at__lt=moment) | ~Q(place__in=self.with_quiz)
        return Q(read_at__lt=moment) & passed


def state_of(*, has_quiz: bool, opened: bool, read: bool, tried: bool, passed: bool) -> str:
    """How far a learner is in a lesson, in the words of `parts/state.html`.

    `tried`, `passed`: its quiz, with a score; they say nothing of a lesson without one.
    """
    if read and (passed or not has_quiz):
        return "done"
    if has_quiz and tried and not passed:
        return "failed"
    if read:
        return "read"
    return "reading" if opened else "new"


@dataclass(frozen=True, slots=True)
class Sums:
    """One learner in a class, summed over its lessons. Percentages are of 100."""

    opened: int = 0
    read: int = 0
    done: int = 0
    last_visit: datetime | None = None  # in a lesson of the class
    graded: int = 0  # quizzes with a score
    passed: int = 0
    mean: float | None = None  # percent, over the quizzes with a score
    failing: int = 0  # quizzes tried twice or more and not passed
    most_tries: int = 0  # attempts at the one of those that was tried most often
    last_quiz: datetime | None = None
    done_by: tuple[int, ...] = ()  # lessons done before each of the moments asked for
    counts: Mapping[str, int] = field(default_factory=dict)  # what else was asked for

    @property
    def last_active(self) -> datetime | None:
        """The later of the last visit and the last quiz."""
        return max(filter(None, (self.last_visit, self.last_quiz)), default=None)


def sums(
    sight: Sight,
    moments: Iterable[datetime] = (),
    lessons: Sequence[int] | None = None,
    reading: Mapping[str, Q] | None = None,
    grades: Mapping[str, Q] | None = None,
) -> dict[int, Sums]:
    """The sums of everybody who did anything, by the person's key: two queries and the lessons.

    `moments`: when to count the lessons done, for a chart over time. `lessons`: only of these.
    `reading`, `grades`: which rows of `Sight.reading` and `Sight.grades` to count besides; under
    the same names they are in `Sums.counts`.
    """
    marks = {
        f"by_{n}": Count("pk", filter=sight.done_by(moment)) for n, moment in enumerate(moments)
    }
    read = _by_person(
        sight.reading(lessons=lessons),
        reading or {},
        opened=Count("pk"),
        n_read=Count("read_at"),
        n_done=Count("pk", filter=sight.is_done),
        last_visit=Max("seen_at"),
        **marks,
    )
    is_failing = Q(passed=False, attempts__gte=FAILED_OFTEN)
    graded = _by_person(
        sight.grades(lessons=lessons),
        grades or {},
        graded=Count("pk"),
        n_passed=Count("pk", filter=Q(passed=True)),
        mean=Avg("percent"),
        failing=Count("pk", filter=is_failing),
        most_tries=Max("attempts", filter=is_failing),
        last_quiz=Max("last_at"),
    )
    nothing: dict[str, Any] = {}
    return {
        person: _as_sums(
            read.get(person, nothing),
            graded.get(person, nothing),
            len(marks),
            dict.fromkeys([*(reading or ()), *(grades or ())], 0),
        )
        for person in read.keys() | graded.keys()
    }


def _by_person(
    rows: QuerySet[Any], counted: Mapping[str, Q], **figures: Any
) -> dict[int, dict[str, Any]]:
    """One query: the figures of each person, and how many of their rows are as `counted` says."""
    counts = {f"count_{n}": Count("pk", filter=rule) for n, rule in enumerate(counted.values())}
    people = rows.order_by().values("person").annotate(**figures, **counts)
    return {
        row["person"]: row
        | {"counts": {name: row[n] for name, n in zip(counted, counts, strict=True)}}
        for row in people
    }


def _as_sums(
    read: dict[str, Any], graded: dict[str, Any], moments: int, counts: dict[str, int]
) -> Sums:
    mean = graded.get("mean")
    return Sums(
        opened=read.get("opened", 0),
        read=read.get("n_read", 0),
        done=read.get("n_done", 0),
        last_visit=read.get("last_visit"),
        graded=graded.get("graded", 0),
        passed=graded.get("n_passed", 0),
        mean=None if mean is None else float(mean),
        failing=graded.get("failing", 0),
        most_tries=graded.get("most_tries") or 0,
        last_quiz=graded.get("last_quiz"),
        done_by=tuple(read.get(f"by_{n}", 0) for n in range(moments)),
        counts=counts | read.get("counts", {}) | graded.get("counts", {}),
    )
