"""Classes of a course side by side: the same sums as each class shows, and no more."""

import random
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.utils import timezone

from lessons.models import LessonProgress
from quizzes.models import FinalGrade
from teaching import joining
from teaching.compare import WEEKS, classes_for, compare, courses_to_compare, score_labels
from teaching.facts import Sight, sums
from teaching.glance import glance
from teaching.models import Classroom, Seat
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import make_course, make_lesson, make_module, make_quiz

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def course(db):
    """A course of four lessons, two of them with a quiz."""
    module = make_module()
    for _ in range(2):
        make_lesson(module)
        make_quiz(make_lesson(module))
    return module.course


@pytest.fixture
def lead(db):
    """Lea leads courses."""
    user = person("lea@example.org", name="Lea")
    user.user_permissions.add(Permission.objects.get(codename="compare_classrooms"))
    return user


@pytest.fixture
def as_lead(lead, client):
    client.force_login(lead)
    return client


def lessons_of(course):
    return list(course.modules.get().lessons.order_by("position"))


def make_class(course, teacher, learners=5, **fields):
    """A class of this course with so many learners."""
    fields = {"name": f"Class {Classroom.objects.count()}", "starts_on": date(2026, 4, 1), **fields}
    room = Classroom.objects.create(**fields)
    room.courses.add(course)
    room.seats.create(user=teacher, role=Seat.Role.INSTRUCTOR)
    for n in range(learners):
        room.seats.create(user=person(f"l{n}-{room.pk}@example.org", name=f"Learner {n}"))
    return room


def read(who, lesson, at=NOW):
    LessonProgress.objects.create(user=who, lesson=lesson, read_at=at, seen_at=at)


def scored(who, lesson, percent, at=NOW):
    passed = percent >= 70
    FinalGrade.objects.create(
        user=who,
        quiz=lesson.quiz,
        score=percent / 100,
        percent=percent,
        passed=passed,
        attempts=1,
        passed_at=at if passed else None,
        last_at=at,
    )


def learners(room):
    return [seat.user for seat in room.seats.learners().order_by("pk")]


def act(room, course, rng):
    """Everybody does something, or not."""
    for who in learners(room):
        for lesson in lessons_of(course):
            at = NOW - timedelta(days=rng.randrange(40), minutes=rng.randrange(1440))
            if rng.random() < 0.7:
                done = at if rng.random() < 0.8 else None
                LessonProgress.objects.create(user=who, lesson=lesson, read_at=done, seen_at=at)
            if hasattr(lesson, "quiz") and rng.random() < 0.7:
                scored(who, lesson, rng.randrange(101), at + timedelta(hours=rng.randrange(-9, 9)))


def compared(course, user, *, lead=False, now=NOW):
    rooms = list(classes_for(user, course, lead=lead))
    return compare(course, rooms, now, lead=lead)


def path(course):
    return f"/teach/courses/{course.slug}/"


# The numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_row_says_what_the_class_says(course, grace, seed, monkeypatch):
    monkeypatch.setattr("teaching.compare.LINES", 2)  # two are drawn, the others only summed
    rng = random.Random(seed)  # noqa: S311
    other = make_course()
    elsewhere = make_lesson(make_module(other))
    for n in range(4):
        room = make_class(
            course, grace, 3, starts_on=NOW.date() - timedelta(days=rng.randrange(30))
        )
        room.courses.add(other)
        act(room, course, rng)
        read(learners(room)[0], elsewhere)
        if n % 2:
            joining.archive(room, NOW - timedelta(days=2))
            act_after = learners(room)[0]
            LessonProgress.objects.filter(user=act_after).update(read_at=NOW)
        else:
            joining.leave(room.seats.learners().last(), NOW)
    places = [lesson.pk for lesson in lessons_of(course)]

    rows = compared(course, grace).rows

    assert len(rows) == 4
    for row in rows:
        told = sums(Sight(row.classroom), lessons=places).values()
        assert row.learners == Sight(row.classroom).seats.count()
        assert row.done == sum(each.done for each in told)
        assert row.graded == sum(row.scores) == sum(each.graded for each in told)
        assert row.passed == sum(each.passed for each in told)
        whole = sum((each.mean or 0) * each.graded for each in told)
        assert row.mean == (pytest.approx(whole / row.graded) if row.graded else None)


def test_the_share_done_is_that_of_the_glance(course, as_grace, grace):
    """Rounded down, so that 100 is all of it; of a class in a zone that is none any more, too."""
    room = make_class(course, grace, 3, time_zone="Mars/Olympus")
    for who in learners(room)[:2]:
        read(who, lessons_of(course)[0], NOW - timedelta(hours=1))

    (row,) = compared(course, grace).rows

    assert row.done_percent == row.weeks[-1] == glance(room, NOW).done == 16.6
    assert "16.6 %" in as_grace.get(f"/teach/courses/{course.slug}/").text


def test_the_weeks_are_those_of_the_class_where_it_is(course, grace):
    room = make_class(course, grace, 1, time_zone="Asia/Kathmandu", starts_on=date(2026, 4, 1))
    who = learners(room)[0]
    first, second, third, fourth = lessons_of(course)
    midnight = datetime(2026, 3, 31, 18, 15, tzinfo=UTC)  # of April 1 in Kathmandu
    read(who, first, midnight - timedelta(seconds=1))
    read(who, third, midnight)
    read(who, second, midnight)
    scored(who, second, 80, midnight + timedelta(weeks=1))  # read in the first week, passed later
    read(who, fourth, midnight)  # its quiz is not passed

    row = compared(course, grace, now=midnight + timedelta(weeks=2, days=3)).rows[0]

    assert row.weeks == [25, 50, 75, 75]
    assert (row.done, row.done_percent) == (3, 75)


def test_a_stored_time_zone_that_is_none_any_more_is_the_sites(course, grace):
    make_class(course, grace, 1, time_zone="Mars/Olympus")

    assert len(compared(course, grace).rows[0].weeks) == 4


@pytest.mark.parametrize(
    ("starts", "number"),
    [(date(2026, 4, 21), 0), (date(2026, 4, 20), 2), (date(2026, 4, 6), 4), (date(2024, 1, 1), 27)],
)
def test_a_line_ends_where_the_class_is(course, grace, starts, number):
    make_class(course, grace, 1, starts_on=starts)

    assert len(compared(course, grace).rows[0].weeks) == number
    assert number <= WEEKS + 1


def test_a_line_of_an_archived_class_ends_there(course, grace):
    room = make_class(course, grace, 1, starts_on=date(2026, 3, 1))
    read(learners(room)[0], lessons_of(course)[0], datetime(2026, 3, 5, tzinfo=UTC))
    joining.archive(room, datetime(2026, 3, 12, tzinfo=UTC))

    assert compared(course, grace).rows[0].weeks == [0, 25, 25]


def test_the_chart_has_a_line_for_each_class_of_the_first_eight(course, grace):
    for n in range(9):
        make_class(course, grace, 1, name="Twin", starts_on=date(2026, 4, 1) - timedelta(n // 2))

    told = compared(course, grace)

    assert len(told.rows) == 9
    assert len({line.name for line in told.chart.lines}) == 8
    assert told.chart.lines[0].name == "Twin, April 1, 2026"
    assert told.chart.labels[:2] == ("first day", "week 1")


def test_the_scores_are_in_steps(course, grace):
    room = make_class(course, grace, 4)
    quiz = lessons_of(course)[1]
    for who, percent in zip(learners(room), (49.99, 50, 70, 100), strict=True):
        scored(who, quiz, percent)

    row = compared(course, grace).rows[0]

    assert row.scores == (1, 1, 1, 1)
    assert score_labels() == ["under 50 %", "from 50 %", "from 70 %", "from 90 %"]
    assert row.passed_percent == 50


def test_a_class_without_learners_or_lessons_has_no_shares(course, grace):
    make_class(course, grace, 0)
    course.modules.get().lessons.all().delete()

    row = compared(course, grace).rows[0]

    assert (row.done_percent, row.passed_percent, row.mean) == (None, None, None)


# The page -----------------------------------------------------------------------------------------


def test_an_instructor_sees_their_own_classes_also_archived_ones(as_grace, grace, otto, course):
    mine = make_class(course, grace, 1, name="Mine")
    old = make_class(course, grace, 1, name="Of last year", starts_on=date(2025, 4, 1))
    make_class(course, otto, 6, name="Otto’s")
    read(learners(mine)[0], lessons_of(course)[0])
    joining.archive(old, NOW)

    page = as_grace.get(path(course))

    shown = [row.classroom for row in page.context["comparison"].rows]
    assert shown == [mine, old]
    assert "Otto’s" not in page.text
    assert "Learner 0" not in page.text
    assert "25 %" in page.text
    assert "<small>archived</small>" in page.text
    assert mine.get_absolute_url() in page.text


def test_a_course_lead_sees_all_classes_but_nothing_of_few(as_lead, grace, otto, course):
    few, many = make_class(course, grace, 4, name="Few"), make_class(course, otto, 5, name="Many")
    for room in (few, many):
        for who in learners(room):
            read(who, lessons_of(course)[0])
            scored(who, lessons_of(course)[1], 60)

    page = as_lead.get(path(course))

    numbers = attrgetter("classroom.name", "is_small", "done", "graded", "mean")
    rows = [numbers(row) for row in page.context["comparison"].rows]
    assert rows == [("Few", True, 0, 0, None), ("Many", False, 5, 5, 60.0)]
    assert page.text.count("too few to show") == 1
    assert [line.values[-1] for line in page.context["comparison"].chart.lines] == [25]
    assert "Learner" not in page.text.replace("Learners", "")
    assert f"/teach/classes/{many.public_id}/" not in page.text


def test_a_lead_who_teaches_a_small_class_sees_it(as_lead, lead, course):
    make_class(course, lead, 1)

    assert "too few to show" not in as_lead.get(path(course)).text


def test_a_lead_of_a_course_that_no_class_takes(as_lead, course):
    assert "No class takes this course yet" in as_lead.get(path(course)).text


@pytest.mark.usefixtures("classroom")
@pytest.mark.parametrize(
    ("who", "status"), [("as_ada", 404), ("as_otto", 404), ("as_eve", 404), ("client", 302)]
)
def test_others_see_nothing(request, course, grace, who, status):
    make_class(course, grace)

    assert request.getfixturevalue(who).get(path(course)).status_code == status


def test_a_former_instructor_sees_nothing(as_grace, grace, course):
    room = make_class(course, grace)
    room.seats.filter(user=grace).update(left_at=NOW)

    assert as_grace.get(path(course)).status_code == 404


def test_a_draft_or_unknown_course_is_not_there(as_lead, course):
    assert as_lead.get("/teach/courses/nowhere/").status_code == 404
    type(course).objects.update(status="draft")
    assert as_lead.get(path(course)).status_code == 404


def test_hostile_names_are_text(as_grace, grace, course):
    make_class(course, grace, name=ATTACK)
    type(course).objects.update(title=ATTACK)

    assert ATTACK not in as_grace.get(path(course)).text


@pytest.mark.parametrize("size", [1, 12])
def test_a_fixed_number_of_queries(
    as_lead, grace, course, django_assert_max_num_queries, django_assert_num_queries, size
):
    for n in range(size):
        room = make_class(course, grace, 5)
        act(room, course, random.Random(n))  # noqa: S311
        if n % 3 == 2:
            joining.archive(room, timezone.now())

    # One more where there are more classes than lines: the others are summed for themselves.
    with django_assert_num_queries(9 if size <= 8 else 10):
        assert len(as_lead.get(path(course)).context["comparison"].rows) == size


def test_many_classes_have_pages(as_lead, grace, course, monkeypatch):
    monkeypatch.setattr("teaching.views.compare.PER_PAGE", 2)
    for _ in range(3):
        make_class(course, grace)

    assert len(as_lead.get(path(course)).context["comparison"].rows) == 2
    assert len(as_lead.get(path(course) + "?page=2").context["comparison"].rows) == 1


# Where the links lead -----------------------------------------------------------------------------


def test_courses_with_two_classes_of_ones_own_can_be_compared(
    grace, otto, lead, eve, course, django_assert_num_queries
):
    other = make_course()
    make_class(course, grace)
    make_class(course, otto)
    make_class(other, grace)
    assert courses_to_compare(grace) == []

    make_class(course, grace, archived_at=NOW)

    with django_assert_num_queries(1):  # what the person may do is known by now
        assert [(each, each.classes) for each in courses_to_compare(grace)] == [(course, 2)]
    assert [(each, each.classes) for each in courses_to_compare(lead)] == [(course, 3), (other, 1)]
    assert courses_to_compare(otto) == []
    assert courses_to_compare(eve) == []
    context = {"courses": courses_to_compare(grace)}
    assert path(course) in render_to_string("teaching/courses_to_compare.html", context)
