"""Classes and runs of one course side by side: sums, never a name.

The facts are those that each class shows of its learners (`facts.Sight`), in the lessons of this
one course: of a running class as they are now, of an archived one as they were kept. They are
summed by class in the database, so that many classes cost as many queries as one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from lessons.models import Course, LessonProgress
from quizzes.models import FinalGrade

from .charts import LINES, LineChart, line_chart
from .facts import Sight, lessons_in, percent_done
from .local_time import day_start
from .models import Classroom, Seat, SeatRecord, is_there

FEWEST = 5  # learners, before a course lead sees averages of a class of somebody else
WEEKS = 26  # at most in the chart
STEP = 900  # seconds: no time zone in use is off by less, so every local midnight is a multiple
# Scores from this percent on, up to the next.
STEPS = (0, 50, 70, 90)


def is_lead(user: User) -> bool:
    """Whether the person may compare all classes of a course (a course lead)."""
    return user.has_perm("teaching.compare_classrooms")


def classes_for(user: User, course: Course, *, lead: bool) -> QuerySet[Any]:
    """The classes of the course that the person may compare, the newest first day first.

    Each with `learners` (how many there are) and `is_mine`. A course lead: all of them.
    """
    seats = Seat.objects.filter(classroom=OuterRef("pk"))
    number = (
        seats.learners().there().order_by().values("classroom").annotate(n=Count("pk")).values("n")
    )
    rows = Classroom.objects.filter(courses=course).annotate(
        learners=Coalesce(Subquery(number), 0),
        is_mine=Exists(seats.instructors().current().filter(user=user)),
    )
    return (rows if lead else rows.filter(is_mine=True)).order_by("-starts_on", "name", "pk")


def courses_to_compare(user: User) -> list[Any]:
    """The courses of which the person may compare classes, each with `classes`: how many.

    Those with two of their own classes or more; a course lead: all with any. One query, and two for
    the permission.
    """
    lead = is_lead(user)
    mine = Q(classrooms__in=Classroom.objects.order_by().taught_by(user).values("pk"))
    rows = Course.objects.published()
    counted = rows.annotate(classes=Count("classrooms", filter=Q() if lead else mine))
    return list(counted.filter(classes__gte=1 if lead else 2).order_by("title", "pk"))


@dataclass(slots=True)
class Row:
    """One class in one course. Percentages are of 100; None where there is nothing to tell."""

    classroom: Any
    lessons: int
    is_small: bool = False  # too few to show: nothing below is
    done: int = 0
    graded: int = 0
    passed: int = 0
    mean: float | None = None
    scores: tuple[int, ...] = (0,) * len(STEPS)
    weeks: list[float | None] = field(default_factory=list)

    @property
    def learners(self) -> int:
        """How many there are."""
        return int(self.classroom.learners)

    @property
    def done_percent(self) -> float | None:
        """Lessons done, of all there are for all learners."""
        return percent_done(self.done, self.learners * self.lessons)

    @property
    def passed_percent(self) -> float | None:
        """Quizzes passed, of those with a score."""
        return 100 * self.passed / self.graded if self.graded else None

    @property
    def bars(self) -> list[tuple[str, int, float]]:
        """The scores: from where to where, how many, and that in percent of all."""
        labels = score_labels()
        return [
            (label, number, 100 * number / (self.graded or 1))
            for label, number in zip(labels, self.scores, strict=True)
        ]


def score_labels() -> list[str]:
    """ "under 50 %", "from 50 %", …"""
    return [f"under {STEPS[1]} %", *(f"from {step} %" for step in STEPS[1:])]


@dataclass(frozen=True)
class Comparison:
    """The rows of a page, and the chart of the first of them; None where there is nothing."""

    rows: Sequence[Row]
    chart: LineChart | None


class _Quarters(Func):
    """A moment in quarters of an hour since 1970, as a whole number."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # Moments are stored as text in UTC.
        template = f"(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / {STEP})"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = f"FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / {STEP})::integer"
        return self.as_sql(compiler, connection, template=template, **more)


def compare(course: Course, classes: Sequence[Any], now: datetime, *, lead: bool) -> Comparison:
    """These classes (of `classes_for`) in the lessons of the course: four queries at most."""
    sight = _sight_of(course)
    rows = [
        Row(
            room,
            len(sight.lessons),
            is_small=lead and not room.is_mine and room.learners < FEWEST,
        )
        for room in classes
    ]
    shown = {row.classroom.pk: row for row in rows if not row.is_small}
    drawn = {key: shown[key] for key in list(shown)[:LINES]}
    _take_done(sight, drawn, [row for key, row in shown.items() if key not in drawn], now)
    _take_scores(sight, shown.values())
    return Comparison(rows, _chart(list(drawn.values())))


def _sight_of(course: Course) -> Sight:
    """The lessons of the course, with the rule of what is done in them; of no class. One query."""
    sight = Sight(Classroom())
    sight.lessons = list(lessons_in([course.pk]))
    return sight


# The same tables as in `facts.Sight`, of many classes together -----------------------------------


def _reading(sight: Sight, rooms: Iterable[Any]) -> list[QuerySet[Any]]:
    """What was read in running and in archived classes, a row for each class, learner and lesson.

    Each has `room`, `place`, `read_at` and `quiz_passed_at`, as `Sight.reading` has them.
    """
    places = [lesson.pk for lesson in sight.lessons]
    running, archived = _by_state(rooms)
    live = LessonProgress.objects.filter(_seated("user__seats", running), lesson__in=places)
    kept = SeatRecord.objects.filter(_seated("seat", archived), lesson__in=places)
    return [
        live.annotate(
            grade=FilteredRelation(
                "lesson__quiz__final_grades",
                condition=Q(lesson__quiz__final_grades__user=F("user")),
            ),
            room=F("user__seats__classroom"),
            place=F("lesson"),
            quiz_passed_at=F("grade__passed_at"),
        ).order_by(),
        kept.exclude(seen_at=None)
        .annotate(room=F("seat__classroom"), place=F("lesson"), quiz_passed_at=F("passed_at"))
        .order_by(),
    ]


def _grades(sight: Sight, rooms: Iterable[Any]) -> list[QuerySet[Any]]:
    """The scores in running and in archived classes: `room`, `percent`, `passed`."""
    running, archived = _by_state(rooms)
    live = FinalGrade.objects.filter(
        _seated("user__seats", running), quiz__lesson__in=sight.with_quiz
    )
    kept = SeatRecord.objects.filter(_seated("seat", archived), lesson__in=sight.with_quiz)
    return [
        live.annotate(room=F("user__seats__classroom")).order_by(),
        kept.exclude(percent=None).annotate(room=F("seat__classroom")).order_by(),
    ]


def _by_state(rooms: Iterable[Any]) -> tuple[list[int], list[int]]:
    rooms = list(rooms)
    return (
        [room.pk for room in rooms if room.archived_at is None],
        [room.pk for room in rooms if room.archived_at is not None],
    )


def _seated(path: str, rooms: list[int]) -> Q:
    """The learners who are in these classes, by the way to their seats."""
    wanted = {"classroom__in": rooms, "role": Seat.Role.LEARNER}
    return Q(is_there(f"{path}__"), **{f"{path}__{name}": here for name, here in wanted.items()})


def _take_done(sight: Sight, drawn: dict[int, Row], others: list[Row], now: datetime) -> None:
    """Lessons done: week by week for the rows that are drawn, in all for the others."""
    passed_too = Case(
        When(place__in=sight.with_quiz, then=Greatest("read_at", "quiz_passed_at")),
        default=F("read_at"),
    )
    live, kept = (
        rows.filter(sight.is_done)
        .values_list("room", _Quarters(passed_too))
        .annotate(n=Count("pk"))
        for rows in _reading(sight, [row.classroom for row in drawn.values()])
    )
    when: dict[int, Counter[int]] = defaultdict(Counter)
    for room, quarter, number in live.union(kept, all=True).order_by():
        when[room][quarter] += number
    for key, row in drawn.items():
        row.done = when[key].total()
        row.weeks = _by_week(row, when[key], now)
    live, kept = (
        rows.filter(sight.is_done).values_list("room").annotate(n=Count("pk"))
        for rows in _reading(sight, [row.classroom for row in others])
    )
    done = dict(live.union(kept, all=True).order_by())
    for row in others:
        row.done = done.get(row.classroom.pk, 0)


def _by_week(row: Row, when: Counter[int], now: datetime) -> list[float | None]:
    """The share done before the first day, then at the end of each week; the last one so far."""
    room, whole = row.classroom, row.learners * row.lessons
    end = min(now, room.archived_at or now)
    values: list[float | None] = []
    for week in range(WEEKS + 1):
        border = day_start(room.starts_on + timedelta(weeks=week), room.zone)
        before = int(border.timestamp()) // STEP
        number = sum(count for quarter, count in when.items() if quarter < before)
        values.append(percent_done(number, whole))
        if border > end:
            # What is done so far; and nothing before a class has begun.
            return values if week else []
    return values


def _take_scores(sight: Sight, rows: Iterable[Row]) -> None:
    """Mean, passed and the steps of the scores."""
    shown = {row.classroom.pk: row for row in rows}
    ends = (*STEPS[1:], 101)
    steps = {
        f"step_{start}": Count("pk", filter=Q(percent__gte=start, percent__lt=end))
        for start, end in zip(STEPS, ends, strict=True)
    }
    live, kept = (
        grades.values_list("room").annotate(
            graded=Count("pk"),
            n_passed=Count("pk", filter=Q(passed=True)),
            mean=Avg("percent"),
            **steps,
        )
        for grades in _grades(sight, [row.classroom for row in shown.values()])
    )
    for room, graded, passed, mean, *scores in live.union(kept, all=True).order_by():
        row = shown[room]
        row.graded, row.passed, row.scores = graded, passed, tuple(scores)
        row.mean = None if mean is None else float(mean)


def _chart(rows: Sequence[Row]) -> LineChart | None:
    """Lines of the same length; None where no class has begun."""
    begun = [row for row in rows if any(value is not None for value in row.weeks)]
    if not begun:
        return None
    longest = max(len(row.weeks) for row in begun)
    labels = ["first day", *(f"week {n}" for n in range(1, longest))]
    lines: dict[str, list[float | None]] = {}
    for row in begun:
        day = row.classroom.starts_on
        name = f"{row.classroom.name}, {day:%B} {day.day}, {day.year}"
        while name in lines:  # two classes of one name and day
            name += "\u00a0′"
        lines[name] = row.weeks + [None] * (longest - len(row.weeks))
    return line_chart(labels, lines, top=100)
