"""Simulated memories: how likely a learner is to answer right, and what an answer does to that.

Two models of different shape. Neither is the scheduler's own with the scheduler's numbers: a
scheduler tried on its own assumptions would be right by definition, and nothing would be shown.
All times are whole days; a day's questions come after the night, so at least one day has passed.
"""

import math
from random import Random
from typing import Protocol


class Memory(Protocol):
    """What one learner remembers of one item."""

    def meet(self, day: int, right: bool) -> None:
        """The lesson was read and its question answered for the first time."""

    def recall(self, day: int) -> float:
        """The chance, 0..1, that the item is answered right on a later day than the last answer."""

    def answer(self, day: int, right: bool) -> None:
        """The item was asked and answered, and the explanation read."""


class Learner(Protocol):
    """A person with a memory of their own."""

    name: str
    title: str

    def __init__(self, chance: Random) -> None:
        """A learner whose traits come from this chance."""

    def memory(self, item: Random) -> Memory:
        """Their memory of an item; `item` is the item's own chance, the same in every run."""


def around(chance: Random, centre: float, spread: float) -> float:
    """A positive number near the centre: log-normal with this spread of the logarithm."""
    return centre * math.exp(chance.gauss(0, spread))


# Difficulty, stability, retrievability ------------------------------------------------------------


class StabilityLearner:
    """Difficulty, stability, retrievability: a memory has a stability that answers change.

    Shape: the DSR model of P. Wozniak as J. Ye states it (“A Stochastic Shortest Path Algorithm for
    Optimizing Spaced Repetition Scheduling”, KDD 2022; formulas of the fourth FSRS). Recall after t
    days is (1 + f·t/S)^-d with f such that it is 0.9 at t = S.

    Numbers: around the round ones that the fourth FSRS began with, drawn anew for every learner
    and item; the tail's exponent d is around 0.5. The scheduler under test is the sixth, with other
    numbers, an exponent of 0.1542 and no knowledge of learner or item; here, moreover, difficulty
    is a lasting trait of the item, which no answer changes.
    """

    name = "stability"
    title = "Stability (DSR with numbers of its own)"

    def __init__(self, chance: Random) -> None:
        self.exponent = around(chance, 0.5, 0.2)
        self.first_right = around(chance, 3.0, 0.3)  # days of stability after a right first answer
        self.first_wrong = around(chance, 1.0, 0.3)
        self.growth = chance.gauss(1.4, 0.2)
        self.saturation = around(chance, 0.2, 0.15)
        self.spacing = around(chance, 0.8, 0.15)
        self.relearning = around(chance, 2.0, 0.2)

    def memory(self, item: Random) -> "StabilityMemory":
        """A memory of an item whose difficulty, 1..10, and first impression are the item's own."""
        return StabilityMemory(self, min(max(item.gauss(5, 2), 1), 10), around(item, 1, 0.4))


class StabilityMemory:
    """One item in the memory of a `StabilityLearner`."""

    def __init__(self, learner: StabilityLearner, difficulty: float, impression: float) -> None:
        self.learner = learner
        self.difficulty = difficulty
        self.impression = impression
        self.stability = 0.0
        self.day = 0

    def meet(self, day: int, right: bool) -> None:
        """See `Memory`."""
        first = self.learner.first_right if right else self.learner.first_wrong
        self.stability, self.day = first * self.impression, day

    def recall(self, day: int) -> float:
        """See `Memory`."""
        exponent = self.learner.exponent
        factor = 0.9 ** (-1 / exponent) - 1
        return float((1 + factor * (day - self.day) / self.stability) ** -exponent)

    def answer(self, day: int, right: bool) -> None:
        """See `Memory`."""
        me, forgotten = self.learner, 1 - self.recall(day)
        if right:
            self.stability *= 1 + (
                math.exp(me.growth)
                * (11 - self.difficulty)
                * self.stability**-me.saturation
                * (math.exp(me.spacing * forgotten) - 1)
            )
        else:
            self.stability = min(
                self.stability,
                me.relearning
                * self.difficulty**-0.2
                * ((self.stability + 1) ** 0.2 - 1)
                * math.exp(forgotten),
            )
            self.stability = max(self.stability, 0.1)
        self.day = day


# Activation ---------------------------------------------------------------------------------------


class ActivationLearner:
    """Activation: every time an item is met leaves a trace, and each trace fades by itself.

    Shape: base-level activation of ACT-R with the decay of P. Pavlik and J. Anderson (“Practice and
    Forgetting Effects on Vocabulary Memory”, Cognitive Science 29, 2005). A trace of age t weighs
    t^-d, activation m is the logarithm of the sum, and recall is 1/(1 + e^((threshold - m)/noise)).
    A trace laid down at activation m decays with d = scale·e^m + floor: what comes back too early
    fades fast. Time outside a session runs slower by a constant factor.

    Numbers: of the size they fit to word pairs. Two things are ours: the threshold lies lower, as
    the idea of a lesson is easier to keep than an arbitrary pair of words, and varies by learner
    and item; meeting an item leaves three traces (reading, the question, its explanation).

    Right or wrong leaves the same trace, since the explanation follows: there is no stability and
    no setback, so nothing in it is what the scheduler under test assumes.
    """

    name = "activation"
    title = "Activation (ACT-R)"

    SECONDS_A_DAY = 86_400 * 0.025
    MEETING = (0.0, 600.0, 720.0)  # seconds from the first trace of a meeting to each

    def __init__(self, chance: Random) -> None:
        self.floor = around(chance, 0.177, 0.1)
        self.scale = around(chance, 0.217, 0.1)
        self.noise = around(chance, 0.255, 0.1)
        self.threshold = chance.gauss(-1.6, 0.2)

    def memory(self, item: Random) -> "ActivationMemory":
        """A memory of an item that is easier or harder to call up than others."""
        return ActivationMemory(self, self.threshold + item.gauss(0, 0.3))


class ActivationMemory:
    """One item in the memory of an `ActivationLearner`."""

    def __init__(self, learner: ActivationLearner, threshold: float) -> None:
        self.learner = learner
        self.threshold = threshold
        self.traces: list[tuple[float, float]] = []  # second it was laid down, -decay

    def strength(self, second: float) -> float:
        """e to the activation: the sum of what is left of the traces; 0 before the first."""
        return sum([math.pow(second - laid, decay) for laid, decay in self.traces])

    def lay(self, second: float) -> None:
        """Leave a trace."""
        decay = self.learner.scale * self.strength(second) + self.learner.floor
        self.traces.append((second, -decay))

    def meet(self, day: int, right: bool) -> None:
        """See `Memory`. Right or wrong, the explanation is read."""
        for pause in self.learner.MEETING:
            self.lay(day * self.learner.SECONDS_A_DAY + pause)

    def recall(self, day: int) -> float:
        """See `Memory`."""
        activation = math.log(self.strength(day * self.learner.SECONDS_A_DAY))
        return 1 / (1 + math.exp((self.threshold - activation) / self.learner.noise))

    def answer(self, day: int, right: bool) -> None:
        """See `Memory`. Right or wrong, the explanation is read."""
        self.lay(day * self.learner.SECONDS_A_DAY)


LEARNERS: tuple[type[Learner], ...] = (StabilityLearner, ActivationLearner)
