"""The course page, and what its percentage counts."""

import pytest

from lessons.models import LessonProgress
from tests.factories import make_course, make_lesson, make_module, make_playbook, make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """Two lessons, the second with a quiz."""
    course = make_course(slug="weights", title="Weights", body="An *introduction*.")
    module = make_module(course, title="First steps")
    make_lesson(module, slug="one", title="Part 1")
    make_quiz(make_lesson(module, slug="two", title="Part 2"))
    make_playbook(course, title="Step by step")
    return course


def test_everything_stands_there(client, course):
    page = client.get("/courses/weights/").text

    for text in ("An <em>introduction</em>.", "First steps", "Part 1", "Part 2", "Step by step"):
        assert text in page
    assert "What the" not in page


def test_a_percentage_says_what_counts(as_ada, ada, course):
    one, two = course.modules.get().lessons.all()
    for lesson in (one, two):
        LessonProgress.objects.mark_read(ada, lesson)

    page = as_ada.get("/courses/weights/").text

    assert "What the 50 % count" in page
    assert "1 of 2 are done" in page
    assert "To do: pass its quiz." in page


def test_a_course_without_lessons_is_not_listed(client):
    make_course(title="Empty one")

    assert "Empty one" not in client.get("/").text


@pytest.mark.parametrize("size", [1, 10])
def test_queries_stay_the_same(as_ada, course, size, django_assert_max_num_queries):
    for _ in range(size):
        make_quiz(make_lesson(make_module(course)))

    with django_assert_max_num_queries(6):
        as_ada.get("/courses/weights/")
