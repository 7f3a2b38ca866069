"""Counting first attempts into tallies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from quizzes import privacy, tallies
from quizzes.models import Attempt, ItemTally, QuizTally
from tests.conftest import person
from tests.factories import ALL_KINDS, MULTIPLE, SINGLE, TRUE_FALSE, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db

NOW = timezone.now


def people(count, name="learner"):
    """So many new learners."""
    return [person(f"{name}-{number}@example.org") for number in range(count)]


def rows(quiz):
    """All that the tallies of the quiz hold."""
    whole = QuizTally.objects.filter(quiz=quiz).values("attempts", "passes", "scores", "totals")
    items = ItemTally.objects.filter(version__question__quiz=quiz).order_by("version")
    return list(whole), list(items.values("version", "answers", "cells", "choices"))


def test_what_is_counted(ada, eve):
    quiz = make_quiz(specs=[SINGLE, TRUE_FALSE])
    single, statement = (question.current for question in quiz.questions.all())
    submitted(quiz, ada)
    submitted(quiz, eve, lambda answer: ["true"] if answer.version == statement else [])
    assert tallies.tally(quiz, NOW()) == 2

    assert (quiz.tally.attempts, quiz.tally.passes) == (2, 1)
    assert quiz.tally.scores == {"100": 1, "0": 1}
    assert quiz.tally.totals == {"2000": 1, "0": 1}
    assert single.tally.answers == 2
    assert single.tally.cells == {"1000|2000": 1, "0|0": 1}
    assert single.tally.choices == {"0": 1, "": 1}
    assert statement.tally.choices == {"false": 1, "true": 1}


def test_choices_count_by_their_authored_index_and_marks_in_thousandths(ada):
    quiz = make_quiz(specs=[{**MULTIPLE, "points": "1.5"}, SINGLE])
    multiple = quiz.questions.first().current
    for learner in [ada, *people(5)]:
        submitted(
            quiz,
            learner,
            lambda answer: (
                [str(answer.dealt.index(1))]
                if answer.version == multiple
                else [str(answer.dealt.index(0))]
            ),
        )
    tallies.tally(quiz, NOW())
    assert multiple.tally.cells == {"750|1750": 6}
    assert multiple.tally.choices == {"1": 6}
    assert quiz.tally.scores == {"70": 6}


def test_thirds_are_rounded_once_and_add_up():
    assert [tallies.thousandths(Fraction(n, 3)) for n in range(4)] == [0, 333, 667, 1000]


def test_only_the_first_finished_attempt_of_each_counts(ada, eve):
    quiz = make_quiz()
    submitted(quiz, ada, wrong)
    submitted(quiz, ada)
    begin(quiz, ada)
    begin(quiz, eve)
    assert tallies.tally(quiz, NOW()) == 1
    assert quiz.tally.scores == {"0": 1}


def test_an_attempt_is_counted_once(ada):
    quiz = make_quiz()
    submitted(quiz, ada)
    assert [tallies.tally(quiz, NOW()) for _ in range(2)] == [1, 0]
    assert quiz.tally.attempts == 1


def test_an_erased_person_still_counts(ada, eve):
    quiz = make_quiz()
    submitted(quiz, ada)
    submitted(quiz, eve, wrong)
    tallies.tally(quiz, NOW(), most=1)
    for learner in (ada, eve):
        privacy.erase(learner)
        learner.delete()
    tallies.tally(quiz, NOW())
    assert quiz.tally.scores == {"100": 1, "0": 1}


def test_an_attempt_whose_time_was_up_is_ended_and_counted(ada):
    quiz = make_quiz(time_limit=10)
    begin(quiz, ada)
    assert tallies.tally(quiz, NOW()) == 0
    assert tallies.tally(quiz, NOW() + timedelta(hours=1)) == 1
    assert quiz.questions.get().current.tally.choices == {"": 1}


def test_batches_add_up_and_a_rebuild_gives_the_same(monkeypatch):
    monkeypatch.setattr(tallies, "BATCH", 3)
    quiz = make_quiz(specs=ALL_KINDS)
    for number, learner in enumerate(people(8)):
        submitted(quiz, learner, *([wrong] if number % 3 else []))
    assert tallies.tally(quiz, NOW(), most=5) == 5
    assert tallies.waiting(quiz).count() == 3
    assert tallies.tally(quiz, NOW(), most=100) == 3
    before = rows(quiz)
    assert before[0][0]["attempts"] == 8
    heard = []

    assert tallies.rebuild(quiz, NOW(), heard.append) == 8
    assert rows(quiz) == before
    assert heard == [3, 6, 8]


def test_a_rebuild_mends_what_was_wrong(ada):
    quiz, other = make_quiz(), make_quiz()
    for each in (quiz, other):
        submitted(each, ada)
        tallies.tally(each, NOW())
    before = rows(quiz), rows(other)
    ItemTally.objects.update(answers=9, cells={"5|5": 9}, choices={})
    QuizTally.objects.update(attempts=9, totals={})
    tallies.rebuild(quiz, NOW())
    assert rows(quiz) == before[0]
    assert rows(other) != before[1]


def test_a_new_version_has_a_tally_of_its_own(ada, eve):
    quiz = make_quiz()
    question = quiz.questions.get()
    old = question.current
    submitted(quiz, ada)
    new = question.revise(prompt="Said better: which one is right?")
    submitted(quiz, eve, wrong)
    tallies.tally(quiz, NOW())
    assert old.tally.cells == {"1000|1000": 1}
    assert new.tally.cells == {"0|0": 1}


@pytest.mark.django_db(transaction=True)
def test_many_that_count_at_once_count_each_attempt_once(monkeypatch):
    monkeypatch.setattr(tallies, "BATCH", 4)
    quiz = make_quiz(specs=[SINGLE, TRUE_FALSE])
    for learner in people(12):
        submitted(quiz, learner)
    gate = Barrier(6)

    def count(_):
        try:
            gate.wait()
            return tallies.tally(quiz, NOW(), most=100)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(count, range(6))) == 12
    assert rows(quiz)[0] == [
        {"attempts": 12, "passes": 12, "scores": {"100": 12}, "totals": {"2000": 12}}
    ]
    assert not Attempt.objects.filter(tallied_at=None).exists()


@pytest.mark.parametrize("size", [2, 6])
def test_a_batch_takes_the_same_queries_whatever_its_size(size, django_assert_num_queries):
    quiz = make_quiz(specs=ALL_KINDS)
    for learner in people(size):
        submitted(quiz, learner)
    QuizTally.objects.create(quiz=quiz)
    with django_assert_num_queries(15):
        tallies.tally(quiz, NOW(), most=100)
