"""The table of tiers, and that nobody else compares them."""

import ast
import re

import pytest
from django.conf import settings

from accounts.tiers import BENEFITS, PAID, Can, Tier, added_by, highest, includes, missing_from

ROOMS = ("accounts", "lessons", "quizzes", "progress", "interchange", "teaching", "pages", "config")
TABLE = {
    "quizzes": "free plus pro",
    "progress": "free plus pro",
    "bookmarks": "free plus pro",
    "review": "free plus pro",
    "audio": "plus pro",
    "pdf": "plus pro",
    "playbooks": "plus pro",
    "personal": "plus pro",
    "certificates": "pro",
    "mp3": "pro",
    "video": "pro",
}
# A playbook's own file says which tier reads it: that is data, and one place reads it.
DATA = {"lessons/models.py"}


@pytest.mark.parametrize("benefit", TABLE)
def test_who_has_what(benefit):
    assert [tier for tier in Tier if includes(tier, benefit)] == TABLE[benefit].split()


def test_the_table_is_whole():
    assert {benefit.key for benefit in BENEFITS} == set(TABLE)


def test_the_order_of_tiers():
    assert highest([]) == Tier.FREE
    assert highest([Tier.PLUS, Tier.PRO, Tier.FREE]) == Tier.PRO
    assert PAID == (Tier.PLUS, Tier.PRO)
    assert [b.key for b in added_by(Tier.PRO)] == ["certificates", "mp3", "video"]
    assert missing_from(Tier.PLUS) == added_by(Tier.PRO)
    assert missing_from(Tier.PRO) == ()


def test_a_benefit_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        Can(Tier.PRO)["gold"]


def compares_tiers(node: ast.AST) -> bool:
    """Whether this is a comparison with a tier, by name or by value."""
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    sides += [
        part
        for side in sides
        if isinstance(side, ast.Tuple | ast.List | ast.Set)
        for part in side.elts
    ]
    return any(
        (isinstance(side, ast.Attribute) and re.search(r"Tier\.(PLUS|PRO)$", ast.unparse(side)))
        or (isinstance(side, ast.Constant) and side.value in {"plus", "pro"})
        for side in sides
    )


def sources():
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            yield path.relative_to(settings.BASE_DIR).as_posix(), path


def test_no_other_code_compares_tiers():
    found = [
        f"{name}:{node.lineno}"
        for name, path in sources()
        if name != "accounts/tiers.py" and name not in DATA
        for node in ast.walk(ast.parse(path.read_text()))
        if compares_tiers(node)
    ]
    assert found == []


def test_no_template_compares_tiers():
    compared = re.compile(r"\{%\s*(el)?if\b[^%]*\btier\b[^%]*(==|!=|\bin\b|<|>)")
    found = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        if compared.search(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["a.tier == Tier.PLUS", "x in ('plus', 'pro')", "Tier.PRO != y", "tiers.Tier.PLUS < z"]
)
def test_the_watch_sees_a_comparison(line):
    assert any(compares_tiers(node) for node in ast.walk(ast.parse(line)))
