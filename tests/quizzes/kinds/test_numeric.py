"""Numbers: inclusive bounds, exact arithmetic, and many ways to write one."""

from fractions import Fraction
from time import perf_counter

import pytest

from quizzes.kinds import BadResponse, kind
from quizzes.kinds.numeric import readings

NUMERIC = kind("numeric")


def answers(*rows):
    return {"answers": list(rows)}


def answer(value, tolerance="0", weight="1"):
    return {"value": value, "tolerance": tolerance, "weight": weight}


def score(content, text):
    return NUMERIC.grade(content, [], NUMERIC.parse(content, [], [text]))


PI = answers(answer("3.1415", "0.0005"))
YEAR = answers(answer("1822", "2", "0.5"), answer("1822"))


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("3.1410", 1), ("3.1420", 1), ("3.14201", 0), ("3.14099", 0), ("3.1415", 1)],
)
def test_bounds_are_inclusive(text, fraction):
    assert score(PI, text) == fraction


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("3.1410", 1), ("3.1420", 1), ("3.14201", 0), ("3.14099", 0), ("3.1415", 1)],
)
def test_a_range_is_the_same_as_a_tolerance(text, fraction):
    assert score(answers(answer("3.141..3.142")), text) == fraction


@pytest.mark.parametrize(("text", "fraction"), [("-5", 1), ("-2", 1), ("-3.5", 1), ("3", 0)])
def test_a_range_may_lie_below_zero(text, fraction):
    assert score(answers(answer("-5 .. -2")), text) == fraction


def test_the_key_and_the_review_of_a_range_are_its_ends():
    content = answers({"value": "3.141..3.142"})
    assert NUMERIC.key(content, []) == {"text": "3.141"}
    assert [line.text for line in NUMERIC.review(content, [], {})] == ["3.141 to 3.142"]


@pytest.mark.parametrize(("text", "fraction"), [("1822", 1), ("1820", Fraction(1, 2)), ("1825", 0)])
def test_the_heaviest_answer_that_accepts_decides(text, fraction):
    assert score(YEAR, text) == fraction


def test_a_weight_below_zero_scores_nothing():
    assert score(answers(answer("1"), answer("2", weight="-1")), "2") == 0


@pytest.mark.parametrize("text", ["0.1", "0.5"])
def test_bounds_hold_where_binary_floats_fail(text):
    """0.1 + 0.2 is 0.30000000000000004 in binary."""
    assert score(answers({"value": 0.3, "tolerance": 0.2}), text) == 1


def test_bounds_hold_beyond_the_digits_of_a_decimal_context():
    digits = "3." + "1" * 60
    assert score(answers(answer(digits)), digits) == 1
    assert score(answers(answer(digits)), digits[:-1] + "2") == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        (" 1.5 ", "1.5"),
        ("+1.5", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1.5e3", "1500"),
        ("1,5E+3", "1500"),
        ("2e-3", "0.002"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("－５", "-5"),
        ("１．５", "1.5"),
        ("٤٩", "49"),
        ("١٫٥", "1.5"),
        ("1 000", "1000"),
        ("1\u00a0000", "1000"),
        ("1\u202f000\u202f000,5", "1000000.5"),
        ("1,000,000", "1000000"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.000.000", "1000000"),
        ("1.822", "1.822"),
        ("0,822", "0.822"),
        ("\u200e12\u200f", "12"),
    ],
)
def test_ways_to_write_a_number(text, number):
    assert readings(text) == (Fraction(number),)


def test_a_comma_before_three_digits_may_mean_either():
    assert readings("1,822") == (Fraction("1.822"), Fraction(1822))
    assert score(YEAR, "1,822") == 1
    assert score(answers(answer("1.822")), "1,822") == 1


@pytest.mark.parametrize(
    "text",
    [
        "many",
        "49 %",
        "49 km",
        "1/2",
        "1e",
        "e5",
        "--5",
        "1.2.3",
        "1,234,5",
        "1 00",
        "12 34",
        "1_000",
        "0x10",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e999",
        "-1e-999",
        "1e999999999",
        "9" * 101,
        ".",
        ",",
        "-",
        "²",
        "10²",
        "H₂",
        "1½",
    ],
)
def test_what_is_no_number_is_kept_scores_nothing_and_gets_a_hint(text):
    response = NUMERIC.parse(PI, [], [text])
    assert response == {"text": text}
    assert readings(text) == ()
    assert NUMERIC.grade(PI, [], response) == 0
    assert NUMERIC.hint(response).startswith("This is not a number.")


@pytest.mark.parametrize("response", [{}, {"text": "1e6"}, {"text": "1,5"}])
def test_no_hint_is_given_for_a_number_or_for_nothing(response):
    assert NUMERIC.hint(response) == ""


@pytest.mark.parametrize("text", ["1e999999999", "9" * 500, "1 000" * 100, "1,000" * 100])
def test_absurd_numbers_cost_nothing(text):
    """Trials 22 and 25."""
    start = perf_counter()
    for _ in range(10):
        score(PI, text)
    assert perf_counter() - start < 0.1


@pytest.mark.parametrize("sent", [["1", "2"], ["1" * 501], ["1\x00"], ["\ud800"]])
def test_what_no_field_sends_is_refused(sent):
    with pytest.raises(BadResponse):
        NUMERIC.parse(PI, [], sent)


@pytest.mark.parametrize("sent", [[], [""], ["  "]])
def test_nothing_typed_is_unanswered(sent):
    assert NUMERIC.parse(PI, [], sent) == {}


def test_the_key_is_an_answer_of_full_weight():
    assert NUMERIC.key(YEAR, []) == {"text": "1822"}


def test_the_review_shows_what_is_accepted_and_by_which_answer():
    lines = NUMERIC.review(YEAR, [], {"text": "1821"})
    assert [(line.text, line.chosen, line.right, line.index) for line in lines] == [
        ("1822 (± 2)", True, False, 0),
        ("1822", False, True, 1),
    ]


def test_a_wrong_answer_with_feedback_shows_only_when_it_was_given():
    content = answers(answer("49"), answer("94", weight="0") | {"feedback": "Digits swapped."})
    assert [line.text for line in NUMERIC.review(content, [], {"text": "1"})] == ["49"]
    (_, swapped) = NUMERIC.review(content, [], {"text": "94"})
    assert swapped.chosen
    assert not swapped.right
    assert swapped.feedback == ("answers", 1, "feedback")


@pytest.mark.parametrize(
    "content",
    [
        PI,
        YEAR,
        answers({"value": 49}),
        answers({"value": "4.9e1", "tolerance": 1}),
        answers({"value": 3.5}),
        answers({"value": "3.141..3.142"}),
    ],
)
def test_a_good_question_has_no_faults(content):
    assert NUMERIC.faults(content) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ({}, ("answers",), "The question needs at least one answer."),
        (answers(), ("answers",), "The question needs at least one answer."),
        (
            answers({"tolerance": 1}),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer("forty-nine")),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer("1,5")),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer(True)),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer(10**5000)),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer(float("nan"))),
            ("answers", 0, "value"),
            "Answer 1 is not a number: write it as 1234.5 or 1.5e6.",
        ),
        (
            answers(answer("49", "-1")),
            ("answers", 0, "tolerance"),
            "The tolerance of answer 1 must be a number, 0 or more.",
        ),
        (
            answers(answer("49", "some")),
            ("answers", 0, "tolerance"),
            "The tolerance of answer 1 must be a number, 0 or more.",
        ),
        (
            answers({"value": "5..1"}),
            ("answers", 0, "value"),
            "Answer 1 is not a range: write it as 3.141..3.142, the least first.",
        ),
        (
            answers({"value": "1..many"}),
            ("answers", 0, "value"),
            "Answer 1 is not a range: write it as 3.141..3.142, the least first.",
        ),
        (
            answers(answer("1..2", "0.5")),
            ("answers", 0, "tolerance"),
            "Answer 1 is a range and needs no tolerance.",
        ),
        (
            answers(answer("49", weight="0.5")),
            ("answers",),
            "No answer is worth the whole question.",
        ),
        (
            answers(answer("49", weight="2")),
            ("answers", 0, "weight"),
            "The weight is out of range: it goes from -1 to 1, so 50 % is 0.5.",
        ),
        (
            answers({"value": "49", "tolerence": "1"}),
            ("answers", 0, "tolerence"),
            "The key “tolerence” is not known here. Did you mean “tolerance”?",
        ),
    ],
)
def test_a_fault_names_its_place(content, path, message):
    assert (path, message) in [(fault.path, fault.message) for fault in NUMERIC.faults(content)]
