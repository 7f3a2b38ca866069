"""What this room tells a person of themselves, and how it forgets them."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import LessonProgress
from teaching import joining
from teaching.facts import Sight
from teaching.models import Extension, Invitation, Message, Note, Seat, SeatRecord
from teaching.privacy import erase, export
from tests.factories import make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(classroom, ada, eve, grace):
    """All that a class may hold of Ada, who left, and of Eve."""
    first, _, third = Sight(classroom).lessons
    classroom.seats.create(user=eve)
    now = timezone.now()
    assignment = classroom.assignments.create(lesson=third)
    for user in (ada, eve):
        LessonProgress.objects.mark_read(user, first)
        make_result(third.quiz, user, 40)
        seat = classroom.seats.get(user=user)
        seat.notes.create(author=grace, text=f"A secret about {user.name}.")
        seat.messages.create(kind="personal", sender=grace, subject="Hi", text=f"Dear {user.name}")
        assignment.extensions.create(seat=seat, due_at=now)
        classroom.invitations.create(email=user.email, expires_at=now + timedelta(days=1))
        joining.leave(seat, now)


def test_the_export_is_complete_and_only_mine(ada, grace, kept, django_assert_num_queries):
    with django_assert_num_queries(7):
        told = json.loads(json.dumps(export(ada)))
    text = json.dumps(told)
    [seat] = told["classes"]
    assert (seat["class"], seat["role"], seat["notes_about_you"]) == ("Grace’s class", "learner", 1)
    assert seat["joined_at"] < seat["left_at"]
    assert {row["percent"] for row in told["class_records"]} == {None, "40.00"}
    assert [row["text"] for row in told["class_messages"]] == ["Dear Ada"]
    assert len(told["class_extensions"]) == 1
    assert [row["email"] for row in told["class_invitations"]] == ["ada@example.org"]
    assert "secret" not in text
    assert "Eve" not in text
    assert "eve@" not in text


def test_an_instructor_s_views_are_theirs(grace, classroom):
    seat = classroom.seats.get(user=grace)
    seat.views.create(name="Quiet ones", query="sort=seen")
    assert export(grace)["class_views"] == [
        {"class": "Grace’s class", "name": "Quiet ones", "query": "sort=seen"}
    ]


def test_an_address_that_was_never_confirmed_tells_nothing(ada, kept):
    ada.emailaddress_set.create(email="eve@example.org", verified=False)
    assert len(export(ada)["class_invitations"]) == 1


def test_erasing_leaves_nothing_of_the_person_and_all_of_others(ada, kept):
    erase(ada)
    for model in (Note, Message, Extension):
        assert [row.seat.user.name for row in model.objects.all()] == ["Eve"]
    assert set(SeatRecord.objects.values_list("seat__user__name", flat=True)) == {"Eve"}
    assert [row.email for row in Invitation.objects.all()] == ["eve@example.org"]
    assert not Seat.objects.filter(user=ada).exists()


def test_a_class_outlives_its_instructor(as_grace, grace, classroom, kept):
    as_grace.post("/me/data/", {"email": grace.email})
    assert Note.objects.filter(author=None).count() == 2
    assert classroom.seats.learners().count() == 2


def test_a_summary_that_never_went_out_is_not_told(classroom, otto):
    """It names learners, and he does not teach them any more."""
    seat = classroom.seats.create(user=otto, role="instructor")
    summary = {"seat": seat, "kind": Message.Kind.SUMMARY, "subject": "A week"}
    Message.objects.create(text="At risk: Ada", week="2026-11-16", **summary)
    Message.objects.create(text="Sent", week="2026-11-09", sent_at=timezone.now(), **summary)

    assert [each["text"] for each in export(otto)["class_messages"]] == ["Sent"]
