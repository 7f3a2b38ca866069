"""Questions asked once more, in the daily review and for practice. The one writer of `Review`.

A question is frozen when it is asked and answered once: whoever comes second sees the first result.
What two could do at once is decided by a unique constraint or a conditional update.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from django.db import IntegrityError, transaction

from accounts.models import User
from lessons.models import Lesson, Objective

from . import cards, grading, review
from .attempts import TRIES_TO_START, gradable, is_sound, storable
from .cards import DUE
from .kinds import Response, kind
from .models import Answer, Attempt, Question, Review, ReviewCard

LONGEST_ROUND = 20  # questions about one objective
MORE = 10  # questions beyond the day's portion, for whoever wants to go on
MOST_WEIGHED = 1000  # due cards among which the most at risk are found; those due longest
BROKEN_IN_A_ROW = 20  # questions that cannot be asked, before giving up
SLOT = 1  # a review has one question


@dataclass(frozen=True, slots=True)
class Scope:
    """What is reviewed: all that is due, what was missed in an attempt, or an objective."""

    name: str = DUE
    attempt: Attempt | None = None
    objective: Objective | None = None


def find_scope(user: User, name: str) -> Scope | None:
    """The scope of this name; None for what is not there or another person's."""
    if name == DUE:
        return Scope()
    if match := re.fullmatch(r"attempt:([0-9a-f]{32})", name):
        mine = user.attempts.finished().select_related("quiz__lesson__module__course")
        attempt = mine.filter(public_id=match[1]).first()
        return None if attempt is None else Scope(name, attempt=attempt)
    if match := re.fullmatch(r"objective:([1-9][0-9]{0,17})", name):
        current = Objective.objects.current().filter(lesson__in=Lesson.objects.published())
        rows = current.select_related("lesson__module__course")
        objective = rows.filter(pk=int(match[1])).first()
        return None if objective is None else Scope(name, objective=objective)
    return None


# What to ask --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Round:
    """How far a person is with a scope."""

    done: int
    left: int
    order: list[int] = field(default_factory=list)  # questions still to ask, the first one first

    @property
    def total(self) -> int:
        """All questions of the round."""
        return self.done + self.left


def round_of(user: User, scope: Scope, now: datetime, *, since: datetime, more: int = 0) -> Round:
    """What is asked in this scope. Two queries, whatever the size.

    `since` is when a round about an objective began; `more` how many questions are asked beyond
    the day's portion of what is due.
    """
    if scope.attempt is not None:
        return _missed(user, scope.attempt, now)
    if scope.objective is not None:
        return _about(user, scope.objective, now, since)
    today = cards.today(user, now)
    rows = ReviewCard.objects.due(now).filter(user=user).defer("recent")
    due = rows.order_by("due", "pk")[:MOST_WEIGHED]
    left = min(today.due, max(today.portion, more))
    return Round(today.answered, left, _most_at_risk(due, now) if left else [])


def _most_at_risk(rows: Iterable[ReviewCard], now: datetime) -> list[int]:
    """The cards' questions, that which is least likely to be known first."""
    ordered = sorted(rows, key=lambda card: review.urgency(cards.state_of(card), now))
    return [card.question_id for card in ordered]


def _missed(user: User, attempt: Attempt, now: datetime) -> Round:
    """What was missed in an attempt, each until it was answered right once since."""
    missed = attempt.answers.exclude(fraction=Fraction(1)).values("version__question")
    rows = ReviewCard.objects.askable(now).filter(user=user, question__in=missed).order_by("pk")
    left = [card for card in rows if not _right_since(card, attempt.submitted_at or now)]
    left.sort(key=lambda card: card.last_at)
    return Round(len(rows) - len(left), len(left), [card.question_id for card in left])


def _right_since(card: ReviewCard, moment: datetime) -> bool:
    return any(
        datetime.fromisoformat(at) > moment and Fraction(fraction) == 1
        for at, fraction, _ in card.recent
    )


def _about(user: User, objective: Objective, now: datetime, since: datetime) -> Round:
    """The questions about an objective that the person has met, each once since `since`."""
    met = ReviewCard.objects.askable(now).filter(user=user, question__objectives=objective)
    rows = list(met.order_by("pk"))
    todo = [card for card in rows if card.last_at < since]
    done = len(rows) - len(todo)
    order = _most_at_risk(todo, now)[: max(0, LONGEST_ROUND - done)]
    return Round(done, len(order), order)


# Asking and answering -----------------------------------------------------------------------------


def ask(user: User, scope: str, order: Sequence[int], now: datetime) -> Review | None:
    """The person's open question in this scope, or the first of these that can be asked.

    A second tab joins the open one; one that may not be asked any more makes way. None where
    nothing can be asked.
    """
    for _ in range(TRIES_TO_START):
        begun = user.reviews.filter(scope=scope, answered_at=None).select_related("version").first()
        if begun is not None:
            asked = begun.version.question_id
            if ReviewCard.objects.askable(now).filter(user=user, question=asked).exists():
                return begun
            user.reviews.filter(pk=begun.pk, answered_at=None).delete()
        try:
            with transaction.atomic():
                return _deal(user, scope, order, now)
        except IntegrityError:
            continue  # another tab was quicker: join what it asked
    raise RuntimeError("a question could neither be asked nor joined")


def _deal(user: User, scope: str, order: Sequence[int], now: datetime) -> Review | None:
    """Freeze the first question that is sound, in its current version; inside a transaction."""
    for pk in order[:BROKEN_IN_A_ROW]:
        # Locked, so that the version is not changed in place while it is being dealt.
        asked = Question.objects.asked().exclude(current=None).select_for_update(of=("self",))
        question = asked.select_related("current").filter(pk=pk).first()
        if question is None or question.current is None or not is_sound(question):
            continue
        version = question.current
        # Always shuffled: a place that is remembered is not an answer that is known.
        dealt = kind(version.kind).deal(version.content, random.SystemRandom(), True)
        return Review.objects.create(
            user=user, version=version, scope=scope, dealt=dealt, asked_at=now
        )
    return None


def as_answer(row: Review) -> Answer:
    """The review as the answer of an attempt, for all that shows, reads and grades one."""
    return Answer(
        slot=SLOT,
        version=row.version,
        dealt=row.dealt,
        response=row.response,
        fraction=row.fraction,
    )


def answer(row: Review, response: Response, now: datetime) -> bool:
    """Grade the response and count it into the card, once; whether this was the first answer."""
    given = as_answer(row)
    given.response = response
    fraction = storable(grading.grade([gradable(given)]).fractions[0])
    with transaction.atomic():
        first = Review.objects.filter(pk=row.pk, answered_at=None).update(
            response=response, fraction=fraction, answered_at=now
        )
        if first:
            row.response, row.fraction, row.answered_at = response, fraction, now
            cards.record_review(row, now)
    return bool(first)
