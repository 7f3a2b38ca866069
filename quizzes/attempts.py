"""Attempts: started, answered, handed in. The writer of `Attempt` and `Answer`.

Of the two, `overrides` changes marks that were given, and `tallies` what was counted.

Each write locks the attempt's row first and looks at its state under the lock; PostgreSQL locks
the row, SQLite's transactions begin IMMEDIATE and so are one at a time. What two could do at once
is decided by a unique constraint or a conditional update, which hold on both.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import Count, FilteredRelation, Max, OuterRef, Q

from accounts.models import User

from . import cards, grading, rules
from .kinds import BadResponse, Response, kind
from .models import Allowance, Answer, Attempt, FinalGrade, Pool, Question, Quiz

logger = logging.getLogger(__name__)

LONGEST_SCORE = Attempt._meta.get_field("score").max_length or 0
# Two numbers of this size and the stroke between them fit into the field.
FINEST_STORED = 10 ** (LONGEST_SCORE // 2 - 2)
TRIES_TO_START = 5


class NothingToAsk(Exception):  # noqa: N818 - a state of the quiz, not a failure
    """The quiz has no question that could be dealt."""


class NotNow(Exception):  # noqa: N818 - a state of the quiz, not a failure
    """The person may not begin another attempt: not yet (`again_at`), or not at all (None)."""

    def __init__(self, again_at: datetime | None = None) -> None:
        super().__init__(again_at)
        self.again_at = again_at


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
    CLOSED = auto()  # the attempt, or this checked question, takes no answers any more


@dataclass(slots=True)
class HandedIn:
    """What came of a whole form."""

    closed: bool = False  # it was ended before this form came: nothing was stored
    too_late: bool = False  # the time for answers was up: what was saved before counts
    submitted: bool = False
    kept: list[int] = field(default_factory=list)  # slots answered elsewhere since: those stay
    unanswered: list[int] = field(default_factory=list)


# Starting -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands at a quiz: how often they may still try, and from when."""

    left: int | None  # None: as many as one likes
    again_at: datetime | None  # in the future, or None
    is_open: bool  # one of those begun is still being answered
    extra: int  # attempts for this person alone, used or not
    time_factor: Decimal  # 1: no extra time

    @property
    def may_try_again(self) -> bool:
        """Whether there is another attempt to come, now or later."""
        return self.left != 0


def standing(quiz: Quiz, user: User, now: datetime) -> Standing:
    """Where the person stands. One query."""
    more = Allowance.objects.in_quiz(quiz)
    # A person without an attempt is one row, too: for what they have more of.
    begun = FilteredRelation("attempts", condition=Q(attempts__quiz=quiz))
    mine = User.objects.filter(pk=user.pk).annotate(begun=begun)
    every = mine.values_list(
        "begun__state",
        "begun__submitted_at",
        "begun__closes_at",
        more.largest("extra_attempts", OuterRef("pk")),
        more.largest("time_factor", OuterRef("pk")),
    )
    rows, extra, factor = [], 0, Decimal(1)
    for state, submitted, closes, more_attempts, more_time in every:
        extra, factor = more_attempts or 0, more_time or Decimal(1)
        if state is not None:
            rows.append((submitted, closes, state))
    running = [
        state == Attempt.State.IN_PROGRESS and not rules.is_over(closes, now)
        for _, closes, state in rows
    ]
    over = [row for row, runs in zip(rows, running, strict=True) if not runs]
    ends = [end for submitted, closes, _ in over if (end := submitted or closes)]
    again = rules.again_at(ends, quiz.wait_first, quiz.wait_later)
    return Standing(
        left=rules.attempts_left(quiz.attempts_allowed, len(rows), extra),
        again_at=again if again and again > now else None,
        is_open=any(running),
        extra=extra,
        time_factor=factor,
    )


def shown(quiz: Quiz, user: User, where: Standing) -> rules.Shown:
    """What the person may see of their graded attempts at the quiz; one query at most."""
    timing = cast("rules.FeedbackTiming", quiz.feedback)
    passed = timing == "after-passing" and user.final_grades.filter(quiz=quiz, passed=True).exists()
    # The last attempt allowed is still to come while it is open.
    may_try_again = where.may_try_again or where.is_open
    return rules.shown(quiz.switches, timing, passed=passed, may_try_again=may_try_again)


def start(quiz: Quiz, user: User, now: datetime) -> Attempt:
    """The person's open attempt at the quiz; a new one where there is none.

    Twenty at once make one: the database lets nobody have two. Raises NothingToAsk and NotNow.
    """
    for _ in range(TRIES_TO_START):
        attempt = user.attempts.open().filter(quiz=quiz).first()
        if attempt is not None and not end_if_overdue(attempt, now):
            return attempt
        try:
            with transaction.atomic():
                return _deal(quiz, user, now)
        except IntegrityError:
            continue  # somebody was quicker: join that attempt
        except NotNow:
            # Somebody was quicker with the last attempt that is allowed: join it as well.
            if not user.attempts.open().filter(quiz=quiz).exists():
                raise
    raise RuntimeError("an attempt could neither be made nor joined")


def _deal(quiz: Quiz, user: User, now: datetime) -> Attempt:
    """Make the attempt and all its answer rows; inside a transaction."""
    where = standing(quiz, user, now)
    if where.left == 0 or where.again_at:
        raise NotNow(where.again_at if where.left != 0 else None)
    rng = random.SystemRandom()
    # Locked, so that a version is not changed in place while it is being dealt.
    asked = quiz.questions.asked().exclude(current=None).select_for_update(of=("self",))
    questions = [question for question in asked.select_related("current") if is_sound(question)]
    if not questions:
        raise NothingToAsk
    questions = _drawn(quiz, user, questions, rng)
    if quiz.shuffle_questions:
        rng.shuffle(questions)
    newest = user.attempts.filter(quiz=quiz).aggregate(newest=Max("number"))["newest"] or 0
    time = rules.window(now, quiz.time_limit, where.time_factor, quiz.overdue, quiz.grace)
    attempt = Attempt.objects.create(
        quiz=quiz,
        user=user,
        number=newest + 1,
        pass_mark=quiz.pass_mark,
        started_at=now,
        deadline=time.deadline,
        closes_at=time.closes_at,
        overdue=quiz.overdue,
    )
    answers = []
    for slot, question in enumerate(questions, 1):
        version = question.current
        assert version is not None  # noqa: S101 - for the type checker: excluded above
        dealt = kind(version.kind).deal(version.content, rng, quiz.shuffle_choices)
        answers.append(Answer(attempt=attempt, slot=slot, version=version, dealt=dealt))
    Answer.objects.bulk_create(answers)
    return attempt


def _drawn(quiz: Quiz, user: User, questions: list[Question], rng: random.Random) -> list[Question]:
    """The questions of this attempt: of each pool as many as it gives, those met least first."""
    pools: dict[int, list[Question]] = defaultdict(list)
    for question in questions:
        if question.pool_id is not None:
            pools[question.pool_id].append(question)
    if not pools:
        return questions
    picks = dict(Pool.objects.filter(pk__in=pools).values_list("pk", "pick"))
    met = Answer.objects.filter(attempt__user=user, version__question__pool__in=pools)
    times = dict(met.values_list("version__question").annotate(n=Count("pk")))
    drawn = set()
    for pool, members in pools.items():
        rng.shuffle(members)  # among those met equally often, chance decides
        members.sort(key=lambda question: times.get(question.pk, 0))
        drawn |= {question.pk for question in members[: picks.get(pool, 0)]}
    return [question for question in questions if question.pool_id is None or question.pk in drawn]


def is_sound(question: Question) -> bool:
    """Whether the question can be shown and graded; if not, nobody is asked it."""
    version = question.current
    assert version is not None  # noqa: S101 - for the type checker: the caller excluded it
    if not version.is_sound:
        logger.error("question %s (%s) is broken and was not dealt", question.pk, question.key)
        return False
    return True


# Answering ----------------------------------------------------------------------------------------


def _lock(attempt: Attempt) -> Attempt:
    """The attempt's row as it is now; nobody else writes to it before the transaction ends."""
    return Attempt.objects.select_for_update(of=("self",)).select_related("quiz").get(pk=attempt.pk)


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
        locked = _lock(answer.attempt)
        if not locked.is_open or not rules.takes_answers(locked.deadline, now):
            return Saving.CLOSED
        stored = (
            Answer.objects.filter(pk=answer.pk, revision=base, checked_at=None)
            .exclude(save_id=save_id)
            .update(response=response, revision=base + 1, save_id=save_id, saved_at=now)
        )
        answer.refresh_from_db(fields=["response", "revision", "save_id", "saved_at", "checked_at"])
    if stored or answer.save_id == save_id:
        return Saving.STORED
    return Saving.CLOSED if answer.checked_at else Saving.STALE


def flag(answer: Answer, flagged: bool) -> Saving:
    """Mark a question to come back to, or unmark it."""
    with transaction.atomic():
        if not _lock(answer.attempt).is_open:
            return Saving.CLOSED
        Answer.objects.filter(pk=answer.pk).update(flagged=flagged)
    return Saving.STORED


def _refusal(locked: Attempt, now: datetime) -> HandedIn | None:
    """What is said of a form to an attempt that takes no answers now; None if it takes them."""
    if not locked.is_open:
        return HandedIn(closed=True)
    return None if rules.takes_answers(locked.deadline, now) else HandedIn(too_late=True)


def save_sheet(attempt: Attempt, sheet: Sheet, now: datetime) -> HandedIn:
    """Store the answers of a whole form; nothing is graded. Raises BadResponse, storing nothing."""
    with transaction.atomic():
        if refused := _refusal(_lock(attempt), now):
            return refused
        answers = list(attempt.answers.select_related("version"))
        kept = _merge(answers, sheet, now)
        Answer.objects.bulk_update(answers, SAVED)
    return HandedIn(kept=kept, unanswered=_unanswered(answers))


def check(attempt: Attempt, slot: int, sheet: Sheet, now: datetime) -> HandedIn:
    """Store the form, then grade this one question for good: feedback at once.

    Twice is once. A question without an answer is not checked: its slot is in `unanswered`.
    Raises BadResponse, storing nothing.
    """
    with transaction.atomic():
        if refused := _refusal(_lock(attempt), now):
            return refused
        answers = list(attempt.answers.select_related("version"))
        result = HandedIn(kept=_merge(answers, sheet, now))
        answer = next((answer for answer in answers if answer.slot == slot), None)
        if answer is None:
            raise BadResponse("a question that was not dealt was to be checked")
        if not answer.response:
            result.unanswered = [slot]
        elif answer.checked_at is None and slot not in result.kept:
            answer.fraction = storable(grading.grade([gradable(answer)]).fractions[0])
            answer.checked_at = now
        Answer.objects.bulk_update(answers, [*SAVED, "fraction", "checked_at"])
    return result


SAVED = ["response", "revision", "save_id", "saved_at", "flagged"]


def _merge(answers: Iterable[Answer], sheet: Sheet, now: datetime) -> list[int]:
    """Put a form's answers into the rows; the slots whose newer answer was kept instead."""
    kept = []
    for answer in answers:
        sent = sheet.get(answer.slot)
        if sent is None or answer.checked_at:
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

    With questions unanswered it stays open unless `anyway`, or the time is up. What comes later
    than the last save may is not read: what was saved before is graded. Raises BadResponse, storing
    nothing.
    """
    with transaction.atomic():
        locked = _lock(attempt)
        if not locked.is_open or is_overdue(locked, now):
            return HandedIn(closed=True)
        answers = list(attempt.answers.select_related("version"))
        result = HandedIn(too_late=not rules.takes_answers(locked.deadline, now))
        if not result.too_late:
            result.kept = _merge(answers, sheet, now)
            result.unanswered = _unanswered(answers)
            could_go_on = locked.deadline is None or now <= locked.deadline
            if result.unanswered and could_go_on and not anyway:
                Answer.objects.bulk_update(answers, SAVED)
                return result
        if not _grade(locked, answers, Attempt.State.SUBMITTED, now):
            return HandedIn(closed=True)
    result.submitted = True
    return result


def is_overdue(attempt: Attempt, now: datetime) -> bool:
    """Whether the time to submit it is up; it may not have been ended yet."""
    return rules.is_over(attempt.closes_at, now)


def end_if_overdue(attempt: Attempt, now: datetime) -> bool:
    """End an open attempt that can't be submitted any more; whether it is over. Twice is once.

    What was saved is graded as of the deadline, or discarded, as the quiz said when it began.
    """
    if not attempt.is_open or not is_overdue(attempt, now):
        return not attempt.is_open
    with transaction.atomic():
        locked = _lock(attempt)
        if locked.is_open and is_overdue(locked, now):
            if locked.overdue == Quiz.Overdue.SUBMIT:
                answers = list(locked.answers.select_related("version"))
                _grade(locked, answers, Attempt.State.EXPIRED, locked.deadline or now)
            else:
                Attempt.objects.filter(pk=locked.pk).update(state=Attempt.State.ABANDONED)
                if locked.user_id is not None:
                    # It may have been the last, after which what is right is shown.
                    cards.settle_flags(locked.quiz, [locked.user_id])
    attempt.refresh_from_db()
    return True


def end_overdue(now: datetime, quiz: Quiz | None = None, most: int = 500) -> int:
    """End attempts whose time is up and whose person did not come back; how many there were."""
    rows = Attempt.objects.overdue(now).order_by("closes_at")
    overdue = list((rows if quiz is None else rows.filter(quiz=quiz))[:most])
    for attempt in overdue:
        end_if_overdue(attempt, now)
    return len(overdue)


def _grade(attempt: Attempt, answers: Sequence[Answer], state: Attempt.State, at: datetime) -> bool:
    """Grade a locked attempt and settle what its person's attempts come to; False: it was over."""
    grade = grading.grade([gradable(answer) for answer in answers])
    for answer, fraction in zip(answers, grade.fractions, strict=True):
        answer.fraction = storable(fraction)
    earlier = _finished(attempt.quiz_id, attempt.user_id)
    result = {
        "state": state,
        "submitted_at": at,
        "score": storable(grade.score),
        "percent": grading.percent(grade.score, attempt.pass_mark),
        "passed": grading.passed(grade.score, attempt.pass_mark),
        "is_blank": state == Attempt.State.EXPIRED and not any(a.response for a in answers),
        "is_first": not earlier,
    }
    if not Attempt.objects.open().filter(pk=attempt.pk).update(**result):
        return False
    Answer.objects.bulk_update(answers, [*SAVED, "fraction"])
    for name, value in result.items():
        setattr(attempt, name, value)
    if attempt.user_id is not None:
        finals = _settled(attempt.quiz, attempt.user_id, [*earlier, attempt])
        _write_finals(finals)
        passed = any(final.passed for final in finals)
        revealed = cards.reveals(attempt.quiz, attempt.user_id, passed=passed)
        cards.record_attempt(attempt, answers, at, passed=passed, revealed=revealed)
    return True


def _finished(quiz: int, user: int | None) -> list[Attempt]:
    """The person's attempts at the quiz that have a score, oldest first."""
    rows = Attempt.objects.finished().filter(quiz=quiz, user=user).order_by("number")
    return list(rows) if user is not None else []


def _settled(quiz: Quiz, user: int, finished: Sequence[Attempt]) -> list[FinalGrade]:
    """What these attempts come to by the quiz's grading method: one row, or none."""
    tries = [
        # A mark given by hand makes a blank attempt count.
        grading.Try(each.score, each.pass_mark, bool(each.passed), each.is_blank and not each.score)
        for each in finished
    ]
    method = cast("grading.Method", quiz.grading_method)
    final = grading.final(tries, method)
    if final is None:
        return []
    mark = None if final.passed else final.pass_mark
    since = grading.passed_since(tries, method)
    return [
        FinalGrade(
            quiz=quiz,
            user_id=user,
            score=storable(final.score),
            percent=grading.percent(final.score, mark),
            passed=final.passed,
            attempts=len(finished),
            passed_at=None if since is None else finished[since].submitted_at,
            last_at=max((end for each in finished if (end := each.submitted_at)), default=None),
        )
    ]


def _write_finals(rows: Sequence[FinalGrade]) -> None:
    FinalGrade.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["user", "quiz"],
        update_fields=["score", "percent", "passed", "attempts", "passed_at", "last_at"],
    )


# Settings of a quiz that say something of the attempts before, too.
LOOKING_BACK = frozenset({"grading_method", "feedback", "attempts_allowed"})


def settle_grade(quiz: Quiz, user: int) -> None:
    """Make one person's final grade anew; inside the transaction that locked their attempts."""
    _write_finals(_settled(quiz, user, _finished(quiz.pk, user)))


def settle_grades(quiz: Quiz, users: Collection[int] | None = None) -> None:
    """Make everybody's final grade at the quiz anew, and what of it reviews may ask.

    For a change of one of `LOOKING_BACK`. `users`: of these people only.
    """
    with transaction.atomic():
        _write_finals(settled_grades(quiz, users))
        cards.settle_flags(quiz, users)


def settled_grades(quiz: Quiz, users: Collection[int] | None = None) -> list[FinalGrade]:
    """What everybody's attempts at the quiz come to by its grading method; nothing is stored."""
    finished = Attempt.objects.finished().filter(quiz=quiz).exclude(user=None)
    if users is not None:
        finished = finished.filter(user__in=users)
    by_user: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in finished.order_by("number"):
        by_user[attempt.user_id].append(attempt)  # type: ignore[index]
    return [row for user, rows in by_user.items() for row in _settled(quiz, user, rows)]


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
