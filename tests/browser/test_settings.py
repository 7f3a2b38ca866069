"""How a quiz is sat, in a browser: each setting as a journey, without JavaScript where it can."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Allowance, Attempt, Pool, Quiz
from tests.browser.conftest import violations
from tests.browser.test_quiz import all_saved, as_person
from tests.factories import SHORT, SINGLE, TRUE_FALSE, make_lesson, make_quiz, make_result
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browsers(ada, live_server, open_page, page):
    """Ada's browser with JavaScript, and one without."""
    plain = open_page(java_script_enabled=False)
    for each in (page, plain):
        as_person(each.context, ada, live_server)
    return page, plain


def quiz(specs=(SINGLE, SHORT), **settings):
    """A quiz with these settings in the lesson “open”."""
    return make_quiz(make_lesson(slug="open"), specs, shuffle=False, **settings)


def ends_in(attempt, seconds, **fields):
    """Let an attempt's time be up in so many seconds."""
    deadline = timezone.now() + timedelta(seconds=seconds)
    fields = {"deadline": deadline, "closes_at": deadline, **fields}
    Attempt.objects.filter(pk=attempt.pk).update(**fields)


def test_checking_each_answer_at_once(browsers, ada):
    page, plain = browsers
    attempt = begin(quiz(feedback="at-once"), ada)
    page.goto(attempt.get_absolute_url())
    page.get_by_label("wrong", exact=True).check()
    page.get_by_role("button", name="Check answer to question 1").click()

    expect(page.get_by_text("Your answer, not right")).to_be_visible()
    expect(page.get_by_text("The right answer")).to_be_visible()
    expect(page.get_by_role("link", name="Question 1, wrong")).to_be_visible()
    expect(page.get_by_text("1 of 2 answered")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox").locator("visible=true").fill("GLM-5")
    page.keyboard.press("Enter")
    all_saved(page)

    plain.goto(attempt.get_absolute_url())
    expect(plain.get_by_role("radio")).to_have_count(0)
    plain.get_by_role("button", name="Check answer to question 2").click()
    expect(plain.get_by_text("Your answer, right")).to_be_visible()
    plain.get_by_role("button", name="Submit answers").click()
    expect(plain.get_by_role("heading", name="Not passed yet: 50 %")).to_be_visible()


def test_what_was_saved_is_submitted_when_the_time_is_up(browsers, ada):
    page, _ = browsers
    attempt = begin(quiz(time_limit=20), ada)
    ends_in(attempt, 4)
    page.goto(attempt.get_absolute_url())
    expect(page.locator("[data-left]")).to_have_text(re.compile(r": 00:0\d left"))
    page.get_by_label("right", exact=True).check()
    # The last answer is still being typed when the time is up.
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox").locator("visible=true").fill("GLM-5")

    expect(page.get_by_role("heading", name="You passed: 100 %")).to_be_focused()
    attempt.refresh_from_db()
    assert attempt.state == "submitted"


def test_some_minutes_to_hand_in(browsers, ada):
    page, plain = browsers
    attempt = begin(quiz(time_limit=20, overdue="grace"), ada)
    closes_at = timezone.now() + timedelta(minutes=5)
    ends_in(attempt, 2, closes_at=closes_at, overdue="grace")
    page.goto(attempt.get_absolute_url())
    page.get_by_label("right", exact=True).check()

    expect(page.get_by_text("The time for answers is up. Submit by")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your answer").locator("visible=true")).to_be_disabled()
    plain.goto(attempt.get_absolute_url())
    plain.get_by_role("button", name="Submit answers").click()
    expect(plain.get_by_role("heading", name="Not passed yet: 50 %")).to_be_visible()


def test_a_limited_quiz_from_the_terms_to_the_last_attempt(browsers, ada):
    _, plain = browsers
    row = quiz(
        (SINGLE, SHORT, TRUE_FALSE),
        attempts_allowed=2,
        wait_first=10,
        time_limit=5,
        overdue="discard",
        feedback="after-passing",
        grading_method="average",
        show_score=True,
    )
    pool = Pool.objects.create(quiz=row, name="either", pick=1)
    row.questions.exclude(current__kind="single").update(pool=pool)
    plain.goto("/lessons/open/quiz/")
    for words in (
        "2 questions. 70 % of the points pass.",
        "You have 5 minutes from the start.",
        "What is not submitted by then is discarded.",
        "2 of 2 attempts are left; the average of all counts.",
        "After the first attempt you wait 10 minutes.",
        "Once you have passed, or after your last attempt, you see what was right and why",
    ):
        expect(plain.get_by_text(words)).to_be_visible()
    plain.get_by_role("button", name="Start the quiz").click()
    expect(plain.get_by_text("Time until")).to_be_visible()
    plain.get_by_role("button", name="Submit answers").click()
    plain.get_by_role("button", name="Submit anyway").click()
    expect(plain.get_by_text("is shown once you have passed")).to_be_visible()
    expect(plain.get_by_text("You can try again on")).to_be_visible()
    assert plain.get_by_role("button", name="Try again").count() == 0

    plain.goto("/lessons/open/quiz/")
    expect(plain.get_by_text("You can try again")).to_be_visible()
    assert plain.get_by_role("button", name="Start the quiz").count() == 0
    Quiz.objects.update(wait_first=0)
    make_result(row, ada, 80)
    plain.goto("/lessons/open/quiz/")
    expect(plain.get_by_text("You have used all your attempts.")).to_be_visible()
    expect(plain.get_by_text("Average: 40 %, not passed yet")).to_be_visible()


def test_an_exam_shows_the_score_alone_and_gives_extra_time(browsers, ada):
    _, plain = browsers
    last = {"text": "none of the above", "keep_last": True}
    choices = [{"text": "right", "correct": True}, last, {"text": "wrong"}]
    row = make_quiz(
        make_lesson(slug="open"),
        (SINGLE | {"content": {"choices": choices}}, SHORT),
        feedback="never",
        time_limit=20,
        attempts_allowed=3,
        grading_method="first",
    )
    Allowance.objects.create(user=ada, quiz=row, time_factor="1.5")
    plain.goto("/lessons/open/quiz/")
    expect(plain.get_by_text("You have 30 minutes from the start, your extra time")).to_be_visible()
    expect(plain.get_by_text("3 of 3 attempts are left; the first result counts.")).to_be_visible()
    plain.get_by_role("button", name="Start the quiz").click()
    radios = plain.get_by_role("radio")
    expect(radios.last).to_have_accessible_name("none of the above")
    plain.get_by_label("right", exact=True).check()
    plain.get_by_role("textbox", name="Your answer").fill("GLM-5")
    plain.get_by_role("button", name="Submit answers").click()

    expect(plain.get_by_role("heading", name="You passed: 100 %")).to_be_visible()
    expect(plain.get_by_text("are not discussed afterwards")).to_be_visible()
    for secret in ("Because it is.", "Your answer, right", "Practise"):
        expect(plain.get_by_text(secret)).to_have_count(0)
    plain.get_by_role("button", name="Try again").click()
    plain.get_by_role("button", name="Submit answers").click()
    plain.get_by_role("button", name="Submit anyway").click()
    plain.goto("/lessons/open/quiz/")
    expect(plain.get_by_text("The first counts: 100 %, passed")).to_be_visible()


def test_what_was_missed_comes_back(browsers, ada):
    page, plain = browsers
    attempt = submitted(quiz(), ada, wrong)
    plain.goto(attempt.get_absolute_url())
    plain.get_by_role("button", name="Practise what I missed").click()
    plain.get_by_role("button", name="I don’t know").click()
    expect(plain.get_by_text("Because it is.")).to_be_visible()

    page.goto(attempt.get_absolute_url())
    page.get_by_role("button", name="Practise what I missed").click()
    expect(page.get_by_role("button", name="Check answer")).to_be_visible()
    assert violations(page) == []
