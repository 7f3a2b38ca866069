"""A quiz in a browser: one question at a time, nothing answered is lost, no mouse needed."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from quizzes.models import Attempt
from tests.browser.conftest import look, watch
from tests.conftest import signed_in
from tests.factories import ONE_FIELD, make_lesson, make_quiz
from tests.quizzes.sitting import begin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture
def attempt(ada):
    """Ada's open attempt at a quiz of the kinds with one field, dealt in the author's order."""
    lesson = make_lesson(slug="open", title="An open lesson")
    return begin(make_quiz(lesson, ONE_FIELD, shuffle=False), ada)


def as_person(context, user, live_server):
    """Sign somebody in in a browser, without the form."""
    name = settings.SESSION_COOKIE_NAME
    value = signed_in(user).cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": live_server.url}])


@pytest.fixture
def here(page, attempt, ada, live_server):
    """The attempt's address, open in Ada's browser."""
    as_person(page.context, ada, live_server)
    page.goto(attempt.get_absolute_url())
    return attempt.get_absolute_url()


def responses(attempt):
    return list(attempt.answers.order_by("slot").values_list("response", flat=True))


def state(page):
    return page.locator(".save-state [data-say]")


def all_saved(page):
    """Wait until nothing waits (`wait_for_function` would need `unsafe-eval`)."""
    for _ in range(80):
        if page.evaluate("sessionStorage.length") == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("something is not saved")


def follow(page):
    page.get_by_role("button", name="Next").click()


def test_one_question_at_a_time_each_saved_as_it_is_given(page, here, attempt):
    expect(page.locator(".question:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="Submit answers")).to_be_hidden()
    expect(page.get_by_role("button", name="Save answers")).to_be_hidden()

    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator(".dot").first).to_contain_text("Question 1, answered")
    follow(page)
    expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_focused()
    page.get_by_label("first", exact=True).check()
    page.get_by_label("second", exact=True).check()
    page.get_by_label("Flag for later").locator("visible=true").check(force=True)
    follow(page)
    page.get_by_label("False").check()
    follow(page)
    page.get_by_role("textbox").locator("visible=true").fill("49")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Question 5 of 5")).to_be_focused()
    page.get_by_role("textbox").locator("visible=true").fill("GLM-5")
    expect(page.locator(".dot").nth(1)).to_contain_text("Question 2, answered, flagged")
    page.get_by_role("button", name="Submit answers").click()

    heading = page.get_by_role("heading", name="You passed: 100 %, the pass mark is 70 %")
    expect(heading).to_be_focused()
    attempt.refresh_from_db()
    assert attempt.score == 1


def test_a_reload_goes_on_where_it_was(page, here, attempt):
    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_have_text(SAVED)

    page.reload()

    expect(page.get_by_role("heading", name="Question 2 of 5")).to_be_visible()
    expect(state(page)).to_have_text(SAVED)
    page.get_by_role("link", name="Question 1").click()
    expect(page.get_by_label("right", exact=True)).to_be_checked()


def test_trial_19_offline_answers_wait_and_are_sent_in_order(page, here, attempt):
    page.context.set_offline(True)
    expect(state(page)).to_have_text("You are offline: answers wait in this page")
    page.get_by_label("wrong", exact=True).check()
    page.get_by_label("right", exact=True).check()
    follow(page)
    page.get_by_label("first", exact=True).check()
    page.wait_for_timeout(1200)
    expect(state(page)).to_have_text("You are offline: answers wait in this page")
    assert responses(attempt) == [{}] * 5

    order = []
    page.on("request", lambda request: order.append(request.url) if request.post_data else None)
    page.context.set_offline(False)

    expect(state(page)).to_have_text(SAVED)
    all_saved(page)
    assert responses(attempt)[:2] == [{"positions": [0]}, {"positions": [0]}]
    slots = [url.rstrip("/").rsplit("/", 1)[1] for url in order]
    assert slots == sorted(slots)


def test_a_server_that_fails_is_asked_again(page, here, attempt):
    page.route("**/answers/*/", lambda route: route.fulfill(status=503, body="busy"))
    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_have_text("Not saved, retrying")

    page.unroute("**/answers/*/")

    expect(state(page)).to_have_text(SAVED)
    assert responses(attempt)[0] == {"positions": [0]}


def test_an_answer_that_was_stored_but_not_confirmed_is_stored_once(page, here, attempt):
    def lose_the_confirmation(route):
        route.fetch()
        route.abort()

    page.route("**/answers/*/", lose_the_confirmation, times=1)
    page.get_by_label("wrong", exact=True).check()
    page.get_by_label("right", exact=True).check()

    expect(state(page)).to_have_text(SAVED)
    all_saved(page)
    answer = attempt.answers.get(slot=1)
    assert (answer.response, answer.revision) == ({"positions": [0]}, 2)


def test_a_reload_does_not_lose_what_is_not_saved(page, here, attempt):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route("**/answers/*/", lambda route: route.abort())
    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_have_text("Not saved, retrying")

    page.reload()
    assert asked == ["beforeunload"]
    page.unroute("**/answers/*/")

    expect(state(page)).to_have_text(SAVED)
    assert responses(attempt)[0] == {"positions": [0]}
    page.reload()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("choice", ["Keep my answer", "Take the other one"])
def test_two_tabs_decide_in_words(page, here, attempt, choice):
    other = watch(page.context.new_page())
    other.goto(here)
    other.get_by_label("wrong", exact=True).check()
    expect(state(other)).to_have_text(SAVED)

    page.get_by_label("right", exact=True).check()

    note = page.get_by_role("alert")
    expect(note).to_contain_text("answered in another tab")
    expect(note.locator("b")).to_have_text("wrong")
    assert responses(attempt)[0] == {"positions": [1]}
    page.get_by_role("button", name=choice).click()

    expect(state(page)).to_have_text(SAVED)
    expect(note).to_be_hidden()
    mine = choice.startswith("Keep")
    expect(page.get_by_label("right" if mine else "wrong", exact=True)).to_be_checked()
    assert responses(attempt)[0] == {"positions": [0 if mine else 1]}
    assert other.problems == []


def test_submitted_elsewhere_is_said(page, here, attempt):
    Attempt.objects.update(state="submitted", percent=0, score=0, passed=False)

    page.get_by_label("right", exact=True).check()

    expect(state(page)).to_contain_text("This attempt has been submitted elsewhere")
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_role("heading", name="Not passed yet")).to_be_visible()


def test_signed_out_answers_wait_until_signed_in_again(page, here, attempt, ada, live_server):
    page.context.clear_cookies()
    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_contain_text("Not saved: you are signed out.")
    expect(page.get_by_role("link", name=re.compile("Sign in in another tab"))).to_be_visible()

    as_person(page.context, ada, live_server)

    expect(state(page)).to_have_text(SAVED)
    assert responses(attempt)[0] == {"positions": [0]}


def test_unanswered_questions_are_named(page, here, attempt):
    page.get_by_label("right", exact=True).check()
    page.get_by_role("link", name="Question 5").click()
    page.get_by_role("button", name="Submit answers").click()

    expect(page).to_have_title(re.compile("^Not yet submitted"))
    note = page.get_by_role("heading", name="Not yet submitted: 4 questions without an answer")
    expect(note).to_be_focused()
    page.get_by_role("link", name="Question 3", exact=True).click()
    expect(page.get_by_role("heading", name="Question 3 of 5")).to_be_focused()
    page.get_by_role("button", name="Submit anyway").click()

    expect(page.get_by_role("heading", name="Not passed yet: 20 %")).to_be_focused()


def test_keys_alone(page, here, attempt):
    page.keyboard.press("a")
    expect(page.get_by_label("right", exact=True)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("wrong", exact=True)).to_be_checked()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    for key in ("a", "b", "d", "d", "Enter", "B", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Question 4 of 5")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("49", delay=5)
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("abcdef")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-submit]')"):
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="You passed: 80 %")).to_be_focused()
    assert responses(attempt)[4] == {"text": "abcdef"}


def test_letter_keys_can_be_off(page, attempt, ada, live_server):
    ada.letter_keys = False
    ada.save()
    as_person(page.context, ada, live_server)
    page.goto(attempt.get_absolute_url())

    page.keyboard.press("a")

    expect(page.get_by_label("right", exact=True)).not_to_be_checked()
    expect(page.get_by_text("or the letters")).to_have_count(0)


def test_without_javascript(open_page, attempt, ada, live_server):
    page = open_page(java_script_enabled=False)
    as_person(page.context, ada, live_server)
    page.goto(attempt.get_absolute_url())
    expect(page.locator(".question:visible")).to_have_count(5)
    expect(page.get_by_role("button", name="Next")).to_be_hidden()

    page.get_by_label("right", exact=True).check()
    page.get_by_role("textbox").first.fill("49")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your answers are saved")).to_be_visible()
    expect(page.get_by_label("right", exact=True)).to_be_checked()
    page.get_by_role("button", name="Submit answers").click()
    expect(page).to_have_title(re.compile("^Not yet submitted"))
    page.get_by_role("textbox").last.fill("glm-5")
    page.get_by_role("button", name="Submit anyway").click()

    expect(page.get_by_role("heading", name="Not passed yet: 60 %")).to_be_visible()
    expect(page.get_by_text("Because it is.").first).to_be_visible()


def test_every_page_is_accessible(page, attempt, ada, live_server):
    as_person(page.context, ada, live_server)

    page.goto("/lessons/open/quiz/")
    look(page, "quiz")
    page.get_by_role("button", name="Resume").click()
    look(page, "question")
    page.get_by_label("right", exact=True).check()
    expect(state(page)).to_have_text(SAVED)
    page.get_by_role("link", name="Question 5").click()
    look(page, "last question")
    page.get_by_role("button", name="Submit answers").click()
    expect(page).to_have_title(re.compile("^Not yet submitted"))
    look(page, "not yet submitted")
    page.get_by_role("button", name="Submit anyway").click()
    look(page, "result")
    page.goto("/lessons/open/quiz/")
    look(page, "quiz with a result")
