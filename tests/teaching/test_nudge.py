"""Reminders to those who have gone quiet: chosen, written, previewed, sent."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from lessons.models import LessonProgress
from teaching import outbox
from teaching.models import Classroom, Message, Seat
from tests.conftest import person
from tests.desk import ATTACK, said
from tests.quizzes.together import in_tabs
from tests.teaching.smtp import nobody

LONG_AGO = timedelta(days=20)


def long_ago(classroom):
    """Everybody has been in the class for twenty days."""
    then = timezone.now() - LONG_AGO
    classroom.seats.update(joined_at=then)
    Classroom.objects.update(starts_on=then.date())


@pytest.fixture
def url(classroom):
    """The page."""
    return f"/teach/classes/{classroom.public_id}/nudge/"


@pytest.fixture
def quiet(classroom):
    """Ada and Ben joined long ago; only Cleo has been here since."""
    for name in ("Ben", "Cleo"):
        classroom.seats.create(user=person(f"{name.lower()}@example.org", name=name))
    long_ago(classroom)
    lesson = classroom.courses.get().modules.get().lessons.first()
    LessonProgress.objects.create(user=User.objects.get(name="Cleo"), lesson=lesson)
    seats = classroom.seats.learners().order_by("pk")
    return {seat.user.name: seat for seat in seats.select_related("user")}


def sheet(*seats, **fields):
    """The form with these ticked."""
    keys = [seat.pk for seat in seats]
    return {
        "seat": keys,
        "shown": keys,
        "subject": "Hello",
        "text": "Dear {name},\nhello.",
        **fields,
    }


def names(page):
    return [seat.user.name for seat in page.context["people"].may]


def test_the_quiet_ones_are_proposed(as_grace, url, quiet):
    page = as_grace.get(url)

    assert names(page) == ["Ada", "Ben"]
    assert "Dear Ada" in page.text, "the first mail is shown"


def test_who_joined_lately_is_not_quiet(as_grace, url, classroom):
    assert "Nobody to remind" in as_grace.get(url).text


def test_those_chosen_elsewhere(as_grace, url, quiet):
    page = as_grace.get(url, {"seat": [quiet["Cleo"].pk, "x", "9" * 30]})

    assert names(page) == ["Cleo"]


def test_each_gets_a_mail_of_their_own(as_grace, url, quiet):
    page = as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]), follow=True)

    assert page.redirect_chain[0][0].endswith("/mail/?of=2")
    assert "Sent 2 of 2." in page.text
    assert [(each.to, each.body.split("\n")[0]) for each in mail.outbox] == [
        (["ada@example.org"], "Dear Ada,"),
        (["ben@example.org"], "Dear Ben,"),
    ]


def test_a_preview_sends_nothing(as_grace, url, quiet):
    page = as_grace.post(url, sheet(quiet["Ben"], preview="1"))

    assert "Dear Ben,<br>hello." in page.text
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [("{nmae}", "{nmae}"), ("{name} {} {link} {link}", "{}, {link}"), ("{ name }", "{ name }")],
)
def test_an_unknown_placeholder_is_named(as_grace, url, quiet, text, named):
    page = as_grace.post(url, sheet(quiet["Ben"], text=text))

    assert f"this would be sent as it stands: {named}." in page.text
    assert not Message.objects.exists()


@given(st.text(), st.text())
def test_filling_in_puts_the_name_and_nothing_else(before, after):
    user = User(name="{name} Ångström\n", email="a@example.org")
    before, after = before.replace("{name}", ""), after.replace("{name}", "")
    assert outbox.filled(f"{before}{{name}}{after}", user) == (f"{before}{{name}} Ångström{after}")


def test_who_switched_it_off_is_listed_and_never_written_to(as_grace, url, quiet):
    Seat.objects.filter(pk=quiet["Ada"].pk).update(wants_mail=False)

    page = as_grace.get(url)
    assert names(page) == ["Ben"]
    assert [seat.user.name for seat in page.context["people"].unreachable] == ["Ada"]
    as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]))
    assert [each.to for each in mail.outbox] == [["ben@example.org"]]


def test_who_was_reminded_this_week_is_not_ticked(as_grace, url, quiet):
    as_grace.post(url, sheet(quiet["Ada"]))

    page = as_grace.get(url)
    assert names(page) == ["Ada", "Ben"]
    assert [seat.user.name for seat in page.context["people"].ticked] == ["Ben"]
    assert "reminded on" in page.text
    Message.objects.update(made_at=timezone.now() - timedelta(days=8))
    assert "reminded on" not in as_grace.get(url).text


def test_the_same_form_twice_is_one_reminder(as_grace, url, quiet):
    for _ in range(2):
        as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]))

    assert len(mail.outbox) == 2


def test_nobody_chosen(as_grace, url, quiet):
    page = as_grace.post(url, sheet(quiet["Ben"]) | {"seat": []})

    assert "Nobody is chosen" in page.text
    assert names(page) == ["Ben"], "the list is still there"


def test_the_first_twenty_are_sent_at_once(as_grace, url, classroom):
    seats = [classroom.seats.create(user=person(f"l{n}@example.org")) for n in range(25)]

    page = as_grace.post(url, sheet(*seats), follow=True)

    assert "Sent 20 of 25." in page.text
    assert len(mail.outbox) == 20
    assert Message.objects.count() == 25


def test_more_than_a_reminder_may_have(as_grace, url, quiet, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_RECIPIENTS", 1)

    assert "These are the first 1 of 2" in as_grace.get(url).text
    page = as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]))
    assert "A mail goes to 1 people at most." in page.text
    assert not Message.objects.exists()


def test_a_mail_server_that_is_away(as_grace, url, quiet, settings):
    settings.MAILERS = nobody()

    page = as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]), follow=True)

    assert "2 of these could not be sent so far" in page.text
    assert "Try again" in page.text
    assert Message.objects.filter(sent_at=None).count() == 2


def test_simulated_learners_are_written_to_and_nothing_is_sent(as_grace, url, quiet):
    User.objects.filter(name="Ada").update(email="ada@simulated.invalid")

    page = as_grace.post(url, sheet(quiet["Ada"], quiet["Ben"]), follow=True)

    assert said(page) == ["Not sent: one mail. The list says why.", "Sent: one mail."]
    assert "A simulated learner: nothing is sent." in page.text


def test_hostile_names_are_text(as_grace, url, quiet):
    User.objects.filter(name="Ada").update(name=ATTACK)
    page = as_grace.get(url)
    assert ATTACK not in page.text
    assert "&lt;img" in page.text


def test_the_same_queries_at_any_size(as_grace, url, classroom, django_assert_num_queries):
    for count in (1, 30):
        for n in range(count):
            classroom.seats.create(user=person(f"l{count}-{n}@example.org"))
        long_ago(classroom)
        with django_assert_num_queries(7):
            as_grace.get(url)


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_are_one_reminder(as_grace, url, quiet):
    both = sheet(quiet["Ada"], quiet["Ben"])

    in_tabs(as_grace, lambda tab, _: tab.post(url, both), 4)

    assert Message.objects.count() == 2
    assert len(mail.outbox) == 2
