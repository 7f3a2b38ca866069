"""What the answers of a class come to: counted once, anew when they change, and no more."""

from dataclasses import asdict
from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.utils import timezone

from progress.mastery import Given, Mastery
from quizzes import cards, overrides, tallies
from quizzes.models import ReviewCard
from teaching import joining
from teaching.facts import Sight
from teaching.models import Classroom, ClassTally
from teaching.tallies import (
    AT_ONCE,
    BATCH,
    ObjectiveCount,
    count_all,
    current,
    items_of,
    objectives_of,
    stored,
    tallies_of,
)
from tests.conftest import person
from tests.desk import ATTACK
from tests.factories import MULTIPLE, TRUE_FALSE, make_lesson, make_question, make_quiz
from tests.quizzes.sitting import right, submitted, wrong
from tests.quizzes.together import overtaken, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(classroom):
    """The quiz of the class, with three questions that check the lesson's objective."""
    found = classroom.courses.get().modules.get().lessons.get(title="Third lesson").quiz
    make_question(found, TRUE_FALSE)
    make_question(found, MULTIPLE)
    for question in found.questions.all():
        question.objectives.set(found.lesson.objectives.all())
    return found


@pytest.fixture
def ben(classroom):
    """Ben learns in the class, too."""
    who = person("ben@example.org", name="Ben")
    classroom.seats.create(user=who)
    return who


def waiting(classroom):
    return tallies_of(Sight(classroom)).waiting


def test_the_first_attempts_of_the_class_are_counted_and_nobody_elses(
    classroom, quiz, ada, ben, grace, eve
):
    firsts = [submitted(quiz, ada, wrong), submitted(quiz, ben, right)]
    for _ in range(2):
        submitted(quiz, ada, right)
    submitted(quiz, eve, wrong)
    submitted(quiz, grace, wrong)

    current(classroom, timezone.now())

    row = classroom.tallies.get()
    should = tallies.recount([attempt.pk for attempt in firsts])
    assert (row.attempts, row.passes) == (2, 1)
    assert row.scores == dict(should.scores)
    assert row.totals == dict(should.totals)
    items = items_of([row])
    assert items.keys() == should.items.keys()
    for key, item in should.items.items():
        assert (items[key].answers, items[key].cells) == (2, dict(item.cells))
        assert items[key].choices == dict(item.choices)
        assert (items[key].points, items[key].earned, items[key].facility) == (1000, 1000, 50)


def test_where_the_class_stands_with_an_objective_is_told_by_the_rule_of_mastery(
    classroom, quiz, ada, ben, eve
):
    submitted(quiz, ada, right)
    submitted(quiz, ben, wrong)
    submitted(quiz, eve, right)
    classroom.seats.create(user=person("cleo@example.org"))

    found = current(classroom, timezone.now()).objectives()

    estimate = {
        who: float(
            Mastery.of(
                Given(card.last_at, card.question_id, Fraction(fraction))
                for card in ReviewCard.objects.filter(user=who)
                for _, fraction, _ in card.recent
            ).estimate
        )
        for who in (ada, ben)
    }
    count = found[quiz.lesson.objectives.get().pk]
    assert (count.mastered, count.learning, count.unknown) == (1, 1, 1)
    assert count.sum == pytest.approx(sum(estimate.values()))
    assert count.mean == pytest.approx(50 * sum(estimate.values()))


def test_nothing_is_counted_anew_that_did_not_change(classroom, quiz, ada):
    submitted(quiz, ada)
    now = timezone.now()
    current(classroom, now)
    current(classroom, now + timedelta(hours=1))

    assert classroom.tallies.get().counted_at == now
    assert waiting(classroom) == []


@pytest.mark.parametrize(
    "change",
    ["attempt", "review", "mark", "join", "leave", "checks", "archive"],
)
def test_whatever_changes_a_tally_makes_it_old(classroom, quiz, ada, ben, grace, change):
    attempt = submitted(quiz, ada, wrong)
    now = timezone.now()
    current(classroom, now)
    assert waiting(classroom) == []
    question = quiz.questions.first()

    match change:
        case "attempt":
            submitted(quiz, ada, right)
        case "review":
            review = ada.reviews.create(version=question.current, asked_at=now)
            assert waiting(classroom) == []
            ada.reviews.filter(pk=review.pk).update(answered_at=now, fraction=Fraction(1))
        case "mark":
            answer = attempt.answers.select_related("attempt__quiz", "version").first()
            overrides.override(answer, Fraction(1), grace, "It is right.", now)
        case "join":
            classroom.seats.create(user=person("cleo@example.org"))
        case "leave":
            joining.leave(classroom.seats.get(user=ben), now)
        case "checks":
            question.objectives.clear()
        case "archive":
            joining.archive(classroom, now)

    classroom.refresh_from_db()
    assert waiting(classroom) == [quiz.pk]
    current(classroom, now)
    assert waiting(classroom) == []


@pytest.mark.usefixtures("eve")
def test_what_happens_elsewhere_makes_nothing_old(classroom, quiz, ada, eve):
    current(classroom, timezone.now())
    submitted(quiz, eve)
    submitted(make_quiz(), ada)
    quiz.questions.first().revise(**{**TRUE_FALSE, "prompt": "Is it not so?"})

    assert waiting(classroom) == []


def test_of_an_archived_class_counts_what_was_before(classroom, quiz, ada, ben):
    submitted(quiz, ada, wrong)
    before = asdict(current(classroom, timezone.now()).objectives().popitem()[1])
    joining.archive(classroom, timezone.now())
    submitted(quiz, ben, right)
    submitted(quiz, ada, right)
    classroom.refresh_from_db()

    found = current(classroom, timezone.now())

    assert asdict(found.objectives().popitem()[1]) == before
    assert classroom.tallies.get().attempts == 1


def test_an_archived_class_is_counted_late_as_it_stood(classroom, quiz, ada):
    """However much its learners answer later, and although their cards forget the older answers."""
    for _ in range(2):
        submitted(quiz, ada, wrong)
    before = asdict(current(classroom, timezone.now()).objectives().popitem()[1])
    classroom.tallies.all().delete()
    joining.archive(classroom, timezone.now())
    for _ in range(cards.RECENT):
        submitted(quiz, ada, right)
    classroom.refresh_from_db()

    assert asdict(current(classroom, timezone.now()).objectives().popitem()[1]) == before


def test_a_tally_of_a_lesson_that_the_class_has_no_longer_is_not_read(classroom, quiz, ada):
    submitted(quiz, ada)
    current(classroom, timezone.now())
    assert len(stored(Sight(classroom))) == 1

    classroom.courses.clear()

    assert stored(Sight(classroom)) == []
    assert tallies_of(Sight(classroom)).items() == {}


def test_those_who_have_left_are_not_counted(classroom):
    with pytest.raises(ValueError, match="only those who are in a class"):
        tallies_of(Sight(classroom, former=True))


def many(classroom, lessons: int, learners: int) -> None:
    """More lessons with a quiz and an objective, and more learners who took all of them."""
    course = classroom.courses.get()
    people = [person(f"l{n}-{lessons}@example.org") for n in range(learners)]
    for who in people:
        classroom.seats.create(user=who)
    for _ in range(lessons):
        more = make_quiz(make_lesson(course.modules.get()))
        more.questions.get().objectives.set(more.lesson.objectives.all())
        for who in people:
            submitted(more, who)


@pytest.mark.parametrize("size", [(1, 1), (4, 3)])
def test_as_many_queries_for_any_number_of_quizzes(
    classroom, quiz, ada, django_assert_num_queries, size
):
    many(classroom, *size)
    with django_assert_num_queries(5):
        found = tallies_of(Sight(classroom))
    with django_assert_num_queries(9):  # two of them begin and end the transaction
        assert found.count(timezone.now(), BATCH) == size[0] + 1
    with django_assert_num_queries(2):  # the lessons are one
        assert len(stored(Sight(classroom))) == size[0] + 1


def test_a_page_counts_no_more_than_it_may(classroom, quiz, ada, ben):
    many(classroom, 3, 1)
    found = tallies_of(Sight(classroom))
    assert (found.learners, found.total) == (3, 4)

    assert found.count(timezone.now(), 2) == 0
    assert found.count(timezone.now(), 7) == 2
    assert (found.counted, len(found.waiting)) == (2, 2)
    assert found.count(timezone.now(), AT_ONCE) == 2
    assert found.waiting == []


def test_a_large_class_is_counted_quiz_by_quiz(classroom, quiz, monkeypatch):
    monkeypatch.setattr("teaching.tallies.BATCH", 1)
    many(classroom, 2, 2)
    heard = []

    assert count_all(classroom, timezone.now(), lambda done, of: heard.append((done, of))) == 3

    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert count_all(classroom, timezone.now()) == 0


def test_the_command_counts_running_classes_and_says_how_far_it_is(classroom, quiz, ada, capsys):
    submitted(quiz, ada)
    archived = Classroom.objects.create(name="Long ago", archived_at=timezone.now())
    archived.courses.set(classroom.courses.all())

    call_command("count_classes")

    said = capsys.readouterr()
    assert said.err == "Grace’s class: 1 of 1\n"
    assert said.out == "Quizzes counted: 1.\n"
    assert not archived.tallies.exists()
    call_command("count_classes")
    assert capsys.readouterr().out == "Quizzes counted: 0.\n"


# Two at once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_that_count_at_once_store_one_tally(classroom, quiz, ada):
    submitted(quiz, ada)

    came = together([lambda: current(classroom, timezone.now()) for _ in range(6)])

    assert [each for each in came if isinstance(each, Exception)] == []
    row = classroom.tallies.get()
    assert (row.attempts, {item.answers for item in items_of([row]).values()}) == (1, {1})
    assert waiting(classroom) == []


@pytest.mark.django_db(transaction=True)
def test_whoever_was_slower_leaves_the_newer_tally(classroom, quiz, ada, ben):
    submitted(quiz, ada)
    slow = tallies_of(Sight(classroom))

    def quick():
        submitted(quiz, ben)
        current(Classroom.objects.get(), timezone.now())

    overtaken(lambda: slow.count(timezone.now(), BATCH), quick)

    assert classroom.tallies.get().attempts == 2
    assert waiting(classroom) == []
    assert slow.rows[quiz.pk].attempts == 2


@pytest.mark.django_db(transaction=True)
def test_an_answer_while_it_is_counted_is_counted_next_time(classroom, quiz, ada, ben):
    submitted(quiz, ada)
    slow = tallies_of(Sight(classroom))

    overtaken(lambda: slow.count(timezone.now(), BATCH), lambda: submitted(quiz, ben))

    assert waiting(classroom) == [quiz.pk]
    assert current(classroom, timezone.now()).rows[quiz.pk].attempts == 2


# Counting by request ------------------------------------------------------------------------------


def count_of(classroom):
    return f"/teach/classes/{classroom.public_id}/count/"


def test_a_request_counts_and_comes_back(as_grace, classroom, quiz, ada):
    submitted(quiz, ada)
    back = f"/teach/classes/{classroom.public_id}/objectives/?order=weakest"

    page = as_grace.post(count_of(classroom), {"next": back})

    assert page.status_code == 302
    assert page["Location"] == back
    assert classroom.tallies.get().attempts == 1


@pytest.mark.parametrize("back", ["", "//elsewhere.example/", "https://elsewhere.example/"])
def test_a_request_comes_back_to_this_site_alone(as_grace, classroom, back):
    page = as_grace.post(count_of(classroom), {"next": back})

    assert page["Location"] == f"/teach/classes/{classroom.public_id}/questions/"


def test_one_step_answers_with_what_is_left(as_grace, classroom, quiz, ada, monkeypatch):
    monkeypatch.setattr("teaching.views.tallies.BATCH", 1)
    monkeypatch.setattr("teaching.tallies.BATCH", 1)
    many(classroom, 1, 1)

    first = as_grace.post(count_of(classroom), {"part": "1", "next": f"/{ATTACK}"}).text
    assert "1 of 2 quizzes is still to be counted" in first
    assert 'data-waiting="1"' in first
    assert ATTACK not in first
    last = as_grace.post(count_of(classroom), {"part": "1"}).text
    assert "<form" not in last
    assert waiting(classroom) == []


def test_an_archived_class_is_counted_too(as_grace, classroom, quiz, ada):
    submitted(quiz, ada)
    joining.archive(classroom, timezone.now())

    assert as_grace.post(count_of(classroom), {"part": "1"}).status_code == 200
    assert ClassTally.objects.get().attempts == 1


@pytest.mark.parametrize("who", ["as_ada", "as_otto"])
def test_others_count_nothing(request, who, classroom, quiz):
    browser = request.getfixturevalue(who)

    assert browser.post(count_of(classroom), {"part": "1"}).status_code == 404
    assert not ClassTally.objects.exists()


def test_nothing_is_counted_by_asking_for_a_page_or_without_signing_in(as_grace, client, classroom):
    assert as_grace.get(count_of(classroom)).status_code == 405
    assert client.post(count_of(classroom)).status_code == 302
    assert not ClassTally.objects.exists()


def test_objectives_in_two_rows_are_read_together():
    rows = [
        ClassTally(objectives={str(n): asdict(ObjectiveCount(n, 1, 0, n + 0.5))}) for n in (1, 2)
    ]

    assert {key: each.known for key, each in objectives_of(rows).items()} == {1: 2, 2: 3}
