"""Questions show images, play sounds and link to lessons, as the lesson beside them does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lessons import markdown
from lessons.library import Library
from lessons.media import store
from quizzes.models import Question
from quizzes.settling import naming, settle_questions
from tests import factories
from tests.desk import edit, said
from tests.interchange.folder import png
from tests.quizzes.sitting import begin, form
from tests.sounds import mp3, wav

pytestmark = pytest.mark.django_db
PICTURE, CLIP = "![A square](media/a.png)", "![What she says](media/clip.mp3)"


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def lesson():
    """A lesson with an image of its module and a sound of its course."""
    lesson = factories.make_lesson(title="The lesson")
    store(lesson.module.course, lesson.module, "media/a.png", png())
    store(lesson.module.course, None, "media/clip.mp3", mp3())
    return lesson


def asset(lesson, path="media/a.png"):
    return lesson.module.course.assets.get(path=path)


def single(prompt, *choices, **fields):
    """A question of these choices; the first is right."""
    rows = [{"text": text, **({} if n else {"correct": True})} for n, text in enumerate(choices)]
    return {"kind": "single", "prompt": prompt, "content": {"choices": rows}, **fields}


# One text of each part, for every kind of question.
SHOWING = {
    "prompt": single(PICTURE, "a", "b"),
    "explanation": single("?", "a", "b", explanation=PICTURE),
    "choice": single("?", PICTURE, "b"),
    "feedback": {
        "kind": "single",
        "prompt": "?",
        "content": {
            "choices": [{"text": "a", "correct": True}, {"text": "b", "feedback": PICTURE}]
        },
    },
    "feedback to a number": {
        "kind": "numeric",
        "prompt": "?",
        "content": {"answers": [{"value": "1", "feedback": PICTURE}]},
    },
    "left side": {
        "kind": "matching",
        "prompt": "?",
        "content": {"pairs": [{"left": PICTURE, "right": "a"}, {"left": "b", "right": "c"}]},
    },
    "item": {"kind": "ordering", "prompt": "?", "content": {"items": [PICTURE, "b"]}},
    "text with gaps": {
        "kind": "cloze",
        "prompt": "",
        "content": {"text": PICTURE + " {1:SA:=x}"},
    },
    "feedback in a gap": {
        "kind": "cloze",
        "prompt": "",
        "content": {"text": "It is {1:MC:=x#" + PICTURE + "~y}."},
    },
}


@pytest.mark.parametrize("part", SHOWING)
def test_every_text_of_a_question_shows_an_image(lesson, part):
    quiz = factories.make_quiz(lesson, [SHOWING[part]])

    version = quiz.questions.get().current

    assert f'src=\\"{asset(lesson).url}\\"' in f"{version.html}".replace('"', '\\"')
    assert version.problems is None  # read from the database


def test_sounds_and_lessons_are_named_too(lesson):
    factories.make_lesson(slug="other", title="The other")
    quiz = factories.make_quiz(
        lesson, [single(CLIP, CLIP, "b", explanation="See [](lesson:other).")]
    )

    version = quiz.questions.get().current

    player = f'<audio controls="" preload="none" src="{asset(lesson, "media/clip.mp3").url}"'
    assert player in version.prompt_html
    assert player in version.content_html["choices"][0][0]
    assert '<a href="/lessons/other/">The other</a>' in version.explanation_html


def test_a_learner_sees_and_hears_them(as_ada, ada, lesson):
    quiz = factories.make_quiz(lesson, [single(PICTURE, CLIP, "b")])
    attempt = begin(quiz, ada)

    page = as_ada.get(f"/quizzes/attempts/{attempt.public_id}/")

    assert f'<img src="{asset(lesson).url}" width="4" height="4" alt="A square"' in page.text
    assert 'aria-label="What she says"></audio>' in page.text


def test_which_answer_is_right_shows_nowhere(as_ada, ada, lesson):
    """Two questions that differ only in their key are the same bytes."""
    version = factories.make_quiz(lesson, [single(PICTURE, PICTURE, CLIP)]).questions.get().current
    other = factories.make_lesson(module=lesson.module)
    turned = single(PICTURE, PICTURE, CLIP)
    for row in turned["content"]["choices"]:
        row["correct"] = not row.get("correct", False)

    same = factories.make_quiz(other, [turned]).questions.get().current

    assert version.content != same.content
    assert (version.prompt_html, version.content_html) == (same.prompt_html, same.content_html)


def test_only_what_a_text_asks_for_is_read(lesson, django_assert_num_queries):
    factories.make_quiz(lesson, [single("?", "a", "b")])
    course = lesson.module.course
    references = Library(course).references(lesson.module_id)

    for text, queries in (("?", 0), (PICTURE + CLIP, 1), (PICTURE, 0), ("[](lesson:x)", 1)):
        with django_assert_num_queries(queries):
            markdown.render(text, references)

    assert list(naming(course)) == []


# ---- when an image changes ----------------------------------------------------------------------


def test_an_image_that_changed_is_written_into_its_question(lesson):
    question = factories.make_quiz(lesson, [single(PICTURE, "a", "b")]).questions.get()
    old = asset(lesson).url
    store(lesson.module.course, lesson.module, "media/a.png", png("blue"))

    assert settle_questions(lesson.module.course) == 1

    question = Question.objects.get(pk=question.pk)
    assert question.versions.count() == 1
    assert asset(lesson).url in question.current.prompt_html
    assert old not in question.current.prompt_html
    assert settle_questions(lesson.module.course) == 0


def test_what_was_dealt_keeps_its_image(as_ada, ada, client, lesson):
    quiz = factories.make_quiz(lesson, [single(PICTURE, "a", "b"), single(CLIP, "a", "b")])
    attempt = begin(quiz, ada)
    old = asset(lesson).url
    store(lesson.module.course, lesson.module, "media/a.png", png("blue"))

    assert settle_questions(lesson.module.course) == 1

    first, second = Question.objects.order_by("pk")
    assert (first.current.number, second.current.number) == (2, 1)
    assert asset(lesson).url in first.current.prompt_html
    address = f"/quizzes/attempts/{attempt.public_id}/"
    assert old in as_ada.get(address).text
    assert asset(lesson).url not in as_ada.get(address).text
    response = client.get(old)
    assert b"".join(response.streaming_content) == png()
    as_ada.post(address + "submit/", form(attempt))
    assert old in as_ada.get(address).text


def test_settling_takes_no_more_queries_for_more_questions(lesson, django_assert_num_queries):
    quiz = factories.make_quiz(lesson, [single(PICTURE, "a", "b")])
    for count in (1, 5):
        for number in range(count):
            factories.make_question(quiz, single(f"{number} {PICTURE}", "a", "b"))
        with django_assert_num_queries(2):  # the questions, and the images
            assert settle_questions(lesson.module.course) == 0


# ---- on the desk --------------------------------------------------------------------------------


def upload(data=b"", name="a.png"):
    return SimpleUploadedFile(name, data or png("green"), "image/png")


def test_replacing_an_image_settles_the_questions(as_admin, ada, lesson):
    quiz = factories.make_quiz(lesson, [single(PICTURE, "a", "b")])
    begin(quiz, ada)

    page = edit(as_admin, asset(lesson), file=upload())

    assert "Questions that show it, rendered anew: 1. Earlier results stay." in said(page)
    question = quiz.questions.get()
    assert question.current.number == 2
    assert asset(lesson).url in question.current.prompt_html


@pytest.mark.parametrize("part", SHOWING)
def test_an_image_that_a_question_shows_is_not_deleted(as_admin, lesson, part):
    factories.make_quiz(lesson, [SHOWING[part]])
    shown, free = asset(lesson), asset(lesson, "media/clip.mp3")

    page = as_admin.get(f"/admin/lessons/asset/{shown.pk}/change/")

    assert "Questions show this. Take it out of their texts first." in page.text
    assert as_admin.get(f"/admin/lessons/asset/{shown.pk}/delete/").status_code == 403
    assert as_admin.get(f"/admin/lessons/asset/{free.pk}/delete/").status_code == 200


def test_what_a_question_names_in_vain_is_said(as_admin, lesson):
    question = factories.make_quiz(lesson, [single(PICTURE, "a", "b")]).questions.get()

    page = edit(
        as_admin,
        question,
        prompt=f"{PICTURE}\n\n![x](media/no.png)",
        explanation="[x](lesson:nowhere)",
        **{"choices-0-text": CLIP, "choices-1-feedback": "![x](media/no.mp3)"},
    )

    assert [text for text in said(page) if text.startswith("In ")] == [
        "In the question, line 3: There is no image “media/no.png”.",
        "In the explanation, line 1: There is no lesson “nowhere”.",
        "In the feedback of choice 2, line 1: There is no sound “media/no.mp3”.",
    ]
    version = Question.objects.get().current
    assert asset(lesson).url in version.prompt_html
    assert asset(lesson, "media/clip.mp3").url in version.content_html["choices"][0][0]


def test_an_image_of_another_module_is_none(lesson):
    elsewhere = factories.make_lesson(module=factories.make_module(lesson.module.course))
    store(lesson.module.course, None, "media/b.wav", wav())
    quiz = factories.make_quiz(elsewhere, [single(f"{PICTURE} ![b](media/b.wav)", "a", "b")])

    html = quiz.questions.get().current.prompt_html

    assert '<span class="broken-image">A square</span>' in html
    assert 'aria-label="b"></audio>' in html
