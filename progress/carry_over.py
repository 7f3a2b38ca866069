"""What a reader did before they had an account, carried into it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lessons.models import Lesson, LessonProgress

MOST_ENTRIES = 1_000
# A browser's clock may be wrong: what it says of the past is believed for this long, no more.
OLDEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson as a browser remembers it."""

    slug: str
    heading: str
    fraction: float
    read: bool
    seen_at: datetime


def parse(text: str, now: datetime) -> list[Entry]:
    """The entries of a JSON list `[{lesson, heading, fraction, read, at}]`.

    Raises ValueError with a sentence for whatever is not that; a time to come becomes now.
    """
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise ValueError("That is not a list that this site wrote.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("That is not a list that this site wrote.")
    if len(rows) > MOST_ENTRIES:
        raise ValueError(f"There are more than {MOST_ENTRIES} entries.")
    return [_entry(row, now) for row in rows]


def _entry(row: dict[str, Any], now: datetime) -> Entry:
    slug, heading = row.get("lesson"), row.get("heading", "")
    fraction, at = row.get("fraction", 0), row.get("at")
    if not isinstance(slug, str) or not isinstance(heading, str) or "\0" in slug + heading:
        raise ValueError("An entry does not name its lesson.")
    if isinstance(fraction, bool) or not isinstance(fraction, int | float):
        raise ValueError(f"The place in {slug} is not a number.")
    if not 0 <= fraction <= 1:
        raise ValueError(f"The place in {slug} is not between 0 and 1.")
    seen = now
    if isinstance(at, int | float) and not isinstance(at, bool) and 0 < at / 1000 < 1e11:
        oldest = (now - OLDEST).timestamp()
        seen = datetime.fromtimestamp(
            min(max(at / 1000, oldest), now.timestamp()), tz=timezone.get_default_timezone()
        )
    return Entry(slug, heading[:200], float(fraction), row.get("read") is True, seen)


def carry_over(user: User, entries: list[Entry]) -> int:
    """Add what the account lacks; what it has stays as it is. Returns how many lessons were new.

    Repeating it changes nothing. A lesson that is not on the site is passed over.
    """
    by_slug = {entry.slug: entry for entry in entries}
    lessons = Lesson.objects.published().filter(slug__in=list(by_slug)).only("slug")
    rows = [
        LessonProgress(
            user=user,
            lesson=lesson,
            heading=by_slug[lesson.slug].heading,
            fraction=by_slug[lesson.slug].fraction,
            read_at=by_slug[lesson.slug].seen_at if by_slug[lesson.slug].read else None,
            seen_at=by_slug[lesson.slug].seen_at,
        )
        for lesson in lessons
    ]
    with transaction.atomic():
        before = user.lesson_progress.count()
        LessonProgress.objects.bulk_create(rows, ignore_conflicts=True)
        return user.lesson_progress.count() - before
