"""The author's desk: a quiz's settings, its pools, and extra time for single people."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes.attempts import start
from quizzes.models import Allowance, FinalGrade, Pool
from tests import factories
from tests.desk import ATTACK, edit, problems_beside, said, sent, staff
from tests.quizzes.sitting import submitted

pytestmark = pytest.mark.django_db
CHANGED = "was changed successfully"


@pytest.fixture
def quiz():
    """A quiz of four questions without a pool."""
    return factories.make_quiz(specs=[factories.SINGLE] * 4)


def pool_row(number: int, name: str, pick: int = 1, **more: str) -> dict[str, str]:
    """What a browser sends for a row of pools."""
    row = {"name": name, "pick": str(pick), **more}
    return {f"pools-{number}-{key}": value for key, value in row.items()}


# ---- settings -----------------------------------------------------------------------------------


def test_every_setting_is_edited_on_the_quizs_page(as_admin, quiz):
    fields = {
        "pass_mark": "80",
        "attempts_allowed": "3",
        "grading_method": "last",
        "wait_first": "10",
        "wait_later": "60",
        "time_limit": "30",
        "overdue": "grace",
        "grace": "2",
        "feedback": "after-passing",
    }
    page = edit(as_admin, quiz, **fields, show_answers="", shuffle_choices="")
    assert len(said(page)) == 1
    assert CHANGED in said(page)[0]
    quiz.refresh_from_db()
    assert {name: str(getattr(quiz, name)) for name in fields} == fields
    assert (quiz.show_answers, quiz.shuffle_choices) == (False, False)
    assert (quiz.show_score, quiz.show_marks, quiz.shuffle_questions) == (True, True, True)


@pytest.mark.parametrize(
    ("fields", "beside", "words"),
    [
        ({"pass_mark": "101"}, "pass_mark", "less than or equal to 100"),
        ({"attempts_allowed": "0"}, "attempts_allowed", "greater than or equal to 1"),
        ({"wait_first": "525601"}, "wait_first", "less than or equal to 525600"),
        ({"time_limit": "0"}, "time_limit", "greater than or equal to 1"),
        ({"grace": "0"}, "grace", "greater than or equal to 1"),
        (
            {"feedback": "at-once", "show_marks": "", "show_choice_feedback": "",
             "show_answers": "", "show_explanations": ""},
            "feedback",
            "Nothing of the questions is shown",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_the_field(as_admin, quiz, fields, beside, words):
    errors = problems_beside(edit(as_admin, quiz, **fields))
    assert list(errors) == [beside]
    assert words in str(errors[beside])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"attempts_allowed": "1", "wait_first": "5"}, "nobody waits for another"),
        ({"attempts_allowed": "1", "grading_method": "last"}, "it counts by every method"),
        ({"overdue": "discard"}, "There is no time limit"),
        ({"time_limit": "9", "grace": "7"}, "No minutes to hand in are given"),
        ({"pass_mark": "0", "feedback": "after-passing"}, "Everybody passes at 0 %"),
    ],
)
def test_what_has_no_effect_is_said(as_admin, quiz, fields, words):
    messages = said(edit(as_admin, quiz, **fields))
    assert [words in message for message in messages].count(True) == 1
    assert any(CHANGED in message for message in messages)


def test_another_time_for_feedback_holds_for_the_review(as_admin, quiz, ada):
    submitted(quiz, ada)
    edit(as_admin, quiz, feedback="never")

    assert not ada.review_cards.filter(revealed=True).exists()


def test_another_grading_method_says_what_it_did(as_admin, quiz, ada, eve):
    for percent in (40, 70, 55):
        factories.make_result(quiz, ada, percent)
    assert not any("anew" in message for message in said(edit(as_admin, quiz, pass_mark="60")))
    assert "1 final grade was made anew." in said(edit(as_admin, quiz, grading_method="last"))
    assert FinalGrade.objects.get().percent == 55
    factories.make_result(quiz, eve, 30)
    assert "2 final grades were made anew." in said(edit(as_admin, quiz, grading_method="first"))
    assert FinalGrade.objects.get(user=ada).percent == 40


def test_a_quiz_nobody_took_says_nothing_of_grades(as_admin, quiz):
    assert len(said(edit(as_admin, quiz, grading_method="last"))) == 1


# ---- pools --------------------------------------------------------------------------------------


def test_pools_are_made_on_the_quizs_page_and_chosen_on_a_questions(as_admin, quiz, ada):
    page = edit(as_admin, quiz, **pool_row(0, "easy", 1))
    assert "The pool “easy” has no question." in said(page)
    pool = Pool.objects.get()
    for question in quiz.questions.all()[:3]:
        edit(as_admin, question, pool=str(pool.pk))
    assert pool.questions.count() == 3
    page = edit(as_admin, quiz)
    assert len(said(page)) == 1
    assert f'href="/admin/quizzes/question/?pool__id__exact={pool.pk}">3</a>' in page.text
    assert "column-in_pool" in page.text
    assert len(as_admin.get(f"/admin/quizzes/question/?pool__id__exact={pool.pk}").context[
        "cl"].result_list) == 3  # fmt: skip
    assert start(quiz, ada, timezone.now()).answers.count() == 2


def test_a_pool_is_renamed_and_taken_away(as_admin, quiz):
    pool = Pool.objects.create(quiz=quiz, name="easy", pick=1)
    quiz.questions.update(pool=pool)
    edit(as_admin, quiz, **pool_row(0, "hard", 9))
    pool.refresh_from_db()
    assert (pool.name, pool.pick) == ("hard", 9)
    page = edit(as_admin, quiz)
    warning = "The pool “hard” deals 9 but has 4 questions: each attempt gets all."
    assert warning in said(page)
    edit(as_admin, quiz, **pool_row(0, "hard", 9, DELETE="on"))
    assert not Pool.objects.exists()
    assert list(quiz.questions.asked().values_list("pool", flat=True)) == [None] * 4


@pytest.mark.parametrize(
    "rows",
    [
        pool_row(1, "easy"),
        pool_row(0, "hard") | pool_row(1, "easy"),
        pool_row(0, "easy", DELETE="on") | pool_row(1, "easy"),
        pool_row(0, "new") | pool_row(1, "new"),
    ],
)
def test_two_pools_of_one_name_are_refused_beside_it(as_admin, quiz, rows):
    Pool.objects.create(quiz=quiz, name="easy", pick=1)
    page = edit(as_admin, quiz, **{"pools-TOTAL_FORMS": "2", **rows})
    assert "Another pool of this quiz has this name." in page.text
    assert [pool.name for pool in Pool.objects.all()] == ["easy"]


def test_a_pool_gives_at_least_one(as_admin, quiz):
    page = edit(as_admin, quiz, **pool_row(0, "easy", 0))
    assert "greater than or equal to 1" in page.text
    assert not Pool.objects.exists()


def test_a_question_is_in_no_pool_of_another_quiz(as_admin, quiz):
    other = Pool.objects.create(quiz=factories.make_quiz(), name="theirs", pick=1)
    question = quiz.questions.all()[0]
    page = as_admin.get(f"/admin/quizzes/question/{question.pk}/change/")
    assert "theirs" not in page.text
    assert "pool" in problems_beside(edit(as_admin, question, pool=str(other.pk)))


def test_more_pools_and_their_questions_take_no_more_queries(as_admin, quiz):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.get(f"/admin/quizzes/quiz/{quiz.pk}/change/").status_code == 200
        return len(captured)

    def more(name: str) -> None:
        pool = Pool.objects.create(quiz=quiz, name=name, pick=1)
        for _ in range(2):
            question = factories.make_question(quiz)
            question.pool = pool
            question.save()

    more("one")
    queries()
    few = queries()
    more("two")
    more("three")
    assert queries() == few


# ---- extra time ---------------------------------------------------------------------------------

LIST = "/admin/quizzes/allowance/"


def allow(client, **fields):
    """Add an allowance on the page for it."""
    data = sent(client.get(f"{LIST}add/"), **fields)
    return client.post(f"{LIST}add/", data, follow=True)


def test_somebody_gets_extra_time(as_admin, quiz, ada):
    quiz.time_limit = 20
    quiz.save()
    page = allow(as_admin, user=str(ada.pk), quiz=str(quiz.pk), time_factor="1.25")
    assert "added successfully" in " ".join(said(page))
    assert Allowance.objects.get().time_factor == Decimal("1.25")
    assert "A quarter more (× 1.25)" in page.text
    now = timezone.now()
    assert start(quiz, ada, now).deadline == now + timedelta(minutes=25)
    edit(as_admin, Allowance.objects.get(), time_factor="2.00")
    assert Allowance.objects.get().time_factor == 2


def test_a_second_allowance_of_the_same_is_refused_in_words(as_admin, quiz, ada):
    for where, words in ((str(quiz.pk), "in this quiz"), ("", "in every quiz")):
        allow(as_admin, user=str(ada.pk), quiz=where)
        page = allow(as_admin, user=str(ada.pk), quiz=where)
        assert problems_beside(page) == {
            "quiz": [f"This person has something extra {words} already: change that."]
        }
    assert Allowance.objects.count() == 2


def test_extra_time_where_no_time_runs_is_said(as_admin, quiz, ada):
    page = allow(as_admin, user=str(ada.pk), quiz=str(quiz.pk))
    assert "This quiz has no time limit: extra time has no effect." in said(page)


def test_any_other_factor_is_refused(as_admin, ada):
    page = allow(as_admin, user=str(ada.pk), time_factor="9.00")
    assert list(problems_beside(page)) == ["time_factor"]


@pytest.mark.parametrize(("query", "count"), [
    ("q=ada", 2), ("q=nobody", 0), ("time_factor__exact=1.50", 1), ("q=Algebra", 1),
])  # fmt: skip
def test_allowances_are_found(as_admin, ada, query, count):
    quiz = factories.make_quiz(factories.make_lesson(title="Algebra"))
    Allowance.objects.create(user=ada, quiz=quiz)
    Allowance.objects.create(user=ada, time_factor=Decimal("2.00"))
    page = as_admin.get(f"{LIST}?{query}")
    assert len(page.context["cl"].result_list) == count
    assert count == 0 or "every quiz" in page.text or "Algebra" in page.text


def test_quizzes_and_people_are_looked_up(as_admin, quiz, ada):
    url = "/admin/autocomplete/?app_label=quizzes&model_name=allowance&field_name="
    assert str(ada.pk) in as_admin.get(f"{url}user&term=ada").text
    assert quiz.lesson.title in as_admin.get(f"{url}quiz&term={quiz.lesson.slug}").text


def test_more_allowances_take_no_more_queries(as_admin, ada):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.get(LIST).status_code == 200
        return len(captured)

    def more(count: int) -> None:
        for _ in range(count):
            Allowance.objects.create(user=ada, quiz=factories.make_quiz())

    more(2)
    queries()
    few = queries()
    more(4)
    assert queries() == few


# ---- who may what -------------------------------------------------------------------------------


def test_who_may_only_look_sees_settings_and_pools(quiz):
    question = quiz.questions.all()[0]
    question.pool = Pool.objects.create(quiz=quiz, name="easy", pick=1)
    question.save()
    looker = staff("view_quiz", "view_pool", "view_question", "view_allowance")
    page = looker.get(f"/admin/quizzes/quiz/{quiz.pk}/change/")
    assert page.status_code == 200
    assert "easy" in page.text
    assert 'name="attempts_allowed"' not in page.text
    assert "easy" in looker.get(f"/admin/quizzes/question/{question.pk}/change/").text
    assert looker.get(LIST).status_code == 200
    assert looker.get(f"{LIST}add/").status_code == 403


def test_extra_time_is_nobodys_business(as_ada, as_grace):
    for client in (as_ada, as_grace):
        assert client.get(LIST).status_code in {302, 403, 404}


def test_what_people_typed_is_inert(as_admin, quiz, ada):
    Pool.objects.create(quiz=quiz, name=ATTACK, pick=1)
    ada.name = ATTACK
    ada.save()
    allowance = Allowance.objects.create(user=ada, quiz=quiz)
    for url in (f"/admin/quizzes/quiz/{quiz.pk}/change/", LIST, f"{LIST}{allowance.pk}/change/"):
        assert ATTACK not in as_admin.get(url).text
