"""The home page."""

import pytest

from lessons.models import LessonProgress
from tests.factories import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def lessons():
    """A course of three lessons."""
    module = make_module(make_course(title="Weights", summary="What they are."))
    return [make_lesson(module, title=f"Part {n}") for n in (1, 2, 3)]


def test_the_courses(client, lessons):
    page = client.get("/").text

    assert "Weights" in page
    assert "What they are." in page
    assert "3 lessons" in page
    assert "Sign up free" in page


def test_a_new_learner_is_shown_the_shortest_way_in(as_ada, lessons):
    page = as_ada.get("/").text

    assert "Part 1" in page
    assert "Continue where you left off" not in page


def test_a_learner_goes_on_at_the_heading(as_ada, ada, lessons):
    LessonProgress.objects.note_place(ada, lessons[1], "second-part", 0.5)

    page = as_ada.get("/").text

    assert "Continue where you left off" in page
    assert f"{lessons[1].get_absolute_url()}#second-part" in page
    assert "Second part" in page


def test_after_a_lesson_the_next_one(as_ada, ada, lessons):
    LessonProgress.objects.note_place(ada, lessons[0], "second-part", 1)
    LessonProgress.objects.mark_read(ada, lessons[0])

    page = as_ada.get("/").text

    assert f'href="{lessons[1].get_absolute_url()}"' in page
    assert "33" in page


def test_without_courses_it_says_so(client, as_admin):
    assert "No course yet" in client.get("/").text
    assert "in the admin" in as_admin.get("/").text


@pytest.mark.parametrize("size", [1, 10])
def test_queries_stay_the_same(as_ada, ada, size, django_assert_max_num_queries):
    for _ in range(size):
        module = make_module()
        for _ in range(3):
            LessonProgress.objects.note_place(ada, make_lesson(module), "first-part", 0.1)

    for address in ("/", "/me/"):
        with django_assert_max_num_queries(11):
            assert as_ada.get(address).status_code == 200
