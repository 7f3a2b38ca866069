"""Progress: computed from facts, never more than there is."""

import pytest

from lessons.models import LessonProgress
from progress.summary import Step, by_course, neighbours, way
from tests.factories import make_course, make_lesson, make_module, make_quiz, make_result


@pytest.mark.parametrize(
    ("has_quiz", "opened", "read", "passed", "state", "missing"),
    [
        (False, False, False, False, "new", "read it to the end"),
        (False, True, False, False, "reading", "read it to the end"),
        (False, True, True, False, "done", ""),
        (True, True, True, False, "read", "pass its quiz"),
        (True, False, False, True, "new", "read it to the end"),
        (True, True, False, False, "reading", "read it to the end and pass its quiz"),
        (True, True, True, True, "done", ""),
    ],
)
def test_a_lesson_is_done_when_read_and_passed(has_quiz, opened, read, passed, state, missing):
    step = Step(None, has_quiz, opened, read, passed)

    assert (step.state, step.missing, step.done) == (state, missing, state == "done")


@pytest.mark.django_db
def test_a_course_adds_up(ada, eve):
    module = make_module(make_course())
    first, second = make_lesson(module), make_lesson(module)
    quiz = make_quiz(second)
    make_lesson(module, status="draft")
    for lesson in (first, second):
        LessonProgress.objects.mark_read(ada, lesson)

    (course,) = by_course(way(ada))
    assert (course.done, course.total, course.percent) == (1, 2, 50)
    assert course.next_step.lesson == second

    make_result(quiz, ada)
    (course,) = by_course(way(ada))
    assert (course.percent, course.complete, course.next_step) == (100, True, None)

    (course,) = by_course(way(eve))
    assert (course.percent, course.started) == (0, False)


@pytest.mark.django_db
def test_what_leaves_the_course_no_longer_counts(ada):
    module = make_module()
    lessons = [make_lesson(module) for _ in range(3)]
    for lesson in lessons:
        LessonProgress.objects.mark_read(ada, lesson)
    lessons[0].status = "draft"
    lessons[0].save()

    (course,) = by_course(way(ada))

    assert (course.done, course.total, course.percent) == (2, 2, 100)


@pytest.mark.django_db
def test_neighbours_cross_modules():
    course = make_course()
    first = make_lesson(make_module(course, position=1))
    second = make_lesson(make_module(course, position=2))
    path = way(None, module__course=course)

    assert neighbours(path, first) == (None, path[1])
    assert neighbours(path, second) == (path[0], None)
