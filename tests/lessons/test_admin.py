"""The author's desk: courses, lessons and what they are made of."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from lessons.models import Course, Lesson, Module, ProblemReport
from pages.caching import pages
from tests import factories
from tests.desk import ATTACK, act, edit, problems_beside, said, sent, staff
from tests.sounds import mp3

pytestmark = pytest.mark.django_db


# ---- the lesson ---------------------------------------------------------------------------------


def test_a_lesson_is_edited_on_one_page(as_admin):
    lesson = factories.make_lesson()
    page = edit(
        as_admin,
        lesson,
        title="A better title",
        body="## Only part\r\n\r\nFewer words.",
        **{"takeaways-0-text": "One *thing*.", "takeaways-1-text": "", "takeaways-7-text": "Two."},
        **{"objectives-0-text": "Explain it well"},
    )
    lesson = Lesson.objects.get(pk=lesson.pk)
    assert lesson.title == "A better title"
    assert lesson.body == "## Only part\n\nFewer words."
    assert "Fewer words." in lesson.body_html
    assert lesson.takeaways == ["One *thing*.", "Two."]
    assert lesson.takeaways_html[0] == "One <em>thing</em>."
    assert [o.text for o in lesson.objectives.all()] == ["Explain it well"]
    assert "changed successfully" in " ".join(said(page))


def test_saving_without_a_change_changes_no_text(as_admin):
    lesson = factories.make_lesson(body="## Part\n\nWords.\n", takeaways=["Keep this."])
    edit(as_admin, lesson)
    again = Lesson.objects.get(pk=lesson.pk)
    assert (again.body, again.takeaways) == ("## Part\n\nWords.\n", ["Keep this."])


def test_a_new_lesson_gets_address_place_and_objective_ids(as_admin):
    module = factories.make_module()
    factories.make_lesson(module, position=7)
    url = "/admin/lessons/lesson/add/"
    data = sent(as_admin.get(url), title="Über Modelle", module=str(module.pk))
    data |= {"objectives-0-text": "Explain the *whole* idea", "body": "Words."}
    assert as_admin.post(url, data).status_code == 302
    lesson = Lesson.objects.get(title="Über Modelle")
    assert (lesson.slug, lesson.position) == ("über-modelle", 8)
    assert [o.key for o in lesson.objectives.all()] == ["explain-the-whole-idea"]
    assert lesson.reading_minutes == 1


def test_objectives_count_in_the_reading_time(as_admin):
    lesson = factories.make_lesson()
    edit(as_admin, lesson, **{"objectives-0-text": "word " * 700})
    assert Lesson.objects.get(pk=lesson.pk).reading_minutes == 3


def test_an_objective_that_a_question_checks_is_retired_and_comes_back(as_admin):
    lesson = factories.make_lesson(objectives=("know", "do"))
    know, _ = lesson.objectives.all()
    factories.make_question(factories.make_quiz(lesson, specs=())).objectives.add(know)
    edit(as_admin, lesson, **{"objectives-0-DELETE": "on", "objectives-1-DELETE": "on"})
    assert [o.key for o in lesson.objectives.all()] == ["know"]
    assert not lesson.objectives.current()
    edit(as_admin, lesson, **{"objectives-0-text": "Know it", "objectives-0-key": "know"})
    assert lesson.objectives.current().get().pk == know.pk


def test_two_objectives_have_not_one_id(as_admin):
    lesson = factories.make_lesson(objectives=("know",))
    page = edit(as_admin, lesson, **{"objectives-1-text": "More", "objectives-1-key": "know"})
    assert "Another objective of this lesson has this id." in page.text


def test_problems_of_the_text_are_said_with_their_line_and_saved_all_the_same(as_admin):
    lesson = factories.make_lesson()
    body = "Words.\n\n[gone](lesson:no-such)\n\n:::{tool} unknown-tool\n:::\n\n![x](media/no.png)\n"
    page = edit(as_admin, lesson, body=body)
    warnings = " ".join(said(page))
    for line, name in ((3, "no-such"), (5, "unknown-tool"), (8, "media/no.png")):
        assert f"line {line}: " in warnings
        assert name in warnings
    assert Lesson.objects.get(pk=lesson.pk).body == body
    later = as_admin.get(f"/admin/lessons/lesson/{lesson.pk}/change/")
    assert 'data-line="5"' in later.text
    assert "unknown-tool" in later.text


def test_a_link_comes_alive_when_its_lesson_is_made(as_admin):
    lesson = factories.make_lesson(body="[next](lesson:coming)")
    assert "/lessons/coming/" not in lesson.body_html
    other = factories.make_lesson(lesson.module)
    edit(as_admin, other, slug="coming")
    assert "/lessons/coming/" in Lesson.objects.get(pk=lesson.pk).body_html


def test_a_changed_address_redirects(as_admin, client):
    lesson = factories.make_lesson(slug="before")
    page = edit(as_admin, lesson, slug="after")
    assert client.get("/lessons/before/").headers["Location"] == "/lessons/after/"
    assert "“before”, leads here" in " ".join(said(page))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("slug", "not a slug", "single hyphens"),
        ("language", "en glish", "language tag"),
        ("narration", "../secret.mp3", "under media/"),
        ("title", "", "required"),
        ("body", "x" * 3_000_000, ""),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field(as_admin, field, value, words, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
    lesson = factories.make_lesson()
    errors = problems_beside(edit(as_admin, lesson, **{field: value}))
    assert list(errors) == [field]
    assert words in str(errors[field])


def test_an_address_in_use_is_refused(as_admin):
    factories.make_lesson(slug="taken")
    errors = problems_beside(edit(as_admin, factories.make_lesson(), slug="taken"))
    assert "already exists" in str(errors["slug"])


def test_tools_are_named_in_order_and_carded_ones_follow(as_admin):
    lesson = factories.make_lesson()
    one, two, three = (factories.make_tool(lesson.module.course) for _ in range(3))
    rows = {"tool_links-TOTAL_FORMS": "2"}
    rows |= {"tool_links-0-tool": str(two.pk), "tool_links-0-position": "2"}
    rows |= {"tool_links-1-tool": str(one.pk), "tool_links-1-position": "1"}
    body = f":::{{tool}} {three.slug}\n:::\n\n:::{{tool}} {two.slug}\n:::\n"
    edit(as_admin, lesson, body=body, **rows)
    links = [(link.tool, link.carded) for link in lesson.tool_links.all()]
    assert links == [(one, False), (two, False), (three, True)]
    page = edit(as_admin, lesson, body="No cards.")
    assert [link.tool for link in lesson.tool_links.all()] == [one, two]
    assert page.status_code == 200


def test_a_playbook_and_an_introduction_follow_a_changed_lesson_too(as_admin):
    lesson = factories.make_lesson()
    playbook = factories.make_playbook(body="[next](lesson:coming)")
    edit(as_admin, lesson.module.course, body="[start](lesson:coming)")
    edit(as_admin, lesson, slug="coming")
    playbook.refresh_from_db()
    assert "/lessons/coming/" in playbook.body_html
    assert "/lessons/coming/" in Course.objects.get(pk=lesson.module.course_id).body_html


def test_a_tool_or_lesson_twice_and_itself_are_refused(as_admin):
    lesson, tool = factories.make_lesson(), factories.make_tool()
    twice = {"tool_links-TOTAL_FORMS": "2"}
    twice |= {"tool_links-0-tool": str(tool.pk), "tool_links-1-tool": str(tool.pk)}
    assert "in the list already" in edit(as_admin, lesson, **twice).text
    itself = {"related_links-0-to": str(lesson.pk)}
    assert "This is the lesson itself." in edit(as_admin, lesson, **itself).text


def test_related_lessons_are_kept_in_order(as_admin):
    lesson, one, two = (factories.make_lesson() for _ in range(3))
    rows = {"related_links-TOTAL_FORMS": "2", "related_links-0-to": str(one.pk)}
    rows |= {"related_links-0-position": "5", "related_links-1-to": str(two.pk)}
    rows |= {"related_links-1-position": "1"}
    edit(as_admin, lesson, **rows)
    assert [link.to for link in lesson.related_links.all()] == [two, one]


def test_a_change_in_the_rows_around_it_moves_the_public_stamp(as_admin):
    lesson = factories.make_lesson()
    before = Lesson.objects.get(pk=lesson.pk).changed_at
    edit(as_admin, lesson, **{"objectives-0-text": "Another text"})
    assert Lesson.objects.get(pk=lesson.pk).changed_at > before


def test_the_list_says_the_state_in_words(as_admin):
    module = factories.make_module()
    factories.make_lesson(module, status="draft")
    factories.make_lesson(module, publish_at=timezone.now() + timedelta(days=3))
    factories.make_lesson(module, archived_at=timezone.now())
    factories.make_lesson(module, body="zebra")
    page = as_admin.get("/admin/lessons/lesson/")
    for words in ("Draft", "Scheduled for", "Archived", "Published"):
        assert words in page.text
    for state in ("draft", "scheduled", "archived", "published"):
        found = as_admin.get(f"/admin/lessons/lesson/?state={state}").context["cl"].result_list
        assert len(found) == 1
    assert len(as_admin.get("/admin/lessons/lesson/?q=zebra").context["cl"].result_list) == 1


def test_lessons_are_published_unpublished_archived_and_restored(as_admin, client):
    lesson = factories.make_lesson(status="draft", publish_at=timezone.now() + timedelta(days=3))
    url, address = "/admin/lessons/lesson/", lesson.get_absolute_url()
    for action, status in (
        ("publish", 200),
        ("archive", 302),  # leads to its course
        ("restore", 200),
        ("unpublish", 404),
    ):
        assert act(as_admin, url, action, lesson).status_code == 200
        client.get("/")
        pages.forget()
        assert client.get(address).status_code == status


def test_what_people_read_is_not_deleted(as_admin, ada):
    lesson = factories.make_lesson()
    lesson.progress.create(user=ada)
    page = as_admin.get(f"/admin/lessons/lesson/{lesson.pk}/change/")
    assert "Archive it: their results stay" in page.text
    for row in (lesson, lesson.module, lesson.module.course):
        name = row._meta.model_name
        assert as_admin.get(f"/admin/lessons/{name}/{row.pk}/delete/").status_code == 403
        assert "delete_selected" not in as_admin.get(f"/admin/lessons/{name}/").text


def test_a_lesson_nobody_read_is_deleted(as_admin):
    lesson = factories.make_lesson()
    as_admin.post(f"/admin/lessons/lesson/{lesson.pk}/delete/", {"post": "yes"})
    assert not Lesson.objects.exists()


# ---- the preview --------------------------------------------------------------------------------


def test_the_preview_shows_the_form_as_it_is_and_stores_nothing(as_admin):
    lesson = factories.make_lesson(status="draft", title="Stored title")
    tool = factories.make_tool(lesson.module.course)
    page = as_admin.get(f"/admin/lessons/lesson/{lesson.pk}/change/")
    data = sent(page, title="Unsaved title", body=f":::{{tool}} {tool.slug}\n:::\n[x](lesson:no)")
    data |= {"objectives-0-text": "Unsaved *objective*", "takeaways-0-text": "Unsaved takeaway"}
    url = f"/admin-preview/lessons/{lesson.pk}/"
    answer = as_admin.post(url, data, headers={"accept": "application/json"}).json()
    html = answer["html"]
    for words in ("Unsaved title", "Unsaved <em>objective</em>", "Unsaved takeaway", tool.name):
        assert words in html
    assert "Free to read" in html  # as a reader without an account sees it
    assert [problem["line"] for problem in answer["problems"]] == [3]
    assert Lesson.objects.get(pk=lesson.pk).title == "Stored title"
    plain = as_admin.post(url, data)
    assert "Unsaved title" in plain.text
    assert plain["Cache-Control"] == "private, no-store"


def test_a_new_lesson_is_previewed_too(as_admin):
    url = "/admin-preview/lessons/0/"
    answer = as_admin.post(url, {"title": "New"}, headers={"accept": "application/json"}).json()
    assert "Make a course" in answer["error"]
    module = factories.make_module()
    factories.make_lesson(module)
    page = as_admin.get("/admin/lessons/lesson/add/")
    assert url in page.text
    html = as_admin.post(url, sent(page, title="Brand new", body="Words")).text
    assert "Brand new" in html
    assert Lesson.objects.count() == 1


def test_a_text_that_no_page_can_hold_is_said_in_the_preview(as_admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
    lesson = factories.make_lesson()
    url = f"/admin-preview/lessons/{lesson.pk}/"
    data = {"body": "x" * 3_000_000}
    assert as_admin.post(url, data, headers={"accept": "application/json"}).json()["error"]
    assert as_admin.post(url, data).status_code == 422


def test_a_stored_draft_is_shown_to_who_may_see_it(as_ada, client):
    lesson = factories.make_lesson(status="draft")
    url = f"/admin-preview/lessons/{lesson.pk}/"
    looker = staff("view_lesson")
    assert lesson.title in looker.get(url).text
    assert looker.post(url, {"title": "x"}).status_code == 403
    assert looker.get("/admin-preview/lessons/999999/").status_code == 404
    for somebody in (client, as_ada):
        assert somebody.get(url).status_code == 403
        assert somebody.post(url, {"title": "x"}).status_code == 403


def test_who_may_only_look_cannot_change(as_ada, client):
    lesson = factories.make_lesson(takeaways=["Keep this."])
    looker = staff("view_lesson", "view_course", "view_tool", "view_module")
    page = looker.get(f"/admin/lessons/lesson/{lesson.pk}/change/")
    assert page.status_code == 200
    assert "Keep this." in page.text
    assert 'name="body"' not in page.text
    assert looker.post(f"/admin/lessons/lesson/{lesson.pk}/change/", {}).status_code == 403
    assert 'value="archive"' not in looker.get("/admin/lessons/lesson/").text
    for somebody in (as_ada, client):
        answer = somebody.get("/admin/lessons/lesson/")
        assert answer.status_code == 302


# ---- courses, modules, tools, playbooks, reports ------------------------------------------------


def test_a_course_is_made_with_its_modules(as_admin):
    url = "/admin/lessons/course/add/"
    data = sent(as_admin.get(url), title="A course", body="**Bold** start.", language="en")
    data |= {"modules-TOTAL_FORMS": "1", "modules-0-title": "First part"}
    assert as_admin.post(url, data).status_code == 302
    course = Course.objects.get()
    assert (course.slug, course.modules.get().slug) == ("a-course", "first-part")
    assert "<strong>Bold</strong>" in course.body_html


def test_a_module_has_an_address_of_its_own_in_the_course(as_admin):
    one = factories.make_module(slug="one")
    two = factories.make_module(one.course, slug="two")
    assert "slug" in problems_beside(edit(as_admin, two, slug="one"))
    assert Module.objects.filter(slug="one").count() == 1


def test_a_tool_is_written_anew_into_the_lessons_with_its_card(as_admin):
    tool = factories.make_tool(name="Old name", slug="the-tool")
    lesson = factories.make_lesson()
    edit(as_admin, lesson, body=":::{tool} the-tool\n:::\n")
    page = edit(as_admin, tool, name="New name")
    lesson.refresh_from_db()
    assert "New name" in lesson.body_html
    assert "Old name" not in lesson.body_html
    assert "Its card was renewed in 1 text." in said(page)
    assert as_admin.get(f"/admin/lessons/tool/{tool.pk}/delete/").status_code == 403


def test_a_tools_address_must_be_of_the_web(as_admin):
    errors = problems_beside(edit(as_admin, factories.make_tool(), url="javascript:alert(1)"))
    assert list(errors) == ["url"]


def test_a_playbook_is_rendered_and_its_problems_said(as_admin):
    playbook = factories.make_playbook()
    page = edit(as_admin, playbook, body="Opening.\n\n[gone](lesson:none)\n")
    playbook.refresh_from_db()
    assert playbook.excerpt_text == "Opening."
    assert "line 3: " in " ".join(said(page))


def test_reports_are_resolved_and_opened_again(as_admin):
    report = ProblemReport.objects.create(lesson=factories.make_lesson(), text="A wrong date.")
    url = "/admin/lessons/problemreport/"
    assert "A wrong date." in as_admin.get(f"{url}?open=yes").text
    act(as_admin, url, "resolve", report)
    assert "A wrong date." not in as_admin.get(f"{url}?open=yes").text
    act(as_admin, url, "reopen", report)
    assert "A wrong date." in as_admin.get(f"{url}?open=yes").text


def png(size: tuple[int, int] = (8, 6)) -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    file = BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    return SimpleUploadedFile("figure one.png", file.getvalue(), "image/png")


def test_an_image_is_uploaded_shown_and_replaced(as_admin, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lesson = factories.make_lesson(body="![A figure](<media/figure one.png>)")
    assert "/media/" not in lesson.body_html
    course = lesson.module.course
    as_admin.post("/admin/lessons/asset/add/", {"course": course.pk, "file": png()})
    asset = course.assets.get()
    assert (asset.path, asset.width, asset.height) == ("media/figure one.png", 8, 6)
    assert client.head(asset.url).status_code == 200
    lesson.refresh_from_db()
    assert asset.digest[:32] in lesson.body_html
    page = as_admin.get(f"/admin/lessons/asset/{asset.pk}/change/")
    assert "![What it shows](&lt;media/figure one.png&gt;)" in page.text
    edit(as_admin, asset, file=png((9, 9)))
    newer = course.assets.get()
    assert newer.digest != asset.digest
    lesson.refresh_from_db()
    assert newer.digest[:32] in lesson.body_html
    assert as_admin.get(f"/admin/lessons/asset/{asset.pk}/delete/").status_code == 403


def test_a_sound_is_uploaded_and_played(as_admin, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lesson = factories.make_lesson(body="![What she says](media/clip.mp3)")
    course = lesson.module.course
    for name, data, reason in [
        ("clip.mp3", b"<!doctype html><script>alert(1)</script>", "This is a web page (HTML)"),
        ("clip.mp3", b"<svg onload=alert(1)>", "SVG pictures may carry scripts"),
        ("clip.mp3", mp3()[:300], "no sound"),
    ]:
        file = SimpleUploadedFile(name, data, "audio/mpeg")
        page = as_admin.post("/admin/lessons/asset/add/", {"course": course.pk, "file": file})
        assert reason in str(problems_beside(page)["file"])
    file = SimpleUploadedFile("clip.mp3", mp3(), "audio/mpeg")
    as_admin.post("/admin/lessons/asset/add/", {"course": course.pk, "file": file})
    asset = course.assets.get()
    assert (asset.path, asset.media_type) == ("media/clip.mp3", "audio/mpeg")
    lesson.refresh_from_db()
    assert f'src="{asset.url}" aria-label="What she says"></audio>' in lesson.body_html
    page = as_admin.get(f"/admin/lessons/asset/{asset.pk}/change/")
    assert f'<audio controls preload="none" src="{asset.url}"' in page.text
    assert "![What is said](media/clip.mp3)" in page.text
    assert as_admin.get("/admin/lessons/asset/").status_code == 200
    assert client.head(asset.url).headers["Content-Type"] == "audio/mpeg"


def test_an_image_that_is_none_is_refused_beside_the_file(as_admin, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    course = factories.make_course()
    svg = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")
    url = "/admin/lessons/asset/add/"
    page = as_admin.post(url, {"course": course.pk, "file": svg})
    assert "SVG pictures may carry scripts" in str(problems_beside(page)["file"])
    page = as_admin.post(url, {"course": course.pk, "file": png(), "path": "../x.png"})
    assert list(problems_beside(page)) == ["path"]
    elsewhere = factories.make_module()
    page = as_admin.post(url, {"course": course.pk, "file": png(), "module": elsewhere.pk})
    assert list(problems_beside(page)) == ["module"]
    assert not course.assets.exists()


# ---- lists, the start page ----------------------------------------------------------------------

LISTS = ["course", "module", "lesson", "tool", "playbook", "problemreport", "asset"]


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_list_takes_no_more_queries(as_admin, name):
    def more():
        lesson = factories.make_lesson(status="draft")
        factories.make_quiz(lesson)
        factories.make_tool(lesson.module.course)
        factories.make_playbook(lesson.module.course)
        ProblemReport.objects.create(lesson=lesson, text="x", question="q")
        lesson.module.course.assets.create(
            path="media/a.png", digest="a" * 64, media_type="image/png", width=1, height=1, size=1
        )

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert as_admin.get(f"/admin/lessons/{name}/").status_code == 200
        return len(captured)

    for _ in range(2):
        more()
    as_admin.get(f"/admin/lessons/{name}/")
    few = queries()
    for _ in range(4):
        more()
    assert queries() == few


def test_the_start_page_names_the_rooms_and_what_waits(as_admin):
    lesson = factories.make_lesson(status="draft")
    factories.make_question(factories.make_quiz(lesson, specs=()), explanation="")
    ProblemReport.objects.create(lesson=lesson, text="x")
    page = as_admin.get("/admin/")
    names = [app["name"] for app in page.context["app_list"]]
    assert names[:4] == ["Lessons", "Quizzes", "People", "Classes"]
    waiting = {item["words"]: item["count"] for item in page.context["attention"]}
    assert waiting == {
        "open problem reports": 1,
        "lessons in draft": 1,
        "lessons scheduled": 0,
        "questions without an explanation": 1,
        "objectives that no question checks": 1,
    }
    for item in page.context["attention"]:
        found = as_admin.get(item["url"]).context["cl"].result_list
        assert len(found) == item["count"]


def test_the_start_page_shows_only_what_the_person_may_see():
    page = staff("view_problemreport").get("/admin/")
    assert [item["words"] for item in page.context["attention"]] == ["open problem reports"]


def test_what_people_typed_is_inert_in_the_desk(as_admin):
    lesson = factories.make_lesson(title=ATTACK, takeaways=[ATTACK], body=f"[x](lesson:{ATTACK})")
    factories.make_tool(lesson.module.course, name=ATTACK, vendor=ATTACK)
    ProblemReport.objects.create(lesson=lesson, text=ATTACK, question=ATTACK)
    seen = [as_admin.get(f"/admin/lessons/{name}/") for name in ("lesson", "tool", "problemreport")]
    seen += [as_admin.get(f"/admin/lessons/lesson/{lesson.pk}/change/"), edit(as_admin, lesson)]
    for page in seen:
        assert ATTACK not in page.text
        assert "&lt;img src=x" in page.text
