"""How a quiz is sat: each setting, through the pages."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from quizzes import attempts
from quizzes.models import Allowance, Attempt, FinalGrade, Pool
from tests.conftest import signed_in
from tests.factories import (
    MULTIPLE,
    NUMERIC,
    SINGLE,
    TRUE_FALSE,
    make_lesson,
    make_question,
    make_quiz,
    make_result,
)
from tests.quizzes.sitting import begin, form, right, submitted, wrong

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 14, 12, tzinfo=UTC)
QUIZ = "/lessons/open/quiz/"


def quiz(specs=(SINGLE, TRUE_FALSE), **settings):
    """A quiz with these settings in the lesson “open”."""
    return make_quiz(make_lesson(slug="open"), specs, **settings)


def text(page):
    """The words of a page, its white space folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text)).strip()


def at(minutes):
    """A moment after noon."""
    return time_machine.travel(NOON + timedelta(minutes=minutes), tick=False)


# Attempts -----------------------------------------------------------------------------------------


def test_a_knowledge_check_by_default(as_ada):
    quiz()
    page = text(as_ada.get(QUIZ))

    for term in (
        "There is no clock.",
        "You may try as often as you like; the best result counts.",
        "After you submit, you see every question with your answer, what was right and why.",
    ):
        assert term in page


def test_as_many_attempts_as_are_allowed(as_ada, ada):
    row = quiz(attempts_allowed=2)
    assert "2 of 2 attempts are left" in text(as_ada.get(QUIZ))
    first = submitted(row, ada, wrong)
    assert "Try again" in as_ada.get("/lessons/open/").text
    assert "You have 1 more attempt." in text(as_ada.get(first.get_absolute_url()))
    last = submitted(row, ada, wrong)

    page = as_ada.get(QUIZ)
    assert "You have used all your attempts." in text(page)
    assert "Start the quiz" not in page.text
    assert as_ada.post(QUIZ).status_code == 403
    assert ada.attempts.count() == 2
    assert "Try again" not in as_ada.get("/lessons/open/").text
    result = as_ada.get(last.get_absolute_url())
    assert "Try again" not in result.text
    assert "Not passed:" in text(result)


def test_the_last_attempt_can_be_resumed(as_ada, ada):
    attempt = begin(quiz(attempts_allowed=1), ada)

    assert "Resume" in as_ada.get(QUIZ).text
    assert as_ada.post(QUIZ)["Location"] == attempt.get_absolute_url()


@pytest.mark.parametrize(
    ("method", "said", "percent", "passed"),
    [
        ("highest", "Best: 80 %, passed", 80, True),
        ("last", "The last counts: 60 %, not passed yet", 60, False),
        ("first", "The first counts: 40 %, not passed yet", 40, False),
        ("average", "Average: 60 %, not passed yet", 60, False),
    ],
)
def test_the_grading_method_decides_what_counts(as_ada, ada, method, said, percent, passed):
    row = quiz(grading_method=method)
    for score in (40, 80, 60):
        make_result(row, ada, score)

    final = FinalGrade.objects.get()
    assert (final.percent, final.passed, final.attempts) == (percent, passed, 3)
    assert said in text(as_ada.get(QUIZ))
    lesson = text(as_ada.get("/lessons/open/"))
    assert ("You passed the quiz" in lesson) is passed


def test_each_submission_settles_the_grade(ada):
    row = quiz(grading_method="average")
    submitted(row, ada)
    submitted(row, ada, wrong)

    assert ada.final_grades.get().percent == 50


def test_another_method_settles_everybody_s_grades_anew(ada, eve):
    row = quiz()
    for user, scores in ((ada, (90, 20)), (eve, (10, 70))):
        for score in scores:
            make_result(row, user, score)
    row.grading_method = "last"
    row.save()
    attempts.settle_grades(row)

    assert [(g.percent, g.passed) for g in FinalGrade.objects.order_by("user__email")] == [
        (20, False),
        (70, True),
    ]


# Waiting ------------------------------------------------------------------------------------------


def test_one_waits_between_attempts(as_ada, ada):
    ada.time_zone = "Europe/Berlin"
    ada.save()
    row = quiz(wait_first=20, wait_later=60)
    with at(0):
        first = submitted(row, ada, wrong)
    with at(19):
        page = as_ada.get(QUIZ)
        assert "You can try again at 14:20 (Europe/Berlin)" in text(page)
        assert "Start the quiz" not in page.text
        assert as_ada.post(QUIZ).status_code == 403
        result = as_ada.get(first.get_absolute_url())
        assert "You can try again on June 14 at 14:20 (Europe/Berlin)" in text(result)
        assert ">Try again<" not in result.text
    with at(20):
        assert as_ada.post(QUIZ).status_code == 302
        submitted(row, ada, wrong)
    with at(79):
        assert as_ada.post(QUIZ).status_code == 403
    with at(80):
        assert as_ada.post(QUIZ).status_code == 302


# Time ---------------------------------------------------------------------------------------------


def test_an_attempt_has_its_time(as_ada, ada):
    quiz(time_limit=20)
    with at(0):
        assert "You have 20 minutes from the start." in text(as_ada.get(QUIZ))
        here = as_ada.post(QUIZ)["Location"]
        page = as_ada.get(here)
        assert 'data-time="1200"' in page.text
        assert "Time until 12:20" in text(page)
    with at(15):
        assert 'data-time="300"' in as_ada.get(here).text
        assert "Your attempt runs until 12:20 (UTC)" in text(as_ada.get(QUIZ))


@pytest.mark.parametrize(
    ("factor", "here", "minutes"), [("1.25", True, 25), ("1.50", False, 30), ("2.00", True, 40)]
)
def test_extra_time_for_one_person(as_ada, ada, eve, factor, here, minutes):
    row = quiz(time_limit=20)
    Allowance.objects.create(user=ada, quiz=row if here else None, time_factor=factor)
    with at(0):
        said = f"You have {minutes} minutes from the start, your extra time among them."
        assert said in text(as_ada.get(QUIZ))
        mine, theirs = begin(row, ada), begin(row, eve)

    assert mine.deadline == NOON + timedelta(minutes=minutes)
    assert theirs.deadline == NOON + timedelta(minutes=20)


def test_the_larger_of_two_allowances_counts(ada):
    row = quiz(time_limit=20)
    Allowance.objects.create(user=ada, quiz=row, time_factor="1.25")
    Allowance.objects.create(user=ada, time_factor="2.00")
    with at(0):
        assert begin(row, ada).deadline == NOON + timedelta(minutes=40)


def save(browser, attempt, answer, values):
    """Save one answer as the page's script does."""
    return browser.post(
        f"{attempt.get_absolute_url()}answers/{answer.slot}/",
        {"base": answer.revision, "save_id": f"save-{answer.slot}-{timezone.now():%H%M%S}",
         "value": values},
    )  # fmt: skip


@pytest.mark.parametrize(("seconds", "counts"), [(1, True), (30, True), (31, False), (600, False)])
def test_trial_23_a_late_submission(as_ada, ada, seconds, counts):
    """Trial 23: one rule for what comes after the deadline, by the server's clock."""
    row = quiz(time_limit=20)
    with at(0):
        attempt = begin(row, ada)
        first = attempt.answers.select_related("version").first()
    with at(10):
        assert save(as_ada, attempt, first, right(first)).status_code == 200
    with at(20 + seconds / 60):
        answer = as_ada.post(
            attempt.get_absolute_url(),
            form(attempt, action="submit-anyway", started_at="2026-06-14T13:00Z"),
        )
        assert answer["Location"] == f"{attempt.get_absolute_url()}#result"
        page = text(as_ada.get(attempt.get_absolute_url()))
    attempt.refresh_from_db()
    if counts:
        assert (attempt.state, attempt.percent) == ("submitted", 100)
    else:
        assert (attempt.state, attempt.percent) == ("expired", 50)
        assert attempt.submitted_at == NOON + timedelta(minutes=20)
        assert "The time was up at 12:20. The answers that were saved by then are graded." in page
    assert ada.final_grades.get().percent == attempt.percent


@pytest.mark.parametrize(
    ("seconds", "says"), [(-1.5, 'data-time="2"'), (-0.1, 'data-time="1"'), (0.1, "is up. Submit")]
)
def test_no_page_says_that_the_time_is_up_before_it_is(as_ada, ada, seconds, says):
    row = quiz(time_limit=20)
    with at(0):
        attempt = begin(row, ada)
    with at(20 + seconds / 60):
        assert says in as_ada.get(attempt.get_absolute_url()).text


def test_a_save_after_the_time_is_refused(as_ada, ada):
    row = quiz(time_limit=20)
    with at(0):
        attempt = begin(row, ada)
        answer = attempt.answers.select_related("version").first()
    with at(20.5):
        assert save(as_ada, attempt, answer, right(answer)).status_code == 200
    with at(20.6):
        late = save(as_ada, attempt, answer, wrong(answer))
        assert (late.status_code, late.json()["result"]) == (
            409,
            f"{attempt.get_absolute_url()}#result",
        )
    assert ada.attempts.get().percent == 50


def test_looking_ends_an_attempt_whose_time_is_up(as_ada, ada):
    row = quiz(time_limit=20)
    with at(0):
        attempt = begin(row, ada)
    with at(60):
        page = text(as_ada.get(attempt.get_absolute_url()))
        assert "The time was up: what was saved by then is graded." in page
        assert "Start the quiz" in as_ada.get(QUIZ).text
    attempt.refresh_from_db()
    assert (attempt.state, attempt.is_blank, attempt.percent) == ("expired", True, 0)


def test_starting_again_after_the_time_begins_a_new_attempt(as_ada, ada):
    row = quiz(time_limit=20)
    with at(0):
        begin(row, ada)
    with at(60):
        as_ada.post(QUIZ)
    assert Counter(ada.attempts.values_list("state", flat=True)) == {
        "expired": 1,
        "in_progress": 1,
    }


def test_some_minutes_to_hand_in(as_ada, ada):
    row = quiz(time_limit=20, overdue="grace", grace=5)
    assert "After them you have 5 minutes to submit, not to answer." in text(as_ada.get(QUIZ))
    with at(0):
        attempt = begin(row, ada)
        here = attempt.get_absolute_url()
        first, second = attempt.answers.select_related("version")
        save(as_ada, attempt, first, right(first))
    with at(22):
        page = as_ada.get(here)
        assert "The time for answers is up. Submit by 12:25" in text(page)
        assert '<fieldset class="bare" disabled>' in page.text
        assert save(as_ada, attempt, second, right(second)).status_code == 409
        as_ada.post(here, form(attempt, action="save"))
        second.refresh_from_db()
        assert second.response == {}
        as_ada.post(here, {"action": "submit-anyway"})
    attempt.refresh_from_db()
    assert (attempt.state, attempt.percent) == ("submitted", 50)


@pytest.mark.parametrize(("overdue", "minutes"), [("grace", 26), ("discard", 21)])
def test_what_is_not_submitted_is_discarded(as_ada, ada, overdue, minutes):
    row = quiz(time_limit=20, overdue=overdue, attempts_allowed=2)
    with at(0):
        attempt = begin(row, ada)
        answer = attempt.answers.select_related("version").first()
        save(as_ada, attempt, answer, right(answer))
    with at(minutes):
        as_ada.post(attempt.get_absolute_url(), form(attempt, action="submit"))
        page = as_ada.get(attempt.get_absolute_url())
        assert "The time was up before this attempt was submitted" in text(page)
        assert "1 of 2 attempts are left" in text(as_ada.get(QUIZ))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("abandoned", None)
    assert not FinalGrade.objects.exists()


def test_attempts_of_people_who_did_not_come_back_are_ended(ada, eve):
    row = quiz(time_limit=20)
    with at(0):
        for user in (ada, eve):
            begin(row, user)
    with at(15):
        assert attempts.end_overdue(timezone.now()) == 0
    with at(21):
        assert attempts.end_overdue(timezone.now(), row, most=1) == 1
        assert attempts.end_overdue(timezone.now()) == 1
        assert attempts.end_overdue(timezone.now()) == 0
    assert set(Attempt.objects.values_list("state", flat=True)) == {"expired"}


# What is shown ------------------------------------------------------------------------------------

SPEC = {
    "kind": "single",
    "prompt": "Which?",
    "content": {
        "choices": [
            {"text": "this one", "correct": True, "feedback": "Well seen."},
            {"text": "that one", "feedback": "Look again."},
        ]
    },
    "explanation": "For a reason.",
}
SAID = {
    "score": "0 of 1 question right",
    "marks": "Your answer, not right",
    "choice_feedback": "Look again.",
    "answers": "The right answer",
    "explanations": "For a reason.",
}


@pytest.mark.parametrize("off", SAID)
def test_each_part_of_the_result_has_its_switch(as_ada, ada, off):
    attempt = submitted(quiz([SPEC], **{f"show_{off}": False}), ada, wrong)
    page = text(as_ada.get(attempt.get_absolute_url()))

    assert {name: words in page for name, words in SAID.items()} == {
        name: name != off for name in SAID
    }


def test_time_that_runs_into_another_day_names_it(as_ada, ada):
    row = quiz(time_limit=3000)
    with at(0):
        attempt = begin(row, ada)
        assert "Your attempt runs until June 16, 14:00" in text(as_ada.get(QUIZ))
        assert "Time until June 16, 14:00" in text(as_ada.get(attempt.get_absolute_url()))
    with at(2300):
        assert "Your attempt runs until 14:00" in text(as_ada.get(QUIZ))


def test_the_lesson_promises_no_explanation_that_the_quiz_withholds(as_ada, ada):
    row = quiz(feedback="never")
    page = text(as_ada.get("/lessons/open/"))
    assert "No clock." in page
    assert "explained" not in page
    submitted(row, ada, wrong)
    assert "Look at what was missed" not in text(as_ada.get("/lessons/open/"))


def test_while_an_attempt_is_open_nobody_waits_for_the_next(as_ada, ada):
    row = quiz(wait_later=20, time_limit=60)
    with at(0):
        first = submitted(row, ada, wrong)
    with at(30):
        begin(row, ada)
        assert "again on" not in text(as_ada.get(first.get_absolute_url()))


def test_what_is_said_to_a_choice_not_chosen_is_as_hidden_as_the_right_one(as_ada, ada):
    told = [
        {"text": "this one", "correct": True, "feedback": "Well done."},
        {"text": "that one", "feedback": "Look again."},
    ]
    spec = SPEC | {"content": {"choices": told}}
    attempt = submitted(quiz([spec], show_answers=False), ada, wrong)

    page = text(as_ada.get(attempt.get_absolute_url()))
    assert "Look again." in page
    assert "Well done." not in page


def test_a_hidden_score_is_shown_nowhere(as_ada, ada):
    attempt = submitted(quiz([SPEC] * 3, show_score=False), ada)

    for address in (attempt.get_absolute_url(), QUIZ, "/lessons/open/", "/me/"):
        page = text(as_ada.get(address))
        assert "100 %" not in page.replace("70 % of the points", "")
        assert "passed" in page
        assert "3 of 3" not in page
        assert "None" not in page


def test_after_passing_or_the_last_attempt(as_ada, ada, eve):
    row = quiz([SPEC], feedback="after-passing", attempts_allowed=2)
    first = submitted(row, ada, wrong)
    page = as_ada.get(first.get_absolute_url())
    assert "is shown once you have passed, or after your last attempt" in text(page)
    for secret in ("For a reason.", "this one", "that one", "data-mark"):
        assert secret not in page.text
    submitted(row, ada, wrong)
    assert "For a reason." in as_ada.get(first.get_absolute_url()).text

    passed = submitted(row, eve)
    assert "For a reason." in signed_in(eve).get(passed.get_absolute_url()).text


def test_while_the_last_attempt_is_open_the_one_before_it_tells_nothing(as_ada, ada):
    row = quiz([SPEC], feedback="after-passing", attempts_allowed=2)
    first = submitted(row, ada, wrong)
    begin(row, ada)

    page = as_ada.get(first.get_absolute_url())
    assert "or after your last attempt" in text(page)
    assert "For a reason." not in page.text


def test_never(as_ada, ada):
    attempt = submitted(quiz([SPEC], feedback="never", attempts_allowed=1), ada)
    page = as_ada.get(attempt.get_absolute_url())

    assert "You passed: 100 %" in text(page)
    assert "are not discussed afterwards" in text(page)
    for secret in ("For a reason.", "this one", "that one", "data-mark"):
        assert secret not in page.text


# At once ------------------------------------------------------------------------------------------


def check(browser, attempt, slot, **fields):
    """Press “Check answer” at one question."""
    return browser.post(attempt.get_absolute_url(), fields | {"action": f"check:{slot}"})


def test_an_answer_is_checked_at_once(as_ada, ada):
    attempt = begin(quiz([SPEC, NUMERIC], feedback="at-once", shuffle=False), ada)
    here = attempt.get_absolute_url()
    page = as_ada.get(here).text
    assert page.count("Check answer") == 2
    assert "For a reason." not in page

    answer = check(as_ada, attempt, 1, b1="0", s1="1", b2="0", s2="49")
    assert answer["Location"] == f"{here}#q1"
    page = as_ada.get(here).text
    assert page.count("Check answer") == 1
    assert "Look again." in page
    assert "For a reason." in page
    assert "Because it is." not in page
    assert 'name="s1"' not in page
    assert 'value="49"' in page  # the rest of the form was saved
    assert "2 of 2 answered" in page


def test_a_checked_answer_is_final(as_ada, ada):
    attempt = begin(quiz([SPEC, NUMERIC], feedback="at-once", shuffle=False), ada)
    check(as_ada, attempt, 1, b1="0", s1="1")
    first = attempt.answers.select_related("version").get(slot=1)
    assert (first.fraction, first.revision) == (0, 1)

    check(as_ada, attempt, 1, b1="1", s1="0")
    assert save(as_ada, attempt, first, ["0"]).status_code == 409
    as_ada.post(attempt.get_absolute_url(), {"action": "submit-anyway", "b1": "1", "s1": "0"})
    attempt.refresh_from_db()
    assert attempt.percent == 0


def test_a_question_without_an_answer_is_not_checked(as_ada, ada):
    attempt = begin(quiz([SPEC], feedback="at-once"), ada)
    answer = as_ada.post(attempt.get_absolute_url(), {"action": "check:1", "b1": "0"}, follow=True)

    assert "Question 1 has no answer yet" in answer.text
    assert "Check answer" in answer.text
    assert attempt.answers.get().checked_at is None


@pytest.mark.parametrize("slot", ["9", "0", "x", ""])
def test_only_what_was_dealt_is_checked(as_ada, ada, slot):
    attempt = begin(quiz([SPEC], feedback="at-once"), ada)

    assert check(as_ada, attempt, slot, b1="0", s1="0").status_code == 400
    assert attempt.answers.get().response == {}


def test_nothing_is_checked_where_feedback_comes_later(as_ada, ada):
    attempt = begin(quiz([SPEC]), ada)

    assert "Check answer" not in as_ada.get(attempt.get_absolute_url()).text
    assert check(as_ada, attempt, 1, b1="0", s1="0").status_code == 400
    assert attempt.answers.get().checked_at is None


def test_what_is_not_yet_checked_tells_nothing(as_ada, ada, eve):
    """Trial 13 for feedback at once: the page of an unchecked question doesn't know the key."""
    turned = {"choices": [{"text": "this one"}, {"text": "that one", "correct": True}]}
    plain = {"choices": [{"text": "this one", "correct": True}, {"text": "that one"}]}
    pages = []
    for n, content in enumerate((plain, turned)):
        row = make_quiz(
            make_lesson(slug=f"twin-{n}", title="Twin"),
            [SPEC | {"content": content}],
            feedback="at-once",
            shuffle=False,
        )
        attempt = begin(row, ada)
        page = as_ada.get(attempt.get_absolute_url()).text.replace(attempt.public_id, "ID")
        page = re.sub(r'value="[A-Za-z0-9]{64}"', "TOKEN", page)
        page = re.sub(r"(module|course|lesson)-\d+|Course \d+|twin-\d", "NAME", page)
        pages.append(page)
    assert pages[0] == pages[1]


# What is dealt ------------------------------------------------------------------------------------


def pooled(pick, size=6, **settings):
    """A quiz with one question for everybody and a pool."""
    row = quiz([MULTIPLE], **settings)
    pool = Pool.objects.create(quiz=row, name="many", pick=pick)
    for _ in range(size):
        make_question(row)
    row.questions.exclude(current__kind="multiple").update(pool=pool)
    return row


def dealt(attempt):
    """The questions of an attempt that come from a pool."""
    rows = attempt.answers.exclude(version__question__pool=None)
    return set(rows.values_list("version__question", flat=True))


def test_a_pool_gives_some_of_its_questions(as_ada, ada):
    row = pooled(2)
    assert "3 questions" in text(as_ada.get(QUIZ))
    assert "3 questions" in text(as_ada.get("/lessons/open/"))
    attempt = begin(row, ada)

    assert len(dealt(attempt)) == 2
    assert attempt.answers.count() == 3


def test_questions_not_met_before_come_first(ada):
    row = pooled(2)
    drawn = [dealt(submitted(row, ada)) for _ in range(4)]

    assert len(drawn[0] | drawn[1] | drawn[2]) == 6
    assert len(drawn[3]) == 2  # all were met once: chance decides


def test_a_small_pool_gives_all_it_has(as_ada, ada):
    row = pooled(9, size=3)

    assert "4 questions" in text(as_ada.get(QUIZ))
    assert len(dealt(begin(row, ada))) == 3


def test_the_draw_stays_for_the_attempt(as_ada, ada):
    attempt = begin(pooled(2), ada)
    before = dealt(attempt)
    as_ada.post(QUIZ)
    as_ada.get(attempt.get_absolute_url())

    assert dealt(attempt) == before


def test_questions_and_choices_are_shuffled_each_for_itself(ada):
    spec = {"kind": "single", "prompt": "?", "content": {
        "choices": [{"text": str(n), **({"correct": True} if n == 0 else {})} for n in range(9)]
    }}  # fmt: skip
    row = quiz([spec] * 9, shuffle_questions=False)
    rows = begin(row, ada).answers.values_list("version__question", "dealt")
    assert [question for question, _ in rows] == list(row.questions.values_list("pk", flat=True))
    assert any(order != sorted(order) for _, order in rows)

    ada.attempts.update(state="abandoned")
    row.shuffle_questions, row.shuffle_choices = True, False
    row.save()
    rows = begin(row, ada).answers.values_list("version__question", "dealt")
    assert all(order == sorted(order) for _, order in rows)
    assert [question for question, _ in rows] != list(row.questions.values_list("pk", flat=True))


# Compared with the last attempt -------------------------------------------------------------------


def test_the_result_is_compared_with_the_last(as_ada, ada):
    row = quiz([SPEC, NUMERIC], shuffle=False)
    submitted(row, ada, wrong)
    better = submitted(row, ada, lambda answer: right(answer) if answer.slot == 1 else ["7"])
    page = text(as_ada.get(better.get_absolute_url()))

    assert "Last time 0 %: 50 points more now." in page
    assert page.count("Last time: not right") == 2


def test_the_same_and_less(as_ada, ada):
    row = quiz([SPEC])
    _, same, less = [submitted(row, ada, how) for how in (right, right, wrong)]

    assert "Last time 100 %, the same as now." in text(as_ada.get(same.get_absolute_url()))
    assert "Last time 100 %: 100 points less now." in text(as_ada.get(less.get_absolute_url()))


# What was missed ----------------------------------------------------------------------------------


def test_what_was_missed_can_be_practised(as_ada, ada):
    attempt = submitted(quiz([SPEC, NUMERIC], shuffle=False), ada, wrong)
    page = as_ada.get(attempt.get_absolute_url())
    assert "Practise what I missed" in page.text

    answer = as_ada.post("/me/review/", {"scope": f"attempt:{attempt.public_id}"}, follow=True)
    assert "Which?" in answer.text or "How many?" in answer.text
    assert "Check answer" in answer.text


@pytest.mark.parametrize(
    ("how", "settings"),
    [(right, {}), (wrong, {"show_answers": False}), (wrong, {"feedback": "never"})],
)
def test_nothing_to_practise(as_ada, ada, how, settings):
    attempt = submitted(quiz([SPEC], **settings), ada, how)

    assert "Practise" not in as_ada.get(attempt.get_absolute_url()).text
