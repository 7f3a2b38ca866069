"""Keeping one's place, read and not read, bookmarks, reports."""

import pytest

from lessons.models import Bookmark, LessonProgress, ProblemReport
from tests.factories import make_lesson

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lesson(db):
    """A published lesson."""
    return make_lesson(slug="open", title="An open lesson")


def test_the_place_is_kept(as_ada, ada):
    as_ada.post("/lessons/open/place/", {"heading": "first-part", "fraction": "0.2"})
    answer = as_ada.post("/lessons/open/place/", {"heading": "second-part", "fraction": "0.7"})

    assert answer.status_code == 204
    row = LessonProgress.objects.get(user=ada)
    assert (row.heading, row.fraction, row.read_at) == ("second-part", 0.7, None)


@pytest.mark.parametrize("fraction", ["-1", "1.1", "NaN", "Infinity", "1e999", "", "x"])
def test_a_place_that_is_none_is_refused(as_ada, fraction):
    """Trial 22: what a browser computes is checked."""
    answer = as_ada.post("/lessons/open/place/", {"heading": "", "fraction": fraction})

    assert answer.status_code == 400
    assert not LessonProgress.objects.exists()


def test_the_place_needs_a_person(client):
    answer = client.post("/lessons/open/place/", {"fraction": "0.5"})

    assert answer.status_code == 401


def test_mark_as_read_and_undo(as_ada, ada):
    answer = as_ada.post("/lessons/open/read/", {"read": "1"}, follow=True)
    assert "You have read this lesson." in answer.text
    first = LessonProgress.objects.get(user=ada).read_at

    as_ada.post("/lessons/open/read/", {"read": "1"})
    assert LessonProgress.objects.get(user=ada).read_at == first

    answer = as_ada.post("/lessons/open/read/", {"read": "0"}, follow=True)
    assert "Mark as read" in answer.text


def test_a_client_cannot_say_when(as_ada, ada):
    as_ada.post("/lessons/open/read/", {"read": "1", "read_at": "1999-01-01", "user": "1"})

    assert LessonProgress.objects.get(user=ada).read_at.year > 2000


def test_bookmark_and_remove(as_ada, ada):
    for _ in range(2):
        answer = as_ada.post("/lessons/open/bookmark/", {"keep": "1"}, follow=True)
    assert "Remove bookmark" in answer.text
    assert "An open lesson" in as_ada.get("/me/bookmarks/").text

    answer = as_ada.post("/lessons/open/bookmark/", {"keep": "0", "from": "bookmarks"}, follow=True)
    assert "Nothing kept yet" in answer.text
    assert not Bookmark.objects.exists()


@pytest.mark.parametrize("path", ["place", "read", "bookmark"])
def test_reading_an_address_changes_nothing(as_ada, client, path):
    assert as_ada.get(f"/lessons/open/{path}/").status_code == 405
    if path != "place":
        assert client.post(f"/lessons/open/{path}/")["Location"].startswith("/accounts/login/")
    assert not LessonProgress.objects.exists()
    assert not Bookmark.objects.exists()


def test_opening_a_lesson_writes_nothing(as_ada):
    as_ada.get("/lessons/open/")

    assert not LessonProgress.objects.exists()


def test_anybody_reports_a_problem(client, as_ada, ada):
    client.post("/lessons/open/report/", {"text": "A wrong figure."})
    answer = as_ada.post(
        "/lessons/open/report/", {"text": "A wrong key.", "question": "first"}, follow=True
    )

    assert "Thank you" in answer.text
    theirs, mine = ProblemReport.objects.order_by("pk")
    assert (theirs.user, mine.user, mine.question) == (None, ada, "first")


def test_an_empty_report_is_refused(client):
    page = client.post("/lessons/open/report/", {"text": " "}).text

    assert "<title>Error: " in page
    assert not ProblemReport.objects.exists()
