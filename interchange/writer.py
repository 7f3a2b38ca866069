"""Course files as text: the canonical form of a row, and a kept text with only what changed.

YAML is written as it is read: every scalar is text, so a value that nobody touched keeps its
spelling, and what another reader would take for a number or a date is quoted.
"""

import re
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
)
from ruamel.yaml.tag import Tag

from .folder import FRONT, State, slug_of, tidy
from .quiz_settings import USUAL
from .text import schema

FOLDED_AT = 100  # characters of a line in a folded text
WIDEST_LIST = 80  # characters of a list of words in one line
NOT_TEXT = re.compile(
    r"~|=|<<|null|true|false|yes|no|on|off|y|n"
    r"|[-+]?[\d.][\d._]*(?:e[-+]?\d+)?|0[xob][\da-f_]+|[-+]?\.(?:inf|nan)"
    r"|[-+]?\d+(?::\d+)+|\d{4}-\d\d?-\d\d?(?:[t ].*)?",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
MEDIA = ("narration", "video", "captions", "poster")
QUIZ_KEYS = [name for name in schema("quiz")["properties"] if name != "questions"]


class Fact(str):
    """A number, a day or a yes-or-no: written without quotes."""

    __slots__ = ()


class _TextResolver(VersionedResolver):
    """Every plain scalar is text, but for an empty one."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0]:
            return Tag(suffix="tag:yaml.org,2002:null") if value == "" else self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def _yaml(text: str = "") -> YAML:
    """A reader and writer that indents as this text does."""
    yaml = YAML()
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    sequence, offset, mapping = 4, 2, 2
    blank = r"(?:[ ]*(?:#.*)?\n)*"
    if found := re.search(rf"^( *)[^\s#-][^\n]*:[ ]*\n{blank}( *)-( +)\S", text, re.MULTILINE):
        offset = len(found[2]) - len(found[1])
        sequence = offset + 1 + len(found[3])
    if found := re.search(rf"^( *)[^\s#-][^\n]*:[ ]*\n{blank}( *)[^\s#-]", text, re.MULTILINE):
        mapping = max(len(found[2]) - len(found[1]), 1)
    yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
    return yaml


def _dump(yaml: YAML, data: Any) -> str:
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


# ---- what a row says, by the keys of its file ---------------------------------------------------


def course_keys(state: State, formerly: list[str]) -> dict[str, Any]:
    """The front matter of course.md; None where the default says the same."""
    return {
        "title": state["title"],
        "slug": state["slug"],  # always: a folder may be renamed
        "summary": state["summary"] or None,
        "language": state["language"],
        "formerly": formerly or None,
        "status": _unless("published", state["status"]),
    }


def module_keys(state: State, name: str) -> dict[str, Any]:
    """The front matter of module.md."""
    return {
        "title": state["title"],
        "slug": _unless(slug_of(name), state["slug"]),
        "summary": state["summary"] or None,
    }


def lesson_keys(state: State, name: str, formerly: list[str]) -> dict[str, Any]:
    """The front matter of a lesson."""
    return {
        "title": state["title"],
        "slug": _unless(slug_of(name), state["slug"]),
        "summary": state["summary"] or None,
        "updated": Fact(state["updated"]),
        "objectives": [{"id": key, "text": text} for key, text in state["objectives"]] or None,
        "takeaways": state["takeaways"] or None,
        "tools": state["tools"] or None,
        "related": state["related"] or None,
        "formerly": formerly or None,
        "tags": state["tags"] or None,
        "status": _unless("published", state["status"]),
        "publish_at": Fact(state["publish_at"]) if state["publish_at"] else None,
        "language": state["language"] or None,
        **{name: state[name] or None for name in MEDIA},
    }


def playbook_keys(state: State, name: str, formerly: list[str]) -> dict[str, Any]:
    """The front matter of a playbook."""
    return {
        "title": state["title"],
        "slug": _unless(slug_of(name), state["slug"]),
        "summary": state["summary"] or None,
        "tier": _unless("plus", state["tier"]),
        "lessons": state["lessons"] or None,
        "updated": Fact(state["updated"]),
        "status": _unless("published", state["status"]),
        "formerly": formerly or None,
    }


def quiz_keys(state: State) -> dict[str, Any]:
    """A quiz file."""
    told = {
        name: _setting(state[name])
        for name in QUIZ_KEYS
        if name in state and state[name] != USUAL.get(name)
    }
    return told | {"questions": [question_keys(row) for row in state["questions"]]}


def _setting(value: Any) -> Any:
    """A setting of a quiz as it is written: words, numbers, yes or no, or several of them."""
    if isinstance(value, bool | int):
        return Fact(str(value).lower())
    if isinstance(value, dict):
        return {name: _setting(item) for name, item in value.items()}
    return value


def question_keys(row: State) -> dict[str, Any]:
    """One question of a quiz file."""
    aims = row["objectives"]
    points = row["points"].rstrip("0").rstrip(".")
    order = schema("quiz")["properties"]["questions"]["items"]["properties"]
    keys = {
        "id": row["id"],
        "type": row["type"],
        "objective": (aims[0] if len(aims) == 1 else aims) or None,
        "section": row.get("section"),
        "pool": row.get("pool"),
        "points": _unless("1", Fact(points)),
        "prompt": row["prompt"] or None,
        **{name: _content(value, order[name]) for name, value in row["content"].items()},
        "explanation": row["explanation"] or None,
    }
    return {name: keys[name] for name in order if keys.get(name) is not None}


def _content(value: Any, rules: Any) -> Any:
    """A part of a question's content, with its keys in the order of the schema."""
    if isinstance(value, dict):
        known = rules["properties"]
        names = [name for name in known if name in value]
        return {name: _content(value[name], known[name]) for name in names}
    if isinstance(value, list):
        return [_content(item, rules["items"]) for item in value]
    if isinstance(value, bool):
        return Fact(str(value).lower())
    is_number = "number" in rules.get("type", "") and NUMBER.fullmatch(value)
    return Fact(value) if is_number else value


def tool_keys(state: State) -> dict[str, Any]:
    """One tool of tools.yaml."""
    return {name: value or None for name, value in state.items()}


def _unless(default: str, value: str) -> str | None:
    return None if value == default else value


# ---- canonical form -----------------------------------------------------------------------------


def _told(value: Any) -> Any:
    """A value as ruamel is to write it."""
    if isinstance(value, dict):
        told = CommentedMap()
        for key, item in value.items():
            if item is not None:
                told[_told(key)] = _told(item)
        return told
    if isinstance(value, list):
        items = CommentedSeq([_told(item) for item in value])
        words = all(isinstance(item, str) and re.fullmatch(r"[\w-]+", item) for item in value)
        if words and sum(len(item) + 2 for item in value) <= WIDEST_LIST:
            items.fa.set_flow_style()
        return items
    if isinstance(value, Fact):
        return str(value)
    if "\n" in value:
        unsafe = re.search(r"[ \t]$|^\t|[^\S \t\n]|[\x00-\x08\x7f-\x9f\ufeff]", value, re.MULTILINE)
        return DoubleQuotedScalarString(value) if unsafe else LiteralScalarString(value)
    return DoubleQuotedScalarString(value) if NOT_TEXT.fullmatch(value) else value


def front_text(keys: Mapping[str, Any], body: str) -> str:
    """A file with front matter in its canonical form."""
    front = _dump(_yaml(), _told(dict(keys)))
    return f"---\n{front}---\n{body}\n" if body else f"---\n{front}---\n"


def yaml_text(keys: Mapping[str, Any]) -> str:
    """A YAML file in its canonical form."""
    return _dump(_yaml(), _told(dict(keys)))


def quiz_text(keys: Mapping[str, Any]) -> str:
    """A quiz file in its canonical form: a blank line between questions."""
    return re.sub(r"(?<!:)\n(?=  - id: )", "\n\n", yaml_text(keys))


def tools_text(tools: Mapping[str, Mapping[str, Any]]) -> str:
    """tools.yaml in its canonical form: a blank line between tools."""
    return "\n".join(yaml_text({slug: dict(keys)}) for slug, keys in tools.items())


# ---- a kept text with what changed --------------------------------------------------------------


def edit_front(
    text: str, kind: str, keys: Mapping[str, Any], changed: Iterable[str], body: str | None
) -> str | None:
    """The text with these keys changed, and with this body unless it is None.

    None where the text can't be edited.
    """
    found = FRONT.match(text)
    if found is None:
        return None
    front = found[1]
    if changed := set(changed):
        order = list(schema(kind)["properties"])
        edited = _edit(front, lambda data: _change(data, keys, changed, order))
        if edited is None:
            return None
        front = edited
    after = text[found.end() :]
    if body is not None:
        words = after.strip()
        start = len(after) - len(after.lstrip()) if words else 0
        end = after[len(after.rstrip()) :] if words else ""
        after = after[:start] + _lines(body, text) + (end or _lines("\n", text))
        if not found[0].endswith("\n"):
            after = _lines("\n", text) + after
    return text[: found.start(1)] + front + text[found.end(1) : found.end()] + after


def edit_quiz(text: str, keys: Mapping[str, Any], before: State, now: State) -> str | None:
    """A quiz's text with what differs between the two states."""
    order = [*QUIZ_KEYS, "questions"]
    question_order = list(schema("quiz")["properties"]["questions"]["items"]["properties"])
    had = {row["id"]: row for row in before["questions"]}

    def change(data: CommentedMap) -> None:
        _change(data, keys, {n for n in QUIZ_KEYS if before.get(n) != now.get(n)}, order)
        nodes = {tidy(node["id"]): node for node in data["questions"]}
        rows = []
        for row, wanted in zip(now["questions"], keys["questions"], strict=True):
            node, was = nodes.get(row["id"]), had.get(row["id"])
            if node is None or was is None:
                rows.append(_told(wanted))
                continue
            _change(node, wanted, _question_changes(was, row), question_order)
            rows.append(node)
        if [id(row) for row in rows] != [id(row) for row in data["questions"]]:
            data["questions"] = CommentedSeq(rows)

    return _edit(text, change)


def _question_changes(was: State, now: State) -> set[str]:
    names = {"type": "type", "objectives": "objective", "points": "points", "prompt": "prompt"}
    names |= {"explanation": "explanation", "section": "section", "pool": "pool"}
    changed = {key for name, key in names.items() if was.get(name) != now.get(name)}
    content = was["content"].keys() | now["content"].keys()
    missing = object()
    return changed | {
        name
        for name in content
        if was["content"].get(name, missing) != now["content"].get(name, missing)
    }


def edit_tools(
    text: str, tools: Mapping[str, Mapping[str, Any]], before: State, others: Iterable[str]
) -> str | None:
    """tools.yaml with what differs; `others` are tools of other courses that it may list."""
    order = list(schema("tools")["additionalProperties"]["properties"])
    stays = {*tools, *others}

    def change(data: CommentedMap) -> None:
        for slug in [slug for slug in data if slug not in stays]:
            del data[slug]
        for slug, keys in tools.items():
            if slug not in data:
                data[slug] = _told(dict(keys))
                continue
            was = before.get(slug, {})
            changed = {name for name in order if (keys.get(name) or "") != was.get(name, "")}
            _change(data[slug], keys, changed, order)

    return _edit(text, change)


def _lines(text: str, like: str) -> str:
    """The text with the line ends of another."""
    return text.replace("\n", "\r\n") if "\r\n" in like else text


def _edit(text: str, change: Any) -> str | None:
    """YAML read, changed and written with everything else as it stood; None where it can't be."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    yaml = _yaml(plain)
    try:
        data = yaml.load(plain)
        if not isinstance(data, CommentedMap):
            return None
        change(data)
        return mark + _lines(_dump(yaml, data), text)
    except (YAMLError, LookupError, TypeError, AttributeError, ValueError):
        return None  # what ruamel stumbles over is written in the canonical form


def _change(
    node: CommentedMap, keys: Mapping[str, Any], changed: Iterable[str], order: list[str]
) -> None:
    """Set these keys of a mapping; a new one comes where the schema has it."""
    for key in sorted(changed, key=order.index):
        value = keys.get(key)
        if value is None:
            node.pop(key, None)
        elif key in node:
            node[key] = _merged(node[key], value)
        else:
            rank = order.index(key)
            before = [n for n, k in enumerate(node) if k in order and order.index(k) < rank]
            node.insert(max(before, default=-1) + 1, key, _told(value))


def _merged(old: Any, new: Any) -> Any:
    """The new value, in as much of the old one's form as fits."""
    if isinstance(old, CommentedMap) and isinstance(new, dict):
        order = [*new, *(key for key in old if key not in new)]
        _change(old, new, order, order)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, list):
        return _merged_list(old, new)
    if isinstance(old, str) and isinstance(new, str):
        if tidy(old) == new:
            return old
        told = _told(new)
        if isinstance(old, FoldedScalarString | LiteralScalarString):
            end = "\n" if old.endswith("\n") else ""
            if isinstance(old, FoldedScalarString) and "\n" not in new:
                told = FoldedScalarString(new + end)
                told.fold_pos = _folds(new)
            elif not isinstance(told, DoubleQuotedScalarString):
                told = LiteralScalarString(new + end)
            if hasattr(old, "comment"):  # blank lines and comments behind it
                told.comment = old.comment
        elif isinstance(old, DoubleQuotedScalarString) and "\n" not in new:
            told = DoubleQuotedScalarString(new)
        return told
    return _told(new)


def _folds(text: str) -> list[int]:
    """Where a long text is broken into lines."""
    folds, start, last = [], 0, 0
    for found in re.finditer(r"(?<=\S) (?=\S)", text):
        if found.start() - start > FOLDED_AT and last > start:
            folds.append(last)
            start = last
        last = found.start()
    return folds


def _merged_list(old: CommentedSeq, new: list[Any]) -> CommentedSeq:
    by_id = {tidy(row["id"]): row for row in old if isinstance(row, CommentedMap) and "id" in row}
    if by_id:
        rows = [_merged(by_id[row["id"]], row) if row["id"] in by_id else _told(row) for row in new]
        if [id(row) for row in rows] == [id(row) for row in old]:
            return old
    elif len(old) == len(new):
        for number, value in enumerate(new):
            old[number] = _merged(old[number], value)
        return old
    else:
        rows = [_told(value) for value in new]
    made = CommentedSeq(rows)
    if old.fa.flow_style():
        made.fa.set_flow_style()
    return made
