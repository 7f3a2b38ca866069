"""A question's content as HTML: a place for every gap, and nothing that an author smuggles in."""

import re

import pytest

from quizzes.kinds.cloze import MARK, mark
from quizzes.rendering import Texts, rendered

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1)) hx-get="/"'


def text_of(text):
    """The HTML of a text with gaps."""
    return rendered({"text": text}, "q1-")["text"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A {1:SA:=x} b", f"A {mark(0)} b"),
        ("**{1:SA:=x}** b", f"<strong>{mark(0)}</strong> b"),
        ("- one {1:SA:=x}\n- two {1:MC:a~=b}", f"two {mark(1)}</li>"),
        ("| a | b |\n|---|---|\n| c | {1:SA:=x} |", f">{mark(0)}</td>"),
        ("`f({1:SA:=x})`", f"f({mark(0)})</code>"),
        ("# On {1:SA:=x}", f"On {mark(0)}"),
    ],
)
def test_a_mark_stands_where_the_gap_was(text, html):
    assert html in text_of(text)


def test_highlighted_code_keeps_its_gaps():
    html = text_of("```python\ndef {1:SA:=f}(x):\n    return x {1:SA:=+} 1\n```")
    assert MARK.findall(html) == [mark(0), mark(1)]


@pytest.mark.parametrize(
    "text",
    [
        "![{1:SA:=x}](media/a.webp)",
        "[there](/a/{1:SA:=x})",
        "Let $x = {1:NM:=2}$ be.",
        f"{mark(0)}{mark(5)} {{1:SA:=x}}",
        "<!-- {1:SA:=x} -->",
        "[^{1:SA:=x}]: a note that nobody reads",
    ],
)
def test_every_gap_can_be_answered_once_wherever_it_was_written(text):
    html = text_of(text)
    assert MARK.findall(html) == [mark(0)]
    inside_tags = "".join(re.findall(r"<[^>]*>|<math.*?</math>", html, re.DOTALL))
    assert not MARK.search(inside_tags)


def test_sides_items_and_choices_are_inline_markdown_and_plain_text():
    assert rendered({"pairs": [{"left": "*a*", "right": "`b`"}]}, "")["pairs"] == [
        ["<em>a</em>", '<code dir="ltr">b</code>', "b"]
    ]
    assert rendered({"items": ["**a** & b"]}, "")["items"] == [
        ["<strong>a</strong> &amp; b", "a & b"]
    ]
    gap = rendered({"text": "{1:MC:*a*#**No**~=b}"}, "")["gaps"][0]
    assert gap == [["<em>a</em>", "<strong>No</strong>", "a"], ["b", "", "b"]]


def test_a_faulty_text_is_not_rendered():
    assert rendered({"text": "no gap"}, "") == {}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("matching", {"pairs": [{"left": HOSTILE, "right": HOSTILE}]}),
        ("ordering", {"items": [HOSTILE]}),
        ("cloze", {"text": f"{HOSTILE} {{1:MCV:={HOSTILE.replace('=', '')}#{HOSTILE}~b}}"}),
    ],
)
def test_trial_27_what_authors_write_stays_inert(kind, content):
    html = rendered(content, "")
    kept = [html["text"]] if kind == "cloze" else []
    kept += [cell for rows in html.get("gaps", []) for row in rows for cell in row[:2]]
    kept += [cell for row in html.get("pairs", []) for cell in row[:2]]
    kept += [row[0] for row in html.get("items", [])]
    for text in kept:
        assert not re.search(r"<(?:script|img)|<[^>]*(?:javascript:|onerror|hx-)", text)


def test_problems_are_told_by_their_place():
    texts = Texts()
    rendered(
        {
            "choices": [{"text": "a"}, {"text": "![b](b.png)", "feedback": "[c](lesson:c)"}],
            "pairs": [{"left": "![d](d.mp3)", "right": "e"}],
            "items": ["f", "![g](g.png)"],
        },
        "",
        texts,
    )
    rendered({"text": "h\n\n![i](i.png) {1:MC:=j#![k](k.png)~l}"}, "", texts)
    assert [(place, problem.line, problem.target) for place, problem in texts.problems] == [
        (("choices", 1, "text"), 1, "b.png"),
        (("choices", 1, "feedback"), 1, "c"),
        (("pairs", 0, "left"), 1, "d.mp3"),
        (("items", 1), 1, "g.png"),
        (("text",), 3, "i.png"),
        (("text",), 1, "k.png"),
    ]


def test_a_text_that_no_page_holds_is_a_problem():
    texts = Texts()
    assert texts.page("a" * 2_000_000, ("prompt",), "") == ""
    [(place, problem)] = texts.problems
    assert (place, problem.kind) == (("prompt",), "too-large")
