"""`import_course` again: only what changed, and nothing that was changed in the admin."""

import pytest
from django.utils import timezone

from interchange.models import SourceFile
from lessons.models import Asset, Course, Lesson, LessonProgress, Module, Objective, Playbook, Tool
from quizzes.attempts import start
from quizzes.models import Question, QuestionVersion, Quiz
from tests.interchange.folder import imported, png, put, refused, said, small, swap

pytestmark = pytest.mark.django_db
QUIZ = "01-one/01-first.quiz.yaml"


@pytest.fixture
def root(tmp_path):
    """The small course, imported."""
    found = small(tmp_path)
    imported(found)
    return found


def changes() -> dict[str, object]:
    """When each row changed last."""
    models = (Course, Module, Lesson, Objective, Tool, Playbook, Quiz, Question, Asset)
    return {f"{m.__name__} {row.pk}": row.changed_at for m in models for row in m.objects.all()}


def changed_since(before) -> set[str]:
    now = changes()
    return {name for name in now if now[name] != before.get(name)}


# ---- only what changed --------------------------------------------------------------------------


def test_an_unchanged_folder_changes_nothing(root):
    put(root, {"01-one/media/a.png": png()})
    imported(root)
    before, versions = changes(), QuestionVersion.objects.count()
    kept = list(SourceFile.objects.values_list("pk", "kept_at"))
    assert imported(root) == "created 0, updated 0, unchanged 8, removed 0"
    assert changed_since(before) == set()
    assert QuestionVersion.objects.count() == versions
    assert list(SourceFile.objects.values_list("pk", "kept_at")) == kept


def test_queries_of_an_unchanged_import_do_not_grow(root, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        imported(root)


def test_an_edit_updates_that_lesson_alone(root):
    before = changes()
    swap(root / "01-one/02-second.md", "Words.", "Better words.")
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    second = Lesson.objects.get(slug="second")
    assert changed_since(before) == {f"Lesson {second.pk}"}
    assert second.body_html == "<p>Better words.</p>\n"


def test_another_spelling_of_the_same_changes_nothing(root):
    before = changes()
    path = root / "01-one/02-second.md"
    path.write_text('---\n# a comment\nupdated: "2026-06-15"\ntitle:   Second\n---\n\nWords.\n\n')
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"
    assert changed_since(before) == set()


def test_a_new_title_reaches_the_texts_that_show_it(root):
    swap(root / "01-one/01-first.md", "[the second]", "[]")
    imported(root)
    swap(root / "01-one/02-second.md", "title: Second", "title: A new name")
    imported(root)
    assert "A new name</a>" in Lesson.objects.get(slug="first").body_html


def test_a_tool_that_changes_is_shown_in_the_texts(root):
    swap(root / "01-one/02-second.md", "Words.", ":::{tool} hammer\n:::")
    imported(root)
    assert [link.carded for link in Lesson.objects.get(slug="second").tool_links.all()] == [True]
    swap(root / "tools.yaml", "Hammer", "Big hammer")
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    assert "Big hammer" in Lesson.objects.get(slug="second").body_html


def test_a_question_that_was_answered_gets_a_new_version(root, ada):
    attempt = start(Quiz.objects.get(), ada, timezone.now())
    swap(root / QUIZ, "prompt: Which?", "prompt: Which one?")
    imported(root)
    question = Question.objects.get()
    assert [v.number for v in question.versions.all()] == [2, 1]
    assert question.current.prompt == "Which one?"
    assert attempt.answers.get().version.prompt == "Which?"


def test_a_question_that_nobody_met_is_changed_in_place(root):
    swap(root / QUIZ, "prompt: Which?", "prompt: Which one?")
    imported(root)
    assert QuestionVersion.objects.get().prompt == "Which one?"


def test_order_follows_the_numbers(root):
    (root / "01-one/01-first.md").rename(root / "01-one/03-first.md")
    (root / QUIZ).rename(root / "01-one/03-first.quiz.yaml")
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    assert [lesson.slug for lesson in Lesson.objects.in_order()] == ["second", "first"]
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"


def test_playbooks_are_in_the_order_of_their_names(root):
    put(root, {"playbooks/before.md": "---\ntitle: Before\n---\nGo.\n"})
    imported(root)
    assert [p.slug for p in Playbook.objects.all()] == ["before", "steps"]


def test_a_lesson_moves_to_another_module(root):
    put(root, {"02-two/module.md": "---\ntitle: Two\n---\n"})
    put(root, {"02-two/01-other.md": "---\ntitle: Other\n---\n"})
    imported(root)
    pk = Lesson.objects.get(slug="second").pk
    (root / "01-one/02-second.md").rename(root / "02-two/00-second.md")
    assert imported(root).startswith("created 0, updated ")
    second = Lesson.objects.get(pk=pk)
    assert (second.slug, second.module.slug) == ("second", "two")
    assert [lesson.slug for lesson in Lesson.objects.in_order()] == ["first", "second", "other"]


def test_a_renamed_lesson_keeps_its_progress(root, ada, client):
    pk = Lesson.objects.get(slug="second").pk
    (root / "01-one/02-second.md").rename(root / "01-one/02-other.md")
    swap(root / "01-one/02-other.md", "title: Second", "title: Other\nformerly: [second]")
    swap(root / "01-one/01-first.md", "lesson:second", "lesson:other")
    assert imported(root) == "created 0, updated 2, unchanged 5, removed 0"
    assert Lesson.objects.get(slug="other").pk == pk
    assert client.get("/lessons/second/").status_code == 301


def test_a_former_slug_that_another_file_has_takes_nothing_over(root):
    put(root, {"01-one/03-third.md": "---\ntitle: Third\nformerly: [second]\n---\n"})
    assert imported(root) == "created 1, updated 0, unchanged 7, removed 0"


# ---- what left the folder, and came back --------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("01-one/02-second.md", Lesson),
        (QUIZ, Quiz),
        ("playbooks/steps.md", Playbook),
        ("tools.yaml", Tool),
    ],
)
def test_what_left_is_archived_and_back_with_its_file(root, name, model):
    swap(root / "01-one/01-first.md", "See [the second](lesson:second) and "
         "[the steps](playbook:steps).", "Words.")  # fmt: skip
    swap(root / "01-one/01-first.md", "tools: [hammer]\n", "")
    imported(root)
    pk = model.objects.get(**({"slug": "second"} if model is Lesson else {})).pk
    text = (root / name).read_text()
    (root / name).unlink()
    assert imported(root) == "created 0, updated 0, unchanged 6, removed 1"
    assert model.objects.get(pk=pk).archived_at is not None
    assert imported(root) == "created 0, updated 0, unchanged 6, removed 0"
    (root / name).write_text(text)
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    assert model.objects.get(pk=pk).archived_at is None
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"


def test_progress_outlives_the_file(root, ada):
    swap(root / "01-one/01-first.md", "[the second](lesson:second)", "it")
    lesson = Lesson.objects.get(slug="second")
    LessonProgress.objects.mark_read(ada, lesson)
    (root / "01-one/02-second.md").unlink()
    imported(root)
    assert LessonProgress.objects.filter(lesson=lesson, user=ada).exists()


def test_a_question_and_an_objective_that_left(root, ada):
    start(Quiz.objects.get(), ada, timezone.now())
    text = (root / QUIZ).read_text()
    other = text.replace("id: which", "id: other").replace("    objective: aim\n", "")
    put(root, {QUIZ: other})
    swap(root / "01-one/01-first.md", "objectives:\n  - id: aim\n    text: Say what it is\n", "")
    imported(root)
    assert {q.key: q.archived_at is None for q in Question.objects.all()} == {
        "which": False,
        "other": True,
    }
    assert Objective.objects.get().archived_at is not None
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"


def test_a_module_that_left(root):
    put(
        root,
        {"02-two/module.md": "---\ntitle: Two\n---\n", "02-two/1-x.md": "---\ntitle: X\n---\n"},
    )
    imported(root)
    (root / "02-two/1-x.md").unlink()
    (root / "02-two/module.md").unlink()
    (root / "02-two").rmdir()
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 2"
    assert Module.objects.get(slug="two").archived_at is not None


def test_an_image_that_left(root):
    put(root, {"01-one/media/a.png": png()})
    imported(root)
    (root / "01-one/media/a.png").unlink()
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 1"
    assert not Asset.objects.exists()


def test_what_left_is_a_dead_link_where_it_is_named(root):
    (root / "01-one/02-second.md").unlink()
    found = refused(root)
    assert [line.split(": ")[0] for line in found] == ["01-one/01-first.md:12"]


def test_what_left_cannot_be_related(root):
    swap(root / "01-one/02-second.md", "title: Second", "title: Second\nrelated: [first]")
    imported(root)
    (root / "01-one/01-first.md").unlink()
    (root / QUIZ).unlink()
    assert "01-one/02-second.md:3: there is no lesson “first”" in refused(root)


# ---- what somebody changed in the admin ---------------------------------------------------------


def test_what_was_changed_in_the_admin_is_kept(root):
    Lesson.objects.filter(slug="second").update(title="By hand")
    swap(root / "01-one/02-second.md", "Words.", "Words of the file.")
    out, err, status = said(root)
    assert err == "01-one/02-second.md: changed in the admin since; kept (--overwrite takes it)"
    assert (out, status) == ("created 0, updated 0, unchanged 7, removed 0", 3)
    assert Lesson.objects.get(slug="second").body == "Words."
    assert said(root)[2] == 3
    assert imported(root, "--overwrite") == "created 0, updated 1, unchanged 6, removed 0"
    assert Lesson.objects.get(slug="second").title == "Second"
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"


def test_a_change_in_the_admin_counts_though_the_file_is_the_same(root):
    Playbook.objects.update(summary="By hand")
    assert said(root)[1].startswith("playbooks/steps.md: changed in the admin since")
    assert Playbook.objects.get().summary == "By hand"


def test_the_same_change_in_both_is_none(root):
    Lesson.objects.filter(slug="second").update(body="New words.")
    swap(root / "01-one/02-second.md", "Words.", "New words.")
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"


def test_a_tool_changed_in_the_admin_stays_so(root):
    Tool.objects.update(vendor="By hand")
    for _ in range(2):  # the second import doesn't take it for the file's own
        _, err, status = said(root)
        assert err.startswith("tools.yaml (hammer): changed in the admin since")
        assert (Tool.objects.get().vendor, status) == ("By hand", 3)
    imported(root, "--overwrite")
    assert Tool.objects.get().vendor == "A smith"


def test_a_question_changed_in_the_admin_is_kept(root):
    Question.objects.get().revise(prompt="By hand?")
    assert said(root)[1].startswith(f"{QUIZ}: changed in the admin since")
    imported(root, "--overwrite")
    assert Question.objects.get().current.prompt == "Which?"


@pytest.mark.parametrize("model", [Lesson, Playbook, Tool, Module, Quiz])
def test_what_was_archived_in_the_admin_stays_archived(root, model):
    model.objects.update(archived_at=timezone.now())
    _, err, status = said(root)
    assert "changed in the admin since" in err
    assert status == 3
    assert not model.objects.filter(archived_at=None).exists()
    assert said(root, "--overwrite")[2] == 0
    assert not model.objects.exclude(archived_at=None).exists()


def test_an_order_made_in_the_admin_is_kept(root):
    Lesson.objects.filter(slug="first").update(position=9)
    _, err, status = said(root)
    assert err == "01-one (the order): changed in the admin since; kept (--overwrite takes it)"
    assert (status, Lesson.objects.in_order()[0].slug) == (3, "second")
    imported(root, "--overwrite")
    assert Lesson.objects.in_order()[0].slug == "first"


def test_an_image_changed_in_the_admin_is_kept(root):
    put(root, {"01-one/media/a.png": png()})
    imported(root)
    Asset.objects.update(digest="0" * 64)
    assert said(root)[1].startswith("01-one/media/a.png: changed in the admin since")
    assert Asset.objects.get().digest == "0" * 64
    imported(root, "--overwrite")
    assert Asset.objects.get().digest != "0" * 64


def test_a_lesson_made_in_the_admin_is_left_alone(root):
    module = Module.objects.get()
    Lesson.objects.create(module=module, slug="by-hand", title="By hand", position=9)
    assert imported(root) == "created 0, updated 0, unchanged 7, removed 0"
    assert Lesson.objects.get(slug="by-hand").archived_at is None


def test_new_names_do_not_touch_what_is_kept(root):
    """A kept lesson is rendered again by what the admin holds, not by its file."""
    lesson = Lesson.objects.get(slug="first")
    lesson.tool_links.all().delete()
    Lesson.objects.filter(pk=lesson.pk).update(body="[](lesson:second)\n\n[x](lesson:gone)")
    swap(root / "01-one/02-second.md", "title: Second", "title: New")
    _, err, status = said(root)
    assert err.startswith("01-one/01-first.md: changed in the admin since")
    lesson.refresh_from_db()
    assert "New</a>" in lesson.body_html
    assert (lesson.tool_links.count(), status) == (0, 3)


def test_a_new_objective_of_a_kept_lesson_does_not_stop_its_quiz(root):
    Lesson.objects.filter(slug="first").update(summary="By hand")
    swap(root / "01-one/01-first.md", "  - id: aim", "  - {id: new, text: New}\n  - id: aim")
    swap(root / QUIZ, "objective: aim", "objective: [aim, new]")
    _, err, status = said(root)
    assert err.startswith("01-one/01-first.md: changed in the admin since")
    assert status == 3
