"""The lesson page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import LessonTool, RelatedLesson, Status
from tests.factories import (
    ALL_KINDS,
    make_course,
    make_lesson,
    make_module,
    make_playbook,
    make_question,
    make_quiz,
    make_tool,
)
from tests.progress.cards import checked_by, make_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    """A lesson with everything on its page, between two others."""
    course = make_course(title="Weights")
    module = make_module(course)
    make_lesson(module, slug="before", title="The one before", position=1)
    lesson = make_lesson(
        module,
        slug="middle",
        title="The one in the middle",
        summary="What it is about.",
        takeaways=["Take *this* along."],
        position=2,
    )
    make_lesson(module, slug="after", title="The one after", position=3)
    LessonTool.objects.create(lesson=lesson, tool=make_tool(course, name="A tool"))
    make_quiz(lesson, ALL_KINDS)
    return lesson


def test_anybody_reads_every_part(client, lesson):
    page = client.get("/lessons/middle/").text

    for text in (
        "Free to read",
        "Sign up free",
        "1 min read",
        "The one in the middle",
        "What it is about.",
        "Listen to this lesson",
        "Audio coming soon",
        "Audio &amp; video lessons are paid features",
        "Watch this lesson",
        "Video coming soon",
        "Learning objectives",
        "To know",
        "First part",
        "Key takeaways",
        "Take <em>this</em> along.",
        "Save your progress &amp; take the quiz",
        "Tools covered in this lesson",
        "A tool",
        "Recommended for you",
        "The one before",
        "The one after",
    ):
        assert text in page


def test_the_parts_stand_in_their_order(client, lesson):
    page = client.get("/lessons/middle/").text
    parts = ["Free to read", "min read", "<h1", 'id="listen"', "Plus adds", 'id="watch"']
    parts += ['id="objectives"', 'id="article"', 'id="takeaways"', 'id="quiz"']
    parts += ["Tools covered", "Recommended for you", 'rel="prev"']

    places = [page.index(part, page.index("<main")) for part in parts]

    assert places == sorted(places)


def test_a_learner_sees_their_place_and_the_quiz(as_ada, lesson):
    page = as_ada.get("/lessons/middle/").text

    assert "Take the quiz" in page
    assert "Lesson 2 of 3, 0 done" in page
    assert "Free to read." not in page


def test_a_learner_sees_how_well_they_know_each_objective(as_ada, as_eve, client, ada, lesson):
    objective = lesson.objectives.get()
    question = lesson.quiz.questions.first()
    checked_by(objective, question)
    make_card(ada, question, 1, 1, 1)

    page = as_ada.get("/lessons/middle/").text
    assert f'<a href="/me/objectives/{objective.pk}/">85 %, mastered' in page
    assert "3 answers, last on <time" in page
    page = as_eve.get("/lessons/middle/").text
    assert f'<a href="/me/objectives/{objective.pk}/">not enough answers yet' in page
    assert "/me/objectives/" not in client.get("/lessons/middle/").text


def test_whoever_has_all_benefits_sees_no_panel(client, lesson, ada):
    ada.memberships.create(tier="pro")
    client.force_login(ada)

    assert "paid features" not in client.get("/lessons/middle/").text


def test_the_author_s_recommendations_come_first(client, lesson):
    other = make_lesson(title="From elsewhere")
    RelatedLesson.objects.create(lesson=lesson, to=other)
    page = client.get("/lessons/middle/").text

    part = page[page.index('id="recommended-title"') :]
    assert part.index("From elsewhere") < part.index("The one after")


def test_soon_is_true_of_the_site(client, lesson, public_pages):
    panel = client.get("/lessons/middle/").text
    assert 'All AI Playbooks <span class="tag" data-kind="soon">soon' in panel

    make_playbook()
    public_pages.forget()
    panel = client.get("/lessons/middle/").text
    assert "All AI Playbooks</span>" in panel


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.DRAFT},
        {"archived_at": timezone.now()},
        {"publish_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_is_not_published_is_nowhere(client, as_ada, lesson, change):
    for name, value in change.items():
        setattr(lesson, name, value)
    lesson.save()

    for reader in (client, as_ada):
        answer = reader.get("/lessons/middle/")
        # What was taken down leads to its course; what never was there is nowhere.
        assert answer.status_code == (302 if "archived_at" in change else 404)
        assert reader.get("/lessons/middle/quiz/", follow=True).status_code in {200, 404}
        for address in (
            "/",
            f"/courses/{lesson.module.course.slug}/",
            "/lessons/before/",
            "/search/?q=middle",
            "/sitemap.xml",
            "/feed.xml",
        ):
            assert "in the middle" not in reader.get(address).text
    for path in ("place", "read", "bookmark"):
        assert as_ada.post(f"/lessons/middle/{path}/", {"fraction": "0"}).status_code == 404


def test_a_former_address_leads_here(client, lesson):
    lesson.slug = "centre"
    lesson.save()

    answer = client.get("/lessons/middle/")

    assert answer.status_code == 301
    assert answer["Location"] == "/lessons/centre/"


def test_unknown_addresses_are_404(client):
    for address in ("/lessons/none/", "/courses/none/", "/tools/none/", "/playbooks/none/"):
        assert client.get(address).status_code == 404


def test_a_chinese_slug_has_an_address(client):
    make_lesson(slug="开放权重", title="开放权重")

    assert client.get("/lessons/开放权重/").status_code == 200


def test_an_arabic_lesson_reads_from_the_right(client):
    make_lesson(slug="arabic", language="ar", title="الأوزان المفتوحة")

    page = client.get("/lessons/arabic/").text

    assert 'lang="ar" dir="rtl"' in page


@pytest.mark.parametrize("size", [1, 10])
def test_queries_stay_the_same(client, ada, lesson, size, django_assert_max_num_queries):
    for _ in range(5 * size):
        other = make_lesson(lesson.module)
        make_quiz(other)
        LessonTool.objects.create(lesson=other, tool=make_tool(lesson.module.course))
        question = make_question(lesson.quiz)
        checked_by(lesson.objectives.get(), question)
        make_card(ada, question, 1, 0)
    client.force_login(ada)

    with django_assert_max_num_queries(9):
        assert client.get("/lessons/middle/").status_code == 200
