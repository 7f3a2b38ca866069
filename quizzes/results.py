"""What came of a person's quizzes, for the rooms above. Reads only."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Q

from accounts.models import User
from lessons.models import Course

from .models import Attempt


@dataclass(frozen=True, slots=True)
class QuizResult:
    """Where a person stands in the quiz of one lesson. The best attempt counts."""

    percent: Decimal | None  # of the best submitted attempt; None without one
    passed: bool  # by any submitted attempt
    attempts: int  # submitted
    open_attempt_id: str | None  # the public id of the attempt begun and not submitted


def passed_quizzes(user: User) -> set[int]:
    """The keys of the lessons whose quiz the person has passed. One query."""
    rows = user.attempts.finished().filter(passed=True).order_by()
    return set(rows.values_list("quiz__lesson", flat=True).distinct())


def results_of(user: User, course: Course | None = None) -> dict[int, QuizResult]:
    """By lesson key, where the person stands in each quiz they began. One query."""
    attempts = user.attempts.exclude(state=Attempt.State.ABANDONED)
    if course is not None:
        attempts = attempts.filter(quiz__lesson__module__course=course)
    finished = Q(state=Attempt.State.SUBMITTED)
    rows = (
        attempts.order_by()
        .values("quiz__lesson")
        .annotate(
            best=Max("percent", filter=finished),
            finished=Count("pk", filter=finished),
            passes=Count("pk", filter=finished & Q(passed=True)),
            # There is one at most.
            begun=Max("public_id", filter=Q(state=Attempt.State.IN_PROGRESS)),
        )
    )
    return {
        row["quiz__lesson"]: QuizResult(
            row["best"], bool(row["passes"]), row["finished"], row["begun"]
        )
        for row in rows
    }
