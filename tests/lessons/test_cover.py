"""The covers that are drawn from a slug."""

import re
import xml.etree.ElementTree as ET

import pytest

from lessons.cover import cover_svg, oklch

SLUGS = ["foundation-models", "rag", "a", "x" * 80, "模型", "نماذج", "agents-2"]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_cover_is_small_and_well_formed(slug):
    svg = cover_svg(slug)

    assert len(svg.encode()) < 4096
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert root.get("viewBox") == "0 0 640 360"


def test_the_same_slug_has_the_same_cover():
    assert cover_svg("foundation-models") == cover_svg("foundation-models")


def test_other_slugs_have_other_covers():
    assert len({cover_svg(slug) for slug in SLUGS}) == len(SLUGS)


def test_a_hue_changes_the_colours_only():
    teal, brown = cover_svg("rag", 205), cover_svg("rag", 40)

    assert teal != brown
    assert re.sub("#[0-9a-f]{6}", "", teal) == re.sub("#[0-9a-f]{6}", "", brown)


def test_a_cover_passes_a_strict_content_security_policy():
    svg = cover_svg("foundation-models")

    for forbidden in ("style", "<script", " on", "href", " id=", "url("):
        assert forbidden not in svg


def test_the_size_is_the_callers():
    assert 'viewBox="0 0 1200 630"' in cover_svg("rag", width=1200, height=630)
    assert len(cover_svg("rag", width=1200, height=630)) < 4096


def test_colours_are_those_of_oklch():
    assert oklch(1, 0, 0) == "#ffffff"
    assert oklch(0, 0, 0) == "#000000"
    assert oklch(0.627955, 0.257683, 29.2339) == "#ff0000"
