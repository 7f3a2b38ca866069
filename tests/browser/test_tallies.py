"""Every page of a class on both sides, and counting its answers, in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from teaching.models import Classroom, Seat
from teaching.tallies import current
from tests.browser.conftest import look
from tests.browser.test_quiz import as_person
from tests.conftest import person
from tests.factories import MULTIPLE, SHORT, SINGLE, TRUE_FALSE, make_lesson, make_quiz
from tests.quizzes.sitting import right, submitted, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def room(grace):
    """Grace teaches five learners, who know one half."""
    room = Classroom.objects.create(name="Monday", starts_on=timezone.localdate())
    lesson = make_lesson(title="An open lesson", objectives=("know", "explain"))
    quiz = make_quiz(lesson, [SINGLE, MULTIPLE, TRUE_FALSE, SHORT])
    for question in quiz.questions.all():
        question.objectives.set(lesson.objectives.filter(key="know"))
    room.courses.add(lesson.module.course)
    room.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
    for n in range(5):
        who = person(f"l{n}@example.org")
        room.seats.create(user=who)
        submitted(quiz, who, right if n % 2 else wrong)
    return room


PAGES = [
    "",
    "progress/",
    "attention/",
    "objectives/",
    "objectives/?order=weakest",
    "questions/",
    "assignments/",
    "assignments/new/",
    "people/",
    "people/invite/",
    "nudge/",
    "mail/",
    "settings/",
    "settings/archive/",
]


def test_the_pages_are_accessible_and_fit(open_page, grace, live_server, room):
    page = open_page()
    as_person(page.context, grace, live_server)
    current(room, timezone.now())
    course = room.courses.get()
    room.join_links.create()
    paths = [f"/teach/classes/{room.public_id}/{rest}" for rest in PAGES]
    for path in ["/teach/", "/teach/classes/new/", f"/teach/courses/{course.slug}/", *paths]:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, path)


def test_the_pages_of_a_learner_are_accessible_and_fit(open_page, live_server, room):
    page = open_page()
    learner = room.seats.learners().select_related("user").first()
    as_person(page.context, learner.user, live_server)
    mine = f"/me/classes/{room.public_id}/"
    for path in [
        "/me/classes/",
        mine,
        f"{mine}leave/",
        "/join/",
        f"/join/{room.join_links.create().code}/",
    ]:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, path)


def test_what_is_new_shows_at_a_glance_without_a_click(open_page, grace, live_server, room):
    page = open_page()
    as_person(page.context, grace, live_server)
    page.goto(f"/teach/classes/{room.public_id}/")

    page.get_by_text("Chosen wrongly most").first.wait_for()

    assert page.locator("#counting form").count() == 0
    assert room.tallies.count() == 1
