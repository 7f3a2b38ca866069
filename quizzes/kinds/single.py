"""Single choice: one of several. The chosen choice's weight is the score, never below 0."""

from collections.abc import Iterator
from fractions import Fraction

from quizzes.kinds.base import Content, Fault, weight_in
from quizzes.kinds.choices import Choices


class Single(Choices):
    name = "single"
    label = "Single choice"
    instruction = "Choose one answer."
    most = 1

    def weights(self, content: Content) -> list[Fraction]:
        """1 for the correct choice and 0 for the others, unless a weight is given."""
        return [weight_in(row, Fraction(bool(row.get("correct")))) for row in content["choices"]]

    def is_right(self, weight: Fraction) -> bool:
        return weight == 1

    def weighing_faults(self, content: Content) -> Iterator[Fault]:
        if sum(bool(row.get("correct")) for row in content["choices"]) > 1:
            message = "More than one choice is correct: use the type “multiple”."
            yield Fault(("choices",), message)
        if 1 not in self.weights(content):
            yield Fault(("choices",), "No choice is marked as correct.")
