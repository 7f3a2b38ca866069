"""Ordering: `{"items": [text, …], "scoring"?}`, the items in the right order.

Dealt are the items in an order of chance; a response is {"places": [2, 0, None]}: for each item
as dealt the place, from 0, that it was given. Two may have been given the same one: without a
script the places are chosen item by item.
"""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise

from quizzes.kinds.base import (
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    key_faults,
    scoring_faults,
)
from quizzes.kinds.choices import Place, text_faults
from quizzes.kinds.parts import sent_places

type Places = Sequence[int | None]  # that of each item, the items in the right order


def pairs(places: Places) -> Fraction:
    """The share of all pairs of items that stand in the right order to each other (Kendall)."""
    return share([a is not None and b is not None and a < b for a, b in combinations(places, 2)])


def exact(places: Places) -> Fraction:
    """1 for the right order, 0 for every other."""
    return Fraction(list(places) == list(range(len(places))))


def in_place(places: Places) -> Fraction:
    """The share of the items that stand at their right place."""
    return share([given == right for right, given in enumerate(places)])


def adjacent(places: Places) -> Fraction:
    """The share of the items that are followed at once by the one that should follow."""
    return share([a is not None and a + 1 == b for a, b in pairwise(places)])


def share(decisions: Sequence[bool]) -> Fraction:
    return Fraction(sum(decisions), len(decisions))


RULES: dict[str, Callable[[Places], Fraction]] = {
    "pairs": pairs,
    "exact": exact,
    "place": in_place,
    "adjacent": adjacent,
}


class Ordering(Kind):
    name = "ordering"
    label = "Ordering"
    instruction = "Put these in order."
    scoring = tuple(RULES)

    def faults(self, content: object) -> list[Fault]:
        if not isinstance(content, dict):
            return [Fault((), "The question needs “items”.")]
        faults = list(key_faults(content, {"items": list, "scoring": str}, ()))
        listed = content.get("items", [])
        items = listed if isinstance(listed, list) else []
        seen: dict[str, int] = {}
        seen_roughly: dict[str, int] = {}
        for index, text in enumerate(items):
            where = Place("Item", index, ("items", index))
            if isinstance(text, str):
                faults += text_faults(where, text, seen, seen_roughly)
            else:
                faults.append(Fault(where.path, f"Item {index + 1} is not a text."))
        if len(items) < 2:
            faults.append(Fault(("items",), "A question needs at least two items."))
        return [*faults, *scoring_faults(content, self.scoring)]

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        """Always shuffled, each order as likely as any other, the right one too."""
        order = list(range(len(content["items"])))
        rng.shuffle(order)
        return order

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        places = sent_places(sent, len(dealt), len(dealt))
        return {"places": places} if any(given is not None for given in places) else {}

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        if not response:
            return Fraction(0)
        by_item = dict(zip(dealt, response["places"], strict=True))
        rule = RULES[content.get("scoring", "pairs")]
        return rule([by_item[index] for index in range(len(dealt))])

    def key(self, content: Content, dealt: Dealt) -> Response:
        return {"places": list(dealt)}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """The items in the right order; `position` is the place that each was given."""
        given = dict(zip(dealt, response.get("places", [None] * len(dealt)), strict=True))
        return [
            ReviewLine(
                text=text,
                chosen=given[index] is not None,
                right=given[index] == index,
                credit=Fraction(given[index] == index),
                index=index,
                position=given[index],
                part=dealt.index(index),
            )
            for index, text in enumerate(content["items"])
        ]

    def hint(self, response: Response) -> str:
        places = response.get("places", [])
        given = [chosen for chosen in places if chosen is not None]
        if len(set(given)) < len(given):
            return "Two of these have the same place."
        return "Not all of these have a place." if given and None in places else ""
