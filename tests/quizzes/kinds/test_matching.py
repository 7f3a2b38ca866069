"""Matching: the share of the right pairs, misleading options and equal ones."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from quizzes.kinds import BadResponse, kind

MATCHING = kind("matching")
VENDORS = {
    "pairs": [
        {"left": "GLM-5", "right": "Zhipu AI"},
        {"left": "Kimi", "right": "Moonshot AI"},
        {"left": "Qwen", "right": "Alibaba"},
        {"right": "Baidu"},
    ]
}
DEALT = [[2, 0, 1], [3, 0, 2, 1]]  # Qwen, GLM-5, Kimi; Baidu, Zhipu AI, Alibaba, Moonshot AI


def pairs(*rows):
    return {"pairs": [dict(zip(("left", "right"), row, strict=False)) for row in rows]}


def score(*sent):
    return MATCHING.grade(VENDORS, DEALT, MATCHING.parse(VENDORS, DEALT, list(sent)))


@pytest.mark.parametrize(
    ("sent", "fraction"),
    [
        (["0=2", "1=1", "2=3"], 1),
        (["0=2", "1=1", "2=0"], Fraction(2, 3)),
        (["0=2", "1=1"], Fraction(2, 3)),
        (["1=1"], Fraction(1, 3)),
        (["0=1", "1=1", "2=1"], Fraction(1, 3)),
        (["0=0", "1=0", "2=0"], 0),
        ([], 0),
    ],
)
def test_the_score_is_the_share_of_the_right_pairs(sent, fraction):
    assert score(*sent) == fraction


def test_two_of_three_is_two_thirds_to_six_places():
    assert round(float(score("0=2", "1=1", "2=0")), 6) == 0.666667


def test_what_is_stored_is_a_place_for_each_left_side():
    assert MATCHING.parse(VENDORS, DEALT, ["2=3", "0=2", "1="]) == {"options": [2, None, 3]}


@pytest.mark.parametrize("sent", [[], [""], ["0=", "1="]])
def test_nothing_chosen_is_unanswered(sent):
    assert MATCHING.parse(VENDORS, DEALT, sent) == {}


@pytest.mark.parametrize("sent", [["3=0"], ["0=4"], ["0=0", "0=1"], ["0"], ["0=00"]])
def test_what_was_not_on_offer_is_refused(sent):
    with pytest.raises(BadResponse):
        MATCHING.parse(VENDORS, DEALT, sent)


def test_equal_right_sides_are_one_option_and_right_for_each():
    content = pairs(("V3", "DeepSeek"), ("Qwen", "Alibaba"), ("R1", " DeepSeek"), ("", "Alibaba"))
    lefts, rights = MATCHING.deal(content, random.Random(1), shuffle=False)  # noqa: S311
    assert lefts == [0, 1, 2]
    assert sorted(rights) == [0, 1]
    deepseek, alibaba = rights.index(0), rights.index(1)
    sent = [f"0={deepseek}", f"1={alibaba}", f"2={deepseek}"]
    response = MATCHING.parse(content, [lefts, rights], sent)
    assert MATCHING.grade(content, [lefts, rights], response) == 1


@pytest.mark.parametrize("shuffle", [True, False])
def test_each_option_stands_at_each_place_equally_often(shuffle):
    """Never beside its left side by rule, even where the quiz is not shuffled."""
    rng = random.Random(7)  # noqa: S311
    deals = [MATCHING.deal(VENDORS, rng, shuffle) for _ in range(1000)]
    for left in range(3):
        counts = Counter(rights.index(left) for _, rights in deals)
        # chi-square with 3 degrees of freedom is over 16.27 once in a thousand
        assert sum((counts[place] - 250) ** 2 / 250 for place in range(4)) < 16.27


def test_unshuffled_the_left_sides_stand_as_they_were_written():
    assert MATCHING.deal(VENDORS, random.Random(1), shuffle=False)[0] == [0, 1, 2]  # noqa: S311


def test_the_review_has_ones_own_option_and_the_right_one():
    lines = MATCHING.review(VENDORS, DEALT, {"options": [2, 0, None]})
    assert [(line.part, line.text, line.chosen, line.right) for line in lines] == [
        (0, "Alibaba", True, True),
        (1, "Baidu", True, False),
        (1, "Zhipu AI", False, True),
        (2, "Moonshot AI", False, True),
    ]


def test_a_good_question_has_no_faults():
    assert MATCHING.faults(VENDORS) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (None, (), "The question needs “pairs”."),
        ({}, ("pairs",), "A question needs at least two pairs with a left side."),
        (
            pairs(("a", "b"), ("", "c")),
            ("pairs",),
            "A question needs at least two pairs with a left side.",
        ),
        (pairs(("a", "b"), ("c", " ")), ("pairs", 1, "right"), "Pair 2 has no right side."),
        (pairs(("a", "b"), ("c",)), ("pairs", 1, "right"), "Pair 2 has no right side."),
        (
            pairs(("a", "b"), ("a ", "c")),
            ("pairs", 1, "left"),
            "Pair 2 has the same left side as pair 1.",
        ),
        (
            pairs(("a", "b"), ("c", "b")),
            ("pairs",),
            "All right sides are the same: nothing is to match.",
        ),
        (
            {"pairs": [{"left": "a", "rigth": "b"}]},
            ("pairs", 0, "rigth"),
            "The key “rigth” is not known here. Did you mean “right”?",
        ),
    ],
)
def test_a_fault_names_its_place(content, path, message):
    assert (path, message) in [(fault.path, fault.message) for fault in MATCHING.faults(content)]
