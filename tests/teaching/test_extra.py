"""More time, more attempts and a later date for one learner of a class."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from lessons.models import Lesson
from quizzes import allowances
from quizzes.models import Allowance
from teaching import assigning
from teaching.models import Classroom, Extension
from tests.desk import ATTACK, said
from tests.factories import make_lesson, make_quiz
from tests.quizzes.sitting import submitted, wrong

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)  # 23:59 in Berlin
DAY = timedelta(days=1)
GIVE = {
    "action": "give",
    "give-quiz": "every",
    "give-time_factor": "1.50",
    "give-extra_attempts": "0",
    "give-reason": "",
}


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
def quiz(room):
    quiz = Lesson.objects.get(title="Third lesson").quiz
    quiz.attempts_allowed, quiz.time_limit = 1, 20
    quiz.save()
    return quiz


@pytest.fixture
def seat(room, ada):
    return room.seats.get(user=ada)


@pytest.fixture
def here(room, seat, quiz):
    return f"/teach/classes/{room.public_id}/learners/{seat.pk}/extra/"


@pytest.fixture
def assignment(room, quiz):
    assigning.assign(room, [quiz.lesson_id], "quiz", FRIDAY, "")
    return room.assignments.get()


def give(**fields):
    return GIVE | {f"give-{name}": value for name, value in fields.items()}


def later(assignment, day="2026-12-01", hour="18:00"):
    return {
        "action": "later",
        "later-assignment": assignment.pk,
        "later-due_date": day,
        "later-due_time": hour,
    }


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


# Time and attempts --------------------------------------------------------------------------------


def test_a_learner_gets_another_attempt_and_takes_it(as_grace, as_ada, ada, grace, quiz, here):
    submitted(quiz, ada, wrong)
    assert "Nothing extra" in as_grace.get(here).text
    assert as_ada.post(quiz.get_absolute_url()).status_code == 403

    data = give(quiz=quiz.pk, time_factor="1.25", extra_attempts=1, reason="Was ill")
    answer = as_grace.post(here, data, follow=True)

    assert said(answer) == ["Ada has it from now on."]
    assert "Third lesson: time × 1.25 and 1 extra attempt" in text(answer)
    assert "Was ill. Given by Grace on November 24, 2026." in text(answer)
    row = Allowance.objects.get()
    assert (row.user, row.quiz, row.made_by, row.made_at) == (ada, quiz, grace, NOW)
    terms = text(as_ada.get(quiz.get_absolute_url()))
    assert "1 of 2 attempts are left, with 1 extra for you" in terms
    assert "You have 25 minutes from the start, your extra time among them." in terms
    assert as_ada.post(quiz.get_absolute_url()).status_code == 302


def test_in_every_quiz_of_the_class_and_in_no_other(as_grace, room, quiz, here):
    second = make_quiz(Lesson.objects.get(title="First lesson"))
    make_quiz(make_lesson())
    make_quiz(make_lesson(quiz.lesson.module), specs=())

    as_grace.post(here, give(time_factor="2.00"))

    rows = Allowance.objects.order_by("quiz")
    assert [(row.quiz, row.time_factor) for row in rows] == [(quiz, 2), (second, 2)]


def test_it_takes_the_place_of_what_was_and_says_so(as_grace, quiz, here):
    as_grace.post(here, give(quiz=quiz.pk, extra_attempts=2))
    answer = as_grace.post(here, give(quiz=quiz.pk, time_factor="1.25"), follow=True)

    was = "It takes the place of time × 1.5 and 2 extra attempts in “Third lesson”."
    assert said(answer)[-1] == was
    row = Allowance.objects.get()
    assert (row.time_factor, row.extra_attempts) == (Decimal("1.25"), 0)

    make_quiz(Lesson.objects.get(title="First lesson"))
    as_grace.post(here, give())
    assert said(as_grace.post(here, give(), follow=True))[-1] == (
        "It takes the place of what 2 quizzes had."
    )


def test_it_is_taken_back(as_grace, as_ada, ada, quiz, here):
    submitted(quiz, ada, wrong)
    as_grace.post(here, give(quiz=quiz.pk, extra_attempts=1))
    row = Allowance.objects.get()

    answer = as_grace.post(here, {"action": f"take-back:{row.pk}"}, follow=True)

    assert said(answer)[-1] == "Taken back. An attempt that has begun goes on as it began."
    assert not Allowance.objects.exists()
    assert as_ada.post(quiz.get_absolute_url()).status_code == 403
    assert as_grace.post(here, {"action": f"take-back:{row.pk}"}).status_code == 404


def test_what_an_admin_gave_everywhere_is_shown_and_stays(as_grace, ada, here):
    row = Allowance.objects.create(user=ada, time_factor="2.00", reason="By the office")

    answer = as_grace.get(here)

    assert "Every quiz of the site: time × 2" in text(answer)
    assert "Only an admin can change it." in text(answer)
    assert f"take-back:{row.pk}" not in answer.text
    assert as_grace.post(here, {"action": f"take-back:{row.pk}"}).status_code == 404
    assert Allowance.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"time_factor": "1.00"}, "time_factor"),
        ({"time_factor": "9.00"}, "time_factor"),
        ({"time_factor": ""}, "time_factor"),
        ({"extra_attempts": "-1"}, "extra_attempts"),
        ({"extra_attempts": "101"}, "extra_attempts"),
        ({"extra_attempts": "some"}, "extra_attempts"),
        ({"quiz": "999999"}, "quiz"),
        ({"quiz": ""}, "quiz"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
def test_what_is_refused(as_grace, here, fields, field):
    answer = as_grace.post(here, give(**fields))

    assert answer.status_code == 200
    assert list(answer.context["give"].errors) == [field]
    assert "<title>Error: " in answer.text
    assert not Allowance.objects.exists()


def test_a_quiz_of_another_course_is_none_of_the_class(as_grace, ada, here):
    other = make_quiz()
    row = Allowance.objects.create(user=ada, quiz=other, reason="Elsewhere")

    assert list(as_grace.post(here, give(quiz=other.pk)).context["give"].errors) == ["quiz"]
    assert "Elsewhere" not in as_grace.get(here).text
    assert as_grace.post(here, {"action": f"take-back:{row.pk}"}).status_code == 404


# A later date -------------------------------------------------------------------------------------


def test_a_later_date(as_grace, as_ada, seat, assignment, here):
    answer = as_grace.post(here, later(assignment), follow=True)

    assert said(answer) == ["The later date holds for Ada."]
    row = Extension.objects.get()
    assert (row.seat, row.due_at) == (seat, datetime(2026, 12, 1, 17, 0, 59, tzinfo=UTC))
    assert "Until Tue, Dec 1, 2026, 18:00 (Tue, Dec 1, 17:00 where you are)" in text(answer)
    assert "Due Tuesday, December 1, 17:00 (18:00 in the class’s time" in text(as_ada.get("/"))

    as_grace.post(here, later(assignment, "2026-12-02"))
    assert Extension.objects.get().due_at == datetime(2026, 12, 2, 17, 0, 59, tzinfo=UTC)

    answer = as_grace.post(here, {"action": f"take-back-date:{row.pk}"}, follow=True)
    assert said(answer)[-1] == "Taken back: the due date of the class holds again."
    assert "Due Friday, November 27, 22:59" in text(as_ada.get("/"))


@pytest.mark.parametrize(
    ("day", "hour", "field"),
    [
        ("2026-11-27", "23:59", "due_date"),
        ("2026-11-20", "23:59", "due_date"),
        ("", "23:59", "due_date"),
        ("2027-03-28", "02:30", "due_time"),
    ],
)
def test_a_date_that_is_refused(as_grace, assignment, here, day, hour, field):
    answer = as_grace.post(here, later(assignment, day, hour))

    assert list(answer.context["later"].errors) == [field]
    assert not Extension.objects.exists()


def test_of_a_time_that_comes_twice_the_later_is_taken_and_said(as_grace, assignment, here):
    answer = as_grace.post(here, later(assignment, "2027-10-31", "02:30"), follow=True)

    assert "02:30 comes twice on October 31, 2027" in said(answer)[1]
    assert Extension.objects.get().due_at == datetime(2027, 10, 31, 1, 30, 59, tzinfo=UTC)


def test_where_the_class_has_as_much_time_it_is_said(as_grace, seat, assignment, here):
    Extension.objects.create(assignment=assignment, seat=seat, due_at=FRIDAY - DAY)

    assert "the class has as much time now" in text(as_grace.get(here))


def test_an_assignment_of_another_class_is_refused(as_grace, otto, assignment, here):
    other = Classroom.objects.create(name="Otto’s")
    other.courses.set(Classroom.objects.first().courses.all())
    assigning.assign(other, [assignment.lesson_id], "read", FRIDAY, "")

    answer = as_grace.post(here, later(other.assignments.get()))
    assert list(answer.context["later"].errors) == ["assignment"]


# Refusals -----------------------------------------------------------------------------------------


def test_others_are_refused(client, as_ada, as_eve, as_otto, here):
    assert client.get(here).status_code == 302
    assert client.post(here, GIVE).status_code == 302
    for browser in (as_ada, as_eve, as_otto):
        assert browser.get(here).status_code == 404
        assert browser.post(here, GIVE).status_code == 404
    assert not Allowance.objects.exists()


def test_a_seat_of_another_class_is_not_found(as_otto, otto, seat, here):
    own = Classroom.objects.create(name="Otto’s")
    own.seats.create(user=otto, role="instructor")

    address = f"/teach/classes/{own.public_id}/learners/{seat.pk}/extra/"
    assert as_otto.get(address).status_code == 404
    assert as_otto.post(address, GIVE).status_code == 404


def test_an_instructor_s_seat_is_not_found(as_grace, grace, room, here):
    seat = room.seats.get(user=grace)
    assert (
        as_grace.get(f"/teach/classes/{room.public_id}/learners/{seat.pk}/extra/").status_code
        == 404
    )


def test_who_left_gets_nothing(as_grace, seat, here):
    seat.left_at = NOW
    seat.save()
    assert as_grace.get(here).status_code == 404
    assert as_grace.post(here, GIVE).status_code == 404


def test_an_archived_class_is_only_looked_at(as_grace, room, quiz, assignment, here):
    as_grace.post(here, give(quiz=quiz.pk))
    Classroom.objects.update(archived_at=NOW)

    looked = as_grace.get(here)
    assert "Third lesson: time × 1.5" in text(looked)
    assert "take-back" not in looked.text
    assert 'value="give"' not in looked.text
    assert as_grace.post(here, GIVE).status_code == 404


def test_what_another_class_gives_after_the_end_is_not_seen(as_grace, room, quiz, ada, otto, here):
    as_grace.post(here, give(quiz=quiz.pk))
    Classroom.objects.update(archived_at=NOW + DAY)
    extra = allowances.Extra(Decimal("2.00"), 0, "An operation.", otto)
    with time_machine.travel(NOW + 2 * DAY):
        allowances.give(ada, [make_quiz(make_lesson(quiz.lesson.module)), quiz], extra)
        page = as_grace.get(here)

    assert "Nothing extra" in text(page)
    assert "An operation." not in page.text


@pytest.mark.parametrize("action", ["", "sing", "take-back:x", "take-back:", "take-back-date:1"])
def test_what_the_page_does_not_know_changes_nothing(as_grace, here, action):
    assert as_grace.post(here, {"action": action}).status_code in {200, 404}
    assert not Allowance.objects.exists()


def test_hostile_names_are_inert(as_grace, ada, seat, quiz, assignment, here):
    ada.name = ATTACK
    ada.save()
    Lesson.objects.update(title=ATTACK)
    as_grace.post(here, give(quiz=quiz.pk, reason=ATTACK))
    as_grace.post(here, later(assignment))
    assert Allowance.objects.exists()
    assert Extension.objects.exists()

    assert ATTACK not in as_grace.get(here).text


@pytest.mark.parametrize("size", [1, 6])
def test_queries_stay_the_same(as_grace, room, quiz, seat, here, size, django_assert_num_queries):
    for _ in range(size):
        make_quiz(make_lesson(quiz.lesson.module))
    as_grace.post(here, give())
    assigning.assign(room, Lesson.objects.values_list("pk", flat=True), "read", FRIDAY, "")
    for row in room.assignments.all():
        Extension.objects.create(assignment=row, seat=seat, due_at=FRIDAY + DAY)

    with django_assert_num_queries(9):
        as_grace.get(here)
