"""Lists of people to invite, as text or CSV: checked whole, with line and field."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .spreadsheet import plain

MOST_ROWS = 1000
MOST_BYTES = 1024 * 1024
LONGEST_NAME = 120
LONGEST_ADDRESS = 254
ADDRESS, NAME = "email", "name"

# How a first line names its columns, in lower case and without hyphens and spaces.
HEADINGS = {"email": ADDRESS, "mail": ADDRESS, "emailaddress": ADDRESS, "address": ADDRESS}
# “Learner” is what our own exports call it.
HEADINGS |= {"name": NAME, "fullname": NAME, "displayname": NAME, "learner": NAME}
DELIMITERS = ",;\t"
ANGLED = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<\s*(?P<email>[^<>]*?)\s*>\s*')
PIECE = re.compile(r'(?:"[^"]*"|<[^<>]*>|[^,;"<>]|["<>])+')


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite. The address is in lower case, as those of accounts are."""

    email: str
    name: str = ""


@dataclass(slots=True)
class Invitees:
    """Whom a list names, each address once, and what is wrong with it."""

    people: list[Invitee] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, line: int, email: str, name: str) -> None:
        """Check a row; keep it, or say what is wrong with it. `line` counts from 1."""
        email, name = email.strip(), " ".join(name.split())
        wrong = [(ADDRESS, _wrong_address(email)), (NAME, _wrong_name(name))]
        for column, said in wrong:
            if said:
                self.problems.append(f"Line {line}, {column}: {said}")
        if not any(said for _, said in wrong):
            self.people.append(Invitee(email.lower(), name))

    def settle(self) -> "Invitees":
        """The same with each address once: the first time it is named."""
        first: dict[str, Invitee] = {}
        for person in self.people:
            first.setdefault(person.email, person)
        problems = self.problems
        if len(first) > MOST_ROWS:
            problems = [*problems, f"These are {len(first):,} people; {MOST_ROWS:,} at a time go."]
        return Invitees(list(first.values()), problems)


def _wrong_address(email: str) -> str:
    if not email:
        return "there is no address."
    try:
        validate_email(email)
    except ValidationError:
        return f"“{_short(email)}” is not an e-mail address."
    return "" if len(email) <= LONGEST_ADDRESS else "the address is too long."


def _wrong_name(name: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return "there are control characters in it."
    if len(name) > LONGEST_NAME:
        return f"it is longer than {LONGEST_NAME} characters."
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


# A text field -------------------------------------------------------------------------------------


def from_text(text: str) -> Invitees:
    """The people of a text: `ada@example.org` or `Ada <ada@example.org>`, one to a line, or several
    with commas, semicolons or (without names) spaces between them.
    """
    found = Invitees()
    for number, line in enumerate(text.splitlines(), 1):
        for piece in PIECE.findall(line):
            for email, name in _named(piece):
                found.take(number, email, name)
    return found


def _named(piece: str) -> Iterator[tuple[str, str]]:
    piece = " ".join(piece.split())  # long runs of spaces would cost the pattern long
    if not piece:
        return
    if match := ANGLED.fullmatch(piece):
        yield match["email"], match["name"]
        return
    words = piece.split()
    if len(words) > 1 and all("@" in word for word in words):
        yield from ((word, "") for word in words)
    else:
        yield piece, ""


# A CSV file ---------------------------------------------------------------------------------------


def from_csv(data: bytes) -> Invitees:
    """The people of a CSV file with the columns email and name.

    A first line may name the columns, in any order and among others; without it the address comes
    first and a name may follow. Commas, semicolons or tabs; UTF-8, UTF-16 or Windows' Latin-1.
    """
    found = Invitees()
    text = _decoded(data)
    if "\0" in text:
        found.problems.append("This is not a CSV file.")
        return found
    rows = _rows(text, found)
    first = next(rows, None)
    if first is None:
        return found
    columns = _columns(first[1])
    if columns is not None and ADDRESS not in columns:
        found.problems.append("Line 1: no column is named “email”.")
        return found
    given: Iterable[tuple[int, list[str]]] = rows if columns else (first, *rows)
    places = columns or {ADDRESS: 0, NAME: 1}
    for line, cells in given:
        if not columns and any(cell.strip() for cell in cells[2:]):
            found.problems.append(
                f"Line {line}: more than an address and a name. Name the columns in the first line."
            )
            continue
        email, name = (_cell(cells, places.get(column)) for column in (ADDRESS, NAME))
        found.take(line, email, name)
    return found


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:100]:  # UTF-16 without its mark: every second byte of an address is 0
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _rows(text: str, found: Invitees) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the line in which each begins."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            found.problems.append(f"Line {line}: this can't be read as CSV ({error}).")
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _columns(cells: list[str]) -> dict[str, int] | None:
    """Where the columns are by a first line of headings; None where it is a person already."""
    if any("@" in cell for cell in cells):
        return None
    names = [re.sub(r"[\s_-]", "", cell).casefold() for cell in cells]
    columns = {HEADINGS[name]: n for n, name in reversed([*enumerate(names)]) if name in HEADINGS}
    return columns or None


def _cell(cells: list[str], place: int | None) -> str:
    """A cell without the ' with which an export kept a spreadsheet from calculating it."""
    return plain(cells[place].strip()) if place is not None and place < len(cells) else ""
