"""Settings of a quiz that contradict each other or have no effect, said to its author. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .kinds import Fault

# What is shown of single questions; the score has a switch of its own.
OF_QUESTIONS = ("show_marks", "show_choice_feedback", "show_answers", "show_explanations")


def setting_faults(values: Mapping[str, Any], given: Collection[str]) -> list[Fault]:
    """What is wrong with a quiz's settings, by the names of its fields; `path` has one of them.

    `values` has every setting, `given` names those that the author wrote down.
    """
    return [*_often(values), *_long(values, given), *_shown(values)]


def _often(values: Mapping[str, Any]) -> Iterator[Fault]:
    attempts, first, later = (
        values[name] for name in ("attempts_allowed", "wait_first", "wait_later")
    )
    if attempts == 1 and values["grading_method"] != "highest":
        yield _warning("grading_method", "There is one attempt: it counts by every method.")
    if attempts == 1 and (first or later):
        yield _warning("wait_first", "There is one attempt: nobody waits for another.")
    elif attempts == 2 and later and later != first:
        yield _warning("wait_later", "There are two attempts: nobody waits for a third.")


def _long(values: Mapping[str, Any], given: Collection[str]) -> Iterator[Fault]:
    if values["time_limit"] is None and values["overdue"] != "submit":
        yield _warning("overdue", "There is no time limit: the time is never up.")
    if values["overdue"] != "grace" and "grace" in given:
        message = "No minutes to hand in are given: that takes “grace” when the time is up."
        yield _warning("grace", message)


def _shown(values: Mapping[str, Any]) -> Iterator[Fault]:
    feedback = values["feedback"]
    shown = [name for name in OF_QUESTIONS if values[name]]
    if feedback == "at-once" and not shown:
        message = "Nothing of the questions is shown: there is nothing to say at once."
        yield Fault(("feedback",), message)
    if feedback == "never" and 0 < len(shown) < len(OF_QUESTIONS):
        message = "With feedback “never” only the score can be shown."
        yield _warning(shown[0], message)
    if feedback == "after-passing" and values["attempts_allowed"] == 1:
        message = "There is one attempt, and it is the last: this is the same as after submission."
        yield _warning("feedback", message)
    elif feedback == "after-passing" and values["pass_mark"] == 0:
        message = "Everybody passes at 0 %: this is the same as after submission."
        yield _warning("feedback", message)


def pool_faults(name: str, pick: int, points: Sequence[Decimal]) -> list[Fault]:
    """What is wrong with a pool whose questions count these points; `path` is empty."""
    if not points:
        return [Fault((), f"The pool “{name}” has no question.")]
    found = []
    if pick > len(points):
        questions = "1 question" if len(points) == 1 else f"{len(points)} questions"
        message = f"The pool “{name}” deals {pick} but has {questions}: each attempt gets all."
        found.append(Fault((), message, blocking=False))
    elif pick < len(points) and len(set(points)) > 1:
        message = (
            f"The questions of the pool “{name}” count differently: attempts are out of "
            "different totals."
        )
        found.append(Fault((), message, blocking=False))
    return found


def _warning(name: str, message: str) -> Fault:
    return Fault((name,), message, blocking=False)
