"""Attempts and reviews that are over already, made in memory and stored many at once.

For people who are made up: what `attempts` and `practice` write query by query for a person who is
there, in the same shape. `check_data` finds nothing wrong with it.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User

from . import attempts, cards, grading, rules
from .kinds import Response, kind
from .models import Answer, Attempt, Question, QuestionVersion, Quiz, Review


class Paper:
    """A quiz and what its attempts are dealt from, read once for many. Two queries."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz
        asked = quiz.questions.asked().exclude(current=None).select_related("current")
        self.questions = [question for question in asked if attempts.is_sound(question)]
        self.picks = dict(quiz.pools.values_list("pk", "pick"))

    def deal(self, met: Counter[int], rng: random.Random) -> list[Question]:
        """The questions of one attempt: of each pool as many as it gives, those met least first.

        `met`: how often the person has met each question, by its key.
        """
        drawn: set[int] = set()
        for pool, pick in self.picks.items():
            members = [question for question in self.questions if question.pool_id == pool]
            rng.shuffle(members)
            members.sort(key=lambda question: met[question.pk])
            drawn |= {question.pk for question in members[:pick]}
        dealt = [each for each in self.questions if each.pool_id is None or each.pk in drawn]
        if self.quiz.shuffle_questions:
            rng.shuffle(dealt)
        return dealt


@dataclass(slots=True)
class Sat:
    """What one person has done so far, nothing of it stored."""

    user: User
    rng: random.Random
    attempts: list[Attempt] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    met: Counter[int] = field(default_factory=Counter)

    def start(self, paper: Paper, now: datetime) -> tuple[Attempt, list[Answer]] | None:
        """A new attempt as dealt; None where the quiz allows none now, or asks nothing."""
        quiz = paper.quiz
        earlier = [each for each in self.attempts if each.quiz_id == quiz.pk]
        ends = [end for each in earlier if (end := each.submitted_at)]
        again = rules.again_at(ends, quiz.wait_first, quiz.wait_later)
        if rules.attempts_left(quiz.attempts_allowed, len(earlier)) == 0 or (again and again > now):
            return None
        questions = paper.deal(self.met, self.rng)
        if not questions:
            return None
        time = rules.window(now, quiz.time_limit, Decimal(1), quiz.overdue, quiz.grace)
        attempt = Attempt(
            quiz=quiz,
            user=self.user,
            number=len(earlier) + 1,
            pass_mark=quiz.pass_mark,
            started_at=now,
            deadline=time.deadline,
            closes_at=time.closes_at,
            overdue=quiz.overdue,
            is_first=not earlier,
        )
        answers = []
        for slot, question in enumerate(questions, 1):
            self.met[question.pk] += 1
            version = _current(question)
            version.question = question
            dealt = kind(version.kind).deal(version.content, self.rng, quiz.shuffle_choices)
            answers.append(Answer(attempt=attempt, slot=slot, version=version, dealt=dealt))
        return attempt, answers

    def hand_in(self, attempt: Attempt, answers: list[Answer], at: datetime) -> None:
        """Grade the attempt with these answers, all of its own, and keep it."""
        for answer in answers:
            if answer.response:
                answer.revision, answer.saved_at = 1, at
        grade = grading.grade([attempts.gradable(answer) for answer in answers])
        for answer, fraction in zip(answers, grade.fractions, strict=True):
            answer.fraction = attempts.storable(fraction)
        attempt.state, attempt.submitted_at = Attempt.State.SUBMITTED, at
        attempt.score = attempts.storable(grade.score)
        attempt.percent = grading.percent(grade.score, attempt.pass_mark)
        attempt.passed = grading.passed(grade.score, attempt.pass_mark)
        self.attempts.append(attempt)
        self.answers += answers

    def review(self, question: Question, now: datetime) -> Review:
        """A question asked once more, as dealt."""
        version = _current(question)
        dealt = kind(version.kind).deal(version.content, self.rng, True)
        return Review(user=self.user, version=version, dealt=dealt, asked_at=now)

    def answer(self, review: Review, response: Response, now: datetime) -> None:
        """Grade an answered review, and keep it."""
        given = Answer(slot=1, version=review.version, dealt=review.dealt, response=response)
        grade = grading.grade([attempts.gradable(given)])
        review.response, review.answered_at = response, now
        review.fraction = attempts.storable(grade.fractions[0])
        self.reviews.append(review)


def _current(question: Question) -> QuestionVersion:
    version = question.current
    assert version is not None  # noqa: S101 - for the type checker: a paper has no others
    return version


def store(people: Iterable[Sat]) -> None:
    """Store what people who had done nothing before have done, in one transaction."""
    people = list(people)
    users = [each.user.pk for each in people]
    by_quiz: dict[Quiz, list[int]] = defaultdict(list)
    for each in people:
        for attempt in each.attempts:
            by_quiz[attempt.quiz].append(each.user.pk)
    with transaction.atomic():
        Attempt.objects.bulk_create([row for each in people for row in each.attempts])
        Answer.objects.bulk_create([row for each in people for row in each.answers])
        Review.objects.bulk_create([row for each in people for row in each.reviews])
        for quiz, theirs in by_quiz.items():
            attempts.settle_grades(quiz, theirs)
        cards.rebuild(users)
