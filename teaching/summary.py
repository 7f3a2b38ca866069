"""The weekly summary of a class, for each of its instructors: written on Mondays, by the class's
clock.

A week goes from Monday to Monday, midnight where the class is; it may have an hour more or less.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, Max, OuterRef, Q
from django.utils.formats import date_format

from quizzes.display import title_of
from quizzes.models import Answer, Attempt, QuestionVersion

from .due import overdue_counts
from .facts import Sight, Sums, sums
from .models import Assignment, Classroom, Message, Seat
from .outbox import one_line
from .risk import Signs, signs_of

FROM = time(7)  # on Mondays, where the class is
NAMED = 10  # people or lessons; of more their number
FEWEST = 3  # answers that make a question the hardest
LONGEST_TITLE = 100

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a class that is over."""

    monday: date  # the first day after it
    begin: datetime
    end: datetime


def week_of(classroom: Classroom, now: datetime) -> Week | None:
    """The week to sum up; None on a Monday before seven."""
    local = now.astimezone(classroom.zone)
    monday = local.date() - timedelta(days=local.weekday())
    if now < datetime.combine(monday, FROM, classroom.zone):
        return None
    end = datetime.combine(monday, time(), classroom.zone)
    return Week(monday, datetime.combine(monday - WEEK, time(), classroom.zone), end)


# Writing ------------------------------------------------------------------------------------------


def write_due(now: datetime, said: Callable[[str], None] = lambda _name: None) -> int:
    """Write the summaries of last week that nobody wrote yet, to be sent; how many.

    To instructors who want them, of classes that run and have learners. Once for a week and a
    seat, however often and by how many it is called. `said` hears each class that got some.
    """
    learners = Seat.objects.current().learners().filter(classroom=OuterRef("pk"))
    written = 0
    for classroom in Classroom.objects.running().filter(Exists(learners)).order_by("pk"):
        week = week_of(classroom, now)
        if week is None or classroom.made_at >= week.end:
            continue
        there = Message.objects.filter(
            seat=OuterRef("pk"), kind=Message.Kind.SUMMARY, week=week.monday
        )
        wanting = (
            classroom.seats.current()
            .instructors()
            .filter(~Exists(there), wants_mail=True, user__is_active=True, joined_at__lt=week.end)
        )
        seats = list(wanting.order_by("pk"))
        if not seats:
            continue
        subject, text = summary(classroom, week, now)
        Message.objects.bulk_create(
            [
                Message(
                    seat=seat,
                    kind=Message.Kind.SUMMARY,
                    subject=subject,
                    text=text,
                    week=week.monday,
                    made_at=now,
                )
                for seat in seats
            ],
            ignore_conflicts=True,  # another process was quicker
        )
        written += len(seats)
        said(classroom.name)
    return written


# What it says -------------------------------------------------------------------------------------


def summary(classroom: Classroom, week: Week, now: datetime) -> tuple[str, str]:
    """Subject and text. The same number of queries, whatever the size of the class."""
    facts = _Facts(classroom, week, now)
    text = "\n\n".join("\n".join(part) for part in facts.parts() if part)
    first = date_format(facts.local(week.begin), "F j")
    subject = f"Week of {first}: {facts.headline} · {one_line(classroom.name)}"
    return subject[:150], text[:5000]


class _Facts:
    """What happened in a week, read in a few grouped queries."""

    def __init__(self, classroom: Classroom, week: Week, now: datetime) -> None:
        self.classroom, self.week, self.now = classroom, week, now
        self.sight = Sight(classroom)
        seats = classroom.seats.learners()
        self.seats = list(seats.current().select_related("user"))
        self.joined = sum(week.begin <= seat.joined_at < week.end for seat in self.seats)
        self.left = seats.filter(left_at__gte=week.begin, left_at__lt=week.end).count()
        self.sums = sums(self.sight, (week.begin, week.end))
        done = [each.done_by for each in self.sums.values()]
        self.done = sum(after - before for before, after in done)
        self.overdue = overdue_counts(self.sight, now)
        taken = self.attempts().aggregate(count=Count("pk"), mean=Avg("percent"))
        self.taken, self.mean = taken["count"], taken["mean"]

    def attempts(self) -> Any:
        """The attempts that the learners handed in in the week."""
        return Attempt.objects.finished().filter(
            user__in=self.sight.seats.values("user"),
            quiz__lesson__in=[lesson.pk for lesson in self.sight.lessons],
            submitted_at__gte=self.week.begin,
            submitted_at__lt=self.week.end,
        )

    def local(self, moment: datetime) -> datetime:
        """By the clock of the class."""
        return moment.astimezone(self.classroom.zone)

    @property
    def headline(self) -> str:
        """The week in a few words."""
        if not (self.done or self.taken):
            return "a quiet week"
        return f"{_many(self.done, 'lesson')} done, {_many(self.taken, 'quiz', 'quizzes')} taken"

    def parts(self) -> Iterable[list[str]]:
        """The paragraphs, each as its lines; empty ones are left out."""
        yield self.happened()
        yield self.attention()
        yield self.due()
        yield self.hardest()

    def happened(self) -> list[str]:
        """What was done, and who came and went."""
        last = date_format(self.local(self.week.end) - timedelta(days=1), "F j")
        first = date_format(self.local(self.week.begin), "F j")
        came = [
            *([f"{_many(self.joined, 'learner')} joined"] if self.joined else []),
            *([f"{_many(self.left, 'learner')} left"] if self.left else []),
        ]
        if not (self.done or self.taken or came):
            return [f"A quiet week ({first} to {last}): no lesson was done and no quiz taken."]
        lines = [
            f"{first} to {last}, {_many(len(self.seats), 'learner')}:",
            f"- Lessons done: {self.done}",
            f"- Quizzes taken: {self.taken}"
            + (f", on average {self.mean:.0f} %" if self.mean is not None else ""),
        ]
        return [*lines, *([f"- {' and '.join(came)}"] if came else [])]

    def attention(self) -> list[str]:
        """Who is at risk and why, and how many show a single sign."""
        signs = self.signs()
        found = [(seat, each) for seat, each in signs if each.is_at_risk]
        found.sort(key=lambda row: row[1].rank, reverse=True)
        lines = [
            f"- {one_line(seat.user.display_name)}: {each.words}" for seat, each in found[:NAMED]
        ]
        more = len(found) - NAMED
        single = sum(bool(each.shown) for _, each in signs) - len(found)
        return [
            *(["At risk:", *lines] if lines else []),
            *([f"- and {more:,} more"] if more > 0 else []),
            *([f"With one sign to look after: {_many(single, 'learner')}."] if single else []),
        ]

    def signs(self) -> list[tuple[Seat, Signs]]:
        """The signs of each learner (`teaching.risk` has the rules)."""
        return [
            (
                seat,
                signs_of(
                    self.sums.get(seat.user_id, Sums()),
                    self.classroom.expects_from(seat),
                    len(self.sight.lessons),
                    self.overdue.get(seat.user_id, 0),
                    self.now,
                ),
            )
            for seat in self.seats
        ]

    def due(self) -> list[str]:
        """What is overdue, and what is due in the week that begins."""
        behind = sum(1 for count in self.overdue.values() if count)
        coming = (
            Assignment.objects.filter(
                classroom=self.classroom,
                due_at__gte=self.week.end,
                due_at__lt=self.week.end + WEEK,
                lesson__in=[lesson.pk for lesson in self.sight.lessons],
            )
            .select_related("lesson")
            .order_by("due_at", "pk")[: NAMED + 1]
        )
        lines = [
            f"- {_short(each.lesson.title)}: {date_format(self.local(each.due_at), 'l, F j, H:i')}"
            for each in coming
            if each.due_at
        ]
        if len(lines) > NAMED:
            lines[NAMED:] = ["- and more"]
        late = []
        if behind:
            count = sum(self.overdue.values())
            late = [
                f"Behind: {_many(behind, 'learner')}, with {_many(count, 'assignment')} overdue."
            ]
        return [*late, *(["Due this week:", *lines] if lines else [])]

    def hardest(self) -> list[str]:
        """The question that was answered wholly right least often in the week."""
        rows = (
            Answer.objects.filter(attempt__in=self.attempts())
            .order_by()
            .values("version__question")
            .annotate(
                count=Count("pk"),
                right=Count("pk", filter=Q(fraction=1)),
                newest=Max("version"),
            )
            .filter(count__gte=FEWEST)
        )
        worst = min(
            rows, key=lambda row: (row["right"] / row["count"], row["newest"]), default=None
        )
        if worst is None or worst["right"] == worst["count"]:
            return []
        version = QuestionVersion.objects.select_related("question__quiz__lesson").get(
            pk=worst["newest"]
        )
        return [
            f"Hardest question: “{_short(title_of(version))}” in "
            f"“{_short(version.question.quiz.lesson.title)}”, wholly right in {worst['right']} of "
            f"{worst['count']} answers."
        ]


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def _short(text: str) -> str:
    """On one line, and not too long for a list."""
    text = one_line(text)
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"
