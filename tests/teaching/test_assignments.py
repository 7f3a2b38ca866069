"""The assignments of a class, through the pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from lessons.models import Lesson, LessonProgress
from teaching import assigning
from teaching.models import Assignment, Classroom, Extension
from tests.conftest import person
from tests.desk import ATTACK, said
from tests.factories import make_lesson, make_module, make_result

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)  # 23:59 in Berlin
DAY = timedelta(days=1)


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


@pytest.fixture
def here(room):
    return f"/teach/classes/{room.public_id}/assignments/"


def form(**fields):
    return {"what": "done", "due_date": "2026-11-27", "due_time": "23:59", "note": "", **fields}


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


def errors(answer):
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


# Assigning ----------------------------------------------------------------------------------------


def test_some_lessons_are_assigned(as_grace, room, lessons, here):
    assert "Nothing is assigned" in as_grace.get(here).text
    assert "Third lesson" in as_grace.get(f"{here}new/").text
    chosen = [lessons[0].pk, lessons[2].pk]

    answer = as_grace.post(f"{here}new/", form(lessons=chosen, note="Read it twice"), follow=True)

    assert said(answer) == ["2 lessons assigned."]
    assert answer.redirect_chain == [(here, 302)]
    rows = list(Assignment.objects.order_by("pk"))
    assert [row.lesson for row in rows] == [lessons[0], lessons[2]]
    assert {(row.what, row.due_at, row.note) for row in rows} == {("done", FRIDAY, "Read it twice")}
    assert "Fri, Nov 27, 2026, 23:59 (Fri, Nov 27, 22:59 where you are)" in text(answer)
    assert "First lesson" not in text(as_grace.get(f"{here}new/"))


def test_a_whole_module_is_assigned(as_grace, room, lessons, here):
    other = make_lesson(make_module(lessons[0].module.course))
    Assignment.objects.create(classroom=room, lesson=lessons[1])

    data = form(modules=[lessons[0].module_id], lessons=[lessons[0].pk, other.pk])
    assert said(as_grace.post(f"{here}new/", data, follow=True)) == ["3 lessons assigned."]
    assert Assignment.objects.filter(due_at=FRIDAY).count() == 3
    assert "Every lesson of the class" in text(as_grace.get(f"{here}new/"))


def test_the_same_twice_is_once(as_grace, room, lessons, here):
    for _ in range(2):
        assigning.assign(room, [lessons[0].pk], "read", None, "")
    assert Assignment.objects.count() == 1


def test_without_a_date_nothing_is_due(as_grace, room, lessons, here):
    as_grace.post(f"{here}new/", form(lessons=[lessons[0].pk], due_date=""))
    assert Assignment.objects.get().due_at is None
    assert "No date" in as_grace.get(here).text


def test_without_a_time_the_day_counts(as_grace, room, lessons, here):
    as_grace.post(f"{here}new/", form(lessons=[lessons[0].pk], due_time=""))
    assert Assignment.objects.get().due_at == FRIDAY


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"lessons": []}, "lessons", "Choose at least one lesson"),
        ({"lessons": ["999999"]}, "lessons", "Select a valid choice"),
        ({"lessons": ["x"]}, "lessons", "Select a valid choice"),
        ({"modules": ["999999"]}, "modules", "Select a valid choice"),
        ({"what": "sing"}, "what", "Select a valid choice"),
        ({"due_date": "tomorrow"}, "due_date", "Enter a valid date"),
        ({"due_date": "0001-01-01"}, "due_date", "greater than or equal to"),
        ({"due_date": "9999-12-31"}, "due_date", "less than or equal to"),
        ({"due_time": "25:00"}, "due_time", "Enter a valid time"),
        ({"note": "x" * 301}, "note", "at most 300 characters"),
    ],
)
def test_what_is_refused(as_grace, lessons, here, fields, field, words):
    data = form(**{"lessons": [lessons[0].pk], **fields})
    answer = as_grace.post(f"{here}new/", data)

    assert words in str(errors(answer)[field])
    assert "<title>Error: " in answer.text
    assert not Assignment.objects.exists()


def test_a_lesson_of_another_course_is_refused(as_grace, here):
    assert errors(as_grace.post(f"{here}new/", form(lessons=[make_lesson().pk])))


def test_five_hundred_at_most(as_grace, room, lessons, here, monkeypatch):
    monkeypatch.setattr(assigning, "MOST", 2)
    assigning.assign(room, [lessons[0].pk], "read", None, "")

    data = form(lessons=[lesson.pk for lesson in lessons[1:]])
    answer = as_grace.post(f"{here}new/", data)
    assert "A class has at most 2 assignments: 1 are left." in str(errors(answer)["lessons"])
    assert Assignment.objects.count() == 1


# Over both changes of the clock -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hour", "moment"),
    [
        ("Europe/Berlin", "2027-03-27", "23:59", datetime(2027, 3, 27, 22, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", "2027-03-28", "23:59", datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", "2027-10-31", "01:59", datetime(2027, 10, 30, 23, 59, 59, tzinfo=UTC)),
        ("America/New_York", "2027-03-14", "03:00", datetime(2027, 3, 14, 7, 0, 59, tzinfo=UTC)),
        ("Australia/Lord_Howe", "2027-10-03", "02:30", datetime(2027, 10, 2, 15, 30, 59, tzinfo=UTC)),  # noqa: E501
        ("Asia/Kolkata", "2027-03-28", "02:30", datetime(2027, 3, 27, 21, 0, 59, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_moment_is_that_of_the_class(as_grace, room, lessons, here, zone, day, hour, moment):
    Classroom.objects.update(time_zone=zone)
    as_grace.post(f"{here}new/", form(lessons=[lessons[0].pk], due_date=day, due_time=hour))

    row = Assignment.objects.get()
    assert row.due_at == moment
    # The form shows what was typed, and storing it again changes nothing.
    answer = as_grace.get(f"{here}{row.pk}/")
    assert f'value="{day}"' in answer.text
    assert f'value="{hour}"' in answer.text
    assert f"In the class’s time: {zone}." in answer.text
    as_grace.post(f"{here}{row.pk}/", form(due_date=day, due_time=hour))
    assert Assignment.objects.get().due_at == moment


def test_a_time_that_does_not_exist_is_refused_at_the_field(as_grace, lessons, here):
    data = form(lessons=[lessons[0].pk], due_date="2027-03-28", due_time="02:30")
    answer = as_grace.post(f"{here}new/", data)

    assert errors(answer) == {
        "due_time": [
            "This time does not exist on March 28, 2027: the clocks are put forward from 02:00 "
            "to 03:00."
        ]
    }
    assert not Assignment.objects.exists()


def test_of_a_time_that_comes_twice_the_later_is_taken_and_said(as_grace, lessons, here):
    data = form(lessons=[lessons[0].pk], due_date="2027-10-31", due_time="02:30")
    answer = as_grace.post(f"{here}new/", data, follow=True)

    assert said(answer)[1] == (
        "02:30 comes twice on October 31, 2027, when the clocks are put back: the second one is "
        "taken."
    )
    assert Assignment.objects.get().due_at == datetime(2027, 10, 31, 1, 30, 59, tzinfo=UTC)


# The list -----------------------------------------------------------------------------------------


def test_how_many_have_done_it_and_how_many_are_behind(
    as_grace, ada, eve, room, lessons, here, clock
):
    for user in (eve, person("bob@example.org")):
        room.seats.create(user=user)
    assigning.assign(room, [lessons[0].pk], "read", FRIDAY, "")
    assigning.assign(room, [lessons[2].pk], "done", FRIDAY, "")
    assigning.assign(room, [lessons[1].pk], "read", None, "")
    LessonProgress.objects.mark_read(ada, lessons[0])
    for user in (ada, eve):
        LessonProgress.objects.mark_read(user, lessons[2])
        make_result(lessons[2].quiz, user, 100 if user == ada else 20)

    def counts():
        return [(row.done, row.overdue) for row in assigning.rows(room, datetime.now(UTC))]

    assert counts() == [(1, 0), (1, 0), (0, 0)]
    clock.shift(7 * DAY)
    assert counts() == [(1, 2), (1, 2), (0, 0)]
    assert "1 of 3 done" in as_grace.get(here).text

    third = room.assignments.get(lesson=lessons[2])
    for user in (ada, eve):
        Extension.objects.create(
            assignment=third, seat=room.seats.get(user=user), due_at=FRIDAY + 30 * DAY
        )
    assert counts() == [(1, 2), (1, 1), (0, 0)]

    # Who left is counted nowhere.
    room.seats.filter(user=eve).update(left_at=NOW)
    assert [(row.done, row.learners) for row in assigning.rows(room, NOW)][1] == (1, 2)
    # With more time, too: Bob, who has none, is behind as before.
    assert counts() == [(1, 1), (1, 1), (0, 0)]


def test_the_earliest_due_stands_first_the_undated_last(room, lessons):
    for lesson, due_at in zip(lessons, [None, FRIDAY + DAY, FRIDAY], strict=True):
        assigning.assign(room, [lesson.pk], "read", due_at, "")

    rows = assigning.rows(room, NOW)

    assert [row.assignment.lesson for row in rows] == [lessons[2], lessons[1], lessons[0]]


def test_a_lesson_that_is_gone_is_said(as_grace, room, lessons, here):
    assigning.assign(room, [lessons[0].pk], "read", FRIDAY, "")
    Lesson.objects.filter(pk=lessons[0].pk).update(archived_at=NOW)

    assert "Not asked now" in as_grace.get(here).text


def test_where_the_reader_s_clock_shows_the_same_it_is_said_once(
    as_grace, grace, room, lessons, here
):
    grace.time_zone = "Europe/Paris"
    grace.save()
    assigning.assign(room, [lessons[0].pk], "read", FRIDAY, "")

    assert "where you are" not in as_grace.get(here).text


@pytest.mark.parametrize("size", [1, 8])
def test_queries_stay_the_same(as_grace, ada, room, lessons, here, size, django_assert_num_queries):
    chosen = [make_lesson(lessons[0].module).pk for _ in range(size)]
    assigning.assign(room, chosen, "quiz", FRIDAY, "")
    assigning.assign(room, [lessons[0].pk, lessons[2].pk], "quiz", FRIDAY - 9 * DAY, "")
    for n in range(size):
        user = person(f"learner-{n}@example.org")
        seat = room.seats.create(user=user)
        LessonProgress.objects.mark_read(user, lessons[0])
        Extension.objects.create(
            assignment=room.assignments.first(), seat=seat, due_at=FRIDAY + DAY
        )

    with django_assert_num_queries(8):
        as_grace.get(here)
    with django_assert_num_queries(5):
        as_grace.get(f"{here}new/")


# Changing and removing ----------------------------------------------------------------------------


def test_an_assignment_is_changed(as_grace, room, lessons, here):
    assigning.assign(room, [lessons[2].pk], "done", FRIDAY, "Old")
    row = Assignment.objects.get()

    data = form(what="quiz", due_date="2026-12-01", due_time="18:00", note="New")
    answer = as_grace.post(f"{here}{row.pk}/", data, follow=True)

    assert said(answer) == ["The assignment is saved."]
    row.refresh_from_db()
    assert (row.what, row.note) == ("quiz", "New")
    assert row.due_at == datetime(2026, 12, 1, 17, 0, 59, tzinfo=UTC)


def test_it_is_removed_after_asking_and_can_be_assigned_again(as_grace, ada, room, lessons, here):
    assigning.assign(room, [lessons[0].pk], "read", FRIDAY, "")
    row = Assignment.objects.get()
    Extension.objects.create(assignment=row, seat=room.seats.get(user=ada), due_at=FRIDAY + DAY)
    asked = text(as_grace.get(f"{here}{row.pk}/remove/"))
    assert "the later date of 1 learner would then be gone" in asked
    assert Assignment.objects.exists()

    for _ in range(2):
        assert as_grace.post(f"{here}{row.pk}/remove/")["Location"] == here
    assert not Assignment.objects.exists()

    as_grace.post(f"{here}new/", form(lessons=[lessons[0].pk]))
    assert Assignment.objects.get().due_at == FRIDAY


# Refusals -----------------------------------------------------------------------------------------


@pytest.fixture
def pages(room, lessons, here):
    assigning.assign(room, [lessons[0].pk], "read", FRIDAY, "")
    row = Assignment.objects.get()
    return [here, f"{here}new/", f"{here}{row.pk}/", f"{here}{row.pk}/remove/"]


def test_others_are_refused(client, as_ada, as_eve, as_otto, pages):
    for address in pages:
        assert client.get(address).status_code == 302
        assert client.post(address, form()).status_code in {302, 405}
        for browser in (as_ada, as_eve, as_otto):
            assert browser.get(address).status_code == 404
            assert browser.post(address, form()).status_code in {404, 405}
    assert Assignment.objects.count() == 1


def test_an_assignment_of_another_class_is_not_found(as_otto, otto, pages):
    own = Classroom.objects.create(name="Otto’s")
    own.seats.create(user=otto, role="instructor")
    row = Assignment.objects.get()
    for end in ("", "remove/"):
        address = f"/teach/classes/{own.public_id}/assignments/{row.pk}/{end}"
        assert as_otto.get(address).status_code == 404
        as_otto.post(address, form())
    assert Assignment.objects.get().due_at == FRIDAY


def test_an_archived_class_is_only_looked_at(as_grace, room, pages):
    Classroom.objects.update(archived_at=NOW)

    looked = as_grace.get(pages[0])
    assert looked.status_code == 200
    assert "new/" not in looked.text
    assert "/remove/" not in looked.text
    for address in pages[1:]:
        assert as_grace.get(address).status_code == 404
        assert as_grace.post(address, form()).status_code == 404


def test_hostile_names_are_inert(as_grace, room, pages):
    Lesson.objects.update(title=ATTACK)
    Classroom.objects.update(name=ATTACK)
    Assignment.objects.update(note=ATTACK)
    for address in pages:
        assert ATTACK not in as_grace.get(address).text
