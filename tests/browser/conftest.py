"""A real browser in front of a real server."""

import os
import shutil

import pytest
from axe_playwright_python.base import AXE_SCRIPT

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Chromium as installed; `bin/test` names it or says how to get it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "no Chromium: install it, or run bin/test --quick"
    return {"executable_path": chromium, "args": ARGS}


@pytest.fixture(scope="session")
def browser_context_args(live_server):
    """Addresses may be written as paths; nothing moves, so that screenshots are of the end."""
    return {"base_url": live_server.url, "reduced_motion": "reduce"}


@pytest.fixture(autouse=True)
def _site_url(settings, live_server):
    """Links in mails and canonical addresses lead to the server under test."""
    settings.SITE_URL = live_server.url


def watch(page):
    """Make a page fail its test for errors in the console, policy violations among them."""
    page.set_default_timeout(8000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda line: (
            page.problems.append(line.text)
            if line.type == "error" and "Failed to load resource" not in line.text
            else None
        ),
    )
    return page


@pytest.fixture
def page(page):
    """The browser's page, watched."""
    yield watch(page)
    assert page.problems == []


@pytest.fixture
def open_page(new_context):
    """Open a further browser, as another person or device would: `open_page(**context)`."""

    def opened(**options):
        return watch(new_context(**options).new_page())

    return opened


EVERYTHING = "{resultTypes: ['violations']}"
COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"


def violations(page, rules=EVERYTHING):
    """What axe finds wrong with the page as it stands: (rule, element, why)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"axe.run({rules}).then(run => run.violations)")
    return [
        (rule["id"], node["html"][:200], node["failureSummary"][:300])
        for rule in found
        for node in rule["nodes"]
    ]


def look(page, name):
    """Fail for an axe violation or sideways scrolling, in both themes, at 1280 and 320 px.

    The page is not loaded anew: widths and themes change while it is open, as they do for readers.
    A theme is colours alone, so in the second one only the rules on colour are asked again.
    """
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found = violations(page, rules)
            assert not found, (name, width, scheme, found)
