"""Questions as pages show them: while they are asked, and with what is right afterwards.

`Asked` is made without looking at the key: of a version's content only the choices' rendered texts
are read. Everything that tells what is right is in `Reviewed`, which only a submitted attempt gets.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from lessons import markdown

from . import parts
from .kinds import Response, ReviewLine, kind
from .kinds.cloze import MARK, with_blanks
from .models import Answer, MarkChange, QuestionVersion
from .parts import Choice, MarkedPart, Part, mark_of
from .rules import Shown

logger = logging.getLogger(__name__)

ALL = Shown()

# How a kind is answered. A kind that is not here any more is shown as one that cannot be.
INPUTS = {
    "single": "radio",
    "true-false": "radio",
    "multiple": "checkbox",
    "numeric": "text",
    "short-answer": "text",
    "matching": "pairs",
    "ordering": "order",
    "cloze": "gaps",
}
TRUE_FALSE = (("true", "True"), ("false", "False"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an open attempt."""

    slot: int
    total: int
    prompt: str  # safe HTML
    in_line: bool  # the prompt has no blocks, so that it can stand in a legend
    input: str  # radio, checkbox, text, pairs, order, gaps; empty: it cannot be shown
    choices: tuple[Choice, ...]
    parts: tuple[Part, ...]
    tail: str  # safe HTML behind the last part
    text: str
    instruction: str
    hint: str
    revision: int
    flagged: bool
    answered: bool

    @property
    def is_checked(self) -> bool:
        """It is still to be answered."""
        return False

    @property
    def dot(self) -> dict[str, Any]:
        """Its place in the row of questions (`parts/dots.html`)."""
        return {
            "number": self.slot,
            "url": f"#q{self.slot}",
            "state": "answered" if self.answered else "unanswered",
            "flagged": self.flagged,
            "current": False,
        }


def asked(answer: Answer, total: int) -> Asked:
    """A question as it is asked; one that is broken is shown without anything to answer."""
    version = answer.version
    prompt, in_line = unwrapped(version.prompt_html)
    choices: tuple[Choice, ...] = ()
    asked_parts: tuple[Part, ...] = ()
    instruction, hint, tail = "", "", ""
    widget = INPUTS.get(version.kind, "")
    try:
        choices = _choices(answer)
        asked_parts, tail = parts.asked(answer)
        instruction = kind(version.kind).instruction
        hint = kind(version.kind).hint(answer.response)
    except Exception:
        # One question that cannot be shown must not take the others along.
        logger.exception("version %s cannot be shown", version.pk)
        widget = ""
    return Asked(
        slot=answer.slot,
        total=total,
        prompt=prompt,
        in_line=in_line,
        input=widget,
        choices=choices,
        parts=asked_parts,
        tail=tail,
        text=str(answer.response.get("text", "")),
        instruction=instruction,
        hint=hint,
        revision=answer.revision,
        flagged=answer.flagged,
        answered=bool(answer.response),
    )


def _choices(answer: Answer) -> tuple[Choice, ...]:
    chosen = values_of(answer.response)
    if answer.version.kind == "true-false":
        rows: Sequence[tuple[str, str]] = TRUE_FALSE
    elif INPUTS[answer.version.kind] in {"radio", "checkbox"}:
        texts = answer.version.content_html["choices"]
        rows = [(str(place), texts[index][0]) for place, index in enumerate(answer.dealt)]
    else:
        rows = ()
    return tuple(Choice(value, html, value in chosen) for value, html in rows)


def unwrapped(html: str) -> tuple[str, bool]:
    """A prompt that is one paragraph without its `<p>`, and whether it was."""
    bare = html.strip()
    if bare.startswith("<p>") and bare.endswith("</p>") and bare.count("<p") == 1:
        return bare.removeprefix("<p>").removesuffix("</p>"), True
    return bare, False


def values_of(response: Response) -> list[str]:
    """The values that a form sends for a stored response: places, true or false, or a text.

    Those of a question with parts begin with the part's number: "0=2".
    """
    if "positions" in response:
        return [str(place) for place in response["positions"]]
    if "value" in response:
        return ["true" if response["value"] else "false"]
    if "gaps" in response:
        return [
            f"{n}={value}" for n, gap in enumerate(response["gaps"]) for value in values_of(gap)
        ]
    places = response.get("options", response.get("places", ()))
    if places:
        return [f"{n}={place}" for n, place in enumerate(places) if place is not None]
    return [response["text"]] if "text" in response else []


def title_of(version: QuestionVersion) -> str:
    """What a question asks, as Markdown: its prompt, or its text with the gaps left open."""
    if version.prompt or "text" not in version.content:
        return version.prompt
    return with_blanks(version.content["text"])


def title_html(version: QuestionVersion) -> str:
    """The same as safe HTML, of what was rendered when it was saved."""
    return version.prompt_html or MARK.sub("___", version.content_html.get("text", ""))


def answered_text(answer: Answer) -> list[str]:
    """What a person answered, in plain words: the choices, the parts, or what was typed."""
    response = answer.response
    if not response.keys().isdisjoint({"options", "places", "gaps"}):
        try:
            return parts.in_words(answer)
        except (LookupError, ValueError):  # the version is broken: what was sent is still known
            return values_of(response)
    choices = answer.version.content.get("choices", [])
    return [
        markdown.plain(str(choices[answer.dealt[place]]["text"]))
        for place in response.get("positions", [])
        if place < len(answer.dealt) and answer.dealt[place] < len(choices)
    ] or values_of({k: v for k, v in response.items() if k != "positions"})


# Afterwards ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """One line of a result: a choice, one's own text, or an accepted answer."""

    text: str  # safe HTML if `html`, else text
    html: bool
    chosen: bool
    mark: str  # right, partly, wrong, or empty for what is neither chosen nor right
    word: str  # the mark in words
    feedback: str  # safe HTML


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a lesson: its anchor, and the heading there; without one, the objectives."""

    anchor: str = "objectives"
    heading: str = ""


def place_in(toc: Iterable[Sequence[Any]], section: str) -> Place:
    """The heading with this id in a lesson's `toc`; the objectives where it has none (any more)."""
    return next((Place(*row) for _, *row in toc if row[0] == section), Place())


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a mark by hand."""

    at: datetime
    by: str  # the person's name; empty once their account is gone
    before: str  # “0”
    after: str  # “1 of 1 point”
    reason: str

    @classmethod
    def of(cls, change: MarkChange, possible: Decimal) -> "Changed":
        """A stored change, fetched with its person, of a question with these points."""
        return cls(
            at=change.made_at,
            by=change.made_by.display_name if change.made_by else "",
            before=rounded(change.fraction_before * Fraction(possible)),
            after=points(change.fraction_after, possible),
            reason=change.reason,
        )


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of a submitted attempt."""

    slot: int
    key: str
    prompt: str  # safe HTML
    in_line: bool
    mark: str  # right, partly, wrong
    word: str
    points: str  # “0.67 of 1 point”
    hint: str
    lines: tuple[Marked, ...]
    input: str  # pairs, order, gaps, or that of a question without parts
    parts: tuple[MarkedPart, ...]
    tail: str  # safe HTML behind the last part
    explanation: str  # safe HTML
    last_time: str  # “Last time: not right”, or empty
    place: Place  # where in the lesson it is answered
    own: str = "Your answer"
    changes: tuple[Changed, ...] = ()  # of the mark by hand, oldest first

    @property
    def is_checked(self) -> bool:
        """It is final."""
        return True

    @property
    def dot(self) -> dict[str, Any]:
        """Its place in the row of questions (`parts/dots.html`)."""
        return {
            "number": self.slot,
            "url": f"#q{self.slot}",
            "state": self.mark or "answered",
            "flagged": False,
            "current": False,
        }


def reviewed(
    answer: Answer,
    shown: Shown = ALL,
    toc: Iterable[Sequence[Any]] = (),
    last_time: Mapping[int, str] | None = None,
    own: str = "Your answer",
) -> Reviewed:
    """A question with one's own answer, the right one, and why: what of it is shown.

    `toc` is the lesson's; `last_time` has the marks of the attempt before, by question; `own` is
    what to call the answer where it is somebody else's.
    """
    version = answer.version
    prompt, in_line = unwrapped(version.prompt_html)
    fraction = answer.fraction or Fraction(0)
    mark = mark_of(fraction)
    earlier = (last_time or {}).get(version.question_id, "")
    lines: tuple[Marked, ...] = ()
    marked_parts: tuple[MarkedPart, ...] = ()
    hint, tail, widget = "", "", INPUTS.get(version.kind, "")
    try:
        rows = kind(version.kind).review(version.content, answer.dealt, answer.response)
        marked_parts, tail = parts.marked(answer, rows, shown)
        if not marked_parts:
            make = _typed if widget == "text" else _chosen
            lines = tuple(make(answer, rows, own))
        hint = kind(version.kind).hint(answer.response)
    except Exception:
        # The rest of the result can be read without it.
        logger.exception("answer %s cannot be reviewed", answer.pk)
    word = WORDS[mark] if answer.response else "Not answered"
    return Reviewed(
        slot=answer.slot,
        key=version.question.key,
        prompt=prompt,
        in_line=in_line,
        mark=mark if shown.marks else "",
        word=word if shown.marks or not answer.response else "Answered",
        points=points(fraction, version.points) if shown.marks else "",
        hint=hint,
        lines=tuple(seen for line in lines if (seen := _seen(line, shown, own))),
        input=widget,
        parts=marked_parts,
        tail=tail,
        explanation=version.explanation_html if shown.explanations else "",
        last_time=f"Last time: {WORDS[earlier].lower()}" if earlier and shown.marks else "",
        place=place_in(toc, version.question.section),
        own=own,
        changes=tuple(Changed.of(each, version.points) for each in answer.trail)
        if shown.marks
        else (),
    )


def _seen(line: Marked, shown: Shown, own: str) -> Marked | None:
    """What of a line is shown; None for an accepted answer that is not."""
    if line.chosen:
        if not shown.marks and not (shown.answers and line.mark == "right"):
            line = replace(line, mark="", word=own)
    elif not shown.answers:
        if not line.html:
            return None
        # What is said to a choice that nobody chose tells as much as its mark.
        line = replace(line, mark="", word="", feedback="")
    return line if shown.choice_feedback else replace(line, feedback="")


WORDS = {"right": "Right", "partly": "Partly right", "wrong": "Not right"}


def _own(own: str, mark: str) -> str:
    """“Your answer, not right”."""
    return f"{own}, {WORDS[mark].lower()}"


def _chosen(answer: Answer, rows: Sequence[ReviewLine], own: str) -> list[Marked]:
    """Every choice as it was dealt, with what it was worth."""
    several = answer.version.kind == "multiple"
    marked = []
    for row in rows:
        mark = "right" if row.right else "partly" if 0 < row.credit < 1 else "wrong"
        word = ""
        if row.chosen:
            word = _own(own, mark)
        elif row.right:
            word = "Missed: this is right" if several and answer.response else "The right answer"
        elif mark == "partly":
            word = "Partly right"
        else:
            mark = ""
        texts = answer.version.content_html.get("choices")
        html = row.text if texts is None or row.index is None else texts[row.index][0]
        marked.append(Marked(html, True, row.chosen, mark, word, _feedback(answer, row)))
    return marked


def _typed(answer: Answer, rows: Sequence[ReviewLine], own: str) -> list[Marked]:
    """What was typed, with what was said to it, then all that is accepted."""
    marked = []
    if answer.response:
        mark = mark_of(answer.fraction or Fraction(0))
        matched = next((row for row in rows if row.chosen), None)
        feedback = "" if matched is None else _feedback(answer, matched)
        word = _own(own, mark)
        marked.append(Marked(answer.response["text"], False, True, mark, word, feedback))
    for row in rows:
        if row.credit > 0:
            mark = "right" if row.right else "partly"
            word = "Accepted" if row.right else f"Accepted in part: {share(row.credit)} %"
            marked.append(Marked(row.text, False, False, mark, word, ""))
    return marked


def _feedback(answer: Answer, row: ReviewLine) -> str:
    if row.feedback is None or row.index is None:
        return ""
    html: str = answer.version.content_html[row.feedback[0]][row.index][1]
    return html


def share(fraction: Fraction) -> str:
    """A fraction in percent, to two places at most."""
    return rounded(fraction * 100)


def rounded(number: Fraction) -> str:
    """A number to two places at most, half to even."""
    exact = Decimal(round(number * 100)).scaleb(-2)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_EVEN).normalize():f}"


def points(fraction: Fraction, possible: Decimal) -> str:
    """“0.67 of 1 point”."""
    whole = Fraction(possible)
    return f"{rounded(fraction * whole)} of {rounded(whole)} point{'' if whole == 1 else 's'}"
