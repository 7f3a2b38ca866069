"""A question's texts as HTML, made when its version is saved; pages parse nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lessons import markdown
from lessons.markdown import NoReferences, References, Rendered, TooLarge

from .kinds import KINDS
from .kinds.cloze import MARK, Gap, gaps, mark, with_marks

# Where a mark must not stand: inside a tag, and in maths, which takes no field.
NO_PLACE = re.compile(r"""<math\b.*?</math>|<(?:[^>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)

type Place = tuple[str | int, ...]  # of a text in a question, as in course files


@dataclass(frozen=True, slots=True)
class Texts:
    """Renders the texts of one question, and notes what is wrong with each."""

    references: References = field(default_factory=NoReferences)
    problems: list[tuple[Place, markdown.Problem]] = field(default_factory=list)

    def page(self, source: str, place: Place, prefix: str) -> str:
        """The HTML of a text of blocks; none for one that is too large."""
        try:
            found = markdown.render(source, self.references, prefix=prefix)
        except TooLarge as error:
            self.problems.append((place, markdown.Problem(1, "too-large", "", str(error))))
            return ""
        self._note(place, found)
        return found.html

    def line(self, source: Any, place: Place) -> Rendered:
        """A text of one line."""
        found = markdown.inline(str(source), self.references)
        self._note(place, found)
        return found

    def _note(self, place: Place, found: Rendered) -> None:
        self.problems.extend((place, problem) for problem in found.problems)


def rendered(content: Mapping[str, Any], prefix: str, texts: Texts | None = None) -> dict[str, Any]:
    """Safe HTML by the keys of the content, in the authored order; `prefix` goes before ids.

    choices, answers: [text, feedback] each. pairs: [left, right, right as plain text]. items:
    [item, item as plain text]. text: HTML with a mark for each gap; gaps: for each gap a list of
    [text, feedback, text as plain text]. Problems gather in `texts`.
    """
    texts = texts or Texts()
    html: dict[str, Any] = {
        name: [
            [texts.line(row.get(part, ""), (name, n, part)).html for part in ("text", "feedback")]
            for n, row in enumerate(content[name])
        ]
        for name in ("choices", "answers")
        if name in content
    }
    if "pairs" in content:
        html["pairs"] = [pair(row, n, texts) for n, row in enumerate(content["pairs"])]
    if "items" in content:
        items = [texts.line(item, ("items", n)) for n, item in enumerate(content["items"])]
        html["items"] = [[item.html, item.text] for item in items]
    if "text" in content and not any(f.blocking for f in KINDS["cloze"].faults(content)):
        found = gaps(content["text"])
        page = texts.page(with_marks(content["text"]), ("text",), prefix)
        html |= {"text": placed(page, len(found)), "gaps": [gap_rows(gap, texts) for gap in found]}
    return html


def pair(row: Mapping[str, Any], number: int, texts: Texts) -> list[str]:
    """The sides of a pair."""
    left, right = (
        texts.line(row.get(side, ""), ("pairs", number, side)) for side in ("left", "right")
    )
    return [left.html, right.html, right.text]


def gap_rows(gap: Gap, texts: Texts) -> list[list[str]]:
    """The choices or answers of a gap."""
    rows = []
    for row in gap.content.get("choices", gap.content.get("answers", ())):
        text = texts.line(row.get("text", ""), ("text",))
        feedback = texts.line(row.get("feedback", ""), ("text",))
        rows.append([text.html, feedback.html, text.text])
    return rows


def placed(html: str, count: int) -> str:
    """The HTML with each mark once, in its text; one that found no place there comes at the end."""
    html = NO_PLACE.sub(lambda found: MARK.sub("", found[0]), html)
    for number in range(count):
        first, found, rest = html.partition(mark(number))
        html = first + found + rest.replace(mark(number), "")
    missing = [mark(number) for number in range(count) if mark(number) not in html]
    return f"{html}<p>{' '.join(missing)}</p>" if missing else html
