"""Made-up learners in the database: seats, reading, attempts and reviews."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lessons.models import Lesson, LessonProgress
from pages.views.person import ROOMS
from quizzes import sittings, tallies
from quizzes.display import values_of
from quizzes.kinds import Dealt, Response, kind
from quizzes.models import Attempt, MarkChange, QuestionVersion, Quiz
from teaching.facts import Sight
from teaching.models import Classroom, Seat
from teaching.outbox import SIMULATED

from . import behaviour
from .behaviour import Habit, Learner

AT_ONCE = 20  # learners in one transaction: other writers wait no longer than that
ROUND = 4  # questions that somebody reviews in one go

type Said = Callable[[int, int], None]  # hears how many are done, of how many


def first_day(now: datetime) -> date:
    """The day on which a world that ends now begins."""
    return timezone.localdate(now - timedelta(weeks=behaviour.WEEKS))


def simulated(classroom: Classroom) -> Any:
    """The seats of the made-up learners of a class."""
    return classroom.seats.learners().filter(user__email__endswith=SIMULATED)


def simulate(
    classroom: Classroom, count: int, seed: int, now: datetime, said: Said = lambda *_: None
) -> int:
    """Fill a class with made-up learners and what they did in the ten weeks before `now`.

    How many were made: those that are there already, by their number, stay as they are. The same
    seed makes the same world, relative to `now`.
    """
    there = set(simulated(classroom).values_list("user__email", flat=True))
    missing = [
        learner
        for learner in behaviour.learners(seed, count)
        if _address(classroom, learner) not in there
    ]
    if not missing:
        return 0
    world = _World(classroom, seed, now)
    done = 0
    for some in batched(missing, AT_ONCE):
        with transaction.atomic():
            world.fill(some)
        done += len(some)
        said(done, len(missing))
    return len(missing)


def _address(classroom: Classroom, learner: Learner) -> str:
    return f"class-{classroom.pk}-learner-{learner.number}{SIMULATED}"


def remove(classroom: Classroom) -> int:
    """Take the made-up learners away with all they did, also from statistics; how many."""
    people = list(User.objects.filter(seats__in=simulated(classroom)).order_by("pk"))
    theirs = Attempt.objects.filter(user__in=people)
    quizzes = list(Quiz.objects.filter(pk__in=theirs.values("quiz")))
    with transaction.atomic():
        # Of a real person the attempts would stay without the name: somebody did answer so.
        MarkChange.objects.filter(answer__attempt__in=theirs).delete()
        theirs.delete()
        for person in people:
            for room in ROOMS:
                room.erase(person)
    for quiz in quizzes:
        tallies.rebuild(quiz, timezone.now())
    return len(people)


@dataclass(order=True, slots=True)
class _Event:
    """Something that a learner does: the `n`-th try at the quiz of a lesson, or a review (-1)."""

    at: datetime
    lesson: int
    tries: int = field(compare=False, default=1)


class _World:
    """What all learners of a class share: its lessons, their quizzes, how the questions are."""

    def __init__(self, classroom: Classroom, seed: int, now: datetime) -> None:
        self.classroom, self.seed, self.now = classroom, seed, now
        self.zone = classroom.zone
        self.begin = now - timedelta(weeks=behaviour.WEEKS)
        self.lessons: list[Lesson] = Sight(classroom).lessons
        quizzes = Quiz.objects.filter(lesson__in=self.lessons, archived_at=None)
        places = {lesson.pk: place for place, lesson in enumerate(self.lessons)}
        self.papers = {places[quiz.lesson_id]: sittings.Paper(quiz) for quiz in quizzes}
        self.tastes: dict[str, behaviour.Taste] = {}
        # Hashing takes its time on purpose; one unusable password serves all.
        self.password = make_password(None)

    def fill(self, learners: Sequence[Learner]) -> None:
        """Make these learners, and store all that they do; inside a transaction."""
        people = User.objects.bulk_create(self.person(learner) for learner in learners)
        Seat.objects.bulk_create(
            Seat(classroom=self.classroom, user=user, joined_at=user.date_joined) for user in people
        )
        lives, progress = [], []
        for user, learner in zip(people, learners, strict=True):
            sat = sittings.Sat(user, learner.rng)
            readings = behaviour.readings(learner, len(self.lessons), self.now, self.zone)
            seen = {row.lesson: row.read_at or row.opened_at for row in readings}
            for at, lesson in self.sit(learner, sat, readings):
                seen[lesson] = max(seen[lesson], at)
            lives.append(sat)
            progress += [
                LessonProgress(
                    user=user,
                    lesson=self.lessons[row.lesson],
                    fraction=1.0 if row.read_at else round(learner.rng.uniform(0.1, 0.8), 2),
                    read_at=row.read_at,
                    seen_at=seen[row.lesson],
                )
                for row in readings
            ]
        LessonProgress.objects.bulk_create(progress)
        sittings.store(lives)

    def person(self, learner: Learner) -> User:
        """The account, which nobody can sign in to."""
        return User(
            email=_address(self.classroom, learner),
            name=learner.name,
            password=self.password,
            time_zone=self.classroom.time_zone,
            date_joined=self.begin - timedelta(days=learner.rng.uniform(0, 3)),
        )

    def sit(
        self, learner: Learner, sat: sittings.Sat, readings: list[behaviour.Reading]
    ) -> Iterator[tuple[datetime, int]]:
        """Quizzes, again after failing, and reviews, in the order of time; when, and where."""
        events = [
            _Event(row.quiz_at, row.lesson)
            for row in readings
            if row.quiz_at and row.lesson in self.papers
        ]
        if learner.reviews:
            later = timedelta(days=2, minutes=7)
            events += [_Event(event.at + later, -1) for event in events[1::2]]
        # Somebody who is stuck is so at one quiz: the second that they take, or the first.
        stuck = events[min(1, len(events) - 1)].lesson if events else -1
        heapq.heapify(events)
        while events:
            event = heapq.heappop(events)
            if event.at > self.now - timedelta(minutes=15):
                continue
            if event.lesson < 0:
                self.review(learner, sat, event.at)
                continue
            is_stuck = learner.habit == Habit.STUCK and event.lesson == stuck
            attempt = self.attempt(learner, sat, event, is_stuck=is_stuck)
            if attempt is None or attempt.submitted_at is None:
                continue
            yield attempt.submitted_at, event.lesson
            if not attempt.passed:
                again = behaviour.retries_at(learner, event.tries, attempt.submitted_at)
                if again:
                    heapq.heappush(events, _Event(again, event.lesson, event.tries + 1))

    def attempt(
        self, learner: Learner, sat: sittings.Sat, event: _Event, *, is_stuck: bool
    ) -> Attempt | None:
        """One attempt, handed in; None where none may be begun."""
        paper = self.papers[event.lesson]
        begun = sat.start(paper, event.at)
        if begun is None:
            return None
        gained = behaviour.STUCK if is_stuck else behaviour.LEARNT * (event.tries - 1)
        attempt, answers = begun
        for answer in answers:
            answer.response = self.response(learner, answer.version, answer.dealt, gained)
        minutes = behaviour.minutes_for(learner, len(answers), paper.quiz.time_limit)
        sat.hand_in(attempt, answers, event.at + timedelta(minutes=minutes))
        return attempt

    def review(self, learner: Learner, sat: sittings.Sat, at: datetime) -> None:
        """Some of what was asked before, what was missed first."""
        before = sorted(sat.answers, key=lambda answer: answer.fraction or 0)
        asked = dict.fromkeys(answer.version.question for answer in before)
        for n, question in enumerate(list(asked)[:ROUND]):
            now = at + timedelta(minutes=n)
            row = sat.review(question, now)
            response = self.response(learner, row.version, row.dealt, behaviour.REVIEWED)
            sat.answer(row, response, now + timedelta(seconds=30))

    def response(
        self, learner: Learner, version: QuestionVersion, dealt: Dealt, gained: float
    ) -> Response:
        """What the learner answers, in the form in which it would come from a page."""
        key = version.question.key
        if key not in self.tastes:
            self.tastes[key] = behaviour.taste(self.seed, key)
        put = (version.kind, version.content, dealt)
        sent = values_of(behaviour.respond(learner, self.tastes[key], put, gained))
        return kind(version.kind).parse(version.content, dealt, sent)
