"""A lesson as an author has it in the form just now: for the preview; nothing of it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import markdown
from .library import Library
from .models import Lesson, Module, Tool
from .rows import Column, RowsWidget

TAKEAWAYS = [Column("text", "Takeaway", "long")]


@dataclass(frozen=True, slots=True)
class Draft:
    """The lesson (not saved; its key is 0 if it has none yet) and what stands around its text."""

    lesson: Lesson
    objectives: list[str]
    tools: list[Tool]
    problems: tuple[markdown.Problem, ...]


def draft_of(lesson: Lesson, data: Mapping[str, str]) -> Draft:
    """The lesson with what the admin's form holds, however unfinished it is.

    Raises TooLarge for a text that no page may have.
    """
    lesson.title = data.get("title", "").strip() or "Untitled"
    lesson.summary = data.get("summary", "").strip()
    lesson.body = data.get("body", "")
    lesson.language = data.get("language", "").strip()
    rows = RowsWidget(TAKEAWAYS).value_from_datadict(data, None, "takeaways")
    lesson.takeaways = [row["text"] for row in rows]
    module = Module.objects.select_related("course")
    chosen = data.get("module", "")
    key = _key(chosen) or lesson.module_id or 0
    found: Module | None = module.filter(pk=key).first() or module.first()
    if found is None:
        raise Module.DoesNotExist("a lesson needs a module")
    lesson.module = found
    if not lesson.pk:
        lesson.pk = 0
        lesson.slug = "preview"
    library = Library(found.course)
    objectives = [row["text"] for row in _inline(data, "objectives", "text")]
    rendered = lesson.render(library, objectives)
    by_key = {tool.pk: tool for tool in library.tools.values()}
    named = [row["tool"] for row in _inline(data, "tool_links", "tool")]
    tools = dict.fromkeys(by_key[pk] for pk in map(_key, named) if pk in by_key)
    tools |= dict.fromkeys(library.tools[slug] for slug in rendered.tools)
    return Draft(lesson, objectives, list(tools), rendered.problems)


def _inline(data: Mapping[str, str], prefix: str, needed: str) -> list[dict[str, str]]:
    """The rows of an inline formset that stay and hold something, in their order."""
    pattern = re.compile(rf"{prefix}-(\d{{1,4}})-(\w+)\Z")
    rows: dict[int, dict[str, str]] = {}
    for key, value in data.items():
        if found := pattern.match(key):
            rows.setdefault(int(found[1]), {})[found[2]] = value.strip()
    kept = [
        (_place(row.get("position", "")), number, row)
        for number, row in rows.items()
        if row.get(needed) and not row.get("DELETE")
    ]
    return [row for _, _, row in sorted(kept, key=lambda entry: entry[:2])]


def _place(position: str) -> int:
    return _key(position) if position else 1_000_000


def _key(text: str) -> int:
    """The number sent; 0 for what is none, or none that a database could hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
