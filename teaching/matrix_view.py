"""How somebody looks at the progress of a class: whom, what, in which order. As in the address.

What an address says that is none of the values known is passed over: an old link shows something.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

LONGEST = 100

STATES = {
    "": "Everybody",
    "new": "Not started",
    "going": "In progress",
    "done": "Finished all",
    "failing": "Keeps failing a quiz",
    "quiet": "Gone quiet",
}
SORTS = {
    "name": "Name",
    "done": "Lessons done",
    "score": "Mean score",
    "seen": "Last active",
    "joined": "Joined",
}


@dataclass(frozen=True, slots=True)
class View:
    """What is shown. The defaults show everybody in the class in all lessons, by name."""

    q: str = ""  # part of a name or an address
    state: str = ""  # a key of STATES
    part: int = 0  # the key of a module; 0: all
    assigned: bool = False  # only lessons that are assigned
    left: bool = False  # those who have left instead of those who are there
    sort: str = "name"  # a key of SORTS
    down: bool = False  # from the last to the first

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """The view that an address speaks of."""
        sort = str(said.get("sort", ""))
        part = str(said.get("part", ""))
        return cls(
            q=" ".join(str(said.get("q", "")).replace("\0", " ").split())[:LONGEST].strip(),
            state=state if (state := str(said.get("state", ""))) in STATES else "",
            part=int(part) if part.isascii() and part.isdigit() and len(part) < 10 else 0,
            assigned=said.get("assigned") == "1",
            left=said.get("left") == "1",
            sort=name if (name := sort.removeprefix("-")) in SORTS else "name",
            down=sort.startswith("-") and name in SORTS,
        )

    @property
    def told(self) -> dict[str, str]:
        """What an address says to show it, without what is so anyway: names and values."""
        told: dict[str, Any] = {"q": self.q, "state": self.state, "part": self.part or ""}
        told |= {"assigned": "1" if self.assigned else "", "left": "1" if self.left else ""}
        if (self.sort, self.down) != ("name", False):
            told["sort"] = f"{'-' if self.down else ''}{self.sort}"
        return {name: str(value) for name, value in told.items() if value}

    @property
    def query(self) -> str:
        """The same as the end of an address; empty for the default."""
        return urlencode(self.told)

    def sorted_by(self, name: str) -> Self:
        """The same, ordered by this; the other way round if it is so already."""
        # Names begin at A; of numbers and dates one wants the best or newest first.
        down = not self.down if name == self.sort else name != "name"
        return replace(self, sort=name, down=down)

    @property
    def is_filtered(self) -> bool:
        """Whether somebody or something is left out."""
        shown = replace(self, sort="name", down=False, left=False)
        return any(getattr(shown, each.name) != each.default for each in fields(shown))
