"""What happened with one learner in a class, newest first, from all the tables that know of it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import (
    Count,
    F,
    Max,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, TruncDate

from lessons.models import Lesson, LessonProgress
from quizzes.models import MarkChange, Review

from .facts import Sight
from .learner import sight_of
from .models import Message, Seat, SeatRecord
from .work import attempts_of, courses_of, kept_of

PER_PAGE = 50
# The columns that all rows have in common; what they mean, each kind says for itself.
COLUMNS = ["event", "moment", "link", "topic", "words", "amount"]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of it."""

    event: str  # joined, left, read, begun, submitted, reviews, message, note, change
    moment: datetime
    link: str  # the public id of an attempt
    topic: str  # a lesson’s title, a subject, an author’s name
    words: str  # a score in percent, what was written
    amount: str  # the number of an attempt or a question, how many reviews, the kind of a message


def timeline(seat: Seat, zone: tzinfo) -> QuerySet[Any]:
    """Rows of `COLUMNS`, newest first: one query for a page of them, one for how many there are.

    Days of reviews are those of the time zone. What came after the learner left is not there; the
    instructors' notes, messages and changes of marks are.
    """
    first: QuerySet[Any]
    first, *others = [
        _joined(seat),
        _left(seat),
        _read(seat),
        _begun(seat),
        _submitted(seat),
        _reviews(seat, zone),
        _messages(seat),
        _notes(seat),
        _changes(seat),
    ]
    rows: QuerySet[Any] = first.union(*others, all=True)
    ordered: QuerySet[Any] = rows.order_by("-moment", "-event", "-link")
    return ordered


def _rows(rows: QuerySet[Any], event: str, at: Any, **columns: Any) -> QuerySet[Any]:
    """These rows in the common columns; those not given are empty."""
    whole = rows.order_by().annotate(
        event=Value(event, output_field=TextField()),
        moment=at,
        **{name: Cast(columns.get(name, Value("")), TextField()) for name in COLUMNS[2:]},
    )
    listed: QuerySet[Any] = whole.values_list(*COLUMNS)
    return listed


def _joined(seat: Seat) -> QuerySet[Any]:
    return _rows(Seat.objects.filter(pk=seat.pk), "joined", F("joined_at"))


def _left(seat: Seat) -> QuerySet[Any]:
    return _rows(Seat.objects.filter(pk=seat.pk).former(), "left", F("left_at"))


def _read(seat: Seat) -> QuerySet[Any]:
    """Lessons read to the end, when first; of the published lessons, as everywhere."""
    sight: Sight = sight_of(seat)
    rows: QuerySet[Any]
    if sight.is_kept:
        rows = SeatRecord.objects.filter(seat=seat)
    else:
        rows = LessonProgress.objects.filter(user=seat.user_id)
    here = Lesson.objects.published().filter(module__course__in=courses_of(seat.classroom))
    rows = rows.filter(lesson__in=here.order_by().values("pk"))
    return _rows(rows.exclude(read_at=None), "read", F("read_at"), topic=F("lesson__title"))


def _begun(seat: Seat) -> QuerySet[Any]:
    return _rows(
        attempts_of(seat),
        "begun",
        F("started_at"),
        link=F("public_id"),
        topic=F("quiz__lesson__title"),
        amount=F("number"),
    )


def _submitted(seat: Seat) -> QuerySet[Any]:
    return _rows(
        attempts_of(seat).finished().exclude(submitted_at=None),
        "submitted",
        F("submitted_at"),
        link=F("public_id"),
        topic=F("quiz__lesson__title"),
        words=F("percent"),
        amount=F("number"),
    )


def _reviews(seat: Seat, zone: tzinfo) -> QuerySet[Any]:
    """A row a day: when the last was answered, and how many."""
    before = Q(answered_at__lt=seat.until, version__question__quiz__lesson__in=kept_of(seat))
    rows = Review.objects.filter(
        before if seat.until else Q(answered_at__isnull=False),
        user=seat.user_id,
        version__question__quiz__lesson__module__course__in=courses_of(seat.classroom),
    )
    days = rows.order_by().values(day=TruncDate("answered_at", tzinfo=zone))
    return _rows(days, "reviews", Max("answered_at"), amount=Count("pk"))


def _messages(seat: Seat) -> QuerySet[Any]:
    rows = seat.messages.exclude(kind=Message.Kind.SUMMARY)
    name = Coalesce(F("sender__name"), Value(""))
    return _rows(rows, "message", F("made_at"), topic=F("subject"), words=name, amount=F("kind"))


def _notes(seat: Seat) -> QuerySet[Any]:
    name = Coalesce(F("author__name"), Value(""))
    return _rows(seat.notes.all(), "note", F("made_at"), topic=name, words=F("text"))


def _changes(seat: Seat) -> QuerySet[Any]:
    rows = MarkChange.objects.filter(answer__attempt__in=attempts_of(seat).order_by().values("pk"))
    return _rows(
        rows,
        "change",
        F("made_at"),
        link=F("answer__attempt__public_id"),
        topic=F("answer__attempt__quiz__lesson__title"),
        words=F("reason"),
        amount=F("answer__slot"),
    )
