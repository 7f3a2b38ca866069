r"""A short answer: `{"answers": [{"text", "weight"?, "case_sensitive"?, "feedback"?}]}`.

Equal after NFKC, one-spacing and case folding, never merely similar: a likeness of 94 % takes
"it is safe" for "it is not safe". `*` stands for any text, `\*` for a star, as in Moodle; so does
the order: the first answer that matches decides, so that an exception can stand before a rule.
"""

import random
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quizzes.kinds.base import (
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    clip,
    rows_in,
    weight_in,
    weight_of,
)
from quizzes.kinds.text import LONGEST_TEXT, caseless, one_spaced, parse_text, visible

FIELDS: dict[str, type | None] = {
    "text": str,
    "weight": None,
    "case_sensitive": bool,
    "feedback": str,
}
STAR = re.compile(r"(?<!\\)\*")
SPACES = re.compile(r"\s+")


class ShortAnswer(Kind):
    name = "short-answer"
    label = "Short answer"
    instruction = "Type a short answer."

    def faults(self, content: object) -> list[Fault]:
        rows, faults = rows_in(content, "answers", FIELDS)
        for index, row in rows:
            text = row.get("text", "")
            message = pattern_fault(text, row) if isinstance(text, str) else ""
            if message:
                faults.append(Fault(("answers", index, "text"), f"Answer {index + 1} {message}"))
        if not rows:
            faults.append(Fault(("answers",), "The question needs at least one answer."))
        elif not faults:
            if all(weight(row) != 1 for _, row in rows):
                faults.append(Fault(("answers",), "No answer is worth the whole question."))
            faults += hidden_faults([row for _, row in rows])
        return faults

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        return []

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        return parse_text(sent)

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        index = accepting(content["answers"], response)
        return Fraction(0) if index is None else clip(weight(content["answers"][index]))

    def key(self, content: Content, dealt: Dealt) -> Response:
        for row in content["answers"]:
            response = {"text": sample(row)}
            if self.grade(content, dealt, response) == 1:
                return response
        return {}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """The answers that are worth something, and the one that accepts what was typed."""
        accepts = accepting(content["answers"], response)
        return [
            ReviewLine(
                text=unescaped(STAR.sub("…", row["text"])),
                chosen=index == accepts,
                right=weight(row) == 1,
                credit=weight(row),
                index=index,
                feedback=("answers", index, "feedback") if row.get("feedback") else None,
            )
            for index, row in enumerate(content["answers"])
            if weight(row) > 0 or index == accepts
        ]


def matches(pattern: str, text: str, case_sensitive: bool = False) -> bool:
    """Whether the text is the pattern, where `*` stands for any text and for none.

    The parts between the stars are looked for from left to right, each at its first place. With
    only stars between them that finds a match if there is one, and never has to go back.
    """
    parts = [comparable(unescaped(part), case_sensitive) for part in STAR.split(pattern)]
    parts[0], parts[-1] = parts[0].lstrip(), parts[-1].rstrip()
    text = comparable(text, case_sensitive).strip()
    if len(parts) == 1:
        return text == parts[0].strip()
    first, *middle, last = parts
    start, end = len(first), len(text) - len(last)
    if start > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        start = text.find(part, start, end)
        if start < 0:
            return False
        start += len(part)
    return True


def comparable(text: str, case_sensitive: bool) -> str:
    """The form in which texts are compared; outer spaces stay, as one."""
    text = visible(text)
    return SPACES.sub(" ", text if case_sensitive else caseless(text))


def unescaped(text: str) -> str:
    return text.replace("\\*", "*")


def accepting(answers: Sequence[Content], response: Response) -> int | None:
    """The index of the first answer that matches the response."""
    if not response:
        return None
    for index, row in enumerate(answers):
        if matches(row["text"], response["text"], bool(row.get("case_sensitive"))):
            return index
    return None


def weight(row: Content) -> Fraction:
    return weight_in(row, Fraction(1))


def sample(row: Content) -> str:
    """A text that the answer matches: its own, with nothing or a filler for the stars."""
    bare, filled = (unescaped(STAR.sub(filler, row["text"])).strip() for filler in ("", "…"))
    return bare if matches(row["text"], bare, bool(row.get("case_sensitive"))) else filled


def pattern_fault(text: str, row: Content) -> str:
    """What is wrong with an authored answer, as the end of a sentence; "" if nothing.

    A star alone takes everything, so it may only be worth 0: to give feedback on all the rest.
    """
    if len(text) > LONGEST_TEXT:
        return f"is longer than {LONGEST_TEXT} characters."
    if not one_spaced(visible(text)):
        return "has no text."
    if not one_spaced(visible(STAR.sub("", text))) and weight_of(row.get("weight", 1)) != 0:
        return "accepts everything: a star alone may only have the weight 0."
    return ""


def hidden_faults(answers: Sequence[Content]) -> Iterator[Fault]:
    """A warning for each answer whose own text an earlier answer takes."""
    for index, row in enumerate(answers):
        earlier = accepting(answers[:index], {"text": sample(row)})
        if earlier is not None:
            message = f"Answer {index + 1} is never reached: answer {earlier + 1} takes it before."
            yield Fault(("answers", index, "text"), message, blocking=False)
