"""A form field for a list that a person edits as the rows of a table: takeaways, choices, answers.

Without JavaScript there are three blank rows more than needed, and a row is removed by emptying it.
With it (`js/admin/rows.js`) rows are added, removed and moved by buttons.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

BLANK_ROWS = 3
MOST_ROWS = 200
NUMBERED = re.compile(r"-(\d{1,6})-")

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in each row, its heading, and how it is edited."""

    name: str
    label: str
    kind: str = "text"  # text, long (grows with its text) or check
    help: str = ""


class RowsWidget(forms.Widget):
    """The table. `errors` says what is wrong with a row, by its index."""

    def __init__(self, columns: Sequence[Column], noun: str = "row") -> None:
        super().__init__()
        self.columns = columns
        self.noun = noun
        self.errors: dict[int, list[str]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A form's own copy: what is wrong in one form is not shown in the next."""
        copied = super().__deepcopy__(memo)
        copied.errors = {}
        return copied

    class Media:
        js = [forms.Script("js/admin/rows.js", defer=True)]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        """The rows as sent, in their order, without the blank ones."""
        start = f"{name}-"
        numbers = {
            int(found[1])
            for key in data
            if key.startswith(start) and (found := NUMBERED.match(key, len(name)))
        }
        rows = [
            {
                column.name: f"{start}{number}-{column.name}" in data
                if column.kind == "check"
                else data.get(f"{start}{number}-{column.name}", "").strip()
                for column in self.columns
            }
            for number in sorted(numbers)
        ]
        # One more than may be, so that the field can say so.
        return [row for row in rows if any(row.values())][: MOST_ROWS + 1]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Never: no rows sent means that there are none."""
        return False

    def _cells(self, name: str, number: int | str, row: Row) -> list[dict[str, Any]]:
        place = number + 1 if isinstance(number, int) else "__place__"
        return [
            {
                "column": column,
                "name": f"{name}-{number}-{column.name}",
                "label": f"{column.label} {place}"
                if column.label.lower() == self.noun
                else f"{column.label}, {self.noun} {place}",
                "value": row.get(column.name, ""),
            }
            for column in self.columns
        ]

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The table, its blank rows, and the template of a new row."""
        rows: list[Row] = value if isinstance(value, list) else []
        lines = [
            {"cells": self._cells(name, number, row), "errors": self.errors.get(number, [])}
            for number, row in enumerate([*rows, *({} for _ in range(BLANK_ROWS))])
        ]
        return render_to_string(
            "admin/rows.html",
            {
                "name": name,
                "id": (attrs or {}).get("id", ""),
                "columns": self.columns,
                "noun": self.noun,
                "rows": lines,
                "blank": self._cells(name, "__row__", {}),
                "filled": len(rows),
            },
        )

    def id_for_label(self, id_: str) -> str:
        """None: each input has its own label."""
        return ""


class RowsField(forms.Field):
    """A list of rows; with one column and `flat`, a list of texts."""

    widget: RowsWidget

    def __init__(
        self, columns: Sequence[Column], *, noun: str = "row", flat: bool = False, **kwargs: Any
    ) -> None:
        self.columns = columns
        self.flat = flat
        kwargs.setdefault("required", False)
        super().__init__(widget=RowsWidget(columns, noun), **kwargs)

    def prepare_value(self, value: Any) -> list[Row]:
        """Rows for the widget."""
        rows = value if isinstance(value, list) else []
        return [row if isinstance(row, dict) else {self.columns[0].name: row} for row in rows]

    def to_python(self, value: Any) -> list[Any]:
        """What the form works with: rows, or texts."""
        rows = self.prepare_value(value)
        return [row[self.columns[0].name] for row in rows] if self.flat else rows

    def validate(self, value: Any) -> None:
        """No more than a page can bear."""
        super().validate(value)
        if len(value) > MOST_ROWS:
            raise forms.ValidationError(f"These are more than {MOST_ROWS} rows.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the rows differ from those shown before."""
        return bool(self.to_python(initial) != self.to_python(data))
