"""Every page with the demo course: accessible, no wider than a phone, light enough to arrive."""

from pathlib import Path

import brotli
import pytest
from django.core.management import call_command

from lessons.library import Library
from lessons.models import Bookmark, Lesson, LessonProgress
from quizzes.models import Quiz
from teaching.models import Classroom, Seat
from tests.browser.conftest import look
from tests.browser.test_journey import sign_in
from tests.conftest import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = Path(__file__).parent.parent.parent / "content" / "foundation-models"
LESSON = "/lessons/chinas-foundation-models/"
PUBLIC = [
    "/",
    "/courses/foundation-models/",
    LESSON,
    "/lessons/reading-benchmarks/",
    f"{LESSON}report/",
    "/tools/",
    "/tools/deepseek-r1/",
    "/playbooks/",
    "/playbooks/first-local-model/",
    "/playbooks/model-selection-scorecard/",
    "/pricing/",
    "/search/?q=weights",
    "/search/?q=nothing-like-it",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
]
# The pages of an account have their own test (`test_accounts.py`).
PERSONAL = [
    "/",
    "/courses/foundation-models/",
    LESSON,
    "/me/",
    "/me/bookmarks/",
    "/me/settings/",
    "/me/data/",
    "/teach/",
    f"{LESSON}quiz/",
    "/accounts/logout/",
]


@pytest.fixture(autouse=True)
def course(db):
    """The demo course."""
    call_command("import_course", str(CONTENT), verbosity=0)


def check(page, address):
    """Open the page and look at it."""
    page.goto(address)
    look(page, address)


# In two halves, so that two browsers share them.
@pytest.mark.parametrize("half", [0, 1])
def test_public_pages(page, half):
    for address in PUBLIC[half::2]:
        check(page, address)


def test_a_person_s_pages(page, grace):
    lesson = Lesson.objects.get(slug="chinas-foundation-models")
    LessonProgress.objects.note_place(grace, lesson, "why-these-models-matter", 0.3)
    Bookmark.objects.create(user=grace, lesson=lesson)
    room = Classroom.objects.create(name="A class")
    room.courses.add(lesson.module.course)
    Seat.objects.create(classroom=room, user=grace, role="instructor")
    Seat.objects.create(classroom=room, user=person("learner@example.org"))
    sign_in(page, grace.email)
    for address in [*PERSONAL, room.get_absolute_url()]:
        check(page, address)


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_other_scripts(page, language):
    """Right-to-left and Chinese lessons keep to the width, and say their language."""
    texts = {
        "ar": ("الأوزان المفتوحة", "نص للقراءة مع `code` و $x^2$ وسعر $1.74 / $3.48."),
        "zh-hans": ("开放权重", "中文段落，没有空格，也要正确换行。" * 40),
    }
    title, body = texts[language]
    lesson = Lesson.objects.get(slug="tokens-and-context")
    lesson.title, lesson.body, lesson.language = title, f"## {title}\n\n{body}", language
    lesson.render(Library(lesson.module.course))
    lesson.save()
    check(page, "/lessons/tokens-and-context/")
    assert page.locator("#article").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


def test_the_longest_lesson_is_light(page):
    """A first visit: at most 120 KB compressed, at most 30 KB of it scripts."""
    sizes = {}

    def weigh(response):
        body = response.body()
        packed = body if response.url.endswith((".woff2", ".webp", ".png")) else None
        sizes[response.url] = len(packed if packed is not None else brotli.compress(body))

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(LESSON)
    page.wait_for_load_state("networkidle")

    scripts = sum(size for url, size in sizes.items() if url.endswith(".js"))
    assert sum(sizes.values()) <= 120_000, sizes
    assert scripts <= 30_000


def test_a_keyboard_alone_reaches_the_quiz(page, ada):
    """Sign in, open the lesson, start the quiz, answer and submit, without a pointer."""
    page.goto(f"/accounts/login/?next={LESSON}quiz/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(ada.email)
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start the quiz").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/quizzes/attempts/**")
    for _ in range(80):
        focused = page.evaluate(
            "document.activeElement.type + ' ' + document.activeElement.textContent.trim()"
        )
        if focused.startswith("radio"):
            page.keyboard.press("Space")
        if focused.endswith("Submit answers"):
            break
        if focused.endswith("Next"):
            page.keyboard.press("Enter")
            page.wait_for_timeout(150)
        page.keyboard.press("Tab")
    assert focused.endswith("Submit answers")
    assert Quiz.objects.get(lesson__slug="chinas-foundation-models").attempts.count() == 1
