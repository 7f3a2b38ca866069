"""The whole way of a learner: read, sign up, take the quiz, come back elsewhere."""

import re

import pytest
from playwright.sync_api import Page, expect

from lessons.models import LessonProgress
from tests.conftest import PASSWORD
from tests.factories import ONE_FIELD, make_course, make_lesson, make_module, make_quiz

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lessons(settings):
    """A course of two lessons, the first with a quiz of every kind."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    module = make_module(make_course(slug="weights", title="Weights"))
    article = "\n\n".join(f"## Part {n}\n\n" + "Some words to read. " * 60 for n in range(1, 9))
    first = make_lesson(
        module, slug="first", title="First lesson", body=article, takeaways=["Keep this."]
    )
    second = make_lesson(module, slug="second", title="Second lesson", body=article)
    make_quiz(first, ONE_FIELD)
    return first, second


def sign_up(page: Page, email: str) -> None:
    """Fill in the sign-up form that is open."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()


def sign_in(page: Page, email: str) -> None:
    """Sign in from the header."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()


def answer_all(page: Page, javascript: bool) -> None:
    """Answer every question rightly, whatever order it was dealt in."""
    if javascript:  # one question at a time, once the script has run
        expect(page.get_by_role("button", name="Next")).to_be_visible()
    for _ in range(5):
        for label in ("right", "first", "second", "False"):
            box = page.get_by_label(label, exact=True)
            if box.count() and box.first.is_visible():
                box.first.check()
        for prompt, text in (("How many?", "49"), ("Which name?", "glm-5")):
            field = page.get_by_role("group", name=re.compile(re.escape(prompt)))
            if field.count() and field.first.is_visible():
                field.first.get_by_role("textbox").fill(text)
        if not javascript:
            break
        following = page.get_by_role("button", name="Next")
        if not following.is_visible():
            break
        following.click()
    page.get_by_role("button", name="Submit answers").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_read_sign_up_quiz_and_come_back(open_page, lessons, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    page.get_by_role("link", name="Weights").click()
    page.get_by_role("link", name="First lesson").click()
    expect(page.get_by_role("heading", name="First lesson", level=1)).to_be_visible()
    assert page.context.cookies() == []
    if javascript:
        page.wait_for_function("() => localStorage.getItem('lectern-reading') !== null")

    page.locator("#quiz").get_by_role("link", name="Sign up free").click()
    sign_up(page, "new@example.org")
    expect(page).to_have_url(re.compile("/lessons/first/quiz/$"))

    page.get_by_role("button", name="Start the quiz").click()
    answer_all(page, javascript)
    expect(page.get_by_role("heading", name=re.compile("passed", re.IGNORECASE))).to_be_visible()
    expect(page.get_by_text("Because it is.").first).to_be_visible()

    page.goto("/lessons/first/")
    if javascript:
        expect(page.get_by_text("Added 1 lesson that you had read before.")).to_be_visible()
        page.locator("#end").scroll_into_view_if_needed()
        expect(page.get_by_text("You have read this lesson.")).to_be_visible(timeout=10_000)
    else:
        page.get_by_role("button", name="Mark as read").click()
        expect(page.get_by_text("You have read this lesson.")).to_be_visible()
    page.get_by_role("button", name="Bookmark", exact=True).click()
    expect(page.get_by_role("button", name="Remove bookmark")).to_be_visible()
    assert getattr(page, "problems", []) == []

    elsewhere = open_page(java_script_enabled=javascript)
    sign_in(elsewhere, "new@example.org")
    elsewhere.goto("/me/")
    for text in ("100 %, passed", "1 of 2 lessons done"):
        expect(elsewhere.get_by_text(text)).to_be_visible()
    bookmarks = elsewhere.get_by_role("region", name="Bookmarks")
    expect(bookmarks.get_by_role("link", name="First lesson")).to_be_visible()
    elsewhere.goto("/")
    expect(elsewhere.get_by_text("Continue where you left off")).to_be_visible()
    elsewhere.get_by_role("link", name="Continue reading").click()
    expect(elsewhere.get_by_role("heading", name="Second lesson", level=1)).to_be_visible()


def test_the_place_is_kept_down_to_the_heading(page, lessons, ada):
    sign_in(page, ada.email)
    page.goto("/lessons/first/")
    with page.expect_response(lambda answer: answer.url.endswith("/place/") and answer.ok):
        page.locator("#part-5").evaluate("heading => heading.scrollIntoView()")
        page.wait_for_timeout(1700)

    page.goto("/")

    expect(page.locator(".continue")).to_contain_text(re.compile("Part [456]"))
    page.get_by_role("link", name="Continue reading").click()
    expect(page).to_have_url(re.compile("#part-[456]$"))


def test_what_was_read_before_signing_up_comes_along(page, lessons):
    page.goto("/lessons/second/")
    page.locator("#end").scroll_into_view_if_needed()
    page.wait_for_timeout(3500)
    page.goto("/accounts/signup/?next=/")
    sign_up(page, "reader@example.org")

    expect(page.get_by_text("Added 1 lesson that you had read before.")).to_be_visible()
    assert LessonProgress.objects.get().read_at is not None


def test_an_existing_account_is_asked_first(page, lessons, ada):
    ada.date_joined = "2020-01-01T00:00Z"
    ada.save()
    page.goto("/lessons/second/")
    page.wait_for_timeout(2000)
    sign_in(page, ada.email)

    page.goto("/")
    expect(page.get_by_text("This browser remembers one lesson")).to_be_visible()
    assert not LessonProgress.objects.filter(read_at__isnull=False).exists()
    page.get_by_role("button", name="Add to my account").click()

    expect(page.get_by_text("Added 1 lesson")).to_be_visible()


def test_undo_is_respected(page, lessons, ada):
    LessonProgress.objects.mark_read(ada, lessons[0])
    sign_in(page, ada.email)
    page.goto("/lessons/first/")

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("button", name="Mark as read")).to_be_visible()
