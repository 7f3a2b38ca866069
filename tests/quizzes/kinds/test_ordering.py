"""Ordering: four rules, an order of chance, and places chosen one by one."""

import random
from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest

from quizzes.kinds import BadResponse, kind
from quizzes.kinds.ordering import RULES

ORDERING = kind("ordering")
LETTERS = {"items": ["A", "B", "C", "D"]}
DEALT = [2, 0, 3, 1]  # C, A, D, B


def values(order):
    """What is sent for an order such as ACBD."""
    return [f"{place}={order.index('ABCD'[index])}" for place, index in enumerate(DEALT)]


def score(order, rule):
    content = LETTERS | {"scoring": rule}
    return ORDERING.grade(content, DEALT, ORDERING.parse(content, DEALT, values(order)))


@pytest.mark.parametrize(
    ("order", "rule", "fraction"),
    [
        ("ACBD", "pairs", Fraction(5, 6)),
        ("ACBD", "place", Fraction(1, 2)),
        ("ACBD", "adjacent", 0),
        ("ACBD", "exact", 0),
        ("DABC", "pairs", Fraction(1, 2)),
        ("DABC", "place", 0),
        ("DABC", "adjacent", Fraction(2, 3)),
        ("DCBA", "pairs", 0),
        *(("ABCD", rule, 1) for rule in RULES),
    ],
)
def test_a_rule_by_its_figures(order, rule, fraction):
    assert score(order, rule) == fraction


def test_pairs_is_the_default():
    response = ORDERING.parse(LETTERS, DEALT, values("ACBD"))
    assert round(float(ORDERING.grade(LETTERS, DEALT, response)), 6) == 0.833333


@pytest.mark.parametrize("rule", RULES)
def test_no_order_but_the_right_one_scores_everything(rule):
    full = [order for order in permutations("ABCD") if score("".join(order), rule) == 1]
    assert full == [tuple("ABCD")]


@pytest.mark.parametrize(
    ("places", "pairs", "place", "adjacent"),
    [
        ([0, None, None, None], 0, Fraction(1, 4), 0),
        ([0, 1, None, 3], Fraction(1, 2), Fraction(3, 4), Fraction(1, 3)),
        ([0, 0, 1, 2], Fraction(5, 6), Fraction(1, 4), Fraction(2, 3)),
        ([3, 3, 3, 3], 0, Fraction(1, 4), 0),
    ],
)
def test_a_place_that_is_missing_or_given_twice_is_no_order(places, pairs, place, adjacent):
    assert RULES["pairs"](places) == pairs
    assert RULES["place"](places) == place
    assert RULES["adjacent"](places) == adjacent
    assert RULES["exact"](places) == 0


def test_what_is_stored_is_the_place_of_each_item_as_dealt():
    assert ORDERING.parse(LETTERS, DEALT, ["3=1", "0=2", "2="]) == {"places": [2, None, None, 1]}


@pytest.mark.parametrize("sent", [[], [""], ["0=", "1=", "2=", "3="]])
def test_without_a_place_it_is_unanswered(sent):
    assert ORDERING.parse(LETTERS, DEALT, sent) == {}


@pytest.mark.parametrize("sent", [["4=0"], ["0=4"], ["0=0", "0=1"], ["0"], ["0=−1"]])
def test_what_was_not_on_offer_is_refused(sent):
    with pytest.raises(BadResponse):
        ORDERING.parse(LETTERS, DEALT, sent)


@pytest.mark.parametrize(
    ("sent", "hint"),
    [
        ([], ""),
        (["0=0", "1=1", "2=2", "3=3"], ""),
        (["0=0", "1=0"], "Two of these have the same place."),
        (["0=0"], "Not all of these have a place."),
    ],
)
def test_a_hint_says_what_the_places_lack(sent, hint):
    assert ORDERING.hint(ORDERING.parse(LETTERS, DEALT, sent)) == hint


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_order_is_dealt_equally_often(shuffle):
    """The right one too: one that never came would be known to be wrong."""
    rng = random.Random(5)  # noqa: S311
    content = {"items": ["A", "B", "C"]}
    counts = Counter(tuple(ORDERING.deal(content, rng, shuffle)) for _ in range(1200))
    # chi-square with 5 degrees of freedom is over 20.5 once in a thousand
    assert sum((counts[order] - 200) ** 2 / 200 for order in permutations(range(3))) < 20.5


def test_the_review_is_in_the_right_order_with_the_places_that_were_given():
    lines = ORDERING.review(LETTERS, DEALT, {"places": [1, 0, None, 2]})
    assert [(line.text, line.position, line.chosen, line.right) for line in lines] == [
        ("A", 0, True, True),
        ("B", 2, True, False),
        ("C", 1, True, False),
        ("D", None, False, False),
    ]


@pytest.mark.parametrize("rule", RULES)
def test_a_good_question_has_no_faults(rule):
    assert ORDERING.faults(LETTERS | {"scoring": rule}) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (None, (), "The question needs “items”."),
        ({}, ("items",), "A question needs at least two items."),
        ({"items": ["A"]}, ("items",), "A question needs at least two items."),
        ({"items": ["A", " "]}, ("items", 1), "Item 2 has no text."),
        ({"items": ["A", {}]}, ("items", 1), "Item 2 is not a text."),
        ({"items": ["A", "B", "A "]}, ("items", 2), "Item 3 is the same as item 1."),
        (
            LETTERS | {"scoring": "kendall"},
            ("scoring",),
            "The scoring cannot be “kendall”: there are pairs, exact, place, adjacent.",
        ),
        ({"itmes": []}, ("itmes",), "The key “itmes” is not known here. Did you mean “items”?"),
    ],
)
def test_a_fault_names_its_place(content, path, message):
    assert (path, message) in [(fault.path, fault.message) for fault in ORDERING.faults(content)]


def test_items_that_are_nearly_the_same_are_a_warning():
    (fault,) = ORDERING.faults({"items": ["m2", "m²"]})
    assert not fault.blocking
