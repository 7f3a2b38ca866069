"""Times by the clock on a wall, and the moments they stand for. Knows no Django.

A due date is meant where the class is. Once a year its clocks are put forward, and some times do
not exist; once they are put back, and some come twice (PEP 495 calls the second one fold 1).
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import ceil, floor


class NoSuchTime(ValueError):  # noqa: N818 - what is wrong with the time, in the user's words
    """The clocks jump over this time: from `jumps_from` to `jumps_to`, both by the clock."""

    def __init__(self, jumps_from: datetime, jumps_to: datetime) -> None:
        self.jumps_from, self.jumps_to = jumps_from, jumps_to
        # A place that moves over the date line skips a whole day.
        form = "%H:%M" if jumps_from.date() == jumps_to.date() else "%B %-d, %H:%M"
        super().__init__(
            f"This time does not exist on {jumps_from:%B %-d, %Y}: the clocks are put forward "
            f"from {jumps_from:{form}} to {jumps_to:{form}}."
        )


def _moments(naive: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The time in UTC by the clock's offset before a change and by the one after it."""
    if naive.tzinfo is not None:
        raise ValueError("a time by the clock has no zone of its own")
    first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def to_local(moment: datetime, zone: tzinfo) -> datetime:
    """What the clock shows at this moment: without a zone, and the same for both of two folds."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def to_utc(naive: datetime, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which the clock shows this time.

    Of a time that comes twice the later one, so that nobody is cheated of an hour. Raises
    NoSuchTime for one that the clocks jump over, ValueError for a time with a zone.
    """
    moments = _moments(naive, zone)
    naive = naive.replace(fold=0)
    matching = [moment for moment in moments if to_local(moment, zone) == naive]
    if not matching:
        raise NoSuchTime(*_jump(*moments, zone))
    return max(matching)


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day.

    That is midnight; the first of two; and where the clocks jump over it, the moment they do.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def week_borders(first: date, zone: tzinfo, now: datetime, most: int) -> list[datetime]:
    """Where weeks begin, counted from this day, and last of all `now`: at most so many moments.

    Of a longer time every second week, or third. Empty where the first day has not begun.
    """
    if day_start(first, zone) >= now:
        return []
    days = (now.astimezone(zone).date() - first).days
    step = timedelta(weeks=days // (7 * (most - 1)) + 1)
    borders: list[datetime] = []
    while (border := day_start(first + len(borders) * step, zone)) < now:
        borders.append(border)
    return [*borders, now]


def comes_twice(naive: datetime, zone: tzinfo) -> bool:
    """Whether the clock shows this time at two moments."""
    first, second = _moments(naive, zone)
    return first < second


def rezoned(moment: datetime, old: tzinfo, new: tzinfo) -> datetime:
    """The moment at which the clock of another zone shows the same time; in UTC.

    For the due dates of a class that moves: 23:59 stays 23:59. A time that does not exist there
    is put forward by as much as the clocks are.
    """
    naive = to_local(moment, old)
    try:
        return to_utc(naive, new)
    except NoSuchTime:
        before_the_jump, _ = _moments(naive, new)
        return before_the_jump


def _jump(late: datetime, early: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """What the clock shows before and after the change between two moments.

    Found by halving, to the second: a zone does not tell when its offset changes.
    """

    def clock(second: int) -> datetime:
        return datetime.fromtimestamp(second, zone)

    low, high = floor(early.timestamp()), ceil(late.timestamp())
    before = clock(low).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if clock(middle).utcoffset() == before else (low, middle)
    return clock(low).replace(tzinfo=None) + timedelta(seconds=1), to_local(clock(high), zone)
