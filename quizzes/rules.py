"""How a quiz is sat, as pure rules: how often, how long, when again, what is shown after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

type FeedbackTiming = Literal["at-once", "after-submission", "after-passing", "never"]

# After the deadline an answer that was under way still arrives; the clocks of browsers differ too.
LAST_SAVE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Window:
    """When an attempt takes answers, and when it can be handed in; None: without end."""

    deadline: datetime | None = None
    closes_at: datetime | None = None


def window(
    started_at: datetime, minutes: int | None, factor: Decimal, overdue: str, grace: int
) -> Window:
    """The time of an attempt: `minutes` times a person's extra time, then `grace` minutes more
    to hand in where the quiz gives them."""
    if minutes is None:
        return Window()
    deadline = started_at + timedelta(seconds=float(60 * minutes * factor))
    extra = timedelta(minutes=grace) if overdue == "grace" else timedelta(0)
    return Window(deadline, deadline + extra)


def takes_answers(deadline: datetime | None, now: datetime) -> bool:
    """Whether an answer that arrives now counts: until 30 seconds after the deadline."""
    return deadline is None or now <= deadline + LAST_SAVE


def is_over(closes_at: datetime | None, now: datetime) -> bool:
    """Whether the time to submit is up: 30 seconds after it closes."""
    return not takes_answers(closes_at, now)


def attempts_left(allowed: int | None, used: int, extra: int = 0) -> int | None:
    """How many attempts may still begin, the person's extra ones among them; None: no limit."""
    return None if allowed is None else max(0, allowed + extra - used)


def again_at(ends: Sequence[datetime], first: int, later: int) -> datetime | None:
    """When the next attempt may begin, by the ends of those before; None: at any time.

    `first` is the wait in minutes after the first attempt, `later` after each further one.
    """
    wait = first if len(ends) == 1 else later
    return max(ends) + timedelta(minutes=wait) if ends and wait else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person may see of an attempt or of one question."""

    score: bool = True
    marks: bool = True  # right, partly, wrong
    choice_feedback: bool = True
    answers: bool = True  # the right ones
    explanations: bool = True

    @property
    def questions(self) -> bool:
        """Whether there is anything to see of single questions."""
        return self.marks or self.choice_feedback or self.answers or self.explanations


def shown(switches: Shown, timing: FeedbackTiming, *, passed: bool, may_try_again: bool) -> Shown:
    """What is shown of an attempt that has a score.

    `passed` and `may_try_again` are of the person at the quiz, by all attempts so far. The score
    follows its own switch alone.
    """
    held_back = timing == "never" or (timing == "after-passing" and not passed and may_try_again)
    return Shown(switches.score, False, False, False, False) if held_back else switches
