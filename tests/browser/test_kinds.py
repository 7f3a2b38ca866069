"""Every question kind in a browser: by keyboard alone, by hand, without JavaScript, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.browser.test_quiz import SAVED, all_saved, as_person, responses, state
from tests.factories import ALL_KINDS, ORDERING, make_lesson, make_quiz
from tests.quizzes.sitting import begin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 800}}
ITEMS = ORDERING["content"]["items"]


@pytest.fixture
def attempt(ada):
    """Ada's open attempt at a quiz of all kinds, in the author's order as far as that goes."""
    attempt = begin(make_quiz(make_lesson(slug="open"), ALL_KINDS, shuffle=False), ada)
    attempt.answers.filter(version__kind="ordering").update(dealt=[3, 0, 2, 1])
    return attempt


@pytest.fixture
def opened(open_page, attempt, ada, live_server):
    """Open the attempt as Ada, on a phone: `opened(**context)`."""

    def go(**options):
        page = open_page(**PHONE, **options)
        as_person(page.context, ada, live_server)
        page.goto(attempt.get_absolute_url())
        return page

    return go


def tab_to(page, selector):
    """Press Tab until what has the focus fits the selector."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def onwards(page):
    """To the next question, by keyboard."""
    tab_to(page, "[data-go='1']")
    page.keyboard.press("Enter")


def look(page):
    """Nothing that axe finds, nothing wider than the page, no target too small."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.locator(".question:visible button:visible").evaluate_all(
        "all => all.map(each => Math.min(each.offsetWidth, each.offsetHeight))"
    )
    assert all(size >= 24 for size in sizes)


def test_every_kind_by_keyboard_alone(opened, attempt):
    page = opened()
    for key in ("a", "Enter", "a", "b", "Enter", "B", "Enter"):
        page.keyboard.press(key)
    for text in ("49", "glm-5"):
        tab_to(page, "input[type=text]")
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Question 6 of 8")).to_be_focused()
    look(page)
    for name in ("Zhipu AI", "Moonshot AI", "Alibaba"):
        tab_to(page, "select")
        page.keyboard.type(name)
    onwards(page)

    expect(page.get_by_role("heading", name="Question 7 of 8")).to_be_focused()
    rows = page.locator(".ordering > li > label")
    expect(rows).to_have_text(["GLM-5", "GPT-2", "R1", "BLOOM"])
    expect(page.locator(".dot").nth(6)).to_contain_text("Question 7, unanswered")
    look(page)
    tab_to(page, "[data-move='1']")  # GLM-5's, the first row
    expect(page.get_by_role("button", name="Move GLM-5 down")).to_be_focused()
    for place in (2, 3, 4):
        page.keyboard.press("Enter")
        said = page.locator("[data-moved]").locator("visible=true")
        expect(said).to_have_text(f"GLM-5 is now {place} of 4")
    page.keyboard.press("Enter")
    expect(said).to_have_text("GLM-5 is already last")
    expect(page.get_by_role("button", name="Move GLM-5 down")).to_be_focused()
    page.get_by_role("button", name="Move BLOOM up").focus()
    page.keyboard.press("Space")
    expect(rows).to_have_text(ITEMS)
    expect(page.locator(".dot").nth(6)).to_contain_text("Question 7, answered")
    onwards(page)

    expect(page.get_by_role("heading", name="Question 8 of 8")).to_be_focused()
    look(page)
    tab_to(page, "input[type=text]")
    expect(page.get_by_label("Gap 1")).to_be_focused()
    page.keyboard.type("o1")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Gap 2")).to_be_focused()
    page.keyboard.type("2025")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Gap 3")).to_be_focused()
    page.keyboard.type("MIT")
    tab_to(page, "[data-submit]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="You passed: 100 %")).to_be_focused()
    look(page)
    assert responses(attempt)[6] == {"places": [3, 0, 2, 1]}
    assert page.problems == []


def test_without_javascript_every_kind_has_its_fields(opened, attempt):
    page = opened(java_script_enabled=False)
    page.get_by_label("right", exact=True).check()
    for label in ("first", "second", "False"):
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Your answer").first.fill("49")
    page.get_by_label("Your answer").last.fill("GLM-5")
    for left, right in (("GLM-5", "Zhipu AI"), ("Kimi", "Moonshot AI"), ("Qwen", "Alibaba")):
        page.locator(".pairs").get_by_label(left).select_option(label=right)
    for place, item in enumerate(ITEMS, 1):
        page.locator(".ordering").get_by_label(item).select_option(label=str(place))
    expect(page.get_by_role("button", name=re.compile("^Move|Keep this"))).to_have_count(0)
    page.get_by_label("Gap 1").fill("o1")
    page.get_by_label("Gap 2").fill("2024")
    page.get_by_label("Gap 3").select_option(label="MIT")
    page.get_by_role("button", name="Save answers").last.click()
    expect(page.locator(".ordering").get_by_label("R1")).to_have_value("2")
    expect(page.get_by_label("Gap 3")).to_have_value("1")
    page.get_by_role("button", name="Submit answers").click()

    expect(page.get_by_role("heading", name="You passed: 96.88 %")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_text("Your answer: 2024, not right")).to_be_visible()


def test_an_order_is_dragged_or_kept_and_another_tab_asks(opened, attempt, ada):
    page = opened()
    address = attempt.get_absolute_url()
    page.goto(f"{address}#q7")
    rows = page.locator(".ordering > li > label")
    page.get_by_role("button", name="Keep this order").click()
    expect(state(page)).to_have_text(SAVED)
    assert responses(attempt)[6] == {"places": [0, 1, 2, 3]}
    expect(page.get_by_role("button", name="Keep this order")).to_be_hidden()

    grip = page.locator("[data-grip]").locator("visible=true").first.bounding_box()
    last = page.locator(".ordering > li").last.bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 10, last["y"] + last["height"] - 4, steps=12)
    page.mouse.up()
    expect(rows).to_have_text(["GPT-2", "R1", "BLOOM", "GLM-5"])
    all_saved(page)
    assert responses(attempt)[6] == {"places": [3, 0, 1, 2]}

    other = page.context.new_page()
    other.goto(f"{address}#q7")
    expect(other.locator(".ordering > li > label")).to_have_text(["GPT-2", "R1", "BLOOM", "GLM-5"])
    other.get_by_role("button", name="Move BLOOM up").click()
    all_saved(other)
    page.get_by_role("button", name="Move GPT-2 down").click()
    box = page.locator(".message:visible")
    expect(box).to_contain_text("1. GPT-2; 2. BLOOM; 3. R1; 4. GLM-5")
    box.get_by_role("button", name="Take the other one").click()
    expect(rows).to_have_text(ITEMS)

    page.evaluate("document.documentElement.dir = 'rtl'")
    grip = page.locator("[data-grip]").locator("visible=true").first.bounding_box()
    up = page.get_by_role("button", name="Move GPT-2 up").bounding_box()
    assert grip["x"] > up["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_long_address_makes_no_page_wider_than_a_phone(open_page, ada, live_server):
    long = "example.org/" + "weights" * 12
    specs = [
        {**ORDERING, "prompt": long, "content": {"items": [long, "b"]}},
        {
            "kind": "matching",
            "prompt": long,
            "content": {"pairs": [{"left": long, "right": long}, {"left": "b", "right": "c"}]},
        },
        {"kind": "cloze", "prompt": "", "content": {"text": f"# {{1:SA:={long}}} {long}"}},
    ]
    attempt = begin(make_quiz(specs=specs), ada)
    page = open_page(viewport={"width": 320, "height": 800}, java_script_enabled=False)
    as_person(page.context, ada, live_server)
    page.goto(attempt.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in ("Submit answers", "Submit anyway"):
        page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Not passed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
