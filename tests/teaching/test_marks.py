"""An instructor changes a mark in their class: with a reason, and with a trail."""

from fractions import Fraction

import pytest
from django.utils import timezone

from quizzes.models import MarkChange, Quiz
from teaching import joining
from teaching.models import Classroom
from tests.desk import ATTACK, said
from tests.factories import SHORT, SINGLE, make_question, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db

WHY = "It is written so, too."


@pytest.fixture
def quiz(classroom):
    """A short answer and a single choice, a point each."""
    quiz = Quiz.objects.get()
    quiz.questions.all().delete()
    make_question(quiz, SHORT)
    make_question(quiz, SINGLE)
    Quiz.objects.update(shuffle_questions=False)
    return quiz


@pytest.fixture
def attempt(quiz, ada):
    """Ada's, with nothing right."""
    return submitted(quiz, ada, wrong)


@pytest.fixture
def here(classroom, ada, attempt):
    """The address of the attempt for its instructors."""
    seat = classroom.seats.get(user=ada)
    return f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/attempts/{attempt.public_id}/"


def change(browser, here, slot=1, **fields):
    """Send the form beside a question."""
    data = {"points": "1", "reason": WHY, "seen": "0", **fields}
    return browser.post(f"{here}answers/{slot}/mark/", data)


def test_a_mark_is_changed_and_the_trail_says_so(as_grace, as_ada, attempt, here):
    page = as_grace.get(here).text
    assert "Points, from 0 to 1 (now 0)" in page
    assert "As graded" not in page

    answer = change(as_grace, here, points="0,5")

    assert answer["Location"] == f"{here}#q1"
    page = as_grace.get(here)
    assert said(page) == ["The mark of question 1 is changed; the learner sees why."]
    assert "from 0 to 0.5 of 1 point by <bdi>Grace</bdi>" in page.text
    assert WHY in page.text
    assert ": 25 %, not passed" in " ".join(page.text.split())
    assert WHY in as_ada.get(attempt.get_absolute_url()).text
    attempt.refresh_from_db()
    assert attempt.score == Fraction(1, 4)


def test_where_a_quiz_hides_its_marks_nobody_is_said_to_see_them(as_grace, as_ada, attempt, here):
    Quiz.objects.update(show_marks=False)
    page = as_grace.get(change(as_grace, here).url)
    assert said(page) == ["The mark of question 1 is changed; this quiz shows no marks."]
    assert WHY not in as_ada.get(attempt.get_absolute_url()).text


def test_a_reason_is_one_line_of_what_a_text_can_hold(as_grace, attempt, here):
    """PostgreSQL has no text with NUL in it."""
    assert change(as_grace, here, reason="Typed\0in\na hurry").status_code == 302
    assert MarkChange.objects.get().reason == "Typed in a hurry"


def test_undo_gives_the_mark_of_grading_again(as_grace, attempt, here):
    change(as_grace, here)
    assert "As graded: 0" in as_grace.get(here).text
    change(as_grace, here, points="", as_graded="1", seen="1", reason="A mistake of mine.")
    page = as_grace.get(here).text
    assert "As graded: 0" not in page
    assert page.count("The mark was changed") == 2
    attempt.refresh_from_db()
    assert attempt.score == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Say why"),
        ({"points": "2"}, "from 0 to 1"),
        ({"points": ""}, "from 0 to 1"),
        ({"points": "0"}, "nothing to change"),
        ({"seen": "1"}, "it is 0 now"),
        ({"seen": ""}, "it is 0 now"),
        ({"seen": "1/0"}, "it is 0 now"),
        ({"seen": "²"}, "it is 0 now"),
        ({"seen": "9" * 999}, "it is 0 now"),
        ({"as_graded": "1"}, "nothing to change"),
    ],
)
def test_refused_with_what_was_typed(as_grace, here, fields, sentence):
    answer = change(as_grace, here, **({"reason": f"{WHY} {ATTACK}"} | fields))
    assert answer.status_code == 400
    assert sentence in answer.text
    assert ATTACK not in answer.text
    assert (WHY in answer.text) == ("reason" not in fields)
    assert answer.text.count('<details class="change-mark" open>') == 1
    assert not MarkChange.objects.exists()


def test_a_form_of_before_says_what_it_is_now(as_grace, here):
    change(as_grace, here, points="0.5")
    answer = change(as_grace, here, points="1")
    assert "it is 0.5 now" in answer.text
    assert MarkChange.objects.count() == 1
    assert 'name="seen" value="1/2"' in answer.text


def test_an_open_attempt_has_no_marks(as_grace, ada, quiz, here, attempt):
    later = begin(quiz, ada)
    there = here.replace(attempt.public_id, later.public_id)
    assert change(as_grace, there).status_code == 200
    assert not MarkChange.objects.exists()


def test_a_question_worth_nothing_has_no_form(as_grace, ada, quiz, here, attempt):
    make_question(quiz, SINGLE, points=0)
    later = submitted(quiz, ada, wrong)
    page = as_grace.get(here.replace(attempt.public_id, later.public_id)).text
    assert page.count('class="change-mark"') == 2


def test_nobody_else_changes_anything(client, as_ada, as_eve, as_otto, here):
    assert change(client, here).status_code == 302
    for browser in (as_ada, as_eve, as_otto):
        assert change(browser, here).status_code == 404
    assert not MarkChange.objects.exists()


def test_only_what_belongs_together(as_grace, grace, ada, eve, quiz, classroom, here, attempt):
    """Trial 2."""
    other = Classroom.objects.create(name="Another")
    other.seats.create(user=grace, role="instructor")
    other.seats.create(user=ada)
    theirs, elsewhere = submitted(quiz, eve, wrong), submitted(make_quiz(), ada, wrong)
    for wrong_one in (theirs, elsewhere):
        there = here.replace(attempt.public_id, wrong_one.public_id)
        assert change(as_grace, there).status_code == 404
    seat = other.seats.get(user=ada)
    there = f"/teach/classes/{other.public_id}/learners/{seat.pk}/attempts/{attempt.public_id}/"
    assert change(as_grace, there).status_code == 404
    assert change(as_grace, here, slot=3).status_code == 404
    assert as_grace.get(f"{here}answers/1/mark/").status_code == 405
    assert not MarkChange.objects.exists()


def test_after_leaving_only_what_was_handed_in_before(as_grace, ada, quiz, classroom, here, attempt):  # fmt: skip  # noqa: E501
    joining.leave(classroom.seats.get(user=ada), timezone.now())
    after = submitted(quiz, ada, wrong)
    assert change(as_grace, here.replace(attempt.public_id, after.public_id)).status_code == 404
    assert change(as_grace, here).status_code == 302
    assert MarkChange.objects.get().answer.attempt == attempt


def test_an_archived_class_changes_nothing(as_grace, classroom, here):
    Classroom.objects.update(archived_at=timezone.now())
    assert 'class="change-mark"' not in as_grace.get(here).text
    assert change(as_grace, here).status_code == 404
    assert not MarkChange.objects.exists()
