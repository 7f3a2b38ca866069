"""The demo's classes: one in full swing for `instructor@example.com`, one that is over."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import transaction

from accounts.models import User
from lessons.models import Course, Lesson
from teaching import joining
from teaching.facts import Sight
from teaching.models import Assignment, Classroom, Note, SavedView, Seat

from . import behaviour, world

NOW, BEFORE = "Foundation models, autumn", "Foundation models, spring"
LEARNERS, EARLIER_LEARNERS = 40, 15
SEED = 1


def make_classes(
    instructor: User, learners: list[User], now: datetime, said: Callable[[str], None]
) -> None:
    """The two classes, unless they are there already; `said` hears how far it has come."""
    if Classroom.objects.filter(name=BEFORE).exists():
        return
    running = _class(NOW, instructor, now)
    for user in learners:
        Seat.objects.get_or_create(classroom=running, user=user)
    said(f"Simulating the {LEARNERS} learners of “{NOW}” …")
    world.simulate(running, LEARNERS, SEED, now)
    with transaction.atomic():
        _assign(running, now)
        _write(running, instructor, now)
    said(f"Simulating the {EARLIER_LEARNERS} learners of “{BEFORE}” …")
    then = now - timedelta(weeks=26)
    earlier = _class(BEFORE, instructor, then)
    world.simulate(earlier, EARLIER_LEARNERS, SEED + 1, then)
    joining.archive(earlier, then)


def _class(name: str, instructor: User, now: datetime) -> Classroom:
    """A class of all courses, in its tenth week."""
    with transaction.atomic():
        opened = {"starts_on": world.first_day(now), "made_at": now - timedelta(weeks=12)}
        classroom, made = Classroom.objects.get_or_create(name=name, defaults=opened)
        if made:
            classroom.courses.set(Course.objects.published())
            teaches = {"role": Seat.Role.INSTRUCTOR, "joined_at": classroom.made_at}
            classroom.seats.create(user=instructor, **teaches)
    return classroom


def _assign(classroom: Classroom, now: datetime) -> None:
    """Two thirds of the lessons were due, a week after the class's time for them; two are soon."""
    lessons: list[Lesson] = Sight(classroom).lessons
    over = len(lessons) * 2 // 3
    time_for_one = 7 * behaviour.WEEKS / len(lessons)
    days = {
        lesson: round(time_for_one * (n + 1)) + 7 - 7 * behaviour.WEEKS
        for n, lesson in enumerate(lessons[:over])
    }
    days |= dict(zip(lessons[over:], (3, 10), strict=False))
    for lesson, day in days.items():
        # A due date lasts until the end of its minute.
        due = datetime.combine((now + timedelta(days=day)).date(), time(23, 59, 59), now.tzinfo)
        what = Assignment.What.READ if lesson in lessons[:over:2] else Assignment.What.DONE
        Assignment.objects.get_or_create(
            classroom=classroom, lesson=lesson, defaults={"what": what, "due_at": due}
        )


def _write(classroom: Classroom, instructor: User, now: datetime) -> None:
    """What an instructor would have kept by now: a view of the class and some notes."""
    mine = classroom.seats.get(user=instructor)
    SavedView.objects.get_or_create(seat=mine, name="Longest away", defaults={"query": "sort=seen"})
    notes = ("Asked for more time before the exam.", "Works nights: answers mails after noon.")
    for n, seat in enumerate(world.simulated(classroom).order_by("pk")[: len(notes)]):
        made_at = now - timedelta(days=9 * n + 5)
        Note.objects.create(seat=seat, text=notes[n], author=instructor, made_at=made_at)
