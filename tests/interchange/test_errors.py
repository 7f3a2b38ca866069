"""`import_course` refuses: each complaint with its file and line, and nothing is stored."""

import pytest

from tests import factories
from tests.interchange.folder import COURSE, FIRST, files_in, imported, png, put, refused, small
from tests.sounds import mp3

pytestmark = pytest.mark.django_db
LESSON = "01-one/02-second.md"
QUIZ = "01-one/01-first.quiz.yaml"


def lesson(front: str, body: str = "Words.") -> dict[str, str | bytes | None]:
    return {LESSON: f"---\n{front}\n---\n{body}\n"}


@pytest.mark.parametrize(
    ("front", "line", "message"),
    [
        ("title: A\nsumary: b", 3, "unknown key “sumary”; did you mean “summary”?"),
        ("title: A\nzzz: b", 3, "unknown key “zzz”"),
        ("title: A\ntags: []\ntitle: B", 4, "the key “title” stands here twice (line 2)"),
        ("title: &a A", 2, "anchors and aliases (& and *) are not used in course files"),
        ("title: A\nsummary: *a", 3, "anchors and aliases (& and *) are not used in course files"),
        (
            "title: !!python/object:os.system {}",
            2,
            "tags such as tag:yaml.org,2002:python/object:os.system are not used in course files",
        ),
        ("summary: A", 2, "needs “title”"),
        ("title:", 2, "needs “title”"),
        ("title: ''", 2, "“title” is empty"),
        ("title: [a]", 2, "“title” should be text"),
        ("title: A\nupdated: soon", 3, "“soon” is not a day such as 2026-06-14"),
        ("title: A\nupdated: 2026-02-30", 3, "“2026-02-30” is not a day such as 2026-06-14"),
        ("title: A\nstatus: drafty", 3, "“status” cannot be “drafty”: draft, published; did you "
         "mean “draft”?"),
        ("title: A\nslug: a b", 3, "“slug” cannot be “a b”. Letters and digits with single hyphens:"
         " the last part of an address."),
        ("title: A\ntools: [spanner]", 3, "there is no tool “spanner”"),
        ("title: A\ntools:\n  - hammer\n  - hamer", 5, "there is no tool “hamer”; did you mean "
         "“hammer”?"),
        ("title: A\nrelated: [frist]", 3, "there is no lesson “frist”; did you mean “first”?"),
        ("title: A\nrelated: [second]", 3, "a lesson cannot be related to itself"),
        ("title: A\nobjectives:\n  - id: x", 4, "needs “text”"),
        ("title: A\nobjectives:\n  - {id: x, text: a}\n  - {id: x, text: b}", 5,
         "the objective id “x” stands here twice"),
    ],
)  # fmt: skip
def test_front_matter(tmp_path, front, line, message):
    found = refused(small(tmp_path, lesson(front)))
    assert found == [f"{LESSON}:{line}: {message}"]


def test_front_matter_that_is_no_yaml(tmp_path):
    (found,) = refused(small(tmp_path, lesson("title: A\nsummary: {a")))
    assert found.startswith(f"{LESSON}:4: ")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[x](lesson:nowhere)", "nowhere"),
        ("[x](playbook:nowhere)", "nowhere"),
        (":::{tool} nowhere\n:::", "nowhere"),
        ("![x](media/nowhere.png)", "media/nowhere.png"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_dead_names_in_a_text(tmp_path, body, message, end, mark):
    text = f"---\ntitle: Second\n---\n\n## Part\n\nWords.\n\n{body}\n"
    root = small(tmp_path, {LESSON: (mark + text.replace("\n", end)).encode()})
    (found,) = refused(root)
    assert found.startswith(f"{LESSON}:9: ")
    assert message in found


def test_a_dead_link_in_the_introduction_and_in_a_playbook(tmp_path):
    root = small(tmp_path, {"course.md": COURSE + "\n[x](lesson:nowhere)\n"})
    put(root, {"playbooks/steps.md": "---\ntitle: S\nlessons: [no]\n---\n[x](lesson:nowhere)\n"})
    found = refused(root)
    assert [line.split(": ")[0] for line in found] == [
        "course.md:7",
        "playbooks/steps.md:3",
        "playbooks/steps.md:5",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("objective: aim", "objective: none", 4, "the lesson has no objective “none”"),
        ("objective: aim", "objectve: aim", 4,
         "unknown key “objectve”; did you mean “objective”?"),
        ("        correct: true\n", "", 6, "No choice is marked as correct."),
        ("type: single", "type: singel", 3, "“type” cannot be “singel”: single, multiple, "
         "true-false, numeric, short-answer, matching, ordering, cloze; did you mean “single”?"),
        ("    prompt: Which?\n", "", 2, "needs “prompt”"),
        ("prompt: Which?", "prompt: Which?\n    points: NaN", 6, "“NaN” is not a number"),
        ("correct: true", "correct: perhaps", 8, "“perhaps” is not true or false"),
        ("questions:", "pass_mark: 101\nquestions:", 1,
         "“pass_mark” 101 is greater than the maximum of 100"),
        ("- text: that", "- text: this", 9, "Choice 2 is the same as choice 1."),
    ],
)  # fmt: skip
def test_a_quiz(tmp_path, old, new, line, message):
    root = small(tmp_path)
    text = (root / QUIZ).read_text()
    assert old in text
    (root / QUIZ).write_text(text.replace(old, new))
    found = [each for each in refused(root) if "warning" not in each]
    assert found == [f"{QUIZ}:{line}: {message}"]


PARTS = """\
questions:
  - id: match
    type: matching
    prompt: Who?
    pairs:
      - left: GLM-5
        right: Zhipu AI
      - {left: Kimi, right: Moonshot AI}
    explanation: So.
  - id: order
    type: ordering
    prompt: Which first?
    items:
      - one
      - two
    scoring: exact
    explanation: So.
  - id: gaps
    type: cloze
    text: |
      R1 matched {2:SHORTANSWER:=o1},
      in {1:NUMERICAL:=2025}.
    explanation: So.
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("left: Kimi", "left: GLM-5", 8, "Pair 2 has the same left side as pair 1."),
        ("left: Kimi, ", "", 5, "A question needs at least two pairs with a left side."),
        ("        right: Zhipu AI\n", "", 6, "needs “right”"),
        ("right: Zhipu", "rihgt: Zhipu", 7, "unknown key “rihgt”; did you mean “right”?"),
        ("- two", "- one", 15, "Item 2 is the same as item 1."),
        ("scoring: exact", "scoring: halves", 16,
         "The scoring cannot be “halves”: there are pairs, exact, place, adjacent."),
        ("SHORTANSWER", "SHORTANSER", 20,
         "Gap 1: There is no kind “SHORTANSER”. Did you mean “SHORTANSWER”?"),
        ("=2025}", "=soon}", 20,
         "Gap 2: Answer 1 is not a number: write it as 1234.5 or 1.5e6."),
        ("    prompt: Who?\n", "", 2, "needs “prompt”"),
        ("    text: |\n      R1 matched {2:SHORTANSWER:=o1},\n      in {1:NUMERICAL:=2025}.\n",
         "    prompt: R1?\n", 18, "needs “text”"),
    ],
)  # fmt: skip
def test_a_question_with_parts(tmp_path, old, new, line, message):
    assert old in PARTS
    root = small(tmp_path, {QUIZ: PARTS.replace(old, new)})
    found = [each for each in refused(root) if each.startswith(f"{QUIZ}:{line}: ")]
    assert found == [f"{QUIZ}:{line}: {message}"]


def test_a_question_id_twice(tmp_path):
    root = small(tmp_path)
    text = (root / QUIZ).read_text()
    (root / QUIZ).write_text(text + text.removeprefix("questions:\n"))
    assert refused(root) == [f"{QUIZ}:11: the question id “which” stands here twice"]


def test_a_quiz_without_its_lesson(tmp_path):
    root = small(tmp_path, {"01-one/03-third.quiz.yaml": "questions: []\n"})
    assert refused(root) == ["01-one/03-third.quiz.yaml: has no lesson beside it"]


def test_a_slug_twice(tmp_path):
    root = small(tmp_path, lesson("title: Second\nslug: first"))
    assert refused(root) == [f"{LESSON}:3: has the slug “first”, as 01-one/01-first.md has"]


def test_a_slug_of_another_course_s_lesson(tmp_path):
    module = factories.make_module(factories.make_course(slug="elsewhere"))
    factories.make_lesson(module, slug="second")
    message = "the slug “second” belongs to a lesson of the course elsewhere"
    assert refused(small(tmp_path)) == [f"{LESSON}:2: {message}"]


def test_a_tool_that_another_course_defined_otherwise(tmp_path):
    imported(small(tmp_path))
    other = put(
        tmp_path / "other",
        {
            "course.md": "---\ntitle: Other\nslug: other\n---\n",
            "tools.yaml": "\nhammer:\n  name: Mallet\n  vendor: B\n  licence: closed\n",
        },
    )
    assert refused(other) == [
        "tools.yaml:2: the tool “hammer” was defined otherwise in small/tools.yaml; use that, or "
        "another id"
    ]


def test_a_module_without_its_file(tmp_path):
    root = small(tmp_path, {"02-two/01-x.md": "---\ntitle: X\n---\n"})
    assert refused(root) == ["02-two/module.md: is missing; it gives the module's title"]


def test_what_is_not_text(tmp_path):
    root = small(tmp_path, {LESSON: b"---\ntitle: A\n---\ncaf\xe9\n"})
    assert f"{LESSON}:4: is not UTF-8 text" in refused(root)
    (root / LESSON).write_bytes(b"---\ntitle: A\n---\n\0\n")
    assert f"{LESSON}:4: is not text" in refused(root)


@pytest.mark.parametrize(
    "name", ["01-one/03-third.md", "01-one/02-second.quiz.yaml", "01-one/media/a.png"]
)
def test_a_link_out_of_the_folder(tmp_path, name):
    root = small(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text("---\ntitle: Secret\n---\n")
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).symlink_to(secret)
    found = refused(root)
    assert f"{name}: leads out of the folder" in found
    assert "Secret" not in "".join(found)


def test_a_module_file_and_a_folder_that_lead_out(tmp_path):
    root = small(tmp_path)
    (tmp_path / "away").mkdir()
    (root / "02-two").symlink_to(tmp_path / "away")
    (root / "01-one/module.md").unlink()
    (root / "01-one/module.md").symlink_to("/etc/hostname")
    found = refused(root)
    assert "02-two: leads out of the folder" in found
    assert "01-one/module.md: leads out of the folder" in found


def test_images_that_are_none(tmp_path, media_root):
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
    root = small(tmp_path, {"01-one/media/a.svg": svg, "01-one/media/b.png": svg})
    put(root, {"01-one/media/c.png": png()})
    message = "SVG pictures may carry scripts; export it as PNG or WebP."
    assert refused(root) == [
        f"01-one/media/a.svg: {message}",
        f"01-one/media/b.png: {message}",
    ]
    assert files_in(media_root) == {}


def test_sounds_that_are_none(tmp_path, media_root):
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
    html = b"<!doctype html><script>alert(1)</script>"
    files = {"a.mp3": svg, "b.mp3": html, "c.ogg": b"OggS" + html, "d.mp3": mp3()}
    root = small(tmp_path, {f"01-one/media/{name}": data for name, data in files.items()})
    put(root, {"01-one/02-second.md": "---\ntitle: Second\n---\n\nSo\n![e](media/e.mp3)\n"})
    assert refused(root) == [
        "01-one/media/a.mp3: SVG pictures may carry scripts; export it as PNG or WebP.",
        "01-one/media/b.mp3: This is a web page (HTML), not a picture or a sound.",
        "01-one/media/c.ogg: The sound is damaged or cut short; save it again.",
    ]
    put(root, {f"01-one/media/{name}": mp3() for name in ("a.mp3", "b.mp3", "c.ogg")})
    assert refused(root) == ["01-one/02-second.md:6: There is no sound “media/e.mp3”."]
    assert files_in(media_root) == {}


NAMING = """\
questions:
  - id: which
    type: single
    prompt: |
      Which?

      ![A square](media/no.png)
    choices:
      - {text: this, correct: true}
      - text: that
        feedback: "![x](media/no.mp3)"
    explanation: "See [](lesson:nowhere)."
  - id: order
    type: ordering
    prompt: Order?
    items:
      - one
      - "![x](media/no.webp)"
    explanation: So.
"""


def test_questions_that_name_what_is_not_there(tmp_path):
    root = small(tmp_path, {QUIZ: NAMING})
    assert refused(root) == [
        f"{QUIZ}:7: There is no image “media/no.png”.",
        f"{QUIZ}:11: There is no sound “media/no.mp3”.",
        f"{QUIZ}:12: There is no lesson “nowhere”.",
        f"{QUIZ}:18: There is no image “media/no.webp”.",
    ]


def test_an_image_that_a_question_still_names(tmp_path):
    quiz = NAMING.partition("    choices")[0].replace("no.png", "a.png")
    rest = "    choices: [{text: a, correct: true}, {text: b}]\n    explanation: So.\n"
    root = small(tmp_path, {QUIZ: quiz + rest, "01-one/media/a.png": png()})
    imported(root)
    put(root, {"01-one/media/a.png": None})
    assert refused(root) == [f"{QUIZ}:7: There is no image “media/a.png”."]


def test_an_image_of_the_course_and_one_of_the_playbooks_under_one_name(tmp_path):
    root = small(tmp_path, {"media/a.png": png(), "playbooks/media/a.png": png("blue")})
    assert refused(root) == [
        "playbooks/media/a.png: is called media/a.png in texts, as media/a.png is; rename one"
    ]


def test_names_without_a_slug(tmp_path):
    root = small(tmp_path, {"01-one/03-!!!.md": "---\ntitle: X\n---\n"})
    assert refused(root) == [
        "01-one/03-!!!.md:2: its name gives no slug; write one in the front matter"
    ]
    (root / "01-one/03-!!!.md").unlink()
    put(root, {f"01-one/03-{'x' * 130}.md": "---\ntitle: X\n---\n"})
    assert refused(root)[0].endswith(": the slug is longer than 120 characters")


def test_everything_is_said_at_once(tmp_path):
    root = small(tmp_path, lesson("title: A\nsumary: b"))
    put(root, {"course.md": "---\nslug: small\n---\n", "01-one/01-first.md": FIRST[4:]})
    assert len(refused(root)) >= 3


def test_code_in_files_is_text(tmp_path):
    body = "{% load x %}{{ settings.SECRET_KEY }}\n\n{{#include /etc/passwd}}\n\n<script>x</script>"
    root = small(tmp_path, lesson("title: Second", body))
    imported(root)
    html = factories.Lesson.objects.get(slug="second").body_html
    assert "{{ settings.SECRET_KEY }}" in html
    assert "{{#include /etc/passwd}}" in html
    assert "<script" not in html
