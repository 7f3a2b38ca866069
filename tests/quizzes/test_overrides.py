"""Marks changed by hand: everything that rests on a mark follows, and the trail is whole."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import attempts, faults, overrides, tallies
from quizzes.models import Attempt, MarkChange, ReviewCard
from quizzes.overrides import NotChanged, override, read_points
from tests.conftest import person
from tests.factories import ALL_KINDS, SHORT, SINGLE, TRUE_FALSE, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong
from tests.quizzes.together import overtaken, together

HALF = Fraction(1, 2)
WHY = "The name is written so, too."


def change(attempt, fraction, by, *, slot=1, why=WHY, seen=None):
    """Change one mark of an attempt, as somebody who sees the page as it is now."""
    answer = attempt.answers.select_related("attempt__quiz", "version").get(slot=slot)
    if seen is not None:
        answer.fraction = seen
    return override(answer, Fraction(fraction), by, why, timezone.now())


def graded_as(attempt):
    """What grading gave the first answer."""
    answers = attempt.answers.filter(slot=1)
    overrides.fetch_trails(answers)
    return overrides.graded_as(answers[0])


def sound():
    """Whether nothing is wrong in what was answered and counted."""
    return list(faults.faults(lambda _: None)) == []


@pytest.fixture
def quiz(db):
    """Two questions of one point each; three of four points pass."""
    return make_quiz(specs=[SHORT, SINGLE], shuffle=False)


def test_everything_follows(quiz, ada, grace):
    attempt = submitted(quiz, ada, lambda a: ["glm five"] if a.slot == 1 else ["0"])
    submitted(quiz, person("bo@example.org"))
    tallies.tally(quiz, timezone.now())
    question = quiz.questions.first()
    assert not attempt.passed
    done = change(attempt, 1, grace)

    attempt.refresh_from_db()
    assert (attempt.score, attempt.percent, attempt.passed) == (1, Decimal(100), True)
    assert attempt.answers.get(slot=1).fraction == 1
    final = ada.final_grades.get()
    assert (final.percent, final.passed, final.passed_at) == (100, True, attempt.submitted_at)
    card = ada.review_cards.get(question=question)
    assert (card.times_right, card.last_fraction, card.active) == (1, 1, True)
    quiz.tally.refresh_from_db()
    assert (quiz.tally.attempts, quiz.tally.passes) == (2, 2)
    assert (quiz.tally.scores, quiz.tally.totals) == ({"100": 2}, {"2000": 2})
    assert question.current.tally.cells == {"1000|2000": 2}
    assert question.current.tally.answers == 2
    assert (done.fraction_before, done.fraction_after) == (0, 1)
    assert (done.score_before, done.score_after) == (HALF, 1)
    assert (done.made_by, done.reason) == (grace, WHY)
    assert sound()


def test_undo_is_another_change(quiz, ada, grace):
    attempt = submitted(quiz, ada)
    change(attempt, HALF, grace)
    change(attempt, graded_as(attempt), grace, why="That was a mistake of mine.")
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (1, True)
    assert MarkChange.objects.count() == 2
    assert graded_as(attempt) == 1
    assert sound()


def test_an_attempt_that_is_not_counted_yet_is_counted_with_its_new_mark(quiz, ada, grace):
    attempt = submitted(quiz, ada)
    change(attempt, 0, grace)
    assert tallies.tally(quiz, timezone.now()) == 1
    quiz.tally.refresh_from_db()
    assert quiz.tally.scores == {"50": 1}
    assert sound()


def test_a_later_attempt_leaves_the_tallies_alone(quiz, ada, grace):
    submitted(quiz, ada, wrong)
    later = submitted(quiz, ada)
    tallies.tally(quiz, timezone.now())
    change(later, 0, grace)
    quiz.tally.refresh_from_db()
    assert quiz.tally.scores == {"0": 1}
    assert ada.final_grades.get().percent == 50
    assert sound()


def test_a_mark_given_to_a_blank_attempt_counts(quiz, ada, grace):
    attempt = begin(quiz, ada)
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline=timezone.now(), closes_at=timezone.now() - timedelta(hours=1)
    )
    attempt.refresh_from_db()
    attempts.end_if_overdue(attempt, timezone.now())
    submitted(quiz, ada, lambda a: ["GLM-5"] if a.slot == 1 else [])
    assert ada.final_grades.get().percent == 50
    change(attempt, 1, grace, slot=1)
    change(attempt, 1, grace, slot=2)
    assert ada.final_grades.get().percent == 100
    assert sound()


def test_thirds_stay_exact(ada, grace):
    quiz = make_quiz(specs=[{**SHORT, "points": "1.5"}, *[TRUE_FALSE] * 2])
    attempt = submitted(quiz, ada)
    change(attempt, read_points("0,5", attempt.answers.get(version__kind="short-answer").version),
           grace, slot=attempt.answers.get(version__kind="short-answer").slot)  # fmt: skip
    attempt.refresh_from_db()
    assert attempt.score == Fraction(5, 7)
    assert sound()


def test_an_erased_learner_or_instructor_leaves_a_whole_trail(quiz, ada, grace):
    attempt = submitted(quiz, ada)
    done = change(attempt, 0, grace)
    grace.delete()
    done.refresh_from_db()
    assert (done.made_by, done.reason) == (None, WHY)
    assert sound()


REFUSED = {
    "no reason": ({"why": " x "}, "Say why"),
    "a reason without end": ({"why": "x" * 501}, "Say why"),
    "the same mark": ({"fraction": 1}, "nothing to change"),
    "a page of before": ({"seen": HALF}, "it is 1 now"),
    "more than there is": ({"fraction": 2}, "between"),
    "less than nothing": ({"fraction": -1}, "between"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, quiz, ada, grace):
    attempt = submitted(quiz, ada)
    fields, said = REFUSED[name]
    with pytest.raises(NotChanged, match=said):
        change(attempt, fields.pop("fraction", 0), grace, **fields)
    assert not MarkChange.objects.exists()
    assert attempt.answers.get(slot=1).fraction == 1


def test_only_what_has_a_result(quiz, ada, grace):
    attempt = begin(quiz, ada)
    with pytest.raises(NotChanged, match="no marks"):
        change(attempt, 1, grace, seen=Fraction(0))
    Attempt.objects.update(state=Attempt.State.ABANDONED)
    with pytest.raises(NotChanged, match="no marks"):
        change(attempt, 1, grace, seen=Fraction(0))


@pytest.mark.parametrize(
    ("text", "points", "share"),
    [
        ("1", "1", 1),
        ("0", "1", 0),
        (" 0,5 ", "1", HALF),
        ("0.5", "1.5", Fraction(1, 3)),
        ("0.125", "0.125", 1),
        ("10", "10", 1),
    ],
)
def test_points_are_read_exactly(text, points, share, quiz):
    version = quiz.questions.first().current
    version.points = Decimal(points)
    assert read_points(text, version) == share


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "1.1", "1,001", "0.0001", "1e0", "NaN", "Infinity", "½", "１", "1/2", "0.5.5"],
)
def test_points_that_are_none(text, quiz):
    with pytest.raises(NotChanged, match="from 0 to 1"):
        read_points(text, quiz.questions.first().current)


def test_a_question_without_points_has_no_mark_to_change(quiz):
    version = quiz.questions.first().current
    version.points = Decimal(0)
    with pytest.raises(NotChanged, match="no points"):
        read_points("0", version)


DAMAGE = {
    "a mark that no change gave": (
        lambda answer: type(answer).objects.filter(pk=answer.pk).update(fraction="1/3"),
        "marks differ from their changes",
    ),
    "a gap in the trail": (
        lambda answer: answer.changes.filter(fraction_after=HALF).update(fraction_after="1/3"),
        "marks differ from their changes",
    ),
    "a score that no change gave": (
        lambda answer: answer.changes.filter(fraction_after="1/4").update(score_after="1/3"),
        "scores differ from the last change",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_trail_that_is_not_whole_is_a_fault(damage, quiz, ada, grace):
    attempt = submitted(quiz, ada)
    change(attempt, HALF, grace)
    change(attempt, Fraction(1, 4), grace)
    change(attempt, HALF, grace, slot=2)
    change(attempt, Fraction(1, 4), grace, slot=2)
    do, fault = DAMAGE[damage]
    assert sound()
    do(attempt.answers.get(slot=2))
    found = [each for each in faults.faults(lambda _: None) if fault in each]
    assert len(found) == 1
    assert attempt.public_id in found[0]


# Any changes, in any order -----------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.integers(1, 8), st.fractions(0, 1, max_denominator=7)),
        st.just("count"),
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_is_changed_all_stays_sound(steps, ada, eve, grace):
    quiz = make_quiz(specs=ALL_KINDS, grading_method="average")
    rows = [submitted(quiz, ada, wrong), submitted(quiz, ada), submitted(quiz, eve)]
    for step in steps:
        if step == "count":
            tallies.tally(quiz, timezone.now(), most=1)
            continue
        row, slot, fraction = step
        if rows[row].answers.get(slot=slot).fraction != fraction:
            change(rows[row], fraction, grace, slot=slot)
    tallies.tally(quiz, timezone.now())
    assert sound()


# At the same moment ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_change_one_mark_at_once_change_it_once(quiz, ada, grace):
    attempt = submitted(quiz, ada)
    tallies.tally(quiz, timezone.now())
    done = together(
        [lambda n=n: change(attempt, Fraction(n, 5), grace, seen=Fraction(1)) for n in range(4)]
    )
    assert [isinstance(each, NotChanged) for each in done].count(True) == 3
    assert MarkChange.objects.count() == 1
    assert sound()


@pytest.mark.django_db(transaction=True)
def test_all_marks_of_a_person_at_once_while_the_tallies_count(quiz, ada, eve, grace):
    rows = [
        submitted(quiz, learner, how) for learner in (ada, eve) for how in (wrong, lambda _: [])
    ]
    acts = [lambda row=row, slot=slot: change(row, HALF, grace, slot=slot)
            for row in rows for slot in (1, 2)]  # fmt: skip
    count = lambda: tallies.tally(quiz, timezone.now(), most=1)  # noqa: E731
    done = together([*acts, count, count, lambda: tallies.rebuild(quiz, timezone.now())])
    assert [each for each in done if isinstance(each, Exception)] == []
    assert MarkChange.objects.count() == 8
    assert {final.percent for final in quiz.final_grades.all()} == {50}
    tallies.tally(quiz, timezone.now())
    assert sound()


@pytest.mark.django_db(transaction=True)
def test_another_attempt_handed_in_meanwhile_counts_too(quiz, ada, grace):
    quiz.grading_method = "average"
    quiz.save()
    first = submitted(quiz, ada, wrong)
    second = begin(quiz, ada)
    overtaken(
        lambda: change(first, 1, grace),
        lambda: attempts.submit(second, {}, timezone.now(), anyway=True),
    )
    assert ada.final_grades.get().score == Fraction(1, 4)
    assert ReviewCard.objects.filter(user=ada).count() == 2
    assert sound()
