"""How well a person knows an objective, from every answer in quizzes and reviews.

The rule, exactly. The newest answer has the weight 1, each older one 4/5 of the next newer; beyond
the 20th an answer has none. Answers of the same moment (those of one quiz) share the weights of
their places equally, so that their order decides nothing. One imagined answer of one half with the
weight 1 is added, and the estimate is the weighted mean: three right answers make 85 %, not 100.
Under three answers there is no estimate; from 80 % on, not rounded, the objective is mastered.

With these weights an answer that is right never lowers the estimate, wherever in time it is added,
and one that is wrong never raises it: the weights from any place on sum to less than five times the
weight of that place, so moving all of them one place back costs less than the new answer brings.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate, groupby
from typing import Any

from django.db.models import BooleanField, Case, ExpressionWrapper, F, FilteredRelation, Q, When

from accounts.models import User
from quizzes import cards
from quizzes.models import Quiz

STEP = Fraction(4, 5)  # what an answer weighs of the next newer one
NEWEST = 20
FEWEST = 3
MASTERED = Fraction(4, 5)
IMAGINED = Fraction(1, 2)


class State(Enum):
    """Where a person stands with an objective; the value is what pages say."""

    UNKNOWN = "not enough answers yet"
    LEARNING = "learning"
    MASTERED = "mastered"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: when, to which question (its primary key), how right it was (0..1), and where."""

    at: datetime
    question: int
    fraction: Fraction
    where: str = "quiz"  # or "review"


@dataclass(frozen=True, slots=True)
class Weighed:
    """An answer with what it weighs, above 0 and at most 1."""

    given: Given
    weight: Fraction

    @property
    def share(self) -> Fraction:
        """What it adds to the weighted sum."""
        return self.weight * self.given.fraction


def weigh(answers: Iterable[Given]) -> list[Weighed]:
    """The answers that count, newest first, each with its weight; those of one moment alike."""
    newest = sorted(answers, key=lambda given: (given.at, given.question), reverse=True)
    weighed: list[Weighed] = []
    place = 0
    for _, group in groupby(newest, key=lambda given: given.at):
        together = list(group)
        places = range(place, min(place + len(together), NEWEST))
        if not places:
            break
        weight = sum((STEP**n for n in places), Fraction(0)) / len(together)
        weighed += [Weighed(given, weight) for given in together]
        place += len(together)
    return weighed


@dataclass(frozen=True)
class Mastery:
    """What a person's answers say of one objective; `answers` as `weigh` gives them."""

    answers: Sequence[Weighed] = ()

    @classmethod
    def of(cls, answers: Iterable[Given]) -> "Mastery":
        """From all answers, in any order."""
        return cls(weigh(answers))

    @property
    def sum(self) -> Fraction:
        """The weighted sum, the imagined answer included."""
        return sum((answer.share for answer in self.answers), IMAGINED)

    @property
    def weight(self) -> Fraction:
        """All weights together, the imagined answer's included."""
        return sum((answer.weight for answer in self.answers), Fraction(1))

    @cached_property
    def estimate(self) -> Fraction | None:
        """0..1; None on too few answers."""
        return self.sum / self.weight if len(self.answers) >= FEWEST else None

    @property
    def percent(self) -> int | None:
        """The estimate as shown, rounded down: 80 only where it is mastered."""
        return None if self.estimate is None else int(100 * self.estimate)

    @property
    def last_seen(self) -> datetime | None:
        """When the newest answer was given."""
        return self.answers[0].given.at if self.answers else None

    @property
    def state(self) -> State:
        """The word for it."""
        if self.estimate is None:
            return State.UNKNOWN
        return State.MASTERED if self.estimate >= MASTERED else State.LEARNING

    @property
    def is_mastered(self) -> bool:
        """Whether it is mastered."""
        return self.state is State.MASTERED


# For many people at once ----------------------------------------------------------------------

# The weights of the first n places together, n from 0 to NEWEST.
TOGETHER = [
    float(each) for each in accumulate((STEP**n for n in range(NEWEST)), initial=Fraction(0))
]
NEAR = 1e-9  # far more than the floats below can be wrong by


def state_and_estimate(answers: Iterable[tuple[str, str]]) -> tuple[State, float | None]:
    """The same in floats: a hundred times as fast, and the state exactly that of `Mastery`.

    Answers as review cards hold them: the time in UTC as ISO text, equal texts for equal times, and
    the fraction as text. Too near to the limit for floats, the exact rule decides.
    """
    newest = sorted(answers, reverse=True)
    if len(newest) < FEWEST:
        return State.UNKNOWN, None
    total, weight, place = float(IMAGINED), 1.0, 0
    while place < min(len(newest), NEWEST):
        at, right, end = newest[place][0], 0.0, place
        while end < len(newest) and newest[end][0] == at:
            right += _as_float(newest[end][1])
            end += 1
        both = TOGETHER[min(end, NEWEST)] - TOGETHER[place]
        total += both * right / (end - place)
        weight += both
        place = end
    estimate = total / weight
    if abs(estimate - MASTERED) < NEAR:
        exact = Mastery.of(
            Given(datetime.fromisoformat(at), 0, Fraction(fraction)) for at, fraction in newest
        )
        return exact.state, estimate
    return (State.MASTERED if estimate > MASTERED else State.LEARNING), estimate


@lru_cache(maxsize=1024)
def _as_float(fraction: str) -> float:
    return float(Fraction(fraction))


# Whose answers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with an objective of a lesson."""

    id: int
    html: str  # the objective's text, safe
    course: int
    is_asked: bool  # a question checks it
    mastery: Mastery
    lesson: int = 0


def standings(
    user: User, objectives: Any, *, for_teacher: bool = False, until: datetime | None = None
) -> list[Standing]:
    """Where the person stands with each of these objectives (a queryset), in its order: one query.

    Every answer counts whose result the person may see: an estimate must not tell what a quiz
    keeps back. `for_teacher`: for somebody else, who may see them all. `until`: of the answers
    before this moment, for which a second query may be needed (`quizzes.cards.recent_before`).
    Answers to questions that are asked no longer count on.
    """
    may_see = (
        Q(card__isnull=False)
        if for_teacher
        else Q(
            card__revealed=True,
            questions__quiz__show_marks=True,
            questions__quiz__feedback__in=[f for f in Quiz.Feedback if f != Quiz.Feedback.NEVER],
        )
    )
    asked = Q(
        questions__isnull=False,
        questions__archived_at=None,
        questions__quiz__archived_at=None,
    )
    rows = objectives.annotate(
        card=FilteredRelation(
            "questions__review_cards", condition=Q(questions__review_cards__user=user)
        ),
        course=F("lesson__module__course"),
        asked=ExpressionWrapper(asked, output_field=BooleanField()),
        times=Case(When(may_see, then=F("card__times_answered"))),
        answers=Case(When(may_see, then=F("card__recent"))),
    ).values_list("pk", "text_html", "course", "lesson", "asked", "questions", "times", "answers")
    rows = list(rows)
    before: dict[tuple[int, int], list[cards.Line]] = {}
    if until is not None:
        known = {(user.pk, row[5]): (row[6], row[7]) for row in rows if row[7]}
        before = cards.recent_before(until, known)
    heads: dict[int, tuple[str, int, int]] = {}
    checked: set[int] = set()
    given: dict[int, list[Given]] = defaultdict(list)
    for pk, html, course, lesson, is_asked, question, _, answers in rows:
        heads[pk] = html, course, lesson
        if is_asked:
            checked.add(pk)
        given[pk] += [
            Given(datetime.fromisoformat(at), question, Fraction(fraction), where)
            for at, fraction, where in (
                before.get((user.pk, question), ()) if until else answers or ()
            )
        ]
    return [
        Standing(pk, html, course, pk in checked, Mastery.of(given[pk]), lesson)
        for pk, (html, course, lesson) in heads.items()
    ]


@dataclass(frozen=True)
class CourseMastery:
    """A course's objectives, those that questions check or answers tell of."""

    standings: Sequence[Standing]

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> "CourseMastery":
        """Of these objectives, those that can be mastered at all."""
        return cls([s for s in standings if s.is_asked or s.mastery.answers])

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.standings)

    @property
    def mastered(self) -> int:
        """How many of them are mastered."""
        return sum(standing.mastery.is_mastered for standing in self.standings)

    @property
    def unknown(self) -> int:
        """How many rest on too few answers."""
        return sum(standing.mastery.estimate is None for standing in self.standings)

    @property
    def is_begun(self) -> bool:
        """Whether any answer tells of any of them."""
        return any(standing.mastery.answers for standing in self.standings)

    def weakest(self, most: int = 5) -> list[Standing]:
        """Those with an estimate that are not mastered, the lowest first."""
        open_ones = [
            (estimate, place, standing)
            for place, standing in enumerate(self.standings)
            if (estimate := standing.mastery.estimate) is not None
            if not standing.mastery.is_mastered
        ]
        return [standing for _, _, standing in sorted(open_ones)[:most]]
