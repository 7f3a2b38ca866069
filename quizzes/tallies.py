"""Counting first attempts into tallies, in batches: what item analysis reads.

Never part of submitting. Each batch is one transaction: it locks the quiz's tally, claims attempts
that nobody counted yet by a conditional update, and adds what they say. Two that count at once
count each attempt once; what is interrupted goes on where it stood.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from .attempts import end_overdue
from .models import Answer, Attempt, ItemTally, QuestionVersion, Quiz, QuizTally

BATCH = 500  # attempts in one transaction
MOST_ENDED = 50  # attempts whose time is up, ended before counting


@dataclass(slots=True)
class ItemCount:
    """What `ItemTally` holds of one version."""

    answers: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    choices: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class QuizCount:
    """What `QuizTally` holds, and the counts of the versions by their key."""

    attempts: int = 0
    passes: int = 0
    scores: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    items: dict[int, ItemCount] = field(default_factory=dict)


def waiting(quiz: Quiz) -> QuerySet[Attempt]:
    """First attempts that are not counted yet; an erased person's too. All have a score."""
    return quiz.attempts.filter(is_first=True, tallied_at=None)


def counted(quiz: Quiz) -> QuerySet[Attempt]:
    """The attempts that the tallies of the quiz hold."""
    return quiz.attempts.exclude(tallied_at=None)


def tally(quiz: Quiz, now: datetime, most: int | None = None) -> int:
    """Count up to `most` attempts that wait, one batch by default; how many there were.

    Ends some of those before whose time is up.
    """
    most = BATCH if most is None else most
    end_overdue(now, quiz, MOST_ENDED)
    done = 0
    while done < most and (batch := _count_batch(quiz, now, min(BATCH, most - done))):
        done += batch
    return done


def rebuild(quiz: Quiz, now: datetime, said: Callable[[int], None] = lambda _done: None) -> int:
    """Make the tallies of the quiz anew from the answers; how many attempts they hold.

    `said` hears how many are done after each batch. Interrupted, the tallies hold less than they
    might, never anything wrong: whoever counts next goes on.
    """
    with transaction.atomic():
        tally_row = _locked(quiz)
        counted(quiz).update(tallied_at=None)
        ItemTally.objects.filter(version__question__quiz=quiz).delete()
        _store(tally_row, QuizCount())
    done = 0
    while batch := _count_batch(quiz, now, BATCH):
        done += batch
        said(done)
    return done


def _locked(quiz: Quiz) -> QuizTally:
    """The quiz's tally, made if need be; nobody else counts before the transaction ends."""
    # By key: the quiz at hand must not remember the row as it was before counting.
    QuizTally.objects.get_or_create(quiz_id=quiz.pk)
    return QuizTally.objects.select_for_update().get(quiz_id=quiz.pk)


def _count_batch(quiz: Quiz, now: datetime, size: int) -> int:
    """Claim and count one batch; how many attempts it held."""
    if not waiting(quiz).exists():
        return 0
    with transaction.atomic():
        row = _locked(quiz)
        keys = list(waiting(quiz).order_by("pk").values_list("pk", flat=True)[:size])
        claimed = Attempt.objects.filter(pk__in=keys, tallied_at=None).update(tallied_at=now)
        if claimed != len(keys):
            raise RuntimeError("attempts were counted by somebody who did not lock the tally")
        count = _as_count(row)
        add(count, keys)
        _store(row, count)
    return claimed


@contextmanager
def corrected(quiz: Quiz, attempt: int) -> Iterator[None]:
    """Keep the tallies right while a mark of this attempt is changed; inside a transaction.

    Locks the quiz's tally, and so must come before the attempt is locked: whoever counts takes
    them in this order. An attempt that nobody counted yet is left to be counted.
    """
    row = _locked(quiz)
    if not counted(quiz).filter(pk=attempt).exists():
        yield
        return
    before = recount([attempt])
    yield
    after = recount([attempt])
    count = _as_count(row, list(before.items))
    for change, sign in ((before, -1), (after, 1)):
        _shift(count, change, sign)
    _store(row, count)


def _shift(count: QuizCount, by: QuizCount, sign: int) -> None:
    """Add what attempts say to the counts, or take it away, at the versions that are there."""
    count.attempts += sign * by.attempts
    count.passes += sign * by.passes
    pairs = [(count.scores, by.scores), (count.totals, by.totals)]
    for version, item in by.items.items():
        count.items[version].answers += sign * item.answers
        pairs += [
            (count.items[version].cells, item.cells),
            (count.items[version].choices, item.choices),
        ]
    for counter, more in pairs:
        for key, number in more.items():
            counter[key] += sign * number
            if not counter[key]:
                del counter[key]


def snapshot(quiz: Quiz) -> tuple[QuizCount, list[int]]:
    """What the tallies of the quiz hold, and the keys of the attempts they should hold."""
    with transaction.atomic():
        row = QuizTally.objects.select_for_update().filter(quiz=quiz).first()
        keys = list(counted(quiz).order_by("pk").values_list("pk", flat=True))
        return _as_count(row or QuizTally(quiz=quiz)), keys


def _as_count(row: QuizTally, versions: Sequence[int] | None = None) -> QuizCount:
    """What the rows hold, ready to be added to; of the items only these versions, if given."""
    items = ItemTally.objects.filter(version__question__quiz=row.quiz_id)
    if versions is not None:
        items = items.filter(version__in=versions)
    return QuizCount(
        row.attempts,
        row.passes,
        Counter(row.scores),
        Counter(row.totals),
        {
            item.version_id: ItemCount(item.answers, Counter(item.cells), Counter(item.choices))
            for item in items
        },
    )


def _store(row: QuizTally, count: QuizCount) -> None:
    """Write the counts; inside the transaction that locked the row."""
    row.attempts, row.passes = count.attempts, count.passes
    row.scores, row.totals = dict(count.scores), dict(count.totals)
    row.save()
    ItemTally.objects.bulk_create(
        [
            ItemTally(
                version_id=version,
                answers=item.answers,
                cells=dict(item.cells),
                choices=dict(item.choices),
            )
            for version, item in sorted(count.items.items())
        ],
        update_conflicts=True,
        unique_fields=["version"],
        update_fields=["answers", "cells", "choices"],
    )


def recount(keys: Sequence[int], said: Callable[[int], None] = lambda _done: None) -> QuizCount:
    """What the tallies of these attempts should hold; reads in batches and writes nothing."""
    count = QuizCount()
    for start in range(0, len(keys), BATCH):
        add(count, keys[start : start + BATCH])
        said(min(start + BATCH, len(keys)))
    return count


def add(count: QuizCount, keys: Sequence[int]) -> None:
    """Add what these attempts say. Three queries."""
    scores = Attempt.objects.filter(pk__in=keys).values_list("pk", "score", "passed")
    rows = Answer.objects.filter(attempt__in=keys).order_by()
    answers = list(rows.values_list("attempt", "version", "dealt", "response", "fraction"))
    seen = {version for _, version, *_ in answers}
    points = dict(QuestionVersion.objects.filter(pk__in=seen).values_list("pk", "points"))
    take(count, scores, answers, points)


# attempt, score, passed
type Scored = tuple[int, Any, bool | None]
# attempt, version, dealt, response, fraction
type Answered = tuple[int, int, Any, Any, Any]


def take(
    count: QuizCount,
    scores: Iterable[Scored],
    answers: Iterable[Answered],
    points: Mapping[int, Decimal],
) -> None:
    """Add attempts with all their answers, which were read before; `points` by version."""
    worth = {version: Fraction(value) for version, value in points.items()}
    earned: dict[tuple[int, Fraction | None], int] = {}  # few different marks, many answers
    sheets: dict[int, list[tuple[int, int, Any, Any]]] = {}
    for attempt, version, dealt, response, fraction in answers:
        mark = earned.get((version, fraction))
        if mark is None:
            mark = thousandths((fraction or Fraction(0)) * worth[version])
            earned[version, fraction] = mark
        sheets.setdefault(attempt, []).append((mark, version, dealt, response))
    for key, score, passed in scores:
        sheet = sheets.get(key, [])
        # Of the rounded marks, so that total less mark is exactly what the rest earned.
        total = sum(mark for mark, *_ in sheet)
        count.attempts += 1
        count.passes += bool(passed)
        count.scores[str(floor(Fraction(score or 0) * 100))] += 1
        count.totals[str(total)] += 1
        for mark, version, dealt, response in sheet:
            item = count.items.setdefault(version, ItemCount())
            item.answers += 1
            item.cells[f"{mark}|{total}"] += 1
            for choice in chosen(dealt, response):
                item.choices[choice] += 1


def thousandths(points: Fraction) -> int:
    """Points as the tallies count them: whole thousandths, half to even."""
    return round(points * 1000)


def chosen(dealt: Sequence[Any], response: dict[str, Any]) -> Iterator[str]:
    """What was chosen, in the words of `ItemTally.choices`; nothing where words were typed."""
    if not response:
        yield ""
    elif "positions" in response:
        yield from (str(dealt[position]) for position in response["positions"])
    elif "value" in response:
        yield "true" if response["value"] else "false"
