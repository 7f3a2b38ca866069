"""Nobody gets at a class that they don't teach: tried at every address there is (TRIALS 1, 2, 39).

The addresses are those of `teaching/urls.py`, so that a new one is tried from its first day.
"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from teaching.models import Classroom
from teaching.urls import urlpatterns
from tests.conftest import signed_in
from tests.factories import make_quiz
from tests.quizzes.sitting import submitted

pytestmark = pytest.mark.django_db
CLASS = "teach/classes/<public_id>/"
# Patterns of both kinds, with what they name in pointed brackets.
ROUTES = [
    re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(pattern.pattern)).strip("^").removesuffix(r"\Z")
    for pattern in urlpatterns
]
ROUTES = [re.sub(r"<\w+:public_id>", "<public_id>", route).replace("\\", "") for route in ROUTES]
OF_A_CLASS = [route for route in ROUTES if route.startswith(CLASS)]
HIDDEN = {404, 405}


def filled(room: Classroom, learner) -> dict[str, str]:
    """What the addresses of a class name, by the name in the address: one of each thing in it."""
    lesson = room.courses.get().modules.get().lessons.get(quiz__isnull=False)
    attempt = submitted(lesson.quiz, learner)
    seat = room.seats.get(user=learner)
    invitation = room.invitations.create(
        email="fay@example.org", expires_at=timezone.now() + timedelta(days=1)
    )
    assignment = room.assignments.create(lesson=lesson)
    return {
        "public_id": room.public_id,
        "seat": str(seat.pk),
        "code": room.join_links.create().code,
        "token": "none",
        "link": str(room.join_links.create().pk),
        "invitation": str(invitation.pk),
        "assignment": str(assignment.pk),
        "slug": lesson.slug,
        "pk": str(lesson.quiz.questions.first().pk),
        "slot": str(attempt.answers.get().slot),
        "kind": "csv",
        "note": str(seat.notes.create(author=None, text="A note.").pk),
        "attempt_id": attempt.public_id,
    }


def address(route: str, values: dict[str, str]) -> str:
    """A route with these values; a name that is not among them is a gap in `filled`."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], route)


@pytest.fixture
def things(classroom, ada):
    """One of each thing in Grace's class."""
    return filled(classroom, ada)


@pytest.fixture
def theirs(otto, eve) -> dict[str, str]:
    """One of each thing in Otto's class, of other courses and people."""
    lesson = make_quiz().lesson
    room = Classroom.objects.create(name="Otto’s class")
    room.courses.add(lesson.module.course)
    room.seats.create(user=otto, role="instructor")
    room.seats.create(user=eve)
    return filled(room, eve)


def state(classroom) -> list:
    """What somebody who gets in would change."""
    return [
        Classroom.objects.filter(pk=classroom.pk).values().get(),
        list(classroom.seats.order_by("pk").values()),
        list(classroom.join_links.order_by("pk").values()),
        list(classroom.invitations.order_by("pk").values()),
        list(classroom.assignments.order_by("pk").values()),
    ]


def test_there_are_routes():
    assert len(OF_A_CLASS) > 10


@pytest.mark.parametrize("route", OF_A_CLASS)
def test_others_find_nothing_there(classroom, things, theirs, otto, ada, eve, route):
    """Not the instructor of another class, nor a learner of this one or of none."""
    before = state(classroom)
    for user in (otto, ada, eve):
        browser = signed_in(user)
        path = address(route, things)
        answers = {browser.get(path).status_code, browser.post(path).status_code}
        assert answers <= HIDDEN
        assert 404 in answers
        assert browser.post(path, headers={"HX-Request": "true"}).status_code in HIDDEN
    assert state(classroom) == before


@pytest.mark.parametrize("route", OF_A_CLASS)
def test_a_name_that_no_class_can_have_leads_nowhere(things, as_grace, route):
    """PostgreSQL has no text with NUL in it."""
    path = address(route, things | {"public_id": "%00"})
    for method in (as_grace.get, as_grace.post):
        assert method(path).status_code == 404


@pytest.mark.parametrize("route", OF_A_CLASS)
def test_a_visitor_signs_in_first(classroom, things, client, route):
    before = state(classroom)
    path = address(route, things)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/?next=/teach/")
    assert state(classroom) == before


NESTED = [
    (route, child)
    for route in OF_A_CLASS
    for child in re.findall(r"<(?:\w+:)?(\w+)>", route.removeprefix(CLASS))
    if child not in {"kind", "slot"}  # not things of their own
]


@pytest.mark.parametrize(("route", "child"), NESTED)
def test_what_is_of_another_class_is_not_found_in_ones_own(
    classroom, things, theirs, as_otto, route, child
):
    """Otto teaches a class; with its address he names a thing of Grace's."""
    before = state(classroom)
    path = address(route, theirs | {child: things[child]})
    opened, sent = as_otto.get(path), as_otto.post(path)
    assert opened.status_code in HIDDEN
    # To remove what is not there, as after a double click, is done already; nothing happens.
    is_done = route.endswith("/assignments/<int:assignment>/remove/") and sent.status_code == 302
    assert is_done or sent.status_code in HIDDEN
    assert 404 in {opened.status_code, sent.status_code}
    assert state(classroom) == before


@pytest.mark.parametrize("route", OF_A_CLASS)
def test_its_instructor_finds_something(things, as_grace, route):
    """Otherwise the tests above would be easy to pass."""
    path = address(route, things)
    found = {as_grace.get(path).status_code, as_grace.post(path).status_code}
    if "restore" in route:  # of an archived class only
        assert found == {404}
    else:
        assert found - HIDDEN


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.startswith("me/classes/mail-off")])
def test_no_form_of_another_site_is_taken(classroom, things, grace, ada, route):
    """TRIALS 39: without the token no POST does anything."""
    before = state(classroom)
    for user in (grace, ada):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(user)
        for headers in ({}, {"Origin": "https://evil.example"}):
            answer = browser.post(address(route, things), headers=headers)
            assert answer.status_code in {403, 404, 405}
        text = browser.post(address(route, things), "a=b", content_type="text/plain")
        assert text.status_code in {403, 404, 405}
    assert state(classroom) == before
