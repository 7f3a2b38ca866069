"""The progress of a class: learners by lessons, as a page shows them and as a file holds them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import batched, groupby
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    FloatField,
    IntegerField,
    OuterRef,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Module

from .facts import Sight, Sums, state_of, sums
from .matrix_view import View
from .models import Assignment, Classroom, Seat
from .risk import signs_of

AT_ONCE = 1000  # learners whose cells are in memory together
NOTHING = Sums()

# What a row of `_facts` says; the later ones say more.
OPENED, READ, TRIED, PASSED = range(4)
WORDS = {
    "done": "Done",
    "failed": "Quiz not passed",
    "read": "Read",
    "reading": "Reading",
    "new": "Not started",
}


@dataclass(slots=True)
class Cell:
    """One learner in one lesson."""

    read: bool = False
    opened: bool = False
    passed: bool = False
    percent: float | None = None

    def state(self, has_quiz: bool) -> str:
        """A key of WORDS."""
        return state_of(
            has_quiz=has_quiz,
            # Whoever has passed the quiz without opening the lesson has begun it, too.
            opened=self.opened or self.percent is not None,
            read=self.read,
            tried=self.percent is not None,
            passed=self.passed,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One learner: the seat with its person, the sums over the lessons shown, the cells."""

    seat: Seat
    sums: Sums
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Group:
    """The columns of one module."""

    module: Module
    lessons: Sequence[Any]


@dataclass(frozen=True)
class Matrix:
    """A class as one looks at it: who is in it, in order, and the lessons across."""

    sight: Sight
    view: View
    every: Sequence[Any]  # lesson of the class, each with `has_quiz` and `is_assigned`
    lessons: Sequence[Any]  # those shown
    seats: Sequence[Seat]  # shown, in order
    sums: dict[int, Sums]  # by person, over the lessons shown
    everybody: int  # how many there are without the filters

    @property
    def groups(self) -> list[Group]:
        """The lessons by module."""
        by_module = groupby(self.lessons, key=lambda lesson: lesson.module_id)
        groups = [list(lessons) for _, lessons in by_module]
        return [Group(lessons[0].module, lessons) for lessons in groups]

    @cached_property
    def places(self) -> list[int]:
        """The keys of the lessons."""
        return [lesson.pk for lesson in self.lessons]

    def rows(self, seats: Sequence[Seat]) -> Iterator[Row]:
        """The rows of these seats, in their order. A query for every thousand."""
        for some in batched(seats, AT_ONCE):
            cells = self._cells(some)
            for seat in some:
                mine = cells.get(seat.user_id, {})
                yield Row(
                    seat,
                    self.sums.get(seat.user_id, NOTHING),
                    [mine.get(place) or Cell() for place in self.places],
                )

    def _cells(self, seats: Sequence[Seat]) -> dict[int, dict[int, Cell]]:
        """What is known of these learners, by person and lesson."""
        only = [seat.pk for seat in seats]
        is_read = Case(When(read_at__isnull=False, then=READ), default=OPENED)
        is_passed = Case(When(passed=True, then=PASSED), default=TRIED)
        reading = self.sight.reading(only, self.places).order_by()
        grades = self.sight.grades(only, self.places).order_by()
        nothing = Cast(Value(None), FloatField())
        facts = reading.values_list("person", "place", is_read, nothing).union(
            grades.values_list("person", "place", is_passed, Cast("percent", FloatField())),
            all=True,
        )
        cells: dict[int, dict[int, Cell]] = defaultdict(dict)
        for person, place, fact, percent in facts:
            mine = cells[person]
            cell = mine.get(place)
            if cell is None:
                cell = mine[place] = Cell()
            if fact <= READ:
                cell.opened, cell.read = True, fact == READ
            else:
                cell.percent, cell.passed = percent, fact == PASSED
        return cells

    def foot(self) -> list["Foot"]:
        """What everybody shown comes to in each lesson. One query."""
        only = [seat.pk for seat in self.seats] if self.view.is_filtered else None
        reading = self.sight.reading(only, self.places).order_by()
        grades = self.sight.grades(only, self.places).order_by()
        done = reading.filter(self.sight.is_done).values("place").annotate(n=Count("pk"))
        mean = grades.values("place").annotate(n=Avg(Cast("percent", FloatField())))
        whole, part = Value(0, IntegerField()), Value(1, IntegerField())
        sums = done.values_list("place", whole, Cast("n", FloatField())).union(
            mean.values_list("place", part, "n"), all=True
        )
        told: tuple[dict[int, float], dict[int, float]] = ({}, {})
        for place, which, figure in sums:
            told[which][place] = figure
        return [Foot(int(told[0].get(place, 0)), told[1].get(place)) for place in self.places]


@dataclass(frozen=True, slots=True)
class Foot:
    """How many have done a lesson, and the mean score of its quiz in percent."""

    done: int
    mean: float | None


def matrix(classroom: Classroom, view: View, now: datetime) -> Matrix:
    """The class as one looks at it. Four queries, and those of the rows and the foot."""
    sight = Sight(classroom, former=view.left)
    assigned = Assignment.objects.filter(classroom=classroom, lesson=OuterRef("pk"))
    sight.lessons = every = list(sight.lessons_with(is_assigned=Exists(assigned)))
    lessons = [
        lesson
        for lesson in every
        if not view.part or lesson.module_id == view.part
        if not view.assigned or lesson.is_assigned
    ]
    # Through the class itself, so that each seat knows it without a query.
    seats = list(sight.seats.select_related("user").order_by("pk"))
    told = sums(sight, lessons=[lesson.pk for lesson in lessons])
    wanted = view.q.casefold()
    now = min(now, classroom.archived_at or now)
    shown = [
        seat
        for seat in seats
        if _is_named(seat, wanted)
        and _is_in(view.state, seat, told.get(seat.user_id, NOTHING), len(lessons), now)
    ]
    shown.sort(key=lambda seat: seat.user.email)
    shown.sort(key=lambda seat: seat.user.display_name.casefold())
    if view.sort != "name":
        # Whoever has no such figure comes last, whichever way round.
        figures = {
            seat.pk: _figure(view.sort, seat, told.get(seat.user_id, NOTHING)) for seat in shown
        }
        having = [seat for seat in shown if figures[seat.pk] is not None]
        having.sort(key=lambda seat: figures[seat.pk], reverse=view.down)
        shown = having + [seat for seat in shown if figures[seat.pk] is None]
    elif view.down:
        shown.reverse()
    return Matrix(sight, view, every, lessons, shown, told, len(seats))


def _is_named(seat: Seat, wanted: str) -> bool:
    return not wanted or wanted in f"{seat.user.name}\n{seat.user.email}".casefold()


def _is_in(state: str, seat: Seat, told: Sums, lessons: int, now: datetime) -> bool:
    """Whether a learner is in one of `matrix_view.STATES`."""
    match state:
        case "new":
            return not told.opened and not told.graded
        case "going":
            return bool(told.opened or told.graded) and told.done < lessons
        case "done":
            return told.done == lessons > 0
        case "failing":
            return told.failing > 0
        case "quiet":
            return signs_of(told, seat.classroom.expects_from(seat), lessons, 0, now).quiet > 0
    return True


def _figure(sort: str, seat: Seat, told: Sums) -> Any:
    """What a learner is sorted by, where not by name; None where there is nothing."""
    match sort:
        case "done":
            return told.done
        case "score":
            return told.mean
        case "seen":
            return told.last_active
    return seat.joined_at


# A row in HTML ------------------------------------------------------------------------------------


def _cell_html(state: str, percent: int | None) -> str:
    """One cell: a shape by its class, a word for those who don't see it, the score as a number."""
    word = WORDS[state] if percent is None else f"{WORDS[state]}, "
    number = "" if percent is None else f"{percent}"
    return f'<td data-s="{state}"><i>{word}</i>{number}</td>'


# Ten thousand cells on a page are too many to be made by template tags; there are few different.
_CELLS = {
    (state, percent): _cell_html(state, percent)
    for state in WORDS
    for percent in (None, *range(101))
}


def cells_html(row: Row, lessons: Sequence[Any]) -> SafeString:
    """The cells of a row. Nothing in them was typed by anybody."""
    return as_html(
        (cell.state(lesson.has_quiz), None if cell.percent is None else int(cell.percent))
        for cell, lesson in zip(row.cells, lessons, strict=True)
    )


def as_html(cells: Iterable[tuple[str, int | None]]) -> SafeString:
    """Cells by state and score in whole percents."""
    return mark_safe("".join(_CELLS[cell] for cell in cells))  # noqa: S308
