"""Questions with several parts as pages show them: pairs, items to order, gaps of a text.

`Part` is made without looking at the key; `MarkedPart` tells what is right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.html import escape

from lessons import markdown

from .kinds import Response, ReviewLine
from .kinds.cloze import MARK, Gap, gaps
from .models import Answer
from .rules import Shown


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice to make: what the form sends for it, and its safe HTML."""

    value: str
    html: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question, with its field."""

    name: str  # of the field: s3_0
    label: str  # plain text: an item, “Gap 1”; empty where the HTML says it
    html: str  # safe HTML: a left side, an item, or the text before a gap
    input: str  # select, text, radio, checkbox
    choices: tuple[Choice, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """One part of a result. All texts are safe HTML."""

    label: str  # a left side, an item, “Gap 1”
    own: str  # what was answered; empty: nothing
    mark: str  # right, partly, wrong; empty: not told
    right: str  # the right answer; empty: not told
    feedback: str = ""
    before: str = ""  # the text before a gap


def asked(answer: Answer) -> tuple[tuple[Part, ...], str]:
    """The parts of a question as dealt, and the HTML behind the last of them."""
    match answer.version.kind:
        case "matching":
            return tuple(_pairs(answer)), ""
        case "ordering":
            return tuple(_items(answer)), ""
        case "cloze":
            *before, tail = MARK.split(answer.version.content_html["text"])
            return tuple(_gaps(answer, before)), tail
    return (), ""


def _pairs(answer: Answer) -> Iterator[Part]:
    html = answer.version.content_html["pairs"]
    lefts, rights = answer.dealt
    chosen = answer.response.get("options") or [None] * len(lefts)
    for number, index in enumerate(lefts):
        options = [(str(place), escape(html[right][2])) for place, right in enumerate(rights)]
        choices = _choices(options, [str(chosen[number])])
        yield Part(f"s{answer.slot}_{number}", "", html[index][0], "select", choices)


def _items(answer: Answer) -> Iterator[Part]:
    html = answer.version.content_html["items"]
    count = len(answer.dealt)
    given = answer.response.get("places") or [None] * count
    places = [(str(place), str(place + 1)) for place in range(count)]
    for number, index in enumerate(answer.dealt):
        text, label = html[index]
        choices = _choices(places, [str(given[number])])
        yield Part(f"s{answer.slot}_{number}", label, text, "select", choices)


def _gaps(answer: Answer, before: Sequence[str]) -> Iterator[Part]:
    found = gaps(answer.version.content["text"])
    given = answer.response.get("gaps") or [{}] * len(found)
    for number, (gap, text) in enumerate(zip(found, before, strict=True)):
        own: Response = given[number]
        # Options are text alone; a radio or a box has room for a formula.
        column = 2 if gap.form.input == "select" else 0
        rows = answer.version.content_html["gaps"][number]
        options = [
            (str(place), escape(rows[index][2]) if column else rows[index][0])
            for place, index in enumerate(answer.dealt[number])
        ]
        yield Part(
            name=f"s{answer.slot}_{number}",
            label=f"Gap {number + 1}",
            html=text,
            input=gap.form.input,
            choices=_choices(options, [str(place) for place in own.get("positions", ())]),
            text=str(own.get("text", "")),
        )


def _choices(options: Sequence[tuple[str, str]], chosen: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, html, value in chosen) for value, html in options)


# Afterwards ---------------------------------------------------------------------------------------


def marked(
    answer: Answer, rows: Sequence[ReviewLine], shown: Shown
) -> tuple[tuple[MarkedPart, ...], str]:
    """The parts with one's own answer and the right one, and the HTML behind the last of them.

    What is not `shown` is left out; then items stand in the order they were given, not the right.
    """
    match answer.version.kind:
        case "matching":
            found, tail = _marked_pairs(answer, rows), ""
        case "ordering":
            if not shown.answers:
                rows = sorted(rows, key=lambda row: (row.position is None, row.position, row.part))
            found, tail = _marked_items(answer, rows), ""
        case "cloze":
            *before, tail = MARK.split(answer.version.content_html["text"])
            found = _marked_gaps(answer, rows, before)
        case _:
            return (), ""
    return tuple(_seen(part, shown) for part in found), tail


def _seen(part: MarkedPart, shown: Shown) -> MarkedPart:
    """What of a part is shown."""
    tells = shown.marks or (shown.answers and part.mark == "right" and part.own)
    return replace(
        part,
        mark=part.mark if tells else "",
        right=part.right if shown.answers else "",
        feedback=part.feedback if shown.choice_feedback else "",
    )


def mark_of(fraction: Fraction | None) -> str:
    """right, partly or wrong."""
    return "right" if fraction == 1 else "partly" if fraction else "wrong"


def _marked_pairs(answer: Answer, rows: Sequence[ReviewLine]) -> Iterator[MarkedPart]:
    html = answer.version.content_html["pairs"]
    for number, index in enumerate(answer.dealt[0]):
        lines = [row for row in rows if row.part == number]
        own = next((html[row.index][1] for row in lines if row.chosen), "")
        right = next(row for row in lines if row.right)
        yield MarkedPart(html[index][0], own, mark_of(Fraction(right.chosen)), html[right.index][1])


def _marked_items(answer: Answer, rows: Sequence[ReviewLine]) -> Iterator[MarkedPart]:
    html = answer.version.content_html["items"]
    for row in rows:
        own = "" if row.position is None else str(row.position + 1)
        yield MarkedPart(
            html[row.index][0], own, mark_of(row.credit), str(answer.dealt[row.part] + 1)
        )


def _marked_gaps(
    answer: Answer, rows: Sequence[ReviewLine], before: Sequence[str]
) -> Iterator[MarkedPart]:
    given = answer.response.get("gaps", ())
    for number, gap in enumerate(gaps(answer.version.content["text"])):
        html = answer.version.content_html["gaps"][number]
        lines = [row for row in rows if row.part == number]
        response = given[number] if given else {}
        chosen = [row.index for row in lines if row.chosen]
        own: str
        if gap.form.input == "text":
            own = escape(response.get("text", ""))
            right = [escape(row.text) for row in lines if row.right]
        else:
            own = LISTED.join(html[index][0] for index in chosen)
            right = [html[row.index][0] for row in lines if row.right]
        yield MarkedPart(
            label=f"Gap {number + 1}",
            own=own,
            mark=mark_of(gap.form.kind.grade(gap.content, answer.dealt[number], response)),
            right=LISTED.join(right),
            feedback=" ".join(html[index][1] for index in chosen if html[index][1]),
            before=before[number],
        )


LISTED = "; "


def in_words(answer: Answer) -> list[str]:
    """What a person answered, a line for each part that has an answer, in plain text."""
    content, response = answer.version.content, answer.response
    if "options" in response:
        lefts, rights = answer.dealt
        return [
            f"{markdown.plain(content['pairs'][left]['left'])} – "
            f"{markdown.plain(content['pairs'][rights[place]]['right'])}"
            for left, place in zip(lefts, response["options"], strict=True)
            if place is not None
        ]
    if "places" in response:
        given = [(p, i) for p, i in zip(response["places"], answer.dealt, strict=True)]
        return [
            f"{place + 1}. {markdown.plain(content['items'][index])}"
            for place, index in sorted(pair for pair in given if pair[0] is not None)
        ]
    return [
        f"Gap {number + 1}: {_gap_in_words(gap, answer.dealt[number], response['gaps'][number])}"
        for number, gap in enumerate(gaps(content["text"]))
        if response["gaps"][number]
    ]


def _gap_in_words(gap: Gap, dealt: Sequence[int], response: Response) -> str:
    choices = gap.content.get("choices", ())
    chosen = [choices[dealt[place]]["text"] for place in response.get("positions", ())]
    return LISTED.join(map(markdown.plain, chosen)) or str(response.get("text", ""))
