"""The class at a glance: what it comes to in figures, and who needs attention."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.formats import date_format

from . import due
from .charts import BarChart, LineChart, bar_chart, line_chart
from .facts import Sight, Sums, percent_done, sums
from .local_time import week_borders
from .models import Classroom, Seat
from .risk import NAMES, RISK_NAME, RISK_RULE, RULES, Sign, Signs, signs_of

ACTIVE = timedelta(days=7)
MOST_POINTS = 26  # of completion over time
STEP = 10  # percent, of the distribution of scores

AT_RISK = "risk"
LISTS = {AT_RISK: RISK_NAME, **{sign.value: name for sign, name in NAMES.items()}}
LIST_RULES = {AT_RISK: RISK_RULE, **{sign.value: rule for sign, rule in RULES.items()}}


def list_named(said: str | None) -> str:
    """The list that an address speaks of; that of those at risk where it names none."""
    return said if said in LISTS else AT_RISK


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner of a class: what they did there, and the signs read from it."""

    seat: Seat
    sums: Sums
    signs: Signs

    def weight(self, name: str) -> int:
        """How far up they are in one of LISTS, by the number behind it; 0: they are not."""
        return int(self.signs.is_at_risk) if name == AT_RISK else getattr(self.signs, Sign(name))


@dataclass(frozen=True)
class Glance:
    """A class at a moment: of an archived class the one at which it was archived."""

    classroom: Classroom
    now: datetime
    lessons: int
    learners: Sequence[Learner]  # those to look after first come first
    weeks: Sequence[datetime]  # borders, from the first day on; the last one is `now`
    sight: Sight

    @cached_property
    def lists(self) -> dict[str, list[Learner]]:
        """Who is in each of LISTS, those to look after first come first."""
        lists = {name: [each for each in self.learners if each.weight(name)] for name in LISTS}
        for name, learners in lists.items():
            learners.sort(key=lambda learner: learner.weight(name), reverse=True)
        return lists

    @property
    def done(self) -> float | None:
        """Of all lessons of all learners the share that is done, in percent."""
        return self._percent(learner.sums.done for learner in self.learners)

    @property
    def mean(self) -> float | None:
        """The mean of all final grades in percent; None: there is none."""
        graded = sum(learner.sums.graded for learner in self.learners)
        total = sum(
            learner.sums.mean * learner.sums.graded
            for learner in self.learners
            if learner.sums.mean is not None
        )
        return total / graded if graded else None

    @property
    def active(self) -> int:
        """How many visited a lesson or took a quiz in the last 7 days."""
        return sum(
            learner.sums.last_active is not None and learner.sums.last_active > self.now - ACTIVE
            for learner in self.learners
        )

    @property
    def completion(self) -> LineChart | None:
        """The share of lessons done over time. None: before the first day, or without lessons."""
        if len(self.weeks) < 2 or not self.lessons or not self.learners:
            return None
        first, last = self.weeks[0], self.weeks[-1]
        shares = [
            self._percent(
                learner.sums.done_by[n] if learner.sums.done_by else 0 for learner in self.learners
            )
            for n in range(len(self.weeks))
        ]
        return line_chart(
            self._week_labels,
            {"Lessons done": shares},
            top=100,
            places=[(moment - first) / (last - first) for moment in self.weeks],
        )

    @property
    def _week_labels(self) -> list[str]:
        """The days on which the weeks begin, with the year where there are several; then “now”."""
        days = [moment.astimezone(self.classroom.zone).date() for moment in self.weeks]
        form = "M j" if days[0].year == days[-1].year else "M j, Y"
        now = date_format(days[-1], form) if self.classroom.archived_at else "now"
        return [*(date_format(day, form) for day in days[:-1]), now]

    @property
    def scores(self) -> BarChart | None:
        """The final grades in steps of ten percent. None: there is none."""
        steps = _steps()
        counts = {
            name: sum(learner.sums.counts.get(name, 0) for learner in self.learners)
            for name in steps
        }
        if not any(counts.values()):
            return None
        borders = [str(border) for border in range(0, 101, STEP)]
        return bar_chart(list(counts.items()), borders=borders)

    def _percent(self, done: Iterable[int]) -> float | None:
        return percent_done(sum(done), len(self.learners) * self.lessons)


def glance(classroom: Classroom, now: datetime, *, charts: bool = True) -> Glance:
    """The class as it is now, or as it was when it was archived.

    Five queries, whatever the size. `charts`: whether to count what only they need.
    """
    now = min(now, classroom.archived_at or now)
    sight = Sight(classroom)
    weeks = week_borders(classroom.starts_on, classroom.zone, now, MOST_POINTS) if charts else []
    over = due.over(sight, now)
    reading = {"read in time": over.reading} if over.reading is not None else {}
    grades = {"passed in time": over.grades} if over.grades is not None else {}
    told = sums(
        sight,
        weeks,
        reading=reading,
        grades=grades | (_steps() if charts else {}),
    )
    learners = []
    for seat in sight.seats.select_related("user"):
        mine = told.get(seat.user_id, Sums())
        done = sum(mine.counts.get(name, 0) for name in (*reading, *grades))
        signs = signs_of(
            mine,
            classroom.expects_from(seat),
            len(sight.lessons),
            over.behind(seat.user_id, done),
            now,
        )
        learners.append(Learner(seat, mine, signs))
    learners.sort(key=lambda learner: (learner.seat.user.display_name.casefold(), learner.seat.pk))
    learners.sort(key=lambda learner: learner.signs.rank, reverse=True)
    return Glance(classroom, now, len(sight.lessons), learners, weeks, sight)


def _steps() -> dict[str, Q]:
    """The steps of the distribution of scores, each with the rule for its grades."""
    steps = {
        f"{low} to under {low + STEP} %": Q(percent__gte=low, percent__lt=low + STEP)
        for low in range(0, 100 - STEP, STEP)
    }
    return steps | {f"{100 - STEP} to 100 %": Q(percent__gte=100 - STEP)}
