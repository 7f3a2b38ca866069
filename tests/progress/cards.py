"""Review cards as the writer of answers leaves them."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from accounts.models import User
from lessons.models import Objective
from quizzes.models import Question, ReviewCard

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def make_card(user: User, question: Question, *fractions: Any, **fields: Any) -> ReviewCard:
    """A card of answers an hour apart, oldest first; the first in the quiz, then in reviews."""
    answers = [
        [(START + timedelta(hours=n)).isoformat(), str(Fraction(f)), "review" if n else "quiz"]
        for n, f in enumerate(fractions)
    ]
    return ReviewCard.objects.create(
        user=user,
        question=question,
        times_answered=len(answers),
        times_right=[a[1] for a in answers].count("1"),
        last_fraction=Fraction(answers[-1][1]),
        last_at=datetime.fromisoformat(answers[-1][0]),
        recent=answers[::-1],
        **{"stability": 3.0, "difficulty": 5.0, "due": START, **fields},
    )


def checked_by(objective: Objective, *questions: Question) -> Objective:
    """The objective, checked by these questions."""
    for question in questions:
        question.objectives.add(objective)
    return objective
