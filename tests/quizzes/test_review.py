"""Spaced review as a pure calculation: states, due dates, what comes first, a day's portion."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import review

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
RIGHT, HALF, MISSED = Fraction(1), Fraction(1, 2), Fraction(0)

retentions = st.integers(70, 97)
gaps = st.integers(0, 400 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
histories = st.lists(st.tuples(gaps, st.sampled_from([RIGHT, HALF, MISSED])), min_size=1)


def dated(history):
    """Answers with times, from gaps between them."""
    at, answers = START, []
    for gap, fraction in history:
        at += gap
        answers.append((at, fraction))
    return answers


def days(*answers, retention=90):
    state = review.fold(dated((timedelta(days=gap), right) for gap, right in answers), retention)
    return (state.due - state.last).days


# Worked by the package's default parameters: a first right answer lasts 2.3065 days, a first
# miss 0.212.
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(0, RIGHT)], 2),
        ([(0, MISSED)], 1),
        ([(0, HALF)], 1),
        ([(0, RIGHT), (2, RIGHT)], 11),
        ([(0, RIGHT), (2, RIGHT), (11, RIGHT)], 46),
        ([(0, RIGHT), (2, RIGHT), (11, MISSED)], 2),
        ([(0, MISSED), (1, RIGHT)], 2),
    ],
)
def test_when_a_question_comes_back(answers, expected):
    assert days(*answers) == expected


def test_nothing_answered_is_no_state():
    assert review.fold([], 90) is None


def test_due_dates_are_the_package_s_own_on_ten_thousand_histories():
    """Keeping stability and difficulty alone loses nothing that the package looks at."""
    rng = random.Random(20260601)  # noqa: S311 - the same each time
    for _ in range(10_000):
        retention = rng.randint(70, 97)
        package = review.scheduler(retention)
        card, state, at = fsrs.Card(card_id=1, due=START), None, START
        for _ in range(rng.randint(1, 6)):
            at += timedelta(seconds=rng.choice([0, 600, 86_399, 86_400, rng.randint(0, 10**7)]))
            fraction = rng.choice([RIGHT, RIGHT, HALF, MISSED])
            rating = fsrs.Rating.Good if fraction == 1 else fsrs.Rating.Again
            card, _ = package.review_card(card, rating, at)
            state = review.answered(state, at, fraction, retention)
        assert (state.due, state.stability, state.difficulty) == (
            card.due,
            card.stability,
            card.difficulty,
        )
        assert state.due == at + timedelta(days=review.interval(state.stability, retention))
        later = at + timedelta(days=rng.randint(0, 100))
        assert review.retrievability(state, later) == package.get_card_retrievability(card, later)


@settings(max_examples=60)
@given(histories, retentions)
def test_it_comes_back_after_the_answer_by_whole_days(history, retention):
    state = review.fold(dated(history), retention)

    wait = state.due - state.last
    assert wait >= timedelta(days=1)
    assert wait % timedelta(days=1) == timedelta(0)


@settings(max_examples=60)
@given(histories, gaps, retentions)
def test_a_miss_never_comes_back_later_than_a_right_answer_would(history, gap, retention):
    answers = dated(history)
    at = answers[-1][0] + gap

    missed, right = (review.fold([*answers, (at, f)], retention) for f in (MISSED, RIGHT))

    assert missed.due <= right.due
    assert review.fold([*answers, (at, HALF)], retention) == missed


@settings(max_examples=60)
@given(histories, retentions, retentions)
def test_remembering_more_never_means_reviewing_later(history, one, other):
    low, high = sorted([one, other])
    answers = dated(history)

    assert review.fold(answers, high).due <= review.fold(answers, low).due


@settings(max_examples=60)
@given(histories, retentions, retentions)
def test_another_retention_is_as_if_it_had_been_so_all_along(history, before, after):
    answers = dated(history)

    changed = review.rescheduled(review.fold(answers, before), after)

    assert changed == review.fold(answers, after)


@settings(max_examples=60)
@given(histories, gaps)
def test_the_chance_to_know_it_only_falls_until_it_is_answered(history, gap):
    state = review.fold(dated(history), 90)

    now, later = (review.retrievability(state, state.last + wait) for wait in (gap, 2 * gap))

    assert 1 >= now >= later > 0


def test_at_its_due_date_the_chance_is_what_was_wished():
    state = review.fold(dated([(timedelta(0), RIGHT), (timedelta(2), RIGHT)]), 80)

    assert review.retrievability(state, state.due) == pytest.approx(0.8, abs=0.005)


def test_most_at_risk_comes_first_then_what_is_due_longest():
    now = START + timedelta(days=60)
    firm = review.State(100, 5, START + timedelta(days=40), START)
    weak = review.State(2, 5, START + timedelta(days=50), START)
    fresh = review.State(2, 5, now, now)
    sooner = review.State(2, 5, START + timedelta(days=2), START)

    order = sorted([fresh, firm, weak, sooner], key=lambda state: review.urgency(state, now))

    assert order == [sooner, weak, firm, fresh]


@pytest.mark.parametrize(
    ("due", "answered_today", "cap", "expected"),
    [
        (0, 0, 20, 0),
        (5, 0, 20, 5),
        (65, 0, 20, 20),
        (65, 15, 20, 5),
        (65, 20, 20, 0),
        (65, 30, 20, 0),
        (3, 18, 20, 2),
    ],
)
def test_a_day_s_portion(due, answered_today, cap, expected):
    assert review.portion(due, answered_today, cap) == expected


def test_the_gaps_grow_and_a_higher_retention_shortens_them():
    assert review.ladder(90) == [2, 11, 46, 163]
    assert all(a <= b for a, b in zip(review.ladder(95), review.ladder(80), strict=True))


def test_times_of_other_zones_are_the_same_moment():
    there = START.astimezone(ZoneInfo("Asia/Kolkata"))

    assert review.fold([(there, RIGHT)], 90).due == review.fold([(START, RIGHT)], 90).due
