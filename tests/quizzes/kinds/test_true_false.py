"""True or false: one or nothing."""

import pytest

from quizzes.kinds import BadResponse, kind

TRUE_FALSE = kind("true-false")
FALSE = {"answer": False}


@pytest.mark.parametrize(("sent", "fraction"), [("false", 1), ("true", 0)])
def test_it_is_right_or_wrong(sent, fraction):
    response = TRUE_FALSE.parse(FALSE, [], [sent])
    assert response == {"value": sent == "true"}
    assert TRUE_FALSE.grade(FALSE, [], response) == fraction


def test_unanswered_is_not_false():
    assert TRUE_FALSE.parse(FALSE, [], [""]) == {}
    assert TRUE_FALSE.grade(FALSE, [], {}) == 0


@pytest.mark.parametrize(
    "sent", [["True"], ["1"], ["on"], ["true", "false"], ["true", "true"], ["", "true"]]
)
def test_anything_else_is_refused(sent):
    with pytest.raises(BadResponse):
        TRUE_FALSE.parse(FALSE, [], sent)


def test_the_review_has_both_lines():
    lines = TRUE_FALSE.review(FALSE, [], {"value": True})
    assert [(line.text, line.chosen, line.right) for line in lines] == [
        ("True", True, False),
        ("False", False, True),
    ]


def test_the_key():
    assert TRUE_FALSE.key(FALSE, []) == {"value": False}


@pytest.mark.parametrize("content", [{"answer": True}, {"answer": False}])
def test_a_good_question_has_no_faults(content):
    assert TRUE_FALSE.faults(content) == []


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({}, ("answer",)),
        ({"answer": "yes"}, ("answer",)),
        ({"answer": 1}, ("answer",)),
        ({"answer": None}, ("answer",)),
        ({"anwser": True}, ("anwser",)),
        ({"answer": True, "choices": []}, ("choices",)),
        (None, ("answer",)),
    ],
)
def test_a_fault_names_its_place(content, path):
    assert path in [fault.path for fault in TRUE_FALSE.faults(content)]
