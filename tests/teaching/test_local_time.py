"""Times by the clock, over both changes of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaching.local_time import (
    NoSuchTime,
    comes_twice,
    day_start,
    rezoned,
    to_local,
    to_utc,
    week_borders,
)

BERLIN, NEW_YORK, LORD_HOWE, KOLKATA, APIA, ZERO = ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
        "UTC",
    )
]


def at(text: str) -> datetime:
    """“2026-03-29 02:30”: by the clock; with “Z” the moment."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "clock", "moment"),
    [
        # Berlin puts its clocks forward from 2:00 to 3:00, and back from 3:00 to 2:00.
        (BERLIN, "2026-03-28 23:59", "2026-03-28 22:59Z"),
        (BERLIN, "2026-03-29 01:59:59", "2026-03-29 00:59:59Z"),
        (BERLIN, "2026-03-29 03:00", "2026-03-29 01:00Z"),
        (BERLIN, "2026-03-29 23:59", "2026-03-29 21:59Z"),
        (BERLIN, "2026-10-25 01:59:59", "2026-10-24 23:59:59Z"),
        (BERLIN, "2026-10-25 02:00", "2026-10-25 01:00Z"),
        (BERLIN, "2026-10-25 02:59:59", "2026-10-25 01:59:59Z"),
        (BERLIN, "2026-10-25 03:00", "2026-10-25 02:00Z"),
        (BERLIN, "2026-10-25 23:59", "2026-10-25 22:59Z"),
        (NEW_YORK, "2026-03-08 01:59", "2026-03-08 06:59Z"),
        (NEW_YORK, "2026-03-08 03:00", "2026-03-08 07:00Z"),
        (NEW_YORK, "2026-11-01 01:30", "2026-11-01 06:30Z"),
        (NEW_YORK, "2026-11-01 02:00", "2026-11-01 07:00Z"),
        # Lord Howe's summer is half an hour ahead, and in the south.
        (LORD_HOWE, "2026-10-04 01:59", "2026-10-03 15:29Z"),
        (LORD_HOWE, "2026-10-04 02:30", "2026-10-03 15:30Z"),
        (LORD_HOWE, "2026-04-05 01:29", "2026-04-04 14:29Z"),
        (LORD_HOWE, "2026-04-05 01:45", "2026-04-04 15:15Z"),
        (LORD_HOWE, "2026-04-05 02:00", "2026-04-04 15:30Z"),
        (KOLKATA, "2026-03-29 02:30", "2026-03-28 21:00Z"),
        (APIA, "2011-12-29 23:59", "2011-12-30 09:59Z"),
        (APIA, "2011-12-31 00:00", "2011-12-30 10:00Z"),
        (ZERO, "2026-03-29 02:30", "2026-03-29 02:30Z"),
    ],
)
def test_the_moment_of_a_time_by_the_clock(zone, clock, moment):
    assert to_utc(at(clock), zone) == at(moment)
    assert to_utc(at(clock), zone).tzinfo is UTC
    assert to_local(at(moment), zone) == at(clock)


@pytest.mark.parametrize(
    ("zone", "clock", "jumps_from", "jumps_to"),
    [
        (BERLIN, "2026-03-29 02:00", "2026-03-29 02:00", "2026-03-29 03:00"),
        (BERLIN, "2026-03-29 02:30", "2026-03-29 02:00", "2026-03-29 03:00"),
        (BERLIN, "2026-03-29 02:59:59", "2026-03-29 02:00", "2026-03-29 03:00"),
        (BERLIN, "2026-03-29 02:59:59.999999", "2026-03-29 02:00", "2026-03-29 03:00"),
        (NEW_YORK, "2026-03-08 02:00:01", "2026-03-08 02:00", "2026-03-08 03:00"),
        (LORD_HOWE, "2026-10-04 02:29", "2026-10-04 02:00", "2026-10-04 02:30"),
        (APIA, "2011-12-30 12:00", "2011-12-30 00:00", "2011-12-31 00:00"),
    ],
)
def test_a_time_that_does_not_exist(zone, clock, jumps_from, jumps_to):
    with pytest.raises(NoSuchTime) as raised:
        to_utc(at(clock), zone)

    assert (raised.value.jumps_from, raised.value.jumps_to) == (at(jumps_from), at(jumps_to))


def test_it_is_said_when_the_clocks_jump():
    with pytest.raises(NoSuchTime, match=r"on March 29, 2026: .* from 02:00 to 03:00\."):
        to_utc(at("2026-03-29 02:30"), BERLIN)
    with pytest.raises(NoSuchTime, match=r"from December 30, 00:00 to December 31, 00:00\."):
        to_utc(at("2011-12-30 02:30"), APIA)


@pytest.mark.parametrize(
    ("zone", "clock", "twice"),
    [
        (BERLIN, "2026-10-25 01:59", False),
        (BERLIN, "2026-10-25 02:00", True),
        (BERLIN, "2026-10-25 02:59", True),
        (BERLIN, "2026-10-25 03:00", False),
        (BERLIN, "2026-03-29 02:30", False),
        (LORD_HOWE, "2026-04-05 01:29", False),
        (LORD_HOWE, "2026-04-05 01:30", True),
        (KOLKATA, "2026-10-25 02:30", False),
    ],
)
def test_which_times_come_twice(zone, clock, twice):
    assert comes_twice(at(clock), zone) is twice


def test_a_time_with_a_zone_is_refused():
    with pytest.raises(ValueError, match="no zone of its own"):
        to_utc(at("2026-03-29 02:30Z"), BERLIN)


@pytest.mark.parametrize(
    ("moment", "old", "new", "moved"),
    [
        ("2026-11-27 22:59Z", BERLIN, NEW_YORK, "2026-11-28 04:59Z"),
        ("2026-11-27 22:59Z", BERLIN, BERLIN, "2026-11-27 22:59Z"),
        # 2:30 of the day on which Berlin has none: 3:30 there.
        ("2026-03-29 02:30Z", ZERO, BERLIN, "2026-03-29 01:30Z"),
        # It comes twice in Berlin: the later one.
        ("2026-10-25 02:30Z", ZERO, BERLIN, "2026-10-25 01:30Z"),
    ],
)
def test_a_class_that_moves_keeps_its_times(moment, old, new, moved):
    assert rezoned(at(moment), old, new) == at(moved)


moments = st.datetimes(at("2009-01-01"), at("2037-12-31"), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)


@settings(max_examples=150)
@given(moments, zones)
def test_a_moment_comes_back_or_is_the_earlier_of_two(moment, zone):
    clock = to_local(moment, zone)
    back = to_utc(clock, zone)
    assert back >= moment
    assert (back != moment) <= comes_twice(clock, zone)
    assert to_local(back, zone) == clock


@settings(max_examples=100)
@given(st.integers(0, 3599), st.integers(2010, 2036))
def test_no_time_of_the_lost_hour_exists(second, year):
    last = at(f"{year}-03-31")
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    with pytest.raises(NoSuchTime) as raised:
        to_utc(sunday + timedelta(hours=2, seconds=second), BERLIN)

    assert raised.value.jumps_from == sunday + timedelta(hours=2)
    assert raised.value.jumps_to == sunday + timedelta(hours=3)


# ---- days and weeks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        # Midnight comes twice, and not at all.
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ],
)
def test_a_day_starts_with_its_first_moment(zone, day, moment):
    assert day_start(day, ZoneInfo(zone)) == moment
    assert moment.astimezone(ZoneInfo(zone)).date() == day
    assert (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day


ZONES_WITH_CHANGES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe"]
).map(ZoneInfo)


@settings(max_examples=60)
@given(
    st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    ZONES_WITH_CHANGES,
    st.integers(1, 4000),
    st.integers(2, 30),
)
def test_weeks_begin_on_the_same_day_of_the_week(first, zone, days, most):
    now = day_start(first, zone) + timedelta(days=days, hours=5)

    *borders, last = week_borders(first, zone, now, most)

    assert last == now
    assert len(borders) < most
    assert borders == sorted(set(borders))
    assert borders[0] == day_start(first, zone)
    local = [border.astimezone(zone).date() for border in borders]
    assert {day.weekday() for day in local} == {first.weekday()}
    assert all(border == day_start(day, zone) for border, day in zip(borders, local, strict=True))


@pytest.mark.parametrize(("weeks", "points"), [(0, 2), (1, 3), (24, 26), (25, 14), (100, 22)])
def test_of_a_longer_time_there_are_fewer_weeks(weeks, points):
    first = date(2026, 1, 5)
    now = day_start(first, UTC) + timedelta(weeks=weeks, hours=1)

    assert len(week_borders(first, UTC, now, 26)) == points


def test_before_the_first_day_there_is_no_week():
    first = date(2026, 1, 5)

    assert week_borders(first, UTC, day_start(first, UTC), 26) == []
