"""A review in a browser: no mouse needed, every page looked at."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Review
from tests.browser.conftest import look
from tests.browser.test_quiz import as_person
from tests.factories import CLOZE, ORDERING, SINGLE, make_lesson, make_quiz
from tests.quizzes.sitting import submitted, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def due(page, ada, live_server, *specs):
    """Questions that Ada missed two days ago, and the review open in her browser."""
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        submitted(make_quiz(make_lesson(slug="open"), specs, shuffle=False), ada, wrong)
    as_person(page.context, ada, live_server)
    page.goto("/me/review/")


def test_a_question_is_answered_by_its_letter(page, ada, live_server):
    due(page, ada, live_server, SINGLE, SINGLE)
    look(page, "review")
    page.get_by_role("button", name="Start reviewing").click()
    place = Review.objects.get().dealt.index(0)
    look(page, "review-question")

    page.keyboard.press("ABC"[place])
    expect(page.get_by_label("right", exact=True)).to_be_checked()
    page.get_by_role("button", name="Check answer").click()

    expect(page.get_by_text("Your answer, right")).to_be_visible()
    expect(page.get_by_text("1 of 2 today")).to_be_visible()
    look(page, "review-result")
    page.get_by_role("button", name="Next question").click()
    page.get_by_role("button", name="I don’t know").click()
    expect(page.get_by_text("Nothing more is due today")).to_be_visible()
    look(page, "review-done")


def test_enter_goes_from_gap_to_gap(page, ada, live_server):
    due(page, ada, live_server, CLOZE)
    page.get_by_role("button", name="Start reviewing").click()
    page.wait_for_load_state()

    page.locator("#s1_0").fill("o1")
    page.locator("#s1_0").press("Enter")
    expect(page.locator("#s1_1")).to_be_focused()
    page.locator("#s1_1").fill("2025")
    page.locator("#s1_2").select_option(label="MIT")
    page.get_by_role("button", name="Check answer").click()

    expect(page.locator("#q1-mark")).to_contain_text("Right")


def test_an_order_is_kept_by_buttons(page, ada, live_server):
    due(page, ada, live_server, ORDERING)
    page.get_by_role("button", name="Start reviewing").click()
    page.wait_for_load_state()
    names = ["GPT-2", "BLOOM", "R1", "GLM-5"]

    page.get_by_role("button", name="Keep this order").click()
    for wanted, name in enumerate(names):
        rows = page.locator("[data-ordering] > li")
        here = rows.evaluate_all("rows => rows.map(row => row.dataset.label)").index(name)
        for _ in range(here - wanted):
            page.get_by_role("button", name=f"Move {name} up").click()
    page.get_by_role("button", name="Check answer").click()

    expect(page.locator("#q1-mark")).to_contain_text("Right")
    assert Review.objects.get().fraction == 1


def test_settings(page, ada, live_server):
    due(page, ada, live_server, SINGLE)
    page.get_by_role("link", name="How much and how often").click()
    look(page, "review-settings")
    page.get_by_label("Questions a day").fill("0")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("Questions a day")
    look(page, "review-settings-refused")
