"""Saving one answer: what the page's script sends, and what it is told."""

from datetime import datetime

import pytest
from django.utils import timezone

from tests.factories import ALL_KINDS, SINGLE, make_lesson, make_quiz
from tests.quizzes.sitting import begin, form

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(ada):
    """Ada's open attempt at a quiz of all kinds, dealt in the author's order."""
    ada.time_zone = "Asia/Kathmandu"
    ada.save()
    return begin(make_quiz(make_lesson(slug="open"), ALL_KINDS, shuffle=False), ada)


def send(browser, attempt, slot, value, base=0, save_id="save-0001"):
    """One save, as the script sends it."""
    return browser.post(
        f"{attempt.get_absolute_url()}answers/{slot}/",
        {"base": str(base), "save_id": save_id, "value": value},
        headers={"X-Requested-With": "fetch"},
    )


def stored(attempt, slot):
    return attempt.answers.filter(slot=slot).values_list("response", "revision", "save_id").get()


@pytest.mark.parametrize(
    ("slot", "value", "response"),
    [
        (1, "2", {"positions": [2]}),
        (2, ["3", "0"], {"positions": [0, 3]}),
        (3, "false", {"value": False}),
        (4, "1,5", {"text": "1,5"}),
        (5, " GLM-5 ", {"text": "GLM-5"}),
        (5, "", {}),
        (2, [], {}),
        (6, ["2=3", "0=1"], {"options": [1, None, 3]}),
        (7, ["3=0", "0=3", "1=1", "2=2"], {"places": [3, 1, 2, 0]}),
        (8, ["2=1", "0= o1 "], {"gaps": [{"text": "o1"}, {}, {"positions": [1]}]}),
        (8, ["0="], {}),
    ],
)
def test_an_answer_is_stored(as_ada, attempt, slot, value, response):
    answer = send(as_ada, attempt, slot, value)

    assert answer.status_code == 200
    assert stored(attempt, slot) == (response, 1, "save-0001")
    said = answer.json()
    assert set(said) == {"rev", "saved_at", "saved", "hint"}
    assert said["rev"] == 1
    moment = datetime.fromisoformat(said["saved_at"])
    assert abs((timezone.now() - moment).total_seconds()) < 60
    assert said["saved"] == moment.astimezone(attempt.user.zone).strftime("%H:%M")
    assert answer["Cache-Control"] == "private, no-store"


def test_the_same_save_again_is_stored_once(as_ada, attempt):
    first = send(as_ada, attempt, 1, "2")
    again = send(as_ada, attempt, 1, "2")

    assert (again.status_code, again.json()) == (200, first.json())
    assert stored(attempt, 1) == ({"positions": [2]}, 1, "save-0001")


def test_trial_18_a_save_that_comes_late_is_told_what_is_newer(as_ada, attempt):
    send(as_ada, attempt, 2, ["1", "3"], base=0, save_id="the-newer")
    late = send(as_ada, attempt, 2, ["0"], base=0, save_id="the-older")

    assert late.status_code == 412
    said = late.json()
    assert (said["rev"], said["response"]) == (1, ["1", "3"])
    assert said["saved_at"]
    assert stored(attempt, 2) == ({"positions": [1, 3]}, 1, "the-newer")


def test_the_person_may_insist(as_ada, attempt):
    send(as_ada, attempt, 5, "theirs", save_id="the-other-tab")
    rev = send(as_ada, attempt, 5, "mine", save_id="mine-0001").json()["rev"]

    assert send(as_ada, attempt, 5, "mine", base=rev, save_id="mine-0002").json()["rev"] == 2
    assert stored(attempt, 5)[0] == {"text": "mine"}


def test_what_is_not_a_number_gets_a_hint(as_ada, attempt):
    assert "not a number" in send(as_ada, attempt, 4, "many").json()["hint"]
    assert send(as_ada, attempt, 4, "50", base=1, save_id="save-0002").json()["hint"] == ""


def test_trial_18_a_save_after_submission_is_told_the_result(as_ada, attempt):
    here = attempt.get_absolute_url()
    as_ada.post(here, form(attempt, action="submit"))

    late = send(as_ada, attempt, 1, "2", base=1)

    assert (late.status_code, late.json()) == (409, {"result": f"{here}#result"})
    assert stored(attempt, 1)[0] == {"positions": [0]}


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (1, "3"),
        (1, ["0", "1"]),
        (2, ["1", "1"]),
        (2, ["0", "1", "2", "3", "0"]),
        (3, "True"),
        (4, ["1", "2"]),
        (5, "a" * 501),
        (5, "\0"),
    ],
)
def test_trial_20_what_was_not_dealt_is_refused(as_ada, attempt, slot, value):
    answer = send(as_ada, attempt, slot, value)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert stored(attempt, slot) == ({}, 0, "")


@pytest.mark.parametrize(
    "fields",
    [
        {"base": ""},
        {"base": "-1"},
        {"base": "NaN"},
        {"base": "1e999"},
        {"base": "9" * 40},
        {"save_id": ""},
        {"save_id": "short"},
        {"save_id": "x" * 65},
        {"save_id": "a space in it"},
    ],
)
def test_a_save_without_its_base_or_name_is_refused(as_ada, attempt, fields):
    address = f"{attempt.get_absolute_url()}answers/1/"
    fields = {"base": "0", "save_id": "save-0001", "value": "0"} | fields

    assert as_ada.post(address, fields).status_code == 400
    assert stored(attempt, 1) == ({}, 0, "")


def test_trial_25_a_long_text_is_refused_at_once(as_ada, attempt, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert send(as_ada, attempt, 5, "a" * 50_000).status_code == 400


@pytest.mark.parametrize("slot", [0, 9, 99, 10**30])
def test_a_slot_that_was_not_dealt_is_not_there(as_ada, attempt, slot):
    assert send(as_ada, attempt, slot, "0").status_code == 404


def test_signed_out_is_told_so_and_not_redirected(client, attempt):
    answer = send(client, attempt, 1, "0")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "private, no-store"
    assert stored(attempt, 1) == ({}, 0, "")


def test_another_s_answer_is_not_there(as_eve, attempt):
    assert send(as_eve, attempt, 1, "0").status_code == 404
    assert stored(attempt, 1) == ({}, 0, "")


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(as_ada, attempt, method):
    assert getattr(as_ada, method)(f"{attempt.get_absolute_url()}answers/1/").status_code == 405


@pytest.mark.parametrize("size", [5, 50])
def test_the_number_of_queries(as_ada, ada, django_assert_num_queries, size):
    attempt = begin(make_quiz(specs=(SINGLE,) * size), ada)

    with django_assert_num_queries(8):
        send(as_ada, attempt, size, "0")
