"""How often, how long, when again, and what is shown: the pure rules."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.rules import (
    LAST_SAVE,
    Shown,
    Window,
    again_at,
    attempts_left,
    shown,
    takes_answers,
    window,
)

START = datetime(2026, 6, 14, 12, tzinfo=UTC)
ALL = Shown()
SCORE_ONLY = Shown(True, False, False, False, False)


def later(minutes):
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "factor", "overdue", "deadline", "closes_at"),
    [
        (None, "2", "grace", None, None),
        (20, "1", "submit", 20, 20),
        (20, "1", "discard", 20, 20),
        (20, "1", "grace", 20, 25),
        (20, "1.25", "submit", 25, 25),
        (20, "1.5", "grace", 30, 35),
        (45, "2", "submit", 90, 90),
        (1, "1.25", "submit", 1.25, 1.25),
    ],
)
def test_the_time_of_an_attempt(minutes, factor, overdue, deadline, closes_at):
    expected = Window(*(at and later(at) for at in (deadline, closes_at)))

    assert window(START, minutes, Decimal(factor), overdue, 5) == expected


@pytest.mark.parametrize(
    ("seconds", "counts"), [(-1, True), (0, True), (1, True), (30, True), (31, False), (600, False)]
)
def test_an_answer_counts_until_half_a_minute_after_the_deadline(seconds, counts):
    assert takes_answers(START, START + timedelta(seconds=seconds)) is counts
    assert takes_answers(None, START)


@pytest.mark.parametrize(
    ("allowed", "used", "extra", "left"),
    [
        (None, 9, 0, None),
        (3, 0, 0, 3),
        (3, 2, 0, 1),
        (3, 3, 0, 0),
        (3, 5, 0, 0),
        (3, 3, 2, 2),
        (3, 5, 2, 0),
        (1, 0, 1, 2),
        (None, 9, 5, None),
    ],
)
def test_how_many_attempts_are_left(allowed, used, extra, left):
    assert attempts_left(allowed, used, extra) == left


@pytest.mark.parametrize(
    ("ends", "first", "after", "again"),
    [
        ([], 10, 60, None),
        ([0], 0, 0, None),
        ([0], 10, 60, 10),
        ([0], 0, 60, None),
        ([0, 30], 10, 60, 90),
        ([0, 30], 10, 0, None),
        ([30, 0], 10, 60, 90),
        ([0, 30, 200], 0, 5, 205),
    ],
)
def test_when_the_next_attempt_may_begin(ends, first, after, again):
    assert again_at([later(end) for end in ends], first, after) == (again and later(again))


@pytest.mark.parametrize(
    ("timing", "passed", "may_try_again", "expected"),
    [
        ("at-once", False, True, ALL),
        ("after-submission", False, True, ALL),
        ("after-passing", False, True, SCORE_ONLY),
        ("after-passing", True, True, ALL),
        ("after-passing", False, False, ALL),
        ("never", True, False, SCORE_ONLY),
    ],
)
def test_what_is_shown_when(timing, passed, may_try_again, expected):
    assert shown(ALL, timing, passed=passed, may_try_again=may_try_again) == expected


@given(
    st.builds(Shown, *[st.booleans()] * 5),
    st.sampled_from(["at-once", "after-submission", "after-passing", "never"]),
    st.booleans(),
    st.booleans(),
)
def test_nothing_is_shown_that_is_switched_off(switches, timing, passed, may_try_again):
    seen = shown(switches, timing, passed=passed, may_try_again=may_try_again)

    assert seen.score is switches.score
    for name in ("marks", "choice_feedback", "answers", "explanations"):
        assert getattr(seen, name) <= getattr(switches, name)


def test_grace_for_the_last_save_is_half_a_minute():
    assert timedelta(seconds=30) == LAST_SAVE
