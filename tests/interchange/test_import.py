"""`import_course`: what a folder becomes."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lessons.models import Asset, Course, FormerSlug, Lesson, Module, Playbook, Tool
from quizzes import attempts
from quizzes.models import Question
from tests.interchange.folder import counts, files_in, imported, png, put, said, small
from tests.sounds import mp3, wav

pytestmark = pytest.mark.django_db


def test_a_folder_becomes_a_course(tmp_path):
    assert imported(small(tmp_path)) == "created 7, updated 0, unchanged 0, removed 0"
    course = Course.objects.get()
    assert (course.slug, course.title, course.body) == ("small", "Small", "A small course.")
    assert course.body_html == "<p>A small course.</p>\n"
    assert [m.title for m in Module.objects.all()] == ["One"]
    first, second = Lesson.objects.in_order()
    assert (first.slug, first.updated) == ("first", date(2026, 6, 14))
    assert (second.slug, second.status) == ("second", "published")
    assert '<a href="/lessons/second/">the second</a>' in first.body_html
    assert [o.key for o in first.objectives.all()] == ["aim"]
    assert [t.slug for t in first.tools.all()] == ["hammer"]
    question = Question.objects.get()
    assert question.quiz.lesson == first
    assert question.quiz.pass_mark == 70
    assert [o.key for o in question.objectives.all()] == ["aim"]
    assert question.current.explanation_html == "<p>So it is.</p>\n"
    playbook = Playbook.objects.get()
    assert playbook.is_free
    assert list(playbook.lessons.all()) == [first]


def test_the_pages_are_there(tmp_path, client):
    imported(small(tmp_path))
    for address in ("/lessons/first/", "/courses/small/", "/playbooks/steps/", "/tools/hammer/"):
        assert client.get(address).status_code == 200, address


def test_order_is_the_number_in_front_of_the_name(tmp_path):
    root = small(tmp_path)
    put(root, {"01-one/10-last.md": "---\ntitle: Last\n---\n"})
    put(root, {"00-intro/module.md": "---\ntitle: Intro\n---\n"})
    put(root, {"00-intro/1-hello.md": "---\ntitle: Hello\n---\n"})
    imported(root)
    slugs = [lesson.slug for lesson in Lesson.objects.in_order()]
    assert slugs == ["hello", "first", "second", "last"]


def test_texts_stay_texts(tmp_path):
    quiz = """\
    questions:
      - id: which
        type: single
        prompt: Is it?
        choices:
          - text: No
          - text: 3.10
            correct: true
          - text: null and void
          - text: 2026-06-14
        explanation: x
    """
    tools = "hammer:\n  name: Yes\n  vendor: 0o7\n  licence: closed\n  context_window: 1_000\n"
    imported(small(tmp_path, {"01-one/01-first.quiz.yaml": quiz, "tools.yaml": tools}))
    content = Question.objects.get().current.content
    assert [choice["text"] for choice in content["choices"]] == [
        "No",
        "3.10",
        "null and void",
        "2026-06-14",
    ]
    tool = Tool.objects.get()
    assert (tool.name, tool.vendor, tool.context_window) == ("Yes", "0o7", "1_000")


def test_questions_with_parts(tmp_path):
    quiz = """\
    questions:
      - id: match
        type: matching
        prompt: Which is which?
        pairs:
          - {left: No, right: 3.10}
          - {left: 2026-06-14, right: null and void}
          - right: Yes
        explanation: x
      - id: order
        type: ordering
        prompt: Which first?
        items: [1.0, 2, No]
        scoring: adjacent
        explanation: x
      - id: gaps
        type: cloze
        text: |
          A *text*
          with a {1:SHORTANSWER:=gap}.
        explanation: x
      - id: some
        type: multiple
        prompt: Which?
        choices:
          - {text: a, correct: true}
          - text: b
        scoring: every-decision
        explanation: x
      - id: range
        type: numeric
        prompt: How many?
        answers:
          - value: 3.141..3.142
        explanation: x
    """
    imported(small(tmp_path, {"01-one/01-first.quiz.yaml": quiz}))
    found = {row.key: row.current for row in Question.objects.select_related("current")}
    assert found["match"].content == {
        "pairs": [
            {"left": "No", "right": "3.10"},
            {"left": "2026-06-14", "right": "null and void"},
            {"right": "Yes"},
        ]
    }
    assert found["order"].content == {"items": ["1.0", "2", "No"], "scoring": "adjacent"}
    assert found["gaps"].content == {"text": "A *text*\nwith a {1:SHORTANSWER:=gap}."}
    assert found["gaps"].prompt == ""
    assert found["some"].content["scoring"] == "every-decision"
    assert found["range"].content == {"answers": [{"value": "3.141..3.142"}]}


def test_a_lesson_can_be_scheduled(tmp_path, client):
    text = "---\ntitle: Second\npublish_at: 2100-01-01T09:00:00+02:00\n---\n"
    imported(small(tmp_path, {"01-one/02-second.md": text}))
    lesson = Lesson.objects.get(slug="second")
    assert lesson.publish_at == datetime(2100, 1, 1, 7, tzinfo=UTC)
    assert client.get("/lessons/second/").status_code == 404


def test_a_time_without_an_offset_is_utc(tmp_path, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    text = "---\ntitle: Second\npublish_at: 2026-01-01T09:00\n---\n"
    imported(small(tmp_path, {"01-one/02-second.md": text}))
    assert Lesson.objects.get(slug="second").publish_at == datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_former_slugs_redirect(tmp_path, client):
    text = "---\ntitle: Second\nformerly: [old-second]\n---\n"
    imported(small(tmp_path, {"01-one/02-second.md": text}))
    assert FormerSlug.objects.filter(kind="lesson", slug="old-second").exists()
    page = client.get("/lessons/old-second/")
    assert (page.status_code, page.headers["Location"]) == (301, "/lessons/second/")


def test_images_are_carried_along(tmp_path, media_root):
    root = small(tmp_path, {"01-one/media/a.png": png(), "01-one/02-second.md": WITH_IMAGE})
    put(root, {"media/cover.png": png("blue"), "playbooks/media/b.png": png("green")})
    imported(root)
    assert {(a.module and a.module.slug, a.path) for a in Asset.objects.all()} == {
        ("one", "media/a.png"),
        (None, "media/cover.png"),
        (None, "media/b.png"),
    }
    assert png() in files_in(media_root).values()
    assert 'alt="A square"' in Lesson.objects.get(slug="second").body_html


def test_sounds_are_carried_along(tmp_path, media_root):
    text = "---\ntitle: Second\n---\n![Is it *on*?](media/a.mp3) ![b](hints/b.wav)\n"
    root = small(tmp_path, {"01-one/media/a.mp3": mp3(), "01-one/02-second.md": text})
    put(root, {"01-one/hints/b.wav": wav()})
    imported(root)
    assert {(a.path, a.media_type, a.width) for a in Asset.objects.all()} == {
        ("media/a.mp3", "audio/mpeg", None),
        ("hints/b.wav", "audio/wav", None),
    }
    lesson = Lesson.objects.get(slug="second")
    assert 'aria-label="Is it on?"></audio>' in lesson.body_html
    assert lesson.text == "Is it on? b"
    out = tmp_path / "out"
    call_command("export_course", "small", out)
    assert (out / "01-one/media/a.mp3").read_bytes() == mp3()
    assert (out / "01-one/hints/b.wav").read_bytes() == wav()
    assert imported(out).startswith("created 0, updated 0")


def test_a_lessons_recording_is_no_public_sound(tmp_path, media_root):
    text = "---\ntitle: Second\nnarration: media/talk.mp3\n---\n![Hm](media/hm.mp3)\n"
    root = small(tmp_path, {"01-one/02-second.md": text, "01-one/media/talk.mp3": mp3()})
    first = "---\ntitle: Third\nnarration: media/../media/whole.mp3\n---\n"
    put(root, {"01-one/03-third.md": first, "media/whole.mp3": mp3(9)})
    put(root, {"01-one/media/hm.mp3": mp3(5)})
    imported(root)
    assert [asset.path for asset in Asset.objects.all()] == ["media/hm.mp3"]
    assert list(files_in(media_root).values()) == [mp3(5)]


SHOWING = """\
questions:
  - id: which
    type: single
    prompt: |
      Which?

      ![A square](media/a.png)
    choices:
      - {text: "![That](media/a.mp3)", correct: true}
      - {text: No, feedback: "Look [there](lesson:second)."}
    explanation: See [](lesson:second).
"""
QUIZ = "01-one/01-first.quiz.yaml"
MEDIA = {"01-one/media/a.png": png(), "01-one/media/a.mp3": mp3(), QUIZ: SHOWING}


def test_questions_name_what_their_lesson_may(tmp_path):
    imported(small(tmp_path, MEDIA))
    version = Question.objects.get().current
    image, sound = (Asset.objects.get(path=f"media/{name}") for name in ("a.png", "a.mp3"))
    assert f'<img src="{image.url}" width="4"' in version.prompt_html
    (that, _), (_, feedback) = version.content_html["choices"]
    assert f'src="{sound.url}" aria-label="That"></audio>' in that
    assert feedback == 'Look <a href="/lessons/second/">there</a>.'
    assert '<a href="/lessons/second/">Second</a>' in version.explanation_html


def test_an_image_that_changed_is_written_into_the_questions(tmp_path, ada):
    root = small(tmp_path, MEDIA)
    imported(root)
    before = Asset.objects.get(path="media/a.png").url
    put(root, {"01-one/media/a.png": png("blue")})
    assert imported(root) == "created 0, updated 1, unchanged 8, removed 0"
    version = Question.objects.get().current
    assert version.number == 1
    assert Asset.objects.get(path="media/a.png").url in version.prompt_html
    attempts.start(version.question.quiz, ada, timezone.now())
    put(root, {"01-one/media/a.png": png("green")})
    imported(root)
    after = Question.objects.get().current
    assert after.number == 2
    assert Asset.objects.get(path="media/a.png").url in after.prompt_html
    version.refresh_from_db()
    assert before not in version.prompt_html
    assert version.prompt_html != after.prompt_html
    assert imported(root).startswith("created 0, updated 0")
    assert Question.objects.get().current == after


def test_an_image_that_left_is_still_served_to_who_was_dealt_it(tmp_path, client):
    root = small(tmp_path, MEDIA)
    imported(root)
    address = Asset.objects.get(path="media/a.png").url
    quiz = SHOWING.replace("![A square](media/a.png)", "It is gone.")
    put(root, {"01-one/media/a.png": None, QUIZ: quiz})
    assert imported(root) == "created 0, updated 1, unchanged 7, removed 1"
    assert client.head(address).status_code == 200


WITH_IMAGE = "---\ntitle: Second\n---\n![A square](media/a.png)\n"


def test_a_tool_of_another_course_may_be_used(tmp_path):
    imported(small(tmp_path))
    lesson = "---\ntitle: Here\ntools: [hammer]\n---\n:::{tool} hammer\n:::\n"
    files = {"course.md": "---\ntitle: Other\nslug: other\n---\n", "1-m/module.md": MODULE}
    imported(put(tmp_path / "other", {**files, "1-m/1-here.md": lesson}))
    assert Lesson.objects.get(slug="here").tools.get().course.slug == "small"


MODULE = "---\ntitle: M\n---\n"


def test_a_check_stores_nothing(tmp_path, media_root):
    root = small(tmp_path, {"01-one/media/a.png": png()})
    before = counts()
    out = imported(root, "--check")
    assert out == "created 8, updated 0, unchanged 0, removed 0"
    assert counts() == before
    assert files_in(media_root) == {}


def test_narration_that_is_not_there_is_a_warning(tmp_path):
    text = "---\ntitle: Second\nnarration: media/talk.mp3\n---\n"
    out, err, status = said(small(tmp_path, {"01-one/02-second.md": text}))
    assert err == "01-one/02-second.md:3: warning: there is no file media/talk.mp3"
    assert (out.startswith("created 7"), status) == (True, 0)


def test_a_question_without_explanation_is_a_warning(tmp_path):
    root = small(tmp_path)
    quiz = root / "01-one/01-first.quiz.yaml"
    quiz.write_text(quiz.read_text().replace("    explanation: So it is.\n", ""))
    place = "01-one/01-first.quiz.yaml:2"
    assert said(root)[1] == f"{place}: warning: the question “which” has no explanation"


def test_a_path_that_is_no_folder(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere is not a folder\."):
        call_command("import_course", tmp_path / "nowhere")
