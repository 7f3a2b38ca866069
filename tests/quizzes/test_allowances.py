"""Extra attempts for one person: everywhere that attempts left are counted."""

from decimal import Decimal

import pytest

from quizzes import allowances, cards
from quizzes.models import Allowance, ReviewCard
from tests.desk import act, edit, said
from tests.factories import SINGLE, make_quiz
from tests.quizzes.sitting import submitted, wrong
from tests.quizzes.test_settings import QUIZ, quiz, text

pytestmark = pytest.mark.django_db
EXPLAINED = {**SINGLE, "explanation": "For a reason."}


def give(user, row, by, extra=1, factor="1"):
    allowances.give(user, [row], allowances.Extra(Decimal(factor), extra, "Was ill", by))


def allow(user, row=None, extra=1):
    return Allowance.objects.create(user=user, quiz=row, time_factor="1", extra_attempts=extra)


def test_one_more_attempt_for_one_person(as_ada, as_eve, ada, eve, grace):
    row = quiz(attempts_allowed=1)
    for user in (ada, eve):
        submitted(row, user, wrong)
    assert "You have used all your attempts." in text(as_ada.get(QUIZ))
    assert as_ada.post(QUIZ).status_code == 403

    give(ada, row, grace)

    assert "1 of 2 attempts are left, with 1 extra for you; the best" in text(as_ada.get(QUIZ))
    assert "Try again" in text(as_ada.get("/lessons/open/"))
    assert "You have 1 more attempt." in text(
        as_ada.get(ada.attempts.get(quiz=row).get_absolute_url())
    )
    assert as_ada.post(QUIZ).status_code == 302

    assert "You have used all your attempts." in text(as_eve.get(QUIZ))
    assert "Try again" not in text(as_eve.get("/lessons/open/"))
    assert as_eve.post(QUIZ).status_code == 403


def test_before_the_first_attempt_the_extra_ones_are_said(as_ada, ada):
    allow(ada, quiz(attempts_allowed=2))

    assert "3 of 3 attempts are left, with 1 extra for you" in text(as_ada.get(QUIZ))


def test_the_extra_ones_end_too(as_ada, ada):
    row = quiz(attempts_allowed=1)
    allow(ada, row)
    for _ in range(2):
        submitted(row, ada, wrong)

    assert "0 of 2 attempts are left" in text(as_ada.get(QUIZ))
    assert "Try again" not in text(as_ada.get("/lessons/open/"))
    assert as_ada.post(QUIZ).status_code == 403


def test_the_larger_of_two_counts_of_time_and_attempts_each_by_itself(as_ada, ada):
    row = quiz(attempts_allowed=2, time_limit=20)
    Allowance.objects.create(user=ada, quiz=row, time_factor="1", extra_attempts=3)
    Allowance.objects.create(user=ada, time_factor="1.5", extra_attempts=1)

    page = text(as_ada.get(QUIZ))
    assert "5 of 5 attempts are left, with 3 extra for you" in page
    assert "You have 30 minutes from the start" in page


def test_without_a_limit_more_attempts_say_nothing(as_ada, ada):
    allow(ada, quiz())

    assert "You may try as often as you like; the best" in text(as_ada.get(QUIZ))


@pytest.mark.parametrize("settings", [{"attempts_allowed": 2, "time_limit": 20}, {}])
@pytest.mark.parametrize("size", [0, 3])
def test_the_number_of_queries(as_ada, ada, grace, settings, size, django_assert_num_queries):
    row = quiz(**settings)
    give(ada, row, grace, extra=2)
    for _ in range(size):
        submitted(row, ada, wrong)

    with django_assert_num_queries(8):
        as_ada.get(QUIZ)


# What reviews show --------------------------------------------------------------------------------


@pytest.fixture
def used(ada):
    """A quiz that shows what is right after the last attempt, which Ada has made."""
    row = quiz([EXPLAINED], feedback="after-passing", attempts_allowed=1)
    submitted(row, ada, wrong)
    assert revealed(ada)
    return row


def revealed(user):
    return ReviewCard.objects.get(user=user).revealed


def test_one_more_attempt_hides_what_is_right_again(as_ada, ada, grace, used):
    here = ada.attempts.get().get_absolute_url()
    assert "For a reason." in as_ada.get(here).text

    give(ada, used, grace)
    assert not revealed(ada)
    assert not cards.reveals(used, ada.pk, passed=False)
    assert "For a reason." not in as_ada.get(here).text

    allowances.take_back(ada.allowances.get())
    assert revealed(ada)
    assert "For a reason." in as_ada.get(here).text


def test_after_the_extra_attempt_it_is_shown(ada, grace, used):
    give(ada, used, grace)
    submitted(used, ada, wrong)

    assert revealed(ada)
    cards.rebuild([ada.pk])
    assert revealed(ada)


def test_cards_made_again_know_of_extra_attempts(ada, eve, grace, used):
    submitted(used, eve, wrong)
    give(ada, used, grace)
    cards.rebuild([ada.pk, eve.pk])

    assert (revealed(ada), revealed(eve)) == (False, True)


def test_given_again_it_takes_the_place_of_what_was(ada, grace, used):
    give(ada, used, grace, extra=2)
    give(ada, used, grace, extra=0, factor="1.5")

    row = ada.allowances.get()
    assert (row.said, row.reason, row.made_by) == ("time × 1.5", "Was ill", grace)
    assert revealed(ada)


# The author's desk --------------------------------------------------------------------------------


@pytest.mark.parametrize("everywhere", [False, True])
def test_the_admin_s_form_settles_it_too(as_admin, admin, ada, used, everywhere):
    data = {"user": ada.pk, "quiz": "" if everywhere else used.pk, "time_factor": "1.00"}
    url = "/admin/quizzes/allowance/add/"
    as_admin.post(url, {**data, "extra_attempts": 1, "reason": "Was ill"})

    row = Allowance.objects.get()
    assert (row.extra_attempts, row.reason, row.made_by) == (1, "Was ill", admin)
    assert not revealed(ada)

    edit(as_admin, row, time_factor="1.25", extra_attempts="0")
    assert revealed(ada)


def test_moved_to_another_quiz_it_is_settled_in_both(as_admin, ada, used):
    row = allow(ada, used)
    allowances.settle(ada.pk, [used])
    other = make_quiz(attempts_allowed=2)

    edit(as_admin, row, quiz=str(other.pk))

    assert revealed(ada)


def test_deleted_in_the_admin_it_is_settled(as_admin, ada, used):
    row = allow(ada, used)
    allowances.settle(ada.pk, [used])
    assert not revealed(ada)

    act(as_admin, "/admin/quizzes/allowance/", "delete_selected", row)
    as_admin.post(f"/admin/quizzes/allowance/{row.pk}/delete/", {"post": "yes"})

    assert revealed(ada)


def test_nothing_extra_is_refused_at_the_field(as_admin, ada):
    data = {"user": ada.pk, "quiz": "", "time_factor": "1.00", "extra_attempts": "0"}
    page = as_admin.post("/admin/quizzes/allowance/add/", data)

    errors = page.context["adminform"].form.errors
    assert errors == {"time_factor": ["Choose more time, or give at least one attempt."]}
    assert not Allowance.objects.exists()


def test_more_attempts_where_there_is_no_limit_are_said(as_admin, ada):
    row = quiz()
    data = {"user": ada.pk, "quiz": row.pk, "time_factor": "1.00", "extra_attempts": "2"}
    page = as_admin.post("/admin/quizzes/allowance/add/", data, follow=True)

    assert "This quiz does not limit the attempts: more have no effect." in said(page)
    assert not any("no time limit" in each for each in said(page))
