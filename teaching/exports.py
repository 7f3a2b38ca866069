"""A report as a file: a table with headings, as CSV or XLSX, safe to open in a spreadsheet.

Text is guarded against programs that see formulas in it. Times are those of the person who asks.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook

from .spreadsheet import guarded

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
AT_ONCE = 50  # lines sent together
NARROW, WIDE = 12, 28  # characters


@dataclass(frozen=True)
class Table:
    """What a file holds. Values are text, numbers, moments, days, and None where there is nothing.

    `rows` may be made while they are read. `name`: what the file is called, beside the class.
    """

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]
    wide: frozenset[int] = frozenset({0, 1})  # columns of long text


class _Echo:
    """What a CSV writer writes to; it hands every line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(table: Table, zone: tzinfo) -> Iterator[str]:
    """The file in parts (RFC 4180, UTF-8 with a byte-order mark, for Excel), row by row.

    Times are of this zone: when the parts are asked for, nobody's zone is active any more.
    """
    write: Callable[[list[Any]], Any] = csv.writer(_Echo()).writerow
    yield BOM + write([guarded(text) for text in table.head])
    some: list[str] = []
    for row in table.rows:
        some.append(write([_in_csv(value, zone) for value in row]))
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


def as_xlsx(table: Table, zone: tzinfo) -> IO[bytes]:
    """The file, open at its beginning; written row by row, so that memory does not grow with it."""
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book = Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(table.name.capitalize()[:31])
    for column in range(len(table.head)):
        sheet.set_column(column, column, WIDE if column in table.wide else NARROW)
    sheet.freeze_panes(1, 1)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, text in enumerate(table.head):
        sheet.write_string(0, column, text, bold)
    for number, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            # A cell of text is never a formula here, whatever it begins with.
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, datetime):
                local = value.astimezone(zone).replace(tzinfo=None, microsecond=0)
                sheet.write_datetime(number, column, local)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, datetime.combine(value, time()), day)
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(number, column, float(value))
    book.close()
    file.seek(0)
    return file


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, and what makes its content."""

    media_type: str
    content: Callable[[Table, tzinfo], Any]


KINDS = {
    "csv": Kind("text/csv; charset=utf-8", as_csv),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
