"""Reviews raced, with real threads on the database that the site runs on."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from quizzes import cards
from quizzes.models import Review, ReviewCard
from tests.factories import SINGLE, make_quiz
from tests.quizzes.sitting import begin, form, right, submitted, wrong
from tests.quizzes.test_review_page import HERE, begun, give
from tests.quizzes.together import overtaken, tab, together

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 10


@pytest.fixture
def quiz(ada):
    """Three questions that Ada missed two days ago."""
    row = make_quiz(specs=(SINGLE,) * 3)
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        submitted(row, ada, wrong)
    return row


def in_tabs(browser, ask):
    """What `ask(browser, n)` answers, asked in many tabs at the same moment."""
    tabs = [tab(browser) for _ in range(AT_ONCE)]
    return together([lambda n=n, each=each: ask(each, n) for n, each in enumerate(tabs)])


def test_many_tabs_are_asked_one_question(as_ada, quiz):
    answers = in_tabs(as_ada, lambda browser, n: browser.post(HERE))

    row = Review.objects.get()
    assert {answer["Location"] for answer in answers} == {row.get_absolute_url()}


def test_a_tab_that_is_overtaken_joins(as_ada, quiz):
    other = tab(as_ada)

    answer = overtaken(lambda: other.post(HERE), lambda: as_ada.post(HERE))

    assert answer["Location"] == Review.objects.get().get_absolute_url()


def test_of_many_answers_one_counts(as_ada, quiz):
    """Trial 17."""
    address, row = begun(as_ada)

    answers = in_tabs(as_ada, lambda b, n: give(b, address, row, (right, wrong)[n % 2]))

    assert {answer["Location"] for answer in answers} == {f"{address}#result"}
    row.refresh_from_db()
    card = ReviewCard.objects.get(question=row.version.question_id)
    assert (card.times_answered, card.times_right) == (2, row.fraction)
    assert card.last_fraction == row.fraction
    assert len(card.recent) == 2


@pytest.mark.parametrize("first", ["review", "attempt"])
def test_a_review_and_an_attempt_at_the_same_moment_both_count(as_ada, ada, quiz, first):
    other = tab(as_ada)
    address, row = begun(as_ada)
    attempt = begin(quiz, ada)
    sheet = form(attempt, action="submit")
    acts = {
        "review": lambda: give(as_ada, address, row, wrong),
        "attempt": lambda: other.post(attempt.get_absolute_url(), sheet),
    }
    quick = acts.pop(first)

    overtaken(acts.popitem()[1], quick)

    card = ReviewCard.objects.get(question=row.version.question_id)
    assert (card.times_answered, card.times_right) == (3, 1)
    assert list(cards.faults()) == []
