"""What exists is documented: commands, tiers, directives, question kinds, keys of files."""

import re
from pathlib import Path

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.core.management import get_commands
from django.utils.text import capfirst

from accounts.tiers import BENEFITS
from interchange.text import schema
from lessons.markdown import writer
from quizzes.admin import QuizAdmin
from quizzes.kinds import KINDS
from quizzes.kinds.cloze import FORMS
from quizzes.models import Allowance, Quiz, ReviewPlan
from quizzes.terms import terms

ROOT = Path(__file__).parent.parent
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
LEARNING = " ".join(DOCS["learning.md"].split())
ROOMS = {"pages", "teaching", "progress", "interchange", "quizzes", "lessons", "accounts"}


@pytest.mark.parametrize(
    "command", sorted(name for name, app in get_commands().items() if app in ROOMS)
)
def test_every_command_is_described(command):
    if command != "prepare_demo":  # bin/demo's own
        assert command in DOCS["operate.md"] + DOCS["authoring.md"]


@pytest.mark.parametrize("directive", sorted(writer.DIRECTIVES))
def test_every_directive_is_described(directive):
    assert f":::{{{directive}}}" in DOCS["authoring.md"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_question_kind_is_described(kind):
    assert f"`{kind}`" in DOCS["authoring.md"]


def test_the_demo_course_asks_every_kind():
    quizzes = "".join(path.read_text() for path in (ROOT / "content").rglob("*.quiz.yaml"))
    asked = re.findall(r"^    type: (\S+)$", quizzes, re.MULTILINE)
    assert [kind for kind in KINDS if asked.count(kind) < 4] == []


@pytest.mark.parametrize("rule", sorted({r for kind in KINDS.values() for r in kind.scoring}))
def test_every_rule_to_score_by_is_described(rule):
    assert f"`{rule}`" in DOCS["authoring.md"]


@pytest.mark.parametrize("form", sorted({form.names for form in FORMS.values()}))
def test_every_kind_of_gap_is_described(form):
    for name in form.split():
        tail = "_" + name.partition("_")[2]
        assert f"`{name}`" in DOCS["authoring.md"] or f"`{tail}`" in DOCS["authoring.md"]


@pytest.mark.parametrize("name", ["course", "module", "lesson", "playbook", "quiz"])
def test_every_key_of_a_file_is_described(name):
    missing = [
        key
        for key in schema(name)["properties"]
        if not re.search(rf"\b{key}\b", DOCS["authoring.md"])
    ]
    assert missing == []


def test_every_setting_of_a_quiz_stands_in_the_table():
    rows = re.findall(r"^\| `(\w+)` \|", DOCS["authoring.md"], re.MULTILINE)
    settings = [key for key in schema("quiz")["properties"] if key != "questions"]
    assert [key for key in settings if key not in rows] == []


@pytest.mark.parametrize("name", flatten_fieldsets(QuizAdmin.fieldsets))
def test_every_field_of_a_quiz_is_described(name):
    """By its name in the admin."""
    label = capfirst(Quiz._meta.get_field(name).verbose_name)
    rows = [line for line in DOCS["authoring.md"].split("\n") if line.startswith("| `")]
    assert name == "lesson" or any(label in row.split("|")[2] for row in rows)


# What learners are told: `docs/learning.md`.


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_learners_are_told_how_to_answer_each_kind(kind):
    rows = re.findall(r"^\| ([^|]+) \|", DOCS["learning.md"], re.MULTILINE)
    assert kind.label in rows


@pytest.mark.parametrize("name", flatten_fieldsets(QuizAdmin.fieldsets))
def test_learners_are_told_of_each_setting_of_a_quiz(name):
    """By its name in the admin."""
    label = str(Quiz._meta.get_field(name).verbose_name)
    assert name == "lesson" or label in LEARNING.lower()


@pytest.mark.parametrize("name", ["grading_method", "overdue", "feedback"])
def test_learners_are_told_of_each_choice_in_the_words_of_the_page(name):
    values = [value for value, _ in Quiz._meta.get_field(name).flatchoices]
    said = [set(terms(Quiz(time_limit=30, **{name: value}), None)) for value in values]
    own = [sentences - set.union(*said[:n], *said[n + 1 :]) for n, sentences in enumerate(said)]
    assert all(own), f"the page says the same of two: {values}"
    pieces = [piece for sentences in own for piece in " ".join(sentences).split("; ")]
    assert [piece for piece in pieces if piece.rstrip(".") not in LEARNING] == []


@pytest.mark.parametrize("label", [label for _, label in Allowance.Factor.choices])
def test_learners_are_told_how_much_extra_time_there_may_be(label):
    assert label.partition(" (")[0].lower() in LEARNING


@pytest.mark.parametrize("setting", ReviewPlan._meta.fields, ids=lambda setting: setting.name)
def test_learners_are_told_of_each_setting_of_their_review(setting):
    if setting.name not in {"id", "user"}:
        assert f"| {capfirst(setting.verbose_name)} |" in DOCS["learning.md"]


@pytest.mark.parametrize("benefit", BENEFITS, ids=lambda benefit: benefit.key)
def test_every_benefit_is_described(benefit):
    assert benefit.label in DOCS["operate.md"] + DOCS["architecture.md"] + DOCS["authoring.md"]


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")], ids=str)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(
        r"\]\((?!https?:|#|lesson:|playbook:|media/|…)([^)#\s]+)", path.read_text()
    ):
        assert (path.parent / target).exists(), target
