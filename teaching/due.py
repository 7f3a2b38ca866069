"""What is due: when an assignment is done, and who is behind.

A due date lasts until the end of its minute, so it is stored with 59 seconds. A later date for one
learner (`Extension`) counts where it is later than that of the class.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet

from .facts import Sight
from .models import Assignment, Extension


class State(StrEnum):
    """How an assignment stands for a learner."""

    OPEN = "open"
    DONE = "done"
    LATE = "done late"
    OVERDUE = "overdue"


def done_at(
    what: str, read_at: datetime | None, passed_at: datetime | None, *, has_quiz: bool
) -> datetime | None:
    """When a learner did what is assigned; None: not yet.

    To do both is done with the later of the two. Of a lesson without a quiz only the reading is
    asked, whatever is assigned.
    """
    if what == Assignment.What.READ or not has_quiz:
        return read_at
    if what == Assignment.What.QUIZ:
        return passed_at
    return max(read_at, passed_at) if read_at and passed_at else None


def later_of(due_at: datetime | None, extended: datetime | None) -> datetime | None:
    """When it is due for a learner with this later date. Without a due date there is none."""
    return max(due_at, extended) if due_at and extended else due_at


def state_of(due_at: datetime | None, done_at: datetime | None, now: datetime) -> State:
    """How it stands; what is done or handed in at the very moment it is due is in time."""
    if done_at is not None:
        return State.LATE if due_at and done_at > due_at else State.DONE
    return State.OVERDUE if due_at and now > due_at else State.OPEN


@dataclass(frozen=True)
class Over:
    """What is over in a class now, and by which rows of its `Sight` one sees that it is done.

    Each assignment that a learner has done is one row of either `reading` or `grades`.
    """

    assigned: int  # assignments whose date is over
    extended: Counter[int]  # for how many of them a person has more time
    reading: Q | None  # of rows of `Sight.reading`; None: none of them can be one
    grades: Q | None  # of rows of `Sight.grades`

    def behind(self, person: int, done: int) -> int:
        """With how many a person is behind who has done so many: rows as above."""
        return self.assigned - self.extended[person] - done


def over(sight: Sight, now: datetime) -> Over:
    """What is over: one query. In an archived class it is what was over when it was archived.

    Nothing is due for those who left.
    """
    if sight.former:
        return Over(0, Counter(), None, None)
    now = min(now, sight.classroom.archived_at or now)
    assigned, extended = _over(sight, now)
    reading, grades = _is_done(sight, assigned)
    if extended:
        late = ~has_more_time(sight, now)
        reading = None if reading is None else reading & late
        grades = None if grades is None else grades & late
    return Over(len(assigned), extended, reading, grades)


def overdue_counts(
    sight: Sight, now: datetime, people: Collection[int] | None = None
) -> dict[int, int]:
    """How many assignments each learner of a class is behind with, by the person's key.

    Of everybody, also with 0. `people`: the keys of the learners, where they are known. Four
    queries at most beside the lessons, whatever the size: the assignments, the people, what was
    read, and what was passed where only that is asked. Of those who left: nobody.
    """
    if sight.former:
        return {}
    if people is None:
        people = sight.seats.values_list("user", flat=True)
    past = over(sight, now)
    done: Counter[int] = Counter()
    for rows, condition in ((sight.reading, past.reading), (sight.grades, past.grades)):
        if condition is not None:
            mine = rows().filter(condition).order_by().values_list("person")
            done.update(dict(mine.annotate(n=Count("pk"))))
    return {person: past.behind(person, done[person]) for person in people}


def _over(sight: Sight, now: datetime) -> tuple[dict[int, str], Counter[int]]:
    """What is asked in each lesson whose date is over; for how many of them a person has more time.

    One query.
    """
    rows = (
        Assignment.objects.filter(classroom=sight.classroom, due_at__lt=now)
        .filter(lesson__in=[lesson.pk for lesson in sight.lessons])
        .annotate(
            later=FilteredRelation("extensions", condition=Q(extensions__due_at__gte=now)),
        )
        .order_by()
        .values_list("lesson", "what", "later__seat__user")
    )
    assigned, extended = {}, Counter[int]()
    for lesson, what, person in rows:
        assigned[lesson] = what
        if person is not None:
            extended[person] += 1
    return assigned, extended


def rows_done(sight: Sight, assigned: dict[int, str]) -> Iterator[QuerySet[Any]]:
    """Rows with a `person` and a `place`, one for each learner and assignment done: one or two.

    `assigned`: what is asked, by lesson.
    """
    reading, grades = _is_done(sight, assigned)
    if reading is not None:
        yield sight.reading().filter(reading)
    if grades is not None:
        yield sight.grades().filter(grades)


def _is_done(sight: Sight, assigned: dict[int, str]) -> tuple[Q | None, Q | None]:
    """Of rows of `Sight.reading` and of `Sight.grades`: one that says that its learner did it."""
    asked: dict[str, list[int]] = {what: [] for what in Assignment.What.values}
    with_quiz = set(sight.with_quiz)
    for lesson, what in assigned.items():
        asked[what if lesson in with_quiz else Assignment.What.READ].append(lesson)
    to_read, to_do = asked[Assignment.What.READ], asked[Assignment.What.DONE]
    to_pass = asked[Assignment.What.QUIZ]
    passed = Q(quiz_passed_at__isnull=False) | Q(place__in=to_read)
    reading = Q(passed, place__in=to_read + to_do, read_at__isnull=False)
    grades = Q(place__in=to_pass, passed_at__isnull=False)
    return (reading if to_read or to_do else None), (grades if to_pass else None)


def has_more_time(sight: Sight, now: datetime) -> Q:
    """Of a row with a `person` and a `place`: its date is not over for this learner."""
    extensions = Extension.objects.filter(due_at__gte=now, assignment__classroom=sight.classroom)
    places = extensions.values("assignment__lesson")
    mine = extensions.filter(assignment__lesson=OuterRef("place"), seat__user=OuterRef("person"))
    # The first part spares the look-up in all lessons where nobody has more time.
    return Q(Q(place__in=places), Exists(mine))
