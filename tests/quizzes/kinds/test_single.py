"""Single choice: the chosen weight, never below 0."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from quizzes.kinds import BadResponse, kind

SINGLE = kind("single")
VENDORS = {
    "choices": [
        {"text": "DeepSeek", "correct": True, "feedback": "Yes: in January 2025."},
        {"text": "Zhipu"},
        {"text": "Moonshot", "weight": "0.5"},
        {"text": "Baidu", "weight": -0.5},
    ]
}
DEALT = [2, 0, 3, 1]


def choices(*rows):
    return {"choices": [{"text": row} if isinstance(row, str) else row for row in rows]}


def right(text):
    return {"text": text, "correct": True}


def messages(content):
    return [fault.message for fault in SINGLE.faults(content)]


@pytest.mark.parametrize(
    ("sent", "fraction"), [("1", 1), ("3", 0), ("0", Fraction(1, 2)), ("2", 0)]
)
def test_the_weight_of_the_chosen_counts_and_never_below_zero(sent, fraction):
    response = SINGLE.parse(VENDORS, DEALT, [sent])
    assert SINGLE.grade(VENDORS, DEALT, response) == fraction


def test_the_stored_response_holds_dealt_positions():
    assert SINGLE.parse(VENDORS, DEALT, ["2"]) == {"positions": [2]}


@pytest.mark.parametrize("sent", [[], [""]])
def test_nothing_chosen_is_unanswered(sent):
    assert SINGLE.parse(VENDORS, DEALT, sent) == {}


@pytest.mark.parametrize(
    "sent",
    [
        ["4"],
        ["-1"],
        ["1.0"],
        ["01"],
        [" 1"],
        ["１"],
        ["x"],
        ["NaN"],
        ["1", "2"],
        ["1", "1"],
        ["", "1"],
        ["9" * 10_000],
        ["1"] * 10_000,
    ],
)
def test_what_was_not_dealt_is_refused(sent):
    with pytest.raises(BadResponse):
        SINGLE.parse(VENDORS, DEALT, sent)


def test_a_choice_that_was_authored_but_not_dealt_is_refused():
    with pytest.raises(BadResponse):
        SINGLE.parse(VENDORS, [2, 0], ["2"])


def test_the_key_is_where_the_right_choice_was_dealt():
    assert SINGLE.key(VENDORS, DEALT) == {"positions": [1]}


def test_the_review_has_one_line_a_choice_as_dealt():
    lines = SINGLE.review(VENDORS, DEALT, {"positions": [3]})
    assert [line.text for line in lines] == ["Moonshot", "DeepSeek", "Baidu", "Zhipu"]
    assert [line.position for line in lines] == [0, 1, 2, 3]
    assert [line.index for line in lines] == DEALT
    assert [line.chosen for line in lines] == [False, False, False, True]
    assert [line.right for line in lines] == [False, True, False, False]
    assert [line.credit for line in lines] == [Fraction(1, 2), 1, Fraction(-1, 2), 0]
    assert lines[1].feedback == ("choices", 0, "feedback")
    assert lines[0].feedback is None


def test_unshuffled_choices_keep_the_authored_order():
    assert SINGLE.deal(VENDORS, random.Random(1), shuffle=False) == [0, 1, 2, 3]  # noqa: S311


def test_choices_kept_last_stay_at_the_end_in_their_order():
    content = choices(
        {"text": "None of these", "keep_last": True},
        right("A star"),
        "A moon",
        {"text": "I don't know", "keep_last": True},
    )
    deals = [SINGLE.deal(content, random.Random(seed), shuffle=True) for seed in range(50)]  # noqa: S311
    assert {tuple(deal[2:]) for deal in deals} == {(0, 3)}
    assert {tuple(deal[:2]) for deal in deals} == {(1, 2), (2, 1)}


def test_the_right_choice_is_dealt_to_every_place_equally_often():
    """Chi-square with 3 degrees of freedom; 16.266 is its value at p = 0.001."""
    counts = Counter(
        SINGLE.deal(VENDORS, random.Random(seed), shuffle=True).index(0)  # noqa: S311
        for seed in range(1000)
    )
    expected = 1000 / 4
    assert sum((counts[place] - expected) ** 2 / expected for place in range(4)) < 16.266


def test_a_good_question_has_no_faults():
    assert SINGLE.faults(VENDORS) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ({}, ("choices",), "A question needs at least two choices."),
        (choices(right("A")), ("choices",), "A question needs at least two choices."),
        (choices("A", "B"), ("choices",), "No choice is marked as correct."),
        (
            choices({"text": "A", "weight": "0.5"}, "B"),
            ("choices",),
            "No choice is marked as correct.",
        ),
        (
            choices(right("A"), right("B")),
            ("choices",),
            "More than one choice is correct: use the type “multiple”.",
        ),
        (
            choices(right("A"), "B", "  A "),
            ("choices", 2, "text"),
            "Choice 3 is the same as choice 1.",
        ),
        (choices(right("A"), " \u200b"), ("choices", 1, "text"), "Choice 2 has no text."),
        (choices(right("A"), {}), ("choices", 1, "text"), "Choice 2 has no text."),
        (choices(right("A"), {"text": 3}), ("choices", 1, "text"), "“text” must be text."),
        (
            choices({"text": "A", "correct": "yes"}, "B"),
            ("choices", 0, "correct"),
            "“correct” must be true or false.",
        ),
        (
            choices(right("A"), {"text": "B", "weight": 33.33333}),
            ("choices", 1, "weight"),
            "The weight is out of range: it goes from -1 to 1, so 50 % is 0.5.",
        ),
        (
            choices(right("A"), {"text": "B", "weight": "much"}),
            ("choices", 1, "weight"),
            "The weight is not a number: write one from -1 to 1, such as 0.5 or 1/3.",
        ),
        (
            choices(right("A"), {"text": "B", "weight": "1e-21"}),
            ("choices", 1, "weight"),
            "The weight is not a number: write one from -1 to 1, such as 0.5 or 1/3.",
        ),
        (
            choices(right("A"), {"text": "B", "weight": "1/0"}),
            ("choices", 1, "weight"),
            "The weight is not a number: write one from -1 to 1, such as 0.5 or 1/3.",
        ),
        (
            choices({"text": "A", "corect": True}, "B"),
            ("choices", 0, "corect"),
            "The key “corect” is not known here. Did you mean “correct”?",
        ),
        (
            choices(right("A"), "B") | {"shuffel": 1},
            ("shuffel",),
            "The key “shuffel” is not known here.",
        ),
        ({"choices": "A, B"}, ("choices",), "“choices” must be a list."),
        (
            {"choices": [right("A"), "B"]},
            ("choices", 1),
            "Number 2 in “choices” has no fields.",
        ),
    ],
)
def test_a_fault_names_its_place(content, path, message):
    found = {(fault.path, fault.message) for fault in SINGLE.faults(content) if fault.blocking}
    assert (path, message) in found


@pytest.mark.parametrize("content", [None, [], "choices", 3, {"choices": None}, {3: 4}])
def test_content_of_any_shape_is_refused_not_raised(content):
    assert any(fault.blocking for fault in SINGLE.faults(content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (choices(right("True"), "true"), "Choice 2 is nearly the same as choice 1."),
        (choices(right("m2"), "m²"), "Choice 2 is nearly the same as choice 1."),
        (
            choices({"text": "A", "correct": True, "weight": 1}, "B"),
            "“correct” and “weight” are both given: the weight counts.",
        ),
    ],
)
def test_a_doubt_is_a_warning(content, message):
    faults = SINGLE.faults(content)
    assert [(fault.message, fault.blocking) for fault in faults] == [(message, False)]


@pytest.mark.parametrize(
    "text", ["All of the above", "None of these.", "Both A and B", "b & c", "Any of the others"]
)
def test_a_choice_that_speaks_of_the_others_wants_to_stay_last(text):
    content = choices(right("Solar"), "Wind", text)
    assert [fault.blocking for fault in SINGLE.faults(content)] == [False]
    assert "keep_last" in messages(content)[0]
    content["choices"][2]["keep_last"] = True
    assert SINGLE.faults(content) == []
