"""Sitting a quiz in tests: begin one, read what was dealt, answer it rightly or wrongly."""

from django.utils import timezone

from quizzes import attempts
from quizzes.display import values_of
from quizzes.kinds import kind

WRONG = {
    "single": ["1"],
    "multiple": ["2"],
    "true-false": ["true"],
    "numeric": ["7"],
    "short-answer": ["something else"],
}


def begin(quiz, user):
    """An open attempt."""
    return attempts.start(quiz, user, timezone.now())


def right(answer):
    """The values that answer a slot rightly."""
    return values_of(kind(answer.version.kind).key(answer.version.content, answer.dealt))


def wrong(answer):
    """Values that answer a slot wrongly, in all its parts."""
    chosen = right(answer)
    match answer.version.kind:
        case "matching":
            places = len(answer.dealt[1])
            return [f"{p}={(int(v) + 1) % places}" for p, v in (c.split("=") for c in chosen)]
        case "ordering":
            return [f"{p}={len(chosen) - 1 - int(v)}" for p, v in (c.split("=") for c in chosen)]
        case "cloze":
            return [
                f"{p}={1 - int(v) if v in '01' else 7}" for p, v in (c.split("=") for c in chosen)
            ]
    if answer.version.kind in {"single", "multiple"}:
        places = [str(place) for place in range(len(answer.dealt))]
        return [next(place for place in places if place not in chosen)]
    return WRONG[answer.version.kind]


def form(attempt, how=right, slots=None, **more):
    """The fields of the whole form, answered `how` in these slots (in all by default)."""
    fields = {}
    for answer in attempt.answers.select_related("version"):
        fields[f"b{answer.slot}"] = str(answer.revision)
        if slots is None or answer.slot in slots:
            fields |= answer_fields(answer, how(answer))
    return fields | more


def answer_fields(answer, values):
    """The fields of one slot that send these values."""
    if answer.version.kind not in {"matching", "ordering", "cloze"}:
        return {f"s{answer.slot}": values}
    parts = {}
    for value in values:
        part, _, own = value.partition("=")
        parts.setdefault(f"s{answer.slot}_{part}", []).append(own)
    return parts


def submitted(quiz, user, how=right):
    """A submitted attempt."""
    attempt = begin(quiz, user)
    sheet = {
        answer.slot: attempts.Sent(answer.revision, how(answer))
        for answer in attempt.answers.select_related("version")
    }
    attempts.submit(attempt, sheet, timezone.now(), anyway=True)
    attempt.refresh_from_db()
    return attempt
