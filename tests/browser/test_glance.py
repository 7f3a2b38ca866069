"""The class at a glance in a browser: charts with their tables, and choosing whom to write to."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lessons.models import LessonProgress
from teaching.models import Classroom, Seat
from tests.browser.conftest import look
from tests.browser.test_quiz import as_person
from tests.conftest import person
from tests.factories import make_lesson, make_quiz, make_result

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_class_at_a_glance(page, grace, ada, live_server):
    long_ago = timezone.now() - timedelta(days=40)
    lesson = make_lesson()
    quiz = make_quiz(lesson)
    room = Classroom.objects.create(name="Monday", starts_on=long_ago.date())
    room.courses.add(lesson.module.course)
    room.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
    room.seats.create(user=ada, joined_at=long_ago)
    for name in ("Bob", "Cleo"):
        learner = person(f"{name}@example.org", name=name)
        room.seats.create(user=learner, joined_at=long_ago)
    LessonProgress.objects.mark_read(ada, lesson)
    make_result(quiz, ada, 90)
    as_person(page.context, grace, live_server)

    page.goto(room.get_absolute_url())
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("row", name="now 33.3 %")).to_be_visible()
    look(page, "glance")

    page.get_by_role("link", name="Look closer").first.click()
    look(page, "attention")
    both = page.get_by_role("checkbox", name="Choose all on this page")
    both.check()
    expect(page.get_by_role("checkbox", name="Choose Bob")).to_be_checked()
    page.get_by_role("checkbox", name="Choose Cleo").uncheck()
    expect(both).to_be_checked(indeterminate=True)
