"""What the kinds with choices share: dealing, positions, weights, and the result's lines."""

import random
import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from quizzes.kinds.base import (
    BadResponse,
    Content,
    Dealt,
    Fault,
    Kind,
    Path,
    Response,
    ReviewLine,
    clip,
    rows_in,
)
from quizzes.kinds.text import as_written, caseless, one_spaced, visible

FIELDS: dict[str, type | None] = {
    "text": str,
    "correct": bool,
    "weight": None,
    "feedback": str,
    "keep_last": bool,
}
SPEAKS_OF_OTHERS = re.compile(
    r".*\b(?:all|none|both|neither|any) of (?:the above|these|them|the others)\b.*"
    r"|(?:both )?(?:answers? )?[a-f](?: and | or |, | ?& ?)[a-f]\W*"
)


class Choices(Kind):
    """`{"choices": [{"text", "correct"?, "weight"?, "feedback"?, "keep_last"?}]}`.

    A response is {"positions": [0, 2]}: places among the dealt choices, rising.
    """

    most: ClassVar[int | None] = None  # how many may be chosen; None: all

    @abstractmethod
    def weights(self, content: Content) -> list[Fraction]:
        """What each authored choice is worth, -1..1."""

    @abstractmethod
    def is_right(self, weight: Fraction) -> bool:
        """Whether a choice of this weight belongs to the right answer."""

    @abstractmethod
    def weighing_faults(self, content: Content) -> Iterator[Fault]:
        """Faults in what is marked correct, of content that is well formed otherwise."""

    def faults(self, content: object) -> list[Fault]:
        rows, faults = rows_in(content, "choices", FIELDS, {"scoring": str} if self.scoring else {})
        if len(rows) < 2:
            faults.append(Fault(("choices",), "A question needs at least two choices."))
        well_formed = not faults
        seen: dict[str, int] = {}
        seen_roughly: dict[str, int] = {}
        for index, row in rows:
            text = row.get("text", "")
            if isinstance(text, str):
                place = Place("Choice", index, ("choices", index, "text"))
                faults += text_faults(place, text, seen, seen_roughly)
                faults += keep_last_faults(index, text, row)
            if "correct" in row and "weight" in row:
                message = "“correct” and “weight” are both given: the weight counts."
                faults.append(Fault(("choices", index, "weight"), message, blocking=False))
        if well_formed and isinstance(content, dict):
            faults += self.weighing_faults(content)
        return faults

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        order = list(range(len(content["choices"])))
        if not shuffle:
            return order
        rng.shuffle(order)
        last = {i for i in order if content["choices"][i].get("keep_last")}
        return [i for i in order if i not in last] + sorted(last)

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        if list(sent) in ([], [""]):
            return {}
        if len(sent) > (self.most or len(dealt)):
            raise BadResponse("more choices were sent than can be chosen")
        offered = {str(position): position for position in range(len(dealt))}
        if not all(value in offered for value in sent):
            raise BadResponse("a choice was sent that was not dealt")
        if len(set(sent)) < len(sent):
            raise BadResponse("a choice was sent twice")
        return {"positions": sorted(offered[value] for value in sent)}

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        weights = self.weights(content)
        chosen = response.get("positions", [])
        return clip(sum((weights[dealt[position]] for position in chosen), Fraction(0)))

    def key(self, content: Content, dealt: Dealt) -> Response:
        weights = self.weights(content)
        right = [p for p, index in enumerate(dealt) if self.is_right(weights[index])]
        response = {"positions": right[: self.most]}
        return response if self.grade(content, dealt, response) == 1 else {}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        weights = self.weights(content)
        chosen = response.get("positions", [])
        return [
            ReviewLine(
                text=content["choices"][index]["text"],
                chosen=position in chosen,
                right=self.is_right(weights[index]),
                credit=weights[index],
                index=index,
                position=position,
                feedback=("choices", index, "feedback")
                if content["choices"][index].get("feedback")
                else None,
            )
            for position, index in enumerate(dealt)
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an authored text stands among its like."""

    noun: str
    index: int
    path: Path


def text_faults(
    place: Place, text: str, seen: dict[str, int], seen_roughly: dict[str, int]
) -> Iterator[Fault]:
    """An empty text, or one that an earlier place has; notes this one in both dicts.

    Only white space and NFC count as "the same": `m²` and `m2`, `True` and `true` may both be
    wanted, so texts that differ by no more than that are a warning.
    """
    noun, index, path = place.noun, place.index, place.path
    same, roughly = as_written(text), one_spaced(caseless(visible(text)))
    if not roughly:
        yield Fault(path, f"{noun} {index + 1} has no text.")
    elif same in seen:
        yield Fault(path, f"{noun} {index + 1} is the same as {noun.lower()} {seen[same] + 1}.")
    elif roughly in seen_roughly:
        other = f"{noun.lower()} {seen_roughly[roughly] + 1}"
        yield Fault(path, f"{noun} {index + 1} is nearly the same as {other}.", blocking=False)
    seen.setdefault(same, index)
    seen_roughly.setdefault(roughly, index)


def keep_last_faults(index: int, text: str, row: Content) -> Iterator[Fault]:
    if not row.get("keep_last") and SPEAKS_OF_OTHERS.fullmatch(one_spaced(caseless(visible(text)))):
        message = (
            f"Choice {index + 1} speaks of the other choices, which may be shuffled:"
            " “keep_last: true” keeps it at the end; letters are best left out."
        )
        yield Fault(("choices", index, "text"), message, blocking=False)
