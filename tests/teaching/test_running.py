"""Opening a class, changing it, archiving, leaving and deleting it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from teaching.models import Classroom
from tests.conftest import signed_in
from tests.desk import ATTACK, said
from tests.factories import make_course

pytestmark = pytest.mark.django_db
NEW = "/teach/classes/new/"


@pytest.fixture
def settings_of(classroom):
    """The address of the class's settings."""
    return f"/teach/classes/{classroom.public_id}/settings/"


def fields(*courses, **changes):
    """What the form of a class sends."""
    return {
        "name": "Monday",
        "courses": [course.pk for course in courses],
        "time_zone": "Europe/Berlin",
        "starts_on": "2026-09-01",
        **changes,
    }


# The list -----------------------------------------------------------------------------------------


def test_running_and_archived_classes_are_listed_apart(as_grace, classroom):
    page = as_grace.get("/teach/").text
    assert "Grace’s class" in page
    assert "1 learner<" in page
    assert "archived=1" not in page
    assert "Nothing is archived" in as_grace.get("/teach/?archived=1").text

    as_grace.post(f"/teach/classes/{classroom.public_id}/settings/archive/")
    assert "No class is running" in as_grace.get("/teach/").text
    assert "Grace’s class" in as_grace.get("/teach/?archived=1").text


def test_an_empty_list_offers_to_open_a_class(as_grace):
    page = as_grace.get("/teach/").text
    assert "No class yet" in page
    assert f'href="{NEW}"' in page


def test_who_left_is_not_counted(as_grace, classroom):
    classroom.seats.learners().update(left_at=timezone.now())
    assert "0 learners" in as_grace.get("/teach/").text


@pytest.mark.parametrize("size", [1, 30])
def test_the_list_takes_the_same_queries_at_any_size(
    as_grace, classroom, grace, size, django_assert_num_queries
):
    for n in range(size):
        other = Classroom.objects.create(name=f"Class {n}")
        other.courses.add(classroom.courses.get())
        other.seats.create(user=grace, role="instructor")
    with django_assert_num_queries(9):
        as_grace.get("/teach/")


# Opening ------------------------------------------------------------------------------------------


def test_an_instructor_opens_a_class(as_grace, grace):
    grace.time_zone = "Asia/Tokyo"
    grace.save()
    course, draft = make_course(), make_course(status="draft", title="Not yet out")
    page = as_grace.get(NEW).text
    assert 'value="Asia/Tokyo" selected' in page
    assert draft.title not in page

    answer = as_grace.post(NEW, fields(course, name=" Monday \n morning "))

    opened = Classroom.objects.get()
    assert answer["Location"] == f"/teach/classes/{opened.public_id}/people/"
    assert (opened.name, opened.time_zone) == ("Monday morning", "Europe/Berlin")
    assert list(opened.courses.all()) == [course]
    assert opened.seats.instructors().get().user == grace


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"courses": []},
        {"courses": ["999999"]},
        {"time_zone": "Mars/Olympus"},
        {"starts_on": "soon"},
        {"starts_on": "0001-01-01", "time_zone": "Pacific/Pago_Pago"},  # no midnight there in UTC
        {"starts_on": "9999-12-31"},
    ],
)
def test_a_wrong_field_opens_nothing(as_grace, changes):
    page = as_grace.post(NEW, fields(make_course(), **changes))
    assert page.status_code == 200
    assert "Error:" in page.text
    assert not Classroom.objects.exists()


def test_a_course_that_is_not_published_can_not_be_chosen(as_grace):
    as_grace.post(NEW, fields(make_course(status="draft")))
    assert not Classroom.objects.exists()


def test_only_an_instructor_opens_classes(as_ada, client):
    assert as_ada.get(NEW).status_code == 403
    assert as_ada.post(NEW, fields(make_course())).status_code == 403
    assert client.get(NEW).status_code == 302
    assert not Classroom.objects.exists()


# Changing -----------------------------------------------------------------------------------------


def test_a_class_is_changed_and_what_is_due_keeps_its_time_of_day(as_grace, classroom, settings_of):
    lesson = classroom.courses.get().modules.get().lessons.first()
    due = datetime(2026, 9, 1, 18, tzinfo=UTC)
    assignment = classroom.assignments.create(lesson=lesson, due_at=due)
    courses = [classroom.courses.get(), make_course()]

    answer = as_grace.post(settings_of, fields(*courses, name="Tuesday"))

    assert answer["Location"] == settings_of
    classroom.refresh_from_db()
    assert (classroom.name, classroom.time_zone) == ("Tuesday", "Europe/Berlin")
    assert set(classroom.courses.all()) == set(courses)
    assignment.refresh_from_db()
    assert assignment.due_at == datetime(2026, 9, 1, 16, tzinfo=UTC)


def test_a_course_taken_off_the_site_can_stay_in_the_class(as_grace, classroom, settings_of):
    course = classroom.courses.get()
    course.archived_at = timezone.now()
    course.save()
    assert course.title in as_grace.get(settings_of).text
    as_grace.post(settings_of, fields(course))
    assert classroom.courses.get() == course


def test_a_refused_name_does_not_show_in_the_head(as_grace, classroom, settings_of):
    page = as_grace.post(settings_of, fields(classroom.courses.get(), name="x" * 200))
    assert '<h1 dir="auto">Grace’s class</h1>' in page.text


# Archive, leave, delete ---------------------------------------------------------------------------


def test_archiving_asks_first_and_ends_all_changes(as_grace, classroom, settings_of):
    assert "Archive this class?" in as_grace.get(f"{settings_of}archive/").text
    classroom.refresh_from_db()
    assert classroom.archived_at is None

    as_grace.post(f"{settings_of}archive/")

    page = as_grace.get(settings_of).text
    assert "Archived on" in page
    assert "Restore this class" in page
    assert 'name="name"' not in page
    assert as_grace.post(settings_of, fields(classroom.courses.get())).status_code == 404
    assert as_grace.post(f"{settings_of}archive/").status_code == 404

    as_grace.post(f"{settings_of}restore/")
    classroom.refresh_from_db()
    assert classroom.archived_at is None
    assert as_grace.get(f"{settings_of}restore/").status_code == 404


def test_the_only_instructor_is_told_why_they_stay(as_grace, classroom, settings_of):
    assert "Leave this class?" in as_grace.get(f"{settings_of}leave/").text
    page = as_grace.post(f"{settings_of}leave/", follow=True)
    assert "A class needs an instructor" in said(page)[0]
    assert classroom.seats.current().instructors().exists()


def test_one_of_two_instructors_leaves(as_grace, otto, classroom, settings_of):
    classroom.seats.create(user=otto, role="instructor")
    page = as_grace.post(f"{settings_of}leave/", follow=True)
    assert page.redirect_chain == [("/teach/", 302)]
    assert as_grace.get(settings_of).status_code == 404


def test_a_class_somebody_learned_in_is_not_deleted(as_grace, classroom, settings_of):
    classroom.seats.learners().update(left_at=timezone.now())
    assert "archived instead of deleted" in as_grace.get(settings_of).text
    page = as_grace.post(f"{settings_of}delete/", follow=True)
    assert "Archive it instead" in said(page)[0]
    assert Classroom.objects.exists()


def test_a_class_without_learners_is_deleted(as_grace, classroom, settings_of):
    classroom.seats.learners().delete()
    assert "Delete this class?" in as_grace.get(f"{settings_of}delete/").text
    assert as_grace.post(f"{settings_of}delete/")["Location"] == "/teach/"
    assert not Classroom.objects.exists()


def test_a_hostile_name_is_inert_everywhere(as_grace, classroom, settings_of):
    classroom.name = ATTACK
    classroom.save()
    pages = ["/teach/", settings_of, f"{settings_of}archive/", f"{settings_of}leave/"]
    for page in pages:
        text = as_grace.get(page).text
        assert ATTACK not in text
        assert "&lt;img src=x" in text


def test_an_instructor_without_the_permission_keeps_the_class(as_eve, eve, classroom, settings_of):
    classroom.seats.create(user=eve, role="instructor")
    assert as_eve.get(settings_of).status_code == 200
    assert as_eve.get(NEW).status_code == 403
    assert as_eve.post(f"{settings_of}leave/")["Location"] == "/me/classes/"


def test_the_permission_alone_opens_no_class_of_others(eve, classroom, settings_of):
    eve.user_permissions.set(Permission.objects.filter(content_type__app_label="teaching"))
    assert signed_in(eve).get(settings_of).status_code == 404


def test_settings_take_the_same_queries_at_any_size(
    as_grace, classroom, settings_of, django_assert_num_queries
):
    for _ in range(2):
        for _ in range(10):
            make_course()
        with django_assert_num_queries(7):
            as_grace.get(settings_of)
