"""One quiz of a class: who took it, its questions, answers to look at, and all answers to one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes import overrides
from quizzes.models import MarkChange, Quiz
from teaching.models import Classroom
from teaching.views import quiz as view
from tests.conftest import person
from tests.desk import ATTACK, said
from tests.factories import ALL_KINDS, CLOZE, NUMERIC, SHORT, SINGLE, make_lesson, make_question
from tests.quizzes.sitting import begin, submitted, wrong

pytestmark = pytest.mark.django_db

WHY = "It is written so, too."


@pytest.fixture
def quiz(classroom):
    """A short answer and a single choice, a point each."""
    quiz = Quiz.objects.get()
    quiz.questions.all().delete()
    make_question(quiz, SHORT)
    make_question(quiz, SINGLE)
    Quiz.objects.update(shuffle_questions=False, shuffle_choices=False)
    return Quiz.objects.get()


@pytest.fixture
def here(classroom, quiz):
    """The address of the quiz's page."""
    return f"/teach/classes/{classroom.public_id}/quizzes/{quiz.lesson.slug}/"


@pytest.fixture
def asked(quiz, here):
    """The address of all answers to the short question."""
    return f"{here}questions/{quiz.questions.first().pk}/"


def typing(text):
    """Answers: this text, and the first choice, which is right."""
    return lambda answer: [text] if answer.version.kind == "short-answer" else ["0"]


def learners(classroom, count, name="learner"):
    """So many more in the class."""
    people = [person(f"{name}-{n}@example.org", name=f"{name} {n}") for n in range(count)]
    for each in people:
        classroom.seats.create(user=each)
    return people


# The quiz -----------------------------------------------------------------------------------------


def test_who_took_it_and_what_came_of_it(as_grace, classroom, quiz, ada, here):
    bo, cy = learners(classroom, 2)
    submitted(quiz, ada, wrong)
    submitted(quiz, ada)
    submitted(quiz, bo, typing("glm five"))

    page = as_grace.get(here)

    assert page["Cache-Control"] == "private, no-store"
    told = page.context["takers"]
    assert (told.taken, told.passed, told.mean, len(told.rows)) == (2, 1, 75, 3)
    assert [(row.name, row.percent, row.attempts) for row in told.rows] == [
        (bo.name, 50, 1),
        ("Ada", 100, 2),
        (cy.name, None, 0),
    ]
    tally = page.context["tally"]
    assert (tally.attempts, tally.passes, tally.scores) == (2, 0, {"0": 1, "50": 1})
    for text in ("Collecting: 2 of 10", "Learners by score", "All answers", "not taken"):
        assert text in page.text


def test_only_learners_of_the_class_count(as_grace, grace, quiz, ada, eve, classroom, here):
    gone = learners(classroom, 1, "gone")[0]
    for one in (ada, eve, grace, gone):
        submitted(quiz, one)
    classroom.seats.filter(user=gone).update(left_at=timezone.now())

    page = as_grace.get(here)

    assert page.context["tally"].attempts == 1
    assert [row.name for row in page.context["takers"].rows] == ["Ada"]


def test_the_archive_shows_what_was(as_grace, quiz, ada, classroom, here, asked):
    bo = learners(classroom, 1)[0]
    submitted(quiz, ada, typing("before"))
    Classroom.objects.update(archived_at=timezone.now())
    submitted(quiz, ada, typing("later"))
    submitted(quiz, bo, typing("after"))
    assert as_grace.get(here).context["tally"].attempts == 1
    for which in ("first", "latest"):
        page = as_grace.get(f"{asked}?which={which}").text
        assert "before" in page
        assert "later" not in page
        assert "after</a>" not in page


def test_advice_from_ten_learners_on(as_grace, classroom, quiz, here):
    for number, one in enumerate(learners(classroom, 12)):
        submitted(quiz, one, typing("no") if number % 2 else wrong)
    page = as_grace.get(here)
    assert "It is hard: most learners miss it." in page.text
    assert page.context["figures"][0].value == "12"


def test_answers_to_look_at(as_grace, classroom, quiz, here):
    make_question(quiz, NUMERIC)
    make_question(quiz, CLOZE)
    for number, one in enumerate(learners(classroom, 5)):
        text = "Glm  Five" if number % 2 else "glm five"
        submitted(quiz, one, lambda a, text=text: typing(text)(a) if a.slot < 3 else wrong(a))
    found = as_grace.get(here).context["look_at"]
    assert {(each.version.kind, each.count) for each in found} == {
        ("short-answer", 5),
        ("numeric", 5),
        ("cloze", 5),
    }


def test_a_key_that_looks_wrong_is_named(as_grace, classroom, quiz, here):
    for number, one in enumerate(learners(classroom, 10)):
        submitted(quiz, one, lambda a, n=number: ["GLM-5"] if a.slot == 1 else ["1" if n else "0"])
    page = as_grace.get(here)
    assert "Check the key of" in page.text
    assert len(page.context["check_keys"]) == 1


def test_nothing_to_look_at(as_grace, quiz, ada, here):
    assert "Nobody has finished this quiz yet" in as_grace.get(here).text
    submitted(quiz, ada)
    assert "Nothing: every typed answer got all points" in as_grace.get(here).text


def test_every_kind_of_question(as_grace, quiz, ada, here):
    for spec in ALL_KINDS:
        make_question(quiz, spec)
    submitted(quiz, ada, wrong)
    assert as_grace.get(here).status_code == 200
    for question in quiz.questions.all():
        for which in ("first", "latest"):
            page = as_grace.get(f"{here}questions/{question.pk}/?which={which}")
            assert len(page.context["page"].object_list) == 1


# The answers to one question ----------------------------------------------------------------------


def test_alike_answers_stand_together_wrong_ones_first(as_grace, classroom, quiz, ada, asked):
    texts = ["GLM-5", "GLM-5", "GLM-5", "glm five", "GLM  Five", "none"]
    for one, text in zip(learners(classroom, 6), texts, strict=True):
        submitted(quiz, one, typing(text))
    submitted(quiz, ada, lambda _: [])

    page = as_grace.get(asked)

    assert [(each.count, each.group.mark) for each in page.context["page"]] == [
        (2, "wrong"),
        (1, "wrong"),
        (3, "right"),
        (1, "wrong"),
    ]
    assert "Not answered" in page.text
    assert "7 learners, 4 different answers" in page.text


def test_first_or_latest(as_grace, quiz, ada, asked):
    submitted(quiz, ada, typing("at first"))
    submitted(quiz, ada, typing("at last"))
    begin(quiz, ada)
    first, latest = as_grace.get(asked).text, as_grace.get(f"{asked}?which=latest").text
    assert ("at first" in first, "at last" in first) == (True, False)
    assert ("at first" in latest, "at last" in latest) == (False, True)


def test_who_chose_what(as_grace, classroom, quiz, here):
    bo, cy = learners(classroom, 2)
    submitted(quiz, bo)
    submitted(quiz, cy, wrong)
    address = f"{here}questions/{quiz.questions.last().pk}/"
    groups = as_grace.get(address).context["page"].object_list
    assert [each.group.text for each in groups] == ["wrong", "right"]
    page = as_grace.get(f"{address}?group={groups[0].group.name}").text
    assert (cy.name in page, bo.name in page) == (True, False)
    assert f"/learners/{classroom.seats.get(user=cy).pk}/attempts/" in page
    assert 'class="change-mark"' not in page


def group(browser, asked, which="first"):
    """The address of the first group of answers."""
    first = browser.get(f"{asked}?which={which}").context["page"].object_list[0]
    return f"{asked}?which={which}&group={first.group.name}"


def test_all_who_typed_the_same_get_the_mark(as_grace, classroom, quiz, ada, asked, monkeypatch):
    for one, text in zip(learners(classroom, 3), ("glm five", "GLM five", "x"), strict=True):
        submitted(quiz, one, typing(text))
    there = group(as_grace, asked)
    assert "Change 2 marks" in as_grace.get(there).text

    page = as_grace.post(there, {"points": "0.5", "reason": WHY}, follow=True)

    assert said(page) == ["Marks changed: 2."]
    assert MarkChange.objects.count() == 2
    assert {change.reason for change in MarkChange.objects.all()} == {WHY}
    assert [(each.count, each.group.earned) for each in page.context["page"]] == [
        (2, "0.5"),
        (1, "0"),
    ]
    again = as_grace.post(there, {"points": "1", "reason": WHY}, follow=True)
    assert said(again) == ["These answers have another mark by now: nothing was changed."]


def test_many_are_changed_some_at_a_time(as_grace, classroom, quiz, asked, monkeypatch):
    monkeypatch.setattr(view, "MOST_AT_ONCE", 2)
    for one in learners(classroom, 3):
        submitted(quiz, one, typing("glm five"))
    there = group(as_grace, asked)
    assert "2 are changed at a time" in as_grace.get(there).text
    done = [as_grace.post(there, {"points": "1", "reason": WHY}, follow=True) for _ in range(2)]
    assert [said(page) for page in done] == [["Marks changed: 2. Left: 1."], ["Marks changed: 1."]]


def test_a_mark_changed_meanwhile_is_left(as_grace, grace, classroom, quiz, asked, monkeypatch):
    """Somebody else is between the reading and the writing."""
    for one in learners(classroom, 2):
        submitted(quiz, one, typing("glm five"))
    there = group(as_grace, asked)
    read_points = overrides.read_points

    def meanwhile(text, version):
        answer = version.answers.select_related("attempt__quiz", "version").first()
        overrides.override(answer, read_points("0.25", version), grace, WHY, timezone.now())
        return read_points(text, version)

    monkeypatch.setattr(overrides, "read_points", meanwhile)
    page = as_grace.post(there, {"points": "1", "reason": WHY}, follow=True)
    assert said(page) == ["Marks changed: 1. Left: 1."]
    assert MarkChange.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Say why"),
        ({"points": "2"}, "from 0 to 1"),
        ({"points": "0"}, "nothing to change"),
    ],
)
def test_refused_with_what_was_typed(as_grace, quiz, ada, asked, fields, sentence):
    submitted(quiz, ada, typing("glm five"))
    answer = as_grace.post(group(as_grace, asked), {"points": "1", "reason": WHY, **fields})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert not MarkChange.objects.exists()


def test_what_was_chosen_or_left_out_gets_no_mark_together(as_grace, quiz, ada, here, asked):
    submitted(quiz, ada, lambda a: [] if a.slot == 1 else ["1"])
    for address in (asked, f"{here}questions/{quiz.questions.last().pk}/"):
        as_grace.post(group(as_grace, address), {"points": "1", "reason": WHY})
    assert not MarkChange.objects.exists()


def test_an_archived_class_changes_nothing(as_grace, quiz, ada, asked):
    submitted(quiz, ada, typing("glm five"))
    Classroom.objects.update(archived_at=timezone.now() + timedelta(seconds=1))
    there = group(as_grace, asked)
    assert 'class="change-mark"' not in as_grace.get(there).text
    assert as_grace.post(there, {"points": "1", "reason": WHY}).status_code == 404


# Who may see it -----------------------------------------------------------------------------------


def test_nobody_else_sees_anything(client, as_ada, as_eve, as_otto, ada, quiz, here, asked):
    submitted(quiz, ada, typing("secret"))
    for address in (here, asked):
        assert client.get(address).status_code == 302
        for browser in (as_ada, as_eve, as_otto):
            assert browser.get(address).status_code == 404
            assert browser.post(asked, {"points": "1", "reason": WHY}).status_code == 404
    assert not MarkChange.objects.exists()


def test_only_quizzes_and_questions_of_the_class(as_grace, quiz, classroom, here):
    """Trial 2."""
    other = make_lesson()
    foreign = make_question(Quiz.objects.create(lesson=other))
    base = f"/teach/classes/{classroom.public_id}/quizzes"
    assert as_grace.get(f"{base}/{other.slug}/").status_code == 404
    assert as_grace.get(f"{here}questions/{foreign.pk}/").status_code == 404
    assert as_grace.get(f"{base}/first-lesson/").status_code == 404
    Quiz.objects.filter(pk=quiz.pk).update(archived_at=timezone.now())
    assert as_grace.get(here).status_code == 404


def test_hostile_words_are_inert(as_grace, ada, quiz, here, asked):
    type(ada).objects.filter(pk=ada.pk).update(name=ATTACK)
    type(quiz.lesson).objects.filter(pk=quiz.lesson_id).update(title=ATTACK)
    Classroom.objects.update(name=ATTACK)
    submitted(quiz, ada, typing(ATTACK))
    for address in (here, asked, group(as_grace, asked)):
        page = as_grace.get(address).text
        assert ATTACK not in page
        assert "&lt;img src=x" in page


# How much it asks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 12])
def test_queries_stay_the_same(as_grace, classroom, quiz, size, here, asked, django_assert_num_queries):  # fmt: skip  # noqa: E501
    for number, one in enumerate(learners(classroom, size)):
        submitted(quiz, one, typing(f"text {number}"))
        make_question(quiz, SHORT)
    there = group(as_grace, asked)
    for address, queries in {here: 10, asked: 8, f"{asked}?which=latest": 8, there: 8}.items():
        with django_assert_num_queries(queries):
            assert as_grace.get(address).status_code == 200


def test_long_lists_have_pages(as_grace, classroom, quiz, here, asked, monkeypatch):
    monkeypatch.setattr(view, "PER_PAGE", 2)
    for number, one in enumerate(learners(classroom, 3)):
        submitted(quiz, one, typing(f"text {number}"))
    assert 'href="?page=2"' in as_grace.get(here).text
    assert "?which=first&amp;page=2" in as_grace.get(asked).text
    assert len(as_grace.get(f"{asked}?page=2").context["page"].object_list) == 1
