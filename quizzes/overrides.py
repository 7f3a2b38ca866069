"""Marks changed by hand after grading: with a reason, and with a trail.

Everything that rests on a mark is settled in the transaction that changes it: the answer, the
attempt's score, the final grade, the person's review cards, and the tallies if the attempt was
counted.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import User

from . import cards, grading, tallies
from .attempts import settle_grade, storable
from .display import rounded
from .models import Answer, Attempt, MarkChange, QuestionVersion

SHORTEST_REASON = 3
LONGEST_REASON = MarkChange._meta.get_field("reason").max_length or 0
POINTS = re.compile(r"(?P<whole>[0-9]{1,5})(?:[.,](?P<part>[0-9]{1,3}))?")


class NotChanged(Exception):  # noqa: N818 - the mark stays; the sentence says why
    """The mark stays as it is; its text says why, to the person who wanted it changed."""


def read_points(text: str, version: QuestionVersion) -> Fraction:
    """The share, 0..1, that points typed by a person are of the question's, with a comma or a dot.

    Raises NotChanged where they are no number, or none that the question can earn.
    """
    whole = Fraction(version.points)
    if not whole:
        raise NotChanged("The question is worth no points: there is no mark to change.")
    typed = POINTS.fullmatch(text.strip())
    points = Fraction(f"{typed['whole']}.{typed['part'] or 0}") if typed else None
    if points is None or points > whole:
        raise NotChanged(f"Write the points as a number from 0 to {rounded(whole)}, such as 0.5.")
    return points / whole


def read_reason(text: str) -> str:
    """A reason as it is kept, in one line. Raises NotChanged where it is too short or too long."""
    reason = " ".join(text.replace("\0", " ").split())  # PostgreSQL takes no NUL
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise NotChanged(
            f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters: the learner reads it."
        )
    return reason


def fetch_trails(answers: Iterable[Answer]) -> None:
    """Bring along how the marks of these answers were changed, and by whom. One query at most."""
    # By key: made under the lock of the attempt, keys follow each other as the changes did.
    changes = MarkChange.objects.select_related("made_by").order_by("pk")
    answers = list(answers)
    prefetch_related_objects(answers, Prefetch("changes", changes))
    for answer in answers:
        answer.trail = list(answer.changes.all())


def graded_as(answer: Answer) -> Fraction:
    """What grading gave, before anybody changed it, of an answer with its trail."""
    return answer.trail[0].fraction_before if answer.trail else answer.fraction or Fraction(0)


def override(
    answer: Answer, fraction: Fraction, by: User, reason: str, now: datetime
) -> MarkChange:
    """Change the mark of an answer in a finished attempt to this share of its points, 0..1.

    `answer.fraction` is the mark as the person saw it when they decided. Raises NotChanged, with
    nothing stored, where it is another by now, where nothing would change, and where a reason is
    lacking.
    """
    reason = read_reason(reason)
    if not 0 <= fraction <= 1:
        raise NotChanged("A mark lies between nothing and all points of the question.")
    fraction = storable(fraction)
    quiz = answer.attempt.quiz
    # The tally first, then the attempts, then grades and cards: the order of all who write them.
    with transaction.atomic(), tallies.corrected(quiz, answer.attempt_id):
        attempt = _locked(answer.attempt)
        rows = list(attempt.answers.select_related("version"))
        row = next(each for each in rows if each.pk == answer.pk)
        before = row.fraction
        if not attempt.is_finished or before is None or attempt.score is None:
            raise NotChanged("The attempt has no marks that could be changed.")
        if before != answer.fraction:
            raise NotChanged(
                "Somebody changed this mark while you looked: it is "
                f"{rounded(before * Fraction(row.version.points))} now. Nothing was changed."
            )
        if before == fraction:
            raise NotChanged("That is the mark already: there is nothing to change.")
        row.fraction = fraction
        Answer.objects.filter(pk=row.pk).update(fraction=fraction)
        score_before, score = attempt.score, storable(_score(rows))
        Attempt.objects.filter(pk=attempt.pk).update(
            score=score,
            percent=grading.percent(score, attempt.pass_mark),
            passed=grading.passed(score, attempt.pass_mark),
        )
        change = MarkChange.objects.create(
            answer=row,
            made_by=by,
            made_at=now,
            reason=reason,
            fraction_before=before,
            fraction_after=fraction,
            score_before=score_before,
            score_after=score,
        )
        if attempt.user_id is not None:
            settle_grade(quiz, attempt.user_id)
            # The flags first: that locks all cards of the quiz in order, this question's too.
            cards.settle_flags(quiz, [attempt.user_id])
            cards.rebuild([attempt.user_id], [row.version.question_id])
    answer.fraction = fraction
    return change


def _locked(attempt: Attempt) -> Attempt:
    """The attempt as it is now, locked with all others of its person at the quiz, in order.

    With all of them, as the final grade rests on all: two that are changed at once, or one that is
    changed while another is handed in, must not both settle it from what they saw.
    """
    rows = Attempt.objects.filter(pk=attempt.pk)
    if attempt.user_id is not None:
        rows = Attempt.objects.filter(quiz=attempt.quiz_id, user=attempt.user_id)
    locked = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
    return locked[attempt.pk]


def _score(answers: list[Answer]) -> Fraction:
    points = [Fraction(each.version.points) for each in answers]
    return grading.Grade.of(points, [each.fraction or Fraction(0) for each in answers]).score
