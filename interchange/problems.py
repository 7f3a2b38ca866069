"""What is wrong with a file, said so that its author can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one file; a warning doesn't stop an import."""

    path: str
    line: int
    message: str
    is_warning: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {'warning: ' if self.is_warning else ''}{self.message}"


class ImportRefused(Exception):  # noqa: N818 - said of a folder, not of a failure here
    """Nothing was stored; `problems` say why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        super().__init__(f"{len(self.problems)} problems")


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean “…”?` with the known word nearest to this one, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean “{near[0]}”?" if near else ""
