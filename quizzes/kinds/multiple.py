"""Multiple answers: any number of choices. The score is the sum of their weights, clipped to 0..1.

That is Moodle's rule, and GIFT's: a wrong choice takes away what a right one gives.
"""

from collections.abc import Iterator
from fractions import Fraction

from quizzes.kinds.base import Content, Fault, weight_in
from quizzes.kinds.choices import Choices


class Multiple(Choices):
    name = "multiple"
    label = "Multiple answers"
    instruction = "Choose all that apply."

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
        best = sum(weight for weight in self.weights(content) if weight > 0)
        if best == 0:
            yield Fault(("choices",), "No choice is marked as correct.")
        elif best < 1:
            message = (
                "The right choices add up to less than 1, so nobody can earn all the points:"
                " a third is written 1/3."
            )
            yield Fault(("choices",), message, blocking=False)
