"""Multiple answers: the sum of the weights, clipped."""

from fractions import Fraction

import pytest

from quizzes.kinds import BadResponse, kind
from quizzes.kinds.multiple import RULES

MULTIPLE = kind("multiple")
HALF = Fraction(1, 2)
DEALT = [3, 1, 0, 2]
MARKED = {
    "choices": [
        {"text": "A", "correct": True},
        {"text": "B", "correct": True},
        {"text": "C"},
        {"text": "D"},
    ]
}
WEIGHTED = {
    "choices": [
        {"text": "A", "weight": "0.5"},
        {"text": "B", "weight": 0.5},
        {"text": "C", "weight": "-0.5"},
        {"text": "D", "weight": "-1/2"},
    ]
}


def thirds(weight):
    rows = [{"text": letter, "weight": weight} for letter in "ABC"]
    return {"choices": [*rows, {"text": "D", "weight": -1}]}


def score(content, letters):
    """The fraction for the choices with these letters, sent as their dealt positions."""
    sent = [str(DEALT.index("ABCD".index(letter))) for letter in letters]
    return MULTIPLE.grade(content, DEALT, MULTIPLE.parse(content, DEALT, sent))


@pytest.mark.parametrize("content", [MARKED, WEIGHTED], ids=["marked", "weighted"])
@pytest.mark.parametrize(
    ("letters", "fraction"),
    [("AB", 1), ("A", HALF), ("AC", 0), ("ABC", HALF), ("ABCD", 0), ("CD", 0), ("", 0)],
)
def test_weights_add_up_and_are_clipped(content, letters, fraction):
    assert score(content, letters) == fraction


# Of five choices the first three are right; scores in hundredths.
TABLES = {
    "all-or-nothing": [("ABC", 100), ("AB", 0), ("ABCD", 0), ("", 0)],
    "every-decision": [("ABC", 100), ("AB", 80), ("ABD", 60), ("", 40), ("DE", 0), ("ABCDE", 60)],
    "halves": [("ABC", 100), ("AB", 50), ("ABCD", 50), ("ABD", 25), ("A", 25), ("", 0), ("D", 0)],
}


@pytest.mark.parametrize(
    ("rule", "letters", "hundredths"),
    [(rule, *row) for rule, table in TABLES.items() for row in table],
)
def test_a_rule_by_its_table(rule, letters, hundredths):
    chosen = {"ABCDE".index(letter) for letter in letters}
    assert RULES[rule](chosen, {0, 1, 2}, 5) == Fraction(hundredths, 100)


@pytest.mark.parametrize(
    ("count", "scores"),
    [(2, [1, 0, 0]), (3, [1, HALF, 0]), (4, [1, HALF, 0]), (5, [1, HALF, HALF / 2])],
)
def test_halves_forgive_only_where_there_is_enough_to_choose_from(count, scores):
    for wrong, fraction in enumerate(scores):
        assert RULES["halves"](set(range(1, wrong)), {0} if wrong else set(), count) == fraction


@pytest.mark.parametrize("rule", [*RULES])
def test_left_unanswered_it_scores_nothing_by_any_rule(rule):
    content = MARKED | {"scoring": rule}
    assert MULTIPLE.parse(content, DEALT, []) == {}
    assert MULTIPLE.grade(content, DEALT, {}) == 0


@pytest.mark.parametrize(
    ("rule", "letters", "fraction"),
    [
        ("weights", "ABC", HALF),
        ("all-or-nothing", "ABC", 0),
        ("all-or-nothing", "AB", 1),
        ("every-decision", "ABC", Fraction(3, 4)),
        ("every-decision", "C", Fraction(1, 4)),
        ("halves", "ABC", HALF),
    ],
)
def test_the_question_says_by_which_rule(rule, letters, fraction):
    assert score(MARKED | {"scoring": rule}, letters) == fraction


def test_a_rule_that_does_not_add_up_needs_no_weights_that_do():
    content = thirds("0.333333") | {"scoring": "every-decision"}
    assert MULTIPLE.faults(content) == []
    assert score(content, "ABC") == 1


def test_an_unknown_rule_names_the_known_ones():
    (fault,) = MULTIPLE.faults(MARKED | {"scoring": "best"})
    assert fault.path == ("scoring",)
    assert fault.message == (
        "The scoring cannot be “best”: there are weights, all-or-nothing, every-decision, halves."
    )


@pytest.mark.parametrize("scoring", [["weights"], 1, {}])
def test_a_rule_is_a_word(scoring):
    assert any(fault.blocking for fault in MULTIPLE.faults(MARKED | {"scoring": scoring}))


def test_a_single_choice_has_no_rules():
    (fault,) = kind("single").faults(
        {"choices": [{"text": "A", "correct": True}, {"text": "B"}], "scoring": "weights"}
    )
    assert fault.path == ("scoring",)


def test_an_explicit_weight_goes_before_the_share():
    content = {"choices": [*MARKED["choices"][:3], {"text": "D", "weight": 0}]}
    assert score(content, "ABD") == 1
    assert score(content, "ABC") == HALF


def test_without_a_correct_choice_the_unweighted_are_worth_nothing():
    content = {"choices": [*WEIGHTED["choices"][:2], {"text": "C"}, {"text": "D"}]}
    assert score(content, "ABCD") == 1


@pytest.mark.parametrize(
    ("weight", "sum_of_three"),
    [
        ("1/3", Fraction(1)),
        ("0.333333", Fraction(999999, 10**6)),
        (0.333333, Fraction(999999, 10**6)),
        ("0.3333333", Fraction(9999999, 10**7)),
    ],
)
def test_a_third_counts_exactly_as_it_was_written(weight, sum_of_three):
    assert score(thirds(weight), "ABC") == sum_of_three


def test_a_float_is_read_by_its_digits():
    content = {"choices": [{"text": letter, "weight": 0.1} for letter in "ABCD"]}
    assert score(content, "ABC") == Fraction(3, 10)


def test_the_stored_response_holds_rising_positions():
    assert MULTIPLE.parse(MARKED, DEALT, ["3", "0"]) == {"positions": [0, 3]}


@pytest.mark.parametrize(
    "sent", [["0", "0"], ["4"], ["0", "x"], ["0", ""], ["0", "1", "2", "3", "0"], ["1"] * 10_000]
)
def test_what_was_not_dealt_is_refused(sent):
    with pytest.raises(BadResponse):
        MULTIPLE.parse(MARKED, DEALT, sent)


def test_the_key_is_every_right_choice():
    assert MULTIPLE.key(MARKED, DEALT) == {"positions": [1, 2]}


def test_there_is_no_key_where_nothing_scores_everything():
    assert MULTIPLE.key(thirds("0.333333"), DEALT) == {}


def test_the_review_marks_chosen_and_right_apart():
    lines = MULTIPLE.review(MARKED, DEALT, {"positions": [0, 1]})
    assert [(line.text, line.chosen, line.right) for line in lines] == [
        ("D", True, False),
        ("B", True, True),
        ("A", False, True),
        ("C", False, False),
    ]


@pytest.mark.parametrize("content", [MARKED, WEIGHTED, thirds("1/3")])
def test_a_good_question_has_no_faults(content):
    assert MULTIPLE.faults(content) == []


@pytest.mark.parametrize("weight", [None, "0", "-0.5"])
def test_a_question_without_a_right_choice_is_refused(weight):
    extra = {} if weight is None else {"weight": weight}
    content = {"choices": [{"text": "A", **extra}, {"text": "B", **extra}]}
    (fault,) = MULTIPLE.faults(content)
    assert fault.blocking
    assert fault.message == "No choice is marked as correct."


def test_weights_that_fall_short_of_one_are_a_warning():
    (fault,) = MULTIPLE.faults(thirds("0.333333"))
    assert not fault.blocking
    assert "1/3" in fault.message
