"""From responses to a score."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.grading import Item, final_score, grade, passed, percent

RIGHT, WRONG = {"value": True}, {"value": False}
TENTHS = (Fraction(40, 100), Fraction(70, 100), Fraction(55, 100))
calm = settings(deadline=None, max_examples=50)
SCORES = st.fractions(0, 1, max_denominator=10**6)


def item(response, points=1):
    return Item("true-false", {"answer": True}, [], response, Fraction(points))


def test_points_scale_the_fractions():
    result = grade([item(RIGHT, 3), item(WRONG), item(RIGHT, "0.5")])
    assert result.fractions == (1, 0, 1)
    assert result.earned == Fraction(7, 2)
    assert result.possible == Fraction(9, 2)
    assert result.score == Fraction(7, 9)


def test_kinds_mix():
    choices = {"choices": [{"text": text, "correct": True} for text in "ABC"] + [{"text": "D"}]}
    multiple = Item("multiple", choices, [3, 2, 1, 0], {"positions": [1]}, Fraction(1))
    short = Item("short-answer", {"answers": [{"text": "Kimi"}]}, [], {"text": "k1"}, Fraction(1))
    assert grade([multiple, short, item(RIGHT)]).score == Fraction(4, 9)


def test_what_was_left_out_counts_among_what_was_dealt():
    assert grade([item(RIGHT), *[item({})] * 9]).score == Fraction(1, 10)


@pytest.mark.parametrize("items", [[], [item(RIGHT, 0)]])
def test_where_nothing_is_possible_the_score_is_zero(items):
    assert grade(items).score == 0


def test_an_unknown_kind_is_an_error():
    with pytest.raises(LookupError, match="essay"):
        grade([Item("essay", {}, [], {}, Fraction(1))])


@calm
@given(st.lists(st.tuples(st.sampled_from([RIGHT, WRONG, {}]), st.integers(0, 9))))
def test_a_score_is_between_nothing_and_everything(answered):
    result = grade([item(response, points) for response, points in answered])
    assert 0 <= result.score <= 1
    assert result.earned <= result.possible


@pytest.mark.parametrize(
    ("score", "mark", "passes"),
    [
        (Fraction(79995, 100_000), 80, False),
        (Fraction(8, 10), 80, True),
        (Fraction(2, 3), Decimal("66.67"), False),
        (Fraction(2, 3), Decimal("66.66"), True),
        (Fraction(0), 0, True),
        (Fraction(1), 100, True),
        (1 - Fraction(1, 10**30), 100, False),
    ],
)
def test_passing_is_decided_before_rounding(score, mark, passes):
    assert passed(score, mark) is passes


@pytest.mark.parametrize(
    ("score", "mark", "shown"),
    [
        (Fraction(79995, 100_000), 80, "79.99"),
        (Fraction(79995, 100_000), None, "80.00"),
        (Fraction(79995, 100_000), 70, "80.00"),
        (Fraction(2, 3), None, "66.67"),
        (Fraction(2, 3), 70, "66.67"),
        (Fraction(12345, 1_000_000), None, "1.23"),
        (Fraction(12345, 10**6) + Fraction(1, 10**4), None, "1.24"),
        (Fraction(12355, 10**6), None, "1.24"),
        (Fraction(1), 100, "100.00"),
        (1 - Fraction(1, 10**30), 100, "99.99"),
        (Fraction(0), 50, "0.00"),
    ],
)
def test_percent_rounds_half_to_even_but_never_up_to_the_mark(score, mark, shown):
    assert str(percent(score, mark)) == shown


@calm
@given(SCORES, st.decimals(0, 100, places=2))
def test_what_is_shown_agrees_with_passing(score, mark):
    assert (percent(score, mark) >= mark) is passed(score, mark)


@pytest.mark.parametrize(
    ("method", "final"), [("highest", 70), ("last", 55), ("first", 40), ("average", 55)]
)
def test_the_method_chooses_among_attempts(method, final):
    assert final_score(TENTHS, method) == Fraction(final, 100)


def test_the_highest_counts_by_default():
    assert final_score(TENTHS) == Fraction(70, 100)


def test_no_attempt_has_no_score():
    assert final_score([]) is None
