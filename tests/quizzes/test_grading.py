"""From responses to a score."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.grading import Final, Item, Try, final, grade, passed, percent

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


TRIES = [Try(score, 60, passed(score, 60)) for score in TENTHS]


@pytest.mark.parametrize(
    ("method", "score", "is_passed"),
    [("highest", 70, True), ("last", 55, False), ("first", 40, False), ("average", 55, False)],
)
def test_the_method_chooses_among_attempts(method, score, is_passed):
    assert final(TRIES, method) == Final(Fraction(score, 100), 60, is_passed)


def test_the_highest_counts_by_default():
    assert final(TRIES).score == Fraction(70, 100)


def test_no_attempt_has_no_score():
    assert final([]) is None


BLANK = Try(Fraction(0), 60, False, is_blank=True)


@pytest.mark.parametrize(
    ("method", "score"), [("highest", 70), ("last", 0), ("first", 70), ("average", 35)]
)
def test_an_expired_attempt_without_any_answer_counts_for_last_and_average(method, score):
    tries = [BLANK, Try(Fraction(70, 100), 60, True), BLANK][: 3 if method == "last" else 2]
    assert final(tries, method).score == Fraction(score, 100)


def test_blank_attempts_alone_come_to_nothing_rather_than_to_no_result():
    assert final([BLANK, BLANK]) == Final(Fraction(0), 60, False)


def test_what_was_passed_stays_passed_when_the_mark_is_raised():
    tries = [Try(Fraction(60, 100), 50, True), Try(Fraction(65, 100), 70, False)]
    assert final(tries) == Final(Fraction(65, 100), 70, True)


def test_the_average_is_judged_unrounded_at_the_newest_mark():
    tries = [Try(Fraction(79995, 100_000), 50, True), Try(Fraction(79995, 100_000), 80, False)]
    assert final(tries, "average") == Final(Fraction(79995, 100_000), 80, False)
