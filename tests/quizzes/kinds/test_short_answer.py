"""Short answers: equal after folding, or by stars; never merely similar."""

from fractions import Fraction
from time import perf_counter

import pytest

from quizzes.kinds import BadResponse, kind
from quizzes.kinds.short_answer import matches

SHORT = kind("short-answer")


def answers(*rows):
    return {"answers": [{"text": row} if isinstance(row, str) else row for row in rows]}


def score(content, text):
    return SHORT.grade(content, [], SHORT.parse(content, [], [text]))


@pytest.mark.parametrize(
    ("authored", "typed"),
    [
        ("no one", "no  One "),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("cafe\u0301", "CAF\u00c9"),
        ("GLM-5", "ＧＬＭ-５"),
        ("49", "４９"),
        ("DeepSeek", "\u202eDeepSeek\u202c"),
        ("DeepSeek", "\u2066deep\u200bseek\u2069"),
        ("Deep Seek", "deep\u00a0\tseek"),
        ("ﬁne", "fine"),
        ("(a+)+$", "(A+)+$"),
        (".*", ".anything"),
    ],
)
def test_the_same_text_written_otherwise(authored, typed):
    assert score(answers(authored), typed) == 1


@pytest.mark.parametrize(
    ("authored", "typed"),
    [
        ("it is safe", "it is not safe"),
        ("DeepSeek V4", "DeepSeek V3"),
        ("10 million", "1 million"),
        ("1.5", "1,5"),
        ("no one", "noone"),
        ("resume", "résumé"),
        ("(a+)+$", "aaa"),
    ],
)
def test_a_similar_text_is_another_text(authored, typed):
    assert score(answers(authored), typed) == 0
    assert score(answers(typed), authored) == 0


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("deep*", "DeepSeek", True),
        ("deep*", "deep", True),
        ("deep*", "a deep", False),
        ("*seek", "DeepSeek", True),
        ("*seek", "seeker", False),
        ("*ee*ee*", "DeepSeek", True),
        ("*ee*ee*ee*", "DeepSeek", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("a*b*c", "abbc", True),
        ("a**b", "ab", True),
        ("a * b", "a b", False),
        ("a  *  b", "a or b", True),
        (" deep * ", "deep sea", True),
        (r"2 \* 3", "2 * 3", True),
        (r"2 \* 3", "2 x 3", False),
        (r"\**", "*star", True),
        (r"\**", "star", False),
        ("＊", "＊", True),
        ("＊", "anything", False),
        (r"a\b", r"a\b", True),
    ],
)
def test_a_star_stands_for_any_text(pattern, text, fits):
    assert matches(pattern, text) is fits


def test_case_counts_where_the_author_says_so():
    content = answers({"text": "IT", "case_sensitive": True}, {"text": "it", "weight": "0.5"})
    assert score(content, "IT") == 1
    assert score(content, "It") == Fraction(1, 2)


def test_the_first_answer_that_matches_decides():
    content = answers({"text": "*not safe*", "weight": 0}, "*safe*")
    assert score(content, "it is safe") == 1
    assert score(content, "it is not safe") == 0


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "a*a*a*a*b", "*" * 500, "*a" * 250, "*" + "a" * 250 + "b*", ".*", "*b*"]
)
def test_fifty_thousand_letters_are_matched_at_once(pattern):
    """Trial 25: a pattern is no regular expression, and nothing backtracks."""
    start = perf_counter()
    matches(pattern, "a" * 50_000)
    assert perf_counter() - start < 0.1


def test_fifty_thousand_letters_are_not_stored():
    """Trial 25."""
    with pytest.raises(BadResponse):
        SHORT.parse(answers("a*"), [], ["a" * 50_000])


@pytest.mark.parametrize("sent", [["a", "b"], ["a" * 501], ["a\x00b"], ["\udfff"]])
def test_what_no_field_sends_is_refused(sent):
    with pytest.raises(BadResponse):
        SHORT.parse(answers("a"), [], sent)


@pytest.mark.parametrize("sent", [[], [""], [" \n"]])
def test_nothing_typed_is_unanswered(sent):
    assert SHORT.parse(answers("a"), [], sent) == {}
    assert SHORT.grade(answers("a"), [], {}) == 0


def test_what_was_typed_is_kept_as_typed():
    assert SHORT.parse(answers("a"), [], [" No  One "]) == {"text": "No  One"}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (answers({"text": "Qwen", "weight": "0.5"}, "Kimi"), {"text": "Kimi"}),
        (answers("deep*"), {"text": "deep"}),
        (answers("a * b"), {"text": "a … b"}),
        (answers(r"2 \* 3"), {"text": "2 * 3"}),
        (answers({"text": "*", "weight": "0"}, "Kimi"), {}),
    ],
)
def test_the_key_is_a_text_that_scores_everything(content, key):
    assert SHORT.key(content, []) == key


def test_the_review_shows_what_is_accepted_and_by_which_answer():
    content = answers(
        "*safe*", {"text": "guarded", "weight": "0.5"}, {"text": "*", "weight": 0, "feedback": "No"}
    )
    seen = [(line.text, line.chosen, line.right) for line in SHORT.review(content, [], {})]
    assert seen == [("…safe…", False, True), ("guarded", False, False)]
    *_, rest = SHORT.review(content, [], {"text": "open"})
    assert (rest.chosen, rest.right, rest.feedback) == (True, False, ("answers", 2, "feedback"))


@pytest.mark.parametrize(
    "content",
    [
        answers("Kimi", {"text": "K2", "weight": "1/3", "case_sensitive": True}),
        answers("Kimi", {"text": "*", "weight": "0", "feedback": "Look again."}),
        answers({"text": "IT", "case_sensitive": True}, "it"),
        answers(r"\*"),
    ],
)
def test_a_good_question_has_no_faults(content):
    assert SHORT.faults(content) == []


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ({}, ("answers",), "The question needs at least one answer."),
        (answers({}), ("answers", 0, "text"), "Answer 1 has no text."),
        (answers(" \u202e "), ("answers", 0, "text"), "Answer 1 has no text."),
        (
            answers("a", "* *"),
            ("answers", 1, "text"),
            "Answer 2 accepts everything: a star alone may only have the weight 0.",
        ),
        (answers("a" * 501), ("answers", 0, "text"), "Answer 1 is longer than 500 characters."),
        (answers({"text": 3.10}), ("answers", 0, "text"), "“text” must be text."),
        (
            answers({"text": "a", "weight": "0.5"}),
            ("answers",),
            "No answer is worth the whole question.",
        ),
        (
            answers({"text": "a", "case-sensitive": True}),
            ("answers", 0, "case-sensitive"),
            "The key “case-sensitive” is not known here. Did you mean “case_sensitive”?",
        ),
    ],
)
def test_a_fault_names_its_place(content, path, message):
    found = {(fault.path, fault.message) for fault in SHORT.faults(content) if fault.blocking}
    assert (path, message) in found


def test_an_answer_that_is_never_reached_is_a_warning():
    (fault,) = SHORT.faults(answers({"text": "colou*", "weight": "0.5"}, "Colour"))
    assert not fault.blocking
    assert fault.path == ("answers", 1, "text")
    assert fault.message == "Answer 2 is never reached: answer 1 takes it before."
