"""Races, with real threads on the database that the site runs on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes.models import Attempt, FinalGrade
from tests.factories import ALL_KINDS, make_lesson, make_quiz
from tests.quizzes.sitting import begin, form, right, submitted, wrong
from tests.quizzes.together import AT_ONCE, in_tabs, overtaken, tab

pytestmark = pytest.mark.django_db(transaction=True)

START = "/lessons/open/quiz/"


@pytest.fixture
def quiz():
    """A quiz of all kinds in the lesson “open”."""
    return make_quiz(make_lesson(slug="open"), ALL_KINDS, attempts_allowed=1)


@pytest.fixture
def attempt(quiz, ada):
    """Ada's open attempt."""
    return begin(quiz, ada)


@pytest.fixture
def here(attempt):
    """The attempt's address."""
    return attempt.get_absolute_url()


def short(attempt):
    """The slot of the short answer."""
    return attempt.answers.get(version__kind="short-answer")


def save(browser, attempt, text, save_id="save-0000"):
    """Save the short answer, based on none, as the page's script does."""
    address = f"{attempt.get_absolute_url()}answers/{short(attempt).slot}/"
    return browser.post(address, {"base": "0", "save_id": save_id, "value": text})


def facts(attempt):
    """All that is stored of an attempt."""
    row = Attempt.objects.filter(pk=attempt.pk).values().get()
    return row, list(attempt.answers.values()), list(FinalGrade.objects.values())


# Starting -----------------------------------------------------------------------------------------


def test_twenty_starts_make_one_attempt(as_ada, quiz):
    """Trial 16."""
    answers = in_tabs(as_ada, lambda browser, n: browser.post(START))

    attempt = Attempt.objects.get()
    assert {answer["Location"] for answer in answers} == {attempt.get_absolute_url()}
    assert attempt.answers.count() == 8


def test_a_start_that_is_overtaken_joins(as_ada, quiz):
    """Trial 16: it saw no open attempt, and finds one when it makes its own."""
    other = tab(as_ada)

    answer = overtaken(lambda: other.post(START), lambda: as_ada.post(START))

    assert answer["Location"] == Attempt.objects.get().get_absolute_url()


# Submitting ---------------------------------------------------------------------------------------


def test_twenty_submissions_give_one_result(as_ada, attempt, here):
    """Trial 15: whole from one form, whichever was first."""
    sheets = [form(attempt, action="submit"), form(attempt, wrong, action="submit")]

    answers = in_tabs(as_ada, lambda browser, n: browser.post(here, sheets[n % 2]))

    assert {answer["Location"] for answer in answers} == {f"{here}#result"}
    attempt.refresh_from_db()
    assert attempt.score in {0, 1}
    assert set(attempt.answers.values_list("fraction", flat=True)) == {attempt.score}
    assert set(attempt.answers.values_list("revision", flat=True)) == {1}
    grade = FinalGrade.objects.get()
    assert (grade.score, grade.attempts) == (attempt.score, 1)


def test_a_submission_that_is_overtaken_changes_nothing(as_ada, attempt, here):
    """Trial 15: it found the attempt open, and finds it graded when it would grade."""
    other, found = tab(as_ada), []
    sheet = form(attempt, wrong, action="submit")

    def quick():
        as_ada.post(here, form(attempt, action="submit"))
        found.append(facts(attempt))

    answer = overtaken(lambda: other.post(here, sheet), quick)

    assert answer["Location"] == f"{here}#result"
    assert found == [facts(attempt)]
    assert found[0][0]["score"] == 1


def test_replays_change_nothing(as_ada, ada, quiz):
    """Trial 17: whatever is sent again afterwards, at once and in any order."""
    attempt = submitted(quiz, ada, wrong)
    before, here = facts(attempt), attempt.get_absolute_url()
    fields = [
        form(attempt, how, action=action)
        for how in (right, wrong)
        for action in ("submit", "submit-anyway", "save")
    ]

    answers = in_tabs(as_ada, lambda browser, n: browser.post(here, fields[n]), len(fields))

    assert {answer["Location"] for answer in answers} == {f"{here}#result"}
    assert facts(attempt) == before


# Saving -------------------------------------------------------------------------------------------


def test_of_twenty_saves_on_one_base_one_is_stored(as_ada, attempt):
    """Trial 18: each other is told what was stored instead of it."""
    answers = in_tabs(
        as_ada, lambda browser, n: save(browser, attempt, f"text {n}", f"save-{n:04}")
    )

    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200] + [412] * (AT_ONCE - 1)
    stored = short(attempt)
    assert (stored.revision, stored.response) == (1, {"text": f"text {codes.index(200)}"})
    for answer in answers:
        if answer.status_code == 412:
            assert answer.json()["response"] == [stored.response["text"]]


def test_one_save_sent_many_times_is_one_save(as_ada, attempt):
    """Trial 18: a script that lost the answer asks again while the first is still under way."""
    answers = in_tabs(as_ada, lambda browser, n: save(browser, attempt, "GLM-5"), 5)

    assert {(answer.status_code, answer.json()["rev"]) for answer in answers} == {(200, 1)}
    assert short(attempt).revision == 1


def test_a_delayed_save_does_not_undo_a_newer_one(as_ada, attempt):
    """Trial 18: the older one arrives first, and is written last."""
    other = tab(as_ada)

    answer = overtaken(
        lambda: save(other, attempt, "older", "the-older"),
        lambda: save(as_ada, attempt, "newer", "the-newer"),
    )

    assert (answer.status_code, answer.json()["response"]) == (412, ["newer"])
    stored = short(attempt)
    assert (stored.revision, stored.response) == (1, {"text": "newer"})


def test_a_save_that_is_overtaken_by_the_submission_is_told_so(as_ada, attempt, here):
    """Trial 18: it found the attempt open, and what was graded stays as it was."""
    other, found = tab(as_ada), []

    def quick():
        as_ada.post(here, {"action": "submit-anyway"})
        found.append(facts(attempt))

    answer = overtaken(lambda: save(other, attempt, "GLM-5"), quick)

    assert (answer.status_code, answer.json()) == (409, {"result": f"{here}#result"})
    assert found == [facts(attempt)]


def test_a_submission_grades_what_was_saved_while_it_came(as_ada, attempt, here):
    """Trial 18: two tabs; the form's older answer gives way to the newer one, and says so."""
    other, sheet = tab(as_ada), form(attempt, wrong, action="submit")

    answer = overtaken(lambda: other.post(here, sheet), lambda: save(as_ada, attempt, "GLM-5"))

    assert answer["Location"] == f"{here}#result"
    assert "The newer answer was kept" in other.get(here).text
    graded = short(attempt)
    assert (graded.response, graded.fraction) == ({"text": "GLM-5"}, 1)


def test_saves_and_a_submission_never_mix(as_ada, attempt, here):
    """Trial 18: whatever was told to be saved is what was graded."""

    def ask(browser, n):
        if n == AT_ONCE // 2:
            return browser.post(here, {"action": "submit-anyway"})
        return save(browser, attempt, "GLM-5", f"save-{n:04}")

    answers = in_tabs(as_ada, ask)

    assert {answer.status_code for answer in answers} <= {200, 302, 409, 412}
    stored = any(answer.status_code == 200 for answer in answers)
    attempt.refresh_from_db()
    graded = short(attempt)
    assert attempt.state == "submitted"
    assert bool(graded.response) == stored
    assert graded.fraction == (1 if stored else 0)


# Checking at once, and the end of the time --------------------------------------------------------


def test_of_twenty_checks_one_is_final(as_ada, attempt, here):
    """Feedback at once in twenty tabs, with two answers: one is graded and stays."""
    type(attempt.quiz).objects.update(feedback="at-once")
    slot = short(attempt).slot
    sheets = [
        {"action": f"check:{slot}", f"b{slot}": "0", f"s{slot}": text} for text in ("GLM-5", "no")
    ]

    answers = in_tabs(as_ada, lambda browser, n: browser.post(here, sheets[n % 2]))

    assert {answer["Location"] for answer in answers} == {f"{here}#q{slot}"}
    checked = short(attempt)
    assert checked.revision == 1
    assert checked.fraction == (1 if checked.response == {"text": "GLM-5"} else 0)


def test_a_save_that_is_overtaken_by_a_check_is_told_so(as_ada, attempt, here):
    """Nothing is written over an answer that was checked meanwhile."""
    type(attempt.quiz).objects.update(feedback="at-once")
    other, slot = tab(as_ada), short(attempt).slot
    sheet = {"action": f"check:{slot}", f"b{slot}": "0", f"s{slot}": "no"}

    answer = overtaken(lambda: save(other, attempt, "GLM-5"), lambda: as_ada.post(here, sheet))

    assert answer.status_code == 409
    checked = short(attempt)
    assert (checked.response, checked.fraction) == ({"text": "no"}, 0)


def test_an_attempt_whose_time_is_up_is_ended_once(as_ada, ada, attempt, here):
    """Trial 23: twenty tabs find it overdue at the same moment; it is graded once."""
    save(as_ada, attempt, "GLM-5")
    past = timezone.now() - timedelta(minutes=5)
    Attempt.objects.update(deadline=past, closes_at=past)

    answers = in_tabs(as_ada, lambda browser, n: browser.get(here))

    assert {answer.status_code for answer in answers} == {200}
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_at) == ("expired", past)
    assert [card.times_answered for card in ada.review_cards.all()] == [1] * len(ALL_KINDS)
    assert FinalGrade.objects.get().attempts == 1


def test_a_submission_in_the_last_second_and_the_end_of_the_time(as_ada, attempt, here):
    """Trial 23: whichever is first, what was saved is graded once."""
    save(as_ada, attempt, "GLM-5")
    other = tab(as_ada)

    def quick():
        past = timezone.now() - timedelta(minutes=5)
        Attempt.objects.update(deadline=past, closes_at=past)
        as_ada.get(here)

    answer = overtaken(lambda: other.post(here, form(attempt, action="submit-anyway")), quick)

    assert answer["Location"] == f"{here}#result"
    attempt.refresh_from_db()
    assert attempt.state == "expired"
    assert set(attempt.answers.values_list("fraction", flat=True)) == {0, 1}


def test_the_last_allowed_attempt_is_not_begun_twice(as_ada, ada, quiz):
    """Trial 16: after the only attempt, twenty starts are refused."""
    submitted(quiz, ada)

    answers = in_tabs(as_ada, lambda browser, n: browser.post(START))

    assert {answer.status_code for answer in answers} == {403}
    assert ada.attempts.count() == 1
