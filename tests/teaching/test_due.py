"""What is due: states, and how many of a class are behind."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from lessons.models import LessonProgress
from teaching.due import State, done_at, later_of, overdue_counts, state_of
from teaching.facts import Sight
from teaching.models import Assignment, Classroom, Extension, Seat
from tests.conftest import person
from tests.factories import make_course, make_lesson, make_module, make_quiz, make_result

EARLY, MIDDLE, LATE = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 10, 20))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("what", "read_at", "passed_at", "has_quiz", "done"),
    [
        ("read", EARLY, None, True, EARLY),
        ("read", None, EARLY, True, None),
        ("quiz", EARLY, LATE, True, LATE),
        ("quiz", None, LATE, True, LATE),
        ("quiz", EARLY, None, True, None),
        ("done", EARLY, LATE, True, LATE),
        ("done", LATE, EARLY, True, LATE),
        ("done", EARLY, None, True, None),
        ("done", None, EARLY, True, None),
        # Its quiz is gone: to read is all there is.
        ("quiz", EARLY, None, False, EARLY),
        ("done", EARLY, None, False, EARLY),
        ("done", None, LATE, False, None),
    ],
)
def test_when_it_is_done(what, read_at, passed_at, has_quiz, done):
    assert done_at(what, read_at, passed_at, has_quiz=has_quiz) == done


@pytest.mark.parametrize(
    ("due_at", "done", "now", "state"),
    [
        (MIDDLE, None, EARLY, State.OPEN),
        (MIDDLE, None, MIDDLE, State.OPEN),
        (MIDDLE, None, LATE, State.OVERDUE),
        (MIDDLE, EARLY, LATE, State.DONE),
        (MIDDLE, MIDDLE, LATE, State.DONE),
        (MIDDLE, LATE, LATE, State.LATE),
        (None, None, LATE, State.OPEN),
        (None, LATE, LATE, State.DONE),
    ],
)
def test_how_it_stands(due_at, done, now, state):
    assert state_of(due_at, done, now) == state


def test_a_later_date_counts_only_where_it_is_later():
    assert later_of(MIDDLE, LATE) == LATE
    assert later_of(MIDDLE, EARLY) == MIDDLE
    assert later_of(MIDDLE, None) == MIDDLE
    assert later_of(None, LATE) is None


@pytest.fixture
def lessons(db):
    """Three lessons of a course; the last two have quizzes."""
    module = make_module(make_course())
    rows = [make_lesson(module) for _ in range(3)]
    for lesson in rows[1:]:
        make_quiz(lesson)
    return rows


@pytest.fixture
def room(grace, ada, lessons):
    """Grace's class in Berlin, in which Ada learns."""
    room = Classroom.objects.create(name="Grace’s class", time_zone="Europe/Berlin")
    room.courses.add(lessons[0].module.course)
    Seat.objects.create(classroom=room, user=grace, role="instructor")
    Seat.objects.create(classroom=room, user=ada)
    return room


def assign(room, lesson, what="done", due_at=MIDDLE):
    return Assignment.objects.create(classroom=room, lesson=lesson, what=what, due_at=due_at)


def count(room, user, now=LATE):
    return overdue_counts(Sight(Classroom.objects.get(pk=room.pk)), now)[user.pk]


def test_nothing_assigned_nothing_overdue(room, ada):
    assert overdue_counts(Sight(room), LATE) == {ada.pk: 0}


def test_it_is_overdue_when_the_date_is_over_and_it_is_not_done(room, ada, lessons):
    assign(room, lessons[0])
    assign(room, lessons[1], due_at=LATE + DAY)
    assign(room, lessons[2], due_at=None)

    assert count(room, ada, MIDDLE) == 0
    assert count(room, ada) == 1

    LessonProgress.objects.mark_read(ada, lessons[0])
    assert count(room, ada) == 0


@pytest.mark.parametrize(
    ("what", "read", "passed", "behind"),
    [
        ("read", True, False, 0),
        ("read", False, True, 1),
        ("quiz", False, True, 0),
        ("quiz", True, False, 1),
        ("done", True, False, 1),
        ("done", False, True, 1),
        ("done", True, True, 0),
    ],
)
def test_what_is_to_be_done(room, ada, lessons, what, read, passed, behind):
    assign(room, lessons[1], what)
    LessonProgress.objects.create(user=ada, lesson=lessons[1])
    if read:
        LessonProgress.objects.mark_read(ada, lessons[1])
    if passed:
        make_result(lessons[1].quiz, ada)

    assert count(room, ada) == behind


def test_a_quiz_that_was_not_passed_is_overdue(room, ada, lessons):
    assign(room, lessons[1], "quiz")
    make_result(lessons[1].quiz, ada, 20)
    assert count(room, ada) == 1


def test_a_quiz_that_is_gone_asks_for_reading(room, ada, lessons):
    assign(room, lessons[1], "quiz")
    lessons[1].quiz.questions.update(archived_at=timezone.now())
    assert count(room, ada) == 1

    LessonProgress.objects.mark_read(ada, lessons[1])
    assert count(room, ada) == 0


def test_a_lesson_that_is_not_on_the_site_is_not_overdue(room, ada, lessons):
    assign(room, lessons[0])
    lessons[0].archived_at = timezone.now()
    lessons[0].save()
    assert count(room, ada) == 0


@pytest.mark.parametrize("what", ["read", "quiz", "done"])
def test_more_time_for_one_learner(room, ada, lessons, what):
    bob = person("bob@example.org")
    seat = Seat.objects.create(classroom=room, user=bob)
    mine = assign(room, lessons[1], what)
    assign(room, lessons[2], what)
    Extension.objects.create(assignment=mine, seat=seat, due_at=LATE + DAY)

    assert (count(room, ada), count(room, bob)) == (2, 1)
    assert count(room, bob, LATE + 2 * DAY) == 2

    # Done before either date: it counts once.
    for learner in (ada, bob):
        LessonProgress.objects.mark_read(learner, lessons[1])
        make_result(lessons[1].quiz, learner)
    assert (count(room, ada), count(room, bob)) == (1, 1)


def test_an_archived_class_stays_as_it_was(room, ada, lessons):
    assign(room, lessons[0])
    Classroom.objects.update(archived_at=EARLY)
    assert count(room, ada) == 0

    Classroom.objects.update(archived_at=MIDDLE + DAY)
    assert count(room, ada) == 1


def test_nothing_is_due_for_those_who_left(room, ada, lessons):
    assign(room, lessons[0])
    Seat.objects.filter(user=ada).update(left_at=MIDDLE)
    assert overdue_counts(Sight(room), LATE) == {}
    assert overdue_counts(Sight(room, former=True), LATE) == {}


@pytest.mark.parametrize("size", [1, 6])
def test_the_counts_take_four_queries(room, lessons, size, django_assert_num_queries):
    for n in range(size):
        seat = Seat.objects.create(classroom=room, user=person(f"learner-{n}@example.org"))
        LessonProgress.objects.mark_read(seat.user, lessons[n % 3])
    for lesson, what in zip(lessons, ("read", "quiz", "done"), strict=True):
        row = assign(room, lesson, what)
        Extension.objects.create(assignment=row, seat=seat, due_at=LATE + DAY)
    sight = Sight(room)
    assert len(sight.lessons) == 3

    with django_assert_num_queries(4):
        assert len(overdue_counts(sight, LATE)) == size + 1
    with django_assert_num_queries(3):
        overdue_counts(sight, LATE, people=[seat.user_id])
