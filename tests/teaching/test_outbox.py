"""Mails of a class: sent once, kept where that fails, and harmless whatever a name contains."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from teaching import outbox
from teaching.models import Message
from tests.conftest import person, signed_in
from tests.desk import ATTACK, said
from tests.quizzes.together import together
from tests.teaching.smtp import nobody, serving

PERSONAL, NUDGE, SUMMARY = Message.Kind.PERSONAL, Message.Kind.NUDGE, Message.Kind.SUMMARY


@pytest.fixture
def seat(classroom, ada):
    """Ada's."""
    return classroom.seats.get(user=ada)


@pytest.fixture
def server(settings):
    """A mail server that takes everything."""
    with serving() as server:
        settings.MAILERS = server.url()
        yield server


def wrote(sender, seats, kind=PERSONAL, subject="A word", text="Dear all", now=None):
    """Messages to these seats, written and not sent."""
    now = now or timezone.now()
    return outbox.write(sender, kind, subject, [(each, text) for each in seats], now)


def more(classroom, count, **fields):
    """Seats of so many more learners."""
    people = [person(f"learner{n}@example.org", name=f"Learner {n}") for n in range(count)]
    return [classroom.seats.create(user=each, **fields) for each in people]


def parsed(text):
    """A mail as a mail program reads it."""
    return email.message_from_string(text, policy=email.policy.default)


# Sending ------------------------------------------------------------------------------------------


def test_it_is_sent_once(grace, classroom, seat):
    now = timezone.now()
    wrote(grace, [seat], subject="Well done")

    assert outbox.send(now) == outbox.Sent(sent=1, failed=0, waiting=0)
    assert outbox.send(now) == outbox.Sent(0, 0, 0)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.reply_to) == (
        ["ada@example.org"],
        "Well done",
        [grace.email],
    )
    assert sent.from_email == "Lectern <lectern@testserver>"
    assert sent.body.startswith("Dear all\n\n-- \nFrom Grace, an instructor of “Grace’s class”")
    assert f"http://testserver/me/classes/{classroom.public_id}/" in sent.body
    assert Message.objects.get().sent_at == now


def test_twenty_at_a_time_over_one_connection(grace, classroom, server):
    wrote(grace, more(classroom, 25))

    assert outbox.send(timezone.now(), most=20) == outbox.Sent(20, 0, 5)
    assert server.connections == 1
    assert outbox.send(timezone.now(), most=20) == outbox.Sent(5, 0, 0)
    assert len({parsed(each)["To"] for each in server.mails}) == 25


def test_of_one_class_only(grace, classroom, otto, seat):
    other = type(classroom).objects.create(name="Another")
    wrote(otto, [other.seats.create(user=otto)])
    wrote(grace, [seat])

    assert outbox.send(timezone.now(), classroom=classroom) == outbox.Sent(1, 0, 0)
    assert Message.objects.filter(sent_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_at_once_send_each_mail_once(grace, classroom, server):
    wrote(grace, more(classroom, 12))
    now = timezone.now()

    came = together([lambda: outbox.send(now)] * 5)

    assert sum(done.sent for done in came) == 12
    assert len(server.mails) == 12
    assert len({parsed(each)["To"] for each in server.mails}) == 12


def test_what_was_claimed_and_never_sent_is_taken_up_after_an_hour(grace, seat):
    """The process that claimed it was killed."""
    now = timezone.now()
    wrote(grace, [seat])
    Message.objects.update(claimed_at=now)

    assert outbox.send(now + timedelta(minutes=59)).sent == 0
    assert outbox.send(now + timedelta(minutes=61)).sent == 1


# What fails ---------------------------------------------------------------------------------------


def test_a_server_that_is_away_loses_nothing(grace, classroom, settings):
    wrote(grace, more(classroom, 3))
    settings.MAILERS = nobody()

    assert outbox.send(timezone.now()) == outbox.Sent(0, 3, 3)
    row = Message.objects.first()
    assert (row.claimed_at, row.sent_at) == (None, None)
    assert "Connection refused" in row.error

    with serving() as server:
        settings.MAILERS = server.url()
        assert outbox.send(timezone.now()) == outbox.Sent(3, 0, 0)
    assert set(Message.objects.values_list("error", flat=True)) == {""}


def test_a_refused_address_concerns_its_own_mail_only(grace, classroom, server):
    server.refused = "learner1@"
    wrote(grace, more(classroom, 3))

    assert outbox.send(timezone.now()) == outbox.Sent(2, 1, 1)
    assert Message.objects.get(sent_at=None).error == "550 no such person"


def test_a_server_that_breaks_off_is_tried_again_with_the_rest(grace, classroom, server):
    server.breaks_after = 2
    wrote(grace, more(classroom, 5))

    assert outbox.send(timezone.now()) == outbox.Sent(2, 1, 3)
    assert Message.objects.exclude(error="").count() == 1
    server.breaks_after = None
    assert outbox.send(timezone.now()) == outbox.Sent(3, 0, 0)


def test_what_failed_comes_after_what_was_never_tried(grace, classroom, server):
    """One bad address does not keep the others waiting."""
    server.refused = "learner"
    wrote(grace, more(classroom, 2))
    outbox.send(timezone.now())
    wrote(grace, [classroom.seats.get(user__email="ada@example.org")])

    assert outbox.send(timezone.now(), most=1) == outbox.Sent(1, 0, 2)


# What is never sent -------------------------------------------------------------------------------


def switch_off(seat):
    seat.wants_mail = False
    seat.save()


def leave(seat):
    seat.left_at = timezone.now()
    seat.save()


def end(seat):
    seat.classroom.archived_at = timezone.now()
    seat.classroom.save()


def close(seat):
    seat.user.is_active = False
    seat.user.save()


def pretend(seat):
    seat.user.email = "ada@simulated.invalid"
    seat.user.save()


def end_teaching(seat):
    seat.classroom.seats.instructors().update(left_at=timezone.now())


def age(seat):
    Message.objects.update(made_at=timezone.now() - timedelta(days=8))


@pytest.mark.parametrize(
    ("change", "kind", "held"),
    [
        (switch_off, NUDGE, "They switched the mail of this class off."),
        (switch_off, PERSONAL, ""),
        (leave, PERSONAL, "They have left the class."),
        (end_teaching, NUDGE, "Whoever wrote it does not teach this class any more."),
        (end, PERSONAL, "The class is archived."),
        (end, NUDGE, "The class is archived."),
        (close, PERSONAL, "The account is closed."),
        (pretend, PERSONAL, "A simulated learner: nothing is sent."),
        (age, NUDGE, "It could not be sent for a week."),
    ],
)
def test_what_is_held_back_and_why(grace, seat, change, kind, held):
    now = timezone.now()
    wrote(grace, [seat], kind)
    change(seat)

    assert outbox.with_held(now).get().held == held
    assert outbox.send(now).sent == (not held)


# Headers ------------------------------------------------------------------------------------------

HOSTILE = f"Eve\r\nBcc: all@example.org\u2028{ATTACK}\x07"


def test_nothing_in_a_name_or_a_subject_becomes_a_header(grace, classroom, seat, server):
    grace.name = classroom.name = HOSTILE
    grace.save()
    classroom.save()
    seat.refresh_from_db()
    wrote(grace, [seat], NUDGE, subject=HOSTILE, text=HOSTILE)

    assert outbox.send(timezone.now()).sent == 1
    sent = parsed(server.mails[0])
    assert sent["Bcc"] is None
    assert sent["Subject"] == f"Eve Bcc: all@example.org {ATTACK}"
    assert sent["Reply-To"] == "grace@example.org"
    assert sent.get_content_type() == "text/plain"
    assert "From Eve Bcc: all@example.org <img" in sent.get_content()


def test_an_address_that_no_header_may_hold_fails_alone(grace, classroom, seat):
    seat.user.email = "ada@example.org\nBcc: eve@example.org"
    seat.user.save()
    wrote(grace, [seat, *more(classroom, 1)])

    assert outbox.send(timezone.now()) == outbox.Sent(1, 1, 1)
    assert [each.to for each in mail.outbox] == [["learner0@example.org"]]


@pytest.mark.parametrize("kind", [PERSONAL, NUDGE, SUMMARY])
def test_one_click_switches_reminders_and_summaries_off(grace, seat, server, settings, kind):
    """The link stays whole on its line, however long: no mail program follows an encoded one."""
    settings.SITE_URL = "https://learning.of-a-school-with-a-long-name.example.org"
    if kind == SUMMARY:
        seat.role = "instructor"
        seat.save()
    wrote(grace, [seat], kind)
    outbox.send(timezone.now())

    lines = server.mails[0].split("\r\n")
    link = f"<{settings.SITE_URL}/me/classes/mail-off/{outbox.off_token(seat)}/>"
    assert (f"List-Unsubscribe: {link}" in lines) == (kind != PERSONAL)
    assert ("List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines) == (kind != PERSONAL)


# Switching it off ---------------------------------------------------------------------------------


def test_the_link_switches_it_off_signed_out(client, seat):
    url = f"/me/classes/mail-off/{outbox.off_token(seat)}/"

    page = client.get(url)
    seat.refresh_from_db()
    assert seat.wants_mail, "looking changes nothing: mail programs look at links"
    assert "Switch them off" in page.text
    for _ in range(2):
        assert "They are off" in client.post(url).text
    seat.refresh_from_db()
    assert not seat.wants_mail


def test_the_one_click_of_a_mail_program_needs_no_cookie(seat):
    browser = signed_in(seat.user)
    browser.handler.enforce_csrf_checks = True
    url = f"/me/classes/mail-off/{outbox.off_token(seat)}/"

    assert browser.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    seat.refresh_from_db()
    assert not seat.wants_mail


@pytest.mark.parametrize("token", ["1", "1:", "1:abc", ":", "x:y"])
def test_a_link_that_we_did_not_sign_does_nothing(client, seat, token):
    assert client.post(f"/me/classes/mail-off/{token}/").status_code == 404


def test_a_link_for_one_seat_is_none_for_another(client, seat):
    _, _, signature = outbox.off_token(seat).partition(":")
    assert client.get(f"/me/classes/mail-off/{seat.pk + 1}:{signature}/").status_code == 404


# To one learner -----------------------------------------------------------------------------------


def test_a_message_to_one_learner(as_grace, classroom, seat):
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"
    assert as_grace.get(url).status_code == 200

    page = as_grace.post(url, {"subject": "Hello", "text": "Come and see me."}, follow=True)

    assert said(page) == ["Sent: one mail."]
    assert "Come and see me." in page.text
    assert [each.subject for each in mail.outbox] == ["Hello"]


def test_the_same_form_twice_is_one_mail(as_grace, classroom, seat):
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"
    for _ in range(2):
        as_grace.post(url, {"subject": "Hello", "text": "Come and see me."})

    assert len(mail.outbox) == 1


def test_a_message_that_cannot_be_sent_is_kept_and_the_page_says_so(
    as_grace, classroom, seat, settings
):
    settings.MAILERS = nobody()
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"

    page = as_grace.post(url, {"subject": "Hello", "text": "Come."}, follow=True)

    assert "Nothing is lost" in said(page)[0]
    assert "Connection refused" in page.text


@pytest.mark.parametrize(
    "sheet", [{"subject": "", "text": "x"}, {"subject": "x", "text": "x" * 5001}]
)
def test_a_faulty_message_is_not_sent(as_grace, classroom, seat, sheet):
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"

    assert "Please look at this again" in as_grace.post(url, sheet).text
    assert not Message.objects.exists()


def test_nobody_writes_to_who_has_left(as_grace, classroom, seat):
    leave(seat)
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"

    assert "They have left" in as_grace.get(url).text
    as_grace.post(url, {"subject": "Hello", "text": "Come."})
    assert not Message.objects.exists()


def test_a_thousand_mails_a_day(as_grace, classroom, grace, seat, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_A_DAY", 2)
    url = f"/teach/classes/{classroom.public_id}/learners/{seat.pk}/message/"
    for n in range(3):
        page = as_grace.post(url, {"subject": f"Hello {n}", "text": "Come."})

    assert "2 in 24 hours, of which 0 are left" in page.text
    assert len(mail.outbox) == 2


PAGES = ["learners/{seat}/message/", "nudge/", "mail/"]


@pytest.mark.parametrize("page", PAGES)
def test_only_instructors_of_the_class(client, as_ada, as_otto, classroom, seat, page):
    url = f"/teach/classes/{classroom.public_id}/{page.format(seat=seat.pk)}"

    assert client.get(url).headers["Location"].startswith("/accounts/login/")
    for browser in (as_ada, as_otto):
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"subject": "x", "text": "x", "seat": seat.pk}).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_written_in_an_archived_class(as_grace, classroom, seat, page):
    classroom.archived_at = timezone.now()
    classroom.save()
    url = f"/teach/classes/{classroom.public_id}/{page.format(seat=seat.pk)}"

    assert as_grace.post(url, {"subject": "x", "text": "x", "seat": seat.pk}).status_code == 404
    assert as_grace.get(url).status_code == (200 if page == "mail/" else 404)


def test_nobody_of_another_class_is_written_to(as_grace, classroom, seat, eve, otto):
    theirs = type(classroom).objects.create(name="Otto’s").seats.create(user=eve)
    url = f"/teach/classes/{classroom.public_id}/learners/{theirs.pk}/message/"

    assert as_grace.get(url).status_code == 404


@pytest.mark.parametrize("change", [leave, switch_off, end])
def test_who_goes_while_others_are_written_to_gets_no_mail(grace, classroom, server, change):
    """Mail servers take their time."""
    first, second = more(classroom, 2)
    wrote(grace, [first, second], NUDGE)

    outbox.send(timezone.now(), said=lambda _sent: change(second))

    assert [parsed(each)["To"] for each in server.mails] == ["learner0@example.org"]


def test_a_summary_reaches_only_who_teaches(grace, classroom, seat):
    """They gave their seat up before it went out, and joined again to learn."""
    wrote(grace, [seat], SUMMARY)

    assert outbox.send(timezone.now()).sent == 0
    assert outbox.with_held(timezone.now()).get().held == "They no longer teach the class."


# The page of all mails ----------------------------------------------------------------------------


def test_every_mail_of_the_class_stands_in_a_list(
    as_grace, classroom, grace, seat, django_assert_num_queries
):
    url = f"/teach/classes/{classroom.public_id}/mail/"
    assert "No mail yet" in as_grace.get(url).text
    for count in (1, 60):
        wrote(grace, more_seats := [seat], subject=f"To {count}")
        Message.objects.bulk_create(
            Message(seat=more_seats[0], kind=NUDGE, sender=grace, subject=ATTACK, text="x")
            for _ in range(count)
        )
        with django_assert_num_queries(8):
            page = as_grace.get(url)
    assert ATTACK not in page.text
    assert "Page 1 of 2" in page.text
    assert "63 mails wait" in page.text


def test_what_waits_goes_on_by_a_button(as_grace, classroom, grace):
    wrote(grace, more(classroom, 25))
    url = f"/teach/classes/{classroom.public_id}/mail/"

    page = as_grace.post(url, {"action": "send", "of": "25"}, follow=True)
    assert "Sent 20 of 25." in page.text
    page = as_grace.post(url, {"action": "send", "of": "25"}, follow=True)
    assert "Sent 25 of 25." in page.text
    assert len(mail.outbox) == 25


def test_an_instructor_stops_their_own_summary(as_grace, classroom, grace):
    url = f"/teach/classes/{classroom.public_id}/mail/"

    assert (
        "Send me the summaries"
        in as_grace.post(url, {"action": "summary", "wants_mail": "0"}, follow=True).text
    )
    assert not classroom.seats.get(user=grace).wants_mail
    as_grace.post(url, {"action": "summary", "wants_mail": "1"})
    assert classroom.seats.get(user=grace).wants_mail


@pytest.mark.parametrize("of", ["-1", "x", "99999999", "²"])
def test_a_made_up_count_is_none(as_grace, classroom, of):
    page = as_grace.get(f"/teach/classes/{classroom.public_id}/mail/", {"of": of})
    assert page.status_code == 200
    assert "Sent" not in page.text
