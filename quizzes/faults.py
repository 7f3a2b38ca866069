"""What is wrong in what people answered and in what was computed from it: for `check_data`.

On a sound site every check finds nothing, after a killed process or a full disk too.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from . import cards, grading, tallies
from .attempts import settled_grades
from .models import Answer, Attempt, FinalGrade, MarkChange, Quiz

type Said = Callable[[str], None]  # hears how far a long check has come

NAMED = 5  # rows that a fault names
BATCH = 500


def faults(said: Said) -> Iterator[str]:
    """A sentence for each fault."""
    yield from _of_states()
    yield from _of_first_attempts()
    for quiz in Quiz.objects.select_related("lesson").order_by("pk"):
        name = f"Quiz “{quiz.lesson.title}” ({quiz.pk})"
        found = (_of_scores(quiz), _of_changes(quiz), _of_grades(quiz), _of_tallies(quiz, said))
        for fault in chain.from_iterable(found):
            yield f"{name}: {fault}"
    yield from cards.faults()


def rebuild(now: datetime, said: Said) -> None:
    """Make the tallies of all quizzes and everybody's review cards anew from the answers."""
    for quiz in Quiz.objects.select_related("lesson").order_by("pk"):
        tallies.rebuild(quiz, now, progress(quiz, said))
    cards.rebuild_all(lambda done, people: said(f"review cards: {done:,} of {people:,} people"))


def progress(quiz: Quiz, said: Said) -> Callable[[int], None]:
    """Say how many attempts of the quiz are done, once in a while."""
    return lambda done: None if done % 10_000 else said(f"{quiz.lesson.title}: {done:,} attempts")


def _named(rows: QuerySet[Attempt], what: str) -> Iterator[str]:
    """One fault for all attempts that are wrong in one way."""
    count = rows.count()
    if count:
        keys = ", ".join(rows.order_by("pk").values_list("public_id", flat=True)[:NAMED])
        more = f" and {count - NAMED:,} more" if count > NAMED else ""
        yield f"{what}: {keys}{more}."


def _of_states() -> Iterator[str]:
    """Attempts that are neither whole nor open: grading is all or nothing."""
    lacking = Q(score=None) | Q(percent=None) | Q(passed=None) | Q(submitted_at=None)
    finished = Attempt.objects.finished()
    yield from _named(finished.filter(lacking), "Finished attempts without a whole result")
    ungraded = Answer.objects.filter(attempt=OuterRef("pk"), fraction=None)
    yield from _named(finished.filter(Exists(ungraded)), "Finished attempts with ungraded answers")
    unfinished = Attempt.objects.exclude(pk__in=finished.values("pk"))
    scored = ~Q(score=None) | ~Q(tallied_at=None) | Q(is_first=True)
    yield from _named(unfinished.filter(scored), "Unfinished attempts with a result")


def _of_first_attempts() -> Iterator[str]:
    """Each person at each quiz has one first attempt among those with a score."""
    people = Attempt.objects.finished().exclude(user=None).order_by().values("user", "quiz")
    firsts = people.annotate(firsts=Count("pk", filter=Q(is_first=True))).exclude(firsts=1)
    for row in firsts:
        yield f"Person {row['user']} has {row['firsts']} first attempts at quiz {row['quiz']}."
    later = Attempt.objects.filter(is_first=False).exclude(tallied_at=None)
    yield from _named(later, "Attempts that were counted and are not first ones")


def _of_scores(quiz: Quiz) -> Iterator[str]:
    """A score is what the answers come to, and passing follows from it."""
    finished = quiz.attempts.finished().exclude(score=None).order_by("pk")
    keys = list(finished.values_list("pk", flat=True))
    wrong = []
    for start in range(0, len(keys), BATCH):
        batch = finished.filter(pk__in=keys[start : start + BATCH])
        sheets: dict[int, list[tuple[Fraction, Fraction]]] = {}
        rows = Answer.objects.filter(attempt__in=batch).order_by()
        for key, points, fraction in rows.values_list("attempt", "version__points", "fraction"):
            sheets.setdefault(key, []).append((Fraction(points), Fraction(fraction or 0)))
        wrong += [each.pk for each in batch if not _adds_up(each, sheets.get(each.pk, []))]
    yield from _named(quiz.attempts.filter(pk__in=wrong[:NAMED]), "scores differ from the answers")


def _adds_up(attempt: Attempt, sheet: Sequence[tuple[Fraction, Fraction]]) -> bool:
    """Whether score and pass follow from the points and fractions of the answers."""
    score = grading.Grade.of([p for p, _ in sheet], [fraction for _, fraction in sheet]).score
    # Where fractions were too long to store, the sum of the stored ones is a hair off.
    near = abs(score - attempt.score) <= Fraction(1, 10**9)
    return near and grading.passed(attempt.score, attempt.pass_mark) == attempt.passed


def _of_changes(quiz: Quiz) -> Iterator[str]:
    """Changed marks lead, without a gap, from the mark that was given to the one that counts."""
    rows = MarkChange.objects.filter(answer__attempt__quiz=quiz).select_related("answer__attempt")
    by_answer: dict[int, list[MarkChange]] = {}
    newest: dict[int, MarkChange] = {}
    for change in rows.order_by("pk"):
        by_answer.setdefault(change.answer_id, []).append(change)
        newest[change.answer.attempt_id] = change
    wrong = [
        change.answer.attempt_id
        for change in newest.values()
        if change.score_after != change.answer.attempt.score
    ]
    yield from _named(
        quiz.attempts.filter(pk__in=wrong[:NAMED]), "scores differ from the last change"
    )
    wrong = [
        changes[0].answer.attempt_id
        for changes in by_answer.values()
        if changes[-1].fraction_after != changes[-1].answer.fraction
        or any(one.fraction_after != next_.fraction_before for one, next_ in pairwise(changes))
    ]
    yield from _named(quiz.attempts.filter(pk__in=wrong[:NAMED]), "marks differ from their changes")


def _of_grades(quiz: Quiz) -> Iterator[str]:
    """Everybody's final grade is what their attempts come to."""

    def held(rows: Iterator[FinalGrade]) -> dict[int, tuple[Any, ...]]:
        return {
            row.user_id: (row.score, row.passed, row.attempts, row.passed_at, row.last_at)
            for row in rows
        }

    should = held(iter(settled_grades(quiz)))
    are = held(quiz.final_grades.iterator())
    wrong = [user for user in should.keys() | are.keys() if should.get(user) != are.get(user)]
    if wrong:
        people = ", ".join(str(user) for user in sorted(wrong)[:NAMED])
        yield f"final grades differ from the attempts for {len(wrong):,} people: {people}."


def _of_tallies(quiz: Quiz, said: Said) -> Iterator[str]:
    """The tallies are what the counted attempts say."""
    stored, keys = tallies.snapshot(quiz)
    if stored != tallies.recount(keys, progress(quiz, said)):
        yield "the tallies differ from the answers. “check_data --rebuild” makes them anew."
