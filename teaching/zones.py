"""A class that moves: what is due keeps its time on the wall."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.db import transaction

from .models import Assignment, Classroom, Extension


def to_utc(local: datetime, zone: tzinfo) -> datetime:
    """The moment at which clocks in a zone show this (naive) time.

    What they show twice, when the clock goes back, is the later moment; what they skip, when it
    goes forward, is as much later as they skip. In both cases the later reading by PEP 495.
    """
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def move_to_zone(classroom: Classroom, zone: str) -> None:
    """Put a class into another time zone: what was due at 18:00 there is due at 18:00 here."""
    with transaction.atomic():
        here = Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk)
        before, after = here.zone, ZoneInfo(zone)
        due: list[Assignment] | list[Extension]
        assignments = list(here.assignments.exclude(due_at=None))
        extensions = list(Extension.objects.filter(assignment__classroom=here))
        for due in (assignments, extensions):
            for row in due:
                if row.due_at is not None:
                    row.due_at = to_utc(row.due_at.astimezone(before).replace(tzinfo=None), after)
        Assignment.objects.bulk_update(assignments, ["due_at"], batch_size=500)
        Extension.objects.bulk_update(extensions, ["due_at"], batch_size=500)
        here.time_zone = zone
        here.save(update_fields=["time_zone"])
    classroom.time_zone = zone
