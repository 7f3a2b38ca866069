"""One learner as their class sees them: lessons, objectives, attempts, timeline, notes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from lessons.models import Lesson, LessonProgress
from quizzes import practice
from quizzes.models import Attempt, Quiz, ReviewCard
from teaching import joining
from teaching.models import Classroom, Message, Note, SeatRecord
from tests.conftest import signed_in
from tests.desk import ATTACK
from tests.factories import ALL_KINDS, SHORT, SINGLE, make_lesson, make_question, make_quiz
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def quiz(classroom):
    """The quiz of the third lesson, which asks about the lesson's objective."""
    quiz = Quiz.objects.get()
    quiz.questions.get().objectives.add(quiz.lesson.objectives.get())
    return quiz


@pytest.fixture
def seat(classroom, ada):
    """Ada's."""
    return classroom.seats.get(user=ada)


@pytest.fixture
def here(classroom, seat):
    """The address of her page."""
    return f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/"


def leave(seat, at=None):
    """She leaves, with what the class showed then."""
    seat.left_at = at or timezone.now()
    seat.save()
    for row in LessonProgress.objects.filter(user=seat.user):
        SeatRecord.objects.create(
            seat=seat, lesson=row.lesson, seen_at=row.seen_at, read_at=row.read_at
        )
    for row in seat.user.final_grades.select_related("quiz"):
        SeatRecord.objects.update_or_create(
            seat=seat,
            lesson_id=row.quiz.lesson_id,
            defaults={
                name: getattr(row, name)
                for name in ("percent", "passed", "attempts", "passed_at", "last_at")
            },
        )


# How she stands -----------------------------------------------------------------------------------


def test_how_a_learner_stands(as_grace, ada, quiz, here):
    first, second, _ = Lesson.objects.order_by("pk")
    LessonProgress.objects.mark_read(ada, first)
    LessonProgress.objects.note_place(ada, second, "first-part", 0.5)
    submitted(quiz, ada, wrong)
    submitted(quiz, ada)

    page = as_grace.get(here)

    assert page["Cache-Control"] == "private, no-store"
    for text in ("Ada", "ada@example.org", "First lesson", "Second lesson", "Third lesson"):
        assert text in page.text
    sums = page.context["sums"]
    assert (sums.opened, sums.read, sums.done, sums.passed, sums.graded) == (2, 1, 1, 1, 1)
    assert sums.mean == 100
    assert sums.last_visit == LessonProgress.objects.get(lesson=second).seen_at
    (module,) = page.context["whole"].modules
    assert [row.state for row in module.rows] == ["done", "reading", "new"]
    third = module.rows[2]
    assert (third.percent, third.attempts, third.passed) == (100, 2, True)
    assert (module.done, len(module.rows)) == (1, 3)


def test_a_learner_who_did_nothing(as_grace, here):
    page = as_grace.get(here).text
    assert "not yet" in page
    assert "no quiz taken yet" in page
    assert "No note yet." in page
    assert "No attempt yet" in as_grace.get(f"{here}?show=attempts").text
    assert "Joined the class." in as_grace.get(f"{here}?show=timeline").text


def test_a_failed_quiz_has_its_own_sign(as_grace, ada, quiz, here):
    submitted(quiz, ada, wrong)
    (module,) = as_grace.get(here).context["whole"].modules
    assert module.rows[2].state == "failed"


def test_mastery_is_shown_whatever_the_quiz_hides(as_grace, ada, quiz, here):
    for _ in range(3):
        submitted(quiz, ada)
    Quiz.objects.update(show_marks=False, feedback=Quiz.Feedback.NEVER)
    ReviewCard.objects.update(revealed=False)

    assert "85 %, mastered" in as_grace.get(here).text


def test_of_somebody_who_left_only_what_was(as_grace, ada, quiz, seat, here):
    first, second, _ = Lesson.objects.order_by("pk")
    start = timezone.now()
    with time_machine.travel(start - 3 * DAY, tick=False):
        LessonProgress.objects.mark_read(ada, first)
        for _ in range(3):
            submitted(quiz, ada, wrong)
    leave(seat, start - 2 * DAY)
    LessonProgress.objects.mark_read(ada, second)
    LessonProgress.objects.update(seen_at=start)
    after = submitted(quiz, ada)
    seen = ada.attempts.order_by("pk")[0]

    page = as_grace.get(here)

    assert "this is how it stood then" in page.text
    (module,) = page.context["whole"].modules
    assert [row.state for row in module.rows] == ["done", "new", "failed"]
    assert page.context["sums"].last_visit == start - 3 * DAY
    assert "14 %, learning" in page.text
    assert {w.given.fraction for w in module.rows[2].standings[0].mastery.answers} == {0}
    listed = as_grace.get(f"{here}?show=attempts").text
    assert seen.public_id in listed
    assert after.public_id not in listed
    timeline = as_grace.get(f"{here}?show=timeline").text
    assert "Left the class." in timeline
    assert "Second lesson" not in timeline
    assert after.public_id not in timeline
    assert as_grace.get(f"{here}attempts/{seen.public_id}/").status_code == 200
    assert as_grace.get(f"{here}attempts/{after.public_id}/").status_code == 404


def test_in_an_archived_class_only_what_was(as_grace, ada, quiz, seat, here, classroom):
    before = submitted(quiz, ada)
    joining.archive(classroom, timezone.now())
    after = submitted(quiz, ada)

    page = as_grace.get(here).text
    assert "Archived on" in page
    assert "Keep the note" not in page
    listed = as_grace.get(f"{here}?show=attempts").text
    assert (before.public_id in listed, after.public_id in listed) == (True, False)
    assert as_grace.post(f"{here}notes/", {"text": "Too late"}).status_code == 404
    assert not Note.objects.exists()


@pytest.mark.parametrize("end", ["left", "archived"])
def test_a_course_taken_up_afterwards_shows_nothing_of_before(
    as_grace, ada, quiz, seat, here, classroom, end
):
    other = make_quiz(make_lesson(title="Elsewhere"))
    other.questions.get().objectives.add(other.lesson.objectives.get())
    attempts = [submitted(each, ada) for each in (quiz, other)]
    if end == "left":
        joining.leave(seat, timezone.now())
    else:
        joining.archive(classroom, timezone.now())
    classroom.courses.add(other.lesson.module.course)

    whole = as_grace.get(here).context["whole"]
    assert [(x.lesson, len(x.mastery.answers)) for x in whole.mastery.standings] == [
        (quiz.lesson_id, 1),
        (other.lesson_id, 0),
    ]
    for show in ("attempts", "timeline"):
        page = as_grace.get(f"{here}?show={show}").text
        assert [each.public_id in page for each in attempts] == [True, False]
        assert "Elsewhere" not in page
    assert as_grace.get(f"{here}attempts/{attempts[1].public_id}/").status_code == 404


# In time ------------------------------------------------------------------------------------------


def test_the_timeline_has_all_of_it_newest_first(as_grace, ada, grace, quiz, seat, here):
    start = timezone.now() - 5 * DAY
    seat.joined_at = start - timedelta(hours=1)
    seat.save()
    for number, act in enumerate(
        (
            lambda: LessonProgress.objects.mark_read(ada, Lesson.objects.earliest("pk")),
            lambda: submitted(quiz, ada, wrong),
            lambda: review(ada),
            lambda: seat.messages.create(kind="nudge", subject="Come back", sender=grace),
            lambda: seat.notes.create(author=grace, text="Called her."),
        )
    ):
        with time_machine.travel(start + number * DAY, tick=False):
            act()

    page = as_grace.get(f"{here}?show=timeline")

    assert [each.event for each in page.context["events"]] == [
        "note",
        "message",
        "reviews",
        "submitted",
        "begun",
        "read",
        "joined",
    ]
    for text in ("Called her.", "Come back", "Reviewed 1 question that day", "<b>0 %</b>"):
        assert text in page.text


def review(user):
    """Answer one question in a review."""
    card = user.review_cards.get()
    row = practice.ask(user, "due", [card.question_id], timezone.now())
    practice.answer(row, {"positions": [0]}, timezone.now())


@pytest.mark.parametrize("gone", [False, True])
def test_the_timeline_names_lessons_on_the_site_only(as_grace, ada, quiz, seat, here, gone):
    first, second, _ = Lesson.objects.order_by("pk")
    for lesson in (first, second):
        LessonProgress.objects.mark_read(ada, lesson)
    if gone:
        leave(seat)
    Lesson.objects.filter(pk=first.pk).update(status="draft")

    page = as_grace.get(f"{here}?show=timeline").text

    assert "Second lesson" in page
    assert "First lesson" not in page


def test_reviews_are_counted_by_the_day_of_whoever_looks(as_grace, grace, ada, quiz, here):
    grace.time_zone = "Asia/Tokyo"
    grace.save()
    submitted(quiz, ada, wrong)
    for hour in (14, 16):  # one is before midnight in Tokyo, one after it
        with time_machine.travel(f"2026-06-10T{hour}:00:00Z", tick=False):
            review(ada)
    events = as_grace.get(f"{here}?show=timeline").context["events"]
    assert [each.amount for each in events if each.event == "reviews"] == ["1", "1"]


def test_a_summary_to_an_instructor_is_no_event(as_grace, seat, here):
    seat.messages.create(kind=Message.Kind.SUMMARY, subject="This week")
    assert "This week" not in as_grace.get(f"{here}?show=timeline").text


def test_long_lists_have_pages(as_grace, ada, quiz, seat, here):
    for number in range(55):
        seat.notes.create(text=f"Note {number}.")
    first = as_grace.get(f"{here}?show=timeline")
    second = as_grace.get(f"{here}?show=timeline&page=2")
    assert len(first.context["events"]) == 50
    assert [each.event for each in second.context["events"]][-1] == "joined"
    assert 'href="?show=timeline&amp;page=2"' in first.text
    assert len(as_grace.get(here).context["notes"]) == 50
    assert "Older notes stand in the timeline" in as_grace.get(here).text


# An attempt ---------------------------------------------------------------------------------------


def test_an_attempt_with_all_answers_as_dealt(as_grace, ada, classroom, here):
    lesson = make_lesson(classroom.courses.get().modules.get(), slug="all")
    attempt = submitted(
        make_quiz(lesson, ALL_KINDS, show_marks=False, feedback="never"), ada, wrong
    )

    page = as_grace.get(f"{here}attempts/{attempt.public_id}/")

    assert page.text.count("Because it is.") == len(ALL_KINDS)
    assert "Their answer, not right" in page.text
    assert "The right answer" in page.text
    assert "Report a problem" not in page.text
    assert "Your answer" not in page.text
    assert "0 of 8 questions right" in page.text


def test_an_open_attempt_shows_no_answer(as_grace, ada, quiz, here):
    attempt = begin(quiz, ada)
    page = as_grace.get(f"{here}attempts/{attempt.public_id}/")
    assert "It is still being answered." in page.text
    assert page.context["marks"] == []
    assert "Which one is right?" not in page.text
    assert "being answered" in as_grace.get(f"{here}?show=attempts").text


def test_an_attempt_whose_time_is_up_is_ended_first(as_grace, ada, quiz, here):
    attempt = begin(quiz, ada)
    past = timezone.now() - DAY
    Attempt.objects.update(deadline=past, closes_at=past)
    page = as_grace.get(f"{here}attempts/{attempt.public_id}/").text
    assert "ended when the time was up" in page
    assert "Which one is right?" in page


def test_an_abandoned_attempt_shows_no_answer(as_grace, ada, quiz, here):
    attempt = begin(quiz, ada)
    Attempt.objects.update(state=Attempt.State.ABANDONED)
    page = as_grace.get(f"{here}attempts/{attempt.public_id}/").text
    assert "has no score" in page
    assert "Which one is right?" not in page


# Notes --------------------------------------------------------------------------------------------


def test_a_note_is_for_all_instructors_and_never_for_the_learner(
    as_grace, as_ada, ada, classroom, otto, as_otto, here
):
    classroom.seats.create(user=otto, role="instructor")
    answer = as_grace.post(f"{here}notes/", {"text": f"Struggles. {ATTACK}"}, follow=True)
    assert "The note is kept." in answer.text
    assert ATTACK not in answer.text
    assert "Struggles." in as_otto.get(here).text
    assert "Delete" not in as_otto.get(here).text
    for address in ("/", "/me/", here, f"/teach/classes/{classroom.public_id}/"):
        assert "Struggles." not in as_ada.get(address, follow=True).text

    note = Note.objects.get()
    assert as_otto.post(f"{here}notes/", {"delete": note.pk}).status_code == 404
    as_grace.post(f"{here}notes/", {"delete": note.pk})
    assert not Note.objects.exists()


def test_what_no_text_can_hold_is_left_out_of_a_note(as_grace, here):
    """PostgreSQL has no text with NUL in it."""
    as_grace.post(f"{here}notes/", {"text": "Strug\0gles."})
    as_grace.post(f"{here}notes/", {"text": "\0"})
    assert Note.objects.get().text == "Struggles."


def test_the_same_note_sent_twice_is_one(as_grace, here):
    for _ in range(2):
        as_grace.post(f"{here}notes/", {"text": "Once."})
    assert Note.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_note_that_is_none(as_grace, here, text):
    as_grace.post(f"{here}notes/", {"text": text})
    assert not Note.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 40])
def test_a_note_that_is_not_there_is_not_deleted(as_grace, here, key):
    assert as_grace.post(f"{here}notes/", {"delete": key}).status_code == 404


# Who may see it -----------------------------------------------------------------------------------


def test_nobody_else_sees_anything(client, as_ada, as_eve, as_otto, ada, quiz, here):
    attempt = submitted(quiz, ada)
    for address in (here, f"{here}?show=timeline", f"{here}attempts/{attempt.public_id}/"):
        assert client.get(address).status_code == 302
        for browser in (as_ada, as_eve, as_otto):
            assert browser.get(address).status_code == 404
    for browser in (as_ada, as_eve, as_otto):
        assert browser.post(f"{here}notes/", {"text": "No"}).status_code == 404
    assert client.post(f"{here}notes/", {"text": "No"}).status_code == 302
    assert not Note.objects.exists()


def test_class_seat_and_attempt_belong_together(as_grace, grace, ada, eve, quiz, classroom, here):
    """Trial 2: a child is found through its parents, never by its key alone."""
    other = Classroom.objects.create(name="Another of hers")
    other.seats.create(user=grace, role="instructor")
    foreign = other.seats.create(user=eve)
    mine = classroom.seats.get(user=ada)
    theirs = submitted(quiz, eve)
    elsewhere = submitted(make_quiz(), ada)
    base = f"/teach/classes/{classroom.public_id}/learners"

    assert as_grace.get(f"{base}/{foreign.pk}/").status_code == 404
    assert as_grace.get(f"{base}/{classroom.seats.get(user=grace).pk}/").status_code == 404
    for attempt in (theirs, elsewhere):
        assert as_grace.get(f"{base}/{mine.pk}/attempts/{attempt.public_id}/").status_code == 404
    there = f"/teach/classes/{other.public_id}/learners/{foreign.pk}/attempts/{theirs.public_id}/"
    assert as_grace.get(there).status_code == 404  # the other class does not have the course


def test_hostile_names_are_inert(as_grace, ada, quiz, seat, here):
    for row in (ada, quiz.lesson, seat.classroom):
        field = "title" if isinstance(row, Lesson) else "name"
        type(row).objects.filter(pk=row.pk).update(**{field: ATTACK})
    attempt = submitted(quiz, ada)
    seat.messages.create(kind="personal", subject=ATTACK, text=ATTACK)
    attacks = (here, f"{here}?show=attempts", f"{here}?show=timeline",
               f"{here}attempts/{attempt.public_id}/")  # fmt: skip
    for address in attacks:
        page = as_grace.get(address).text
        assert ATTACK not in page
        assert "&lt;img src=x" in page


# How much it asks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7])
def test_queries_stay_the_same(as_grace, ada, grace, classroom, quiz, size, here, django_assert_num_queries):  # fmt: skip  # noqa: E501
    module = quiz.lesson.module
    for number in range(size):
        lesson = make_lesson(module, objectives=("a", "b"))
        extra = make_quiz(lesson, [SINGLE, SHORT])
        make_question(extra).objectives.add(lesson.objectives.first())
        attempt = submitted(extra, ada)
        LessonProgress.objects.mark_read(ada, lesson)
        classroom.seats.get(user=ada).notes.create(text=f"Note {number}", author=grace)
    for address, queries in {
        here: 9,
        f"{here}?show=attempts": 5,
        f"{here}?show=timeline": 5,
        f"{here}attempts/{attempt.public_id}/": 6,
    }.items():
        with django_assert_num_queries(queries):
            assert as_grace.get(address).status_code == 200


def test_the_same_of_somebody_who_left(as_grace, ada, quiz, seat, here, django_assert_num_queries):
    submitted(quiz, ada)
    leave(seat)
    for address, queries in {here: 8, f"{here}?show=timeline": 5}.items():
        with django_assert_num_queries(queries):
            assert as_grace.get(address).status_code == 200


def test_a_class_without_lessons_says_what_to_do(as_grace, classroom, here):
    classroom.courses.clear()
    assert "Choose its courses" in as_grace.get(here).text


def test_signed_in_again_after_a_role_is_taken(grace, ada, classroom, here):
    """The seat decides, not what one was before."""
    browser = signed_in(grace)
    assert browser.get(here).status_code == 200
    classroom.seats.filter(user=grace).update(left_at=timezone.now())
    assert browser.get(here).status_code == 404
