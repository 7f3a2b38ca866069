"""From responses to a score. Everything is exact; rounding is for display only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Literal

from quizzes.kinds import Response, kind

type Method = Literal["highest", "last", "first", "average"]


@dataclass(frozen=True, slots=True)
class Item:
    """One question as dealt, with what was answered; {} is unanswered."""

    kind: str
    content: dict[str, Any]
    dealt: list[int]
    response: Response
    points: Fraction


@dataclass(frozen=True, slots=True)
class Grade:
    fractions: tuple[Fraction, ...]  # 0..1 for each item, in order
    earned: Fraction  # points
    possible: Fraction  # points of everything dealt, answered or not
    score: Fraction  # 0..1; 0 if nothing was possible


def grade(items: Iterable[Item]) -> Grade:
    """The grade of an attempt, out of all that was dealt. Raises LookupError on unknown kinds."""
    items = list(items)
    fractions = tuple(
        kind(item.kind).grade(item.content, item.dealt, item.response) for item in items
    )
    earned = sum(
        (item.points * fraction for item, fraction in zip(items, fractions, strict=True)),
        Fraction(0),
    )
    possible = sum((item.points for item in items), Fraction(0))
    score = earned / possible if possible else Fraction(0)
    return Grade(fractions, earned, possible, score)


def passed(score: Fraction, pass_mark: Decimal | int) -> bool:
    """Whether an unrounded score (0..1) reaches the pass mark (percent)."""
    return score * 100 >= Fraction(pass_mark)


def percent(score: Fraction, pass_mark: Decimal | int | None = None) -> Decimal:
    """The score for display: percent to two places, half to even.

    A failing score is never shown as one that reaches the mark: 79.995 with 80 is 79.99.
    """
    shown = hundredths(round(score * 10_000))
    if pass_mark is not None and not passed(score, pass_mark) and shown >= pass_mark:
        return hundredths(floor(score * 10_000))
    return shown


def hundredths(count: int) -> Decimal:
    return Decimal(count).scaleb(-2)


def final_score(scores: Sequence[Fraction], method: Method = "highest") -> Fraction | None:
    """The score that counts out of those of several attempts, oldest first; None without any."""
    if not scores:
        return None
    match method:
        case "highest":
            return max(scores)
        case "last":
            return scores[-1]
        case "first":
            return scores[0]
        case "average":
            return sum(scores, Fraction(0)) / len(scores)
