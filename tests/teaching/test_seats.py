"""A seat: until when the class sees a person."""

from datetime import UTC, datetime

import pytest

from teaching.models import Classroom, Seat

EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "archived", "until"),
    [
        (None, None, None),
        (EARLY, None, EARLY),
        (None, LATE, LATE),
        (EARLY, LATE, EARLY),
        (LATE, EARLY, EARLY),
    ],
)
def test_a_class_sees_until_the_earlier_of_the_two(left, archived, until):
    seat = Seat(classroom=Classroom(archived_at=archived), left_at=left)
    assert seat.until == until
