"""What a learner sees of what is due: on the home page, the dashboard, in a class."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from lessons.models import Lesson, LessonProgress
from teaching.agenda import agenda, next_due
from teaching.due import State
from teaching.models import Assignment, Classroom, Extension, Seat
from tests.desk import ATTACK
from tests.factories import make_lesson, make_quiz, make_result

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# Friday, 23:59 in Berlin.
FRIDAY = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    """A Tuesday noon; stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room(classroom):
    classroom.time_zone = "Europe/Berlin"
    classroom.save()
    return classroom


@pytest.fixture
def lessons(classroom):
    return list(Lesson.objects.in_order())


def assign(room, lesson, what="done", due_at=FRIDAY, **fields):
    return Assignment.objects.create(
        classroom=room, lesson=lesson, what=what, due_at=due_at, **fields
    )


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


@pytest.mark.parametrize("address", ["/", "/me/"])
def test_what_is_due_is_said_in_both_times(as_ada, room, lessons, address):
    assign(room, lessons[2], "quiz", note="Before we meet")

    page = as_ada.get(address)

    for words in (
        "What is due",
        "Pass its quiz, for Grace’s class.",
        "Due Friday, November 27, 22:59 (23:59 in the class’s time, Europe/Berlin).",
        "Before we meet",
    ):
        assert words in text(page)
    assert f'href="{lessons[2].quiz.get_absolute_url()}"' in page.text
    assert '<time datetime="2026-11-27T22:59:59+00:00">' in page.text


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Due Friday, November 27, 23:59."),
        # The same clock by another name.
        ("Europe/Paris", "Due Friday, November 27, 23:59."),
        (
            "Asia/Tokyo",
            "Due Saturday, November 28, 07:59 "
            "(Friday, November 27, 23:59 in the class’s time, Europe/Berlin).",
        ),
    ],
)
def test_the_time_is_the_reader_s(as_ada, ada, room, lessons, zone, words):
    ada.time_zone = zone
    ada.save()
    assign(room, lessons[0])

    assert words in text(as_ada.get("/"))


def test_what_is_overdue_comes_first_and_says_since_when(as_ada, room, lessons):
    assign(room, lessons[0], due_at=None)
    assign(room, lessons[1])
    assign(room, lessons[2], due_at=FRIDAY - 7 * DAY)

    page = text(as_ada.get("/"))

    overdue = "Overdue since Friday, November 20, 22:59"
    assert page.index(overdue) < page.index("Due Friday") < page.index("No due date.")


def test_five_at_most(as_ada, room, lessons):
    for n in range(7):
        assign(room, make_lesson(lessons[0].module), due_at=FRIDAY + n * DAY)

    assert as_ada.get("/").text.count("Due <time") == 5


def test_what_is_done_is_not_due(as_ada, ada, room, lessons):
    make_quiz(lessons[1])
    for lesson, what in zip(lessons, ("done", "read", "quiz"), strict=True):
        assign(room, lesson, what)
    assert len(next_due(ada, NOW)) == 3

    LessonProgress.objects.mark_read(ada, lessons[0])
    LessonProgress.objects.mark_read(ada, lessons[1])
    make_result(lessons[2].quiz, ada)

    assert next_due(ada, NOW) == []
    assert "What is due" not in as_ada.get("/").text
    states = [item.state for item in agenda(ada, room, NOW)]
    assert states == [State.DONE] * 3


def test_half_of_it_is_not_all(ada, room, lessons):
    assign(room, lessons[2])
    LessonProgress.objects.mark_read(ada, lessons[2])

    assert [item.state for item in next_due(ada, NOW)] == [State.OPEN]
    assert [item.state for item in next_due(ada, NOW + 9 * DAY)] == [State.OVERDUE]

    make_result(lessons[2].quiz, ada, submitted_at=FRIDAY + DAY)
    item = agenda(ada, room, NOW + 9 * DAY)[0]
    assert (item.state, item.done_at) == (State.LATE, FRIDAY + DAY)


def test_a_later_date_for_one_learner(as_ada, ada, room, lessons):
    row = assign(room, lessons[0])
    seat = room.seats.get(user=ada)
    extension = Extension.objects.create(assignment=row, seat=seat, due_at=FRIDAY + 3 * DAY)
    assert "Due Monday, November 30, 22:59" in text(as_ada.get("/"))

    # The class got more time than that.
    Assignment.objects.update(due_at=FRIDAY + 7 * DAY)
    assert "Due Friday, December 4, 22:59" in text(as_ada.get("/"))
    extension.delete()


def nothing_left(room, ada, lessons):
    room.seats.filter(user=ada).update(left_at=NOW)


def nothing_archived(room, ada, lessons):
    Classroom.objects.update(archived_at=NOW)


def nothing_to_teach(room, ada, lessons):
    room.seats.filter(user=ada).update(role=Seat.Role.INSTRUCTOR)


def nothing_published(room, ada, lessons):
    Lesson.objects.update(archived_at=NOW)


def nothing_of_the_class(room, ada, lessons):
    room.courses.clear()


@pytest.mark.parametrize(
    "end",
    [nothing_left, nothing_archived, nothing_to_teach, nothing_published, nothing_of_the_class],
)
def test_when_nothing_is_due(as_ada, ada, room, lessons, end):
    assign(room, lessons[0])
    end(room, ada, lessons)

    assert next_due(ada, NOW) == agenda(ada, room, NOW) == []
    assert "What is due" not in as_ada.get("/").text


def test_others_are_told_nothing(as_eve, as_grace, client, room, lessons):
    assign(room, lessons[0])

    for browser in (as_eve, as_grace, client):
        assert "What is due" not in browser.get("/").text


def test_hostile_names_are_inert(as_ada, room, lessons):
    room.name = ATTACK
    room.save()
    Lesson.objects.update(title=ATTACK)
    assign(room, lessons[0], note=ATTACK)

    assert ATTACK not in as_ada.get("/").text
    assert ATTACK not in as_ada.get("/me/").text


@pytest.mark.parametrize("size", [1, 12])
def test_it_is_one_query(ada, room, lessons, size, django_assert_num_queries):
    for _ in range(size):
        other = Classroom.objects.create(name="Another")
        other.courses.set(room.courses.all())
        other.seats.create(user=ada)
        assign(other, lessons[0])
        assign(room, make_lesson(lessons[0].module))

    with django_assert_num_queries(1):
        next_due(ada, NOW)
    with django_assert_num_queries(1):
        assert len(agenda(ada, room, NOW)) == size


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        # The night in which Berlin's clocks go forward, and the one in which they go back.
        (datetime(2027, 3, 27, 22, 59, 59, tzinfo=UTC), "Due Saturday, March 27, 23:59."),
        (datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC), "Due Sunday, March 28, 23:59."),
        (datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC), "since Saturday, October 24, 23:59."),
        (datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), "since Sunday, October 25, 23:59."),
    ],
)  # fmt: skip
def test_over_both_changes_of_the_clock(as_ada, ada, room, lessons, due_at, words):
    ada.time_zone = "Europe/Berlin"
    ada.save()
    assign(room, lessons[0], due_at=due_at)

    assert words in text(as_ada.get("/"))


def test_the_page_of_the_class_has_all_of_it(as_ada, ada, room, lessons):
    assign(room, lessons[0], "read", due_at=FRIDAY - 7 * DAY)
    assign(room, lessons[1], "read", due_at=None)
    assign(room, lessons[2], "read")
    LessonProgress.objects.mark_read(ada, lessons[0])

    page = text(as_ada.get(f"/me/classes/{room.public_id}/"))

    assert "Done late on Tuesday, November 24, 12:00; due Friday, November 20, 22:59" in page
    assert "Due Friday, November 27, 22:59 (23:59 in the class’s time, Europe/Berlin)" in page
    assert "No due date." in page
    assert "for Grace’s class" not in page
