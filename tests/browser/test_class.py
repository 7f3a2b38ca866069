"""An instructor's way with a class, and the learner's beside it, in two browsers."""

import csv
import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from tests.browser.test_journey import sign_up
from tests.browser.test_quiz import as_person
from tests.factories import make_course, make_lesson, make_module, make_quiz

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def course(settings):
    """A course of two lessons, the first with a quiz of one question."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    module = make_module(make_course(slug="weights", title="Weights"), title="Basics")
    make_quiz(make_lesson(module, slug="first", title="First lesson"))
    make_lesson(module, slug="second", title="Second lesson")
    return module.course


def open_class(page: Page) -> str:
    """Open a class for the course; the link that leads in."""
    page.goto("/teach/")
    page.get_by_role("link", name="Open a class").click()
    page.get_by_label("Name").fill("Monday evening")
    page.get_by_label("Weights").check()
    page.get_by_role("button", name="Open the class").click()
    expect(page.get_by_role("heading", name="Monday evening", level=1)).to_be_visible()
    tab(page, "People")
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Link", exact=True).input_value()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="This class").get_by_role("link", name=name).click()


def take_quiz(page: Page, answer: str) -> None:
    page.goto("/lessons/first/quiz/")
    page.get_by_role("button", name=re.compile("Start the quiz|Try again")).first.click()
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Submit answers").click()
    expect(page.locator("#result")).to_be_visible()


def cells(page: Page) -> list[str]:
    """What the matrix says of its first learner."""
    page.goto(re.sub("(/teach/classes/[^/]+)/.*", r"\1/progress/", page.url))
    found = page.locator(".matrix tbody tr").first.locator("td[data-s]")
    return [" ".join(text.split()) for text in found.all_inner_texts()]


def test_a_class_from_its_first_day_to_its_last(open_page, grace, course, live_server, tmp_path):
    page = open_page()
    as_person(page.context, grace, live_server)
    link = open_class(page)

    # A learner without an account joins by the link, in a browser of their own.
    learner = open_page()
    learner.goto(link)
    learner.get_by_role("main").get_by_role("link", name="Sign up free").click()
    sign_up(learner, "new@example.org")
    expect(learner.get_by_role("heading", name="What your instructors will see")).to_be_visible()
    learner.get_by_role("button", name="Join the class").click()
    expect(learner.get_by_role("heading", name="Monday evening", level=1)).to_be_visible()
    assert cells(page) == ["Not started", "Not started"]

    # They fail the quiz, read the lesson, and pass it.
    take_quiz(learner, "wrong")
    assert cells(page) == ["Quiz not passed, 0", "Not started"]
    learner.goto("/lessons/first/")
    learner.locator("#end").scroll_into_view_if_needed()
    expect(learner.get_by_text("You have read this lesson.")).to_be_visible(timeout=10_000)
    take_quiz(learner, "right")
    assert cells(page) == ["Done, 100", "Not started"]

    # The learner sees what is seen of them.
    learner.goto("/me/classes/")
    learner.get_by_role("link", name="Monday evening").click()
    expect(learner.get_by_role("main")).to_contain_text("100 %")

    # It is taken along as it is shown.
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "progress.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["E-mail address"] for row in rows] == ["new@example.org"]
    assert rows[0]["First lesson [first]"] == "Done"
    assert rows[0]["First lesson [first] score (%)"] == "100.0"

    # A reminder, with a text that is edited first.
    page.get_by_role("row").get_by_role("link", name="new").click()
    seat = page.url.rstrip("/").rsplit("/", 1)[1]
    page.goto(re.sub(r"learners/.*", f"nudge/?seat={seat}", page.url))
    page.get_by_label("Text").fill("Hello {name}, the second lesson waits.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text("Reminder")
    assert "Hello new, the second lesson waits." in mail.outbox[-1].body

    # The class ends: it stays as it was, whatever comes after.
    tab(page, "Settings")
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("this is how it stood then")).to_be_visible()
    learner.goto("/lessons/second/")
    learner.locator("#end").scroll_into_view_if_needed()
    expect(learner.get_by_text("You have read this lesson.")).to_be_visible(timeout=10_000)
    assert cells(page) == ["Done, 100", "Not started"]


def test_a_class_without_javascript(open_page, grace, course, live_server):
    page = open_page(java_script_enabled=False)
    as_person(page.context, grace, live_server)
    link = open_class(page)
    learner = open_page(java_script_enabled=False)
    learner.goto(link)
    learner.get_by_role("main").get_by_role("link", name="Sign up free").click()
    sign_up(learner, "new@example.org")
    learner.get_by_role("button", name="Join the class").click()
    tab(page, "Questions")
    expect(page.get_by_role("main")).to_contain_text("Nobody has finished a quiz yet")
    assert cells(page) == ["Not started", "Not started"]
