"""The schemas are valid, the demo's files fit them, and the manual names what they allow."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from interchange.folder import split
from interchange.text import check, parse, schema

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = sorted((ROOT / "docs/schemas").glob("*.json"))
CONTENT = ROOT / "content/foundation-models"
NAMES = {"course.md": "course", "module.md": "module", "tools.yaml": "tools"}
MANUAL = (ROOT / "docs/authoring.md").read_text()


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schemas_are_valid(path):
    Draft202012Validator.check_schema(json.loads(path.read_text()))


def kind_of(path: Path) -> str:
    if path.name.endswith(".quiz.yaml"):
        return "quiz"
    return "playbook" if path.parent.name == "playbooks" else NAMES.get(path.name, "lesson")


@pytest.mark.parametrize(
    "path",
    sorted([*CONTENT.rglob("*.md"), *CONTENT.rglob("*.yaml")]),
    ids=lambda path: str(path.relative_to(CONTENT)),
)
def test_the_demo_s_files_fit(path):
    text = path.read_text()
    document = parse(path.name, split(text)[0] if path.suffix == ".md" else text)
    check(document, kind_of(path))
    assert document.problems == []


def test_the_manual_names_every_key():
    question = schema("quiz")["properties"]["questions"]["items"]["properties"]
    rows = question["choices"]["items"]["properties"] | question["answers"]["items"]["properties"]
    keys = {
        *schema("lesson")["properties"],
        *schema("quiz")["properties"],
        *question,
        *question["type"]["enum"],
        *rows,
        *schema("tools")["additionalProperties"]["properties"],
        *schema("playbook")["properties"],
    }
    assert {key for key in keys if key not in MANUAL} == set()


def test_the_manual_s_tables_name_every_lesson_key_and_kind():
    question = schema("quiz")["properties"]["questions"]["items"]["properties"]
    names = [*schema("lesson")["properties"], *question["type"]["enum"]]
    rows = [line.split("|")[1] for line in MANUAL.split("\n") if line.startswith("|")]
    assert [name for name in names if not any(f"`{name}`" in row for row in rows)] == []
