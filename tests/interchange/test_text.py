"""YAML as authors mean it, and texts written back."""

from decimal import Decimal

import pytest

from interchange.folder import number_of, slug_of, split
from interchange.text import check, parse
from interchange.writer import edit_front, front_text, yaml_text


@pytest.mark.parametrize(
    "text", ["No", "3.10", "1e3", "0x1F", "true", "2026-06-14", "12:30", "=", "'~'", "1_000"]
)
def test_every_scalar_is_text(text):
    assert parse("f", f"key: {text}\n").value == {"key": text.strip("'")}


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_nothing_is_nothing(text):
    assert parse("f", f"key: {text}\n").value == {"key": None}


def test_lines_are_those_of_the_file():
    document = parse("f", "a: 1\nb:\n  - c: 2\n    d: 3\n", first_line=2)
    assert document.line(("b", 0, "d")) == 5
    assert document.line(("b", 0, "missing")) == 4


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key “a” stands here twice (line 1)"),
        ("a: &x 1\nb: *x", 1, "anchors and aliases (& and *) are not used in course files"),
        ("a: !!binary aGk=", 1,
         "tags such as tag:yaml.org,2002:binary are not used in course files"),
        ("a: 1\n---\nb: 2", 2, "a second document starts here"),
        ("? [a]\n: 1", 1, "a key must be a word"),
        ("a: " + "[" * 30 + "]" * 30, 1, "this is nested too deep"),
    ],
)  # fmt: skip
def test_what_course_files_do_not_need(text, line, message):
    (problem,) = parse("f", text).problems
    assert (problem.line, problem.message) == (line, message)


def test_a_schema_makes_numbers_of_texts():
    document = parse("f", "pass_mark: '80'\nshuffle: False\nquestions: [{id: 1, type: single, "
                     "prompt: 2, points: 0.5}]")  # fmt: skip
    data = check(document, "quiz")
    assert document.problems == []
    assert (data["pass_mark"], data["shuffle"]) == (80, False)
    assert data["questions"][0]["points"] == Decimal("0.5")
    assert data["questions"][0]["id"] == "1"


def test_front_matter_body_and_line():
    assert split("---\na: 1\n---\n\nWords\n") == ("a: 1\n", "Words", 5)
    assert split("\ufeff---\r\na: 1\r\n---\r\nWords\r\n") == ("a: 1\n", "Words", 4)
    assert split("Words\n---\nmore\n---\n") == ("", "Words\n---\nmore\n---", 1)


@pytest.mark.parametrize(
    ("name", "slug", "number"),
    [
        ("01-first-lesson.md", "first-lesson", 1),
        ("2_a__b.quiz.yaml", "a-b", 2),
        ("10. Über uns.md", "über-uns", 10),
        ("3-d.md", "d", 3),
        ("index.md", "index", 1_000_000),
        ("!!!.md", "", 1_000_000),
    ],
)
def test_names(name, slug, number):
    assert (slug_of(name), number_of(name)) == (slug, number)


@pytest.mark.parametrize(
    "text",
    ["No", "3.10", "a: b", "# a", "'", '"', "- a", "a\nb", "a\n\n  b\nc", "x \ny", "文\u2028b",
     "*a", "{}", "~", "\ta", "a #b", "trailing:", "emoji 🙂", "\x07", "a\n# b\n---\nc"],
)  # fmt: skip
def test_texts_are_written_as_they_read(text):
    document = parse("f", yaml_text({"key": text, "list": [text]}))
    assert document.problems == []
    assert document.value == {"key": text, "list": [text]}


def test_front_matter_is_written_plainly():
    keys = {"title": "A", "summary": None, "tools": ["a", "b"], "takeaways": ["One thing."]}
    assert front_text(keys, "Words.") == (
        "---\ntitle: A\ntools: [a, b]\ntakeaways:\n  - One thing.\n---\nWords.\n"
    )


def test_an_edit_leaves_the_rest_as_it_stands():
    text = (
        "\ufeff---\r\n# about\r\nupdated: 2026-06-14   # a day\r\ntitle: 'A'\r\n"
        "tags:\r\n- x\r\n- 3.10\r\n---\r\n\r\nWords.\r\n\r\n"
    )
    keys = {"title": "B", "summary": "S", "tags": ["x"]}
    assert edit_front(text, "lesson", keys, ["title", "summary"], "New\nwords.") == (
        "\ufeff---\r\n# about\r\nupdated: 2026-06-14   # a day\r\ntitle: 'B'\r\nsummary: S\r\n"
        "tags:\r\n- x\r\n- 3.10\r\n---\r\n\r\nNew\r\nwords.\r\n\r\n"
    )
