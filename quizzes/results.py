"""What came of a person's quizzes, for the rooms above. Reads only."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from accounts.models import User
from lessons.models import Course

from .models import Attempt, FinalGrade, Quiz


@dataclass(frozen=True, slots=True)
class QuizResult:
    """Where a person stands in the quiz of one lesson, by the quiz's grading method."""

    percent: Decimal | None  # None without a graded attempt, and where the quiz hides the score
    passed: bool
    attempts: int  # graded
    open_attempt_id: str | None  # the public id of the attempt begun and not submitted


def passed_quizzes(user: User) -> set[int]:
    """The keys of the lessons whose quiz the person has passed. One query."""
    rows = FinalGrade.objects.filter(user=user, passed=True).order_by()
    return set(rows.values_list("quiz__lesson", flat=True))


def results_of(user: User, course: Course | None = None) -> dict[int, QuizResult]:
    """By lesson key, where the person stands in each quiz they began. One query."""
    quizzes = Quiz.objects.order_by()
    if course is not None:
        quizzes = quizzes.filter(lesson__module__course=course)
    begun = Attempt.objects.open().filter(user=user, quiz=OuterRef("pk"))
    rows = quizzes.annotate(
        final=FilteredRelation("final_grades", condition=Q(final_grades__user=user)),
        final_percent=F("final__percent"),
        final_passed=F("final__passed"),
        finished=F("final__attempts"),
        begun=Subquery(begun.values("public_id")[:1]),
    ).exclude(final_percent=None, begun=None)
    return {
        quiz.lesson_id: QuizResult(
            quiz.final_percent if quiz.show_score else None,
            bool(quiz.final_passed),
            quiz.finished or 0,
            quiz.begun,
        )
        for quiz in rows
    }
