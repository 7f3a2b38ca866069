"""Texts with gaps: Moodle's notation, each gap by its own kind, the mean by weight."""

import random
from fractions import Fraction
from time import perf_counter

import pytest

from quizzes.kinds import BadResponse, kind
from quizzes.kinds.cloze import gaps, mark, with_marks

CLOZE = kind("cloze")
R1 = {"text": "R1 matched {2:SHORTANSWER:=o1} in {1:NUMERICAL:=2025}."}
EVERY = {
    "text": "{1:SA:=a}{1:NM:=1}{1:MC:no~=yes}{1:MCV:no~=yes}{1:MR:=a~=b~c}",
}


def deal(content, shuffle=False, seed=1):
    return CLOZE.deal(content, random.Random(seed), shuffle)  # noqa: S311


def score(content, *sent):
    dealt = deal(content)
    return CLOZE.grade(content, dealt, CLOZE.parse(content, dealt, list(sent)))


def only(text):
    """The content of the one gap of a text."""
    (gap,) = gaps(text)
    return gap.content


@pytest.mark.parametrize(
    ("sent", "fraction"),
    [
        (["0=o1", "1=2025"], 1),
        (["0=o1", "1=2024"], Fraction(2, 3)),
        (["0=o1"], Fraction(2, 3)),
        (["1=2025"], Fraction(1, 3)),
        (["0=o3", "1=2024"], 0),
        ([], 0),
    ],
)
def test_the_score_is_the_mean_by_weight(sent, fraction):
    assert score(R1, *sent) == fraction


def test_weights_2_and_1_give_two_thirds_to_six_places():
    assert round(float(score(R1, "0=o1", "1=1")), 6) == 0.666667


@pytest.mark.parametrize(
    ("gap", "sent", "fraction"),
    [
        ("{1:SHORTANSWER:=Zhipu AI}", "zhipu  ai", 1),
        ("{1:SAC:=Zhipu AI}", "zhipu ai", 0),
        ("{1:MWC:=Zhipu AI}", "Zhipu AI", 1),
        ("{1:SA:=*moonshot*}", "It is Moonshot AI", 1),
        ("{1:SA:=o1~%50%o3}", "o3", Fraction(1, 2)),
        ("{1:SA:=safe}", "not safe", 0),
        ("{1:NUMERICAL:=3.1415:0.0005}", "3.1410", 1),
        ("{1:NM:=3.141..3.142}", "3.14201", 0),
        ("{1:NM:=1822:0~%50%1822:2}", "1820", Fraction(1, 2)),
        ("{1:MC:~wrong~=right~%50%half}", "2", Fraction(1, 2)),
        ("{1:MULTICHOICE_H:=right~%-50%worse}", "1", 0),
        ("{1:MR:=a~=b~c}", "0", Fraction(1, 2)),
        ("{1:MULTIRESPONSE:%33.33333%a~%33.33333%b~%33.33333%c~%-100%d}", "0", Fraction(1, 3)),
    ],
)
def test_a_gap_is_graded_by_its_kind(gap, sent, fraction):
    assert score({"text": f"It is {gap}."}, f"0={sent}") == fraction


def test_several_boxes_of_a_gap_are_one_answer():
    assert score({"text": "{1:MR:=a~=b~c}"}, "0=1", "0=0") == 1


@pytest.mark.parametrize(
    ("names", "input_", "shuffled"),
    [
        ("SHORTANSWER SA MW SHORTANSWER_C SAC MWC NUMERICAL NM", "text", False),
        ("MULTICHOICE MC", "select", False),
        ("MULTICHOICE_S MCS", "select", True),
        ("MULTICHOICE_V MCV MULTICHOICE_H MCH", "radio", False),
        ("MULTICHOICE_VS MCVS MULTICHOICE_HS MCHS", "radio", True),
        ("MULTIRESPONSE MR MULTIRESPONSE_H MRH", "checkbox", False),
        ("MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS mrhs", "checkbox", True),
    ],
)
def test_every_name_of_a_kind_of_gap(names, input_, shuffled):
    for name in names.split():
        ((gap,), choices) = gaps(f"{{3:{name}:=1~2}}"), "text" if input_ == "text" else "shown"
        assert (gap.weight, gap.form.input, gap.form.shuffled) == (3, input_, shuffled), choices


def test_what_stands_before_and_behind_an_answer():
    assert only("{:SA:=right~%50%half#Nearly.~wrong#No.}") == {
        "answers": [
            {"text": "right", "weight": "1"},
            {"text": "half", "weight": "0.50", "feedback": "Nearly."},
            {"text": "wrong", "weight": "0", "feedback": "No."},
        ]
    }


def test_marks_of_the_notation_are_escaped():
    content = only(r"{1:SA:=\{a\}\#b\~c\=d\\#say \#1 \} so}")
    assert content["answers"] == [{"text": "{a}#b~c=d\\", "weight": "1", "feedback": "say #1 } so"}]


def test_an_escaped_brace_begins_no_gap():
    text = r"\{1:SA:=no} and \\{1:SA:=yes} and {not one} and {12:30}"
    assert [gap.content["answers"][0]["text"] for gap in gaps(text)] == ["yes"]


def test_answers_may_run_over_lines():
    assert only("{1:MC:\n  wrong\n  ~=right#Because\nit is.\n}")["choices"] == [
        {"text": "wrong", "weight": "0"},
        {"text": "right", "weight": "1", "feedback": "Because\nit is."},
    ]


@pytest.mark.parametrize(
    ("percent", "weight"),
    [
        ("50", Fraction(1, 2)),
        ("33.33333", Fraction(1, 3)),
        ("66,66667", Fraction(2, 3)),
        ("14.28571", Fraction(1, 7)),
        ("33.3", Fraction(333, 1000)),
        ("12.5", Fraction(1, 8)),
    ],
)
def test_a_rounded_percentage_stands_for_its_fraction(percent, weight):
    assert score({"text": f"{{1:SA:=a~%{percent}%b}}"}, "0=b") == weight


def test_only_what_the_notation_says_is_shuffled():
    content = {"text": "{1:MC:a~=b~c~d}{1:MCS:a~=b~c~d}{1:SA:=x}"}
    deals = [deal(content, shuffle=True, seed=seed) for seed in range(40)]
    assert all(fixed == [0, 1, 2, 3] and none == [] for fixed, _, none in deals)
    assert len({shuffled.index(1) for _, shuffled, _ in deals}) == 4
    assert deal(content, shuffle=False)[1] == [0, 1, 2, 3]


def test_the_parts_are_stored_as_their_kinds_store_them():
    response = CLOZE.parse(EVERY, deal(EVERY), ["4=2", "4=0", "0= A ", "2=1"])
    assert response == {"gaps": [{"text": "A"}, {}, {"positions": [1]}, {}, {"positions": [0, 2]}]}


@pytest.mark.parametrize("sent", [[], [""], ["0=", "1="], ["0=  "]])
def test_nothing_given_is_unanswered(sent):
    assert CLOZE.parse(EVERY, deal(EVERY), sent) == {}


@pytest.mark.parametrize(
    "sent", [["5=a"], ["0=a", "0=b"], ["2=2"], ["2=0", "2=1"], ["4=0", "4=0"], ["a"], ["0=\x00"]]
)
def test_what_was_not_on_offer_is_refused(sent):
    with pytest.raises(BadResponse):
        CLOZE.parse(EVERY, deal(EVERY), sent)


def test_the_review_is_that_of_each_gap():
    content = {"text": "{1:SA:=o1~o3#Later.} {1:MC:no~=yes}"}
    response = {"gaps": [{"text": "o3"}, {"positions": [1]}]}
    lines = CLOZE.review(content, deal(content), response)
    assert [(line.part, line.text, line.chosen, line.right) for line in lines] == [
        (0, "o1", False, True),
        (0, "o3", True, False),
        (1, "no", False, False),
        (1, "yes", True, True),
    ]
    assert lines[1].feedback == ("answers", 1, "feedback")


def test_a_mark_stands_in_place_of_each_gap_and_nowhere_else():
    text = f"a{mark(1)}b {{1:SA:=x}} and {{1:MC:~no~=yes}}!{mark(0)}"
    assert with_marks(text) == f"ab {mark(0)} and {mark(1)}!"


@pytest.mark.parametrize("content", [R1, EVERY])
def test_a_good_question_has_no_faults(content):
    assert CLOZE.faults(content) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("No gap.", "The text has no gap: write one as {1:SHORTANSWER:=right}."),
        ("{1:SHORTANSER:=x}", "Gap 1: There is no kind “SHORTANSER”. Did you mean “SHORTANSWER”?"),
        ("{1:ESSAY:}", "Gap 1: There is no kind “ESSAY”."),
        ("{0:SA:=x}", "Gap 1: The weight cannot be “0”: it is a whole number from 1."),
        ("{1.5:SA:=x}", "Gap 1: The weight cannot be “1.5”: it is a whole number from 1."),
        (r"{1:SA:=x} {1:SA:=x\}", "Gap 2: It has no closing brace."),
        ("{1:SA:}", "Gap 1: The question needs at least one answer."),
        ("{1:SA:x}", "Gap 1: No answer is worth the whole question."),
        ("{1:SA:=x} {1:SA:=*}", "Gap 2: Answer 1 accepts everything: a star alone may only have"
         " the weight 0."),
        ("{1:NM:=many}", "Gap 1: Answer 1 is not a number: write it as 1234.5 or 1.5e6."),
        ("{1:NM:=5:x}", "Gap 1: The tolerance of answer 1 must be a number, 0 or more."),
        ("{1:MC:=one}", "Gap 1: A question needs at least two choices."),
        ("{1:MC:a~b}", "Gap 1: No choice is marked as correct."),
        ("{1:MC:=a~a}", "Gap 1: Choice 2 is the same as choice 1."),
        ("{1:MR:a~b}", "Gap 1: No choice is marked as correct."),
        ("{1:SA:%500%a}", "Gap 1: The weight is out of range: it goes from -1 to 1, so 50 % is"
         " 0.5."),
        ("{1:SA:=x}" * 101, "There are more than 100 gaps."),
    ],
)  # fmt: skip
def test_a_fault_names_the_gap(text, message):
    faults = CLOZE.faults({"text": text})
    assert message in [fault.message for fault in faults if fault.blocking]
    assert {fault.path for fault in faults} == {("text",)}


@pytest.mark.parametrize("content", [None, [], {}, {"text": None}, {"text": 5}])
def test_a_question_without_a_text_is_refused(content):
    assert any(fault.blocking for fault in CLOZE.faults(content))


def test_a_prompt_is_no_part_of_the_content():
    faults = CLOZE.faults(R1 | {"answers": []})
    assert [fault.path for fault in faults] == [("answers",)]


@pytest.mark.parametrize(
    "text",
    [
        "{1:SA:" * 40_000,
        "{" * 200_000,
        "\\" * 200_000,
        "{1:SA:" + "~" * 200_000,
        "{1:SA:=x}" * 20_000,
    ],
    ids=["unclosed", "braces", "backslashes", "tildes", "gaps"],
)
def test_absurd_texts_cost_little(text):
    start = perf_counter()
    CLOZE.faults({"text": text})
    assert perf_counter() - start < 1
