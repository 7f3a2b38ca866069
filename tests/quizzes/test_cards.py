"""Review cards: what attempts and reviews make of them, and that both can be made again."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
import time_machine

from lessons.models import Lesson
from quizzes import attempts, cards
from quizzes.models import Answer, Attempt, Question, Quiz, Review, ReviewCard, ReviewPlan
from tests.conftest import person
from tests.factories import MULTIPLE, SHORT, SINGLE, make_lesson, make_quiz, make_result
from tests.quizzes.sitting import begin, right, submitted, wrong

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    """The first of June 2026, nine o'clock; stands still."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def card_of(user, spec="single"):
    return ReviewCard.objects.get(user=user, question__current__kind=spec)


def flags(user):
    """Of each card in the author's order, whether it is active and revealed."""
    rows = ReviewCard.objects.filter(user=user).order_by("question")
    return list(rows.values_list("active", "revealed"))


def answer_some(attempt, slots, how=right, *, anyway=True):
    """Submit with these slots answered, the rest left empty."""
    sheet = {
        answer.slot: attempts.Sent(0, how(answer))
        for answer in attempt.answers.select_related("version")
        if answer.slot in slots
    }
    attempts.submit(attempt, sheet, cards_now(), anyway=anyway)


def cards_now():
    return datetime.now(UTC)


def half(answer):
    """Values that answer a multiple question half rightly."""
    return right(answer)[:1]


def reviewed(user, card, fraction, at, scope="due"):
    """An answered review of a card's question, counted."""
    review = Review.objects.create(
        user=user,
        version=card.question.current,
        scope=scope,
        asked_at=at,
        answered_at=at,
        fraction=Fraction(fraction),
    )
    cards.record_review(review, at)
    return review


def rows():
    """All that the cards hold."""
    fields = ["user", "question", *cards.FOLDED, "active", "revealed"]
    return list(ReviewCard.objects.order_by("user", "question").values_list(*fields))


# From attempts ------------------------------------------------------------------------------------


def test_each_question_of_an_attempt_gets_a_card(ada, clock):
    submitted(make_quiz(specs=(SINGLE, SHORT)), ada)

    card = card_of(ada)
    assert ReviewCard.objects.count() == 2
    assert (card.times_answered, card.times_right, card.last_fraction) == (1, 1, 1)
    assert (card.last_at, card.due) == (START, START + 2 * DAY)
    assert card.recent == [["2026-06-01T09:00:00+00:00", "1", "quiz"]]


def test_the_next_attempt_updates_it(ada, clock):
    quiz = make_quiz(specs=(MULTIPLE,))
    submitted(quiz, ada)
    clock.shift(3 * DAY)
    submitted(quiz, ada, half)

    card = card_of(ada, "multiple")
    assert (card.times_answered, card.times_right) == (2, 1)
    assert (card.last_fraction, card.last_at) == (Fraction(1, 2), START + 3 * DAY)
    assert [line[1:] for line in card.recent] == [["1/2", "quiz"], ["1", "quiz"]]
    assert card.due == START + 4 * DAY


def test_the_unanswered_counts_as_missed(ada, clock):
    answer_some(begin(make_quiz(specs=(SINGLE, SHORT), shuffle=False), ada), [1])

    assert card_of(ada, "single").times_right == 1
    missed = card_of(ada, "short-answer")
    assert (missed.times_answered, missed.times_right, missed.active) == (1, 0, True)


def test_twenty_answers_are_kept_one_by_one(ada, clock):
    quiz = make_quiz()
    for _ in range(22):
        submitted(quiz, ada)
        clock.shift(DAY)

    card = card_of(ada)
    assert card.times_answered == 22
    assert len(card.recent) == 20
    assert card.recent[0][0] == (START + 21 * DAY).isoformat()


def test_what_was_missed_is_active_and_all_of_it_once_passed(ada):
    quiz = make_quiz(specs=(SINGLE, SHORT), shuffle=False)
    answer_some(begin(quiz, ada), [1])
    assert flags(ada) == [(False, True), (True, True)]

    submitted(quiz, ada)
    assert flags(ada) == [(True, True), (True, True)]


@pytest.mark.parametrize(
    ("feedback", "failed", "passed"),
    [
        ("at-once", True, True),
        ("after-submission", True, True),
        ("after-passing", False, True),
        ("never", False, False),
    ],
)
def test_cards_are_revealed_when_the_answers_may_be_seen(ada, feedback, failed, passed):
    quiz = make_quiz(specs=(SINGLE, SHORT), feedback=feedback)
    submitted(quiz, ada, wrong)
    assert [revealed for _, revealed in flags(ada)] == [failed] * 2

    submitted(quiz, ada)
    assert [revealed for _, revealed in flags(ada)] == [passed] * 2


def test_the_last_attempt_reveals_too(ada):
    quiz = make_quiz(feedback="after-passing", attempts_allowed=2)
    submitted(quiz, ada, wrong)
    assert flags(ada) == [(True, False)]

    submitted(quiz, ada, wrong)
    assert flags(ada) == [(True, True)]


def test_a_discarded_last_attempt_reveals_too(ada, clock):
    quiz = make_quiz(feedback="after-passing", attempts_allowed=2, time_limit=10, overdue="discard")
    submitted(quiz, ada, wrong)
    begin(quiz, ada)
    clock.shift(DAY)
    attempts.end_overdue(START + DAY)

    assert flags(ada) == [(True, True)]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ({"feedback": "after-submission"}, {"feedback": "after-passing"}, (True, False)),
        ({"feedback": "never"}, {"feedback": "at-once"}, (True, True)),
        ({"feedback": "after-passing"}, {"attempts_allowed": 2}, (True, True)),
        ({"feedback": "after-passing"}, {"grading_method": "first"}, (True, True)),
    ],
)
def test_other_settings_hold_for_the_cards_that_are_there(ada, eve, before, after, shown):
    quiz = make_quiz(**{"grading_method": "last", **before})
    submitted(quiz, ada)
    for user in (ada, eve):
        submitted(quiz, user, wrong)
    for name, value in after.items():
        setattr(quiz, name, value)
    quiz.save()
    attempts.settle_grades(quiz)

    assert flags(ada) == [shown]
    stored = rows()
    cards.rebuild([ada.pk, eve.pk])
    assert rows() == stored


@pytest.mark.parametrize("people", [2, 6])
def test_new_settings_cost_the_same_for_more_people(people, django_assert_num_queries):
    quiz = make_quiz(specs=(SINGLE,) * people, feedback="after-passing", attempts_allowed=3)
    for n in range(people):
        submitted(quiz, person(f"p{n}@example.org"), wrong)
    with django_assert_num_queries(6):
        cards.settle_flags(quiz)


def test_an_open_attempt_beyond_what_is_allowed_now_is_still_to_come(ada):
    quiz = make_quiz(feedback="after-passing")
    submitted(quiz, ada, wrong)
    begin(quiz, ada)
    Quiz.objects.update(attempts_allowed=1)

    assert not cards.reveals(Quiz.objects.get(), ada.pk, passed=False)


def test_time_that_ran_out_counts_what_was_dealt_as_of_the_deadline(ada, clock):
    quiz = make_quiz(specs=(SINGLE, SHORT), shuffle=False, time_limit=10)
    attempt = begin(quiz, ada)
    answer = attempt.answers.select_related("version", "attempt").get(slot=1)
    attempts.save_answer(answer, 0, "save-0001", right(answer), START)
    clock.shift(DAY)
    attempts.end_overdue(START + DAY)

    assert card_of(ada).last_at == START + timedelta(minutes=10)
    assert card_of(ada, "short-answer").last_fraction == 0


def test_time_that_ran_out_before_anything_was_answered_says_nothing(ada, clock):
    begin(make_quiz(time_limit=10), ada)
    clock.shift(DAY)
    attempts.end_overdue(START + DAY)

    assert Attempt.objects.get().is_blank
    assert not ReviewCard.objects.exists()


def test_discarded_and_open_attempts_make_no_cards(ada, clock):
    begin(make_quiz(time_limit=10, overdue="discard"), ada)
    begin(make_quiz(), ada)
    clock.shift(DAY)
    attempts.end_overdue(START + DAY)

    assert not ReviewCard.objects.exists()


def test_an_attempt_ended_late_is_counted_where_it_belongs(ada, clock):
    """Its deadline lies before a review that was answered since."""
    quiz = make_quiz(specs=(SINGLE, SHORT), shuffle=False, time_limit=10)
    submitted(quiz, ada)
    clock.shift(3 * DAY)
    attempt = begin(quiz, ada)
    answer = attempt.answers.select_related("version", "attempt").get(slot=1)
    attempts.save_answer(answer, 0, "save-0001", wrong(answer), cards_now())
    clock.shift(DAY)
    reviewed(ada, card_of(ada), 1, START + 4 * DAY)
    attempts.end_overdue(START + 4 * DAY)

    card = card_of(ada)
    assert [line[1:] for line in card.recent] == [["1", "review"], ["0", "quiz"], ["1", "quiz"]]
    assert (card.times_answered, card.times_right) == (3, 2)
    assert list(cards.faults()) == []


@pytest.mark.parametrize("size", [5, 50])
def test_the_cards_of_an_attempt_cost_four_queries(ada, django_assert_num_queries, size):
    quiz = make_quiz(specs=(SINGLE,) * size)
    for _ in range(2):  # made, and then updated
        attempt = begin(quiz, ada)
        answers = list(attempt.answers.select_related("version"))
        Answer.objects.update(fraction=0)
        with django_assert_num_queries(4):
            cards.record_attempt(attempt, answers, cards_now(), passed=False, revealed=True)
        Attempt.objects.update(state="submitted")


# From reviews -------------------------------------------------------------------------------------


def test_a_review_updates_the_card(ada, clock):
    submitted(make_quiz(), ada)
    reviewed(ada, card_of(ada), 1, START + 2 * DAY)

    card = card_of(ada)
    assert (card.times_answered, card.times_right) == (2, 2)
    assert card.due == START + 13 * DAY
    assert [line[2] for line in card.recent] == ["review", "quiz"]


def test_a_miss_in_a_review_makes_it_active(ada, clock):
    quiz = make_quiz(specs=(SINGLE, SHORT, SHORT), shuffle=False)
    answer_some(begin(quiz, ada), [1])
    assert not card_of(ada).active

    reviewed(ada, card_of(ada), 0, START + DAY)
    assert card_of(ada).active


# By another retention -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 30])
def test_another_retention_moves_the_due_dates(ada, eve, clock, django_assert_num_queries, size):
    quiz = make_quiz(specs=(SINGLE,) * size)
    submitted(quiz, ada)
    submitted(quiz, eve)
    before = rows()

    with django_assert_num_queries(4):  # two of them begin and end the transaction
        cards.reschedule(ada, 80)
    assert set(ReviewCard.objects.filter(user=ada).values_list("due")) == {(START + 8 * DAY,)}
    assert set(ReviewCard.objects.filter(user=eve).values_list("due")) == {(START + 2 * DAY,)}

    cards.reschedule(ada, 90)
    assert rows() == before


def test_the_retention_of_the_plan_holds_for_new_answers(ada, clock):
    ReviewPlan.objects.create(user=ada, retention=80)
    submitted(make_quiz(), ada)

    assert card_of(ada).due == START + 8 * DAY


# Due ----------------------------------------------------------------------------------------------


def test_due_is_what_is_active_and_may_be_shown(ada, clock):
    submitted(make_quiz(), ada)
    assert cards.due_count(ada, START + DAY) == 0
    assert cards.due_count(ada, START + 2 * DAY) == 1


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Question, {"archived_at": START}),
        (Quiz, {"archived_at": START}),
        (Quiz, {"feedback": "never"}),
        (Quiz, {"show_answers": False}),
        (Lesson, {"status": "draft"}),
        (Lesson, {"archived_at": START}),
        (ReviewCard, {"active": False}),
        (ReviewCard, {"revealed": False}),
    ],
)
def test_what_may_not_be_shown_is_not_due(ada, clock, model, change):
    submitted(make_quiz(), ada)
    model.objects.update(**change)

    assert cards.due_count(ada, START + 9 * DAY) == 0


@pytest.mark.parametrize("size", [5, 50])
def test_the_count_costs_one_query(ada, clock, django_assert_num_queries, size):
    submitted(make_quiz(specs=(SINGLE,) * size), ada)

    with django_assert_num_queries(1):
        assert cards.due_count(ada, START + 2 * DAY) == min(size, 20)


def test_the_cap_counts_the_day_where_the_person_is(ada, clock):
    ada.time_zone = "Asia/Tokyo"  # midnight is 15:00 UTC
    ReviewPlan.objects.create(user=ada, daily_cap=2)
    submitted(make_quiz(specs=(SINGLE,) * 5), ada)
    card, other, third = ReviewCard.objects.all()[:3]
    reviewed(ada, card, 1, datetime(2026, 6, 5, 14, 59, tzinfo=UTC))
    reviewed(ada, other, 1, datetime(2026, 6, 5, 15, tzinfo=UTC))
    reviewed(ada, third, 1, datetime(2026, 6, 5, 15, tzinfo=UTC), scope="objective:1")

    now = datetime(2026, 6, 5, 16, tzinfo=UTC)
    assert cards.today(ada, now) == cards.Today(due=2, answered=1, cap=2)
    assert cards.due_count(ada, now) == 1


# Made again ---------------------------------------------------------------------------------------


def test_made_again_the_cards_are_the_same(ada, eve, clock):
    """Attempts and reviews of two people in a random order, then all cards thrown away."""
    rng = random.Random(6)  # noqa: S311 - the same each time
    settings = [
        {},
        {"feedback": "after-passing", "attempts_allowed": 3},
        {"grading_method": "last", "feedback": "after-passing"},
        {"feedback": "never", "grading_method": "average"},
    ]
    quizzes = [make_quiz(specs=(SINGLE, MULTIPLE, SHORT), **fields) for fields in settings]
    ReviewPlan.objects.create(user=eve, retention=80)
    for _ in range(60):
        clock.shift(timedelta(hours=rng.choice([0, 1, 30, 200])))
        user = rng.choice([ada, eve])
        mine = list(ReviewCard.objects.filter(user=user))
        if mine and rng.random() < 0.6:
            reviewed(user, rng.choice(mine), rng.choice([0, 1, 1, "1/3"]), cards_now())
            continue
        try:
            attempt = begin(rng.choice(quizzes), user)
        except attempts.NotNow:
            continue
        how = rng.choice([right, right, wrong])
        answer_some(attempt, rng.sample([1, 2, 3], rng.choice([1, 3])), how)
    before = rows()
    told = []

    assert list(cards.faults()) == []
    cards.rebuild_all(lambda done, total: told.append((done, total)))
    assert rows() == before
    ReviewCard.objects.filter(user=ada).delete()
    ReviewCard.objects.update(times_answered=7, active=True, revealed=False)
    cards.rebuild_all(lambda done, total: told.append((done, total)))
    assert rows() == before
    assert told == [(2, 2)] * 2
    assert len({row[0] for row in before}) == 2
    assert {row[-2:] for row in before} >= {(True, True), (True, False)}


def test_faults_name_what_differs(ada, eve, clock):
    quiz = make_quiz(specs=(SINGLE, SHORT), shuffle=False)
    submitted(quiz, ada)
    single, short = quiz.questions.all()
    card_of(ada, "short-answer").delete()
    ReviewCard.objects.update(due=START, times_right=0)
    ReviewCard.objects.create(
        user=eve,
        question=single,
        last_fraction=1,
        last_at=START,
        stability=1,
        difficulty=1,
        due=START,
    )

    again = "“check_data --rebuild” makes them anew."
    assert list(cards.faults()) == [
        f"Review cards differ from the answers: person {ada.pk}, question {single.pk}. {again}",
        f"Review cards are missing: person {ada.pk}, question {short.pk}. {again}",
        f"Review cards rest on no answer: person {eve.pk}, question {single.pk}. {again}",
    ]
    cards.rebuild_all(lambda done, total: None)
    assert list(cards.faults()) == []
    assert not ReviewCard.objects.filter(user=eve).exists()


def test_of_many_faults_five_are_named(ada, clock):
    submitted(make_quiz(specs=(SINGLE,) * 7), ada)
    ReviewCard.objects.update(difficulty=3)

    (fault,) = cards.faults()
    assert fault.count("question") == 5
    assert " and 2 more." in fault


@pytest.mark.parametrize("size", [3, 30])
def test_making_again_costs_the_same_for_many(ada, eve, django_assert_num_queries, size):
    quiz = make_quiz(specs=(SINGLE,) * size)
    submitted(quiz, ada)
    submitted(quiz, eve)

    with django_assert_num_queries(9):
        cards.rebuild([ada.pk, eve.pk])


def test_attempts_without_a_person_make_no_cards(ada):
    make_result(make_quiz(make_lesson()), ada)
    submitted(make_quiz(), ada)
    Attempt.objects.update(user=None)

    cards.rebuild_all(lambda done, total: None)
    assert not ReviewCard.objects.exists()
