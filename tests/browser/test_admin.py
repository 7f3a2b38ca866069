"""The author's desk in a browser: the live preview, rows by keyboard, kinds, the policy, no script.

The `page` fixture fails a test for any error in the console, policy violations among them.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lessons.models import Lesson, ProblemReport
from quizzes.models import ItemTally, Question, QuizTally
from teaching.models import Classroom
from tests import factories
from tests.browser.test_quiz import as_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lesson(db):
    """A lesson with everything around it."""
    lesson = factories.make_lesson(title="Open weights", takeaways=["First.", "Second."])
    factories.make_quiz(lesson, factories.ALL_KINDS)
    factories.make_tool(lesson.module.course)
    factories.make_playbook(lesson.module.course)
    ProblemReport.objects.create(lesson=lesson, text="A wrong date.")
    Classroom.objects.create(name="Monday")
    return lesson


@pytest.fixture
def desk(page, admin, live_server, lesson):
    """The desk, open in an author's browser."""
    as_person(page.context, admin, live_server)
    return page


def change(row) -> str:
    """The address of a row's page."""
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def test_the_preview_follows_the_typing_and_stores_nothing(desk, lesson):
    desk.goto(change(lesson))
    preview = desk.frame_locator("[data-preview-frame]")
    expect(preview.locator("h1")).to_have_text("Open weights")
    desk.get_by_label("Title").fill("Typed just now")
    expect(preview.locator("h1")).to_have_text("Typed just now")
    desk.get_by_label("Article").fill("## Typed\n\n<script>alert(1)</script>\n\n[x](lesson:gone)")
    expect(preview.locator("#article")).to_contain_text("<script>")
    desk.get_by_role("button", name="Line 5").click()
    chosen = "document.querySelector('#id_body').selectionStart"
    assert desk.evaluate(chosen) == len("## Typed\n\n<script>alert(1)</script>\n\n")
    preview.get_by_role("link", name="Sign up free").first.click()
    expect(preview.locator("h1")).to_have_text("Typed just now")
    assert Lesson.objects.get().title == "Open weights"
    desk.get_by_label("Title").press("Enter")
    desk.wait_for_url("**/lessons/lesson/")
    assert Lesson.objects.get().title == "Typed just now"


def test_rows_are_moved_added_and_removed_by_keyboard(desk, lesson):
    desk.goto(change(lesson))
    rows = desk.locator("[data-rows=takeaways] tbody tr")
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("button", name="Move up").press("Enter")
    desk.get_by_role("button", name="Add takeaway").press("Enter")
    desk.keyboard.type("Third.")
    rows.nth(1).get_by_role("button", name="Remove").press("Enter")
    expect(desk.get_by_label("Takeaway 2")).to_have_value("Third.")
    expect(desk.get_by_label("Takeaway 2")).to_be_focused()
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")
    assert Lesson.objects.get().takeaways == ["Second.", "Third."]


def test_a_question_shows_what_its_kind_needs(desk, lesson):
    desk.goto(f"/admin/quizzes/question/add/?quiz={lesson.quiz.pk}")
    expect(desk.get_by_label("Choice 1", exact=True)).to_be_visible()
    expect(desk.get_by_label("Number, answer 1")).to_be_hidden()
    desk.get_by_label("Kind").select_option("numeric")
    expect(desk.get_by_label("Choice 1", exact=True)).to_be_hidden()
    desk.get_by_label("Prompt").fill("How many are there?")
    desk.get_by_label("Number, answer 1").fill("many")
    save = desk.get_by_role("button", name="Save", exact=True).first
    save.click()
    expect(desk.locator(".rows .errorlist")).to_contain_text("Answer 1 is not a number")
    desk.get_by_label("Number, answer 1").fill("12")
    save.click()
    desk.wait_for_url("**/quizzes/question/")
    made = Question.objects.get(key="how-many-are-there")
    assert made.current.content == {"answers": [{"value": "12"}]}


def test_without_script_every_kind_is_there_and_the_preview_opens(
    desk, new_context, admin, live_server, lesson
):
    context = new_context(java_script_enabled=False)
    as_person(context, admin, live_server)
    plain = context.new_page()
    plain.goto(change(lesson.quiz.questions.first()))
    expect(plain.get_by_label("Choice 6", exact=True)).to_be_visible()  # three blank ones
    expect(plain.get_by_label("Number, answer 1")).to_be_visible()
    plain.goto(change(lesson))
    plain.get_by_label("Title").fill("Not saved")
    with context.expect_page() as opened:
        plain.get_by_role("button", name="Open in a new tab").click()
    expect(opened.value.locator("h1")).to_have_text("Not saved")
    assert Lesson.objects.get().title == "Open weights"


def analysis(quiz) -> str:
    """The address of what the numbers say of a quiz; they say that it is not well made."""
    for question in quiz.questions.all():
        ItemTally.objects.create(
            version=question.current,
            answers=60,
            cells={"1000|3000": 10, "0|4000": 30, "0|2000": 20},
            choices={"": 5, "0": 10, "1": 45, "true": 30, "false": 25},
        )
    QuizTally.objects.create(
        quiz=quiz,
        attempts=60,
        passes=30,
        scores={"60": 10, "80": 30, "40": 20},
        totals={"3000": 10, "4000": 30, "2000": 20},
    )
    return f"/admin/quizzes/quiz/{quiz.pk}/analysis/"


def test_no_page_breaks_the_policy_and_none_is_too_wide(desk, lesson):
    course = lesson.module.course
    rows = [
        lesson,
        course,
        lesson.module,
        course.tools.get(),
        course.playbooks.get(),
        lesson.reports.get(),
        lesson.quiz,
        lesson.quiz.questions.first(),
        Classroom.objects.get(),
    ]
    addresses = ["/admin/", *(change(row) for row in rows)]
    addresses += [address.rsplit("/", 3)[0] + "/" for address in addresses[1:]]
    addresses += ["/admin/lessons/asset/", "/admin/lessons/asset/add/", analysis(lesson.quiz)]
    desk.set_viewport_size({"width": 768, "height": 900})
    for address in addresses:
        assert desk.goto(address).ok, address
        wide = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_ours_passes_axe(desk, lesson, scheme):
    numbers = analysis(lesson.quiz)
    desk.emulate_media(color_scheme=scheme)
    for address in (
        "/admin/",
        change(lesson),
        change(lesson.quiz.questions.first()),
        numbers,
    ):
        desk.goto(address)
        desk.wait_for_load_state("networkidle")
        ours = ".attention, .room, .rows, .markdown-write, .markdown-bar, .beside, .analysis main"
        found = Axe().run(desk, context=ours, options={"iframes": False})
        assert found.violations_count == 0, found.generate_report()
    assert desk.get_by_text("is chosen more often than a right answer").first.is_visible()
