"""What this room tells a person of themselves, and how it forgets them."""

import json
from fractions import Fraction

import pytest
from django.utils import timezone

from quizzes import practice
from quizzes.models import Allowance, Attempt, MarkChange, Quiz, Review, ReviewCard, ReviewPlan
from quizzes.overrides import override
from quizzes.privacy import erase, export
from tests.factories import ALL_KINDS, make_lesson, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz():
    """A quiz of all kinds, dealt in the author's order."""
    return make_quiz(make_lesson(slug="open"), ALL_KINDS, shuffle=False)


def test_everything_answered_is_exported(ada, eve, quiz, django_assert_num_queries):
    submitted(quiz, ada)
    submitted(quiz, ada, wrong)
    begin(quiz, ada)
    submitted(quiz, eve)

    with django_assert_num_queries(8):
        told = json.loads(json.dumps(export(ada)))["attempts"]

    assert [(row["state"], row["percent"]) for row in told] == [
        ("submitted", "100.00"),
        ("submitted", "0.00"),
        ("in_progress", None),
    ]
    assert [row["answer"] for row in told[0]["answers"]] == [
        ["right"],
        ["first", "second"],
        ["false"],
        ["49"],
        ["GLM-5"],
        ["GLM-5 – Zhipu AI", "Kimi – Moonshot AI", "Qwen – Alibaba"],
        ["1. GPT-2", "2. BLOOM", "3. R1", "4. GLM-5"],
        ["Gap 1: o1", "Gap 2: 2025", "Gap 3: MIT"],
    ]
    assert [row["answer"] for row in told[2]["answers"]] == [[]] * 8


def test_an_open_attempt_is_exported_without_the_key(ada, quiz):
    begin(quiz, ada)

    told = json.dumps(export(ada))
    assert "GLM-5" not in told
    assert "Because" not in told


def test_reviews_are_exported_and_erased(ada, eve, quiz):
    for user in (ada, eve):
        submitted(quiz, user, wrong)
        ReviewPlan.objects.create(user=user, daily_cap=5)
        for card in list(user.review_cards.order_by("question"))[:2]:
            review = practice.ask(user, "due", [card.question_id], timezone.now())
            if card.question.current.kind == "single":
                practice.answer(review, {"positions": [review.dealt.index(0)]}, timezone.now())

    told = json.loads(json.dumps(export(ada)))
    assert [(row["scope"], row["answer"], row["credit"]) for row in told["reviews"]] == [
        ("due", ["right"], "1"),
        ("due", [], None),
    ]
    assert len(told["review_cards"]) == len(ALL_KINDS)
    assert told["review_cards"][0]["times_answered"] == 2
    assert told["review_plan"] == {"retention": 90, "daily_cap": 5}

    Quiz.objects.update(show_marks=False)
    assert {row["credit"] for row in export(ada)["reviews"]} == {None}

    erase(ada)
    for model in (Review, ReviewCard, ReviewPlan):
        assert set(model.objects.values_list("user", flat=True)) == {eve.pk}


def test_erased_attempts_stay_without_the_person(ada, eve, quiz):
    submitted(quiz, ada)
    begin(quiz, ada)
    submitted(quiz, eve)

    erase(ada)

    rows = Attempt.objects.order_by("pk").values_list("user", "number", "state")
    assert list(rows) == [(None, 1, "submitted"), (None, 2, "abandoned"), (eve.pk, 1, "submitted")]
    assert not any(export(ada).values())
    assert ReviewCard.objects.filter(user=eve).count() == len(ALL_KINDS)


def test_an_erased_person_s_attempt_is_nobody_s(as_ada, ada, eve, quiz):
    attempt = begin(quiz, eve)
    erase(eve)
    here = attempt.get_absolute_url()

    assert as_ada.get(here).status_code == 404
    assert as_ada.post(f"{here}answers/1/", {}).status_code == 404


@pytest.mark.parametrize(
    ("settings", "percent", "credit", "cards"),
    [
        ({}, "0.00", "0", 1),
        ({"show_score": False}, None, "0", 1),
        ({"show_marks": False}, "0.00", None, 0),
        ({"feedback": "never"}, "0.00", None, 0),
        ({"feedback": "after-passing"}, "0.00", None, 0),
        ({"feedback": "after-passing", "attempts_allowed": 1}, "0.00", "0", 1),
    ],
)
def test_what_a_quiz_hides_is_not_exported(ada, settings, percent, credit, cards):
    submitted(make_quiz(**settings), ada, wrong)
    told = export(ada)

    assert told["attempts"][0]["percent"] == percent
    assert told["attempts"][0]["answers"][0]["credit"] == credit
    assert len(told["review_cards"]) == cards


def test_extra_time_and_attempts_are_exported(ada, eve, quiz):
    Allowance.objects.create(user=ada, quiz=quiz, time_factor="1.5", reason="Reads slowly")
    Allowance.objects.create(user=ada, time_factor="1", extra_attempts=2)
    Allowance.objects.create(user=eve, time_factor="2")

    assert export(ada)["allowances"] == [
        {
            "lesson": "open",
            "time_factor": "1.50",
            "extra_attempts": 0,
            "reason": "Reads slowly",
        },
        {"lesson": None, "time_factor": "1.00", "extra_attempts": 2, "reason": ""},
    ]


def test_changed_marks_are_exported_where_marks_are_shown(ada, grace, quiz):
    attempt = submitted(quiz, ada)
    answer = attempt.answers.select_related("attempt__quiz", "version").get(slot=1)
    override(answer, Fraction(1, 3), grace, "Ada wrote to me about it.", timezone.now())

    def told():
        return json.loads(json.dumps(export(ada)))["attempts"][0]["answers"]

    assert [len(row["mark_changes"]) for row in told()] == [1, 0, 0, 0, 0, 0, 0, 0]
    (change,) = told()[0]["mark_changes"]
    assert change.pop("at")
    assert change == {
        "by": "Grace",
        "reason": "Ada wrote to me about it.",
        "credit_before": "1",
        "credit_after": "1/3",
    }
    Quiz.objects.update(show_marks=False)
    assert [row["mark_changes"] for row in told()] == [[]] * 8

    erase(ada)
    assert MarkChange.objects.values_list("reason", "fraction_after").get() == ("", Fraction(1, 3))
