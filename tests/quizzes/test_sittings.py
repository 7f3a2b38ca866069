"""What is made in memory and stored at once has the shape of what is written step by step."""

import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from quizzes import attempts, practice, sittings
from quizzes.kinds import kind
from quizzes.models import Answer, Attempt, FinalGrade, Pool, Review, ReviewCard
from tests.factories import ALL_KINDS, SINGLE, make_question, make_quiz
from tests.quizzes.sitting import right, wrong


def told(model, user):
    """The person's rows, field by field, without what differs from person to person."""
    skip = {"id", "public_id", "user_id", "attempt_id", "_state"}
    return [
        {name: value for name, value in vars(row).items() if name not in skip}
        for row in model.objects.filter(
            **({"attempt__user": user} if model is Answer else {"user": user})
        ).order_by("pk")
    ]


@pytest.mark.parametrize("tries", [(right,), (wrong, right), (wrong, wrong)])
def test_the_same_rows_as_step_by_step(ada, eve, tries):
    quiz = make_quiz(specs=ALL_KINDS, shuffle=False, time_limit=30)
    begin = timezone.now() - timedelta(days=9)
    sat = sittings.Sat(eve, random.Random(1))  # noqa: S311
    paper = sittings.Paper(quiz)
    for n, how in enumerate(tries):
        start, end = begin + timedelta(days=n), begin + timedelta(days=n, minutes=9)
        attempt = attempts.start(quiz, ada, start)
        dealt = list(attempt.answers.select_related("version"))
        sheet = {each.slot: attempts.Sent(each.revision, how(each)) for each in dealt}
        attempts.submit(attempt, sheet, end, anyway=True)
        attempt, answers = sat.start(paper, start)
        for each, real in zip(answers, dealt, strict=True):
            each.dealt = real.dealt  # some kinds are shuffled in any case
            each.response = attempts.parse(each, how(each))
        sat.hand_in(attempt, answers, end)
    question = quiz.questions.first()
    at = begin + timedelta(days=5)
    asked = practice.ask(ada, "due", [question.pk], at)
    key = kind(asked.version.kind).key(asked.version.content, asked.dealt)
    practice.answer(asked, key, at)
    row = sat.review(paper.questions[0], at)
    sat.answer(row, kind(row.version.kind).key(row.version.content, row.dealt), at)
    sittings.store([sat])

    for model in (Attempt, Answer, FinalGrade, ReviewCard):
        assert told(model, ada) == told(model, eve)
    (one,), (other,) = told(Review, ada), told(Review, eve)
    assert one.keys() == other.keys()
    assert (one["fraction"], one["answered_at"]) == (other["fraction"], other["answered_at"])


def test_a_pool_deals_what_was_met_least(eve):
    quiz = make_quiz(specs=())
    pool = Pool.objects.create(quiz=quiz, name="some", pick=2)
    for _ in range(4):
        question = make_question(quiz, SINGLE)
        question.pool = pool
        question.save()
    sat, paper = sittings.Sat(eve, random.Random(1)), sittings.Paper(quiz)  # noqa: S311

    seen = [
        {answer.version.question_id for answer in sat.start(paper, timezone.now())[1]}
        for _ in range(2)
    ]
    assert [len(each) for each in seen] == [2, 2]
    assert not seen[0] & seen[1]


def test_no_more_attempts_than_the_quiz_allows(eve):
    now = timezone.now()
    quiz = make_quiz(attempts_allowed=2, wait_first=60)
    sat, paper = sittings.Sat(eve, random.Random(1)), sittings.Paper(quiz)  # noqa: S311
    sat.hand_in(*sat.start(paper, now), now)

    assert sat.start(paper, now + timedelta(minutes=59)) is None
    sat.hand_in(*sat.start(paper, now + timedelta(minutes=61)), now + timedelta(minutes=61))
    assert sat.start(paper, now + timedelta(days=9)) is None
    sittings.store([sat])
    call_command("check_data")


def test_a_quiz_without_questions_is_not_begun(eve):
    sat = sittings.Sat(eve, random.Random(1))  # noqa: S311
    assert sat.start(sittings.Paper(make_quiz(specs=())), timezone.now()) is None
