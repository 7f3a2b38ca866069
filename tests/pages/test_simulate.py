"""Made-up learners: the same for the same seed, sound, marked, never written to, and removable."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from lessons.models import LessonProgress
from pages.simulation import behaviour, demo, world
from pages.simulation.behaviour import Habit
from quizzes import tallies
from quizzes.kinds import kind
from quizzes.models import Answer, Attempt, Quiz, Review
from teaching import outbox
from teaching.models import Assignment, Classroom, Message
from tests.factories import ALL_KINDS, make_lesson, make_quiz

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def course(db):
    """Five lessons with quizzes of every kind of question."""
    lesson = make_lesson()
    for _ in range(5):
        make_quiz(make_lesson(lesson.module), ALL_KINDS)
    return lesson.module.course


@pytest.fixture
def room(course, grace):
    """Grace's class of it."""
    room = Classroom.objects.create(name="Made up")
    room.courses.add(course)
    room.seats.create(user=grace, role="instructor")
    return room


def told(room, now):
    """All that a class did, relative to now."""
    people = room.seats.learners()
    return {
        "names": list(people.order_by("pk").values_list("user__name", flat=True)),
        "reading": [
            (row.user.name, row.lesson_id, row.read_at and now - row.read_at, now - row.seen_at)
            for row in LessonProgress.objects.filter(user__seats__in=people).order_by("pk")
        ],
        "answers": [
            (
                *(row.attempt.user.name, row.attempt.number, now - row.attempt.started_at),
                *(now - row.attempt.submitted_at, row.slot, row.dealt, row.response, row.fraction),
            )
            for row in Answer.objects.filter(attempt__user__seats__in=people)
            .select_related("attempt__user")
            .order_by("pk")
        ],
        "reviews": [
            (row.user.name, now - row.asked_at, row.response, row.fraction)
            for row in Review.objects.filter(user__seats__in=people).order_by("pk")
        ],
    }


def test_the_same_seed_makes_the_same_world(room, course, grace):
    other = Classroom.objects.create(name="Again")
    other.courses.add(course)
    third = Classroom.objects.create(name="Another")
    third.courses.add(course)
    later = NOW + timedelta(weeks=3)

    world.simulate(room, 6, 1, NOW)
    world.simulate(other, 6, 1, later)
    world.simulate(third, 6, 2, NOW)

    assert told(room, NOW) == told(other, later)
    assert told(room, NOW) != told(third, NOW)


def test_nothing_is_wrong_with_it(room):
    world.simulate(room, 14, 1, timezone.now())
    for quiz in Quiz.objects.all():
        tallies.tally(quiz, timezone.now())

    call_command("check_data")  # raises if it finds a fault
    assert Attempt.objects.filter(passed=True).exists()
    assert Attempt.objects.filter(passed=False).exists()
    assert Attempt.objects.filter(number__gt=1).exists()
    assert Review.objects.exists()


def test_nothing_happens_after_now_or_before_the_ten_weeks(room):
    world.simulate(room, 14, 1, NOW)
    begin = NOW - timedelta(weeks=10, days=3)

    assert not Attempt.objects.filter(submitted_at__gt=NOW).exists()
    assert not Attempt.objects.filter(started_at__lt=begin).exists()
    assert not LessonProgress.objects.filter(seen_at__gt=NOW).exists()
    assert not Review.objects.filter(answered_at__gt=NOW).exists()
    assert not room.seats.learners().filter(joined_at__lt=begin).exists()


def test_everybody_is_marked_and_nobody_can_sign_in(room):
    world.simulate(room, 6, 1, NOW)

    for user in User.objects.filter(seats__in=room.seats.learners()):
        assert user.name.endswith(" (simulated)")
        assert user.email.endswith("@simulated.invalid")
        assert not user.has_usable_password()


def test_no_mail_goes_to_them(room, grace):
    world.simulate(room, 6, 1, NOW)
    seats = list(room.seats.learners().select_related("user", "classroom"))
    now = timezone.now()
    outbox.write(grace, Message.Kind.PERSONAL, "Hello", [(seat, "Hello") for seat in seats], now)

    assert outbox.send(now) == outbox.Sent(0, 0, 0)
    assert mail.outbox == []
    assert {row.held for row in outbox.with_held(now)} == {"A simulated learner: nothing is sent."}


# The command --------------------------------------------------------------------------------------


def simulate(*options):
    """Run it with six learners; what it says."""
    call_command("simulate_class", "--learners", "6", "--class", "Made up", *options)


def test_the_command_once_and_again(room, settings, capsys):
    settings.DEMO = True
    simulate()
    assert "6 simulated learners. None of them exists" in capsys.readouterr().out
    before = Attempt.objects.count()
    simulate()
    assert "nothing changed" in capsys.readouterr().out
    assert (world.simulated(room).count(), Attempt.objects.count()) == (6, before)


def test_what_was_interrupted_is_completed(room, monkeypatch):
    monkeypatch.setattr(world, "AT_ONCE", 2)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.simulate(room, 6, 1, NOW, stop)
    assert world.simulated(room).count() == 2
    assert world.simulate(room, 6, 1, NOW) == 4


def test_it_opens_a_class_for_an_instructor(course, grace, settings):
    settings.DEMO = True
    simulate("--instructor", "grace@example.org")

    room = Classroom.objects.get(name="Made up")
    assert room.courses.get() == course
    assert room.seats.instructors().get().user == grace


def test_removing_leaves_nothing_behind(room, settings, ada):
    """Of a real person the attempts stay without the name; these were never anybody's."""
    settings.DEMO = True
    room.seats.create(user=ada)
    simulate()
    for quiz in Quiz.objects.all():
        tallies.tally(quiz, timezone.now())
    simulate("--remove")

    assert list(room.seats.learners().values_list("user", flat=True)) == [ada.pk]
    assert not User.objects.filter(email__endswith="@simulated.invalid").exists()
    assert not Attempt.objects.exists()
    assert set(Quiz.objects.values_list("tally__attempts", flat=True)) <= {0, None}
    call_command("check_data")


def test_it_takes_yes_where_people_are_real(room):
    with pytest.raises(CommandError, match="not a demo"):
        simulate()
    simulate("--yes")
    assert world.simulated(room).count() == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--class", "No such"], "say who teaches it"),
        (["--class", "No such", "--remove"], "There is no class"),
        (["--class", "No such", "--instructor", "ada@example.org"], "may open classes"),
        (["--learners", "0"], "from 1 to 1,000"),
        (["--learners", "5000"], "from 1 to 1,000"),
    ],
)
def test_what_it_cannot_do(room, ada, settings, options, said):
    settings.DEMO = True
    with pytest.raises(CommandError, match=said):
        simulate(*options)


# The demo -----------------------------------------------------------------------------------------


def test_the_demo_opens_on_a_full_class_and_one_that_is_over(course, grace, ada, monkeypatch):
    monkeypatch.setattr(demo, "LEARNERS", 6)
    monkeypatch.setattr(demo, "EARLIER_LEARNERS", 4)
    for _ in range(2):
        demo.make_classes(grace, [ada], timezone.now(), lambda _text: None)

    running, over = Classroom.objects.get(name=demo.NOW), Classroom.objects.get(name=demo.BEFORE)
    assert running.seats.learners().count() == 7
    assert over.archived_at is not None
    assert sum(seat.records.count() for seat in over.seats.learners()) > 0
    due = Assignment.objects.filter(classroom=running)
    assert due.filter(due_at__lt=timezone.now()).exists()
    assert due.filter(due_at__gt=timezone.now()).count() == 2
    assert sum(seat.notes.count() for seat in running.seats.all()) == 2
    call_command("check_data")


# How they behave, without a database --------------------------------------------------------------


@given(st.integers(1, 200), st.integers())
@settings(max_examples=40)
def test_everybody_has_a_name_of_their_own(count, seed):
    people = behaviour.learners(seed, count)

    assert len({learner.name for learner in people}) == len(people) == count
    assert all(len(learner.name) <= 120 for learner in people)
    if count >= len(Habit):
        assert {learner.habit for learner in people} == set(Habit)


def test_forty_have_every_habit_by_its_share():
    people = behaviour.learners(1, 40)
    counted = {habit: sum(each.habit == habit for each in people) for habit in Habit}
    assert counted == behaviour.SHARES


@given(st.integers(1, 30), st.integers(0, 99), st.sampled_from(["UTC", "Europe/Berlin"]))
@settings(max_examples=25)
def test_lessons_are_read_in_order_and_in_the_past(lessons, seed, zone):
    for learner in behaviour.learners(seed, 8):
        rows = behaviour.readings(learner, lessons, NOW, ZoneInfo(zone))
        moments = [row.opened_at for row in rows]
        assert moments == sorted(moments)
        assert [row.lesson for row in rows] == list(range(len(rows)))
        for row in rows:
            assert row.opened_at < NOW
            assert row.read_at is None or row.opened_at < row.read_at < NOW
            assert row.quiz_at is None or row.quiz_at < NOW
        if learner.habit == Habit.ABSENT:
            assert rows == []


@pytest.mark.parametrize("spec", ALL_KINDS, ids=lambda spec: spec["kind"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_whoever_knows_is_right_and_whoever_does_not_is_not(spec, seed):
    each = kind(spec["kind"])
    dealt = each.deal(spec["content"], random.Random(seed), True)  # noqa: S311
    learner = behaviour.learners(seed, 1)[0]
    put = (spec["kind"], spec["content"], dealt)
    question = behaviour.taste(seed, "a question")

    def earned(gained):
        answer = behaviour.respond(learner, question, put, gained)
        return each.grade(spec["content"], dealt, answer)

    assert earned(+100) == 1
    assert earned(-100) < 1
