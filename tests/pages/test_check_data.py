"""`check_data`: quiet on a sound site, one sentence for each fault, and --rebuild."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from quizzes import tallies
from quizzes.models import Answer, Attempt, FinalGrade, ItemTally, QuizTally, ReviewCard
from tests.factories import ALL_KINDS, make_lesson, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db


def checked(*options):
    """What the command says."""
    out = StringIO()
    call_command("check_data", *options, stdout=out)
    return out.getvalue().strip()


def found(*options):
    """The faults that it finds."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("check_data", *options, stdout=out)
    lines = out.getvalue().strip().split("\n")
    assert str(error.value) == f"Faults found: {len(lines)}."
    assert error.value.returncode == 1
    return lines


@pytest.fixture
def quiz(ada, eve):
    """Answered by Ada twice, by Eve once, and open in Eve's browser; counted."""
    quiz = make_quiz(make_lesson(title="Open weights"), ALL_KINDS)
    submitted(quiz, ada, wrong)
    submitted(quiz, ada)
    submitted(quiz, eve)
    begin(quiz, eve)
    tallies.tally(quiz, timezone.now())
    return quiz


def test_an_empty_site_is_sound():
    assert checked() == "No faults found."


def test_a_site_in_use_is_sound(quiz):
    make_quiz()
    assert checked() == "No faults found."


DAMAGE = {
    "an answer without a grade": (
        lambda: Answer.objects.filter(attempt__number=2, slot=1).update(fraction=None),
        "Finished attempts with ungraded answers: ",
    ),
    "half a result": (
        lambda: Attempt.objects.finished().filter(number=2).update(percent=None),
        "Finished attempts without a whole result: ",
    ),
    "a result of an open attempt": (
        lambda: Attempt.objects.open().update(score="1/2"),
        "Unfinished attempts with a result: ",
    ),
    "two first attempts": (
        lambda: Attempt.objects.finished().update(is_first=True),
        "has 2 first attempts at quiz ",
    ),
    "a second attempt counted": (
        lambda: Attempt.objects.filter(is_first=False).update(tallied_at=timezone.now()),
        "Attempts that were counted and are not first ones: ",
    ),
    "a pass that is none": (
        lambda: Attempt.objects.finished().filter(number=2).update(passed=False),
        "scores differ from the answers: ",
    ),
    "other grades of the answers": (
        lambda: Answer.objects.filter(attempt__number=2).update(fraction="1/7"),
        "scores differ from the answers: ",
    ),
    "no final grades": (
        lambda: FinalGrade.objects.all().delete(),
        "final grades differ from the attempts for 2 people",
    ),
    "a wrong count of attempts": (
        lambda: QuizTally.objects.update(attempts=9),
        "the tallies differ from the answers",
    ),
    "choices lost": (
        lambda: ItemTally.objects.update(choices={}),
        "the tallies differ from the answers",
    ),
    "tallies lost": (
        lambda: ItemTally.objects.all().delete(),
        "the tallies differ from the answers",
    ),
    "review cards lost": (
        lambda: ReviewCard.objects.all().delete(),
        "Review cards are missing: ",
    ),
    "attempts to be counted twice": (
        lambda: Attempt.objects.update(tallied_at=None),
        "the tallies differ from the answers",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_fault_is_said(quiz, damage):
    do, fault = DAMAGE[damage]
    do()
    assert fault in "\n".join(found())


def test_a_fault_names_the_quiz_and_its_attempts(quiz):
    QuizTally.objects.update(attempts=9)
    assert found() == [
        f"Quiz “Open weights” ({quiz.pk}): the tallies differ from the answers."
        " “check_data --rebuild” makes them anew."
    ]
    attempt = Attempt.objects.filter(number=2).finished().get()
    attempt.answers.filter(slot=1).update(fraction=None)
    assert f"Finished attempts with ungraded answers: {attempt.public_id}." in found()


def test_a_rebuild_mends_the_tallies(quiz):
    QuizTally.objects.update(attempts=9)
    assert checked("--rebuild") == "No faults found."
    assert QuizTally.objects.get(quiz=quiz).attempts == 2
    assert checked() == "No faults found."


def test_a_rebuild_mends_the_review_cards(quiz):
    before = ReviewCard.objects.count()
    ReviewCard.objects.update(due=timezone.now())
    ReviewCard.objects.filter(question__current__kind="single").delete()

    assert checked("--rebuild") == "No faults found."
    assert ReviewCard.objects.count() == before == 2 * len(ALL_KINDS)
