"""The quiz page: what it is, starting, resuming."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import Status
from quizzes.models import Attempt
from tests.factories import ALL_KINDS, SINGLE, make_lesson, make_quiz, make_result
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz():
    """A quiz of all kinds in the lesson “open”."""
    return make_quiz(make_lesson(slug="open", title="An open lesson"), ALL_KINDS)


def test_it_says_what_it_is(as_ada, quiz):
    page = as_ada.get("/lessons/open/quiz/")

    for text in ("An open lesson", "8 questions", "70 % of the points pass", "Start the quiz"):
        assert text in page.text
    assert page["Cache-Control"] == "private, no-store"
    assert "Cookie" in page["Vary"]
    assert not Attempt.objects.exists()


def test_start_deals_every_question(as_ada, ada, quiz):
    answer = as_ada.post("/lessons/open/quiz/")

    attempt = ada.attempts.get()
    assert answer["Location"] == f"/quizzes/attempts/{attempt.public_id}/"
    assert (attempt.number, attempt.pass_mark, attempt.state) == (1, 70, "in_progress")
    kinds = Counter(attempt.answers.values_list("version__kind", flat=True))
    assert kinds == Counter(spec["kind"] for spec in ALL_KINDS)
    assert list(attempt.answers.values_list("slot", flat=True)) == [*range(1, 9)]


def test_starting_again_resumes(as_ada, ada, quiz):
    first = as_ada.post("/lessons/open/quiz/")["Location"]

    assert "Resume" in as_ada.get("/lessons/open/quiz/").text
    assert as_ada.post("/lessons/open/quiz/")["Location"] == first
    assert ada.attempts.count() == 1


def test_after_a_result_a_new_attempt_begins(as_ada, ada, quiz):
    submitted(quiz, ada, wrong)
    submitted(quiz, ada)

    page = as_ada.get("/lessons/open/quiz/").text
    assert page.index("Attempt 2: 100 %, passed") < page.index("Attempt 1: 0 %, not passed")
    assert "Best: 100 %, passed" in page
    as_ada.post("/lessons/open/quiz/")
    assert ada.attempts.open().get().number == 3


def test_only_the_newest_results_are_listed(as_ada, ada, quiz):
    for _ in range(25):
        make_result(quiz, ada, 50)
    page = as_ada.get("/lessons/open/quiz/").text

    assert "The newest 20 of 25" in page
    assert "Attempt 25:" in page
    assert "Attempt 5:" not in page


def test_it_is_dealt_in_order_without_shuffling(ada):
    quiz = make_quiz(specs=(SINGLE,) * 6, shuffle=False)
    rows = begin(quiz, ada).answers.order_by("slot").values_list("version__question", "dealt")

    assert [row[0] for row in rows] == list(quiz.questions.values_list("pk", flat=True))
    assert {tuple(row[1]) for row in rows} == {(0, 1, 2)}


def test_trial_14_the_right_choice_stands_anywhere(ada):
    """Chi-square over 900 deals of three choices; 13.8 is p = .001 with two degrees of freedom."""
    quiz = make_quiz(specs=(SINGLE,) * 30)
    places, firsts = Counter(), Counter()
    for _ in range(30):
        attempt = begin(quiz, ada)
        dealt = list(attempt.answers.order_by("slot").values_list("version__question", "dealt"))
        places.update(order.index(0) for _, order in dealt)
        firsts[dealt[0][0]] += 1
        attempt.delete()

    assert sum((places[place] - 300) ** 2 / 300 for place in range(3)) < 13.8
    assert len(firsts) > 10


def test_trial_26_a_broken_question_is_not_dealt(ada, quiz):
    broken = quiz.questions.first()
    type(broken.current).objects.filter(pk=broken.current_id).update(content={"choices": []})

    assert begin(quiz, ada).answers.count() == 7


def test_it_needs_a_person_and_comes_back(client, quiz):
    for ask in (client.get, client.post):
        answer = ask("/lessons/open/quiz/")
        assert answer["Location"] == "/accounts/login/?next=/lessons/open/quiz/"
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.DRAFT},
        {"publish_at": timezone.now() + timedelta(days=1)},
        {"archived_at": timezone.now()},
    ],
)
def test_a_lesson_that_is_not_published_has_no_quiz(as_ada, quiz, change):
    type(quiz.lesson).objects.filter(pk=quiz.lesson_id).update(**change)

    assert as_ada.get("/lessons/open/quiz/").status_code == 404
    assert as_ada.post("/lessons/open/quiz/").status_code == 404
    assert not Attempt.objects.exists()


def test_a_quiz_that_is_gone_or_empty_is_not_there(as_ada, quiz):
    quiz.questions.update(archived_at=timezone.now())
    assert as_ada.get("/lessons/open/quiz/").status_code == 404
    assert as_ada.post("/lessons/open/quiz/").status_code == 404

    quiz.questions.update(archived_at=None)
    type(quiz).objects.update(archived_at=timezone.now())
    assert as_ada.get("/lessons/open/quiz/").status_code == 404
    assert as_ada.get("/lessons/unknown/quiz/").status_code == 404


def test_an_open_attempt_outlives_its_questions(as_ada, ada, quiz):
    attempt = begin(quiz, ada)
    quiz.questions.update(archived_at=timezone.now())

    assert "Resume" in as_ada.get("/lessons/open/quiz/").text
    assert as_ada.post("/lessons/open/quiz/")["Location"] == attempt.get_absolute_url()


def test_a_former_address_leads_to_the_quiz(as_ada, quiz):
    quiz.lesson.slug = "renamed"
    quiz.lesson.save()

    answer = as_ada.get("/lessons/open/quiz/")
    assert (answer.status_code, answer["Location"]) == (301, "/lessons/renamed/quiz/")


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(as_ada, quiz, method):
    assert getattr(as_ada, method)("/lessons/open/quiz/").status_code == 405


def test_trial_39_starting_needs_the_token(ada, quiz):
    from django.test import Client  # noqa: PLC0415 - the one test that checks tokens

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)

    assert browser.post("/lessons/open/quiz/").status_code == 403
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("size", [5, 50])
def test_the_number_of_queries(as_ada, ada, django_assert_num_queries, size):
    quiz = make_quiz(make_lesson(slug="sized"), (SINGLE,) * size)
    for _ in range(size // 5):
        submitted(quiz, ada)

    with django_assert_num_queries(8):
        as_ada.get("/lessons/sized/quiz/")
    with django_assert_num_queries(11):
        as_ada.post("/lessons/sized/quiz/")
