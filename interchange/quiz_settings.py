"""The settings of a quiz: as the keys of its file, and as the fields of its row.

In a state a setting stands only where it differs from its default, so that what was kept before
a setting existed still says the same; the pass mark and the shuffling stand always.
"""

from collections.abc import Mapping
from typing import Any

from quizzes.models import Quiz

# A field of the row, and where the file says it.
PLACES: dict[str, tuple[str, ...]] = {
    "pass_mark": ("pass_mark",),
    "attempts_allowed": ("attempts",),
    "grading_method": ("grading",),
    "wait_first": ("wait", "first"),
    "wait_later": ("wait", "later"),
    "time_limit": ("time_limit",),
    "overdue": ("overdue",),
    "grace": ("grace",),
    "feedback": ("feedback",),
    "show_score": ("show",),
    "show_marks": ("show",),
    "show_choice_feedback": ("show",),
    "show_answers": ("show",),
    "show_explanations": ("show",),
    "shuffle_questions": ("shuffle",),
    "shuffle_choices": ("shuffle",),
}
# The words of `show` and `shuffle`.
SHOW = {
    "score": "show_score",
    "marks": "show_marks",
    "feedback": "show_choice_feedback",
    "answers": "show_answers",
    "explanations": "show_explanations",
}
SHUFFLE = {"questions": "shuffle_questions", "choices": "shuffle_choices"}
ALWAYS = {"pass_mark", "shuffle"}
DEFAULTS: dict[str, Any] = {name: getattr(Quiz(), name) for name in PLACES}


def fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The row's fields by a file's keys, or by those of a state: defaults where one is absent."""
    found = {
        name: data.get(place[0], DEFAULTS[name])
        for name, place in PLACES.items()
        if len(place) == 1 and place[0] not in {"show", "shuffle"}
    }
    wait = data.get("wait", 0)
    both = wait if isinstance(wait, dict) else {"first": wait, "later": wait}
    found |= {"wait_first": both.get("first", 0), "wait_later": both.get("later", 0)}
    shown, shuffled = data.get("show", list(SHOW)), data.get("shuffle", True)
    found |= {name: word in shown for word, name in SHOW.items()}
    return found | {name: shuffled in (True, word) for word, name in SHUFFLE.items()}


def state_of(quiz: Quiz) -> dict[str, Any]:
    """The settings of a row in their canonical form."""
    return state({name: getattr(quiz, name) for name in PLACES})


def state(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a row in their canonical form."""
    said = _said(values)
    return {key: value for key, value in said.items() if key in ALWAYS or value != USUAL[key]}


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting by its key, one spelling for one meaning."""
    first, later = values["wait_first"], values["wait_later"]
    shuffled = [word for word, name in SHUFFLE.items() if values[name]]
    return {
        place[0]: values[name]
        for name, place in PLACES.items()
        if place[0] not in {"wait", "show", "shuffle"}
    } | {
        "wait": first if first == later else {"first": first, "later": later},
        "show": [word for word, name in SHOW.items() if values[name]],
        "shuffle": shuffled[0] if len(shuffled) == 1 else bool(shuffled),
    }


USUAL = _said(DEFAULTS)
