"""YAML as authors mean it: every scalar is text until a schema says otherwise.

So a choice `No` stays “No” and a version `3.10` stays “3.10”. Lines are kept for each value.
Anchors, aliases and tags are refused: a course file needs none, and they are how YAML attacks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from yaml import CSafeLoader, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from .problems import Problem, nearest

DEEPEST = 20
LARGEST = 5_000_000  # characters
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
type Place = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """A parsed file: its value, the line of each place in it, and what is wrong."""

    path: str
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    blocks: set[Place] = field(default_factory=set)  # texts that start on the next line: “|”
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def line_within(self, place: Place, number: int) -> int:
        """The line of the `number`-th line of a text; where that is lost, of its first."""
        return self.line(place) + (number if place in self.blocks else 0)

    def say(self, place: Place, message: str, *, warning: bool = False) -> None:
        """Note something wrong at a place."""
        self.problems.append(Problem(self.path, self.line(place), message, warning))


class _Unfit(Exception):  # noqa: N818
    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def parse(path: str, text: str, first_line: int = 1) -> Document:
    """A YAML text as text scalars, lists and dicts; `first_line` is where it stands in its file."""
    document = Document(path)
    shift = first_line - 1
    if len(text) > LARGEST:
        document.problems.append(Problem(path, 0, f"is longer than {LARGEST:,} characters"))
        return document
    try:
        # Events carry every scalar as written: the parser's own idea of types (YAML 1.1) is unused.
        events: Iterator[Any] = yaml.parse(text, Loader=CSafeLoader)
        document.value = _Builder(document, events, shift).build()
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "this is not YAML"
        document.problems.append(Problem(path, mark.line + 1 + shift if mark else 0, what))
    except _Unfit as error:
        document.problems.append(Problem(path, error.line + 1 + shift, error.message))
    return document


class _Builder:
    """Builds values from the parser's events, one document long."""

    def __init__(self, document: Document, events: Iterator[Any], shift: int) -> None:
        self.document, self.events, self.shift = document, events, shift

    def build(self) -> Any:
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                value = self.node(next(self.events), ())
                for extra in self.events:
                    if isinstance(extra, DocumentStartEvent):
                        raise _Unfit(
                            getattr(extra.start_mark, "line", 0), "a second document starts here"
                        )
                return value
        return None

    def node(self, event: Any, place: Place) -> Any:
        line = event.start_mark.line
        self.document.lines.setdefault(place, line + 1 + self.shift)
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise _Unfit(line, "anchors and aliases (& and *) are not used in course files")
        if getattr(event, "tag", None):
            raise _Unfit(line, f"tags such as {event.tag} are not used in course files")
        if len(place) > DEEPEST:
            raise _Unfit(line, "this is nested too deep")
        if isinstance(event, ScalarEvent):
            if event.style == "|":
                self.document.blocks.add(place)
            return None if not event.style and event.value in NULLS else event.value
        if isinstance(event, SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(item := next(self.events), SequenceEndEvent):
                items.append(self.node(item, (*place, len(items))))
            return items
        if isinstance(event, MappingStartEvent):
            return self.mapping(place)
        raise _Unfit(line, "this is not understood")

    def mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(key := next(self.events), MappingEndEvent):
            line = key.start_mark.line
            if not isinstance(key, ScalarEvent):
                raise _Unfit(line, "a key must be a word")
            if key.value in found:
                first = self.document.lines[(*place, key.value)]
                raise _Unfit(line, f"the key “{key.value}” stands here twice (line {first})")
            self.document.lines[(*place, key.value)] = line + 1 + self.shift
            found[key.value] = self.node(next(self.events), (*place, key.value))
        return found


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema of `docs/schemas`."""
    path = Path(settings.BASE_DIR) / "docs" / "schemas" / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def check(document: Document, name: str, *, lenient: bool = False) -> dict[str, Any]:
    """The document's value typed and validated by a schema; what is wrong is said in it.

    `lenient`: what isn't understood is a warning and dropped (a folder not written for us).
    """
    if lenient:
        return _understood(document, name)
    if document.value is None and document.problems:
        return {}  # that it is no YAML says enough
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        document.say((), "this should be a list of keys and values")
        return {}
    typed = _typed(document, value, schema(name), ())
    for error in list(_validator(name).iter_errors(typed)):
        for part in _parts(error):
            document.say(tuple(part.absolute_path), _sentence(part))
        # Nobody need trip over its shape.
        if error.validator in {"type", "anyOf"} and error.absolute_path:
            typed.pop(error.absolute_path[0], None)
    return typed if isinstance(typed, dict) else {}


def _parts(error: ValidationError) -> list[ValidationError]:
    """What is wrong in the one of several shapes that was meant; the error itself otherwise."""
    parts = [each for each in error.context or () if each.validator != "type"]
    return parts or [error]


def _understood(document: Document, name: str) -> dict[str, Any]:
    """Those keys of the document that fit the schema; the others are warned of."""
    said = [replace(problem, is_warning=True) for problem in document.problems]
    found = {}
    rules = schema(name)
    values = document.value if isinstance(document.value, dict) else {}
    for key, value in values.items():
        alone = Document(document.path, {key: value}, document.lines)
        typed = _typed(alone, alone.value, rules, ())
        for error in _validator(name).iter_errors(typed):
            if error.validator != "required" or error.absolute_path:
                alone.say(tuple(error.absolute_path), _sentence(error))
        if alone.problems:
            said += [replace(problem, is_warning=True) for problem in alone.problems]
        else:
            found.update(typed)
    document.problems = said
    return found


def _typed(document: Document, value: Any, rules: Any, place: Place) -> Any:
    """The value with text turned into what the schema asks for; unknown keys said and dropped."""
    if isinstance(value, dict):
        return _typed_mapping(document, value, _branch(rules, "object"), place)
    if isinstance(value, list):
        items = _branch(rules, "array").get("items", {})
        return [
            _typed(document, item, items, (*place, number)) for number, item in enumerate(value)
        ]
    if True in rules.get("enum", ()):  # yes, no, or a word
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    return _scalar(document, value, _branch(rules, "integer"), place)


def _typed_mapping(
    document: Document, value: dict[str, Any], rules: Any, place: Place
) -> dict[str, Any]:
    known = rules.get("properties", {})
    others = rules.get("additionalProperties", True)
    typed = {}
    for key, item in value.items():
        if key in known:
            if item is not None:  # an empty value is as good as none
                typed[key] = _typed(document, item, known[key], (*place, key))
        elif isinstance(others, dict):
            typed[key] = _typed(document, item or {}, others, (*place, key))
        elif others is False:
            message = f"unknown key “{key}”{nearest(key, known)}"
            document.say((*place, key), message)
    return typed


def _branch(rules: Any, kind: str) -> Any:
    """The part of `anyOf` that has this type, or the rules themselves."""
    for branch in rules.get("anyOf", []):
        if branch.get("type") == kind:
            return branch
    return rules


def _scalar(document: Document, value: str, rules: Any, place: Place) -> Any:
    kind = rules.get("type")
    try:
        if kind == "boolean":
            return {"true": True, "false": False}[value.strip().lower()]
        if kind == "integer":
            return int(value)
        if kind == "number":
            number = Decimal(value)
            if not number.is_finite():
                raise ValueError(value)
            return number
        if rules.get("format") == "date":
            return date.fromisoformat(value).isoformat()
        if rules.get("format") == "date-time":
            datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        wanted = {
            "boolean": "true or false",
            "integer": "a whole number",
            "number": "a number",
        }.get(str(kind), "a day such as 2026-06-14")
        document.say(place, f"“{value}” is not {wanted}")
        # Something that fits: nothing more is to be said of it.
        least = rules.get("minimum", 0)
        return {"boolean": False, "integer": least, "number": Decimal(least)}.get(str(kind), value)
    return value


def _sentence(error: ValidationError) -> str:
    """A schema's complaint in words."""
    name = next((str(p) for p in reversed(error.absolute_path) if isinstance(p, str)), "")
    about = f"“{name}” " if name else ""
    wanted: Any = error.validator_value
    rules: Any = error.schema
    given: Any = error.instance
    what = error.message
    match error.validator:
        case "required":
            missing = next(key for key in wanted if key not in given)
            return f"needs “{missing}”"
        case "enum":
            wrong, words = str(given), [str(word) for word in wanted]
            words = [word.lower() if word in {"True", "False"} else word for word in words]
            what = f"cannot be “{wrong}”: {', '.join(words)}{nearest(wrong, words)}"
        case "minLength" | "minItems":
            what = "is empty"
        case "maxLength":
            what = f"is longer than {wanted} characters"
        case "pattern":
            what = f"cannot be “{given}”. {rules.get('description', '')}".strip()
        case "anyOf" if "description" in rules:
            what = f"is not understood. {rules['description']}"
        case "type" | "anyOf":
            kinds = {"object": "keys with values", "array": "a list", "string": "text"}
            kinds["integer"] = "a whole number"
            what = f"should be {kinds.get(str(rules.get('type')), 'text or a list of texts')}"
    return f"{about}{what}"
