"""The desk's page on what the numbers say of a quiz, and the short form beside a question."""

import re

import pytest
from django.utils import timezone

from quizzes import tallies
from quizzes.models import ItemTally, Pool, QuizTally
from tests import factories
from tests.conftest import person, signed_in
from tests.desk import ATTACK, staff
from tests.quizzes.sitting import right, submitted, wrong

pytestmark = pytest.mark.django_db

FOUR = {
    "kind": "single",
    "prompt": "Which *one*?",
    "content": {
        "choices": [
            {"text": "key", "correct": True},
            {"text": "lure"},
            {"text": "decoy"},
            {"text": "straw"},
        ]
    },
}


def analysis(client, quiz):
    page = client.get(f"/admin/quizzes/quiz/{quiz.pk}/analysis/")
    assert page.status_code == 200
    return page


def text(page):
    """What the page says, without its tags."""
    main = page.content.decode().partition('<div id="content-main">')[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def sat(quiz, count, how=right, name="learner"):
    """So many new learners answer the quiz in one way."""
    for number in range(count):
        submitted(quiz, person(f"{name}-{number}@example.org"), how)


def choosing(text):
    """Answers every question with this choice."""

    def how(answer):
        texts = [choice["text"] for choice in answer.version.content["choices"]]
        return [str(answer.dealt.index(texts.index(text)))]

    return how


@pytest.fixture
def quiz():
    """Two questions: 8 of 12 know both."""
    quiz = factories.make_quiz(factories.make_lesson(title="Open weights"), [FOUR, FOUR])
    sat(quiz, 8)
    sat(quiz, 4, choosing("lure"), "lured")
    return quiz


def test_what_the_page_says(as_admin, quiz):
    page = analysis(as_admin, quiz)

    said = text(page)
    assert "Learners 12 the first attempt of each counts" in said
    assert "Passed 67 % in that first attempt; the pass mark is 70 %" in said
    assert "Points earned 67 %" in said
    assert "Reliability 1.00 satisfactory" in said
    assert "Standard error ± 0 %" in said
    assert "Nothing stands out." in said
    assert "conventions of the field, not laws" in said
    assert "key ✓ right 8 67 %" in said
    assert "lure 4 33 %" in said
    assert "95 to 100 % 8" in said
    assert "still to be counted" not in said
    assert "pass mark at 70 %" in said


def test_advice_stands_first_and_leads_to_the_question(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    question = quiz.questions.get()
    sat(quiz, 4)
    sat(quiz, 6, choosing("lure"), "lured")
    page = analysis(as_admin, quiz)

    assert "Which *one*? Check “lure” is chosen more often than a right answer." in text(page)
    assert f'href="#v{question.current_id}"' in page.content.decode()
    assert f'href="/admin/quizzes/question/{question.pk}/change/"' in page.content.decode()
    assert "they need two questions" in text(page)


def test_nobody_yet(as_admin):
    assert "Nobody has finished this quiz yet." in text(analysis(as_admin, factories.make_quiz()))


def test_too_few_yet(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    sat(quiz, 6, wrong)
    said = text(analysis(as_admin, quiz))
    assert "Collecting: 6 of 10." in said
    assert "6 – – Collecting" in said
    assert "more often" not in said
    assert "Reliability" not in said


def test_one_batch_a_visit(as_admin, monkeypatch):
    monkeypatch.setattr(tallies, "BATCH", 4)
    quiz = factories.make_quiz(specs=[FOUR])
    sat(quiz, 9)
    said = [text(analysis(as_admin, quiz)) for _ in range(3)]
    assert "5 first attempts still to be counted. Reload this page to count on." in said[0]
    assert "1 first attempt still to be counted." in said[1]
    assert "still to be counted" not in said[2]


def test_an_older_version_has_its_own_row(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    question = quiz.questions.get()
    sat(quiz, 10, choosing("lure"))
    question.revise(prompt="Said better?")
    sat(quiz, 11, name="later")
    said = text(analysis(as_admin, quiz))
    assert "Said better? 11 100 %" in said
    assert "Which *one*? version 1, no longer asked 10 0 %" in said
    assert "not everybody was dealt the same questions" in said
    assert "Reliability" not in said.partition("not computed")[0]
    # What was wrong with the old one is mended.
    assert "Nothing stands out." in said.partition("Scores")[0]


def test_pools_have_no_reliability(as_admin):
    quiz = factories.make_quiz(specs=[FOUR, FOUR, FOUR])
    pool = Pool.objects.create(quiz=quiz, name="Some", pick=2)
    quiz.questions.update(pool=pool)
    sat(quiz, 10)
    assert "Questions come from pools" in text(analysis(as_admin, quiz))


def test_kinds_without_choices(as_admin):
    quiz = factories.make_quiz(specs=factories.ALL_KINDS)
    sat(quiz, 6)
    sat(quiz, 5, wrong, "wrong")
    sat(quiz, 1, lambda answer: [], "silent")
    said = text(analysis(as_admin, quiz))
    assert "False ✓ right 6 50 %" in said
    assert "True 5 42 %" in said
    assert "Left unanswered by 1." in said


def test_hostile_text_stays_text(as_admin):
    choices = [{"text": "a", "correct": True}, {"text": ATTACK}]
    quiz = factories.make_quiz(
        factories.make_lesson(title=ATTACK),
        [{**FOUR, "prompt": ATTACK, "content": {"choices": choices}}],
    )
    sat(quiz, 2)
    sat(quiz, 9, choosing(ATTACK), "lured")
    page = analysis(as_admin, quiz).content.decode()
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 4


def test_a_question_of_a_kind_that_is_gone(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    sat(quiz, 10)
    quiz.questions.get().versions.update(kind="essay")
    assert "essay" in text(analysis(as_admin, quiz))


# Who may see it ----------------------------------------------------------------------------------


def test_the_right_to_view_quizzes_is_enough():
    quiz = factories.make_quiz()
    assert "Nobody has finished" in text(analysis(staff("view_quiz"), quiz))


def test_staff_without_that_right_are_refused():
    quiz = factories.make_quiz()
    client = staff("view_question", "change_lesson")
    for key in (quiz.pk, 99999):
        assert client.get(f"/admin/quizzes/quiz/{key}/analysis/").status_code == 403


def test_beside_a_question_the_numbers_need_that_right_too():
    question = factories.make_question(factories.make_quiz(specs=()))
    client, address = staff("view_question"), f"/admin/quizzes/question/{question.pk}/change/"
    assert "What the numbers say" not in client.get(address).content.decode()


def test_others_are_sent_to_sign_in(client, as_eve, as_grace):
    quiz = factories.make_quiz()
    address = f"/admin/quizzes/quiz/{quiz.pk}/analysis/"
    for browser in (client, as_eve, as_grace):
        answer = browser.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


def test_no_such_quiz(as_admin):
    assert as_admin.get("/admin/quizzes/quiz/99999/analysis/").status_code == 404


# Beside a question and in the quiz's list ---------------------------------------------------------


def test_the_quiz_leads_to_its_analysis_and_shows_the_questions_in_short(as_admin, quiz):
    analysis(as_admin, quiz)
    page = as_admin.get(f"/admin/quizzes/quiz/{quiz.pk}/change/").content.decode()
    assert f'<a href="/admin/quizzes/quiz/{quiz.pk}/analysis/">Analysis</a>' in page
    assert page.count("67\u00a0%") == 2
    assert page.count(">Nothing<") == 2


def test_a_list_of_too_few_says_so(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    sat(quiz, 6)
    tallies.tally(quiz, timezone.now())
    page = as_admin.get(f"/admin/quizzes/quiz/{quiz.pk}/change/").content.decode()
    assert "Collecting: 6 of 10." in page


def test_a_question_says_what_the_numbers_say_of_it(as_admin):
    quiz = factories.make_quiz(specs=[FOUR])
    question = quiz.questions.get()
    sat(quiz, 4)
    address = f"/admin/quizzes/question/{question.pk}/change/"
    assert "Collecting: 4 of 10." in as_admin.get(address).content.decode()
    sat(quiz, 6, choosing("lure"), "lured")
    page = as_admin.get(address).content.decode()
    assert "10 first attempts at this version: facility <strong>40\u00a0%</strong>" in page
    assert "“lure” is chosen more often than a right answer." in page
    assert f'href="/admin/quizzes/quiz/{quiz.pk}/analysis/#v{question.current_id}"' in page


def test_a_new_question_has_no_numbers(as_admin):
    page = as_admin.get("/admin/quizzes/question/add/").content.decode()
    assert "What the numbers say" not in page


# Cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("questions", "learners"), [(2, 3), (9, 12)])
def test_the_page_takes_the_same_queries_whatever_the_size(
    questions, learners, django_assert_num_queries
):
    quiz = factories.make_quiz(specs=[FOUR] * questions)
    sat(quiz, learners)
    client = signed_in(person("root@example.org", is_staff=True, is_superuser=True))
    tallies.tally(quiz, timezone.now())
    with django_assert_num_queries(8):
        analysis(client, quiz)


def test_a_text_with_gaps_is_named_by_its_words(as_admin):
    quiz = factories.make_quiz(specs=[factories.CLOZE])
    sat(quiz, 1)
    assert "R1 matched ___ in ___, under the ___ licence." in text(analysis(as_admin, quiz))


@pytest.mark.parametrize("questions", [2, 9])
def test_the_list_takes_the_same_queries_whatever_the_size(
    questions, as_admin, django_assert_num_queries
):
    quiz = factories.make_quiz(specs=[FOUR] * questions)
    sat(quiz, 3)
    tallies.tally(quiz, timezone.now())
    address = f"/admin/quizzes/quiz/{quiz.pk}/change/"
    as_admin.get(address)  # the content types are looked up once
    with django_assert_num_queries(8):
        as_admin.get(address)


def test_many_attempts_are_a_few_rows(as_admin):
    """What the page reads does not grow with the attempts."""
    quiz = factories.make_quiz(specs=[FOUR, FOUR])
    QuizTally.objects.create(
        quiz=quiz,
        attempts=100_000,
        passes=40_000,
        scores={"0": 30_000, "50": 30_000, "100": 40_000},
        totals={"0": 30_000, "1000": 30_000, "2000": 40_000},
    )
    for question, first in zip(quiz.questions.all(), (20_000, 10_000), strict=True):
        ItemTally.objects.create(
            version=question.current,
            answers=100_000,
            cells={
                "0|0": 30_000,
                "1000|1000": first,
                "0|1000": 30_000 - first,
                "1000|2000": 40_000,
            },
            choices={"0": 40_000 + first, "1": 60_000 - first},
        )
    said = text(analysis(as_admin, quiz))
    assert "Learners 100,000" in said
    assert "60,000 60 %" in said
    assert "Hardly anybody chooses “straw”" in said
