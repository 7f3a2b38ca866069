"""Spaced review: what is due, one question at a time, practice, settings."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from lessons.models import Lesson
from quizzes import attempts, cards, practice
from quizzes.models import (
    Attempt,
    Question,
    QuestionVersion,
    Quiz,
    Review,
    ReviewCard,
    ReviewPlan,
)
from tests.factories import ALL_KINDS, SHORT, SINGLE, make_lesson, make_quiz
from tests.quizzes.sitting import begin, right, submitted, wrong

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = "/me/review/"


@pytest.fixture
def clock():
    """The first of June 2026, nine o'clock; stands still."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def quiz(ada, clock):
    """A quiz of five questions, all missed by Ada on the first of June: due the next day."""
    row = make_quiz(make_lesson(slug="open", title="An open lesson"), (SINGLE,) * 5)
    submitted(row, ada, wrong)
    return row


def begun(browser, **fields):
    """The address of the question that is asked, and its row."""
    answer = browser.post(HERE, fields)
    assert answer.status_code == 302, answer.text
    address = answer["Location"]
    return address, Review.objects.get(public_id=address.split("/")[3])


def give(browser, address, row, how=right, **fields):
    """Answer a question by its form."""
    sent = {"b1": "0", "s1": how(practice.as_answer(row)), "action": "check"} | fields
    return browser.post(address, sent)


def day(browser, clock, how=right, **fields):
    """Review all of today's portion; how many that was."""
    count = 0
    answer = browser.post(HERE, fields)
    while answer["Location"] != HERE:
        address = answer["Location"]
        give(browser, address, Review.objects.latest("pk"), how)
        count += 1
        clock.shift(timedelta(seconds=20))
        answer = browser.post(HERE)
    return count


# What is due --------------------------------------------------------------------------------------


def test_the_page_says_how_many_are_due(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    page = as_ada.get(HERE)

    assert ">5</span>" in page.text
    assert "questions to review today" in page.text
    assert "Start reviewing" in page.text
    assert page["Cache-Control"] == "private, no-store"


def test_before_anything_was_answered_it_says_what_to_do(as_ada, clock):
    page = as_ada.get(HERE).text

    assert "Take a quiz: what you miss comes back here" in page
    assert "Start reviewing" not in page


def test_nothing_due_says_when_the_next_comes(as_ada, ada, clock):
    submitted(make_quiz(), ada)
    clock.shift(timedelta(hours=1))

    assert "Nothing is due" in as_ada.get(HERE).text
    assert "The next comes on June 3." in as_ada.get(HERE).text
    clock.move_to(START + DAY)
    assert "The next comes tomorrow." in as_ada.get(HERE).text
    clock.move_to(START + 2 * DAY - timedelta(hours=2))
    assert "The next comes today at 09:00." in as_ada.get(HERE).text


def test_days_are_those_where_the_person_is(as_ada, ada, clock):
    ada.time_zone = "Asia/Tokyo"
    ada.save()
    clock.move_to(datetime(2026, 6, 1, 20, tzinfo=UTC))  # the second of June there
    submitted(make_quiz(), ada)

    assert "The next comes on June 4." in as_ada.get(HERE).text


def test_opening_the_page_writes_nothing(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    for _ in range(2):
        as_ada.get(HERE)
        as_ada.head(HERE)

    assert not Review.objects.exists()


# One question -------------------------------------------------------------------------------------


def test_a_question_is_asked_answered_and_explained(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    page = as_ada.get(address)

    for text in ("Which one is right?", "Check answer", "I don’t know", "1 of 5 today"):
        assert text in page.text
    assert "Flag for later" not in page.text

    answer = give(as_ada, address, row)
    assert answer["Location"] == f"{address}#result"
    page = as_ada.get(address).text
    for text in (
        "Your answer, right",
        "Because it is.",
        "Read it again in the lesson",
        "Comes back in 2 days, on June 4.",
        "Next question",
        "Stop here",
        "1 of 5 today",
    ):
        assert text in page
    row.refresh_from_db()
    assert (row.fraction, row.answered_at, row.scope) == (1, START + DAY, "due")


def test_what_is_missed_comes_back_tomorrow(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    give(as_ada, address, row, wrong)

    page = as_ada.get(address).text
    assert "Your answer, not right" in page
    assert "Comes back tomorrow." in page


def test_not_knowing_counts_as_missed(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    give(as_ada, address, row, action="unknown")

    row.refresh_from_db()
    assert (row.response, row.fraction) == ({}, 0)
    assert "Not answered" in as_ada.get(address).text


@pytest.mark.parametrize("spec", ALL_KINDS, ids=lambda spec: spec["kind"])
@pytest.mark.parametrize(("how", "fraction"), [(right, 1), (wrong, 0)])
def test_every_kind_can_be_reviewed(as_ada, ada, clock, spec, how, fraction):
    submitted(make_quiz(specs=(spec,)), ada, wrong)
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    assert spec["prompt"] in as_ada.get(address).text
    give(as_ada, address, row, how)

    row.refresh_from_db()
    assert row.fraction == fraction
    assert "Because it is." in as_ada.get(address).text


def test_the_rest_follows_question_by_question(as_ada, quiz, clock):
    clock.move_to(START + DAY)

    assert day(as_ada, clock) == 5
    assert "Nothing is due" in as_ada.get(HERE).text
    assert "<dt>Answered today</dt><dd>5</dd>" in as_ada.get(HERE).text
    last = Review.objects.latest("answered_at").get_absolute_url()
    assert "Nothing more is due today" in as_ada.get(last).text


def test_a_question_with_a_new_version_is_asked_in_the_new_one(as_ada, ada, clock):
    quiz = make_quiz()
    submitted(quiz, ada, wrong)
    quiz.questions.get().revise(prompt="Which one is right now?")
    clock.move_to(START + DAY)

    address, row = begun(as_ada)
    assert "Which one is right now?" in as_ada.get(address).text
    assert row.version.number == 2


def test_a_version_asked_in_a_review_is_not_changed_any_more(as_ada, ada, clock):
    quiz = make_quiz()
    submitted(quiz, ada, wrong)
    question = quiz.questions.get()
    question.revise(prompt="Second?")
    clock.move_to(START + DAY)
    address, _ = begun(as_ada)
    question.revise(prompt="Third?")

    assert "Second?" in as_ada.get(address).text
    assert question.versions.count() == 3


def test_a_broken_question_is_skipped(as_ada, ada, clock, caplog):
    quiz = make_quiz(specs=(SINGLE, SHORT), shuffle=False)
    submitted(quiz, ada, wrong)
    broken = quiz.questions.first()
    QuestionVersion.objects.filter(question=broken).update(content={"choices": []})
    clock.move_to(START + DAY)

    assert begun(as_ada)[1].version.kind == "short-answer"
    assert f"({broken.key}) is broken" in caplog.text


def test_where_all_are_broken_nothing_is_asked(as_ada, quiz, clock):
    QuestionVersion.objects.update(kind="essay")
    clock.move_to(START + DAY)

    assert as_ada.post(HERE)["Location"] == HERE
    assert not Review.objects.exists()


def test_choices_are_always_shuffled(as_ada, ada, clock):
    choices = [{"text": f"choice {n}", "correct": n == 0} for n in range(8)]
    spec = SINGLE | {"content": {"choices": choices}}
    submitted(make_quiz(specs=(spec,) * 10, shuffle=False), ada, wrong)
    clock.move_to(START + DAY)
    day(as_ada, clock, wrong)

    dealt = list(Review.objects.values_list("dealt", flat=True))
    assert len(dealt) == 10
    assert any(row != sorted(row) for row in dealt)


def test_what_the_quiz_keeps_back_is_kept_back_here_too(as_ada, quiz, clock):
    Quiz.objects.update(show_explanations=False)
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    give(as_ada, address, row)

    page = as_ada.get(address).text
    assert "Your answer, right" in page
    assert "Because it is." not in page


# Portions -----------------------------------------------------------------------------------------


def test_after_thirty_days_away_the_backlog_comes_in_portions(as_ada, ada, clock):
    """Most at risk first: what was missed before what was right."""
    missed = make_quiz(specs=(SINGLE,) * 25)
    known = make_quiz(specs=(SINGLE,) * 10)
    submitted(known, ada)
    submitted(missed, ada, wrong)
    clock.move_to(START + 30 * DAY)

    assert as_ada.get(HERE).text.count("at most 20 a day") == 1
    assert day(as_ada, clock) == 20
    assert set(Review.objects.values_list("version__question__quiz", flat=True)) == {missed.pk}
    page = as_ada.get(HERE).text
    assert "That’s it for today: 20 done" in page
    assert "15 wait and come in portions" in page
    assert "Start reviewing" not in page

    clock.move_to(START + 31 * DAY)
    assert day(as_ada, clock) == 15
    order = Review.objects.order_by("pk").values_list("version__question__quiz", flat=True)
    assert list(order)[20:] == [missed.pk] * 5 + [known.pk] * 10


def test_whoever_wants_goes_on_for_ten_more(as_ada, ada, clock):
    ReviewPlan.objects.create(user=ada, daily_cap=2)
    submitted(make_quiz(specs=(SINGLE,) * 15), ada, wrong)
    clock.move_to(START + DAY)
    assert day(as_ada, clock) == 2
    assert as_ada.post(HERE)["Location"] == HERE
    assert '<input type="hidden" name="more" value="10">' in as_ada.get(HERE).text

    more, count = "10", 0
    while more:
        address, row = begun(as_ada, more=more)
        assert f"{3 + count} of 12 today" in as_ada.get(address).text
        give(as_ada, address, row)
        count += 1
        page = as_ada.get(address).text
        field = re.search(r'name="more" value="(\d+)">\s*<button class="button">Next', page)
        more = field and field[1]
    assert count == 10
    assert "That’s it for today: 12 done" in page
    assert "3 wait" in page


def test_past_the_cap_an_open_question_stays_open(as_ada, ada, clock):
    ReviewPlan.objects.create(user=ada, daily_cap=1)
    submitted(make_quiz(specs=(SINGLE,) * 3), ada, wrong)
    clock.move_to(START + DAY)
    day(as_ada, clock)
    address, row = begun(as_ada, more="10")

    assert begun(as_ada)[1] == row
    give(as_ada, address, row)
    assert as_ada.post(HERE)["Location"] == HERE


@pytest.mark.parametrize("more", ["0", "-1", "x", "", "٣"])
def test_other_wishes_do_not_pass_the_cap(as_ada, ada, clock, more):
    ReviewPlan.objects.create(user=ada, daily_cap=1)
    submitted(make_quiz(specs=(SINGLE,) * 3), ada, wrong)
    clock.move_to(START + DAY)
    day(as_ada, clock)

    assert as_ada.post(HERE, {"more": more})["Location"] == HERE


# Practice -----------------------------------------------------------------------------------------


@pytest.fixture
def attempt(ada, clock):
    """Ada's attempt with two of three questions missed."""
    quiz = make_quiz(make_lesson(slug="open", title="An open lesson"), (SINGLE, SHORT, SHORT))
    row = begin(quiz, ada)
    answers = row.answers.select_related("version")
    sheet = {
        answer.slot: attempts.Sent(0, right(answer))
        for answer in answers
        if answer.version.kind == "single"
    }
    attempts.submit(row, sheet, timezone.now(), anyway=True)
    clock.shift(timedelta(minutes=1))
    row.refresh_from_db()
    return row


def test_what_was_missed_is_practised_until_it_was_right_once(as_ada, attempt, clock):
    scope = f"attempt:{attempt.public_id}"
    asked = []
    for how in (wrong, right, right):
        address, row = begun(as_ada, scope=scope)
        asked.append(row.version.question_id)
        give(as_ada, address, row, how)
        clock.shift(timedelta(minutes=1))

    assert asked[0] != asked[1]
    assert asked[2] == asked[0]  # the one answered longest ago comes first
    page = as_ada.get(address).text
    assert "All that you missed is answered right" in page
    assert "2 of 2 answered right" in page
    assert "An open lesson" in page
    page = as_ada.post(HERE, {"scope": scope})
    assert "you have answered right since" in page.text


def test_practice_counts_into_the_card_and_not_against_the_cap(as_ada, ada, attempt, clock):
    address, row = begun(as_ada, scope=f"attempt:{attempt.public_id}")
    give(as_ada, address, row)

    card = ReviewCard.objects.get(question=row.version.question)
    assert (card.times_answered, card.times_right) == (2, 1)
    assert cards.today(ada, timezone.now()).answered == 0


def test_the_result_leads_to_what_was_missed(as_ada, ada, attempt):
    here = f'value="attempt:{attempt.public_id}"'
    assert here in as_ada.get(attempt.get_absolute_url()).text

    Quiz.objects.update(show_answers=False)
    assert here not in as_ada.get(attempt.get_absolute_url()).text
    passed = submitted(make_quiz(), ada)
    assert "Practise what I missed" not in as_ada.get(passed.get_absolute_url()).text


def test_nothing_missed_says_so(as_ada, ada, clock):
    attempt = submitted(make_quiz(), ada)

    page = as_ada.post(HERE, {"scope": f"attempt:{attempt.public_id}"})
    assert page.status_code == 200
    assert "Nothing to practise here now" in page.text
    assert attempt.get_absolute_url() in page.text


def test_what_may_not_be_seen_yet_is_not_practised(as_ada, ada, clock):
    quiz = make_quiz(feedback="after-passing")
    attempt = submitted(quiz, ada, wrong)

    page = as_ada.post(HERE, {"scope": f"attempt:{attempt.public_id}"})
    assert "Nothing to practise here now" in page.text
    assert not Review.objects.exists()


@pytest.fixture
def objective(quiz):
    """What three of the five questions are about."""
    row = quiz.lesson.objectives.get()
    row.questions.add(*quiz.questions.all()[:3])
    return row


def test_an_objective_is_practised_in_one_round(as_ada, objective, clock):
    clock.shift(timedelta(minutes=1))
    fields = {"scope": f"objective:{objective.pk}"}
    asked = set()
    for n in range(3):
        address, row = begun(as_ada, **fields)
        page = as_ada.get(address).text
        assert f"{n + 1} of 3" in page
        assert "To know" in page
        asked.add(row.version.question_id)
        clock.shift(timedelta(minutes=1))
        give(as_ada, address, row, wrong)
        page = as_ada.get(address).text
        if n < 2:
            fields["since"] = re.search(r'name="since" value="(\d+)"', page)[1]
    assert asked == set(objective.questions.values_list("pk", flat=True))
    assert "That was all of them" in page
    assert "Next question" not in page

    clock.shift(timedelta(minutes=1))
    begun(as_ada, scope=fields["scope"])  # and from the start again


def test_a_round_has_twenty_questions_at_most(as_ada, ada, clock):
    quiz = make_quiz(specs=(SINGLE,) * 25)
    submitted(quiz, ada, wrong)
    objective = quiz.lesson.objectives.get()
    objective.questions.add(*quiz.questions.all())
    clock.shift(timedelta(minutes=1))
    scope = practice.find_scope(ada, f"objective:{objective.pk}")

    round_ = practice.round_of(ada, scope, timezone.now(), since=timezone.now())
    assert (round_.done, round_.left, len(round_.order)) == (0, 20, 20)
    ReviewCard.objects.filter(question__in=round_.order).update(last_at=timezone.now())
    round_ = practice.round_of(ada, scope, timezone.now(), since=timezone.now())
    assert (round_.done, round_.left, round_.order) == (20, 0, [])


def test_an_objective_whose_questions_one_has_not_met(as_eve, objective):
    page = as_eve.post(HERE, {"scope": f"objective:{objective.pk}"})

    assert "You have not met a question about this yet" in page.text
    assert "/lessons/open/" in page.text


# Twice, from two tabs, too late -------------------------------------------------------------------


def test_a_second_tab_joins_the_open_question(as_ada, quiz, clock):
    clock.move_to(START + DAY)

    assert begun(as_ada)[0] == begun(as_ada)[0]
    assert Review.objects.count() == 1


def test_each_scope_has_its_own(as_ada, quiz, objective, clock):
    clock.move_to(START + DAY)

    assert begun(as_ada)[0] != begun(as_ada, scope=f"objective:{objective.pk}")[0]


def test_trial_17_a_second_answer_shows_the_first_result(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    give(as_ada, address, row, wrong)
    before = list(ReviewCard.objects.values())
    clock.shift(timedelta(minutes=5))

    for how in (right, wrong):
        assert give(as_ada, address, row, how)["Location"] == f"{address}#result"
        give(as_ada, address, row, action="unknown")
    assert list(ReviewCard.objects.values()) == before
    row.refresh_from_db()
    assert (row.fraction, row.answered_at) == (0, START + DAY)
    assert "Your answer, not right" in as_ada.get(address).text


def test_an_empty_answer_is_asked_for(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)

    page = as_ada.post(address, {"b1": "0", "action": "check"})
    assert page.status_code == 200
    assert "Give an answer first" in page.text
    assert "Because it is." not in page.text
    row.refresh_from_db()
    assert row.answered_at is None


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "check", "b1": "0", "s1": "9"},
        {"action": "check", "b1": "0", "s1": ["0", "1"]},
        {"action": "check", "b1": "0", "s2": "0"},
        {"action": "check", "s1": "0"},
        {"action": "pass", "b1": "0", "s1": "0"},
        {"b1": "0", "s1": "0"},
    ],
    ids=str,
)
def test_trial_20_what_was_not_dealt_is_refused(as_ada, quiz, clock, sent):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    before = list(ReviewCard.objects.values())

    answer = as_ada.post(address, sent)
    assert answer.status_code == 400
    assert "Nothing of it was stored" in answer.text
    row.refresh_from_db()
    assert row.answered_at is None
    assert list(ReviewCard.objects.values()) == before


def test_trial_22_made_up_scores_are_not_read(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    give(as_ada, address, row, wrong, score="1", fraction="1", answered_at="2000-01-01")

    row.refresh_from_db()
    assert (row.fraction, row.answered_at) == (0, START + DAY)


def test_trial_13_nothing_of_the_key_is_in_the_page(as_ada, ada, clock):
    """Two pages whose questions differ only in which choice is right are the same bytes."""
    quiz = make_quiz()
    submitted(quiz, ada, wrong)
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    pages = []
    for correct in range(3):
        choices = [{"text": text} for text in ("right", "wrong", "no")]
        choices[correct]["correct"] = True
        choices[correct]["feedback"] = "Yes indeed"
        row.version.content, row.version.explanation = {"choices": choices}, f"Because {correct}."
        row.version.save()
        text = as_ada.get(address).text
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text))

    assert "Which one is right?" in pages[0]
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Question, {"archived_at": START}),
        (Quiz, {"feedback": "never"}),
        (Quiz, {"show_answers": False}),
        (Lesson, {"status": "draft"}),
    ],
)
def test_what_left_the_site_is_neither_asked_nor_explained(as_ada, quiz, clock, model, change):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    model.objects.update(**change)

    for answer in (as_ada.get(address), give(as_ada, address, row)):
        assert answer["Location"] == HERE
    assert "That question is not asked any more." in as_ada.get(HERE).text
    assert as_ada.post(HERE)["Location"] == HERE


def test_an_open_question_that_is_archived_makes_way(as_ada, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)
    Question.objects.filter(pk=row.version.question_id).update(archived_at=START)

    assert begun(as_ada)[0] != address
    assert Review.objects.count() == 1


# Whose it is --------------------------------------------------------------------------------------


def test_trial_1_another_s_question_is_not_there(as_ada, as_eve, quiz, clock):
    clock.move_to(START + DAY)
    address, row = begun(as_ada)

    for method in ("get", "head", "post"):
        assert getattr(as_eve, method)(address).status_code == 404
    assert give(as_eve, address, row).status_code == 404
    assert as_ada.get("/me/review/0123456789abcdef/").status_code == 404


@pytest.mark.parametrize(
    "scope",
    ["", "all", "attempt:", "attempt:x", "objective:0", "objective:x", "objective:" + "9" * 30],
)
def test_a_scope_that_is_not_there(as_ada, clock, scope):
    assert as_ada.post(HERE, {"scope": scope}).status_code == 404


def test_another_s_attempt_is_not_practised(as_eve, attempt):
    assert as_eve.post(HERE, {"scope": f"attempt:{attempt.public_id}"}).status_code == 404


def test_an_open_attempt_and_a_draft_s_objective_are_not_practised(as_ada, ada, objective):
    attempt = begin(make_quiz(), ada)
    assert as_ada.post(HERE, {"scope": f"attempt:{attempt.public_id}"}).status_code == 404
    Lesson.objects.update(status="draft")
    assert as_ada.post(HERE, {"scope": f"objective:{objective.pk}"}).status_code == 404


@pytest.mark.parametrize("address", [HERE, "/me/review/settings/", "/me/review/abc/"])
def test_trial_39_signed_out_one_signs_in_first(client, db, address):
    for method in ("get", "post"):
        answer = getattr(client, method)(address)
        assert answer["Location"] == f"/accounts/login/?next={address}"
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", [HERE, "/me/review/settings/", "/me/review/abc/"])
@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(as_ada, address, method):
    assert getattr(as_ada, method)(address).status_code == 405


def test_forms_of_other_sites_are_refused(ada, quiz, clock):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    clock.move_to(START + DAY)

    for address in (HERE, "/me/review/settings/"):
        assert browser.post(address).status_code == 403
    assert not Review.objects.exists()


def test_every_address_of_reviews_is_tried_here():
    """A new one belongs into the tests above."""
    routes = {
        str(pattern.pattern)
        for part in get_resolver().url_patterns
        for pattern in getattr(part, "url_patterns", [])
        if str(pattern.pattern).startswith("me/review/")
    }
    assert routes == {"me/review/", "me/review/settings/", "me/review/<slug:public_id>/"}


# Settings -----------------------------------------------------------------------------------------


def test_settings_move_the_due_dates(as_ada, ada, clock):
    submitted(make_quiz(), ada)
    page = as_ada.get("/me/review/settings/").text
    assert 'value="90"' in page
    assert 'value="20"' in page
    assert "<td>2 days</td><td>11 days</td><td>46 days</td>" in page

    answer = as_ada.post("/me/review/settings/", {"retention": "80", "daily_cap": "5"})
    assert answer["Location"] == HERE
    assert ReviewCard.objects.get().due == START + 8 * DAY
    assert "The next comes on June 9." in as_ada.get(HERE).text
    as_ada.post("/me/review/settings/", {"retention": "90", "daily_cap": "5"})
    assert ReviewCard.objects.get().due == START + 2 * DAY
    assert ReviewPlan.objects.count() == 1


@pytest.mark.parametrize(
    ("retention", "cap"), [("69", "20"), ("98", "20"), ("90", "0"), ("90", "501"), ("", "x")]
)
def test_settings_out_of_range_are_refused(as_ada, ada, clock, retention, cap):
    submitted(make_quiz(), ada)
    page = as_ada.post("/me/review/settings/", {"retention": retention, "daily_cap": cap})

    assert page.status_code == 200
    assert "Error: Review settings" in page.text
    assert not ReviewPlan.objects.exists()
    assert ReviewCard.objects.get().due == START + 2 * DAY


def test_the_settings_are_found(as_ada):
    assert 'href="/me/review/settings/"' in as_ada.get(HERE).text
    assert 'href="/me/review/settings/"' in as_ada.get("/me/settings/").text


# Elsewhere ----------------------------------------------------------------------------------------


def test_home_and_dashboard_say_what_is_due(as_ada, client, quiz, clock):
    for address in ("/", "/me/"):
        assert "due for review" not in as_ada.get(address).text
    clock.move_to(START + DAY)
    for address in ("/", "/me/"):
        page = as_ada.get(address).text
        assert '<span class="due-count">5</span>' in page
        assert 'href="/me/review/">Review</a>' in page
    assert "due for review" not in client.get("/").text


# Queries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 40])
def test_the_number_of_queries(as_ada, ada, clock, django_assert_num_queries, size):
    quiz = make_quiz(specs=(SINGLE,) * size)
    objective = quiz.lesson.objectives.get()
    objective.questions.add(*quiz.questions.all())
    attempt = submitted(quiz, ada, wrong)
    clock.move_to(START + 2 * DAY)

    with django_assert_num_queries(4):
        as_ada.get(HERE)
    for scope in ("due", f"attempt:{attempt.public_id}", f"objective:{objective.pk}"):
        with django_assert_num_queries(9):
            address = as_ada.post(HERE, {"scope": scope})["Location"]
        row = Review.objects.get(answered_at=None)
        with django_assert_num_queries(6):
            as_ada.get(address)
        with django_assert_num_queries(11):
            give(as_ada, address, row)
        with django_assert_num_queries(7 if scope == "due" else 6):
            as_ada.get(address)
    with django_assert_num_queries(3):
        as_ada.get("/me/review/settings/")
    with django_assert_num_queries(15):
        as_ada.post("/me/review/settings/", {"retention": "80", "daily_cap": "5"})
    assert Attempt.objects.count() == 1
