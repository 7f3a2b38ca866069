"""How made-up learners behave: names, habits, and what they answer. Knows no Django.

Everything follows from a seed. Whether an answer is right is decided by a two-parameter item
response model: P = 1 / (1 + exp(-a (θ - b))), with the learner's ability θ and the question's
difficulty b (Birnbaum, in Lord & Novick, “Statistical Theories of Mental Test Scores”, 1968).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from quizzes.kinds import Dealt, Response, kind
from quizzes.kinds.base import Content

WEEKS = 10  # that the world goes back
MARK = " (simulated)"
DISCRIMINATION = 1.4  # a
LEARNT = 0.7  # what θ gains from each attempt at the same quiz
REVIEWED = 0.8  # and from having met a question when it comes back
STUCK = -2.5  # and loses at the quiz at which somebody is stuck
MOST_TRIES = 4
PREFERRED = 0.65  # how often a wrong answer is the one that tempts most
BLANK = 0.12  # how often it is none at all

GIVEN = (
    "Amina", "Bruno", "Chiara", "Dmitri", "Élodie", "Fatuma", "Grzegorz", "Hanna", "Ivo", "Jamila",
    "Kenji", "Leila", "Mateo", "Ngozi", "Oscar", "Priyanka", "Quentin", "Rosa", "Søren", "Thandiwe",
    "Ulrike", "Viktor", "Wiremu", "Ximena", "Yusuf", "Zsófia", "Aoife", "Björn", "Camila", "Đorđe",
)  # fmt: skip
FAMILY = (
    "Abara", "Bianchi", "Castillo", "Dvořák", "Eriksson", "Fernandes", "Grünwald", "Haddad",
    "Ivanova", "Johansson", "Kowalczyk", "Lindqvist", "Mbeki", "Nakamura", "O’Brien", "Petrov",
    "Quispe", "Rahman", "Suzuki", "Tamatea", "Ueda", "Vasquez", "Weber", "Yılmaz", "Zhukova",
)  # fmt: skip
# Names that a page must bear as well: other scripts, one word, very long ones.
WHOLE = (
    "ليلى الحسن",
    "王小明",
    "Nguyễn Thị Minh Khai",
    "Олександра Шевченко",
    "Δέσποινα Παπαδοπούλου",
    "अनन्या शर्मा",
    "Maximiliane Hildegard Freifrau von Hohenstein-Wackerbarth zu Lauenburg",
    "김서연",
    "עדי כהן",
    "Suharto",
    "محمد عبد الرحمن بن يوسف الأندلسي",
    "李娜",
)


class Habit(StrEnum):
    """How somebody goes about a course."""

    STEADY = "steady"  # a lesson a week
    QUICK = "quick"  # ahead of the class
    SLOW = "slow"  # behind it
    CRAMS = "crams"  # nothing for weeks, then all at once
    QUITS = "quits"  # stops after the third week
    STUCK = "stuck"  # keeps failing one quiz
    ABSENT = "absent"  # never begins


# Of forty learners.
SHARES = {
    Habit.STEADY: 17,
    Habit.QUICK: 5,
    Habit.SLOW: 5,
    Habit.CRAMS: 4,
    Habit.QUITS: 4,
    Habit.STUCK: 3,
    Habit.ABSENT: 2,
}
SPEED = {Habit.QUICK: 1.5, Habit.SLOW: 0.55}
ABILITY = {Habit.QUICK: 1.8, Habit.SLOW: 0.4, Habit.QUITS: 0.5, Habit.STUCK: 0.1}


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who does not exist."""

    number: int
    name: str  # says that they don't
    habit: Habit
    ability: float  # θ
    hour: float  # when they usually sit down, of their day
    weekday: float  # and how far into the week
    reviews: bool
    rng: random.Random


def chance(*seed: object) -> random.Random:
    """The same numbers each time for the same seed."""
    return random.Random(":".join(map(str, seed)))  # noqa: S311 - nothing secret hangs on it


def learners(seed: int, count: int) -> list[Learner]:
    """So many learners, the same for the same seed; all habits are there from seven on."""
    rng = chance(seed, count)
    habits = _habits(count)
    rng.shuffle(habits)
    names = _names(rng, count)
    return [
        Learner(
            number=number,
            name=f"{name}{MARK}",
            habit=habit,
            ability=rng.gauss(ABILITY.get(habit, 1.2), 0.7),
            hour=rng.choice((8.5, 10.0, 14.0, 16.5, 19.0, 20.5)),
            weekday=rng.uniform(0, 4),
            reviews=habit in {Habit.QUICK, Habit.STEADY} and rng.random() < 0.4,
            rng=chance(seed, count, number),
        )
        for number, (name, habit) in enumerate(zip(names, habits, strict=True), 1)
    ]


def _habits(count: int) -> list[Habit]:
    """As many of each as its share, by largest remainders; each once before any twice."""
    total = sum(SHARES.values())
    counts = dict.fromkeys(SHARES, 0)

    def wanting(habit: Habit) -> tuple[bool, float]:
        return not counts[habit], SHARES[habit] * count / total - counts[habit]

    for _ in range(count):
        counts[max(SHARES, key=wanting)] += 1
    return [habit for habit, times in counts.items() for _ in range(times)]


def _names(rng: random.Random, count: int) -> list[str]:
    """A fifth of them of the kind that breaks pages; no two the same."""
    names = list(rng.sample(WHOLE, min(len(WHOLE), max(1, count // 5))))
    while len(names) < count:
        name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
        if name in names:
            name = f"{rng.choice(GIVEN)}-{name} {len(names)}"
        names.append(name)
    rng.shuffle(names)
    return names


# What they do when --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A lesson that somebody opened."""

    lesson: int  # its place in the course
    opened_at: datetime
    read_at: datetime | None
    quiz_at: datetime | None  # when they begin its quiz


def readings(learner: Learner, lessons: int, now: datetime, zone: tzinfo) -> list[Reading]:
    """What the learner read in the weeks before `now`, in order; nothing after it."""
    rows = []
    for lesson, at in enumerate(_beginnings(learner, lessons, now, zone)):
        minutes = learner.rng.uniform(9, 28)
        finishes = learner.rng.random() < (0.85 if learner.habit == Habit.SLOW else 0.985)
        read_at = at + timedelta(minutes=minutes)
        quiz_at = read_at + timedelta(minutes=learner.rng.choice((2, 3, 5, 30)))
        takes_quiz = finishes and learner.rng.random() < 0.97
        if at >= now:
            break
        rows.append(
            Reading(
                lesson,
                at,
                read_at if finishes and read_at < now else None,
                quiz_at if takes_quiz and quiz_at < now - timedelta(minutes=20) else None,
            )
        )
    return rows


def _beginnings(learner: Learner, lessons: int, now: datetime, zone: tzinfo) -> list[datetime]:
    """When the learner opens each lesson of the course, as far as they get."""
    if learner.habit == Habit.ABSENT:
        return []
    begin = now - timedelta(weeks=WEEKS)
    days = WEEKS * 7 / max(lessons, 1)  # the class's time for a lesson
    moments: list[datetime] = []
    for lesson in range(lessons):
        day = lesson * days / SPEED.get(learner.habit, 1.0) + learner.weekday
        day += learner.rng.uniform(0, 2)
        if learner.habit == Habit.CRAMS:
            # In the last days before each third of the weeks is over.
            third = WEEKS * 7 / 3
            day = (lesson * days // third + 1) * third - learner.rng.uniform(0.2, 1.5)
        if learner.habit == Habit.QUITS and day > 21:
            break
        at = _sits_down(learner, begin + timedelta(days=day), zone)
        if moments and at <= moments[-1] + timedelta(minutes=45):
            at = moments[-1] + timedelta(minutes=45 + learner.rng.uniform(5, 40))
        moments.append(at)
    return moments


def _sits_down(learner: Learner, day: datetime, zone: tzinfo) -> datetime:
    """The moment near this day when the learner sits down: their hour, mostly a school day."""
    local = day.astimezone(zone)
    if local.weekday() >= 5 and learner.rng.random() < 0.85:
        local += timedelta(days=7 - local.weekday())
    hour = min(max(learner.hour + learner.rng.gauss(0, 0.9), 6.5), 22.5)
    midnight = datetime.combine(local.date(), time(), zone)
    return midnight + timedelta(hours=hour)


def retries_at(learner: Learner, tries: int, handed_in: datetime) -> datetime | None:
    """When the learner tries a quiz again that they have failed so often; None: they leave it."""
    chance = 1.0 if learner.habit == Habit.STUCK else 0.95 - 0.2 * (tries - 1)
    if tries >= MOST_TRIES or learner.rng.random() > chance:
        return None
    if learner.rng.random() < 0.6:
        return handed_in + timedelta(minutes=learner.rng.uniform(3, 35))
    return handed_in + timedelta(hours=learner.rng.uniform(16, 30))


def minutes_for(learner: Learner, questions: int, limit: int | None) -> float:
    """How long the learner takes over so many questions, within the limit of the quiz."""
    minutes = questions * learner.rng.uniform(0.4, 1.1)
    return min(minutes, limit * 0.95) if limit else minutes


# What they answer ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taste:
    """What a question does to everybody: how hard it is, and which mistake it invites."""

    difficulty: float  # b
    lure: float  # 0..1: which of the wrong answers tempts most


def taste(seed: int, key: str) -> Taste:
    """Of the question with this key; one in eight is much harder than it should be."""
    rng = chance(seed, key)
    hard = 1.6 if rng.random() < 1 / 8 else 0.0
    return Taste(rng.gauss(-0.1, 0.7) + hard, rng.random())


def knows(learner: Learner, question: Taste, gained: float) -> bool:
    """Whether the learner answers it rightly."""
    distance = learner.ability + gained - question.difficulty
    return learner.rng.random() < 1 / (1 + math.exp(-DISCRIMINATION * distance))


def respond(
    learner: Learner, question: Taste, version: tuple[str, Content, Dealt], gained: float
) -> Response:
    """What the learner answers to a version (its kind, content, and how it was dealt)."""
    name, content, dealt = version
    key = kind(name).key(content, dealt)
    if knows(learner, question, gained):
        return key
    if learner.rng.random() < BLANK:
        return {}
    lure = question.lure if learner.rng.random() < PREFERRED else learner.rng.random()
    return _wrong(name, content, dealt, key, lure)


def _wrong(name: str, content: Content, dealt: Dealt, key: Response, lure: float) -> Response:
    """A mistake; which one, `lure` says. Always the same for everybody with the same lure."""
    if "positions" in key:
        return _wrong_choice(content, dealt, key["positions"], lure)
    if "value" in key:
        return {"value": not key["value"]}
    if "text" in key:
        return {"text": _wrong_text(key["text"], lure)}
    if "gaps" in key:
        missed = int(lure * len(key["gaps"]))
        return {"gaps": [{} if n == missed else gap for n, gap in enumerate(key["gaps"])]}
    for part in ("options", "places"):
        if part in key:
            places = list(key[part])
            n = int(lure * (len(places) - 1))
            other = (n + 1) % len(places)
            places[n], places[other] = places[other], places[n]
            return {part: places}
    return {}


def _wrong_choice(content: Content, dealt: Dealt, right: Sequence[int], lure: float) -> Response:
    """One wrong choice in the place of a right one; the lure is meant by authored order."""
    wrong = sorted(set(range(len(dealt))) - set(right), key=lambda place: dealt[place])
    kept = list(right)[1:]
    if not wrong:
        return {"positions": kept}
    return {"positions": sorted([*kept, wrong[int(lure * len(wrong))]])}


def _wrong_text(right: str, lure: float) -> str:
    """A number off by a usual slip, or words that are none."""
    try:
        number = float(right)
    except ValueError:
        return ("I am not sure", "the model", "a parameter")[int(lure * 3)]
    return f"{number * (10, 0.1, 2, 0.5)[int(lure * 4)] or 1:.6g}"
