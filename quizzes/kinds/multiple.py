"""Multiple answers: any number of choices, scored by one of four rules (`scoring`).

`weights`, the default, is Moodle's rule and GIFT's: a wrong choice takes away what a right one
gives. `every-decision` and `halves` are those of Open edX. A partial rule gives everything for
the full key alone, and each gives nothing for a question that was left unanswered.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from fractions import Fraction

from quizzes.kinds.base import Content, Dealt, Fault, Response, clip, scoring_faults, weight_in
from quizzes.kinds.choices import Choices

type Rule = Callable[[AbstractSet[int], AbstractSet[int], int], Fraction]


def all_or_nothing(chosen: AbstractSet[int], right: AbstractSet[int], count: int) -> Fraction:
    """1 for exactly the right choices."""
    return Fraction(chosen == right)


def every_decision(chosen: AbstractSet[int], right: AbstractSet[int], count: int) -> Fraction:
    """The share of the choices that were rightly chosen or rightly left: (n - wrong) / n."""
    return Fraction(count - len(chosen ^ right), count)


def halves(chosen: AbstractSet[int], right: AbstractSet[int], count: int) -> Fraction:
    """A half for one wrong decision and a quarter for two; nothing where that is easily guessed.

    One may be wrong among three choices or more, two among five or more.
    """
    wrong = len(chosen ^ right)
    return Fraction(1, 2**wrong) if wrong <= min(2, (count - 1) // 2) else Fraction(0)


# Of what was chosen, what is right, and how many choices there are; "weights" needs no function.
RULES: dict[str, Rule | None] = {
    "weights": None,
    "all-or-nothing": all_or_nothing,
    "every-decision": every_decision,
    "halves": halves,
}


class Multiple(Choices):
    name = "multiple"
    label = "Multiple answers"
    instruction = "Choose all that apply."
    scoring = tuple(RULES)

    def faults(self, content: object) -> list[Fault]:
        return [*super().faults(content), *scoring_faults(content, self.scoring)]

    def weights(self, content: Content) -> list[Fraction]:
        """With k correct choices 1/k for each of them and -1/k for every other.

        An explicit weight goes first; without any correct choice the others are worth 0.
        """
        correct = sum(bool(row.get("correct")) for row in content["choices"])
        share = Fraction(1, correct) if correct else Fraction(0)
        return [
            weight_in(row, share if row.get("correct") else -share) for row in content["choices"]
        ]

    def is_right(self, weight: Fraction) -> bool:
        return weight > 0

    def weighing_faults(self, content: Content) -> Iterator[Fault]:
        best = clip(sum((w for w in self.weights(content) if w > 0), Fraction(0)))
        if best == 0:
            yield Fault(("choices",), "No choice is marked as correct.")
        elif best < 1 and rule_of(content) is None:
            message = (
                "The right choices add up to less than 1, so nobody can earn all the points:"
                " a third is written 1/3."
            )
            yield Fault(("choices",), message, blocking=False)

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        rule = rule_of(content)
        if rule is None or not response:
            return super().grade(content, dealt, response)
        right = {index for index, w in enumerate(self.weights(content)) if self.is_right(w)}
        chosen = {dealt[position] for position in response["positions"]}
        return rule(chosen, right, len(dealt))


def rule_of(content: Content) -> Rule | None:
    """The rule that a question is scored by; None: its weights add up."""
    return RULES.get(content.get("scoring", "weights"))
