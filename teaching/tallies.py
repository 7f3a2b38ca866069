"""What the answers of a class come to, quiz by quiz, stored: reports read a row for each quiz.

Of first attempts: how the versions of its questions went. Of all answers, reviews included: how
many learners have mastered the lesson's objectives, by the rule of `progress/mastery.py`. Both of
the learners who are in the class; in an archived class, of what they did until then.

A tally says by its `stamp` what it was counted from. The stamps as they should be now come from a
few grouped queries for all quizzes together; a quiz whose tally has another is counted anew, never
while an answer is handed in. A stamp is read before what is counted: what happens in between makes
it old at once, so a tally may be counted once too often, and is never wrongly taken for current.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet

from lessons.models import Objective
from progress.mastery import State, state_and_estimate
from quizzes import cards, tallies
from quizzes.models import Answer, Attempt, MarkChange, QuestionVersion, Review, ReviewCard
from quizzes.tallies import thousandths

from .facts import Sight
from .models import Classroom, ClassTally

RULE = 1  # another number counts everything anew
# Learners times quizzes. A page that is shown counts no more than AT_ONCE of them by itself; one
# request to count takes up to BATCH, about half a second.
AT_ONCE = 200
BATCH = 1000


@dataclass(slots=True)
class ObjectiveCount:
    """How many learners stand where with an objective; `sum` of the estimates, each 0 to 1."""

    mastered: int = 0
    learning: int = 0
    unknown: int = 0
    sum: float = 0.0

    @property
    def known(self) -> int:
        """How many have an estimate."""
        return self.mastered + self.learning

    @property
    def mean(self) -> float | None:
        """The mean estimate in percent; None: nobody has one."""
        return 100 * self.sum / self.known if self.known else None


@dataclass(slots=True)
class ItemCount:
    """How first attempts went at one version; `points` and `earned` in thousandths of a point.

    `earned` is by all of them together, `cells` and `choices` are those of `ItemTally`.
    """

    answers: int
    points: int
    earned: int
    cells: dict[str, int]
    choices: dict[str, int]

    @property
    def facility(self) -> float | None:
        """The share of the points that was earned, percent; None where there are none."""
        whole = self.answers * self.points
        return 100 * self.earned / whole if whole else None


@dataclass
class Tallies:
    """The tallies of a class. `stamps`: as they should be, by quiz in the order of the lessons."""

    sight: Sight
    stamps: dict[int, str]
    learners: int
    checks: dict[int, list[tuple[int, int]]]  # by quiz: its objectives with their questions
    asked: set[int]  # the quizzes of which more than the objectives is counted
    rows: dict[int, ClassTally] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many quizzes there are."""
        return len(self.stamps)

    @property
    def waiting(self) -> list[int]:
        """The quizzes that are to be counted, those never counted first."""
        rows = self.rows
        old = [
            key for key, stamp in self.stamps.items() if key in rows and rows[key].stamp != stamp
        ]
        return [key for key in self.stamps if key not in rows] + old

    @property
    def counted(self) -> int:
        """How many quizzes are current."""
        return self.total - len(self.waiting)

    @cached_property
    def people(self) -> QuerySet[Any]:
        """The keys of the learners, for a query around it."""
        return self.sight.seats.order_by().values("user")

    def count(self, now: datetime, most: int) -> int:
        """Count quizzes that wait, up to `most` learner-quizzes; how many quizzes there were.

        Always one at least where `most` is BATCH or more. A fixed number of queries.
        """
        least = 1 if most >= BATCH else 0
        some = self.waiting[: max(least, most // max(1, self.learners))]
        if some:
            self._store(some, self._counted(some), now)
        return len(some)

    def _counted(self, quizzes: Sequence[int]) -> dict[int, ClassTally]:
        counts: dict[int, tuple[tallies.QuizCount, dict[str, Any]]]
        counts = dict.fromkeys(quizzes, (tallies.QuizCount(), {}))
        counts |= self._of_first_attempts([key for key in quizzes if key in self.asked])
        objectives = self._of_objectives(quizzes)
        return {
            key: ClassTally(
                classroom=self.sight.classroom,
                quiz_id=key,
                stamp=self.stamps[key],
                attempts=count.attempts,
                passes=count.passes,
                scores=dict(count.scores),
                totals=dict(count.totals),
                items=items,
                objectives={str(pk): asdict(each) for pk, each in objectives[key].items()},
            )
            for key, (count, items) in counts.items()
        }

    def _of_first_attempts(
        self, quizzes: Sequence[int]
    ) -> dict[int, tuple[tallies.QuizCount, dict[str, Any]]]:
        """The counts of each quiz, and its items as they are stored. Three queries."""
        firsts = Attempt.objects.finished().filter(
            is_first=True, quiz__in=quizzes, user__in=self.people
        )
        until = self.sight.classroom.archived_at
        if until is not None:
            firsts = firsts.filter(submitted_at__lt=until)
        scores: dict[int, list[Any]] = {key: [] for key in quizzes}
        quiz_of: dict[int, int] = {}
        for pk, quiz, *scored in firsts.order_by().values_list("pk", "quiz", "score", "passed"):
            scores[quiz].append((pk, *scored))
            quiz_of[pk] = quiz
        answers: dict[int, list[Any]] = {key: [] for key in quizzes}
        rows = Answer.objects.filter(attempt__in=firsts.order_by().values("pk")).order_by()
        for row in rows.values_list("attempt", "version", "dealt", "response", "fraction"):
            # One that was handed in between the two queries makes the stamp old.
            if (of := quiz_of.get(row[0])) is not None:
                answers[of].append(row)
        versions = QuestionVersion.objects.filter(question__quiz__in=quizzes)
        points = dict(versions.order_by().values_list("pk", "points"))
        counts = {}
        for quiz in quizzes:
            count = tallies.QuizCount()
            tallies.take(count, scores[quiz], answers[quiz], points)
            counts[quiz] = count, _as_stored(count, points)
        return counts

    def _of_objectives(self, quizzes: Sequence[int]) -> dict[int, dict[int, ObjectiveCount]]:
        """Where the learners stand with the objectives of each quiz's lesson.

        One query; of an archived class two at most.
        """
        checks: dict[int, list[int]] = defaultdict(list)  # by question
        for quiz in quizzes:
            for objective, question in self.checks[quiz]:
                checks[question].append(objective)
        met = ReviewCard.objects.filter(question__in=list(checks), user__in=self.people)
        rows = met.order_by().values_list("user", "question", "times_answered", "recent")
        known = {(person, question): (times, recent) for person, question, times, recent in rows}
        until = self.sight.classroom.archived_at
        told = (
            {key: recent for key, (_, recent) in known.items()}
            if until is None
            else cards.recent_before(until, known)
        )
        given: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
        for (person, question), recent in told.items():
            answers = [(at, fraction) for at, fraction, _ in recent]
            for objective in checks[question]:
                given[person, objective] += answers
        counts = {
            quiz: {objective: ObjectiveCount() for objective, _ in self.checks[quiz]}
            for quiz in quizzes
        }
        by_objective = {pk: each for found in counts.values() for pk, each in found.items()}
        for (_, objective), answered in given.items():
            state, estimate = state_and_estimate(answered)
            here = by_objective[objective]
            here.mastered += state is State.MASTERED
            here.learning += state is State.LEARNING
            here.sum += estimate or 0.0
        for each in by_objective.values():
            each.unknown = max(0, self.learners - each.known)
        return counts

    def _store(self, quizzes: Sequence[int], new: dict[int, ClassTally], now: datetime) -> None:
        """Write what nobody else wrote since the rows were read; of two that count, the first."""
        room = self.sight.classroom
        with transaction.atomic():
            Classroom.objects.select_for_update(no_key=True).get(pk=room.pk)
            stored = {row.quiz_id: row for row in room.tallies.filter(quiz__in=quizzes)}
            mine = []
            for key, row in new.items():
                before, since = self.rows.get(key), stored.get(key)
                if (before and before.stamp) != (since and since.stamp):
                    continue
                row.counted_at = now
                mine.append(row)
            ClassTally.objects.bulk_create(
                mine,
                update_conflicts=True,
                unique_fields=["classroom", "quiz"],
                update_fields=[
                    "stamp",
                    "attempts",
                    "passes",
                    "scores",
                    "totals",
                    "items",
                    "objectives",
                    "counted_at",
                ],
            )
        self.rows |= stored | {row.quiz_id: row for row in mine}

    def items(self) -> dict[int, ItemCount]:
        """All versions that were answered, by key."""
        return items_of(self.rows.values())

    def objectives(self) -> dict[int, ObjectiveCount]:
        """All objectives that were counted, by key."""
        return objectives_of(self.rows.values())


def _as_stored(count: tallies.QuizCount, points: dict[int, Any]) -> dict[str, Any]:
    """The items of a count, with what they are worth and what was earned."""
    return {
        str(version): asdict(
            ItemCount(
                answers=item.answers,
                points=thousandths(points[version]),
                earned=sum(int(cell.partition("|")[0]) * n for cell, n in item.cells.items()),
                cells=dict(item.cells),
                choices=dict(item.choices),
            )
        )
        for version, item in sorted(count.items.items())
    }


def items_of(rows: Iterable[ClassTally]) -> dict[int, ItemCount]:
    """The versions in these rows, by key. No query."""
    return {int(key): ItemCount(**item) for row in rows for key, item in row.items.items()}


def objectives_of(rows: Iterable[ClassTally]) -> dict[int, ObjectiveCount]:
    """The objectives in these rows, by key. No query."""
    return {
        int(key): ObjectiveCount(**each) for row in rows for key, each in row.objectives.items()
    }


# What is counted, and what should be -------------------------------------------------------------


def tallies_of(sight: Sight) -> Tallies:
    """The tallies of the learners now in a class, and what they should be: five queries.

    Raises ValueError for those who have left: nothing is counted of them.
    """
    if sight.former:
        raise ValueError("only those who are in a class are counted")
    sight.lessons = list(sight.lessons_with(quiz_key=F("quiz")))
    quizzes = {lesson.pk: lesson.quiz_key for lesson in sight.lessons if lesson.quiz_key}
    asked = {lesson.quiz_key for lesson in sight.lessons if lesson.has_quiz}
    seats = sorted(sight.seats.order_by().values_list("pk", flat=True))
    people = _short((RULE, sight.classroom.archived_at, seats))
    checks: dict[int, list[tuple[int, int]]] = {quiz: [] for quiz in quizzes.values()}
    objectives = Objective.objects.current().filter(lesson__in=list(quizzes))
    links = objectives.exclude(questions=None).order_by("lesson", "position", "pk", "questions")
    for lesson, objective, question in links.values_list("lesson", "pk", "questions"):
        checks[quizzes[lesson]].append((objective, question))
    # What was answered in a quiz that is asked no longer still tells of the objectives.
    checks = {quiz: here for quiz, here in checks.items() if here or quiz in asked}
    happened = _happened(sight)
    stamps = {
        quiz: _short((people, happened[quiz], here, *(() if quiz in asked else ("not asked",))))
        for quiz, here in checks.items()
    }
    found = Tallies(sight, stamps, len(seats), checks, asked)
    rows = sight.classroom.tallies.filter(quiz__in=list(stamps)).defer("scores", "totals")
    found.rows = {row.quiz_id: row for row in rows}
    return found


def _short(facts: tuple[Any, ...]) -> str:
    return sha256(repr(facts).encode()).hexdigest()[:40]


def _happened(sight: Sight) -> Counter[int]:
    """How much there is of what tallies are counted from, by quiz. One query.

    Of other quizzes, too: to leave them out costs more than to read their few rows.

    Attempts with a score, answers in reviews, and changes of marks are only ever added; so the same
    people with the same number of them have the same ones.
    """
    people = sight.seats.order_by().values("user")
    changes = MarkChange.objects.filter(answer__attempt__user__in=people)
    # Counted by a column that no index has: else SQLite goes through all attempts to find the few.
    rows = changes.order_by().values_list("answer__attempt__quiz").annotate(n=Count("made_at"))
    # What comes after the end of a class is not counted, and so need not be looked at.
    if sight.classroom.archived_at is None:
        # Exactly those with a score: the index on these three has all that is asked for.
        graded = Attempt.objects.filter(user__in=people, passed__isnull=False)
        reviews = Review.objects.filter(user__in=people, answered_at__isnull=False)
        rows = rows.union(
            graded.order_by().values_list("quiz").annotate(n=Count("pk")),
            reviews.order_by().values_list("version__question__quiz").annotate(n=Count("pk")),
            all=True,
        )
    happened: Counter[int] = Counter()
    for quiz, number in rows.order_by():
        happened[quiz] += number
    return happened


def current(classroom: Classroom, now: datetime, most: int = AT_ONCE) -> Tallies:
    """The tallies for a page, with up to `most` learner-quizzes of what is old counted before."""
    found = tallies_of(Sight(classroom))
    found.count(now, most)
    return found


def stored(sight: Sight) -> list[Any]:
    """The tallies as they are, current or not, of the quizzes that the class has. One query.

    Each with `place`, the key of the lesson.
    """
    rows = sight.classroom.tallies.filter(quiz__lesson__in=sight.with_quiz)
    return list(rows.annotate(place=F("quiz__lesson")).defer("scores", "totals"))


def count_all(
    classroom: Classroom, now: datetime, said: Callable[[int, int], None] = lambda _done, _of: None
) -> int:
    """Count what is old in a class, batch by batch; how many quizzes that were.

    `said` hears how many are current, and of how many, after each batch.
    """
    found = tallies_of(Sight(classroom))
    done = 0
    while some := found.count(now, BATCH):
        done += some
        said(found.counted, found.total)
    return done
