"""`export_course`: the same bytes, only what changed, or the canonical form."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import timezone

from interchange.export import names
from lessons import media
from lessons.models import Asset, Course, Lesson, Module, Playbook, RelatedLesson, Tool
from quizzes.models import Question, Quiz
from tests import factories
from tests.interchange.folder import (
    FIRST,
    exported,
    files_in,
    imported,
    png,
    put,
    said,
    small,
    swap,
)

pytestmark = pytest.mark.django_db
CONTENT = Path(__file__).parent.parent.parent / "content/foundation-models"
NOTHING = "created 0, updated 0, unchanged {}, removed 0"


def lines_changed(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that are gone and those that are new."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


# ---- as it came ---------------------------------------------------------------------------------


def test_the_demo_comes_out_byte_for_byte(tmp_path):
    imported(CONTENT)
    target = tmp_path / "out"
    assert exported("foundation-models", target) == f"wrote {len(files_in(CONTENT))} files"
    assert files_in(target) == files_in(CONTENT)
    assert imported(target).startswith("created 0, updated 0, ")


def test_odd_files_come_out_byte_for_byte(tmp_path):
    second = (
        '\ufeff---\r\ntitle:   "Second"  # a comment\r\nlanguage:\r\n---\r\n\r\n\r\nWords. \r\n\r\n'
    )
    root = small(
        tmp_path,
        {
            "01-one/02-second.md": second.encode(),
            "01-one/module.md": "---\n# nothing\ntitle: One\n---\nNotes that nobody reads.\n",
            "tools.yaml": "# tools\n"
            + 'hammer: {name: "Hammer", vendor: A smith, licence: closed}',
            "media/a.png": png(),
            "playbooks/media/b.png": png("blue"),
            "01-one/media/deep/c.png": png("green"),
        },
    )
    imported(root)
    exported("small", tmp_path / "out/small")
    assert files_in(tmp_path / "out/small") == files_in(root)


def test_an_export_can_be_written_again(tmp_path):
    imported(small(tmp_path))
    target = tmp_path / "out"
    exported("small", target)
    before = files_in(target)
    assert exported("small", target) == "wrote 7 files"
    assert files_in(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small"]


# ---- what changed since -------------------------------------------------------------------------


def test_a_changed_key_is_the_only_change(tmp_path):
    root = small(
        tmp_path, {"01-one/01-first.md": "\n".join(["---", "# mine", *FIRST.split("\n")[1:]])}
    )
    imported(root)
    Lesson.objects.filter(slug="first").update(summary="By hand: better.", tags=["new"])
    exported("small", tmp_path / "out")
    before, after = files_in(root), files_in(tmp_path / "out")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"01-one/01-first.md"}
    assert lines_changed(before["01-one/01-first.md"], after["01-one/01-first.md"]) == (
        ["summary: The first lesson."],
        ["summary: 'By hand: better.'", "tags: [new]"],
    )
    assert imported(tmp_path / "out") == NOTHING.format(7)


def test_a_changed_body_leaves_the_front_matter(tmp_path):
    root = small(tmp_path)
    imported(root)
    Lesson.objects.filter(slug="second").update(body="Other words.\r\n\r\nAnd more.\r\n")
    exported("small", tmp_path / "out")
    text = (tmp_path / "out/01-one/02-second.md").read_text()
    head = (root / "01-one/02-second.md").read_text().removesuffix("Words.\n")
    assert text == head + "Other words.\n\nAnd more.\n"


def test_a_changed_question_is_the_only_change(tmp_path):
    imported(CONTENT)
    question = Question.objects.select_related("current").get(key="meaning-of-training-cost")
    content = question.current.content
    content["choices"][1]["text"] = "Another choice"
    question.revise(prompt="What is **it**?", content=dict(content), points=2)
    exported("foundation-models", tmp_path / "out")
    before, after = files_in(CONTENT), files_in(tmp_path / "out")
    changed = {name for name in before if before[name] != after[name]}
    name = "01-open-weights/01-chinas-foundation-models.quiz.yaml"
    assert changed == {name}
    gone, new = lines_changed(before[name], after[name])
    assert len(gone) <= 2
    assert {line.strip() for line in new} == {
        "prompt: What is **it**?",
        "- text: Another choice",
        "points: 2",
    }
    assert imported(tmp_path / "out").startswith("created 0, updated 0, ")


def test_questions_and_tools_come_and_go(tmp_path):
    root = small(tmp_path)
    quiz = (root / "01-one/01-first.quiz.yaml").read_text()
    put(root, {"01-one/01-first.quiz.yaml": "# mine\n" + quiz})
    put(root, {"tools.yaml": "# mine\n" + (root / "tools.yaml").read_text()})
    imported(root)
    factories.make_question(Quiz.objects.get(), factories.NUMERIC, key="number")
    factories.make_tool(Course.objects.get(), slug="saw", position=9)
    Quiz.objects.update(pass_mark=80)
    exported("small", tmp_path / "out")
    text = (tmp_path / "out/01-one/01-first.quiz.yaml").read_text()
    assert text.startswith("# mine\npass_mark: 80\nquestions:\n  - id: which\n")
    assert "  - id: number\n    type: numeric\n    prompt: How many?\n" in text
    text = (tmp_path / "out/tools.yaml").read_text()
    assert text.startswith("# mine\nhammer:\n")
    assert "\nsaw:\n  name: Tool" in text
    assert imported(tmp_path / "out") == NOTHING.format(8)
    Tool.objects.filter(slug="saw").update(archived_at=timezone.now())
    Question.objects.filter(key="number").update(archived_at=timezone.now())
    exported("small", tmp_path / "out")
    assert "saw:" not in (tmp_path / "out/tools.yaml").read_text()
    assert "number" not in (tmp_path / "out/01-one/01-first.quiz.yaml").read_text()
    assert imported(tmp_path / "out") == NOTHING.format(7)


def test_a_new_address_is_written_with_the_old_one(tmp_path):
    imported(small(tmp_path))
    lesson = Lesson.objects.get(slug="second")
    lesson.slug = "other"
    lesson.save()
    Lesson.objects.filter(slug="first").update(body="[x](lesson:other)")
    exported("small", tmp_path / "out")
    text = (tmp_path / "out/01-one/02-second.md").read_text()
    assert text.startswith("---\ntitle: Second\nslug: other\n")
    assert "formerly: [second]\n" in text
    assert imported(tmp_path / "out") == NOTHING.format(7)


def test_another_order_gives_other_numbers(tmp_path):
    imported(small(tmp_path))
    Lesson.objects.filter(slug="first").update(position=9)
    exported("small", tmp_path / "out")
    assert [name for name in files_in(tmp_path / "out") if name.startswith("01-one/")] == [
        "01-one/01-second.md",
        "01-one/02-first.md",
        "01-one/02-first.quiz.yaml",
        "01-one/module.md",
    ]
    assert imported(tmp_path / "out") == NOTHING.format(7)


def test_archived_rows_are_not_written(tmp_path):
    imported(small(tmp_path))
    RelatedLesson.objects.create(
        lesson=Lesson.objects.get(slug="second"), to=Lesson.objects.get(slug="first")
    )
    Lesson.objects.filter(slug="first").update(archived_at=timezone.now())
    exported("small", tmp_path / "out")
    assert not list((tmp_path / "out/01-one").glob("*first*"))
    assert "first" not in (tmp_path / "out/playbooks/steps.md").read_text()
    assert "first" not in (tmp_path / "out/01-one/02-second.md").read_text()
    assert imported(tmp_path / "out").startswith("created 0, updated 0, unchanged 5")


def test_an_export_is_what_the_next_change_is_measured_by(tmp_path):
    imported(small(tmp_path))
    Lesson.objects.filter(slug="second").update(title="By hand")
    target = tmp_path / "out"
    exported("small", target)
    swap(target / "01-one/02-second.md", "title: By hand", "title: In the file")
    assert imported(target) == "created 0, updated 1, unchanged 6, removed 0"


# ---- the canonical form -------------------------------------------------------------------------


@pytest.fixture
def made():
    """A course made in the admin, with something of everything."""
    course = factories.make_course(slug="made", title="Made: by hand", summary="No")
    tool = factories.make_tool(course, slug="saw", context_window="3.10", url="https://example.org")
    module = factories.make_module(course, slug="one", title="One", position=4)
    factories.make_module(course, slug="GPT", title="Two", position=7)
    first = factories.make_lesson(
        module,
        slug="first",
        takeaways=["One *thing*: that", "# Two"],
        tags=["a b", "2026"],
        body=":::{tool} saw\n:::\n\n---\n\n| a | b |\n|---|---|\n\n    code\n",
        narration="media/x.mp3",
    )
    second = factories.make_lesson(
        module, ("know", "do it"), slug="3-d", status="draft", language="ar", title="“Title” 'x'"
    )
    second.publish_at = timezone.now().replace(microsecond=0)
    second.save()
    first.link_tools([], [tool.pk])
    second.link_tools([tool.pk], [])
    RelatedLesson.objects.create(lesson=first, to=second)
    quiz = factories.make_quiz(first, factories.ALL_KINDS, pass_mark=50, shuffle=False)
    ordered = quiz.questions.get(current__kind="ordering")
    ordered.revise(content={**ordered.current.content, "scoring": "place"})
    question = quiz.questions.first()
    question.objectives.set(first.objectives.all())
    question.revise(
        points="2.5",
        prompt="Line one\n\n```\ncode \n```",
        content={"choices": [{"text": "No", "weight": "1"}, {"text": "b", "feedback": "x"},
                             {"text": "c", "correct": False, "keep_last": True}]},
    )  # fmt: skip
    playbook = factories.make_playbook(course, slug="steps", access="free")
    playbook.lessons.set([first, second])
    factories.make_playbook(course, slug="again")
    media.store(course, module, "media/a.png", png())
    media.store(course, None, "media/b.png", png("blue"))
    return course


def test_a_course_made_in_the_admin_makes_the_round_trip(tmp_path, made):
    target = tmp_path / "out"
    assert exported("made", target) == "wrote 11 files"
    assert sorted(files_in(target)) == [
        "01-one/01-first.md",
        "01-one/01-first.quiz.yaml",
        "01-one/02-3-d.md",
        "01-one/media/a.png",
        "01-one/module.md",
        "02-GPT/module.md",
        "course.md",
        "media/b.png",
        "playbooks/01-steps.md",
        "playbooks/02-again.md",
        "tools.yaml",
    ]
    out, err, status = said(target)
    assert (out, status) == (NOTHING.format(11), 0)
    assert "warning" in err  # the narration isn't there
    lesson = Lesson.objects.get(slug="first")
    assert [link.carded for link in lesson.tool_links.all()] == [True]


def test_a_course_made_in_the_admin_is_edited_as_files_next(tmp_path, made):
    target = tmp_path / "out"
    exported("made", target)
    swap(target / "01-one/01-first.md", "a b", "c d")
    out, _, status = said(target)
    assert (out, status) == ("created 0, updated 1, unchanged 10, removed 0", 0)
    (target / "playbooks/02-again.md").unlink()
    assert said(target)[0] == "created 0, updated 0, unchanged 10, removed 1"


def test_an_export_makes_the_same_course_on_another_site(tmp_path, made):
    target = tmp_path / "out"
    exported("made", target)
    before = files_in(target)
    Quiz.objects.all().delete()
    Course.objects.get(slug="made").delete()
    said(target)
    exported("made", target)
    assert files_in(target) == before
    kinds = Question.objects.order_by("position").values_list("current__kind", flat=True)
    assert list(kinds) == [spec["kind"] for spec in factories.ALL_KINDS]


def test_the_canonical_form(tmp_path, made):
    exported("made", tmp_path / "out")
    files = {name: data for name, data in files_in(tmp_path / "out").items() if "png" not in name}
    assert files["course.md"].decode() == (
        "---\ntitle: 'Made: by hand'\nslug: made\nsummary: \"No\"\nlanguage: en\n---\n"
    )
    assert files["02-GPT/module.md"].decode() == "---\ntitle: Two\nslug: GPT\n---\n"
    assert b'context_window: "3.10"\n' in files["tools.yaml"]
    text = files["01-one/01-first.md"].decode()
    assert "tools:" not in text  # carded in the text
    assert "related: [3-d]\n" in text
    assert "status" not in text
    quiz = files["01-one/01-first.quiz.yaml"].decode()
    assert quiz.startswith("pass_mark: 50\nshuffle: false\nquestions:\n  - id: ")
    assert "    points: 2.5\n    prompt: " in quiz
    assert "      - value: 49\n        tolerance: 1\n" in quiz
    assert "      - left: GLM-5\n        right: Zhipu AI\n" in quiz
    assert "    type: cloze\n    text: " in quiz
    assert "    items: [GPT-2, BLOOM, R1, GLM-5]\n    scoring: place\n" in quiz


# ---- where it is written ------------------------------------------------------------------------


def test_a_folder_with_something_else_is_refused(tmp_path):
    imported(small(tmp_path))
    target = put(tmp_path / "out", {"notes.txt": "mine"})
    with pytest.raises(CommandError, match=r"holds something else than the course small; --force"):
        exported("small", target)
    assert files_in(target) == {"notes.txt": b"mine"}
    exported("small", target, "--force")
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / "course.md").exists()


def test_another_course_s_folder_is_refused(tmp_path):
    imported(small(tmp_path))
    target = put(tmp_path / "out", {"course.md": "---\ntitle: Other\nslug: other\n---\n"})
    with pytest.raises(CommandError, match="something else"):
        exported("small", target)


def test_what_an_export_does_not_write_stays(tmp_path):
    root = small(tmp_path)
    put(root, {".git/config": "x", "README.txt": "x", "01-one/media/talk.mp4": "x"})
    put(root, {"01-one/media/a.png": png(), "02-two/module.md": "---\ntitle: Two\n---\n"})
    imported(root)
    Lesson.objects.filter(slug="second").update(archived_at=timezone.now())
    Lesson.objects.filter(slug="first").update(body="")
    Module.objects.filter(slug="two").update(archived_at=timezone.now())
    exported("small", root)
    assert sorted(files_in(root)) == [
        ".git/config",
        "01-one/01-first.md",
        "01-one/01-first.quiz.yaml",
        "01-one/media/a.png",
        "01-one/media/talk.mp4",
        "01-one/module.md",
        "README.txt",
        "course.md",
        "playbooks/steps.md",
        "tools.yaml",
    ]
    assert not (root / "02-two").exists()


def test_refusals_are_sentences(tmp_path):
    imported(small(tmp_path))
    with pytest.raises(CommandError, match=r"There is no course “smal”; did you mean “small”\?"):
        exported("smal", tmp_path / "out")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CommandError, match=r"file is not a folder\."):
        exported("small", tmp_path / "file")
    Course.objects.update(archived_at=timezone.now())
    with pytest.raises(CommandError, match=r"The course small is archived\."):
        exported("small", tmp_path / "out")


def test_lost_bytes_of_an_image_stop_it(tmp_path, media_root):
    imported(small(tmp_path, {"media/a.png": png()}))
    Asset.objects.update(digest="0" * 64)
    with pytest.raises(CommandError, match=r"The bytes of media/a\.png are gone"):
        exported("small", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("slugs", "kept", "found"),
    [
        (["a", "b"], [None, None], ["01-a", "02-b"]),
        (["a", "b"], ["1-a", "05-b"], ["1-a", "05-b"]),
        (["a", "b", "c"], ["1-a", "05-b", None], ["1-a", "05-b", "06-c"]),
        (["a", "b", "c"], ["1-a", None, "05-c"], ["1-a", "02-b", "05-c"]),
        (["a", "b", "c"], ["01-a", None, "02-c"], ["01-a", "02-b", "03-c"]),
        (["b", "a"], ["02-b", "01-a"], ["01-b", "02-a"]),
        (["a", "b"], ["a", None], ["a", "b"]),
        (["b", "a"], ["b", None], ["01-b", "02-a"]),
        (["x" * 300], [None], ["01-" + "x" * 180]),
    ],
)
def test_names_are_kept_as_long_as_they_sort(slugs, kept, found):
    assert names(slugs, kept, ".md") == found


def test_playbooks_are_exported_in_order(tmp_path):
    imported(small(tmp_path, {"playbooks/before.md": "---\ntitle: Before\n---\nGo.\n"}))
    Playbook.objects.filter(slug="before").update(position=9)
    exported("small", tmp_path / "out")
    names_there = sorted(path.name for path in (tmp_path / "out/playbooks").iterdir())
    assert names_there == ["01-steps.md", "02-before.md"]
