"""The objectives of a class: where its learners stand with each."""

import pytest
from django.utils import timezone

from lessons.models import Lesson, Objective
from teaching import joining
from teaching.models import Classroom
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import make_lesson, make_question, make_quiz
from tests.progress.cards import checked_by, make_card
from tests.quizzes.sitting import right, submitted

pytestmark = pytest.mark.django_db


def path(room):
    return f"/teach/classes/{room.public_id}/objectives/"


@pytest.fixture
def third(classroom):
    """The lesson with the quiz; its question checks its objective."""
    lesson = classroom.courses.get().modules.get().lessons.get(title="Third lesson")
    checked_by(lesson.objectives.get(), lesson.quiz.questions.get())
    return lesson


def learners(classroom, number):
    people = [person(f"l{n}@example.org") for n in range(number)]
    for who in people:
        classroom.seats.create(user=who)
    return people


def shown(page):
    """The texts of the objectives in order, and the numbers of each."""
    return [
        (
            str(row.objective),
            row.count and (row.count.mastered, row.count.learning, row.count.unknown),
        )
        for row in page.context["rows"]
    ]


def test_every_objective_stands_there_by_lesson_with_numbers(as_grace, classroom, third, ada):
    knows, learns, _ = learners(classroom, 3)
    question = third.quiz.questions.get()
    make_card(knows, question, 1, 1, 1)
    make_card(learns, question, 0, 0, 0)
    make_card(ada, question, 1)

    page = as_grace.get(path(classroom))

    assert shown(page) == [("To know", None), ("To know", None), ("To know", (1, 1, 2))]
    text = " ".join(page.text.split())
    assert text.count("No question checks it.") == 2
    assert "<b>1</b> mastered" in text
    assert "<b>1</b> learning" in text
    assert "<b>2</b> not enough answers" in text
    assert "mean estimate <b>50 %</b>" in text  # 85.5 % and 14.5 %
    assert '<rect data-standing="unknown" x="50.00%" width="50.00%"' in text
    assert text.index("First lesson") < text.index("Second lesson") < text.index("Third lesson")


def test_what_is_asked_no_longer_counts_on_as_for_each_learner(as_grace, classroom, third, ada):
    """The page on Ada says “mastered”, too; of the questions themselves nothing is counted."""
    question = third.quiz.questions.get()
    make_card(ada, question, 1, 1, 1)
    third.quiz.questions.update(archived_at=timezone.now())
    other = make_quiz(Lesson.objects.get(title="Second lesson")).questions.get()
    other.objectives.set(other.quiz.lesson.objectives.all())
    other.quiz.questions.update(archived_at=timezone.now())

    page = as_grace.get(path(classroom))

    assert shown(page) == [("To know", None), ("To know", None), ("To know", (1, 0, 0))]
    assert page.text.count("No question checks it.") == 2
    assert page.text.count("No question checks it any more.") == 1
    assert classroom.tallies.get(quiz=third.quiz).items == {}
    seat = classroom.seats.get(user=ada)
    learner = as_grace.get(f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/")
    assert learner.context["whole"].mastery.mastered == 1

    # Asked again, its answers are counted, too.
    third.quiz.questions.update(archived_at=None)
    submitted(third.quiz, ada, right)
    as_grace.get(path(classroom))
    assert classroom.tallies.get(quiz=third.quiz).attempts == 1


def test_the_weakest_come_first(as_grace, classroom, third, ada):
    make_card(ada, third.quiz.questions.get(), 1, 1, 1)
    hard = Objective.objects.create(lesson=third, key="hard", text="To do what is hard", position=5)
    question = make_question(third.quiz)
    checked_by(hard, question)
    make_card(ada, question, 0, 0, 0)

    by_lesson = shown(as_grace.get(path(classroom)))
    weakest_first = shown(as_grace.get(path(classroom) + "?order=weakest"))

    assert [text for text, _ in by_lesson] == ["To know"] * 3 + ["To do what is hard"]
    assert weakest_first[:2] == [("To do what is hard", (0, 1, 0)), ("To know", (1, 0, 0))]
    assert len(weakest_first) == 4


def test_a_long_list_has_pages(as_grace, classroom, monkeypatch):
    monkeypatch.setattr("teaching.views.tallies.OBJECTIVES", 2)

    assert len(shown(as_grace.get(path(classroom)))) == 2
    page = as_grace.get(path(classroom) + "?order=weakest&page=2")
    assert len(shown(page)) == 1
    assert "?order=weakest&amp;page=1" in page.text


def test_an_answer_shows_at_once(as_grace, classroom, third, ada):
    assert shown(as_grace.get(path(classroom)))[-1][1] == (0, 0, 1)
    question = third.quiz.questions.get()
    make_card(ada, question, 1, 1, 1)
    ada.reviews.create(
        version=question.current, asked_at=timezone.now(), answered_at=timezone.now(), fraction=1
    )

    assert shown(as_grace.get(path(classroom)))[-1][1] == (1, 0, 0)


def test_a_large_class_says_what_is_still_to_be_counted(as_grace, classroom, third, monkeypatch):
    monkeypatch.setattr("teaching.tallies.AT_ONCE", 0)
    monkeypatch.setattr("teaching.tallies.current.__defaults__", (0,))

    page = as_grace.get(path(classroom) + "?order=weakest")

    assert "1 of 1 quizzes is still to be counted" in page.text
    assert f'<input type="hidden" name="next" value="{path(classroom)}?order=weakest">' in page.text
    assert "Still to be counted." in page.text
    assert not classroom.tallies.exists()


def test_an_archived_class_shows_how_it_stood(as_grace, classroom, third, ada):
    make_card(ada, third.quiz.questions.get(), 1, 1, 1)
    joining.archive(classroom, timezone.now())
    ada.review_cards.update(recent=[])

    page = as_grace.get(path(classroom))

    assert page.status_code == 200
    assert "until the class was archived" in page.text


def test_an_empty_class_says_what_to_do(as_grace, classroom):
    classroom.courses.clear()

    assert "No objectives yet" in as_grace.get(path(classroom)).text


def test_hostile_names_are_text(as_grace, classroom, third):
    Classroom.objects.update(name=ATTACK)
    type(third).objects.filter(pk=third.pk).update(title=ATTACK)
    third.objectives.get().delete()
    Objective.objects.create(lesson=third, key="bad", text=ATTACK)

    for order in ("", "?order=weakest"):
        assert ATTACK not in as_grace.get(path(classroom) + order).text


@pytest.mark.parametrize(("lessons", "people"), [(1, 1), (5, 4)])
def test_a_fixed_number_of_queries(
    as_grace, classroom, third, django_assert_num_queries, lessons, people
):
    who = learners(classroom, people)
    for _ in range(lessons):
        more = make_quiz(make_lesson(third.module))
        question = more.questions.get()
        checked_by(more.lesson.objectives.get(), question)
        for each in who:
            make_card(each, question, 1, 0, 1)
    with django_assert_num_queries(19):  # nine of them count, and store
        as_grace.get(path(classroom))
    with django_assert_num_queries(10):
        assert len(shown(as_grace.get(path(classroom)))) == lessons + 3


@pytest.mark.parametrize(("who", "status"), [("as_ada", 404), ("as_otto", 404), ("client", 302)])
def test_others_see_nothing(request, classroom, who, status):
    assert request.getfixturevalue(who).get(path(classroom)).status_code == status
