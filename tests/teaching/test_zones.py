"""Due dates of a class that moves."""

from datetime import UTC, datetime

import pytest

from teaching.zones import move_to_zone


@pytest.mark.django_db
def test_a_class_that_moves_keeps_the_time_on_the_wall(classroom, ada):
    lesson = classroom.courses.get().modules.get().lessons.first()
    due = datetime(2026, 10, 25, 18, tzinfo=UTC)
    assignment = classroom.assignments.create(lesson=lesson, due_at=due)
    other = lesson.module.lessons.last()
    open_end = classroom.assignments.create(lesson=other)
    extension = assignment.extensions.create(seat=classroom.seats.get(user=ada), due_at=due)

    move_to_zone(classroom, "Asia/Tokyo")

    for row in (assignment, open_end, extension):
        row.refresh_from_db()
    assert assignment.due_at == extension.due_at == datetime(2026, 10, 25, 9, tzinfo=UTC)
    assert open_end.due_at is None
    classroom.refresh_from_db()
    assert classroom.time_zone == "Asia/Tokyo"
