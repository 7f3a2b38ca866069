"""Review cards: what each person answered to each question, folded. The one writer of `ReviewCard`.

A card can be made again from the finished attempts and the answered reviews at any time; nothing
is only in it. Writing one locks the person's cards first, so that two answers at once both count.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import batched
from typing import Any, cast

from django.db import transaction
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from accounts.models import User

from . import review, rules
from .models import (
    Allowance,
    Answer,
    Attempt,
    FinalGrade,
    Question,
    Quiz,
    Review,
    ReviewCard,
    ReviewPlan,
)

RECENT = 20  # answers that a card keeps one by one
PEOPLE_AT_ONCE = 100  # while all cards are made again
NAMED = 5  # cards that a fault names
DUE = "due"  # the scope of the daily review
# What the answers come to; `active` and `revealed` depend on the whole quiz.
FOLDED = [
    "times_answered",
    "times_right",
    "last_fraction",
    "last_at",
    "recent",
    "stability",
    "difficulty",
    "due",
]

type Key = tuple[int, int]  # person, question
type Begun = tuple[str, int | None]  # an attempt's state, and its person's extra attempts
type Line = Sequence[str]  # an answer as `ReviewCard.recent` has it
type Memory = tuple[int, Sequence[Line]]  # of a card: `times_answered` and `recent`


@dataclass(frozen=True, slots=True)
class Given:
    """One answer to a question."""

    at: datetime
    fraction: Fraction
    source: str  # "quiz" or "review"


def state_of(card: ReviewCard) -> review.State:
    """A card as scheduling takes it."""
    return review.State(card.stability, card.difficulty, card.due, card.last_at)


def _take(card: ReviewCard, given: Given, retention: int) -> None:
    """Count one more answer into the card, which is none yet or older than the answer."""
    before = state_of(card) if card.times_answered else None
    state = review.answered(before, given.at, given.fraction, retention)
    card.stability, card.difficulty, card.due = state.stability, state.difficulty, state.due
    card.times_answered += 1
    card.times_right += given.fraction == 1
    card.last_fraction, card.last_at = given.fraction, given.at
    card.recent = [_line(given.at, given.fraction, given.source), *card.recent][:RECENT]


def _retention(user: int) -> int:
    plan = ReviewPlan.objects.filter(user=user).values_list("retention", flat=True)
    return plan.first() or ReviewPlan.RETENTION


def _locked(**which: Any) -> QuerySet[ReviewCard]:
    """Cards that nobody else changes before the transaction ends; always in the same order."""
    return ReviewCard.objects.filter(**which).order_by("pk").select_for_update(of=("self",))


def _write(cards: Iterable[ReviewCard], fields: Sequence[str] = FOLDED) -> None:
    """Insert what is new and update the rest, in one statement."""
    rows = list(cards)
    for row in rows:
        row.pk = None  # a row is known by its person and question
    ReviewCard.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "question"],
        update_fields=fields,
    )


# What was answered --------------------------------------------------------------------------------


def record_attempt(
    attempt: Attempt, answers: Sequence[Answer], at: datetime, *, passed: bool, revealed: bool
) -> None:
    """Count a finished attempt into its person's cards; inside the submission's transaction.

    Everything dealt counts, the unanswered as missed; an attempt whose time ran out before
    anything was answered says nothing of the questions. `passed` and `revealed` are of the person
    at the quiz and hold for all its cards. Four queries, whatever the size.
    """
    user = attempt.user_id
    if user is None:
        return
    if not attempt.is_blank:
        retention = _retention(user)
        mine = {
            card.question_id: card
            for card in _locked(user=user, question__versions__answers__attempt=attempt)
        }
        fresh, late = [], []
        for answer in answers:
            question = answer.version.question_id
            card = mine.get(question) or ReviewCard(user_id=user, question_id=question)
            if card.times_answered and card.last_at >= at:
                late.append(question)
                continue
            _take(card, Given(at, answer.fraction or Fraction(0), "quiz"), retention)
            fresh.append(card)
        _write(fresh)
        if late:
            # Time was up before the person answered these in a review, but it shows only now.
            rebuild([user], late)
    missed = ExpressionWrapper(Q(times_right__lt=F("times_answered")), BooleanField())
    ReviewCard.objects.filter(user=user, question__quiz=attempt.quiz_id).update(
        active=Value(True) if passed else missed, revealed=revealed
    )


def reveals(quiz: Quiz, user: int, *, passed: bool) -> bool:
    """Whether the person may see now what is right in this quiz, by its feedback timing.

    A query only where it depends on the attempts left.
    """
    begun: Collection[Begun] = ()
    if depends_on_attempts(quiz) and not passed:
        mine = Attempt.objects.filter(quiz=quiz, user=user)
        begun = mine.values_list("state", _extra())
    return _reveals(quiz, begun, passed=passed)


def _extra() -> Subquery:
    """Beside an attempt: the extra ones that its person has in its quiz; null for none."""
    mine = Allowance.objects.in_quiz(OuterRef("quiz"))
    return mine.largest("extra_attempts", OuterRef("user"))


def depends_on_attempts(quiz: Quiz) -> bool:
    """Whether what a quiz shows depends on how many attempts are left."""
    return quiz.feedback == Quiz.Feedback.AFTER_PASSING and quiz.attempts_allowed is not None


def _reveals(quiz: Quiz, begun: Collection[Begun], *, passed: bool) -> bool:
    """The same, by the person's attempts, where it depends on these."""
    states = [state for state, _ in begun]
    extra = max((extra or 0 for _, extra in begun), default=0)
    left = rules.attempts_left(quiz.attempts_allowed, len(states), extra)
    # An open one is still to come, even where fewer are allowed now than when it began.
    may_try_again = left != 0 or Attempt.State.IN_PROGRESS in states
    timing = cast("rules.FeedbackTiming", quiz.feedback)
    return rules.shown(rules.Shown(), timing, passed=passed, may_try_again=may_try_again).questions


def settle_flags(quiz: Quiz, users: Collection[int] | None = None) -> None:
    """Say anew of the cards at a quiz whether they are active and revealed; of these people or all.

    For what changes it without a score: a setting of the quiz, an attempt that was discarded, extra
    attempts. Call inside the transaction of the change.
    """
    if users is None:
        cards = ReviewCard.objects.filter(question__quiz=quiz)
        users = list(cards.order_by("user").values_list("user", flat=True).distinct())
    for some in batched(users, PEOPLE_AT_ONCE):
        rows = list(_locked(user__in=some, question__quiz=quiz))
        _set_flags(rows)
        _write(rows, ["active", "revealed"])


def record_review(row: Review, at: datetime) -> None:
    """Count an answered review into its card; inside the transaction that answered it."""
    question, fraction = row.version.question_id, row.fraction or Fraction(0)
    card = _locked(user=row.user_id, question=question).first()
    if card is None or card.last_at >= at:
        rebuild([row.user_id], [question])
        return
    _take(card, Given(at, fraction, "review"), _retention(row.user_id))
    card.active = card.active or fraction != 1
    card.save(update_fields=[*FOLDED, "active"])


def reschedule(user: User, retention: int) -> None:
    """Make the person's cards due by this retention. Two queries, whatever the size."""
    with transaction.atomic():
        moved = []
        for card in _locked(user=user):
            due = review.rescheduled(state_of(card), retention).due
            if due != card.due:
                card.due = due
                moved.append(card)
        _write(moved, ["due"])


# What a card said earlier -------------------------------------------------------------------------


def recent_before(moment: datetime, cards: Mapping[Key, Memory]) -> dict[Key, list[Line]]:
    """Of these cards the newest answers before a moment, 20 or more where there are so many.

    A card forgets its older answers for newer ones. Where those of after the moment have taken
    their place, the answers themselves are looked up: one query for all such cards, else none.
    """
    told = {
        key: [line for line in recent if datetime.fromisoformat(line[0]) < moment]
        for key, (_, recent) in cards.items()
    }
    forgot = {
        key
        for key, (times, recent) in cards.items()
        if times > len(recent) and len(told[key]) < RECENT
    }
    if not forgot:
        return told
    answers, reviews = _answers({user for user, _ in forgot}, {question for _, question in forgot})
    rows = (
        answers.filter(attempt__submitted_at__lt=moment)
        .order_by()
        .values_list(
            "attempt__user",
            "version__question",
            "attempt__submitted_at",
            "fraction",
            Value("quiz"),
        )
        .union(
            reviews.filter(answered_at__lt=moment)
            .order_by()
            .values_list("user", "version__question", "answered_at", "fraction", Value("review")),
            all=True,
        )
    )
    for key in forgot:
        told[key] = []
    for user, question, at, fraction, source in rows.order_by():
        if (user, question) in forgot:
            told[user, question].append(_line(at, fraction or Fraction(0), source))
    return told


def _line(at: datetime, fraction: Fraction, source: str) -> Line:
    return [at.astimezone(UTC).isoformat(), str(fraction), source]


# What is due --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Today:
    """Where a person stands in today's review."""

    due: int  # all that are due, the portion and what waits
    answered: int  # in the daily review since midnight where the person is
    cap: int

    @property
    def portion(self) -> int:
        """How many are still to be asked today."""
        return review.portion(self.due, self.answered, self.cap)

    @property
    def waiting(self) -> int:
        """How many are due beyond today's portion."""
        return self.due - self.portion


def midnight(user: User, now: datetime) -> datetime:
    """When the person's day began."""
    return now.astimezone(user.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def today(user: User, now: datetime) -> Today:
    """Where the person stands. One query."""
    done = Review.objects.filter(scope=DUE, answered_at__gte=midnight(user, now))
    row = User.objects.filter(pk=user.pk).values_list(
        _count(ReviewCard.objects.due(now)), _count(done), "review_plan__daily_cap"
    )
    due, answered, cap = row.first() or (0, 0, None)
    return Today(due or 0, answered or 0, cap or ReviewPlan.DAILY_CAP)


def _count(rows: QuerySet[Any]) -> Subquery:
    """How many of these rows are the outer query's person's; null for none."""
    mine = rows.filter(user=OuterRef("pk")).order_by().values("user")
    return Subquery(mine.annotate(n=Count("pk")).values("n"))


def due_count(user: User, now: datetime) -> int:
    """How many questions are to be reviewed today still. One query."""
    return today(user, now).portion


@dataclass(frozen=True, slots=True)
class Later:
    """What comes back after now."""

    count: int
    first: datetime | None


def later(user: User, now: datetime) -> Later:
    """The person's questions that are not due yet. One query."""
    cards = ReviewCard.objects.askable(now).filter(user=user, active=True, due__gt=now)
    return Later(**cards.aggregate(count=Count("pk"), first=Min("due")))


# Made again ---------------------------------------------------------------------------------------


def rebuild(users: Collection[int], questions: Collection[int] | None = None) -> None:
    """Make these people's cards anew from what they answered; of these questions, or of all."""
    with transaction.atomic():
        which: dict[str, Any] = {"user__in": users}
        if questions is not None:
            which["question__in"] = questions
        stored = {(card.user_id, card.question_id): card.pk for card in _locked(**which)}
        made = _made(users, questions)
        _set_flags(made.values())
        _write(made.values(), [*FOLDED, "active", "revealed"])
        gone = [pk for key, pk in stored.items() if key not in made]
        ReviewCard.objects.filter(pk__in=gone).delete()


def rebuild_all(progress: Callable[[int, int], None]) -> None:
    """Make all cards anew; `progress` is told how many people are done, of how many."""
    people = _people()
    for done, users in _in_batches(people):
        rebuild(users)
        progress(done, len(people))


def faults() -> Iterator[str]:
    """What is wrong with the cards: one sentence for each way to differ from the answers."""
    wrong: dict[str, list[Key]] = defaultdict(list)
    for _, users in _in_batches(_people()):
        stored = {
            (card.user_id, card.question_id): card
            for card in ReviewCard.objects.filter(user__in=users)
        }
        made = _made(users)
        for key in sorted(stored.keys() | made.keys()):
            card, right = stored.get(key), made.get(key)
            if card is None:
                wrong["Review cards are missing"].append(key)
            elif right is None:
                wrong["Review cards rest on no answer"].append(key)
            elif any(getattr(card, name) != getattr(right, name) for name in FOLDED):
                wrong["Review cards differ from the answers"].append(key)
    for what, keys in wrong.items():
        named = "; ".join(f"person {user}, question {pk}" for user, pk in keys[:NAMED])
        more = f" and {len(keys) - NAMED:,} more" if len(keys) > NAMED else ""
        yield f"{what}: {named}{more}. “check_data --rebuild” makes them anew."


def _people() -> list[int]:
    """Everybody who has answered something or has a card."""
    answered = Q(pk__in=Attempt.objects.finished().exclude(user=None).values("user"))
    reviewed = Q(pk__in=Review.objects.values("user")) | Q(pk__in=ReviewCard.objects.values("user"))
    people = User.objects.filter(answered | reviewed).order_by("pk")
    return list(people.values_list("pk", flat=True))


def _in_batches(people: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Some people at a time, and how many that makes with those before."""
    done = 0
    for users in batched(people, PEOPLE_AT_ONCE):
        done += len(users)
        yield done, users


def _made(
    users: Collection[int], questions: Collection[int] | None = None
) -> dict[Key, ReviewCard]:
    """The cards that the answers come to, not stored, `active` and `revealed` left open.

    Three queries.
    """
    answers, reviews = _answers(users, questions)
    sources: dict[str, Iterable[tuple[Any, ...]]] = {
        "quiz": answers.order_by("pk").values_list(
            "attempt__user", "version__question", "attempt__submitted_at", "fraction"
        ),
        "review": reviews.order_by("pk").values_list(
            "user", "version__question", "answered_at", "fraction"
        ),
    }
    given: dict[Key, list[Given]] = defaultdict(list)
    for source, rows in sources.items():
        for user, question, at, fraction in rows:
            given[user, question].append(Given(at, fraction or Fraction(0), source))
    plans = dict(ReviewPlan.objects.filter(user__in=users).values_list("user", "retention"))
    made = {}
    for (user, question), line in given.items():
        card = made[user, question] = ReviewCard(user_id=user, question_id=question)
        for each in sorted(line, key=lambda given: given.at):
            _take(card, each, plans.get(user, ReviewPlan.RETENTION))
    return made


def _answers(
    users: Collection[int], questions: Collection[int] | None = None
) -> tuple[QuerySet[Answer], QuerySet[Review]]:
    """All answers of these people (to these questions) that cards are made from."""
    finished = Attempt.objects.finished().exclude(submitted_at=None)
    answers = Answer.objects.filter(attempt__in=finished.filter(user__in=users, is_blank=False))
    reviews = Review.objects.filter(user__in=users).exclude(answered_at=None)
    if questions is not None:
        answers = answers.filter(version__question__in=questions)
        reviews = reviews.filter(version__question__in=questions)
    return answers, reviews


def _set_flags(cards: Iterable[ReviewCard]) -> None:
    """Say of each card whether it is active and revealed, as of now. Three queries."""
    cards = list(cards)
    questions = Question.objects.filter(pk__in={card.question_id for card in cards})
    quizzes = {question.pk: question.quiz for question in questions.select_related("quiz")}
    passed = set(
        FinalGrade.objects.filter(
            user__in={card.user_id for card in cards}, quiz__in=set(quizzes.values()), passed=True
        ).values_list("user", "quiz")
    )
    limited = {quiz for quiz in quizzes.values() if depends_on_attempts(quiz)}
    begun: dict[Key, list[Begun]] = defaultdict(list)
    if limited:
        users = {card.user_id for card in cards}
        rows = Attempt.objects.filter(user__in=users, quiz__in=limited).order_by()
        for user, quiz_id, state, extra in rows.values_list("user", "quiz", "state", _extra()):
            begun[user, quiz_id].append((state, extra))
    for card in cards:
        quiz = quizzes[card.question_id]
        key = (card.user_id, quiz.pk)
        card.active = key in passed or card.times_right < card.times_answered
        card.revealed = _reveals(quiz, begun[key], passed=key in passed)
