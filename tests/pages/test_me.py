"""The dashboard, and what a person may take along or have erased."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from lessons.models import Bookmark, LessonProgress, ProblemReport
from quizzes.attempts import start
from quizzes.models import Attempt
from tests.factories import (
    make_course,
    make_lesson,
    make_module,
    make_question,
    make_quiz,
    make_result,
)
from tests.progress.cards import checked_by, make_card

pytestmark = pytest.mark.django_db

QUERIES = 11  # of the dashboard


@pytest.fixture
def lesson(ada, eve):
    """A lesson in which Ada and Eve did something each."""
    lesson = make_lesson(slug="open", title="An open lesson")
    quiz = make_quiz(lesson)
    for percent, user in ((84, ada), (85, eve)):
        LessonProgress.objects.note_place(user, lesson, f"place-of-{user.name}", 0.5)
        Bookmark.objects.create(user=user, lesson=lesson)
        ProblemReport.objects.create(user=user, lesson=lesson, text=f"By {user.name}")
        make_result(quiz, user, percent)
    return lesson


def test_the_dashboard(as_ada, lesson):
    page = as_ada.get("/me/").text

    for text in ("Continue where you left off", "An open lesson", "84 %, passed", "What the 0 %"):
        assert text in page
    assert "85 %" not in page


def test_the_dashboard_says_where_the_time_is_up(as_ada, ada):
    begun = timezone.now() - timedelta(hours=1)
    start(make_quiz(time_limit=90), ada, begun)
    start(make_quiz(time_limit=30), ada, begun)

    page = as_ada.get("/me/").text
    assert page.count("The time was up on") == page.count("your answers are kept") == 1


def test_an_empty_dashboard_says_what_to_do(as_ada):
    page = as_ada.get("/me/").text

    assert "Choose a first lesson" in page
    assert "Press “Bookmark”" in page


def test_the_dashboard_names_the_days_that_were_active(as_ada, ada):
    assert "Active on" not in as_ada.get("/me/").text

    now = timezone.now()
    for days in (0, 3, 3, 40):
        LessonProgress.objects.create(
            user=ada, lesson=make_lesson(), seen_at=now - timedelta(days=days)
        )

    assert "Active on 2 of the last 30 days" in as_ada.get("/me/").text


def test_the_dashboard_names_what_is_mastered_and_the_weakest_first(as_ada, ada, eve, lesson):
    better, worse = lesson.objectives.get(), lesson.objectives.create(key="w", text="Much worse")
    for objective, fractions in ((better, (0, 1, 1)), (worse, (0, 0, 0))):
        question = make_question(lesson.quiz)
        checked_by(objective, question)
        make_card(ada, question, *fractions)
        make_card(eve, question, 1, 1, 1)

    page = as_ada.get("/me/").text

    assert "0 of 2 objectives mastered. The weakest:" in page
    assert page.index("Much worse") < page.index("14 %, learning") < page.index("To know")
    assert "66 %, learning" in page
    assert page.count("3 answers, last on <time") == 2
    assert f'value="objective:{worse.pk}"' in page  # “Practise”


def test_the_dashboard_leaves_out_courses_without_answers(as_ada, lesson):
    checked_by(lesson.objectives.get(), lesson.quiz.questions.get())

    page = as_ada.get("/me/").text

    assert "here stands how well you know what it teaches" in page
    assert "mastered" not in page


@pytest.mark.parametrize("size", [1, 6])
def test_the_dashboard_s_queries_stay_the_same(as_ada, ada, size, django_assert_num_queries):
    for _ in range(size):
        module = make_module(make_course())
        for _ in range(size):
            quiz = make_quiz(make_lesson(module))
            LessonProgress.objects.note_place(ada, quiz.lesson, "first-part", 0.5)
            make_result(quiz, ada, 50)
            checked_by(quiz.lesson.objectives.get(), quiz.questions.get())
            make_card(ada, quiz.questions.get(), 0, 1, 1)

    with django_assert_num_queries(QUERIES):
        page = as_ada.get("/me/").text

    assert page.count("66 %, learning") == size * min(size, 5)


@pytest.mark.parametrize(
    "address", ["/me/", "/me/bookmarks/", "/me/data/", "/me/data/export.json", "/me/settings/"]
)
def test_it_needs_a_person(client, address):
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_the_export_is_complete_and_only_mine(as_ada, lesson):
    answer = as_ada.get("/me/data/export.json")

    assert "attachment" in answer["Content-Disposition"]
    everything = answer.json()
    assert everything["reading"][0]["place"] == "place-of-Ada"
    assert len(everything["attempts"]) == 1
    assert "ada@example.org" in answer.text
    assert "Eve" not in answer.text
    assert "eve@" not in answer.text


def test_erasing_leaves_no_name_and_every_answer(as_ada, ada, lesson):
    answer = as_ada.post("/me/data/", {"email": "ADA@example.org"}, follow=True)

    assert "Your account is erased" in answer.text
    assert not User.objects.filter(email="ada@example.org").exists()
    assert list(LessonProgress.objects.values_list("user__name", flat=True)) == ["Eve"]
    assert Attempt.objects.filter(user=None).count() == 1
    assert ProblemReport.objects.filter(user=None).count() == 1
    assert as_ada.get("/me/").status_code == 302


def test_erasing_asks_for_the_address(as_ada, ada):
    page = as_ada.post("/me/data/", {"email": "eve@example.org"})

    assert "<title>Error: " in page.text
    assert User.objects.filter(pk=ada.pk).exists()
