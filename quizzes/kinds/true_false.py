"""True or false: `{"answer": true}`. Dealt nothing, never shuffled; a response is {"value": …}."""

import random
from collections.abc import Sequence
from fractions import Fraction

from quizzes.kinds.base import (
    BadResponse,
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    key_faults,
)

VALUES = {"true": True, "false": False}


class TrueFalse(Kind):
    name = "true-false"
    label = "True or false"
    instruction = "Choose true or false."

    def faults(self, content: object) -> list[Fault]:
        if not isinstance(content, dict) or "answer" not in content:
            missing = Fault(("answer",), "The question needs “answer”: true or false.")
            extra = key_faults(content, {"answer": bool}, ()) if isinstance(content, dict) else ()
            return [missing, *extra]
        return list(key_faults(content, {"answer": bool}, ()))

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        return []

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        if list(sent) in ([], [""]):
            return {}
        if len(sent) > 1 or sent[0] not in VALUES:
            raise BadResponse("neither true nor false was sent")
        return {"value": VALUES[sent[0]]}

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        return Fraction(response.get("value") is content["answer"])

    def key(self, content: Content, dealt: Dealt) -> Response:
        return {"value": content["answer"]}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        return [
            ReviewLine(
                text=text,
                chosen=response.get("value") is value,
                right=content["answer"] is value,
                credit=Fraction(content["answer"] is value),
            )
            for text, value in (("True", True), ("False", False))
        ]
