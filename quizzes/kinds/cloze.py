r"""A text with gaps: `{"text": "R1 matched {2:SHORTANSWER:=o1} in {1:NUMERICAL:=2025}."}`.

The notation is Moodle's: `{weight:KIND:answers}`, the answers parted by `~`, each with `=` (right)
or `%50%` (its weight) in front and `#feedback` behind; `\` takes its meaning from `} # ~ = { \`.
Each gap is a question of another kind and graded by it; the score is the mean by weight.

Dealt is a list for each gap; a response is {"gaps": [{…}, {}]}, a response of its kind for each.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from quizzes.kinds.base import (
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    key_faults,
)
from quizzes.kinds.multiple import Multiple
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.parts import sent_parts
from quizzes.kinds.short_answer import ShortAnswer
from quizzes.kinds.single import Single

MOST_GAPS = 100
FIRST_MARK = 0xE000
MARK = re.compile(f"[{chr(FIRST_MARK)}-{chr(FIRST_MARK + MOST_GAPS - 1)}]")
# A gap begins where this stands and is not escaped; it goes on to the first `}` that is not.
BEGINNING = re.compile(r"\\.|\{(?P<weight>[0-9.,]*):(?P<name>[A-Za-z_]+):", re.DOTALL)
INSIDE = re.compile(r"((?:\\.|[^\\}])*)\}", re.DOTALL)
ANSWERS = re.compile(r"(?:\\.|[^\\~])+", re.DOTALL)
ANSWER = re.compile(
    r"\s*(?:(?P<right>=)|%(?P<percent>-?[0-9]{1,3}(?:[.,][0-9]{0,9})?)%)?"
    r"(?P<text>(?:\\.|[^\\#])*)(?:\#(?P<feedback>.*))?",
    re.DOTALL,
)
WEIGHT = re.compile(r"[1-9][0-9]{0,3}")
ESCAPED = re.compile(r"\\([}#~={\\])")
ROUNDED = 4  # a percentage with so many decimals stands for a fraction such as 1/3
LARGEST_PART = 12  # that is, of a twelfth or more


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of gap is called, the kind that grades it, and how it is answered."""

    names: str  # Moodle's, the long one first
    kind: Kind
    input: str  # text, select, radio or checkbox
    shuffled: bool = False
    case_sensitive: bool = False


SINGLE, MULTIPLE, NUMERIC, SHORT = Single(), Multiple(), Numeric(), ShortAnswer()
FORMS = {
    name: form
    for form in (
        Form("SHORTANSWER SA MW", SHORT, "text"),
        Form("SHORTANSWER_C SAC MWC", SHORT, "text", case_sensitive=True),
        Form("NUMERICAL NM", NUMERIC, "text"),
        Form("MULTICHOICE MC", SINGLE, "select"),
        Form("MULTICHOICE_S MCS", SINGLE, "select", shuffled=True),
        Form("MULTICHOICE_V MCV MULTICHOICE_H MCH", SINGLE, "radio"),
        Form("MULTICHOICE_VS MCVS MULTICHOICE_HS MCHS", SINGLE, "radio", shuffled=True),
        Form("MULTIRESPONSE MR MULTIRESPONSE_H MRH", MULTIPLE, "checkbox"),
        Form("MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS", MULTIPLE, "checkbox", shuffled=True),
    )
    for name in form.names.split()
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a text: what it counts, and the question that it is."""

    weight: int
    form: Form
    content: Content  # as its kind has it


class Cloze(Kind):
    name = "cloze"
    label = "Text with gaps"
    instruction = "Fill in the gaps."

    def faults(self, content: object) -> list[Fault]:
        text = content.get("text") if isinstance(content, dict) else None
        if not isinstance(content, dict) or text is None:
            return [Fault(("text",), "The question needs a “text” with gaps.")]
        faults = list(key_faults(content, {"text": str}, ()))
        if isinstance(text, str):
            faults += text_faults(text)
        return faults

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        """Choices are shuffled where the notation says so (`_S`) and the quiz allows it."""
        return [
            gap.form.kind.deal(gap.content, rng, shuffle and gap.form.shuffled)
            for gap in gaps(content["text"])
        ]

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        parts = sent_parts(sent, len(dealt))
        responses = [
            gap.form.kind.parse(gap.content, dealt[number], parts.get(number, []))
            for number, gap in enumerate(gaps(content["text"]))
        ]
        return {"gaps": responses} if any(responses) else {}

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        earned, possible = Fraction(0), 0
        for number, gap in enumerate(gaps(content["text"])):
            own = response["gaps"][number] if response else {}
            earned += gap.weight * gap.form.kind.grade(gap.content, dealt[number], own)
            possible += gap.weight
        return earned / possible

    def key(self, content: Content, dealt: Dealt) -> Response:
        keys = [
            gap.form.kind.key(gap.content, dealt[number])
            for number, gap in enumerate(gaps(content["text"]))
        ]
        return {"gaps": keys} if all(keys) else {}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """What each gap's own kind says of it."""
        return [
            replace(line, part=number)
            for number, gap in enumerate(gaps(content["text"]))
            for line in gap.form.kind.review(
                gap.content, dealt[number], response["gaps"][number] if response else {}
            )
        ]


# The notation -------------------------------------------------------------------------------


type Span = tuple[int, int]


def gaps(text: str) -> list[Gap]:
    """The gaps of a text without blocking faults, in order. Raises LookupError, ValueError."""
    return [
        Gap(int(weight or 1), FORMS[name], content)
        for _span, weight, name, content in written(text)
    ]


def written(text: str) -> Iterator[tuple[Span, str, str, Content]]:
    """What looks like a gap: its span, weight, name and content; unclosed, its span is empty."""
    position = 0
    while beginning := BEGINNING.search(text, position):
        start, position = beginning.span()
        if beginning["name"] is None:
            continue
        name = beginning["name"].upper()
        inside = INSIDE.match(text, position)
        if inside is None:  # then no later one is closed either
            yield (start, start), beginning["weight"], name, {}
            return
        position = inside.end()
        content = gap_content(FORMS.get(name), inside[1])
        yield (start, position), beginning["weight"], name, content


def gap_content(form: Form | None, inside: str) -> dict[str, Any]:
    """The content of a gap as its kind has it; {} for a kind that there is not."""
    if form is None:
        return {}
    rows = [row for row in map(ANSWER.fullmatch, ANSWERS.findall(inside)) if row is not None]
    if form.kind in {SHORT, NUMERIC}:
        make = text_row if form.kind is SHORT else number_row
        return {"answers": [make(form, row) | feedback(row) for row in rows]}
    return {"choices": [choice_row(form, row) | feedback(row) for row in rows]}


def text_row(form: Form, row: re.Match[str]) -> dict[str, Any]:
    case = {"case_sensitive": True} if form.case_sensitive else {}
    return {"text": unescaped(row["text"]), "weight": weight_text(row), **case}


def number_row(_: Form, row: re.Match[str]) -> dict[str, Any]:
    value, _colon, tolerance = unescaped(row["text"]).partition(":")
    own = {"tolerance": tolerance.strip()} if tolerance.strip() else {}
    return {"value": value, "weight": weight_text(row), **own}


def choice_row(form: Form, row: re.Match[str]) -> dict[str, Any]:
    """Of several answers the right ones share the whole; of one alone each is worth it."""
    text = {"text": unescaped(row["text"])}
    if form.kind is SINGLE or row["percent"]:
        return text | {"weight": weight_text(row)}
    return text | {"correct": bool(row["right"])}


def feedback(row: re.Match[str]) -> dict[str, str]:
    said = unescaped(row["feedback"] or "")
    return {"feedback": said} if said else {}


def weight_text(row: re.Match[str]) -> str:
    """An answer's weight: 1 with `=`, 0 without anything; 33.33333 % is a third."""
    if not row["percent"]:
        return "1" if row["right"] else "0"
    percent = row["percent"].replace(",", ".")
    exact = Fraction(Decimal(percent)) / 100
    near = exact.limit_denominator(LARGEST_PART)
    decimals = len(percent.partition(".")[2])
    if decimals >= ROUNDED and abs(near - exact) * 100 < Fraction(1, 10**decimals):
        return str(near)
    return str(Decimal(percent).scaleb(-2))


def unescaped(text: str) -> str:
    return ESCAPED.sub(r"\1", text).strip()


def with_marks(text: str) -> str:
    """The text with a mark in place of each gap; marks that it had before are gone."""
    pieces, position = [], 0
    for number, ((start, end), *_) in enumerate(written(text)):
        pieces += [MARK.sub("", text[position:start]), mark(number)]
        position = end
    return "".join([*pieces, MARK.sub("", text[position:])])


def with_blanks(text: str) -> str:
    """The text with a line to write on in place of each gap; it tells nothing of the answers."""
    return MARK.sub("___", with_marks(text))


def mark(number: int) -> str:
    """What stands for a gap: one character of private use, which no writer takes apart."""
    return chr(FIRST_MARK + number)


def text_faults(text: str) -> Iterator[Fault]:
    """What is wrong with the gaps of a text, each named by its number."""
    number = 0
    for number, ((start, end), weight, name, content) in enumerate(written(text), 1):
        if number > MOST_GAPS:
            yield Fault(("text",), f"There are more than {MOST_GAPS} gaps.")
            return
        for message, blocking in gap_faults(start == end, weight, name, content):
            yield Fault(("text",), f"Gap {number}: {message}", blocking)
    if not number:
        message = "The text has no gap: write one as {1:SHORTANSWER:=right}."
        yield Fault(("text",), message)


def gap_faults(
    unclosed: bool, weight: str, name: str, content: Content
) -> Iterator[tuple[str, bool]]:
    """The messages about one gap, and whether each blocks."""
    if unclosed:
        yield "It has no closing brace.", True
        return
    if weight and not WEIGHT.fullmatch(weight):
        yield f"The weight cannot be “{weight}”: it is a whole number from 1.", True
    if name not in FORMS:
        near = get_close_matches(name, FORMS, n=1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        yield f"There is no kind “{name}”.{meant}", True
        return
    for fault in FORMS[name].kind.faults(content):
        yield fault.message, fault.blocking
