"""The instructor's first page."""

import pytest

from lessons.models import LessonProgress
from teaching.models import Classroom, Seat
from tests.conftest import person, signed_in
from tests.factories import make_lesson, make_quiz, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def classroom(grace, ada):
    """Grace's class, in which Ada has read one of two lessons."""
    lesson = make_lesson(title="First lesson")
    make_lesson(lesson.module)
    room = Classroom.objects.create(name="Grace's class")
    room.courses.add(lesson.module.course)
    Seat.objects.create(classroom=room, user=grace, role="instructor")
    Seat.objects.create(classroom=room, user=ada)
    LessonProgress.objects.mark_read(ada, lesson)
    quiz = make_quiz(make_lesson(lesson.module, title="Third lesson"))
    make_result(quiz, ada, 50, submitted_at="2026-06-14T12:00Z")
    return room


def test_who_is_in_and_how_far(as_grace, classroom):
    assert "1 learner" in as_grace.get("/teach/").text

    page = as_grace.get(classroom.get_absolute_url()).text

    for text in ("Ada", "1 of 3", "Third lesson", "50 %"):
        assert text in page


def test_a_class_without_learners_says_so(as_grace, classroom):
    classroom.seats.filter(role="learner").delete()

    assert "Nobody is in yet" in as_grace.get(classroom.get_absolute_url()).text


def test_another_instructor_sees_nothing(classroom, grace):
    other = person("other@example.org")
    other.user_permissions.set(grace.groups.get().permissions.all())

    browser = signed_in(other)

    assert "No class yet" in browser.get("/teach/").text
    assert browser.get(classroom.get_absolute_url()).status_code == 404


def test_learners_and_strangers_are_refused(as_ada, client, classroom):
    assert as_ada.get("/teach/").status_code == 403
    assert as_ada.get(classroom.get_absolute_url()).status_code == 404
    assert client.get("/teach/").status_code == 302


@pytest.mark.parametrize("size", [2, 40])
def test_queries_stay_the_same(as_grace, classroom, size, django_assert_max_num_queries):
    for n in range(size):
        learner = person(f"learner-{n}@example.org")
        Seat.objects.create(classroom=classroom, user=learner)

    with django_assert_max_num_queries(6):
        as_grace.get(classroom.get_absolute_url())
