"""A learner's own classes, and what they are told that instructors see."""

from decimal import Decimal

import pytest
from django.utils import timezone

from lessons.models import LessonProgress
from quizzes.models import Allowance
from teaching import joining
from teaching.facts import Sight
from teaching.models import Classroom
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import make_lesson, make_quiz, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(classroom):
    """The address of the class for Ada."""
    return f"/me/classes/{classroom.public_id}/"


def test_their_classes_are_listed_and_everybody_has_the_entry(as_ada, as_eve, classroom):
    assert "Grace’s class" in as_ada.get("/me/classes/").text
    page = as_eve.get("/me/classes/").text
    assert "You are in no class" in page
    assert 'action="/join/"' in page
    assert 'href="/me/classes/"' in as_eve.get("/me/").text


def test_left_and_ended_classes_stay_listed_below(as_ada, ada, classroom):
    for name in ("A left one", "An ended one"):
        room = Classroom.objects.create(name=name)
        room.seats.create(user=ada)
    joining.leave(ada.seats.get(classroom__name="A left one"), timezone.now())
    joining.archive(Classroom.objects.get(name="An ended one"), timezone.now())
    page = as_ada.get("/me/classes/").text
    places = [page.index(name) for name in ("Grace’s class", "An ended one", "A left one")]
    assert places == sorted(places)
    assert "You left on" in page
    assert "Ended on" in page


def test_they_see_exactly_what_instructors_see(as_ada, ada, classroom, mine):
    first, second, third = Sight(classroom).lessons
    LessonProgress.objects.mark_read(ada, first)
    LessonProgress.objects.note_place(ada, second, "part", 0.5)
    make_result(third.quiz, ada, 40)
    make_result(third.quiz, ada, 60)

    page = as_ada.get(mine)

    assert "Taught by" in page.text
    assert "Grace" in page.text
    rows = {row.lesson.pk: row for row in page.context["rows"]}
    assert [rows[x.pk].done for x in (first, second, third)] == [True, False, False]
    assert rows[first.pk].read_at
    assert (rows[second.pk].read_at, bool(rows[second.pk].seen_at)) == (None, True)
    assert (rows[third.pk].percent, rows[third.pk].attempts) == (Decimal(60), 2)
    assert "60 %, not passed, 2 attempts" in page.text
    assert "write notes for themselves" in page.text


def test_what_others_gave_is_seen_too_and_they_are_told_so(
    as_ada, as_grace, as_eve, ada, otto, classroom, mine
):
    Allowance.objects.create(user=ada, quiz=None, reason="A broken arm", made_by=otto)
    seat = classroom.seats.get(user=ada)

    seen = as_grace.get(f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/extra/").text

    assert "A broken arm" in seen
    assert "Otto" in seen
    link = classroom.join_links.create()
    for page in (as_ada.get(mine), as_eve.get(link.get_absolute_url())):
        for words in ("Extra time and attempts", "or in all of the site", "outside the class"):
            assert words in page.text


def test_what_is_due_stands_first_while_it_is_asked(as_ada, classroom, mine):
    lesson = Sight(classroom).lessons[1]
    assert "What is due" not in as_ada.get(mine).text
    classroom.assignments.create(lesson=lesson, note="Before we meet.")
    assert "Before we meet." in as_ada.get(mine).text
    as_ada.post(f"{mine}leave/")
    assert "What is due" not in as_ada.get(mine).text.split("What your instructors")[0]


def test_a_score_that_the_quiz_hides_stays_hidden_and_is_said_to_be_seen(
    as_ada, ada, classroom, mine
):
    quiz = Sight(classroom).lessons[2].quiz
    quiz.show_score = False
    quiz.save()
    make_result(quiz, ada, 37)
    page = as_ada.get(mine).text
    assert "They see your score; this quiz does not show it to you, 1 attempt" in page
    assert "37 %" not in page.split("What your instructors see")[1]
    assert "not passed" not in page


def test_who_left_sees_what_was_kept_and_nothing_after(as_ada, ada, classroom, mine):
    first, second, _ = Sight(classroom).lessons
    LessonProgress.objects.mark_read(ada, first)
    assert "Leave “Grace’s class”?" in as_ada.get(f"{mine}leave/").text
    assert classroom.seats.get(user=ada).left_at is None

    assert as_ada.post(f"{mine}leave/")["Location"] == mine
    LessonProgress.objects.mark_read(ada, second)

    page = as_ada.get(mine)
    assert "This is what they saw until you left" in page.text
    rows = {row.lesson.pk: row.done for row in page.context["rows"]}
    assert (rows[first.pk], rows[second.pk]) == (True, False)
    assert "Leave …" not in page.text
    assert as_ada.get(f"{mine}leave/")["Location"] == mine
    assert as_ada.post(f"{mine}leave/").status_code == 302


def test_an_archived_class_stands_as_it_stood(as_ada, ada, classroom, mine):
    joining.archive(classroom, timezone.now())
    LessonProgress.objects.mark_read(ada, Sight(classroom).lessons[0])
    page = as_ada.get(mine)
    assert "The class ended on" in page.text
    assert not any(row.done for row in page.context["rows"])
    as_ada.post(f"{mine}leave/")
    assert "You left on" in as_ada.get(mine).text


def test_the_mail_of_a_class_is_switched(as_ada, ada, classroom, mine):
    as_ada.post(f"{mine}mail/", {})
    assert not classroom.seats.get(user=ada).wants_mail
    as_ada.post(f"{mine}mail/", {"wants_mail": "on"})
    assert classroom.seats.get(user=ada).wants_mail


def test_a_class_without_lessons_says_so(as_ada, ada, classroom, mine):
    classroom.courses.clear()
    page = as_ada.get(mine).text
    assert "The class has no course yet" in page
    assert "the class has no lessons" in page


@pytest.mark.parametrize("path", ["", "mail/", "leave/"])
def test_others_find_nothing(as_eve, as_grace, client, mine, path):
    for browser in (as_eve, as_grace):  # Grace teaches it, and learns nowhere
        for method in ("get", "post"):
            answer = getattr(browser, method)(f"{mine}{path}")
            assert answer.status_code in {404, 405}
        assert browser.post("/me/classes/nothing/leave/").status_code == 404
    assert client.get("/me/classes/").status_code == 302
    assert client.post(f"{mine}leave/").status_code == 302


def test_a_hostile_name_is_inert(as_ada, classroom, grace, mine):
    classroom.name = grace.name = ATTACK
    classroom.save()
    grace.save()
    for page in ("/me/classes/", mine, f"{mine}leave/"):
        assert ATTACK not in as_ada.get(page).text


def test_notes_and_others_are_never_shown(as_ada, ada, classroom, grace, eve, mine):
    classroom.seats.create(user=eve)
    classroom.seats.get(user=ada).notes.create(author=grace, text="Seems tired lately.")
    page = as_ada.get(mine).text
    assert "tired" not in page
    assert "eve@" not in page
    assert "Eve<" not in page


@pytest.mark.parametrize("size", [1, 20])
def test_both_pages_take_the_same_queries_at_any_size(
    as_ada, ada, classroom, mine, size, django_assert_num_queries
):
    module = classroom.courses.get().modules.get()
    for n in range(size):
        make_result(make_quiz(make_lesson(module)), ada)
        room = Classroom.objects.create(name=f"Class {n}")
        room.seats.create(user=ada)
        classroom.seats.create(user=person(f"i{n}@example.org"), role="instructor")
    with django_assert_num_queries(10):
        as_ada.get(mine)
    with django_assert_num_queries(4):
        as_ada.get("/me/classes/")
