"""Item analysis: worked examples, real marks, properties, and whether wrong keys are found."""

import random
from fractions import Fraction
from math import exp, isclose
from statistics import correlation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis import (
    Cell,
    Item,
    ItemStatistics,
    advise,
    frequencies,
    guess_score,
    item_statistics,
    items_of,
    quiz_statistics,
    upper_lower,
)

from . import marks

calm = settings(deadline=None, max_examples=50)


def near(expected):
    return pytest.approx(expected, abs=1e-6)


def analysed(rows, highest):
    """The figures of each item and of the quiz."""
    items = items_of(rows, highest)
    each = [item_statistics(item) for item in items]
    totals = {}
    for row in rows:
        totals[sum(row)] = totals.get(sum(row), 0) + 1
    return each, quiz_statistics(items, each, totals)


def column(each, name):
    return [getattr(item, name) for item in each]


RIGHT_OR_WRONG = [
    [int(mark) for mark in row] for row in ("1111", "1110", "1100", "1010", "1000", "0001")
]


def test_right_or_wrong():
    each, quiz = analysed(RIGHT_OR_WRONG, [1] * 4)
    assert column(each, "facility") == near([0.833333, 0.5, 0.5, 0.333333])
    assert column(each, "point_biserial") == near([0.488901, 0.780869, 0.780869, 0.220863])
    assert column(each, "discrimination") == near([15.811388, 44.721360, 44.721360, -22.086305])
    assert column(each, "efficiency") == near([25, 50, 50, -28.571429])
    assert [upper_lower(item) for item in items_of(RIGHT_OR_WRONG, [1] * 4)] == near([0.5, 1, 1, 0])
    assert quiz.mean == near(2.166667)
    assert quiz.deviation == near(1.169045)
    assert (quiz.kr20, quiz.alpha) == (near(0.325203), near(0.325203))
    assert quiz.error_ratio == near(82.146013)
    assert quiz.standard_error == near(0.960324)
    assert quiz.skewness == near(0.667628)
    assert quiz.kurtosis == near(-0.446163)


HALF = Fraction(1, 2)
IN_PART = [[2, 1, HALF], [2, HALF, 1], [1, HALF, HALF], [0, 0, HALF], [1, 0, 0]]


def test_partial_credit():
    each, quiz = analysed(IN_PART, [2, 1, 1])
    assert [item.deviation**2 for item in each] == near([0.7, 0.175, 0.125])
    assert column(each, "facility") == near([0.6, 0.4, 0.5])
    assert column(each, "discrimination") == near([73.335880, 77.812706, 44.426166])
    assert quiz.deviation**2 == near(1.925)
    assert quiz.alpha == near(0.720779)
    assert quiz.kr20 is None
    assert sum(quiz.weights) == near(100)


def test_the_marks_of_a_real_quiz():
    rows = [[Fraction(mark) for mark in line.split()] for line in marks.MARKS.split("\n") if line]
    each, _ = analysed(rows, marks.HIGHEST)
    names = ("facility", "discrimination", "efficiency")
    compared = 0
    for item, line in zip(each, marks.FIGURES.split("\n")[1:-1], strict=True):
        for name, figure in zip(names, line.split(), strict=True):
            computed = getattr(item, name)
            if name == "facility" and computed is not None:
                computed *= 100
            assert computed == (None if figure == "–" else near(float(figure))), (line, name)
            compared += figure != "–"
    assert compared == 43


def test_moving_all_marks_far_away_changes_nothing():
    """Sums of squares of such numbers would leave no digit of a variance."""
    far = [[mark + 10**9 for mark in row] for row in RIGHT_OR_WRONG]
    near_by, at_home = analysed(RIGHT_OR_WRONG, [1] * 4)
    far_away, abroad = analysed(far, [10**9 + 1] * 4)
    for name in ("deviation", "discrimination", "efficiency", "point_biserial"):
        assert column(far_away, name) == pytest.approx(column(near_by, name), rel=1e-12)
    assert abroad.alpha == pytest.approx(at_home.alpha, rel=1e-12)


# What cannot be computed -------------------------------------------------------------------------


def test_nobody():
    item = item_statistics(Item(1, ()))
    assert item == ItemStatistics(0, None, None, None, None, None, None, None)
    quiz = quiz_statistics([Item(1, ())], [item], {})
    assert (quiz.attempts, quiz.mean, quiz.deviation, quiz.alpha) == (0, None, None, None)


def test_one_learner_has_no_spread():
    each, quiz = analysed([[1, 0]], [1, 1])
    assert column(each, "facility") == [1, 0]
    assert column(each, "deviation") == [None, None]
    assert column(each, "discrimination") == [None, None]
    assert (quiz.deviation, quiz.skewness, quiz.kurtosis) == (None, None, None)


@pytest.mark.parametrize("tenth", [1, Fraction(1, 10), Fraction(1, 3)])
def test_where_all_are_alike_nothing_tells_them_apart(tenth):
    """A mark, or a rest, that is the same for everybody has no spread, and not a tiny one."""
    each, quiz = analysed([[tenth * 3, tenth * (i % 2), tenth] for i in range(12)], [3, 1, 1])
    assert column(each, "discrimination") == [None] * 3
    assert column(each, "efficiency") == [None] * 3
    assert [item.point_biserial is None for item in each] == [True, False, True]
    assert quiz.alpha == near(0)


def test_an_item_without_points_has_no_facility_and_does_not_count():
    with_it = [[*row, 0] for row in RIGHT_OR_WRONG]
    each, quiz = analysed(with_it, [1, 1, 1, 1, 0])
    assert each[-1].facility is None
    assert (quiz.kr20, quiz.alpha) == (near(0.325203), near(0.325203))


def test_an_item_against_the_total_has_no_weight():
    each, quiz = analysed([[5, 0], [4, 0], [1, 1], [0, 1]], [5, 1])
    assert each[1].covariance < 0
    assert quiz.weights == (near(100), None)


def test_alpha_needs_the_same_items_for_everybody():
    items = items_of(RIGHT_OR_WRONG, [1] * 4)
    items[0] = Item(1, items[0].cells[:-1])
    quiz = quiz_statistics(items, [item_statistics(item) for item in items], {4: 1, 2: 4, 1: 1})
    assert (quiz.alpha, quiz.kr20, quiz.error_ratio, quiz.standard_error) == (None,) * 4
    assert quiz.deviation is not None


def test_the_best_and_the_worst_are_compared_from_ten_learners_on():
    rows = [[int(i < 5), int(i < 3)] for i in range(10)]
    assert column(analysed(rows, [1, 1])[0], "upper_lower") == [1, 1]
    assert column(analysed(rows[:9], [1, 1])[0], "upper_lower") == [None, None]


def test_learners_of_one_total_count_in_part_at_the_border():
    """Three of ten are the best; two stand out, and four share the third place."""
    cells = (Cell(1, 3, 2), Cell(1, 2, 1), Cell(0, 2, 3), Cell(0, 1, 4))
    assert upper_lower(Item(1, cells)) == near((2 + 1 / 4) / 3)


# Properties --------------------------------------------------------------------------------------

thirds = st.integers(0, 6).map(lambda n: Fraction(n, 3))
matrices = st.integers(2, 5).flatmap(
    lambda size: st.lists(st.lists(thirds, min_size=size, max_size=size), min_size=2, max_size=25)
)


def pearson(a, b):
    return correlation(a, b) if len(set(a)) > 1 and len(set(b)) > 1 else None


@calm
@given(matrices)
def test_histograms_say_what_the_matrix_says(rows):
    highest = [2] * len(rows[0])
    each, quiz = analysed(rows, highest)
    totals = [float(sum(row)) for row in rows]
    for place, item in enumerate(each):
        mine = [float(row[place]) for row in rows]
        rest = [float(sum(row) - row[place]) for row in rows]
        against_rest = pearson(mine, [round(each, 9) for each in rest])
        expected = None if against_rest is None else near(100 * against_rest)
        assert item.discrimination == expected
        if len(set(mine)) > 1 and len({sum(row) for row in rows}) > 1:
            assert item.point_biserial == near(correlation(mine, totals))
    shares = [weight for weight in quiz.weights if weight is not None]
    assert not shares or isclose(sum(shares), 100)
    if quiz.alpha is not None:
        assert quiz.alpha <= 1 + 1e-12


@calm
@given(matrices)
def test_efficiency_is_no_less_than_discrimination(rows):
    """The marks at hand allow at most a correlation of 1, and often less."""
    for item in analysed(rows, [2] * len(rows[0]))[0]:
        if item.discrimination is not None:
            assert abs(item.discrimination) <= 100 + 1e-9
            assert item.efficiency is not None
            assert item.efficiency <= 100 + 1e-9
            assert abs(item.efficiency) >= abs(item.discrimination) - 1e-9


@calm
@given(matrices, st.randoms())
def test_the_order_of_learners_does_not_matter(rows, chance):
    mixed = chance.sample(rows, len(rows))
    first, second = (analysed(each, [2] * len(rows[0])) for each in (rows, mixed))
    assert column(first[0], "facility") == column(second[0], "facility")
    for name in ("discrimination", "efficiency", "point_biserial", "upper_lower"):
        assert column(first[0], name) == near(column(second[0], name))


# Guessing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content", "score"),
    [
        (
            "single",
            {"choices": [{"text": "a", "correct": True}, *[{"text": c} for c in "bcd"]]},
            "1/4",
        ),
        (
            "single",
            {"choices": [{"weight": 1}, {"weight": "1/2"}, {"weight": -1}]},
            "1/2",
        ),
        ("true-false", {"answer": True}, "1/2"),
        (
            "matching",
            {"pairs": [{"left": "a", "right": "A"}, {"left": "b", "right": "B"}, {"right": " A "}]},
            "1/2",
        ),
        ("short-answer", {"answers": [{"text": "x"}]}, "0"),
        ("numeric", {"answers": [{"value": "1"}]}, "0"),
    ],
)
def test_what_guessing_earns(kind, content, score):
    assert guess_score(kind, content) == Fraction(score)


def test_guessing_several_is_not_computed():
    assert guess_score("multiple", {"choices": [{"text": "a", "correct": True}]}) is None


# Advice ------------------------------------------------------------------------------------------


def seen(facility=0.6, discrimination=30.0, attempts=100):
    return ItemStatistics(attempts, facility, 0.5, discrimination, 50.0, 0.4, 0.3, 0.1)


def chosen(*counts, right=0, asked=100):
    """Choices “A”, “B”, …"""
    rows = [(chr(65 + i), count, i == right) for i, count in enumerate(counts)]
    return frequencies(rows, asked)


@pytest.mark.parametrize(
    ("item", "choices", "guess", "kinds"),
    [
        (seen(), chosen(60, 20, 20), Fraction(1, 3), []),
        (seen(0.96), (), None, ["easy"]),
        (seen(0.95), (), None, []),
        (seen(0.29), (), None, ["hard"]),
        (seen(0.3), (), None, []),
        (seen(0.30), (), Fraction(1, 4), ["guessing"]),
        (seen(0.31), (), Fraction(1, 4), []),
        (seen(0.27), (), Fraction(1, 4), ["guessing", "hard"]),
        (seen(0.02), (), Fraction(0), ["hard"]),  # nobody guesses a number
        (seen(discrimination=-0.1), (), None, ["key"]),
        (seen(discrimination=0.0), (), None, ["ambiguous"]),
        (seen(discrimination=9.9), (), None, ["ambiguous"]),
        (seen(discrimination=10.0), (), None, []),
        (seen(0.85, discrimination=5.0), (), None, []),
        (seen(discrimination=None), (), None, []),
        (seen(None, None), (), None, []),
        (seen(0.4), chosen(40, 41, 19), None, ["key"]),
        (seen(0.4), chosen(40, 40, 20), None, []),
        (seen(0.2), chosen(20, 30, 50), None, ["key", "hard"]),  # the most tempting one is named
        (seen(), chosen(100, 0), None, []),  # true or false
        (seen(), chosen(60, 39, 1), None, ["distractor"]),
        (seen(), chosen(60, 38, 2), None, []),
        (seen(attempts=49), chosen(30, 19, 0, asked=49), None, []),
    ],
)
def test_advice(item, choices, guess, kinds):
    assert [advice.kind for advice in advise(item, choices, guess)] == kinds


def test_nothing_is_advised_before_there_is_enough():
    (advice,) = advise(seen(discrimination=-50.0, attempts=6), chosen(1, 5))
    assert (advice.kind, advice.severity) == ("collecting", "wait")
    assert advice.sentence == "Collecting: 6 of 10."
    assert advise(seen(attempts=10)) == []


def test_advice_names_the_choice_and_where_to_look():
    (advice,) = advise(seen(0.4), chosen(40, 60))
    assert advice.severity == "check"
    assert advice.sentence == "“B” is chosen more often than a right answer."
    assert advice.look.startswith("Check the key")


# Are wrong keys found? ---------------------------------------------------------------------------

LEARNERS, ITEMS, WRONG_KEYS, CHOICES = 300, 200, 5, 4


def simulated(seed):
    """The items whose key is wrong, and those that the advice sends the author to.

    A two-parameter logistic model with guessing: ability, difficulty and discrimination at random;
    who does not know the answer takes any choice, some more tempting than others. Choice 0 is
    right. A planted key names another one.
    """
    chance = random.Random(seed)  # noqa: S311 - the same numbers each time
    abilities = [chance.gauss(0, 1) for _ in range(LEARNERS)]
    planted = set(chance.sample(range(ITEMS), WRONG_KEYS))
    keys = [chance.randrange(1, CHOICES) if item in planted else 0 for item in range(ITEMS)]
    picks = []
    for _ in range(ITEMS):
        steepness, difficulty = chance.lognormvariate(0, 0.3), chance.gauss(-0.7, 0.8)
        tempting = [1.0] + [chance.uniform(0.5, 1.5) for _ in range(CHOICES - 1)]
        picks.append(
            [
                0
                if chance.random() < 1 / (1 + exp(-steepness * (ability - difficulty)))
                else chance.choices(range(CHOICES), tempting)[0]
                for ability in abilities
            ]
        )
    marks = [[int(pick == key) for pick in row] for row, key in zip(picks, keys, strict=True)]
    found = set()
    for place, item in enumerate(items_of(list(zip(*marks, strict=True)), [1] * ITEMS)):
        counts = [picks[place].count(choice) for choice in range(CHOICES)]
        choices = chosen(*counts, right=keys[place], asked=LEARNERS)
        advice = advise(item_statistics(item), choices, Fraction(1, CHOICES))
        if any(each.kind == "key" for each in advice):
            found.add(place)
    return planted, found


@pytest.mark.parametrize("seed", range(4))
def test_wrong_keys_are_found_with_few_false_alarms(seed):
    planted, found = simulated(seed)
    assert planted <= found
    assert len(found - planted) <= 2
