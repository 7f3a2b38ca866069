"""When a question comes back: spaced review by FSRS (package `fsrs`), as pure functions.

A question's state is a fold over everything its person answered to it, in the order given. Times
are aware and in UTC; retention is in percent: a question comes back when the chance to know it
falls to that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

import fsrs

type Answered = tuple[datetime, Fraction]  # when, and the credit from 0 to 1


@dataclass(frozen=True, slots=True)
class State:
    """What is known of how well a person knows a question."""

    stability: float  # days until the chance to know it falls to 90 %
    difficulty: float  # 1 to 10
    due: datetime
    last: datetime  # when it was answered last


@cache
def scheduler(retention: int) -> fsrs.Scheduler:
    """The package's scheduler for this retention."""
    # Whole days, without learning steps: those bring a card back minutes later, in the same
    # sitting. What was missed here has just been explained; answering it again at once would
    # show nothing, and the next look is worth most after a night. Without fuzz, because a state
    # is to come out the same each time it is made from the answers.
    return fsrs.Scheduler(
        desired_retention=retention / 100,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
    )


def answered(state: State | None, at: datetime, fraction: Fraction, retention: int) -> State:
    """The state after one more answer: right is Good, anything less is Again.

    `state` is None at the first answer; `at` is not before the last one.
    """
    rating = fsrs.Rating.Good if fraction == 1 else fsrs.Rating.Again
    card, _ = scheduler(retention).review_card(_card(state, at), rating, at.astimezone(UTC))
    if card.stability is None or card.difficulty is None:  # the package's types allow it
        raise ValueError("an answered card has no state")
    return State(card.stability, card.difficulty, card.due, at)


def fold(answers: Iterable[Answered], retention: int) -> State | None:
    """The state after all these answers, oldest first; None without any."""
    state = None
    for at, fraction in answers:
        state = answered(state, at, fraction, retention)
    return state


def _card(state: State | None, now: datetime) -> fsrs.Card:
    # The package would wait a millisecond to make up an id, and take the real now for `due`.
    if state is None:
        return fsrs.Card(card_id=0, due=now)
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Review,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due,
        last_review=state.last.astimezone(UTC),
    )


def retrievability(state: State, now: datetime) -> float:
    """The chance, 0 to 1, that the person knows it now."""
    # The same for every desired retention.
    return scheduler(90).get_card_retrievability(_card(state, now), now.astimezone(UTC))


def interval(stability: float, retention: int) -> int:
    """After how many days the chance to know it falls to the retention; 1 at least.

    The inverse of FSRS's forgetting curve R(t) = (1 + F·t/S)^D, where D is minus the last
    parameter and F such that R(S) = 0.9.
    """
    package = scheduler(retention)
    decay = -package.parameters[20]
    factor = 0.9 ** (1 / decay) - 1
    days: float = stability / factor * (package.desired_retention ** (1 / decay) - 1)
    return min(max(round(days), 1), package.maximum_interval)


def rescheduled(state: State, retention: int) -> State:
    """The same state, due by another retention."""
    return replace(state, due=state.last + timedelta(days=interval(state.stability, retention)))


def urgency(state: State, now: datetime) -> tuple[float, datetime]:
    """A sort key, most at risk first: what is least likely to be known, then what is due longest.

    After a long break this helps most within a day's portion: what is nearly forgotten is caught,
    and what sits firmly can wait.
    """
    return retrievability(state, now), state.due


def portion(due: int, answered_today: int, cap: int) -> int:
    """How many of the questions that are due are still asked today."""
    return max(0, min(due, cap - answered_today))


def ladder(retention: int, times: int = 4) -> list[int]:
    """The days between one answer and the next when each is given on its day and right."""
    state = answered(None, datetime(2000, 1, 1, tzinfo=UTC), Fraction(1), retention)
    gaps = [(state.due - state.last).days]
    while len(gaps) < times:
        state = answered(state, state.due, Fraction(1), retention)
        gaps.append((state.due - state.last).days)
    return gaps
