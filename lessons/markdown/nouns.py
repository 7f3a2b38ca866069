"""What the Markdown room speaks about: what a text refers to, what comes of it, what is wrong."""

from dataclasses import dataclass
from typing import Protocol


class TooLarge(ValueError):  # noqa: N818 - it names what the text is, and reads well in a form
    """The text is longer, or holds more markup, than one page may."""


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading for the table of contents: level 2 to 4, plain text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the author should see: `line` is 1-based in the source as given."""

    line: int
    kind: str
    target: str
    message: str


class References(Protocol):
    """What a text may refer to; None means "not known"."""

    def lesson(self, slug: str) -> Link | None: ...

    def playbook(self, slug: str) -> Link | None: ...

    def media(self, path: str) -> Image | Sound | None: ...

    def tool_card(self, tool_id: str) -> str | None:
        """Trusted HTML: it is put into the page as it is."""
        ...


class NoReferences:
    """Knows nothing: for previews and for texts that refer to nothing."""

    def lesson(self, slug: str) -> Link | None:
        return None

    def playbook(self, slug: str) -> Link | None:
        return None

    def media(self, path: str) -> Image | Sound | None:
        return None

    def tool_card(self, tool_id: str) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class Rendered:
    html: str
    toc: tuple[Heading, ...]
    text: str
    tools: tuple[str, ...]
    lesson_links: tuple[str, ...]
    problems: tuple[Problem, ...]  # by line


class Notes:
    """What one text has spent and what is wrong with it; the parser and the writer share it."""

    KEY = "lectern"
    MOST = 200

    def __init__(self) -> None:
        self.problems: dict[tuple[int, str, str], Problem] = {}
        self.spent: dict[str, int] = {}

    def problem(self, line: int, kind: str, target: str, message: str) -> None:
        """One problem a line, kind and target; a text with hundreds needs no longer list."""
        target = target[:200]
        if len(self.problems) < self.MOST:
            key = (line, kind, target)
            self.problems.setdefault(key, Problem(line, kind, target, message))

    def spend(self, what: str, amount: int, limit: int) -> bool:
        """False once the text has had its share of something costly."""
        total = self.spent.get(what, 0) + amount
        if total > limit:
            return False
        self.spent[what] = total
        return True
