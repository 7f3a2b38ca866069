"""An instructor looks at a learner and changes a mark; the learner reads why."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lessons.models import LessonProgress
from teaching.models import Classroom
from tests.browser.conftest import look
from tests.browser.test_quiz import as_person
from tests.conftest import person
from tests.factories import ALL_KINDS, SHORT, make_lesson, make_module, make_quiz
from tests.quizzes.sitting import submitted, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHY = "“GLM 5” is the same name, only written apart."


@pytest.fixture
def classroom(grace, ada):
    """Twelve learners, a lesson with a quiz of all kinds, answered by everybody."""
    module = make_module(title="Open weights")
    quiz = make_quiz(
        make_lesson(module, title="Who makes which model", slug="makers"),
        [SHORT, *ALL_KINDS],
        shuffle=False,
    )
    for question in quiz.questions.all():
        question.objectives.add(quiz.lesson.objectives.get())
    make_lesson(module, title="How to run one")
    room = Classroom.objects.create(name="Evening class")
    room.courses.add(module.course)
    room.seats.create(user=grace, role="instructor")
    seat = room.seats.create(user=ada, joined_at=timezone.now() - timedelta(days=3))
    LessonProgress.objects.mark_read(ada, quiz.lesson)
    for number in range(11):
        one = person(f"learner-{number}@example.org", name=f"Learner {number}")
        room.seats.create(user=one)
        submitted(quiz, one, wrong if number % 3 else _typed)
    room.attempt = submitted(quiz, ada, lambda a: ["GLM 5"] if a.slot == 1 else wrong(a))
    seat.notes.create(author=grace, text="Asked for more time; see her mail.")
    room.learner = f"/teach/classes/{room.public_id}/learners/{seat.pk}/"
    room.quiz = f"/teach/classes/{room.public_id}/quizzes/makers/"
    return room


def _typed(answer):
    return ["GLM 5"] if answer.version.kind == "short-answer" else wrong(answer)


def shot(page, name):
    """Pictures for whoever wants to look: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)


def test_a_mark_is_changed_and_the_learner_reads_why(
    page, open_page, classroom, grace, ada, live_server
):
    as_person(page.context, grace, live_server)
    page.goto(classroom.learner)
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    look(page, "learner")
    shot(page, "learner")
    page.get_by_role("link", name="Timeline").click()
    look(page, "timeline")
    shot(page, "timeline")
    page.get_by_role("link", name="Attempts", exact=True).click()
    look(page, "attempts")
    shot(page, "attempts")
    page.get_by_role("link", name="Who makes which model").click()

    page.get_by_text("Change the mark of question 1").click()
    page.get_by_label("Points, from 0 to 1 (now 0)").first.fill("0,5")
    page.get_by_label("Why").first.fill(WHY)
    look(page, "attempt")
    page.get_by_role("button", name="Change the mark").first.click()
    expect(page.get_by_text("The mark of question 1 is changed")).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_text("Change the mark of question 1").click()
    expect(page.get_by_role("button", name="As graded: 0")).to_be_visible()
    shot(page, "attempt")

    hers = open_page()
    as_person(hers.context, ada, live_server)
    hers.goto(classroom.attempt.get_absolute_url())
    expect(hers.get_by_text("changed the mark of question 1")).to_be_visible()
    expect(hers.get_by_text(WHY)).to_be_visible()
    look(hers, "result")
    shot(hers, "result")
    assert hers.problems == []


def test_all_who_typed_the_same_get_the_mark(page, classroom, grace, live_server):
    as_person(page.context, grace, live_server)
    page.goto(classroom.quiz)
    look(page, "quiz")
    shot(page, "quiz")
    page.get_by_role("row", name="GLM 5").first.get_by_role("link").click()
    page.get_by_text("Give these answers another mark").click()
    page.get_by_label("Points").fill("1")
    page.get_by_label("Why").fill(WHY)
    look(page, "group")
    shot(page, "group")
    page.get_by_role("button", name="Change 5 marks").click()
    expect(page.get_by_text("Marks changed: 5.")).to_be_visible()
    look(page, "answers")
    shot(page, "answers")
