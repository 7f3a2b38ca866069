"""One quiz in a class: who took it, what first attempts say of its questions, what to look at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

from django.db.models import F, Q
from django.utils.text import Truncator

from quizzes import item_reports, tallies
from quizzes.display import answered_text, rounded, title_of
from quizzes.kinds.short_answer import comparable
from quizzes.models import Answer, Question, QuestionVersion, Quiz
from quizzes.parts import mark_of

from .facts import Sight
from .work import answers_to, graded

TYPED = ("short-answer", "numeric", "cloze")
MOST_TO_LOOK_AT = 20
TEXT = 200  # characters of an answer that a list shows

type Which = Literal["first", "latest"]


# The quiz -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taker:
    """One learner and where they stand at the quiz."""

    seat: int
    name: str
    email: str
    percent: Decimal | None = None
    passed: bool = False
    attempts: int = 0
    passed_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True)
class Takers:
    """All learners of the class, those with a score first, the lowest of them before."""

    rows: Sequence[Taker]

    @cached_property
    def percents(self) -> list[Decimal]:
        """The scores that count."""
        return [row.percent for row in self.rows if row.percent is not None]

    @property
    def taken(self) -> int:
        """How many have a score."""
        return len(self.percents)

    @property
    def passed(self) -> int:
        """How many have passed."""
        return sum(row.passed for row in self.rows)

    @property
    def mean(self) -> Decimal | None:
        """The mean of the scores that count, in percent."""
        return sum(self.percents, Decimal(0)) / self.taken if self.percents else None


def takers(sight: Sight, quiz: Quiz) -> Takers:
    """Where everybody in sight stands at the quiz: two queries, whatever the size."""
    grades = {row.person: row for row in sight.grades(lessons=[quiz.lesson_id])}
    people = sight.seats.values_list("pk", "user", "user__name", "user__email")
    rows = []
    for seat, person, name, email in people:
        grade = grades.get(person)
        known = {
            each: getattr(grade, each)
            for each in ("percent", "passed", "attempts", "passed_at", "last_at")
            if grade is not None
        }
        rows.append(Taker(seat, name or email.partition("@")[0], email, **known))
    rows.sort(key=_by_score)
    return Takers(rows)


def _by_score(row: Taker) -> tuple[bool, Decimal, str, int]:
    return row.percent is None, row.percent or Decimal(0), row.name.casefold(), row.seat


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that was typed and not accepted, as often as it was."""

    version: QuestionVersion
    text: str
    count: int
    group: str  # the name of its group among the answers to the question

    @property
    def title(self) -> str:
        """The beginning of the question."""
        return Truncator(" ".join(title_of(self.version).split())).chars(80)


@dataclass(slots=True)
class QuizReport:
    """What first attempts of the class say."""

    context: dict[str, Any]  # for `quizzes/analysis/report.html`
    look_at: list[Typed] = field(default_factory=list)
    check_keys: list[item_reports.Report] = field(default_factory=list)


def quiz_report(sight: Sight, quiz: Quiz) -> QuizReport:
    """The item analysis of the class alone, and answers to look at: three queries."""
    firsts = graded(sight, quiz)
    rows = list(
        answers_to(firsts).values_list("attempt", "version", "dealt", "response", "fraction")
    )
    met = {version for _, version, *_ in rows}
    versions = {
        version.pk: version
        for version in QuestionVersion.objects.filter(question__quiz=quiz)
        .filter(Q(pk__in=met) | Q(pk=F("question__current"), question__archived_at=None))
        .select_related("question")
        .defer("explanation", "prompt_html", "explanation_html")
        .order_by(
            F("question__archived_at").asc(nulls_first=True),
            "question__position",
            "question",
            "-number",
        )
    }
    count = tallies.QuizCount()
    points = {pk: version.points for pk, version in versions.items()}
    scores = firsts.order_by().values_list("pk", "score", "passed")
    tallies.take(count, scores, rows, points)
    reports = [
        item_reports.report(version, count.items.get(pk) or tallies.ItemCount())
        for pk, version in versions.items()
    ]
    context = item_reports.quiz_context(quiz, reports, count)
    return QuizReport(
        context,
        look_at=_not_accepted(versions, rows),
        check_keys=[
            each for each in reports if any(advice.kind == "key" for advice in each.advice)
        ],
    )


def _not_accepted(versions: dict[int, QuestionVersion], rows: Sequence[Any]) -> list[Typed]:
    """What was typed and earned less than all points, the most frequent first."""
    counts: Counter[tuple[int, Group]] = Counter()
    for _, version, dealt, response, fraction in rows:
        of = versions[version]
        if of.kind in TYPED and response and fraction != 1:
            counts[version, group_of(of, dealt, response, fraction)] += 1
    return [
        Typed(versions[version], group.text, count, group.name)
        for (version, group), count in counts.most_common(MOST_TO_LOOK_AT)
    ]


# The answers to one question ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The answers that say the same and have the same mark: of one text, share and points."""

    key: str  # as compared
    fraction: Fraction
    points: Decimal
    text: str = field(compare=False)  # as one of them has it; empty: not answered

    @property
    def name(self) -> str:
        """A short name for addresses."""
        whole = f"{self.fraction}|{self.points.normalize()}|{self.key}"
        return sha256(whole.encode()).hexdigest()[:16]

    @property
    def mark(self) -> str:
        """Right, partly, wrong."""
        return mark_of(self.fraction)

    @property
    def earned(self) -> str:
        """In points."""
        return rounded(self.fraction * Fraction(self.points))

    @property
    def possible(self) -> str:
        """In points."""
        return rounded(Fraction(self.points))


def group_of(version: QuestionVersion, dealt: Any, response: Any, fraction: Any) -> Group:
    """The group of an answer to this version."""
    text = "; ".join(
        answered_text(Answer(version=version, dealt=dealt, response=response)) if response else ()
    )
    key = comparable(text, case_sensitive=False).strip() if version.kind in TYPED else text
    return Group(key, fraction or Fraction(0), version.points, text[:TEXT])


@dataclass(frozen=True, slots=True)
class Given:
    """One learner's answer."""

    answer: int
    attempt: str  # its public id
    seat: int
    name: str
    at: datetime


@dataclass(slots=True)
class Together:
    """A group with all its answers, newest first."""

    group: Group
    given: list[Given]
    typed: bool

    @property
    def may_be_given(self) -> bool:
        """Whether all of them may be given a mark together: typed, and worth points."""
        return self.typed and bool(self.group.text) and self.group.points > 0

    @property
    def count(self) -> int:
        """How many."""
        return len(self.given)

    @property
    def newest(self) -> datetime:
        """When the newest was handed in."""
        return self.given[0].at


def question_of(quiz: Quiz, pk: int) -> Any:
    """The question with this key in the quiz, or None; once asked it has a version."""
    return quiz.questions.filter(pk=pk).exclude(current=None).select_related("current").first()


def grouped(sight: Sight, question: Question, which: Which) -> list[Together]:
    """What the class answered to the question: wrong ones first, the most frequent of them before.

    Three queries, whatever the size.
    """
    attempts = graded(sight, question.quiz, latest=which == "latest")
    versions = {version.pk: version for version in question.versions.all()}
    seats = {
        person: (seat, name or email.partition("@")[0])
        for person, seat, name, email in sight.seats.values_list(
            "user", "pk", "user__name", "user__email"
        )
    }
    rows = answers_to(attempts).filter(version__question=question)
    groups: dict[Group, list[Given]] = {}
    for pk, version, dealt, response, fraction, attempt, person, at in rows.values_list(
        "pk",
        "version",
        "dealt",
        "response",
        "fraction",
        "attempt__public_id",
        "attempt__user",
        "attempt__submitted_at",
    ):
        if at is None or person not in seats:
            continue  # no attempt with a score is without its time; somebody may leave meanwhile
        seat, name = seats[person]
        group = group_of(versions[version], dealt, response, fraction)
        groups.setdefault(group, []).append(Given(pk, attempt, seat, name, at))
    for given in groups.values():
        given.sort(key=lambda each: (each.at, each.answer), reverse=True)
    typed = question.current is not None and question.current.kind in TYPED
    return sorted((Together(group, given, typed) for group, given in groups.items()), key=_by_need)


def _by_need(each: Together) -> tuple[bool, bool, int, str]:
    """Answered before not answered, wrong before right, many before few."""
    group = each.group
    return not group.text, group.fraction == 1, -each.count, group.key
