"""The questions of a class, the hardest first, with what was chosen."""

import pytest
from django.utils import timezone

from teaching import joining
from teaching.models import Classroom
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import SHORT, SINGLE, TRUE_FALSE, make_lesson, make_question, make_quiz
from tests.quizzes.sitting import begin, right, submitted, wrong

pytestmark = pytest.mark.django_db


def path(room):
    return f"/teach/classes/{room.public_id}/questions/"


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


def but(kind):
    """Right, but for questions of this kind."""
    return lambda answer: wrong(answer) if answer.version.kind == kind else right(answer)


def shown(page):
    return [
        (row.version.kind, row.count.facility, row.count.answers) for row in page.context["rows"]
    ]


def test_the_hardest_come_first_with_what_was_chosen(as_grace, classroom, quiz, people):
    submitted(quiz, people[0], right)
    for who in people[1:]:
        submitted(quiz, who, but("true-false"))
    submitted(quiz, people[1], right)  # not the first

    page = as_grace.get(path(classroom))

    assert shown(page) == [("true-false", pytest.approx(100 / 3), 3), ("single", 100, 3)]
    text = " ".join(page.text.split())
    assert "<b>33 %</b> facility" in text
    assert 'False <span class="picked-mark"><span aria-hidden="true">✓</span> right</span>' in text
    assert 'width="66.67%"' in text
    assert f"/teach/classes/{classroom.public_id}/quizzes/{quiz.lesson.slug}/" in text


def test_what_is_typed_has_no_choices_and_what_is_left_out_is_told(
    as_grace, classroom, quiz, people
):
    make_question(quiz, SHORT)
    submitted(quiz, people[0], lambda answer: [])

    page = as_grace.get(path(classroom))

    assert page.text.count("Left unanswered by 1.") == 3
    assert page.text.count("<table") == 2


def test_a_version_of_before_says_so(as_grace, classroom, quiz, people):
    submitted(quiz, people[0])
    question = quiz.questions.first()
    question.revise(**SINGLE | {"prompt": "Which one is right now?"}, points=2)
    submitted(quiz, people[1])

    text = as_grace.get(path(classroom)).text

    assert "version 1, no longer asked" in text
    assert "version 2, no longer asked" not in text


def test_a_question_without_points_comes_last(as_grace, classroom, quiz, people):
    free = make_question(quiz, SHORT, points=0)
    submitted(quiz, people[0], wrong)

    page = as_grace.get(path(classroom))

    assert page.context["rows"][-1].version.question == free
    assert "no points" in page.text


def test_a_long_list_has_pages(as_grace, classroom, quiz, people, monkeypatch):
    monkeypatch.setattr("teaching.views.tallies.QUESTIONS", 1)
    submitted(quiz, people[0], but("single"))

    assert shown(as_grace.get(path(classroom) + "?page=1"))[0][0] == "single"
    assert shown(as_grace.get(path(classroom) + "?page=2"))[0][0] == "true-false"


def test_an_open_attempt_tells_nothing(as_grace, classroom, quiz, people):
    begin(quiz, people[0])

    assert "Nobody has finished a quiz yet" in as_grace.get(path(classroom)).text


def test_an_archived_class_shows_how_it_stood(as_grace, classroom, quiz, people):
    submitted(quiz, people[0], wrong)
    joining.archive(classroom, timezone.now())
    submitted(quiz, people[1], right)

    page = as_grace.get(path(classroom))

    assert {answers for _, _, answers in shown(page)} == {1}
    assert "until it was archived" in page.text


def test_hostile_words_are_text(as_grace, classroom, quiz, people):
    Classroom.objects.update(name=ATTACK)
    type(quiz.lesson).objects.filter(pk=quiz.lesson_id).update(title=ATTACK)
    choices = [{"text": ATTACK, "correct": True}, {"text": "no"}]
    make_question(quiz, SINGLE | {"prompt": ATTACK, "content": {"choices": choices}})
    submitted(quiz, people[0])

    assert ATTACK not in as_grace.get(path(classroom)).text


@pytest.mark.parametrize(("quizzes", "questions"), [(1, 1), (4, 3)])
def test_a_fixed_number_of_queries(
    as_grace, classroom, quiz, people, django_assert_num_queries, quizzes, questions
):
    for _ in range(quizzes):
        more = make_quiz(make_lesson(quiz.lesson.module), [SINGLE] * questions)
        for who in people:
            submitted(more, who)
    with django_assert_num_queries(17):  # eight of them count, and store
        as_grace.get(path(classroom))
    with django_assert_num_queries(9):
        assert len(shown(as_grace.get(path(classroom)))) == quizzes * questions
    with django_assert_num_queries(9):
        file = as_grace.get(f"/teach/classes/{classroom.public_id}/questions.csv")
        assert len(file.getvalue().splitlines()) == 1 + quizzes * questions


@pytest.mark.parametrize(("who", "status"), [("as_ada", 404), ("as_otto", 404), ("client", 302)])
def test_others_see_nothing(request, classroom, who, status):
    assert request.getfixturevalue(who).get(path(classroom)).status_code == status
