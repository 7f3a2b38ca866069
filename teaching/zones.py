"""A class that moves: what is due keeps its time on the wall."""

from zoneinfo import ZoneInfo

from django.db import transaction

from .local_time import rezoned
from .models import Assignment, Classroom, Extension


def move_to_zone(classroom: Classroom, zone: str) -> None:
    """Put a class into another time zone: what was due at 18:00 there is due at 18:00 here."""
    with transaction.atomic():
        here = Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk)
        before, after = here.zone, ZoneInfo(zone)
        assignments = list(here.assignments.exclude(due_at=None))
        extensions = list(Extension.objects.filter(assignment__classroom=here))
        due: list[Assignment] | list[Extension]
        for due in (assignments, extensions):
            for row in due:
                if row.due_at is not None:
                    row.due_at = rezoned(row.due_at, before, after)
        Assignment.objects.bulk_update(assignments, ["due_at"], batch_size=500)
        Extension.objects.bulk_update(extensions, ["due_at"], batch_size=500)
        here.time_zone = zone
        here.save(update_fields=["time_zone"])
    classroom.time_zone = zone
