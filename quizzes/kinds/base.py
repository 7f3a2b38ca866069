"""What every question kind has in common: its five verbs, its nouns, and exact numbers.

A question's authored `content` is a JSON-able dict, the same as in a course file. A response is
a JSON-able dict too; `{}` is "unanswered". Fractions of a question run from 0 to 1 and are exact.
"""

import random
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, ClassVar

type Content = Mapping[str, Any]
type Response = dict[str, Any]
# JSON: authored indexes in the order shown; kinds with parts have a list of them for each part.
type Dealt = list[Any]
type Path = tuple[str | int, ...]

LONGEST_NUMBER = 100  # characters; fifty digits of pi still fit
LARGEST_EXPONENT = 308  # as far as a double goes; keeps exact arithmetic cheap


class BadResponse(ValueError):  # noqa: N818 - said of what was sent, not of a failure here
    """What was sent does not fit what was dealt: answered with 400, and nothing is stored."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in authored content; `path` leads to it, as in ("choices", 2, "text")."""

    path: Path
    message: str  # a sentence for the author
    blocking: bool = True  # False: a warning


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of a result: a choice as dealt, or an accepted answer."""

    text: str  # of choices, sides and items the Markdown as authored; else plain text
    chosen: bool  # the learner chose this, or typed what this accepts
    right: bool  # belongs to the right answer; 0 < credit < 1 without it is "partly right"
    credit: Fraction  # the authored weight, -1..1
    index: int | None = None  # authored index in `choices` or `answers`
    position: int | None = None  # place among the dealt choices, from 0
    feedback: Path | None = None  # where the content has feedback for this line
    part: int | None = None  # the part it is about, by its place as dealt


class Kind(ABC):
    """A kind of question. Grading and dealing expect content without blocking faults."""

    name: ClassVar[str]  # the word in course files and the database
    label: ClassVar[str]
    instruction: ClassVar[str]  # one line of help above the choices
    scoring: ClassVar[tuple[str, ...]] = ()  # the rules to choose from, the default first

    @abstractmethod
    def faults(self, content: object) -> list[Fault]:
        """What is wrong with authored content of any shape, in reading order; never raises."""

    @abstractmethod
    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        """The authored indexes in the order to show them; [] for kinds without choices.

        Nothing of the order follows from the key.
        """

    @abstractmethod
    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        """The response to store for the values sent for one slot, in the order they came.

        [] and [""] are unanswered. Kinds with parts take "0=…", "1=…" in any order, the number
        being the part's place as dealt. Raises BadResponse for anything that was not on offer.
        """

    @abstractmethod
    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        """The exact fraction earned, 0..1, of a response that `parse` made; unanswered is 0."""

    @abstractmethod
    def key(self, content: Content, dealt: Dealt) -> Response:
        """A response that scores 1, or {} where none does."""

    @abstractmethod
    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """The lines of the result page, in the order to show them."""

    def hint(self, response: Response) -> str:
        """Help with the form of a response, or "". Knows nothing of the key: safe at any time."""
        return ""


def exact(value: object) -> Fraction | None:
    """The number that an int, a float or decimal text stands for, by its decimal digits.

    None for anything else, for NaN and infinities, and for numbers of absurd size.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and value.bit_length() > 3 * LONGEST_NUMBER:
        return None
    text = str(value).strip()
    if len(text) > LONGEST_NUMBER or not DECIMAL.fullmatch(text):
        return None
    number = Decimal(text)
    return Fraction(number) if abs(number.adjusted()) <= LARGEST_EXPONENT else None


DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
RATIO = re.compile(r"([+-]?\d{1,3})/(\d{1,3})")
FINEST_WEIGHT = 10**20  # the largest denominator; keeps the text of a score short


def weight_of(value: object) -> Fraction | None:
    """A weight: as `exact` to twenty decimals, and "1/3" too, which no decimal can say."""
    ratio = RATIO.fullmatch(value.strip()) if isinstance(value, str) else None
    if ratio and int(ratio[2]):
        return Fraction(int(ratio[1]), int(ratio[2]))
    weight = exact(value)
    return weight if weight is not None and weight.denominator <= FINEST_WEIGHT else None


def weight_in(row: Content, default: Fraction) -> Fraction:
    """The row's explicit weight, else the default. Raises ValueError for a faulty one."""
    if "weight" not in row:
        return default
    weight = weight_of(row["weight"])
    if weight is None:
        raise ValueError("the weight is not a number")
    return weight


def clip(fraction: Fraction) -> Fraction:
    return max(Fraction(0), min(Fraction(1), fraction))


# What authored content looks like -----------------------------------------------------------

TYPE_NAMES = {str: "text", bool: "true or false", list: "a list"}


def key_faults(given: Content, known: Mapping[str, type | None], path: Path) -> Iterator[Fault]:
    """Unknown keys, naming the nearest known one, and values of another type than `known` says.

    A type of None leaves the value to the caller.
    """
    for key, value in given.items():
        expected = known.get(key)
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            meant = f" Did you mean “{near[0]}”?" if near else ""
            yield Fault((*path, key), f"The key “{key}” is not known here.{meant}")
        elif expected is not None and not isinstance(value, expected):
            yield Fault((*path, key), f"“{key}” must be {TYPE_NAMES[expected]}.")


def rows_in(
    content: object,
    key: str,
    known: Mapping[str, type | None],
    beside: Mapping[str, type | None] | None = None,
) -> tuple[list[tuple[int, Content]], list[Fault]]:
    """The well-formed rows of `{key: [{…}, …]}` with their authored index, and all faults.

    `beside` are the keys that may stand beside the list.
    """
    if not isinstance(content, dict):
        return [], [Fault((), f"The question needs “{key}”.")]
    faults = list(key_faults(content, {key: list, **(beside or {})}, ()))
    listed = content.get(key, [])
    rows: list[tuple[int, Content]] = []
    for index, row in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(row, dict):
            rows.append((index, row))
            faults += key_faults(row, known, (key, index))
            faults += weight_faults(row, (key, index))
        else:
            faults.append(Fault((key, index), f"Number {index + 1} in “{key}” has no fields."))
    return rows, faults


def weight_faults(row: Content, path: Path) -> Iterator[Fault]:
    if "weight" not in row:
        return
    weight = weight_of(row["weight"])
    if weight is None:
        message = "The weight is not a number: write one from -1 to 1, such as 0.5 or 1/3."
        yield Fault((*path, "weight"), message)
    elif abs(weight) > 1:
        message = "The weight is out of range: it goes from -1 to 1, so 50 % is 0.5."
        yield Fault((*path, "weight"), message)


def scoring_faults(content: object, rules: Collection[str]) -> Iterator[Fault]:
    """An unknown name under “scoring”, with the names of the rules that there are."""
    given = content.get("scoring") if isinstance(content, dict) else None
    if given is not None and given not in list(rules):
        message = f"The scoring cannot be “{given}”: there are {', '.join(rules)}."
        yield Fault(("scoring",), message)
