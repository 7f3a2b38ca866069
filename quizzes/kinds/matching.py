"""Matching: `{"pairs": [{"left"?, "right"}]}`. The score is the share of the right pairs.

A pair without a left side is one more right side, to mislead. Right sides with equal texts are
one option, and any of them is right. Dealt are the left sides and the options, [[…], […]]; a
response is {"options": [2, None]}: for each left side as dealt the place of its option.
"""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quizzes.kinds.base import (
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    rows_in,
)
from quizzes.kinds.parts import sent_places
from quizzes.kinds.text import as_written

FIELDS: dict[str, type | None] = {"left": str, "right": str}


class Matching(Kind):
    name = "matching"
    label = "Matching"
    instruction = "Choose what belongs to each."

    def faults(self, content: object) -> list[Fault]:
        rows, faults = rows_in(content, "pairs", FIELDS)
        for index, row in rows:
            if not has_text(row, "right"):
                message = f"Pair {index + 1} has no right side."
                faults.append(Fault(("pairs", index, "right"), message))
        lefts = [(index, row) for index, row in rows if has_text(row, "left")]
        faults += double_faults(lefts)
        if len(lefts) < 2:
            faults.append(
                Fault(("pairs",), "A question needs at least two pairs with a left side.")
            )
        elif not faults and len(options([row for _, row in rows])) < 2:
            faults.append(Fault(("pairs",), "All right sides are the same: nothing is to match."))
        return faults

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        """The options are always shuffled: in the author's order each would stand by its left."""
        lefts = [i for i, row in enumerate(content["pairs"]) if has_text(row, "left")]
        rights = options(content["pairs"])
        if shuffle:
            rng.shuffle(lefts)
        rng.shuffle(rights)
        return [lefts, rights]

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        lefts, rights = dealt
        chosen = sent_places(sent, len(lefts), len(rights))
        return {"options": chosen} if any(place is not None for place in chosen) else {}

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        right = self.key(content, dealt)["options"]
        chosen = response.get("options", [])
        matched = sum(a == b for a, b in zip(right, chosen, strict=False))
        return Fraction(matched, len(right))

    def key(self, content: Content, dealt: Dealt) -> Response:
        lefts, rights = dealt
        place = {side(content, index): place for place, index in enumerate(rights)}
        return {"options": [place[side(content, index)] for index in lefts]}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """For each left side the option that was chosen, and the right one."""
        lefts, rights = dealt
        right = self.key(content, dealt)["options"]
        chosen = response.get("options", [None] * len(lefts))
        return [
            ReviewLine(
                text=content["pairs"][rights[place]]["right"],
                chosen=place == chosen[part],
                right=place == right[part],
                credit=Fraction(place == right[part]),
                index=rights[place],
                position=place,
                part=part,
            )
            for part in range(len(lefts))
            for place in dict.fromkeys([chosen[part], right[part]])
            if place is not None
        ]


def has_text(row: Content, name: str) -> bool:
    text = row.get(name)
    return isinstance(text, str) and bool(as_written(text))


def side(content: Content, index: int) -> str:
    """The right side of a pair, in the form in which two are the same."""
    return as_written(content["pairs"][index]["right"])


def options(pairs: Sequence[Content]) -> list[int]:
    """The authored indexes of the different right sides, each by its first pair."""
    first: dict[str, int] = {}
    for index, row in enumerate(pairs):
        first.setdefault(as_written(row["right"]), index)
    return list(first.values())


def double_faults(lefts: Sequence[tuple[int, Content]]) -> Iterator[Fault]:
    """Left sides with the same text: nobody could tell which of them is meant."""
    seen: dict[str, int] = {}
    for index, row in lefts:
        earlier = seen.setdefault(as_written(row["left"]), index)
        if earlier != index:
            message = f"Pair {index + 1} has the same left side as pair {earlier + 1}."
            yield Fault(("pairs", index, "left"), message)
