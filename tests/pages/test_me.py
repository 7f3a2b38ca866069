"""The dashboard, and what a person may take along or have erased."""

import pytest

from accounts.models import User
from lessons.models import Bookmark, LessonProgress, ProblemReport
from quizzes.models import Attempt
from tests.factories import make_lesson, make_quiz, make_result

pytestmark = pytest.mark.django_db


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


def test_an_empty_dashboard_says_what_to_do(as_ada):
    page = as_ada.get("/me/").text

    assert "Choose a first lesson" in page
    assert "Press “Bookmark”" in page


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
