"""Due dates of a class that moves, over both changes of the clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaching.zones import move_to_zone, to_utc

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-01-15 18:00", "2026-01-15 17:00"),
        ("2026-07-15 18:00", "2026-07-15 16:00"),
        # Shown twice: the later one.
        ("2026-10-25 02:30", "2026-10-25 01:30"),
        ("2026-10-25 03:00", "2026-10-25 02:00"),
        # Skipped: an hour later, which is 03:30.
        ("2026-03-29 02:30", "2026-03-29 01:30"),
        ("2026-03-29 03:00", "2026-03-29 01:00"),
    ],
)
def test_what_clocks_show_is_one_moment(local, moment):
    assert to_utc(datetime.fromisoformat(local), BERLIN) == datetime.fromisoformat(f"{moment}Z")


@settings(max_examples=50)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - what a clock shows
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
)
def test_a_moment_is_shown_as_it_was_meant_or_later(local, zone):
    shown = to_utc(local, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert 0 <= (shown - local).total_seconds() <= 3600


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
