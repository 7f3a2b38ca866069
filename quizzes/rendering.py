"""A question's content as HTML, made when its version is saved; pages parse nothing."""

import re
from collections.abc import Mapping
from typing import Any

from lessons import markdown

from .kinds import KINDS
from .kinds.cloze import MARK, Gap, gaps, mark, with_marks

# Where a mark must not stand: inside a tag, and in maths, which takes no field.
NO_PLACE = re.compile(r"""<math\b.*?</math>|<(?:[^>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)


def rendered(content: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Safe HTML by the keys of the content, in the authored order; `prefix` goes before ids.

    choices, answers: [text, feedback] each. pairs: [left, right, right as plain text]. items:
    [item, item as plain text]. text: HTML with a mark for each gap; gaps: for each gap a list of
    [text, feedback, text as plain text].
    """
    html: dict[str, Any] = {
        name: [[inline(row, "text"), inline(row, "feedback")] for row in content[name]]
        for name in ("choices", "answers")
        if name in content
    }
    if "pairs" in content:
        html["pairs"] = [
            [inline(row, "left"), inline(row, "right"), markdown.plain(row.get("right", ""))]
            for row in content["pairs"]
        ]
    if "items" in content:
        html["items"] = [[markdown.render_inline(t), markdown.plain(t)] for t in content["items"]]
    if "text" in content and not any(f.blocking for f in KINDS["cloze"].faults(content)):
        found = gaps(content["text"])
        page = markdown.render(with_marks(content["text"]), prefix=prefix).html
        html |= {"text": placed(page, len(found)), "gaps": [gap_rows(gap) for gap in found]}
    return html


def inline(row: Mapping[str, Any], name: str) -> str:
    return markdown.render_inline(str(row.get(name, "")))


def gap_rows(gap: Gap) -> list[list[str]]:
    """The choices or answers of a gap."""
    rows = gap.content.get("choices", gap.content.get("answers", ()))
    return [
        [inline(row, "text"), inline(row, "feedback"), markdown.plain(str(row.get("text", "")))]
        for row in rows
    ]


def placed(html: str, count: int) -> str:
    """The HTML with each mark once, in its text; one that found no place there comes at the end."""
    html = NO_PLACE.sub(lambda found: MARK.sub("", found[0]), html)
    for number in range(count):
        first, found, rest = html.partition(mark(number))
        html = first + found + rest.replace(mark(number), "")
    missing = [mark(number) for number in range(count) if mark(number) not in html]
    return f"{html}<p>{' '.join(missing)}</p>" if missing else html
