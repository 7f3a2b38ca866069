"""The style guide: every component in every state, within the policy and the weight."""

import re
from pathlib import Path

import brotli
import pytest
from django.test import RequestFactory

from pages.styleguide import styleguide

ROOT = Path(__file__).resolve().parents[2]
CSS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PHYSICAL = re.compile(
    r"(?:^|[\s;{])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom"
    r"|(?:min-|max-)?(?:width|height))\s*:|:\s*(?:left|right)\s*;"
)


@pytest.mark.parametrize("query", ["", "lesson", "quiz", "result", "dashboard"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_every_sample_page_renders(query, direction):
    request = RequestFactory().get("/styleguide/", {"page": query, "dir": direction})

    page = styleguide(request).content.decode()

    assert f'dir="{direction}"' in page
    assert "<h1" in page
    assert "style=" not in page


def test_a_page_that_does_not_exist_is_the_guide():
    page = styleguide(RequestFactory().get("/styleguide/", {"page": "../base"})).content.decode()

    assert "<h1>Style guide</h1>" in page


def test_the_style_sheets_that_pages_load_are_small():
    """Those of every page together, and with them those of any one page of the instructor's."""
    of_all = set(re.findall(r"css/([\w-]+\.css)", (ROOT / "templates" / "base.html").read_text()))
    size = {sheet.name: len(brotli.compress(sheet.read_bytes())) for sheet in CSS}
    assert sum(size[name] for name in of_all) < 20_000
    for template in (ROOT / "templates" / "teaching").rglob("*.html"):
        more = set(re.findall(r"css/([\w-]+\.css)", template.read_text())) | {"teaching.css"}
        assert sum(size[name] for name in of_all | more) < 25_000, template


@pytest.mark.parametrize("sheet", CSS, ids=lambda sheet: sheet.name)
def test_style_sheets_know_no_left_and_right(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

    assert not PHYSICAL.findall(text)


def test_templates_have_no_inline_styles_or_handlers():
    inline = re.compile(
        r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*(?:\ssrc=|application/json))"
    )

    found = [path.name for path in TEMPLATES if inline.search(path.read_text())]

    assert found == []
