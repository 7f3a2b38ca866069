"""Mastery of an objective: the rule by table and by what always holds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.models import Objective
from progress.mastery import (
    NEWEST,
    CourseMastery,
    Given,
    Mastery,
    State,
    standings,
    state_and_estimate,
)
from quizzes import cards
from quizzes.models import Review
from tests.factories import make_lesson, make_question, make_quiz
from tests.progress.cards import checked_by, make_card
from tests.quizzes.sitting import right, submitted, wrong

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def answer(hour, fraction, question=1):
    return Given(START + timedelta(hours=hour), question, Fraction(fraction))


def in_turn(*fractions):
    """The mastery of answers one after the other, oldest first."""
    return Mastery.of(answer(hour, fraction) for hour, fraction in enumerate(fractions))


@pytest.mark.parametrize(
    ("fractions", "estimate", "state"),
    [
        ((), None, State.UNKNOWN),
        ((1,), None, State.UNKNOWN),
        ((1, 1), None, State.UNKNOWN),
        ((1, 1, 1), "147/172", State.MASTERED),  # (2.44 + .5) / 3.44 = 85.5 %
        ((0, 0, 0), "25/172", State.LEARNING),  # .5 / 3.44 = 14.5 %
        ((0, 1, 1), "115/172", State.LEARNING),  # (1.8 + .5) / 3.44 = 66.9 %
        ((1, 1, 0), "97/172", State.LEARNING),  # (.8 + .64 + .5) / 3.44 = 56.4 %
        ((0, 0, 0, 1, 1, 1), Fraction("2.94") / Fraction("4.68928"), State.LEARNING),
        ((0, 0, 0, *(1,) * 6), None, State.LEARNING),
        ((0, 0, 0, *(1,) * 7), None, State.MASTERED),
        (("1/2",) * 7, "1/2", State.LEARNING),
        ((0, *(1,) * NEWEST), None, State.MASTERED),
    ],
)
def test_the_rule_by_table(fractions, estimate, state):
    found = in_turn(*fractions)

    assert found.state is state
    if estimate is not None:
        assert found.estimate == Fraction(estimate)


def test_an_answer_beyond_the_twentieth_counts_nothing():
    assert in_turn(0, *(1,) * NEWEST).estimate == in_turn(*(1,) * NEWEST).estimate
    assert len(in_turn(*(1,) * 30).answers) == NEWEST


def test_answers_of_one_moment_weigh_alike():
    found = Mastery.of([answer(1, 0, 7), answer(0, 1, 1), answer(1, 1, 8)])

    assert [(w.given.question, w.weight) for w in found.answers] == [
        (8, Fraction(9, 10)),
        (7, Fraction(9, 10)),
        (1, Fraction(16, 25)),
    ]


def test_eighty_percent_is_mastered_and_just_below_is_not_shown_as_eighty():
    """Answers are weighed so that the estimate is 4/5 exactly, then a hair less."""
    missing = Fraction(4, 5) * Fraction("3.44") - Fraction("0.5") - Fraction("1.44")
    assert (in_turn(1, 1, missing).percent, in_turn(1, 1, missing).state) == (80, State.MASTERED)

    below = in_turn(1, 1, missing - Fraction(1, 10**9))
    assert (below.percent, below.state) == (79, State.LEARNING)


def test_last_seen_is_the_newest():
    assert in_turn().last_seen is None
    assert in_turn(1, 0).last_seen == START + timedelta(hours=1)


fractions = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)])
# Few different hours, so that many answers share their moment.
answers = st.lists(st.builds(answer, st.integers(0, 12), fractions, st.integers(1, 5)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(answers, st.randoms(use_true_random=False))
def test_it_lies_between_0_and_1_whatever_the_order(given_answers, chance):
    found = Mastery.of(given_answers)
    chance.shuffle(given_answers)
    again = Mastery.of(given_answers)

    assert again.estimate == found.estimate
    assert (found.estimate is None) == (len(given_answers) < 3)
    assert found.estimate is None or 0 < found.estimate < 1


@settings(max_examples=100, deadline=None)
@given(answers.filter(lambda some: len(some) >= 3), st.integers(-1, 13))
def test_a_right_answer_never_lowers_and_a_wrong_one_never_raises(given_answers, hour):
    before = Mastery.of(given_answers).estimate

    assert Mastery.of([*given_answers, answer(hour, 1)]).estimate >= before
    assert Mastery.of([*given_answers, answer(hour, 0)]).estimate <= before


# The answers that count ---------------------------------------------------------------------------


@pytest.fixture
def quiz(db):
    """A quiz of two questions, both about the lesson's one objective."""
    quiz = make_quiz(make_lesson(), specs=())
    checked_by(quiz.lesson.objectives.get(), make_question(quiz), make_question(quiz))
    return quiz


def standing(user, lesson):
    (found,) = standings(user, lesson.objectives.current())
    return found


def test_every_answer_of_every_question_counts(ada, eve, quiz):
    first, second = quiz.questions.all()
    make_card(ada, first, 0, 1)
    make_card(ada, second, "1/2", 1, 1)
    make_card(eve, second, 0, 0, 0)

    found = standing(ada, quiz.lesson)

    assert found.is_asked
    assert [w.given.fraction for w in found.mastery.answers] == [1, 1, 1, Fraction(1, 2), 0]
    assert {w.given.where for w in found.mastery.answers} == {"quiz", "review"}
    assert standing(eve, quiz.lesson).mastery.percent == 14


def test_nobody_is_told_what_they_did_not_do(ada, quiz):
    found = standing(ada, quiz.lesson)

    assert (found.mastery.answers, found.mastery.state) == ([], State.UNKNOWN)


def test_a_retired_question_counts_on(ada, quiz):
    first, second = quiz.questions.all()
    make_card(ada, first, 1, 1, 1)
    for question in (first, second):
        question.archived_at = START
        question.save()

    found = standing(ada, quiz.lesson)

    assert (found.mastery.percent, found.is_asked) == (85, False)


@pytest.mark.parametrize(
    ("card", "setting"),
    [
        ({"revealed": False}, {}),
        ({}, {"feedback": "never"}),
        ({}, {"show_marks": False}),
    ],
)
def test_what_a_quiz_keeps_back_is_not_told(ada, quiz, card, setting):
    make_card(ada, quiz.questions.first(), 1, 1, 1, **card)
    type(quiz).objects.update(**setting)

    assert standing(ada, quiz.lesson).mastery.answers == []
    (told,) = standings(ada, quiz.lesson.objectives.current(), for_teacher=True)
    assert len(told.mastery.answers) == 3


def test_until_a_moment(ada, quiz):
    """Of somebody who has left a class, what they answered before."""
    make_card(ada, quiz.questions.first(), 1, 1, 0, 0)
    objectives = quiz.lesson.objectives.current()
    given = sorted(w.given.at for w in standing(ada, quiz.lesson).mastery.answers)

    (found,) = standings(ada, objectives, for_teacher=True, until=given[2])

    assert sorted(w.given.at for w in found.mastery.answers) == given[:2]


def test_what_came_later_takes_nothing_of_what_was_before(ada, quiz, django_assert_num_queries):
    """A card forgets its older answers for newer ones; the answers themselves are there."""
    objectives = quiz.lesson.objectives.current()
    for _ in range(3):
        submitted(quiz, ada, wrong)
    asked = quiz.questions.first().current
    review = Review.objects.create(
        user=ada,
        version=asked,
        dealt={},
        asked_at=timezone.now(),
        answered_at=timezone.now(),
        fraction=Fraction(1, 3),
    )
    with transaction.atomic():
        cards.record_review(review, review.answered_at)
    until = timezone.now()
    (before,) = standings(ada, objectives, for_teacher=True)
    for _ in range(cards.RECENT):
        submitted(quiz, ada, right)

    with django_assert_num_queries(2):
        (found,) = standings(ada, objectives, for_teacher=True, until=until)

    assert found == before
    assert len(found.mastery.answers) == 7


def test_objectives_keep_their_order_and_those_without_a_question_are_there(ada, quiz):
    quiz.lesson.objectives.update(position=5)
    Objective.objects.create(lesson=quiz.lesson, key="first", text="First", position=2)

    found = standings(ada, quiz.lesson.objectives.current())

    assert [(s.html, s.is_asked) for s in found] == [("First", False), ("To know", True)]


def test_a_course_names_its_weakest_first(ada, db):
    lesson = make_lesson(objectives=("best", "half", "worst", "rare", "unasked"))
    quiz = make_quiz(lesson, specs=())
    for objective, fractions in zip(
        lesson.objectives.all(), ((1, 1, 1), (0, 1, 1), (0, 0, 0), (1,)), strict=False
    ):
        question = make_question(quiz)
        checked_by(objective, question)
        make_card(ada, question, *fractions)

    course = CourseMastery.of(standings(ada, lesson.objectives.all()))

    assert (course.mastered, course.unknown, course.total) == (1, 1, 4)
    assert [s.html for s in course.weakest()] == ["To worst", "To half"]
    assert [s.html for s in course.weakest(1)] == ["To worst"]


@pytest.mark.parametrize("size", [1, 20])
def test_one_query_whatever_the_size(ada, quiz, size, django_assert_num_queries):
    for _ in range(size):
        question = make_question(quiz)
        checked_by(quiz.lesson.objectives.get(), question)
        make_card(ada, question, *[1] * size)

    with django_assert_num_queries(1):
        assert standing(ada, quiz.lesson).mastery.last_seen


# For many people at once ----------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(["0", "1", "1/2", "2/3", "5/6"])), max_size=30
    )
)
@settings(max_examples=150)
def test_the_quick_rule_says_what_the_exact_one_does(answers):
    given_to = [answer(hour, fraction) for hour, fraction in answers]
    exact = Mastery.of(given_to)

    state, estimate = state_and_estimate(
        (each.at.isoformat(), str(each.fraction)) for each in given_to
    )

    assert state is exact.state
    assert estimate == (None if exact.estimate is None else pytest.approx(float(exact.estimate)))


@pytest.mark.parametrize(
    ("fractions", "state"),
    [
        # (2.44 * 4/5 + .8 * …): the mean of all is exactly 4/5 where each answer makes up for the
        # imagined one: (w * x + 1/2) / (w + 1) = 4/5 for x = 4/5 + 3 / (10 w), w = 2.44.
        (("563/610",) * 3, State.MASTERED),
        (("563/610", "563/610", "56299999999/61000000000"), State.LEARNING),
    ],
)
def test_the_limit_itself_is_decided_exactly(fractions, state):
    given_to = [answer(hour, fraction) for hour, fraction in enumerate(fractions)]
    assert Mastery.of(given_to).state is state

    found, _ = state_and_estimate((each.at.isoformat(), str(each.fraction)) for each in given_to)

    assert found is state


def test_times_with_and_without_fractions_of_a_second_are_in_order():
    times = ["2026-05-01T12:00:00+00:00", "2026-05-01T12:00:00.500000+00:00"]
    answers = [(times[0], "0"), (times[1], "1"), ("2026-05-01T11:00:00+00:00", "0")]

    _, estimate = state_and_estimate(answers)

    assert estimate == pytest.approx((1 + 0.5) / 3.44)
