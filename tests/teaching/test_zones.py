"""Due dates of a class that moves."""

from datetime import datetime

import pytest

from teaching.zones import move_to_zone


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "moved"),
    [
        ("2026-10-24 18:00", "2026-10-24 16:00"),
        ("2026-10-25 18:00", "2026-10-25 17:00"),
        # Shown twice: the later one. Skipped: an hour later, which is 03:30.
        ("2026-10-25 02:30", "2026-10-25 01:30"),
        ("2026-03-29 02:30", "2026-03-29 01:30"),
    ],
)
def test_a_class_that_moves_keeps_the_time_on_the_wall(classroom, ada, due, moved):
    lesson = classroom.courses.get().modules.get().lessons.first()
    due, moved = (datetime.fromisoformat(f"{text}Z") for text in (due, moved))
    assignment = classroom.assignments.create(lesson=lesson, due_at=due)
    other = lesson.module.lessons.last()
    open_end = classroom.assignments.create(lesson=other)
    extension = assignment.extensions.create(seat=classroom.seats.get(user=ada), due_at=due)

    move_to_zone(classroom, "Europe/Berlin")

    for row in (assignment, open_end, extension):
        row.refresh_from_db()
    assert assignment.due_at == extension.due_at == moved
    assert open_end.due_at is None
    classroom.refresh_from_db()
    assert classroom.time_zone == "Europe/Berlin"
