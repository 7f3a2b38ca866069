"""A small course as files, and the two commands."""

from collections.abc import Mapping
from io import BytesIO, StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from PIL import Image

COURSE = "---\ntitle: Small\nslug: small\n---\nA small course.\n"
MODULE = "---\ntitle: One\n---\n"
FIRST = """\
---
title: First
summary: The first lesson.
updated: 2026-06-14
objectives:
  - id: aim
    text: Say what it is
tools: [hammer]
---
## A part

See [the second](lesson:second) and [the steps](playbook:steps).
"""
SECOND = "---\ntitle: Second\nupdated: 2026-06-15\n---\nWords.\n"
QUIZ = """\
questions:
  - id: which
    type: single
    objective: aim
    prompt: Which?
    choices:
      - text: this
        correct: true
      - text: that
    explanation: So it is.
"""
TOOLS = "hammer:\n  name: Hammer\n  vendor: A smith\n  licence: open-source\n"
STEPS = "---\ntitle: Steps\ntier: free\nlessons: [first]\nupdated: 2026-06-16\n---\nGo.\n"
SMALL = {
    "course.md": COURSE,
    "tools.yaml": TOOLS,
    "01-one/module.md": MODULE,
    "01-one/01-first.md": FIRST,
    "01-one/01-first.quiz.yaml": QUIZ,
    "01-one/02-second.md": SECOND,
    "playbooks/steps.md": STEPS,
}


def png(colour: str = "red") -> bytes:
    """A tiny picture."""
    file = BytesIO()
    Image.new("RGB", (4, 4), colour).save(file, "PNG")
    return file.getvalue()


def put(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write these files below a folder; None takes one away."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return root


def small(root: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The small course, with these files of it otherwise."""
    return put(root / "small", {**SMALL, **(files or {})})


def swap(path: Path, old: str, new: str) -> None:
    """Edit a file by hand."""
    text = path.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_bytes(text.replace(old, new).encode())


def said(root: Path, *options: str) -> tuple[str, str, int]:
    """What an import says on both channels, and its exit status."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command("import_course", root, *options, stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return out.getvalue().strip(), err.getvalue().strip(), status


def imported(root: Path, *options: str) -> str:
    """The last line of an import that goes well without a word."""
    out, err, status = said(root, *options)
    assert (err, status) == ("", 0)
    return out


def refused(root: Path, *options: str) -> list[str]:
    """What is wrong, line by line; and nothing is stored."""
    before, err = counts(), StringIO()
    with pytest.raises(CommandError, match=r"\d+ errors?; nothing was imported\."):
        call_command("import_course", root, *options, stdout=StringIO(), stderr=err)
    assert counts() == before
    return err.getvalue().strip().split("\n")


def exported(slug: str, target: Path, *options: str) -> str:
    """The last line of an export."""
    out = StringIO()
    call_command("export_course", slug, target, *options, stdout=out)
    return out.getvalue().strip()


def counts() -> dict[str, int]:
    """How many rows there are of everything that an import may store."""
    rooms = ("lessons", "quizzes", "interchange")
    return {
        model._meta.label: model._base_manager.count()
        for room in rooms
        for model in apps.get_app_config(room).get_models()
    }


def files_in(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
