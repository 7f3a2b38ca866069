"""Who has a seat in a class, and since when: the one writer of seats.

Each verb may be repeated without harm and is one transaction that begins by taking hold of the
class, so that what it reads stays true until it has written: nobody joins a class while it is being
archived, and of two instructors who leave at once one stays.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from accounts.models import User
from lessons.models import Course

from .facts import Sight
from .models import Classroom, Invitation, JoinLink, Seat, SeatRecord

# The columns of a `SeatRecord`, in the order in which `_records` has them.
KEPT = "seat_id, lesson_id, read_at, seen_at, percent, passed, attempts, passed_at, last_at"


class NotPossibleError(Exception):
    """What was asked for can't be done; the text says why, for the person."""


class NoWayInError(NotPossibleError):
    """The link or the invitation does not lead in (any more)."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining."""

    seat: Seat
    is_new: bool  # False: the person was in already, in this role


def open_class(founder: User, classroom: Classroom, courses: Iterable[Course]) -> Classroom:
    """Store a new class for these courses, with its first instructor."""
    with transaction.atomic():
        classroom.save()
        classroom.courses.set(courses)
        classroom.seats.create(user=founder, role=Seat.Role.INSTRUCTOR)
    return classroom


# Coming in ----------------------------------------------------------------------------------------


def join(user: User, link: JoinLink, now: datetime) -> Joined:
    """A seat as learner by a link. Raises NoWayInError; who is in stays as they are."""
    with transaction.atomic():
        classroom = _hold(link.classroom_id)
        seat = classroom.seats.current().filter(user=user).first()
        if seat:
            return Joined(seat, is_new=False)
        if not JoinLink.objects.valid(now).filter(pk=link.pk).exists():
            raise NoWayInError("This link does not lead into a class.")
        return _seat(classroom, user, Seat.Role.LEARNER)


def accept(user: User, invitation: Invitation, now: datetime) -> Joined:
    """Take up an invitation, once. Raises NoWayInError; NotPossibleError for an instructor's seat
    where the person may not open classes.
    """
    teaches = invitation.role == Seat.Role.INSTRUCTOR
    with transaction.atomic():
        classroom = _hold(invitation.classroom_id)
        seat = classroom.seats.current().filter(user=user).first()
        if seat and (seat.role == Seat.Role.INSTRUCTOR or not teaches):
            return Joined(seat, is_new=False)
        if teaches and not user.can_teach:
            raise NotPossibleError("An admin has to make you an instructor first.")
        taken = Invitation.objects.valid(now).filter(pk=invitation.pk).update(accepted_at=now)
        if not taken:
            raise NoWayInError("This invitation does not lead into a class.")
        return _seat(classroom, user, Seat.Role(invitation.role))


def _seat(classroom: Classroom, user: User, role: Seat.Role) -> Joined:
    """Give a seat, or the former one back: then the class sees the person as they are now."""
    seat, made = classroom.seats.get_or_create(user=user, defaults={"role": role})
    if not made:
        seat.records.all().delete()
        seat.role, seat.left_at = role, None
        seat.save(update_fields=["role", "left_at"])
    return Joined(seat, is_new=True)


# Going out ----------------------------------------------------------------------------------------


def leave(seat: Seat, now: datetime) -> bool:
    """End a seat: the person leaves, or an instructor removes them. False: it had ended already.

    What the class showed of a learner is kept as it is now. Raises NotPossibleError for the only
    instructor.
    """
    with transaction.atomic():
        classroom = _hold(seat.classroom_id)
        here = classroom.seats.current().filter(pk=seat.pk).first()
        if here is None:
            return False
        others = classroom.seats.current().instructors().exclude(pk=here.pk)
        if here.role == Seat.Role.INSTRUCTOR and not others.exists():
            raise NotPossibleError(
                "A class needs an instructor. Invite another one first, or archive the class."
            )
        if here.role == Seat.Role.LEARNER and classroom.archived_at is None:
            _keep(classroom, [here.pk])
        classroom.seats.filter(pk=here.pk).update(left_at=now)
    return True


# The archive --------------------------------------------------------------------------------------


def archive(classroom: Classroom, now: datetime) -> bool:
    """End a class for everybody in it, as it stands now. False: it was archived already."""
    with transaction.atomic():
        here = _hold(classroom.pk)
        if here.archived_at is not None:
            return False
        _keep(here)
        here.archived_at = now
        here.save(update_fields=["archived_at"])
    return True


def restore(classroom: Classroom) -> bool:
    """Let a class run again: it sees its learners as they are now. False: it ran already.

    Who left in the meantime is seen as before: until the class was archived.
    """
    with transaction.atomic():
        here = _hold(classroom.pk)
        if here.archived_at is None:
            return False
        here.seats.filter(left_at__gt=here.archived_at).update(left_at=here.archived_at)
        SeatRecord.objects.filter(seat__in=here.seats.current()).delete()
        here.archived_at = None
        here.save(update_fields=["archived_at"])
    return True


def delete(classroom: Classroom) -> None:
    """Delete a class in which nobody ever learned. Raises NotPossibleError for any other."""
    with transaction.atomic():
        here = _hold(classroom.pk)
        if here.seats.learners().exists():
            raise NotPossibleError("Somebody has learned in this class. Archive it instead.")
        here.delete()


def _hold(pk: int) -> Classroom:
    """The class, and nobody else changes its seats before this transaction ends.

    PostgreSQL locks the row; on SQLite the transaction itself is the lock.
    """
    return Classroom.objects.select_for_update(no_key=True).get(pk=pk)


# What a class keeps -------------------------------------------------------------------------------


def _keep(classroom: Classroom, seats: Sequence[int] | None = None) -> None:
    """Write down what the class shows of its learners; `seats`: only of these, by their keys.

    Four statements, whatever the size. On SQLite nobody else writes meanwhile, so the rows are
    copied inside the database: 100,000 of them in half a second, through Python in five.
    """
    sight = Sight(classroom)
    people = sight.seats if seats is None else sight.seats.filter(pk__in=seats)
    SeatRecord.objects.filter(seat__in=people).delete()
    table = SeatRecord._meta.db_table
    for rows in _records(sight, seats):
        # Empty where the class has no lesson, or no quiz.
        with suppress(EmptyResultSet), connection.cursor() as cursor:
            sql, params = rows.query.sql_with_params()
            cursor.execute(f"INSERT INTO {table} ({KEPT}) {sql}", params)


def _records(sight: Sight, seats: Sequence[int] | None) -> Iterator[QuerySet[Any, Any]]:
    """What is seen now, as rows of `KEPT`: first of lessons opened, then of quizzes without that.

    The second is to be read when the rows of the first are stored.
    """
    seat = Subquery(sight.seats.order_by().filter(user=OuterRef("person")).values("pk"))
    asked = Q(place__in=sight.with_quiz, grade__isnull=False)
    yield (
        sight.reading(seats)
        .order_by()
        .values_list(
            seat,
            "place",
            "read_at",
            "seen_at",
            Case(When(asked, then=F("grade__percent"))),
            Case(When(asked, then=F("grade__passed")), default=False),
            Case(When(asked, then=F("grade__attempts")), default=0),
            Case(When(asked, then=F("grade__passed_at"))),
            Case(When(asked, then=F("grade__last_at"))),
        )
    )
    stored = SeatRecord.objects.filter(
        seat__classroom=sight.classroom, seat__user=OuterRef("person"), lesson=OuterRef("place")
    )
    never = Cast(Value(None), DateTimeField())
    yield (
        sight.grades(seats)
        .order_by()
        .filter(~Exists(stored))
        .values_list(
            seat,
            "place",
            never,
            never,
            "percent",
            "passed",
            "attempts",
            "passed_at",
            "last_at",
        )
    )
