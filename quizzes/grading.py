"""From responses to a score. Everything is exact; rounding is for display only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Literal

from quizzes.kinds import Dealt, Response, kind

type Method = Literal["highest", "last", "first", "average"]


@dataclass(frozen=True, slots=True)
class Item:
    """One question as dealt, with what was answered; {} is unanswered."""

    kind: str
    content: dict[str, Any]
    dealt: Dealt
    response: Response
    points: Fraction


@dataclass(frozen=True, slots=True)
class Grade:
    fractions: tuple[Fraction, ...]  # 0..1 for each item, in order
    earned: Fraction  # points
    possible: Fraction  # points of everything dealt, answered or not
    score: Fraction  # 0..1; 0 if nothing was possible

    @classmethod
    def of(cls, points: Sequence[Fraction], fractions: Sequence[Fraction]) -> "Grade":
        """What these fractions of items with these points come to."""
        pairs = zip(points, fractions, strict=True)
        earned = sum((worth * fraction for worth, fraction in pairs), Fraction(0))
        possible = sum(points, Fraction(0))
        score = earned / possible if possible else Fraction(0)
        return cls(tuple(fractions), earned, possible, score)


def grade(items: Iterable[Item]) -> Grade:
    """The grade of an attempt, out of all that was dealt. Raises LookupError on unknown kinds."""
    items = list(items)
    fractions = tuple(
        kind(item.kind).grade(item.content, item.dealt, item.response) for item in items
    )
    return Grade.of([item.points for item in items], fractions)


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


@dataclass(frozen=True, slots=True)
class Try:
    """One graded attempt, as the grading method looks at it."""

    score: Fraction
    pass_mark: int  # percent, as it was when the attempt began
    passed: bool
    is_blank: bool = False  # time was up and nothing had been answered


@dataclass(frozen=True, slots=True)
class Final:
    """What several attempts come to."""

    score: Fraction
    pass_mark: int  # percent
    passed: bool


def final(tries: Sequence[Try], method: Method = "highest") -> Final | None:
    """What the attempts, oldest first, come to; None without any that counts.

    An attempt whose time ran out before anything was answered counts 0 for "last" and "average"
    and is passed over by "highest" and "first". Passing is decided by the attempt that counts, at
    the pass mark it began with; the average by the pass mark of the newest.
    """
    counting = list(tries)
    if method in {"highest", "first"}:
        counting = [each for each in tries if not each.is_blank] or counting
    if not counting:
        return None
    match method:
        case "highest":
            best = max(counting, key=lambda each: each.score)
            # The mark may have been raised after an attempt with a lower score had passed.
            return Final(best.score, best.pass_mark, any(each.passed for each in counting))
        case "last":
            best = counting[-1]
        case "first":
            best = counting[0]
        case "average":
            mean = sum((each.score for each in counting), Fraction(0)) / len(counting)
            mark = counting[-1].pass_mark
            return Final(mean, mark, passed(mean, mark))
    return Final(best.score, best.pass_mark, best.passed)


def passed_since(tries: Sequence[Try], method: Method = "highest") -> int | None:
    """The place of the attempt from which on, without a break, what they come to is passed.

    Attempts oldest first; None where all together are not passed.
    """
    since = None
    for count in range(1, len(tries) + 1):
        come_to = final(tries[:count], method)
        if come_to is None or not come_to.passed:
            since = None
        elif since is None:
            since = count - 1
    return since
