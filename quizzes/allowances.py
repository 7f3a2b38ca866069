"""Extra time and attempts: what each person has more of.

An instructor gives in the quizzes of a class, an admin also in every quiz. A change settles what
reviews may show: that can depend on the attempts left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User

from . import cards
from .models import Allowance, Quiz, ReviewCard


@dataclass(frozen=True, slots=True)
class Extra:
    """What a person is given, by whom and why."""

    time_factor: Decimal
    extra_attempts: int
    reason: str
    made_by: User


def give(user: User, quizzes: Iterable[Quiz], extra: Extra) -> None:
    """Give a person the same in each of these quizzes, in place of what they had there."""
    quizzes = list(quizzes)
    with transaction.atomic():
        Allowance.objects.bulk_create(
            [
                Allowance(
                    user=user,
                    quiz=quiz,
                    time_factor=extra.time_factor,
                    extra_attempts=extra.extra_attempts,
                    reason=extra.reason,
                    made_by=extra.made_by,
                    made_at=timezone.now(),
                )
                for quiz in quizzes
            ],
            update_conflicts=True,
            unique_fields=["user", "quiz"],
            update_fields=["time_factor", "extra_attempts", "reason", "made_by", "made_at"],
        )
        settle(user.pk, quizzes)


def take_back(allowance: Allowance) -> None:
    """Take an allowance back; what was begun with it stays as it was begun."""
    with transaction.atomic():
        allowance.delete()
        settle(allowance.user_id, [allowance.quiz])


def settle(user: int, quizzes: Iterable[Quiz | None]) -> None:
    """Say anew what reviews may show a person whose attempts in these quizzes changed.

    None stands for every quiz. An attempt more to come can hide again what is right, and one less
    can show it. Call inside the transaction of the change.
    """
    changed = list(quizzes)
    if None in changed:
        met = ReviewCard.objects.filter(user=user).values("question__quiz")
        changed = list(Quiz.objects.filter(pk__in=met))
    for quiz in changed:
        if quiz is not None and cards.depends_on_attempts(quiz):
            cards.settle_flags(quiz, [user])
