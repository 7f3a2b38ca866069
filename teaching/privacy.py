"""What this room knows of a person, and how it forgets it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User

from .models import Extension, Invitation, Message, SavedView, SeatRecord


def export(user: User) -> dict[str, Any]:
    """The person's seats with what the classes keep, and invitations to them, for JSON.

    Of notes only how many there are: they are the instructors' own.
    """
    seats = user.seats.select_related("classroom").annotate(notes_count=Count("notes"))
    return {
        "classes": [_seat(seat) for seat in seats.order_by("pk")],
        "class_records": [_record(row) for row in _of(SeatRecord.objects, user, "lesson")],
        # A summary names learners: one that never went out is not handed out afterwards.
        "class_messages": [
            _message(row)
            for row in _of(Message.objects.exclude(kind=Message.Kind.SUMMARY, sent_at=None), user)
        ],
        "class_extensions": [
            {
                "class": row.seat.classroom.name,
                "lesson": row.assignment.lesson.slug,
                "due_at": row.due_at.isoformat(),
            }
            for row in _of(Extension.objects, user, "assignment__lesson")
        ],
        "class_views": [
            {"class": row.seat.classroom.name, "name": row.name, "query": row.query}
            for row in _of(SavedView.objects, user)
        ],
        "class_invitations": [_invitation(row) for row in _invitations(user)],
    }


def _of(rows: Any, user: User, *related: str) -> QuerySet[Any]:
    """Rows that hang on the person's seats."""
    theirs: QuerySet[Any] = rows.filter(seat__user=user)
    return theirs.select_related("seat__classroom", *related).order_by("pk")


def _seat(seat: Any) -> dict[str, Any]:
    return {
        "class": seat.classroom.name,
        "role": seat.role,
        "joined_at": seat.joined_at.isoformat(),
        "left_at": _moment(seat.left_at),
        "wants_mail": seat.wants_mail,
        "notes_about_you": seat.notes_count,
    }


def _record(row: SeatRecord) -> dict[str, Any]:
    return {
        "class": row.seat.classroom.name,
        "lesson": row.lesson.slug,
        "read_at": _moment(row.read_at),
        "seen_at": _moment(row.seen_at),
        "percent": None if row.percent is None else str(row.percent),
        "passed": row.passed,
        "attempts": row.attempts,
    }


def _message(row: Message) -> dict[str, Any]:
    return {
        "class": row.seat.classroom.name,
        "kind": row.kind,
        "subject": row.subject,
        "text": row.text,
        "sent_at": _moment(row.sent_at),
    }


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "class": row.classroom.name,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "made_at": row.made_at.isoformat(),
        "sent_at": _moment(row.sent_at),
        "accepted_at": _moment(row.accepted_at),
        "revoked_at": _moment(row.revoked_at),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _invitations(user: User) -> QuerySet[Invitation]:
    """Those to an address that is known to be the person's."""
    confirmed = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    addresses = {user.email.lower(), *(email.lower() for email in confirmed)}
    return Invitation.objects.filter(email__in=addresses).select_related("classroom").order_by("pk")


def erase(user: User) -> None:
    """Leave every class, with all that hangs on the seats; forget the invitations, too.

    What the person wrote as an instructor stays, without their name.
    """
    with transaction.atomic():
        _invitations(user).order_by().delete()
        user.seats.all().delete()
