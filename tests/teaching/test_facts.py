"""What a class shows of its learners, against the same computed row by row."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import LessonProgress
from quizzes.models import FinalGrade
from teaching import joining
from teaching.facts import Sight, Sums, sums
from teaching.models import Classroom, SeatRecord
from tests.conftest import person
from tests.factories import make_course, make_lesson, make_module, make_question, make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture(params=range(4))
def world(request):
    """Four learners in six lessons, of which some have a quiz; others beside them."""
    rng = random.Random(request.param)  # noqa: S311
    now = timezone.now()
    course = make_course()
    module = make_module(course)
    lessons = [make_lesson(module) for _ in range(6)]
    quizzes = {lesson: make_quiz(lesson) for lesson in lessons[:4]}
    archived = quizzes.pop(lessons[3])
    archived.questions.update(archived_at=now)
    room = Classroom.objects.create(name="Monday")
    room.courses.add(course)
    people = [person(f"p{n}@example.org") for n in range(5)]
    for who in people[:4]:
        room.seats.create(user=who)
    elsewhere = make_lesson()
    for who in people:
        LessonProgress.objects.create(user=who, lesson=elsewhere, read_at=now)
        for lesson in lessons:
            moment = now - timedelta(days=rng.randrange(1, 30))
            if rng.random() < 0.8:
                read = moment if rng.random() < 0.7 else None
                LessonProgress.objects.create(user=who, lesson=lesson, read_at=read, seen_at=moment)
            if (quiz := quizzes.get(lesson, archived)) and rng.random() < 0.7:
                percent = rng.randrange(101)
                passed = percent >= 70
                FinalGrade.objects.update_or_create(
                    user=who,
                    quiz=quiz,
                    defaults={
                        "score": percent / 100,
                        "percent": percent,
                        "passed": passed,
                        "attempts": rng.randrange(1, 4),
                        "passed_at": moment if passed else None,
                        "last_at": moment,
                    },
                )
    return room, people, lessons, set(quizzes), now


def expected(who, lessons, with_quiz, moments) -> Sums | None:
    """The sums of one learner, fact by fact."""
    reading = {row.lesson_id: row for row in who.lesson_progress.filter(lesson__in=lessons)}
    grades = {
        row.quiz.lesson_id: row
        for row in who.final_grades.filter(quiz__lesson__in=with_quiz).select_related("quiz")
    }
    if not reading and not grades:
        return None
    done = []
    for lesson in lessons:
        row, grade = reading.get(lesson.pk), grades.get(lesson.pk)
        if row and row.read_at:
            if lesson not in with_quiz:
                done.append(row.read_at)
            elif grade and grade.passed:
                done.append(max(row.read_at, grade.passed_at))
    percents = [grade.percent for grade in grades.values()]
    failing = [g.attempts for g in grades.values() if not g.passed and g.attempts >= 2]
    return Sums(
        opened=len(reading),
        read=sum(1 for row in reading.values() if row.read_at),
        done=len(done),
        last_visit=max((row.seen_at for row in reading.values()), default=None),
        graded=len(grades),
        passed=sum(grade.passed for grade in grades.values()),
        mean=float(sum(percents) / len(percents)) if percents else None,
        failing=len(failing),
        most_tries=max(failing, default=0),
        last_quiz=max((grade.last_at for grade in grades.values()), default=None),
        done_by=tuple(sum(at < moment for at in done) for moment in moments),
    )


def test_the_sums_are_those_of_the_facts(world):
    room, people, lessons, with_quiz, now = world
    moments = [now - timedelta(days=days) for days in (20, 10, 0)]

    told = sums(Sight(room), moments)

    for who in people[:4]:
        mine, should = told.get(who.pk), expected(who, lessons, with_quiz, moments)
        assert (mine and mine.mean) == pytest.approx(should and should.mean)
        assert mine == (should and replace(should, mean=mine.mean))
    assert people[4].pk not in told


def test_what_was_kept_is_seen_as_it_was(world):
    room, people, lessons, _, now = world
    live = Sight(room)
    before = sums(live, [now])
    read = {(row["person"], row["place"]): row for row in live.reading().values()}
    graded = {(row["person"], row["place"]): row for row in live.grades().values()}
    for seat in room.seats.all():
        for lesson in lessons:
            one = read.get((seat.user_id, lesson.pk), {})
            other = graded.get((seat.user_id, lesson.pk), {})
            names = ("percent", "passed", "attempts", "passed_at", "last_at")
            if one or other:
                SeatRecord.objects.create(
                    seat=seat,
                    lesson=lesson,
                    read_at=one.get("read_at"),
                    seen_at=one.get("seen_at"),
                    **{name: other[name] for name in names if other},
                )
    LessonProgress.objects.all().delete()
    FinalGrade.objects.all().delete()

    room.archived_at = now
    assert sums(Sight(room), [now]) == before

    room.archived_at = None
    assert sums(Sight(room), [now]) == {}
    room.seats.filter(user=people[0]).update(left_at=now)
    assert sums(Sight(room, former=True), [now]) == {
        key: value for key, value in before.items() if key == people[0].pk
    }


def test_a_quiz_asked_again_counts_again(world):
    room, people, lessons, _, _ = world
    make_question(lessons[3].quiz)
    told = sums(Sight(room))
    graded = FinalGrade.objects.filter(user__in=people[:4]).count()
    assert sum(each.graded for each in told.values()) == graded


def test_an_archived_class_stays_as_it_stood_also_when_people_leave_it(world):
    room, people, *_, now = world
    joining.archive(room, now)
    room.refresh_from_db()
    before, lessons = sums(Sight(room)), len(Sight(room).lessons)

    joining.leave(room.seats.get(user=people[0]), now + timedelta(days=1))

    assert lessons
    assert sums(Sight(room)) == before
    assert Sight(room).seats.count() == 4
    assert not Sight(room, former=True).seats.exists()

    joining.restore(room)
    room.refresh_from_db()
    assert Sight(room).seats.count() == 3
    assert sums(Sight(room, former=True)).get(people[0].pk) == before.get(people[0].pk)
