"""What the rooms above may ask of a person's quizzes."""

from decimal import Decimal

import pytest

from quizzes.results import QuizResult, passed_quizzes, results_of
from tests.factories import SINGLE, make_lesson, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db


def test_the_best_attempt_counts(ada, eve, django_assert_num_queries):
    passed, failed, begun = (make_quiz(specs=(SINGLE, SINGLE)) for _ in range(3))
    for how in (wrong, lambda answer: wrong(answer) if answer.slot == 1 else ["0", "1", "2"][:0]):
        submitted(failed, ada, how)
    submitted(passed, ada)
    submitted(passed, ada, wrong)
    attempt = begin(begun, ada)
    submitted(failed, eve)

    with django_assert_num_queries(1):
        results = results_of(ada)

    assert results == {
        passed.lesson_id: QuizResult(Decimal(100), True, 2, None),
        failed.lesson_id: QuizResult(Decimal(0), False, 2, None),
        begun.lesson_id: QuizResult(None, False, 0, attempt.public_id),
    }
    with django_assert_num_queries(1):
        assert passed_quizzes(ada) == {passed.lesson_id}
    assert passed_quizzes(eve) == {failed.lesson_id}


def test_of_one_course(ada):
    here, there = make_lesson(), make_lesson()
    for lesson in (here, there):
        submitted(make_quiz(lesson), ada)

    assert set(results_of(ada, here.module.course)) == {here.pk}


def test_nobody_yet(ada):
    assert results_of(ada) == {}
    assert passed_quizzes(ada) == set()
