"""What this room knows of a person, and how it forgets it."""

from typing import Any

from accounts.models import User

from .display import answered_text
from .models import Answer, Attempt


def export(user: User) -> dict[str, Any]:
    """Every attempt with its answers, ready for JSON; of the questions, their prompts alone."""
    attempts = user.attempts.select_related("quiz__lesson").order_by("started_at", "pk")
    answers = Answer.objects.filter(attempt__user=user).select_related("version__question")
    by_attempt: dict[int, list[dict[str, Any]]] = {}
    for answer in answers.order_by("attempt", "slot"):
        by_attempt.setdefault(answer.attempt_id, []).append(
            {
                "question": answer.version.question.key,
                "prompt": answer.version.prompt,
                "answer": answered_text(answer),
                "flagged": answer.flagged,
                "saved_at": answer.saved_at and answer.saved_at.isoformat(),
                "credit": None if answer.fraction is None else str(answer.fraction),
            }
        )
    return {
        "attempts": [
            {
                "lesson": attempt.quiz.lesson.slug,
                "title": attempt.quiz.lesson.title,
                "number": attempt.number,
                "state": attempt.state,
                "started_at": attempt.started_at.isoformat(),
                "submitted_at": attempt.submitted_at and attempt.submitted_at.isoformat(),
                "pass_mark": attempt.pass_mark,
                "percent": None if attempt.percent is None else str(attempt.percent),
                "passed": attempt.passed,
                "answers": by_attempt.get(attempt.pk, []),
            }
            for attempt in attempts
        ]
    }


def erase(user: User) -> None:
    """Let the attempts stay without the person: statistics add up, open ones end ungraded."""
    user.attempts.open().update(state=Attempt.State.ABANDONED)
    user.attempts.update(user=None)
