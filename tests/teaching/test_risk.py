"""The signs that a learner needs attention, by their rules."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaching.risk import Sign, Signs, signs_of

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def signs(joined=60, active=0, overdue=0, lessons=10, **doings) -> Signs:
    """Of someone who joined so many days ago and was last active so many days ago; None: never."""
    active_at = None if active is None else NOW - active * DAY
    nothing = {"opened": 0, "done": 0, "graded": 0, "failing": 0, "most_tries": 0}
    if active is not None:
        nothing["opened"] = 1
    person = SimpleNamespace(**nothing | {"last_active": active_at} | doings)
    return signs_of(person, NOW - joined * DAY, lessons, overdue, NOW)


@pytest.mark.parametrize(
    ("facts", "words", "at_risk"),
    [
        ({}, "", False),
        ({"active": 14 - 1e-5}, "", False),
        ({"active": 14}, "No visit for 14 days", False),
        ({"active": 28 - 1e-5}, "No visit for 27 days", False),
        ({"active": 28}, "No visit for 28 days", True),
        ({"active": 40, "done": 10}, "", False),
        ({"active": 40, "lessons": 0}, "", False),
        # Who came before the class did is quiet since they joined.
        ({"joined": 13, "active": 40}, "", False),
        ({"joined": 15, "active": 40}, "No visit for 15 days", False),
        ({"failing": 1, "most_tries": 3}, "A quiz tried 3 times, not passed", False),
        ({"failing": 2, "most_tries": 2}, "2 quizzes tried twice, not passed", False),
        ({"failing": 2, "most_tries": 4}, "2 quizzes tried up to 4 times, not passed", False),
        ({"overdue": 1}, "1 assignment overdue", False),
        ({"overdue": 5}, "5 assignments overdue", False),
        ({"joined": 7 - 1e-5, "active": None}, "", False),
        ({"joined": 7, "active": None}, "Nothing begun in 7 days", False),
        ({"joined": 7, "active": None, "graded": 1}, "", False),
        ({"joined": 7, "active": None, "lessons": 0}, "", False),
        ({"joined": 14, "active": None}, "No visit for 14 days · Nothing begun in 14 days", True),
        (
            {"active": 16, "failing": 1, "most_tries": 2},
            "No visit for 16 days · A quiz tried twice, not passed",
            True,
        ),
        (
            {"failing": 1, "most_tries": 2, "overdue": 2},
            "A quiz tried twice, not passed · 2 assignments overdue",
            True,
        ),
        # Joined in the future, as the class starts later: nothing is expected yet.
        ({"joined": -3, "active": None}, "", False),
    ],
)
def test_each_sign_by_its_rule(facts, words, at_risk):
    found = signs(**facts)

    assert found.words == words
    assert found.is_at_risk is at_risk


def test_the_most_pressing_sign_stands_first():
    assert Signs(quiet=14, failing=1, behind=1, new=7).shown == tuple(Sign)
    assert Signs().shown == ()


some_signs = st.builds(
    Signs,
    quiet=st.just(0) | st.integers(14, 60),
    failing=st.integers(0, 3),
    behind=st.integers(0, 3),
    new=st.just(0) | st.integers(7, 60),
)


@settings(max_examples=60)
@given(some_signs, st.sampled_from(Sign), st.integers(0, 30))
def test_one_more_sign_never_lowers_the_risk(before, sign, more):
    worse = dict.fromkeys(("quiet", "failing", "behind", "new"), 0)
    worse |= {name: getattr(before, name) for name in worse}
    worse[sign] += more

    after = Signs(**worse)

    assert after.is_at_risk >= before.is_at_risk
    assert after.rank >= before.rank
    assert set(after.shown) >= set(before.shown)


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3), st.integers(0, 40))
def test_waiting_never_lowers_the_risk(joined, active, overdue, longer):
    before = signs(joined, active, overdue)

    assert signs(joined + longer, active + longer, overdue).rank >= before.rank
