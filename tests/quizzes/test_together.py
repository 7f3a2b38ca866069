"""Many requests at once, with real threads on the database that the site runs on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from quizzes.models import Attempt
from tests.conftest import signed_in
from tests.factories import ALL_KINDS, make_lesson, make_quiz
from tests.quizzes.sitting import begin, form, wrong

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20


def together(user, ask, times=AT_ONCE):
    """What `ask(browser, n)` answers, asked by one person in many tabs at the same moment."""
    gate = Barrier(times)

    def one(n):
        try:
            browser = signed_in(user)
            gate.wait()
            return ask(browser, n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@pytest.fixture
def quiz():
    """A quiz of all kinds in the lesson “open”."""
    return make_quiz(make_lesson(slug="open"), ALL_KINDS)


def test_trial_16_twenty_starts_make_one_attempt(ada, quiz):
    answers = together(ada, lambda browser, n: browser.post("/lessons/open/quiz/"))

    attempt = Attempt.objects.get()
    assert {answer["Location"] for answer in answers} == {attempt.get_absolute_url()}
    assert attempt.answers.count() == 5


def test_trial_15_twenty_submits_give_one_result(ada, quiz):
    attempt = begin(quiz, ada)
    here = attempt.get_absolute_url()
    sheets = [form(attempt, action="submit"), form(attempt, wrong, action="submit")]

    answers = together(ada, lambda browser, n: browser.post(here, sheets[n % 2]))

    assert {answer["Location"] for answer in answers} == {f"{here}#result"}
    attempt.refresh_from_db()
    assert attempt.score in {0, 1}
    assert set(attempt.answers.values_list("fraction", flat=True)) == {attempt.score}
    assert set(attempt.answers.values_list("revision", flat=True)) == {1}


def test_trial_18_of_twenty_saves_on_one_base_one_is_stored(ada, quiz):
    attempt = begin(quiz, ada)
    slot = attempt.answers.get(version__kind="short-answer").slot
    address = f"{attempt.get_absolute_url()}answers/{slot}/"

    answers = together(
        ada,
        lambda browser, n: browser.post(
            address, {"base": "0", "save_id": f"save-{n:04}", "value": f"text {n}"}
        ),
    )

    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200] + [412] * (AT_ONCE - 1)
    stored = attempt.answers.get(slot=slot)
    assert (stored.revision, stored.response) == (1, {"text": f"text {codes.index(200)}"})
    for answer in answers:
        if answer.status_code == 412:
            assert answer.json()["response"] == [stored.response["text"]]


def test_trial_18_saves_and_a_submission_never_mix(ada, quiz):
    """Whatever was told to be saved is what was graded."""
    attempt = begin(quiz, ada)
    here = attempt.get_absolute_url()
    slot = attempt.answers.get(version__kind="short-answer").slot
    save = {"base": "0", "value": "GLM-5"}

    def ask(browser, n):
        if n == AT_ONCE // 2:
            return browser.post(here, {"action": "submit-anyway"})
        return browser.post(f"{here}answers/{slot}/", save | {"save_id": f"save-{n:04}"})

    answers = together(ada, ask)

    stored = any(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} <= {200, 302, 409, 412}
    attempt.refresh_from_db()
    graded = attempt.answers.get(slot=slot)
    assert attempt.state == "submitted"
    assert bool(graded.response) == stored
    assert graded.fraction == (1 if stored else 0)
