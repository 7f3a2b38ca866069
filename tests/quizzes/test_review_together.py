"""Reviews in many tabs at the same moment, with real threads."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from quizzes import practice
from quizzes.models import Review, ReviewCard
from tests.factories import SINGLE, make_quiz
from tests.quizzes.sitting import right, submitted, wrong
from tests.quizzes.together import AT_ONCE, in_tabs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due(ada):
    """Three questions that Ada missed two days ago."""
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        submitted(make_quiz(specs=(SINGLE,) * 3), ada, wrong)


def test_twenty_tabs_are_asked_one_question(as_ada, due):
    answers = in_tabs(as_ada, lambda browser, n: browser.post("/me/review/"))

    row = Review.objects.get()
    assert {answer["Location"] for answer in answers} == {row.get_absolute_url()}


def test_of_twenty_answers_one_counts(as_ada, ada, due):
    row = Review.objects.get(pk=practice.ask(ada, "due", _questions(), timezone.now()).pk)
    sheets = [
        {"b1": "0", "action": "check", "s1": how(practice.as_answer(row))} for how in (right, wrong)
    ]

    answers = in_tabs(
        as_ada, lambda browser, n: browser.post(row.get_absolute_url(), sheets[n % 2])
    )

    assert [answer.status_code for answer in answers] == [302] * AT_ONCE
    row.refresh_from_db()
    card = ReviewCard.objects.get(question=row.version.question_id)
    assert (card.times_answered, card.last_fraction) == (2, row.fraction)
    assert card.times_right == row.fraction
    assert len(card.recent) == 2


def _questions():
    return list(ReviewCard.objects.order_by("pk").values_list("question", flat=True))
