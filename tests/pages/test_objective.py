"""The page that explains how well a person knows an objective."""

import re
from html import unescape

import pytest
from django.utils import timezone

from lessons.models import Status
from tests.factories import CLOZE, make_lesson, make_question, make_quiz
from tests.progress.cards import checked_by, make_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def objective(ada, eve):
    """An objective of one question that Ada answered three times, and Eve once."""
    quiz = make_quiz(make_lesson(slug="open"), specs=())
    question = make_question(quiz, prompt="What *is* 1 < 2?")
    make_card(ada, question, 0, "1/2", 1)
    make_card(eve, question, 1)
    return checked_by(quiz.lesson.objectives.get(), question)


def address(objective):
    return f"/me/objectives/{objective.pk}/"


def cells(page):
    """The rows of the table, each a list of what its cells say."""
    table = page[page.index("<tbody>") : page.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_every_answer_is_there_with_its_weight_and_the_sum(as_ada, objective):
    page = as_ada.get(address(objective)).text

    assert "To know" in page
    # 1 × 1 + .8 × .5 + .64 × 0 + .5 = 1.9, by 1 + .8 + .64 + 1 = 3.44
    assert "55 %, learning. Resting on 3 answers, last on" in page
    assert "1.900 ÷ 3.440 = 55 %, rounded down." in page
    assert cells(page) == [
        ["What is 1 < 2?", "May 1, 2026 in a review", "right (1.000)", "1.000", "1.000"],
        ["What is 1 < 2?", "May 1, 2026 in a review", "partly right (0.500)", "0.800", "0.400"],
        ["What is 1 < 2?", "May 1, 2026 in a quiz", "wrong (0.000)", "0.640", "0.000"],
        ["One imagined answer", "–", "half right (0.500)", "1.000", "0.500"],
        ["Together", "", "", "3.440", "1.900"],
    ]


def test_a_text_with_gaps_is_named_by_its_words(as_ada, ada, objective):
    quiz = objective.lesson.quiz
    question = make_question(quiz, CLOZE)
    make_card(ada, question, 1)
    checked_by(objective, question)

    assert "R1 matched ___ in ___" in as_ada.get(address(objective)).text


def test_it_can_be_practised_while_a_question_checks_it(as_ada, objective):
    page = as_ada.get(address(objective)).text
    assert '<form method="post" action="/me/review/">' in page
    assert f'<input type="hidden" name="scope" value="objective:{objective.pk}">' in page

    objective.questions.update(archived_at=timezone.now())
    assert 'name="scope"' not in as_ada.get(address(objective)).text


def test_days_are_those_of_the_person_s_time_zone(client, ada, objective):
    ada.time_zone = "Pacific/Kiritimati"  # 14 hours ahead
    ada.save()
    client.force_login(ada)

    assert "May 2, 2026</time> in a review" in client.get(address(objective)).text


def test_few_answers_are_listed_without_a_number(as_eve, objective):
    page = as_eve.get(address(objective)).text

    assert "Not enough answers yet. Resting on 1 answer, last on" in page
    assert "3 answers are needed for a number." in page
    assert "partly right" not in page  # that is Ada's


def test_without_answers_the_rule_alone_stands(as_grace, objective):
    page = as_grace.get(address(objective)).text

    assert "Not enough answers yet. No answer counts yet." in page
    assert "How this is counted" in page
    assert "<table" not in page


def test_what_a_quiz_keeps_back_is_not_here(as_ada, objective):
    objective.questions.get().review_cards.update(revealed=False)

    page = as_ada.get(address(objective)).text

    assert "Not enough answers yet. No answer counts yet." in page
    assert "What is 1" not in page


def test_a_quiz_met_in_one_go_shares_its_weights(as_grace, grace, objective):
    quiz = objective.lesson.quiz
    for _ in range(2):
        make_card(grace, checked_by(objective, make_question(quiz)).questions.last(), 1)

    page = as_grace.get(address(objective)).text

    assert [row[3] for row in cells(page)][:2] == ["0.900", "0.900"]


@pytest.mark.parametrize(
    "change",
    [{"status": Status.DRAFT}, {"archived_at": timezone.now()}],
)
def test_an_unpublished_lesson_s_objective_is_404(as_ada, objective, change):
    type(objective.lesson).objects.filter(pk=objective.lesson.pk).update(**change)

    assert as_ada.get(address(objective)).status_code == 404


def test_a_retired_objective_and_one_that_never_was_are_404(as_ada, objective):
    objective.retire()

    assert as_ada.get(address(objective)).status_code == 404
    assert as_ada.get("/me/objectives/999999/").status_code == 404


def test_it_needs_a_person_and_takes_no_post(client, as_ada, objective):
    assert client.get(address(objective))["Location"].startswith("/accounts/login/?next=/me/obj")
    assert as_ada.post(address(objective)).status_code == 405


def test_it_is_kept_by_no_cache(as_ada, objective):
    assert "no-store" in as_ada.get(address(objective))["Cache-Control"]


@pytest.mark.parametrize("size", [1, 10])
def test_queries_stay_the_same(as_ada, ada, objective, size, django_assert_num_queries):
    for _ in range(size):
        question = make_question(objective.lesson.quiz)
        checked_by(objective, question)
        make_card(ada, question, *[1] * size)

    with django_assert_num_queries(5):
        assert as_ada.get(address(objective)).status_code == 200
