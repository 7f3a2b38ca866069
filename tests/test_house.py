"""The house's own rules: foreign keys point down, policy and words hold everywhere."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines
from django.urls import get_resolver

ROOT = Path(__file__).parent.parent
ROOMS = ("pages", "teaching", "progress", "interchange", "quizzes", "lessons", "accounts")
# Siblings stand on one floor and don't see each other.
FLOOR = {"accounts": 0, "lessons": 1, "quizzes": 2, "interchange": 3, "progress": 3}
FLOOR |= {"teaching": 4, "pages": 5}


def tracked(*endings: str) -> list[Path]:
    """The files of the project with these endings."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in names if name.endswith(endings) and (ROOT / name).is_file()]


def test_foreign_keys_point_down():
    """A string key such as "quizzes.Quiz" inside lessons would slip past the import rules."""
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOOR
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) and not field.auto_created
        if FLOOR.get(field.related_model._meta.app_label, -1) > FLOOR[model._meta.app_label]
    ]
    assert wrong == []


TEMPLATES = [
    path
    for path in tracked(".html")
    if not {"node_modules"} & set(path.parts) and "templates" in path.parts
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_keep_to_the_policy(path):
    """No inline script, style or handler: the content security policy would block each."""
    text = path.read_text()

    assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text


def test_templates_compile():
    for path in TEMPLATES:
        engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:margin|padding|border)-(?:left|right)|(?:^|[;{\s])(?:left|right)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)",
    re.MULTILINE,
)


@pytest.mark.parametrize("path", tracked(".css"), ids=lambda path: str(path.relative_to(ROOT)))
def test_styles_have_no_left_and_right(path):
    """Right-to-left pages mirror by logical properties."""
    if "vendor" not in path.parts:
        assert not PHYSICAL.search(path.read_text())


def test_no_file_names_a_host_or_a_machine():
    """Package hosts and paths of one machine don't belong in a repository."""
    hosts = [r"py" + r"pi\.org", r"python" + r"hosted", r"npm" + r"js\.org", r"deb\.deb" + "ian"]
    found = re.compile("|".join([*hosts, r"/wor" + "k/", r"/roo" + "t/"]))
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked(".py", ".md", ".txt", ".toml", ".html", ".js", ".css", ".in", ".yaml")
        if found.search(path.read_text())
    ]
    assert wrong == []


def addresses(patterns=None, prefix=""):
    """Every address of our own rooms, with its callback."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        here = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here, pattern


def test_every_view_of_ours_is_documented():
    """A view without a docstring is one whose refusals nobody wrote down."""
    bare = {
        f"{pattern.callback.__module__}.{pattern.callback.__qualname__}"
        for _, pattern in addresses()
        if pattern.callback.__module__.split(".")[0] in ROOMS and not pattern.callback.__doc__
    }
    assert bare == set()


def test_modules_say_what_they_hold():
    bare = [
        str(path.relative_to(ROOT))
        for path in tracked(".py")
        if path.read_text().strip()
        and "migrations" not in path.parts
        and path.name != "__init__.py"
        and not re.match(r'(#!.*\n)?r?"""', path.read_text())
    ]
    assert bare == []
