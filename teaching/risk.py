"""Who in a class needs attention: four signs, each with its rule, and what "at risk" means.

Plain rules over plain numbers, so that the page can state them and everybody can check them. A day
is 24 hours, counted from the moment itself, so that no zone and no change of the clock matters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

QUIET_DAYS = 14
QUIET_TOO_LONG_DAYS = 28  # at risk for this alone
NEW_DAYS = 7
SIGNS_OF_RISK = 2

DAY = timedelta(days=1)


class Sign(StrEnum):
    """What an instructor may want to look after, the most pressing first."""

    QUIET = "quiet"
    FAILING = "failing"
    BEHIND = "behind"
    NEW = "new"


NAMES = {
    Sign.QUIET: "Gone quiet",
    Sign.FAILING: "Keeps failing",
    Sign.BEHIND: "Behind",
    Sign.NEW: "Not started",
}

RULES = {
    Sign.QUIET: f"No visit to a lesson and no quiz in this class for {QUIET_DAYS} days, while"
    " not everything is done.",
    Sign.FAILING: "A quiz tried twice or more and not passed.",
    Sign.BEHIND: "An assignment is overdue.",
    Sign.NEW: f"In the class for {NEW_DAYS} days, and no lesson opened and no quiz taken.",
}

RISK_NAME = "At risk"
RISK_RULE = f"Two of the signs or more, or quiet for {QUIET_TOO_LONG_DAYS} days."


class Doings(Protocol):
    """What of a learner's doings the signs are read from (`teaching.facts.Sums` has them)."""

    @property
    def opened(self) -> int:
        """Lessons opened."""

    @property
    def done(self) -> int:
        """Lessons done."""

    @property
    def graded(self) -> int:
        """Quizzes with a score."""

    @property
    def failing(self) -> int:
        """Quizzes tried twice or more and not passed."""

    @property
    def most_tries(self) -> int:
        """Attempts at the one of those that was tried most often."""

    @property
    def last_active(self) -> datetime | None:
        """The last visit to a lesson, or the last quiz, whichever is later."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one learner, each as the number behind it; 0: no such sign."""

    quiet: int = 0  # whole days without a visit or a quiz
    failing: int = 0  # quizzes tried twice or more and not passed
    behind: int = 0  # assignments overdue
    new: int = 0  # whole days in the class, with nothing begun
    most_tries: int = 0  # attempts at the quiz that was tried most often, of those `failing`

    @property
    def shown(self) -> tuple[Sign, ...]:
        """Which signs there are, the most pressing first."""
        return tuple(sign for sign in Sign if getattr(self, sign))

    @property
    def is_at_risk(self) -> bool:
        """Whether the rule `RISK_RULE` holds."""
        return len(self.shown) >= SIGNS_OF_RISK or self.quiet >= QUIET_TOO_LONG_DAYS

    @property
    def rank(self) -> tuple[int, ...]:
        """Greater for those to look after first: at risk, more signs, quiet for longer."""
        return (
            self.is_at_risk,
            len(self.shown),
            self.quiet,
            self.failing,
            self.most_tries,
            self.behind,
            self.new,
        )

    @property
    def words(self) -> str:
        """The signs with their numbers: “No visit for 16 days · A quiz tried 3 times, not passed”.

        Empty without a sign.
        """
        return " · ".join(self._say(sign) for sign in self.shown)

    def _say(self, sign: Sign) -> str:
        match sign:
            case Sign.QUIET:
                return f"No visit for {self.quiet} days"
            case Sign.FAILING:
                quizzes = "A quiz" if self.failing == 1 else f"{self.failing} quizzes"
                most = "up to " if self.failing > 1 and self.most_tries > 2 else ""
                times = "twice" if self.most_tries == 2 else f"{self.most_tries} times"
                return f"{quizzes} tried {most}{times}, not passed"
            case Sign.BEHIND:
                return f"{self.behind} assignment{'' if self.behind == 1 else 's'} overdue"
            case Sign.NEW:
                return f"Nothing begun in {self.new} days"


def signs_of(doings: Doings, since: datetime, lessons: int, overdue: int, now: datetime) -> Signs:
    """The signs of a learner who is expected to learn since then.

    `since`: when they joined, or the first day of the class where that is later; they can't be
    quiet for longer. `lessons`: how many the class has; who has done them all is neither quiet nor
    late to begin. `overdue`: the assignments that are. `now`: of an archived class the moment it
    was archived.
    """
    all_done = doings.done >= lessons
    quiet = (now - max(since, doings.last_active or since)) // DAY
    new = (now - since) // DAY
    has_begun = bool(doings.opened or doings.graded)
    return Signs(
        quiet=quiet if quiet >= QUIET_DAYS and not all_done else 0,
        failing=doings.failing,
        behind=overdue,
        new=new if new >= NEW_DAYS and not (all_done or has_begun) else 0,
        most_tries=doings.most_tries,
    )
