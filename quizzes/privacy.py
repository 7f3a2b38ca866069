"""What this room knows of a person, and how it forgets it."""

from fractions import Fraction
from typing import Any

from accounts.models import User

from .cards import reveals
from .display import answered_text, title_of
from .models import Answer, Attempt, MarkChange, Quiz, Review, ReviewCard, ReviewPlan
from .overrides import fetch_trails
from .practice import as_answer


def export(user: User) -> dict[str, Any]:
    """Every attempt and review with what was answered, ready for JSON.

    Of the questions their prompts alone: nothing that tells what is right. What a quiz does not
    show its learners, or not yet, is not told here either.
    """
    marks = Marks(user)
    attempts = user.attempts.select_related("quiz__lesson").order_by("started_at", "pk")
    answers = Answer.objects.filter(attempt__user=user).select_related("version__question__quiz")
    answered = list(answers.order_by("attempt", "slot"))
    fetch_trails(answered)
    reviews = user.reviews.select_related("version__question__quiz").order_by("asked_at", "pk")
    cards = user.review_cards.select_related("question__quiz__lesson").order_by("pk")
    plans = ReviewPlan.objects.filter(user=user).values("retention", "daily_cap")
    by_attempt: dict[int, list[dict[str, Any]]] = {}
    for answer in answered:
        by_attempt.setdefault(answer.attempt_id, []).append(
            {
                "question": answer.version.question.key,
                "prompt": title_of(answer.version),
                "answer": answered_text(answer),
                "flagged": answer.flagged,
                "saved_at": answer.saved_at and answer.saved_at.isoformat(),
                "credit": marks.of(answer.version.question.quiz, answer.fraction),
                "mark_changes": [
                    _mark_change(change)
                    for change in answer.trail
                    if marks.are_shown(answer.version.question.quiz)
                ],
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
                "percent": None if attempt.shown_percent is None else str(attempt.percent),
                "passed": attempt.passed,
                "answers": by_attempt.get(attempt.pk, []),
            }
            for attempt in attempts
        ],
        "reviews": [_review(row, marks) for row in reviews],
        "review_cards": [_card(row) for row in cards if marks.are_shown(row.question.quiz)],
        "review_plan": plans.first(),
        "allowances": [
            {
                "lesson": row.quiz and row.quiz.lesson.slug,
                "time_factor": str(row.time_factor),
                "extra_attempts": row.extra_attempts,
                "reason": row.reason,
            }
            for row in user.allowances.select_related("quiz__lesson").order_by("pk")
        ],
    }


class Marks:
    """Whether a person may know which of their answers were right, quiz by quiz."""

    def __init__(self, user: User) -> None:
        self.user = user
        passed = user.final_grades.filter(passed=True)
        self.passed = set(passed.values_list("quiz", flat=True))
        self.known: dict[int, bool] = {}

    def are_shown(self, quiz: Quiz) -> bool:
        """By the quiz's switch and the timing of its feedback."""
        if quiz.pk not in self.known:
            passed = quiz.pk in self.passed
            self.known[quiz.pk] = quiz.show_marks and reveals(quiz, self.user.pk, passed=passed)
        return self.known[quiz.pk]

    def of(self, quiz: Quiz, fraction: Fraction | None) -> str | None:
        """What an answer earned, 0..1, where it is shown."""
        return None if fraction is None or not self.are_shown(quiz) else str(fraction)


def _mark_change(row: MarkChange) -> dict[str, Any]:
    return {
        "at": row.made_at.isoformat(),
        "by": row.made_by and row.made_by.display_name,
        "reason": row.reason,
        "credit_before": str(row.fraction_before),
        "credit_after": str(row.fraction_after),
    }


def _review(row: Review, marks: Marks) -> dict[str, Any]:
    return {
        "question": row.version.question.key,
        "prompt": title_of(row.version),
        "scope": row.scope,
        "asked_at": row.asked_at.isoformat(),
        "answer": answered_text(as_answer(row)),
        "answered_at": row.answered_at and row.answered_at.isoformat(),
        "credit": marks.of(row.version.question.quiz, row.fraction),
    }


def _card(row: ReviewCard) -> dict[str, Any]:
    return {
        "lesson": row.question.quiz.lesson.slug,
        "question": row.question.key,
        "times_answered": row.times_answered,
        "times_right": row.times_right,
        "last_at": row.last_at.isoformat(),
        "recent": row.recent,
        "stability_in_days": row.stability,
        "difficulty": row.difficulty,
        "due": row.due.isoformat(),
        "in_review": row.active,
    }


def erase(user: User) -> None:
    """Forget what was reviewed; let the attempts stay without the person.

    Statistics rest on the attempts and add up; open ones end ungraded.
    """
    user.review_cards.all().delete()
    user.reviews.all().delete()
    ReviewPlan.objects.filter(user=user).delete()
    # Changed marks stay; what was written about the person goes.
    MarkChange.objects.filter(answer__attempt__user=user).update(reason="")
    user.attempts.open().update(state=Attempt.State.ABANDONED)
    user.attempts.update(user=None)
