"""The author's desk: quizzes, questions with their choices, attempts."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lessons.models import Objective
from quizzes.admin_forms import SCORING, QuestionForm
from quizzes.kinds import KINDS
from quizzes.models import Answer, Attempt, Question
from tests import factories
from tests.desk import ATTACK, act, edit, problems_beside, said, sent, staff
from tests.quizzes.sitting import submitted

pytestmark = pytest.mark.django_db

ADD = "/admin/quizzes/question/add/"


def answered(question, user) -> Answer:
    """One answer of somebody to the current version."""
    attempt = Attempt.objects.create(
        quiz=question.quiz, user=user, number=1, pass_mark=70, state="submitted", percent=100
    )
    return attempt.answers.create(
        slot=1, version=question.current, dealt=[0, 1, 2], response={"positions": [0]}, fraction="1"
    )


def scored(spec, rule):
    """A question's specification with this scoring."""
    return {**spec, "content": {**spec["content"], "scoring": rule}}


def add(client, quiz, **fields):
    """Add a question to a quiz on the page for it."""
    url = f"{ADD}?quiz={quiz.pk}"
    data = sent(client.get(url), **{"prompt": "Why is it so?", "explanation": "Because."} | fields)
    return client.post(url, data, follow=True)


CHOICES = {
    "kind": "single",
    "choices-0-text": "This",
    "choices-0-correct": "1",
    "choices-0-feedback": "Well done.",
    "choices-3-text": "That",
    "choices-3-keep_last": "1",
}


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        (
            CHOICES,
            {
                "choices": [
                    {"text": "This", "correct": True, "feedback": "Well done."},
                    {"text": "That", "keep_last": True},
                ]
            },
        ),
        (
            {
                "kind": "multiple",
                "choices-0-text": "A",
                "choices-0-weight": "1/3",
                "choices-1-text": "B",
                "choices-1-weight": "2/3",
            },
            {"choices": [{"text": "A", "weight": "1/3"}, {"text": "B", "weight": "2/3"}]},
        ),
        ({"kind": "true-false", "answer": "false"}, {"answer": False}),
        (
            {"kind": "numeric", "numbers-0-value": "49", "numbers-0-tolerance": "0.5"},
            {"answers": [{"value": "49", "tolerance": "0.5"}]},
        ),
        (
            {"kind": "short-answer", "texts-0-text": "GLM-5", "texts-0-case_sensitive": "1"},
            {"answers": [{"text": "GLM-5", "case_sensitive": True}]},
        ),
        (
            {
                "kind": "multiple",
                "choices-0-text": "A",
                "choices-0-correct": "1",
                "choices-1-text": "B",
                "multiple_scoring": "halves",
                "ordering_scoring": "exact",
            },
            {"choices": [{"text": "A", "correct": True}, {"text": "B"}], "scoring": "halves"},
        ),
        (
            {
                "kind": "matching",
                "pairs-0-left": "GLM-5",
                "pairs-0-right": "Zhipu AI",
                "pairs-1-left": "Kimi",
                "pairs-1-right": "Moonshot AI",
                "pairs-2-right": "Baidu",
            },
            {
                "pairs": [
                    {"left": "GLM-5", "right": "Zhipu AI"},
                    {"left": "Kimi", "right": "Moonshot AI"},
                    {"right": "Baidu"},
                ]
            },
        ),
        (
            {"kind": "ordering", "items-0-text": "first", "items-2-text": "second"},
            {"items": ["first", "second"]},
        ),
        (
            {
                "kind": "ordering",
                "items-0-text": "first",
                "items-1-text": "second",
                "ordering_scoring": "place",
            },
            {"items": ["first", "second"], "scoring": "place"},
        ),
        (
            {"kind": "cloze", "text": "It is {1:SA:=so}."},
            {"text": "It is {1:SA:=so}."},
        ),
    ],
)
def test_a_question_of_each_kind_is_added_on_one_page(as_admin, fields, content):
    lesson = factories.make_lesson(objectives=("know",))
    quiz = factories.make_quiz(lesson, specs=())
    page = add(as_admin, quiz, **fields, objectives=[lesson.objectives.get().pk])
    question = Question.objects.get()
    assert "added successfully" in " ".join(said(page))
    assert question.key == "why-is-it-so"
    assert question.current.content == content
    assert question.current.kind == fields["kind"]
    assert [o.key for o in question.objectives.all()] == ["know"]


@pytest.mark.parametrize(
    ("fields", "beside", "words"),
    [
        (CHOICES | {"choices-0-correct": ""}, "choices", None),
        ({"kind": "single"}, "choices", "at least two choices"),
        (
            {"kind": "multiple", "choices-0-text": "A", "choices-1-text": "B"},
            "choices",
            "No choice is marked as correct.",
        ),
        (CHOICES | {"choices-3-text": "This"}, "choices", "Choice 2 is the same as choice 1."),
        ({"kind": "true-false"}, "answer", "true or false"),
        ({"kind": "numeric", "numbers-0-value": "many"}, "numbers", "not a number"),
        ({"kind": "short-answer"}, "texts", "at least one answer"),
        ({"kind": "short-answer", "texts-0-text": "*"}, "texts", "accepts everything"),
        ({"kind": "matching", "pairs-0-left": "a"}, "pairs", "Pair 1 has no right side."),
        (
            {"kind": "ordering", "items-0-text": "a", "items-1-text": "a"},
            "items",
            "Item 2 is the same as item 1.",
        ),
        ({"kind": "cloze", "text": "No gap."}, "text", "The text has no gap"),
        ({"kind": "cloze", "text": "{1:SAA:=x}"}, "text", "Gap 1: There is no kind “SAA”."),
        (CHOICES | {"prompt": ""}, "prompt", "required"),
        (CHOICES | {"points": "-1"}, "points", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_refused_beside_the_field(as_admin, fields, beside, words):
    fields = {
        "prompt": "Why?",
        **{k: v for k, v in fields.items() if k != "choices-0-correct" or v},
    }
    quiz = factories.make_quiz(specs=())
    url = f"{ADD}?quiz={quiz.pk}"
    page = as_admin.post(url, sent(as_admin.get(url), **fields))
    errors = problems_beside(page)
    assert list(errors) == [beside]
    assert (words or "No choice is marked as correct.") in str(errors[beside])
    assert not Question.objects.exists()


def test_an_error_stands_at_its_row(as_admin):
    quiz = factories.make_quiz(specs=())
    page = add(as_admin, quiz, **CHOICES | {"choices-3-weight": "a lot"})
    row = page.text.split('name="choices-1-text"')[1].split("</tr>")[0]
    assert "The weight is not a number" in row
    assert 'value="a lot"' in row


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"kind": "matching", "pairs-1-left": "a"}, "pairs-0-left", "Pair 1 has no right side."),
        (
            {"kind": "ordering", "items-0-text": "a", "items-2-text": "a"},
            "items-1-text",
            "Item 2 is the same as item 1.",
        ),
    ],
)
def test_an_error_stands_beside_its_pair_or_item(as_admin, fields, name, words):
    page = add(as_admin, factories.make_quiz(specs=()), **fields)
    assert words in page.text.split(f'name="{name}"')[1].split("</tr>")[0]


def test_a_text_with_gaps_needs_no_prompt(as_admin):
    quiz = factories.make_quiz(specs=())
    add(as_admin, quiz, kind="cloze", prompt="", text="It is {1:SA:=so}.")
    question = Question.objects.get()
    assert (question.key, question.current.prompt) == ("it-is", "")
    assert "It is ___." in as_admin.get("/admin/quizzes/question/").text
    assert "It is ___." in as_admin.get(f"/admin/quizzes/quiz/{quiz.pk}/change/").text


def test_who_may_only_look_sees_every_kind_in_words():
    client = staff("view_question")
    seen = {}
    for spec in (
        factories.MATCHING,
        scored(factories.ORDERING, "exact"),
        factories.CLOZE,
    ):
        question = factories.make_question(factories.make_quiz(specs=()), spec)
        page = client.get(f"/admin/quizzes/question/{question.pk}/change/")
        seen[spec["kind"]] = html.unescape(page.text)
    assert "GLM-5 – Zhipu AI" in seen["matching"]
    assert "Baidu (belongs to none)" in seen["matching"]
    assert "2. BLOOM" in seen["ordering"]
    assert "Score: All or nothing" in seen["ordering"]
    assert "{2:SHORTANSWER:=o1}" in seen["cloze"]


def test_what_was_answered_is_shown_in_words(as_admin, ada):
    attempt = submitted(factories.make_quiz(specs=factories.ALL_KINDS, shuffle=False), ada)
    page = as_admin.get(f"/admin/quizzes/attempt/{attempt.pk}/change/").text
    for words in (
        "first; second",
        "GLM-5 – Zhipu AI; Kimi – Moonshot AI",
        "1. GPT-2; 2. BLOOM",
        "Gap 1: o1; Gap 2: 2025; Gap 3: MIT",
        "R1 matched ___ in ___",
    ):
        assert words in page


@pytest.mark.parametrize(
    "spec", [factories.SINGLE, factories.MATCHING, factories.ORDERING, factories.CLOZE]
)
def test_a_broken_version_breaks_no_page_of_the_desk(as_admin, ada, spec):
    attempt = submitted(factories.make_quiz(specs=[spec]), ada)
    version = attempt.answers.get().version
    for content in ({}, {"text": "{1:NO:=x} {"}):
        type(version).objects.filter(pk=version.pk).update(content=content)
        assert as_admin.get(f"/admin/quizzes/attempt/{attempt.pk}/change/").status_code == 200
        assert as_admin.get("/admin/quizzes/question/").status_code == 200
        quiz, question = attempt.quiz_id, version.question_id
        assert as_admin.get(f"/admin/quizzes/question/{question}/change/").status_code == 200
        assert as_admin.get(f"/admin/quizzes/quiz/{quiz}/change/").status_code == 200
        assert as_admin.get(f"/admin/quizzes/quiz/{quiz}/analysis/").status_code == 200


def test_every_rule_to_score_by_has_words():
    told = {name: tuple(rules) for name, rules in SCORING.items()}
    assert told == {kind.name: kind.scoring for kind in KINDS.values() if kind.scoring}


def test_a_missing_explanation_is_a_warning(as_admin):
    page = add(as_admin, factories.make_quiz(specs=()), **CHOICES | {"explanation": ""})
    assert Question.objects.get().current.explanation == ""
    assert "There is no explanation." in " ".join(said(page))


def test_an_id_is_used_once_in_a_quiz(as_admin):
    quiz = factories.make_quiz(specs=())
    factories.make_question(quiz, key="why-is-it-so")
    add(as_admin, quiz, **CHOICES)
    assert quiz.questions.filter(key="why-is-it-so-2").exists()
    page = add(as_admin, quiz, **CHOICES, key="why-is-it-so")
    assert "Another question of this quiz has this id." in page.text


def test_only_the_lessons_own_objectives_are_offered(as_admin):
    quiz = factories.make_quiz(factories.make_lesson(objectives=("mine",)), specs=())
    other = Objective.objects.create(lesson=factories.make_lesson(), key="x", text="Foreign one")
    assert "Foreign one" not in as_admin.get(f"{ADD}?quiz={quiz.pk}").text
    page = add(as_admin, quiz, **CHOICES, objectives=[other.pk])
    assert list(problems_beside(page)) == ["objectives"]


# ---- versions -----------------------------------------------------------------------------------


def test_editing_what_was_answered_makes_a_version_and_says_so(as_admin, ada, eve):
    question = factories.make_question(factories.make_quiz(specs=()))
    answer = answered(question, ada)
    answered(question, eve)
    url = f"/admin/quizzes/question/{question.pk}/change/"
    assert "2 people have been asked this version (1). Saving a change makes version 2" in (
        as_admin.get(url).text
    )
    page = edit(as_admin, question, prompt="A better question?")
    assert "Saved as version 2" in " ".join(said(page))
    question.refresh_from_db()
    assert (question.current.number, question.current.prompt) == (2, "A better question?")
    assert question.current.content == factories.SINGLE["content"]
    answer.refresh_from_db()
    assert answer.version.prompt == factories.SINGLE["prompt"]


def test_editing_what_nobody_answered_changes_it_in_place(as_admin):
    question = factories.make_question(factories.make_quiz(specs=()))
    page = edit(as_admin, question, prompt="A better question?")
    question.refresh_from_db()
    assert (question.current.number, question.current.prompt) == (1, "A better question?")
    assert "version" not in " ".join(said(page))


@pytest.mark.parametrize(
    "spec",
    [
        *factories.ALL_KINDS,
        factories.SINGLE
        | {"content": {"choices": [{"text": "a", "weight": 1}, {"text": "b", "weight": 0.5}]}},
        factories.SINGLE
        | {
            "content": {
                "choices": [{"text": "a", "correct": True}, {"text": "b", "correct": False}]
            }
        },
        factories.NUMERIC | {"content": {"answers": [{"value": 49, "tolerance": 0}]}},
        factories.NUMERIC | {"prompt": "Lines\nof text\n"},
        scored(factories.MULTIPLE, "weights"),
        scored(factories.ORDERING, "place"),
        factories.CLOZE | {"content": {"text": "Lines {1:SA:=x}\nof text\n"}},
    ],
)
def test_saving_without_a_change_makes_no_version(as_admin, ada, spec):
    question = factories.make_question(factories.make_quiz(specs=()), spec)
    answered(question, ada)
    edit(as_admin, question, position="3")
    again = Question.objects.get(pk=question.pk)
    assert (again.versions.count(), again.position) == (1, 3)


def test_a_change_moves_the_public_stamp(as_admin):
    question = factories.make_question(factories.make_quiz(specs=()))
    before = question.quiz.changed_at
    edit(as_admin, question, position="3")
    question.quiz.refresh_from_db()
    assert question.quiz.changed_at > before


def test_what_people_answered_is_archived_not_deleted(as_admin, ada):
    question = factories.make_question(factories.make_quiz(specs=()))
    answered(question, ada)
    page = as_admin.get(f"/admin/quizzes/question/{question.pk}/change/")
    assert "Archive it: their results stay" in page.text
    for name, row in (("question", question), ("quiz", question.quiz)):
        url = f"/admin/quizzes/{name}/"
        assert as_admin.get(f"{url}{row.pk}/delete/").status_code == 403
        act(as_admin, url, "archive", row)
        row.refresh_from_db()
        assert row.archived_at
        act(as_admin, url, "restore", row)
        row.refresh_from_db()
        assert row.archived_at is None


def test_a_question_nobody_answered_is_deleted(as_admin):
    question = factories.make_question(factories.make_quiz(specs=()))
    as_admin.post(f"/admin/quizzes/question/{question.pk}/delete/", {"post": "yes"})
    assert not Question.objects.exists()


# ---- the quiz, attempts, lists ------------------------------------------------------------------


def test_a_quiz_lists_its_questions_with_the_way_to_each(as_admin):
    quiz = factories.make_quiz(specs=factories.ALL_KINDS)
    page = as_admin.get(f"/admin/quizzes/quiz/{quiz.pk}/change/")
    for question in quiz.questions.all():
        assert f"/admin/quizzes/question/{question.pk}/change/" in page.text
    assert f"{ADD}?quiz={quiz.pk}" in page.text
    edit(as_admin, quiz, pass_mark="80", **{"questions-0-position": "99999"})
    quiz.refresh_from_db()
    assert quiz.pass_mark == 80
    assert quiz.questions.last().current.kind == "single"
    assert "pass_mark" in problems_beside(edit(as_admin, quiz, pass_mark="101"))


def test_a_quiz_is_added_to_a_lesson(as_admin):
    lesson = factories.make_lesson()
    url = "/admin/quizzes/quiz/add/"
    as_admin.post(url, sent(as_admin.get(url), lesson=str(lesson.pk)))
    assert lesson.quiz.pass_mark == 70


def test_attempts_are_looked_at_only(as_admin, ada):
    question = factories.make_question(factories.make_quiz(specs=()))
    attempt = answered(question, ada).attempt
    assert ada.email in as_admin.get("/admin/quizzes/attempt/").text
    url = f"/admin/quizzes/attempt/{attempt.pk}/change/"
    page = as_admin.get(url).text
    assert "right" in page
    assert "100 %" in page
    assert as_admin.post(url, {"percent": "0"}).status_code == 403
    assert as_admin.get("/admin/quizzes/attempt/add/").status_code == 403


@pytest.mark.parametrize("name", ["quiz", "question", "attempt"])
def test_a_longer_list_takes_no_more_queries(as_admin, ada, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.get(f"/admin/quizzes/{name}/").status_code == 200
        return len(captured)

    def more(count: int) -> None:
        for _ in range(count):
            answered(factories.make_question(factories.make_quiz()), ada)

    more(2)
    queries()
    few = queries()
    more(4)
    assert queries() == few


def test_a_quizs_page_takes_no_more_queries_for_more_questions(as_admin):
    quiz = factories.make_quiz(specs=factories.ALL_KINDS)
    url = f"/admin/quizzes/quiz/{quiz.pk}/change/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.get(url).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for spec in factories.ALL_KINDS:
        factories.make_question(quiz, spec)
    assert queries() == few


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("lacking=explanation", 1),
        ("lacking=objective", 2),
        ("kind=numeric", 1),
        ("q=nowhere", 0),
        ("q=right", 1),
        ("state=archived", 0),
    ],
)
def test_questions_are_found(as_admin, query, count):
    quiz = factories.make_quiz(specs=())
    factories.make_question(quiz, factories.SINGLE, explanation="")
    factories.make_question(quiz, factories.NUMERIC)
    page = as_admin.get(f"/admin/quizzes/question/?{query}")
    assert len(page.context["cl"].result_list) == count


def test_who_may_only_look_cannot_change():
    question = factories.make_question(factories.make_quiz(specs=()))
    looker = staff("view_question", "view_quiz")
    page = looker.get(f"/admin/quizzes/question/{question.pk}/change/")
    assert factories.SINGLE["prompt"] in page.text
    assert "right (right)" in page.text
    assert 'name="prompt"' not in page.text
    assert looker.post(f"/admin/quizzes/question/{question.pk}/change/", {}).status_code == 403
    assert looker.get(f"/admin/quizzes/quiz/{question.quiz_id}/change/").status_code == 200


def test_what_people_typed_is_inert_in_the_desk(as_admin, ada):
    quiz = factories.make_quiz(factories.make_lesson(title=ATTACK), specs=())
    spec = {"kind": "short-answer", "content": {"answers": [{"text": ATTACK, "feedback": ATTACK}]}}
    question = factories.make_question(quiz, spec, key=ATTACK, prompt=ATTACK, explanation=ATTACK)
    answer = answered(question, ada)
    answer.response = {"text": ATTACK}
    answer.save()
    pages = [as_admin.get(f"/admin/quizzes/{name}/") for name in ("quiz", "question", "attempt")]
    for name, row in (("quiz", quiz), ("question", question), ("attempt", answer.attempt)):
        pages.append(as_admin.get(f"/admin/quizzes/{name}/{row.pk}/change/"))
    pages.append(staff("view_question").get(f"/admin/quizzes/question/{question.pk}/change/"))
    for page in pages:
        assert page.status_code == 200
        assert ATTACK not in page.text


def test_what_is_wrong_in_one_form_is_not_shown_in_the_next():
    """A field's widget is copied for each form, its row errors with it."""
    first, second = QuestionForm(), QuestionForm()
    first.fields["numbers"].widget.errors[0] = ["Not a number."]

    assert second.fields["numbers"].widget.errors == {}
    assert QuestionForm().fields["numbers"].widget.errors == {}
