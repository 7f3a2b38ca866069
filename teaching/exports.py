"""The progress of a class as a file: exactly the learners, lessons and order that a page shows.

A lesson has two columns, its state and the score, whose headings hold title and slug: two lessons
of the same title keep two columns. Text is guarded against programs that see formulas in it.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from tempfile import TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook

from .matrix import WORDS, Matrix, Row
from .spreadsheet import guarded

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
AT_ONCE = 50  # lines sent together
WIDTHS = {0: 28, 1: 32, 5: 18, 6: 18}


def headings(matrix: Matrix, zone: tzinfo) -> list[str]:
    """What stands above the columns."""
    people = ["Learner", "E-mail address", "Lessons done", "Lessons", "Mean score (%)"]
    times = [f"Last active ({zone})", f"Joined ({zone})"]
    lessons = []
    for lesson in matrix.lessons:
        lessons += [f"{lesson.title} [{lesson.slug}]"]
        lessons += [f"{lesson.title} [{lesson.slug}] score (%)"] if lesson.has_quiz else []
    return [*people, *times, *lessons]


def line(matrix: Matrix, row: Row) -> list[Any]:
    """A learner's values: text, numbers, moments, and None where there is nothing."""
    mean = None if row.sums.mean is None else round(row.sums.mean, 2)
    values = [
        row.seat.user.display_name,
        row.seat.user.email,
        row.sums.done,
        len(matrix.lessons),
        mean,
        row.sums.last_active,
        row.seat.joined_at,
    ]
    for cell, lesson in zip(row.cells, matrix.lessons, strict=True):
        values.append(WORDS[cell.state(lesson.has_quiz)])
        if lesson.has_quiz:
            values.append(cell.percent)
    return values


class _Echo:
    """What a CSV writer writes to; it hands every line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(matrix: Matrix, zone: tzinfo) -> Iterator[str]:
    """The file in parts (RFC 4180, UTF-8 with a byte-order mark, for Excel), learner by learner.

    Times are of this zone: when the parts are asked for, nobody's zone is active any more.
    """
    write: Callable[[list[Any]], Any] = csv.writer(_Echo()).writerow
    yield BOM + write([guarded(text) for text in headings(matrix, zone)])
    some: list[str] = []
    for row in matrix.rows(matrix.seats):
        some.append(write([_in_csv(value, zone) for value in line(matrix, row)]))
        if len(some) == AT_ONCE:
            yield "".join(some)
            some = []
    yield "".join(some)


def _in_csv(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    return value


def as_xlsx(matrix: Matrix, zone: tzinfo) -> IO[bytes]:
    """The file, open at its beginning; written row by row, so that memory does not grow with it."""
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book = Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("Progress")
    for column, width in WIDTHS.items():
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    bold = book.add_format({"bold": True})
    for column, text in enumerate(headings(matrix, zone)):
        sheet.write_string(0, column, text, bold)
    for number, row in enumerate(matrix.rows(matrix.seats), 1):
        for column, value in enumerate(line(matrix, row)):
            # A cell of text is never a formula here, whatever it begins with.
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, datetime):
                local = value.astimezone(zone).replace(tzinfo=None, microsecond=0)
                sheet.write_datetime(number, column, local)
            elif value is not None:
                sheet.write_number(number, column, value)
    book.close()
    file.seek(0)
    return file


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, and what makes its content."""

    media_type: str
    content: Callable[[Matrix, tzinfo], Any]


KINDS = {
    "csv": Kind("text/csv; charset=utf-8", as_csv),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
