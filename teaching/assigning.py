"""The assignments of a class: the list with its counts, and the verbs."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from lessons.models import Module

from .due import has_more_time, rows_done
from .facts import Sight
from .local_time import to_local
from .models import Assignment, Classroom

MOST = 500  # assignments in a class


class TooMany(Exception):  # noqa: N818 - what is wrong with a wish, not a failure
    """The class would have more than `MOST` assignments; `left` may still be made."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


@dataclass(frozen=True, slots=True)
class DueDate:
    """A moment as the clock of a class shows it, and whether the reader's shows another."""

    at: datetime
    zone: tzinfo

    @property
    def clock(self) -> datetime:
        """Of the class."""
        return to_local(self.at, self.zone)

    @property
    def is_other_here(self) -> bool:
        """Whether the reader's clock shows another time."""
        return to_local(self.at, timezone.get_current_timezone()) != self.clock


@dataclass(frozen=True, slots=True)
class Row:
    """One assignment in the list of a class."""

    assignment: Any  # with its lesson
    due: DueDate | None
    is_asked: bool  # its lesson is on the site and in a course of the class
    done: int
    overdue: int
    learners: int


def rows(classroom: Classroom, now: datetime) -> list[Row]:
    """The assignments of a class by due date, the undated last: five queries at most."""
    sight = Sight(classroom)
    now = min(now, classroom.archived_at or now)
    running = Count(
        "extensions",
        # Of those who learn there now: who has left is not among `learners`.
        filter=Q(extensions__due_at__gte=now, extensions__seat__in=sight.seats.order_by()),
    )
    assignments = list(
        classroom.assignments.select_related("lesson")
        .only("what", "due_at", "note", "lesson__slug", "lesson__title")
        .annotate(more_time=running)
        # Said again: counting drops the order that the model has.
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )
    learners = sight.seats.count()
    places = {lesson.pk for lesson in sight.lessons}
    asked = {row.lesson_id: row.what for row in assignments if row.lesson_id in places}
    done, in_time = Counter[int](), Counter[int]()
    for facts in rows_done(sight, asked):
        counted = (
            facts.order_by()
            .values_list("place")
            .annotate(n=Count("pk"), n_counting=Count("pk", filter=~has_more_time(sight, now)))
        )
        for place, n, n_counting in counted:
            done[place], in_time[place] = n, n_counting
    return [
        Row(
            assignment=row,
            due=DueDate(row.due_at, classroom.zone) if row.due_at else None,
            is_asked=row.lesson_id in asked,
            done=done[row.lesson_id],
            overdue=learners - row.more_time - in_time[row.lesson_id]
            if row.lesson_id in asked and row.due_at and row.due_at < now
            else 0,
            learners=learners,
        )
        for row in assignments
    ]


def to_assign(classroom: Classroom) -> Iterator[tuple[Module, list[Any]]]:
    """The lessons of a class that are not assigned yet, by module, in order. Two queries."""
    taken = set(classroom.assignments.values_list("lesson", flat=True))
    lessons = [lesson for lesson in Sight(classroom).lessons if lesson.pk not in taken]
    for module, group in groupby(lessons, key=lambda lesson: lesson.module):
        yield module, list(group)


def assign(
    classroom: Classroom, lessons: Collection[int], what: str, due_at: datetime | None, note: str
) -> int:
    """Assign these lessons; how many that made. One that is assigned already stays as it is.

    Raises TooMany, storing nothing.
    """
    with transaction.atomic():
        # Locked, so that two at once don't make too many.
        locked = Classroom.objects.select_for_update(of=("self",)).get(pk=classroom.pk)
        taken = set(locked.assignments.values_list("lesson", flat=True))
        fresh = [pk for pk in lessons if pk not in taken]
        if len(taken) + len(fresh) > MOST:
            raise TooMany(MOST - len(taken))
        Assignment.objects.bulk_create(
            Assignment(classroom=locked, lesson_id=pk, what=what, due_at=due_at, note=note)
            for pk in fresh
        )
    return len(fresh)
