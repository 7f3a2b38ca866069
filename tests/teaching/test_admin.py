"""The author's desk: classes and the people in them."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.models import LessonProgress
from teaching.facts import Sight
from teaching.models import Classroom, Invitation, Seat
from tests import factories
from tests.desk import ATTACK, act, edit, sent, staff

pytestmark = pytest.mark.django_db


def test_a_class_is_made_with_its_people(as_admin, ada, grace):
    course = factories.make_course()
    url = "/admin/teaching/classroom/add/"
    data = sent(as_admin.get(url), name="Monday", courses=[course.pk])
    data |= {"seats-TOTAL_FORMS": "2"}
    data |= {"seats-0-user": str(grace.pk), "seats-0-role": "instructor"}
    data |= {"seats-1-user": str(ada.pk), "seats-1-role": "learner"}
    assert as_admin.post(url, data).status_code == 302
    classroom = Classroom.objects.get()
    assert list(classroom.courses.all()) == [course]
    assert Classroom.objects.taught_by(grace).get() == classroom
    assert not Classroom.objects.taught_by(ada)


def test_nobody_has_two_seats(as_admin, ada):
    classroom = Classroom.objects.create(name="Monday")
    rows = {"seats-TOTAL_FORMS": "2"}
    rows |= {"seats-0-user": str(ada.pk), "seats-0-role": "learner"}
    rows |= {"seats-1-user": str(ada.pk), "seats-1-role": "instructor"}
    page = edit(as_admin, classroom, **rows)
    assert "This person has a seat already." in page.text
    assert not classroom.seats.exists()


def test_classes_are_archived_restored_and_found(as_admin, ada):
    classroom = Classroom.objects.create(name="Monday")
    classroom.seats.create(user=ada)
    url = "/admin/teaching/classroom/"
    for query, count in (("state=running", 1), ("state=archived", 0), ("q=ada@", 1), ("q=eve", 0)):
        assert len(as_admin.get(f"{url}?{query}").context["cl"].result_list) == count
    act(as_admin, url, "archive", classroom)
    assert len(as_admin.get(f"{url}?state=archived").context["cl"].result_list) == 1
    act(as_admin, url, "restore", classroom)
    assert len(as_admin.get(f"{url}?state=running").context["cl"].result_list) == 1


def test_an_archived_class_keeps_what_it_showed(as_admin, classroom, ada):
    LessonProgress.objects.mark_read(ada, Sight(classroom).lessons[0])
    url = "/admin/teaching/classroom/"
    act(as_admin, url, "archive", classroom)
    assert classroom.seats.get(user=ada).records.count() == 1
    act(as_admin, url, "restore", classroom)
    assert not classroom.seats.get(user=ada).records.exists()


def test_another_time_zone_keeps_the_time_of_day_of_what_is_due(as_admin, classroom):
    due = datetime(2026, 7, 1, 18, tzinfo=UTC)
    assignment = classroom.assignments.create(lesson=Sight(classroom).lessons[0], due_at=due)
    edit(as_admin, classroom, time_zone="Europe/Berlin")
    assignment.refresh_from_db()
    assert assignment.due_at == datetime(2026, 7, 1, 16, tzinfo=UTC)
    edit(as_admin, classroom, name="Tuesday")
    assignment.refresh_from_db()
    assert assignment.due_at == datetime(2026, 7, 1, 16, tzinfo=UTC)


def test_links_and_the_newest_invitations_are_shown(as_admin, classroom):
    link = classroom.join_links.create()
    now = timezone.now()
    Invitation.objects.bulk_create(
        Invitation(classroom=classroom, email=f"p{n:03}@example.org", expires_at=now)
        for n in range(101)
    )
    page = as_admin.get(f"/admin/teaching/classroom/{classroom.pk}/change/").text
    assert "p100@example.org" in page
    assert "p000@example.org" not in page
    assert link.code in page


def test_a_longer_list_takes_no_more_queries(as_admin, ada, grace):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "learner" in as_admin.get("/admin/teaching/classroom/").text
        return len(captured)

    def more(count: int) -> None:
        for _ in range(count):
            classroom = Classroom.objects.create(name="A class")
            classroom.seats.create(user=ada)
            classroom.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
            classroom.courses.add(factories.make_course())

    more(2)
    queries()
    few = queries()
    more(4)
    assert queries() == few


def test_it_needs_the_right_and_is_inert(as_grace, as_admin):
    classroom = Classroom.objects.create(name=ATTACK)
    assert as_grace.get("/admin/teaching/classroom/").status_code == 302
    assert staff("view_course").get("/admin/teaching/classroom/").status_code == 403
    for path in ("", f"{classroom.pk}/change/"):
        assert ATTACK not in as_admin.get(f"/admin/teaching/classroom/{path}").text
