"""Attempts: started, answered, handed in. The one writer of `Attempt` and `Answer`.

Each write locks the attempt's row first and looks at its state under the lock; PostgreSQL locks
the row, SQLite's transactions begin IMMEDIATE and so are one at a time. What two could do at once
is decided by a unique constraint or a conditional update, which hold on both.
"""

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User

from . import grading
from .kinds import BadResponse, Response, kind
from .models import Answer, Attempt, Question, Quiz

logger = logging.getLogger(__name__)

LONGEST_SCORE = Attempt._meta.get_field("score").max_length or 0
# Two numbers of this size and the stroke between them fit into the field.
FINEST_STORED = 10 ** (LONGEST_SCORE // 2 - 2)
TRIES_TO_START = 5


class NothingToAsk(Exception):  # noqa: N818 - a state of the quiz, not a failure
    """The quiz has no question that could be dealt."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says of one slot: its values, and the revision they were based on."""

    base: int
    values: list[str]
    flagged: bool = False


type Sheet = Mapping[int, Sent]  # by slot


class Saving(Enum):
    """What came of saving one answer."""

    STORED = auto()
    STALE = auto()  # another answer was saved since: nothing was stored
    CLOSED = auto()  # the attempt takes no answers any more


@dataclass(slots=True)
class HandedIn:
    """What came of a whole form."""

    closed: bool = False  # it was submitted before this form came: nothing was stored
    submitted: bool = False
    kept: list[int] = field(default_factory=list)  # slots answered elsewhere since: those stay
    unanswered: list[int] = field(default_factory=list)


# Starting -----------------------------------------------------------------------------------------


def start(quiz: Quiz, user: User, now: datetime) -> Attempt:
    """The person's open attempt at the quiz; a new one where there is none.

    Twenty at once make one: the database lets nobody have two. Raises NothingToAsk.
    """
    for _ in range(TRIES_TO_START):
        attempt = user.attempts.open().filter(quiz=quiz).first()
        if attempt is not None:
            return attempt
        try:
            with transaction.atomic():
                return _deal(quiz, user, now)
        except IntegrityError:
            continue  # somebody was quicker: join that attempt
    raise RuntimeError("an attempt could neither be made nor joined")


def _deal(quiz: Quiz, user: User, now: datetime) -> Attempt:
    """Make the attempt and all its answer rows; inside a transaction."""
    rng = random.SystemRandom()
    # Locked, so that a version is not changed in place while it is being dealt.
    asked = quiz.questions.asked().exclude(current=None).select_for_update(of=("self",))
    questions = [question for question in asked.select_related("current") if _is_sound(question)]
    if not questions:
        raise NothingToAsk
    if quiz.shuffle:
        rng.shuffle(questions)
    newest = user.attempts.filter(quiz=quiz).aggregate(newest=Max("number"))["newest"] or 0
    attempt = Attempt.objects.create(
        quiz=quiz, user=user, number=newest + 1, pass_mark=quiz.pass_mark, started_at=now
    )
    answers = []
    for slot, question in enumerate(questions, 1):
        version = question.current
        assert version is not None  # noqa: S101 - for the type checker: excluded above
        dealt = kind(version.kind).deal(version.content, rng, quiz.shuffle)
        answers.append(Answer(attempt=attempt, slot=slot, version=version, dealt=dealt))
    Answer.objects.bulk_create(answers)
    return attempt


def _is_sound(question: Question) -> bool:
    """Whether the question can be shown and graded; if not, nobody is asked it."""
    version = question.current
    assert version is not None  # noqa: S101 - for the type checker: the caller excluded it
    try:
        faults = kind(version.kind).faults(version.content)
    except LookupError:
        faults = None
    if faults is None or any(fault.blocking for fault in faults):
        logger.error("question %s (%s) is broken and was not dealt", question.pk, question.key)
        return False
    return True


# Answering ----------------------------------------------------------------------------------------


def _lock(attempt: Attempt) -> Attempt:
    """The attempt's row as it is now; nobody else writes to it before the transaction ends."""
    return Attempt.objects.select_for_update().get(pk=attempt.pk)


def parse(answer: Answer, values: list[str]) -> Response:
    """The response that these values stand for. Raises BadResponse for what was not dealt."""
    try:
        return kind(answer.version.kind).parse(answer.version.content, answer.dealt, values)
    except LookupError as error:
        if not any(values):
            return {}
        raise BadResponse("the question cannot be answered any more") from error


def save_answer(
    answer: Answer, base: int, save_id: str, values: list[str], now: datetime
) -> Saving:
    """Store one answer if it is based on the newest; `answer` then shows what is stored.

    The same save sent again is stored once. Raises BadResponse.
    """
    response = parse(answer, values)
    with transaction.atomic():
        if _lock(answer.attempt).state != Attempt.State.IN_PROGRESS:
            return Saving.CLOSED
        stored = (
            Answer.objects.filter(pk=answer.pk, revision=base)
            .exclude(save_id=save_id)
            .update(response=response, revision=base + 1, save_id=save_id, saved_at=now)
        )
        answer.refresh_from_db(fields=["response", "revision", "save_id", "saved_at"])
    return Saving.STORED if stored or answer.save_id == save_id else Saving.STALE


def flag(answer: Answer, flagged: bool) -> Saving:
    """Mark a question to come back to, or unmark it."""
    with transaction.atomic():
        if _lock(answer.attempt).state != Attempt.State.IN_PROGRESS:
            return Saving.CLOSED
        Answer.objects.filter(pk=answer.pk).update(flagged=flagged)
    return Saving.STORED


def save_sheet(attempt: Attempt, sheet: Sheet, now: datetime) -> HandedIn:
    """Store the answers of a whole form; nothing is graded. Raises BadResponse, storing nothing."""
    with transaction.atomic():
        if _lock(attempt).state != Attempt.State.IN_PROGRESS:
            return HandedIn(closed=True)
        answers = list(attempt.answers.select_related("version"))
        kept = _merge(answers, sheet, now)
        Answer.objects.bulk_update(answers, SAVED)
    return HandedIn(kept=kept, unanswered=_unanswered(answers))


SAVED = ["response", "revision", "save_id", "saved_at", "flagged"]


def _merge(answers: Iterable[Answer], sheet: Sheet, now: datetime) -> list[int]:
    """Put a form's answers into the rows; the slots whose newer answer was kept instead."""
    kept = []
    for answer in answers:
        sent = sheet.get(answer.slot)
        if sent is None:
            continue
        response = parse(answer, sent.values)
        answer.flagged = sent.flagged
        if response == answer.response:
            continue
        if sent.base != answer.revision:
            kept.append(answer.slot)
            continue
        answer.response, answer.revision = response, answer.revision + 1
        answer.save_id, answer.saved_at = "", now
    return kept


def _unanswered(answers: Iterable[Answer]) -> list[int]:
    return [answer.slot for answer in answers if not answer.response]


# Handing in ---------------------------------------------------------------------------------------


def submit(attempt: Attempt, sheet: Sheet, now: datetime, *, anyway: bool = False) -> HandedIn:
    """Store what the form says and grade the attempt, once, out of all that was dealt.

    With questions unanswered it stays open unless `anyway`. Raises BadResponse, storing nothing.
    """
    with transaction.atomic():
        locked = _lock(attempt)
        if locked.state != Attempt.State.IN_PROGRESS:
            return HandedIn(closed=True)
        answers = list(attempt.answers.select_related("version"))
        result = HandedIn(kept=_merge(answers, sheet, now), unanswered=_unanswered(answers))
        if result.unanswered and not anyway:
            Answer.objects.bulk_update(answers, SAVED)
            return result
        grade = grading.grade([gradable(answer) for answer in answers])
        for answer, fraction in zip(answers, grade.fractions, strict=True):
            answer.fraction = storable(fraction)
        graded = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.IN_PROGRESS).update(
            state=Attempt.State.SUBMITTED,
            submitted_at=now,
            score=storable(grade.score),
            percent=grading.percent(grade.score, locked.pass_mark),
            passed=grading.passed(grade.score, locked.pass_mark),
        )
        if not graded:
            return HandedIn(closed=True)
        Answer.objects.bulk_update(answers, [*SAVED, "fraction"])
    result.submitted = True
    return result


def gradable(answer: Answer) -> grading.Item:
    """The answer as grading takes it; one that cannot be graded counts as not answered."""
    version = answer.version
    item = grading.Item(
        kind=version.kind,
        content=version.content,
        dealt=answer.dealt,
        response=answer.response,
        points=Fraction(version.points),
    )
    try:
        kind(item.kind).grade(item.content, item.dealt, item.response)
    except Exception:
        # Whatever is wrong with one question must not keep anybody from their result.
        logger.exception("answer %s cannot be graded; it counts as not answered", answer.pk)
        return replace(item, kind="true-false", content={"answer": True}, dealt=[], response={})
    return item


def storable(fraction: Fraction) -> Fraction:
    """The fraction if its text fits the field, else the nearest that does."""
    if len(str(fraction)) <= LONGEST_SCORE:
        return fraction
    return fraction.limit_denominator(FINEST_STORED)
