"""`import_course` on a folder of Markdown that was not written for us."""

import pytest

from lessons.models import Asset, Course, Lesson
from tests.interchange.folder import exported, files_in, imported, png, put, refused, said

pytestmark = pytest.mark.django_db


def plain(root, files):
    return put(root / "git_basics", files)


def test_titles_and_order(tmp_path):
    root = plain(
        tmp_path,
        {
            "02-setup.md": "# Set *it* up #\n\nWords.\n",
            "01-start.md": "---\ntitle: Beginning\n---\nWords.\n",
            "10-bare_words.md": "Words.\n",
            "index.md": "Words.\n",
        },
    )
    imported(root)
    course = Course.objects.get()
    assert (course.slug, course.title) == ("git-basics", "Git basics")
    assert [(lesson.slug, lesson.title) for lesson in Lesson.objects.in_order()] == [
        ("start", "Beginning"),
        ("setup", "Set *it* up"),
        ("bare-words", "Bare words"),
        ("index", "Index"),
    ]
    assert Lesson.objects.get(slug="setup").body == "Words."


def test_slug_and_title_may_be_given(tmp_path):
    imported(plain(tmp_path, {"a.md": "Words.\n"}), "--slug", "git", "--title", "Git")
    assert Course.objects.filter(slug="git", title="Git").exists()


def test_links_and_images_between_the_files(tmp_path):
    text = "[b](02-b.md#part) [b](./02-b.html)\n\n![](fig/x.png){alt='A “square”' w=1}\n"
    root = plain(tmp_path, {"01-a.md": text, "02-b.md": "B\n", "fig/x.png": png()})
    _, err, status = said(root)
    assert (err, status) == ("", 0)
    html = Lesson.objects.get(slug="a").body_html
    assert html.count('href="/lessons/b/') == 2
    assert 'alt="A “square”"' in html
    assert Asset.objects.get().path == "fig/x.png"


def test_what_is_not_understood_is_a_warning(tmp_path):
    text = "---\ntitle: A\nteaching: 10\nupdated: some day\n---\n"
    text += "\n[x](lesson:gone)\n\n:::{tool} x\n:::\n"
    root = plain(tmp_path, {"a.md": text, "b.md": "---\ntitle: &x B\n---\nB\n"})
    out, err, status = said(root)
    assert (out, status) == ("created 4, updated 0, unchanged 0, removed 0", 0)
    lines = err.split("\n")
    assert all(": warning: " in line for line in lines)
    places = [line.split(": warning: ")[0] for line in lines]
    assert places == ["a.md:3", "a.md:4", "a.md:7", "a.md:9", "b.md:2"]


def test_pictures_that_are_not_taken(tmp_path):
    root = plain(tmp_path, {"a.md": "![x](x.svg) ![y](y.png)\n", "x.svg": "<svg></svg>"})
    _, err, status = said(root)
    assert status == 0
    assert "x.svg: warning: SVG pictures may carry scripts; export it as PNG or WebP." in err
    assert "a.md:1: warning: " in err
    assert not Asset.objects.exists()


def test_a_second_import_changes_nothing(tmp_path):
    root = plain(tmp_path, {"01-a.md": "# A\n\n![x](x.png)\n", "x.png": png()})
    imported(root)
    assert imported(root) == "created 0, updated 0, unchanged 4, removed 0"


def test_an_export_is_a_course(tmp_path):
    text = "# A\n\n![x](fig/x.png) [b](02-b.md)\n"
    root = plain(tmp_path, {"01-a.md": text, "02-b.md": "B\n", "fig/x.png": png()})
    imported(root)
    target = tmp_path / "out"
    assert exported("git-basics", target) == "wrote 5 files"
    assert sorted(files_in(target)) == [
        "01-git-basics/01-a.md",
        "01-git-basics/02-b.md",
        "01-git-basics/fig/x.png",
        "01-git-basics/module.md",
        "course.md",
    ]
    assert imported(target) == "created 0, updated 0, unchanged 5, removed 0"
    assert imported(root) == "created 0, updated 0, unchanged 5, removed 0"


def test_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    message = "holds neither a course.md nor any Markdown file"
    assert refused(tmp_path / "empty") == [f"empty: {message}"]


def test_a_slug_that_is_none(tmp_path):
    root = plain(tmp_path, {"a.md": "A\n"})
    assert "the course: the slug cannot be “a b”" in refused(root, "--slug", "a b")
