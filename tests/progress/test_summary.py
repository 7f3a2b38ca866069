"""Progress: computed from facts, never more than there is."""

from datetime import UTC, datetime, timedelta

import pytest

from lessons.models import LessonProgress
from progress.summary import Step, active_days, by_course, neighbours, way
from quizzes.models import Review
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


NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)


def read_at(user, *moments):
    """The person's visits, each in a lesson of its own."""
    for moment in moments:
        LessonProgress.objects.create(user=user, lesson=make_lesson(), seen_at=moment)


def answer_review(user, version, moment):
    """An answered review."""
    Review.objects.create(user=user, version=version, asked_at=moment, answered_at=moment)


@pytest.mark.django_db
def test_a_day_counts_once_for_reading_quizzes_and_reviews(ada, eve):
    quiz = make_quiz()
    version = quiz.questions.get().current
    day = timedelta(days=1)
    read_at(ada, NOW - 3 * day, NOW - 3 * day + timedelta(hours=2))
    LessonProgress.objects.filter(user=ada).update(read_at=NOW - 4 * day)
    make_result(quiz, ada, submitted_at=NOW - 3 * day)
    make_result(quiz, ada, submitted_at=NOW - 5 * day)
    answer_review(ada, version, NOW - 6 * day)
    answer_review(ada, version, NOW - 6 * day)

    assert active_days(ada, NOW) == 4
    assert active_days(eve, NOW) == 0


@pytest.mark.django_db
def test_what_was_only_begun_is_no_activity(ada):
    quiz = make_quiz()
    make_result(quiz, ada, submitted_at=None, state="in_progress", started_at=NOW)
    version = quiz.questions.get().current
    Review.objects.create(user=ada, version=version, asked_at=NOW)

    assert active_days(ada, NOW) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "moments", "days"),
    [
        # 23:30 and 00:30 in Berlin are two days there and one in UTC
        ("UTC", ["2026-05-20 21:30", "2026-05-20 22:30"], 1),
        ("Europe/Berlin", ["2026-05-20 21:30", "2026-05-20 22:30"], 2),
        ("Pacific/Auckland", ["2026-05-20 11:59", "2026-05-20 12:01"], 2),
        # today and the 29 days before it
        ("UTC", ["2026-05-02 00:00", "2026-05-01 23:59"], 1),
        ("Europe/Berlin", ["2026-05-01 22:00", "2026-05-01 21:59"], 1),
        # a clock ahead of ours
        ("UTC", ["2026-06-01 12:00"], 0),
    ],
)
def test_days_are_those_of_the_person_s_time_zone(ada, zone, moments, days):
    ada.time_zone = zone
    read_at(ada, *(datetime.fromisoformat(f"{moment}+00:00") for moment in moments))

    assert active_days(ada, NOW) == days


@pytest.mark.django_db
def test_active_days_are_one_query(ada, django_assert_num_queries):
    read_at(ada, NOW)

    with django_assert_num_queries(1):
        active_days(ada, NOW)
