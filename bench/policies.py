"""When an item is asked again: the policies under comparison.

A policy makes one card for each item a learner meets. The card is told every answer and says on
which day the item is due. Days are whole numbers.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from quizzes import review

NEVER = 10**9


class Card(Protocol):
    """What a policy knows of one item of one learner."""

    due: int

    def answered(self, day: int, right: bool) -> None:
        """Take in an answer (the first one, too) and set the day the item is due."""

    def urgency(self, day: int) -> Any:
        """Whose turn it is when several are due, as a sort key: the least first."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to decide when to ask again."""

    name: str
    card: type[Card]
    a_day: int | None = None  # the most items asked on one day; the rest waits


class NoReview:
    """Nothing is ever asked again."""

    due = NEVER

    def answered(self, day: int, right: bool) -> None:
        """See `Card`."""

    def urgency(self, day: int) -> int:
        """See `Card`."""
        return self.due


class Every:
    """A fixed interval, whatever was answered."""

    days: int
    due = NEVER

    def answered(self, day: int, right: bool) -> None:
        """See `Card`."""
        self.due = day + self.days

    def urgency(self, day: int) -> int:
        """See `Card`. The longest overdue."""
        return self.due


class Every7Days(Every):
    """Each week."""

    days = 7


class Every30Days(Every):
    """Each month."""

    days = 30


class Leitner(Every):
    """Five boxes (S. Leitner, “So lernt man lernen”, 1972); each waits twice as long as the last.

    An item starts in the first box. Right: one box on; wrong: back to the first.
    """

    BOXES = (1, 2, 4, 8, 16)

    def __init__(self) -> None:
        self.box = 0

    def answered(self, day: int, right: bool) -> None:
        """See `Card`."""
        self.box = min(self.box + 1, len(self.BOXES) - 1) if right else 0
        self.due = day + self.BOXES[self.box]


class Sm2(Every):
    """SuperMemo 2 (P. Wozniak, “Optimization of learning”, 1990), to the letter.

    Intervals 1 and 6 days, then the last one times the easiness, rounded up. Right is quality 4,
    wrong 2. Below 3 the intervals begin anew and the easiness stays; 4 leaves it at 2.5 as well.
    The same day's repetition of what was wrong is left out, for every policy alike.
    """

    RIGHT, WRONG = 4, 2

    def __init__(self) -> None:
        self.easiness = 2.5
        self.repetition = 0
        self.interval = 0

    def answered(self, day: int, right: bool) -> None:
        """See `Card`."""
        quality = self.RIGHT if right else self.WRONG
        if quality < 3:
            self.repetition = 0
        else:
            missing = 5 - quality
            change = 0.1 - missing * (0.08 + missing * 0.02)
            self.easiness = max(1.3, self.easiness + change)
        self.repetition += 1
        if self.repetition == 1:
            self.interval = 1
        elif self.repetition == 2:
            self.interval = 6
        else:
            # The sums of tenths and hundredths above must not round 15.000000000000002 up to 16.
            self.interval = math.ceil(round(self.interval * self.easiness, 6))
        self.due = day + self.interval


class Ours:
    """The site's own scheduling (`quizzes.review`), for a recall of 90 %."""

    RETENTION = 90
    DAY_0 = datetime(2026, 1, 1, 18, tzinfo=UTC)

    due = NEVER

    def __init__(self) -> None:
        self.state: review.State | None = None

    def answered(self, day: int, right: bool) -> None:
        """See `Card`."""
        now = self.DAY_0 + timedelta(days=day)
        self.state = review.answered(self.state, now, Fraction(right), self.RETENTION)
        self.due = day + (self.state.due - now).days

    def urgency(self, day: int) -> Any:
        """See `Card`. The most at risk of being forgotten."""
        if self.state is None:
            raise ValueError("never answered, so never due")
        return review.urgency(self.state, self.DAY_0 + timedelta(days=day))


NO_REVIEW = Policy("no review", NoReview)
BASELINE = Policy("every 30 days", Every30Days)
OURS = Policy("ours", Ours, a_day=20)
POLICIES = (
    NO_REVIEW,
    Policy("every 7 days", Every7Days),
    BASELINE,
    Policy("Leitner", Leitner),
    Policy("SM-2", Sm2),
    OURS,
)
