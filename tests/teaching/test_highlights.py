"""The weakest objectives and the hardest questions of a class, on its first page."""

import pytest
from django.utils import timezone

from lessons.models import Objective
from quizzes.models import Question
from teaching.facts import Sight
from teaching.highlights import highlights
from teaching.tallies import current
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import SINGLE, TRUE_FALSE, make_lesson, make_question, make_quiz
from tests.progress.cards import checked_by, make_card
from tests.quizzes.sitting import right, submitted, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(classroom):
    """The quiz of the class: which one is right, and is it so."""
    lesson = classroom.courses.get().modules.get().lessons.get(title="Third lesson")
    make_question(lesson.quiz, TRUE_FALSE)
    return lesson.quiz


@pytest.fixture
def people(classroom, ada):
    """Three learners."""
    others = [person(f"l{n}@example.org") for n in range(2)]
    for who in others:
        classroom.seats.create(user=who)
    return [ada, *others]


def count(classroom):
    current(classroom, timezone.now())


def but(kind):
    """Right, but for questions of this kind."""
    return lambda answer: wrong(answer) if answer.version.kind == kind else right(answer)


def test_the_weakest_are_those_of_which_three_have_an_estimate(classroom, quiz, people):
    question, rare = quiz.questions.first(), make_question(quiz)
    make = quiz.lesson.objectives.create
    gone, unasked = make(key="gone", text="Gone"), make(key="unasked", text="Not asked")
    checked_by(quiz.lesson.objectives.get(key="know"), question)
    checked_by(gone, question)
    checked_by(unasked, question)
    checked_by(make(key="rare", text="Rare"), rare)
    checked_by(make(key="weak", text="Weak"), make_question(quiz))
    for n, who in enumerate(people):
        make_card(who, question, 0, 1, 0)
        make_card(who, quiz.questions.last(), 0, 0, 0)
        if n:
            make_card(who, rare, 0, 0, 0)
    count(classroom)
    Objective.objects.filter(pk=gone.pk).update(archived_at=timezone.now())
    unasked.questions.clear()

    rows = highlights(Sight(classroom)).weakest

    assert [row.objective.text_html for row in rows] == ["Weak", "To know"]
    assert [row.count.learning for row in rows] == [3, 3]
    assert rows[0].lesson == quiz.lesson
    assert len(highlights(Sight(classroom), most=1).weakest) == 1


def test_the_hardest_are_asked_today_and_answered_by_three(classroom, quiz, people):
    gone, free = make_question(quiz, SINGLE), make_question(quiz, SINGLE, points=0)
    for who in people:
        submitted(quiz, who, lambda a: wrong(a) if a.version.question_id == gone.pk else right(a))
    Question.objects.filter(pk=gone.pk).update(archived_at=timezone.now())
    rare = make_quiz(make_lesson(quiz.lesson.module))
    submitted(rare, people[0], wrong)
    count(classroom)

    rows = highlights(Sight(classroom)).hardest

    assert {row.version.pk for row in rows} == {
        question.current_id for question in quiz.questions.exclude(pk__in=[gone.pk, free.pk])
    }
    assert [(row.count.facility, row.worst) for row in rows] == [(100, None)] * 2


def test_what_is_not_counted_is_said(classroom, quiz):
    found = highlights(Sight(classroom))

    assert (found.weakest, found.hardest) == ([], [])
    assert (len(found.waiting), found.counted, found.total, found.counted_at) == (1, 0, 1, None)


def test_two_queries_whatever_the_size(classroom, quiz, people, django_assert_num_queries):
    for size in (1, 4):
        for _ in range(size):
            more = make_quiz(make_lesson(quiz.lesson.module), [SINGLE, TRUE_FALSE])
            for who in people:
                submitted(more, who)
        count(classroom)
        sight = Sight(classroom)
        assert sight.lessons
        with django_assert_num_queries(2):
            assert highlights(sight).hardest


def test_the_first_page_of_a_class_names_them(as_grace, classroom, quiz, people):
    checked_by(quiz.lesson.objectives.get(), *quiz.questions.all())
    for who in people:
        submitted(quiz, who, but("true-false"))
        make_card(who, make_question(quiz), 1)
    count(classroom)
    page = as_grace.get(f"/teach/classes/{classroom.public_id}/")

    text = " ".join(page.text.split())
    assert 'Chosen wrongly most: “<span dir="auto">True</span>”, by 3 (100 %)' in text
    assert "No objective has an estimate of three learners yet" in text


def test_hostile_words_are_text(as_grace, classroom, quiz, people):
    choices = [{"text": "yes", "correct": True}, {"text": ATTACK}]
    make_question(quiz, SINGLE | {"prompt": ATTACK, "content": {"choices": choices}})
    for who in people:
        submitted(quiz, who, wrong)
    count(classroom)

    page = as_grace.get(f"/teach/classes/{classroom.public_id}/")

    assert ATTACK not in page.text
    assert "&lt;img src=x" in page.text
