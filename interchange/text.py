"""YAML as authors mean it: every scalar is text until a schema says otherwise.

So a choice `No` stays “No” and a version `3.10` stays “3.10”. Lines are kept for each value.
Anchors, aliases and tags are refused: a course file needs none, and they are how YAML attacks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.events import (
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
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

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
        document.value = _Builder(document, YAML(typ="safe", pure=True).parse(text), shift).build()
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
                        raise _Unfit(extra.start_mark.line, "a second document starts here")
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
            return None if event.style is None and event.value in NULLS else event.value
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

    `lenient`: unknown keys are warnings and dropped (a folder that was not written for us).
    """
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        document.say((), "this should be a list of keys and values")
        return {}
    typed = _typed(document, value, schema(name), (), lenient)
    for error in _validator(name).iter_errors(typed):
        document.say(tuple(error.absolute_path), _sentence(error))
    return typed if isinstance(typed, dict) else {}


def _typed(document: Document, value: Any, rules: Any, place: Place, lenient: bool) -> Any:
    """The value with text turned into what the schema asks for; unknown keys said and dropped."""
    if isinstance(value, dict):
        return _typed_mapping(document, value, rules, place, lenient)
    if isinstance(value, list):
        items = _branch(rules, "array").get("items", {})
        return [
            _typed(document, item, items, (*place, number), lenient)
            for number, item in enumerate(value)
        ]
    return _scalar(document, value, rules, place)


def _typed_mapping(
    document: Document, value: dict[str, Any], rules: Any, place: Place, lenient: bool
) -> dict[str, Any]:
    known = rules.get("properties", {})
    others = rules.get("additionalProperties", True)
    typed = {}
    for key, item in value.items():
        if key in known:
            if item is not None:  # an empty value is as good as none
                typed[key] = _typed(document, item, known[key], (*place, key), lenient)
        elif isinstance(others, dict):
            typed[key] = _typed(document, item or {}, others, (*place, key), lenient)
        elif others is False:
            message = f"unknown key “{key}”{nearest(key, known)}"
            document.say((*place, key), message, warning=lenient)
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
            return Decimal(value)
        if rules.get("format") == "date":
            date.fromisoformat(value)
        elif rules.get("format") == "date-time":
            datetime.fromisoformat(value)
    except (ValueError, KeyError, InvalidOperation):
        wanted = {
            "boolean": "true or false",
            "integer": "a whole number",
            "number": "a number",
        }.get(str(kind), "a day such as 2026-06-14")
        document.say(place, f"“{value}” is not {wanted}")
        return {"boolean": False, "integer": 0, "number": Decimal(0)}.get(str(kind), value)
    return value


def _sentence(error: ValidationError) -> str:
    """A schema's complaint in words."""
    name = next((str(p) for p in reversed(error.absolute_path) if isinstance(p, str)), "")
    about = f"“{name}” " if name else ""
    match error.validator:
        case "required":
            missing = next(key for key in error.validator_value if key not in error.instance)
            return f"{about}needs “{missing}”".strip()
        case "enum":
            wrong = str(error.instance)
            choices = ", ".join(error.validator_value)
            return f"{about}cannot be “{wrong}”: {choices}{nearest(wrong, error.validator_value)}"
        case "minLength" | "minItems":
            return f"{about}is empty"
        case "maxLength":
            return f"{about}is longer than {error.validator_value} characters"
        case "pattern":
            return f"{about}cannot be “{error.instance}”. {error.schema.get('description', '')}"
        case "type" | "anyOf":
            return f"{about}should be {error.schema.get('type', 'text or a list of texts')}"
    return f"{about}{error.message}"
