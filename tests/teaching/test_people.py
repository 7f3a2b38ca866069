"""Who is in a class, its links and its invitations; the mails that go out."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from teaching import invitations, joining
from teaching.addresses import Invitee
from teaching.models import Invitation, JoinLink, Seat
from tests.conftest import person, signed_in
from tests.desk import ATTACK, said
from tests.quizzes.together import overtaken, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(classroom):
    """The address of the class's people."""
    return f"/teach/classes/{classroom.public_id}/people/"


class Fussy(EmailBackend):
    """A mail server that refuses some addresses and breaks off at others."""

    def send_messages(self, email_messages):
        """Send, but for `refused…` and `broken…`."""
        [message] = email_messages
        if message.to[0].startswith("refused"):
            raise SMTPRecipientsRefused({message.to[0]: (550, b"No such\r\nmailbox")})
        if message.to[0].startswith("broken"):
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(email_messages)


fussy = override_settings(MAILERS={"default": {"BACKEND": f"{__name__}.Fussy"}})


def invite(browser, people, addresses="", role="learner", **files):
    """Send the form."""
    data = {"addresses": addresses, "role": role, **files}
    return browser.post(f"{people}invite/", data, follow=True)


def many(count: int) -> str:
    """So many addresses."""
    return "\n".join(f"p{n:03}@example.org" for n in range(count))


# People -------------------------------------------------------------------------------------------


def test_who_is_in_and_who_was(as_grace, classroom, people, eve):
    classroom.seats.create(user=eve, left_at=timezone.now())
    page = as_grace.get(people).text
    assert "ada@example.org" in page
    assert "Grace" in page
    assert "eve@example.org" not in page
    former = as_grace.get(f"{people}?show=former").text
    assert "eve@example.org" in former
    assert "ada@example.org" not in former


def test_people_are_found_by_name_and_address(as_grace, classroom, people):
    for n in range(12):
        classroom.seats.create(user=person(f"learner-{n}@example.org", name=f"Zoë {n}"))
    page = as_grace.get(f"{people}?q=ada").text
    assert "ada@example.org" in page
    assert "learner-1@" not in page
    assert "Zoë 11" in as_grace.get(f"{people}?q=zoë 11").text
    assert "Nobody in this list" in as_grace.get(f"{people}?q=nobody").text


@pytest.mark.parametrize("query", ["show=nothing", "page=0", "page=1e9", "q=%00", "page=-1"])
def test_an_odd_address_shows_the_list(as_grace, people, query):
    assert as_grace.get(f"{people}?{query}").status_code == 200


def test_the_lists_are_paged(as_grace, classroom, people):
    users = [person(f"p{n:03}@example.org") for n in range(100)]
    Seat.objects.bulk_create([Seat(classroom=classroom, user=user) for user in users])
    assert "ada@" not in as_grace.get(people).text
    assert "ada@" in as_grace.get(f"{people}?page=2").text


@pytest.mark.parametrize("show", ["learners", "former", "invitations"])
def test_the_page_takes_the_same_queries_at_any_size(
    as_grace, classroom, people, show, django_assert_num_queries
):
    for size in (1, 30):
        for n in range(size):
            classroom.seats.create(user=person(f"l{size}-{n}@example.org"))
            classroom.seats.create(user=person(f"f{size}-{n}@example.org"), left_at=timezone.now())
            classroom.invitations.create(
                email=f"i{size}-{n}@example.org", expires_at=timezone.now() + timedelta(days=1)
            )
        classroom.join_links.create()
        with django_assert_num_queries(9):
            as_grace.get(f"{people}?show={show}")


def test_removing_asks_first(as_grace, as_ada, classroom, people, ada):
    seat = classroom.seats.get(user=ada)
    assert "Remove Ada?" in as_grace.get(f"{people}{seat.pk}/remove/").text
    seat.refresh_from_db()
    assert seat.left_at is None

    page = as_grace.post(f"{people}{seat.pk}/remove/", follow=True)

    assert said(page) == ["Ada is no longer in the class."]
    seat.refresh_from_db()
    assert seat.left_at
    assert as_grace.post(f"{people}{seat.pk}/remove/").status_code == 404


def test_nobody_removes_themselves(as_grace, classroom, people, grace):
    seat = classroom.seats.get(user=grace)
    assert as_grace.post(f"{people}{seat.pk}/remove/").status_code == 404


def test_an_instructor_removes_another(as_grace, classroom, people, otto):
    seat = classroom.seats.create(user=otto, role="instructor")
    as_grace.post(f"{people}{seat.pk}/remove/")
    assert not classroom.seats.current().filter(user=otto).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remove_each_other_at_once_one_stays(otto, classroom, people, grace):
    theirs = classroom.seats.create(user=otto, role="instructor")
    url, browser = f"{people}{classroom.seats.get(user=grace).pk}/remove/", signed_in(otto)

    answer = overtaken(lambda: browser.post(url), lambda: joining.leave(theirs, timezone.now()))

    assert answer.status_code == 302
    assert list(classroom.seats.current().instructors().values_list("user", flat=True)) == [
        grace.pk
    ]


# Links --------------------------------------------------------------------------------------------


def test_a_link_is_made_shown_and_revoked(as_grace, classroom, people):
    before = timezone.now()
    as_grace.post(f"{people}links/", {"valid_for": "7"})
    link = classroom.join_links.get()
    assert timedelta(days=7) <= link.expires_at - before < timedelta(days=7, minutes=5)
    page = as_grace.get(people).text
    assert f"{link.code[:5]}-{link.code[5:]}" in page
    assert f'value="http://testserver/join/{link.code}/"' in page

    as_grace.post(f"{people}links/{link.pk}/revoke/")
    assert link.code not in as_grace.get(people).text
    assert not JoinLink.objects.valid(timezone.now()).exists()


def test_a_link_may_have_no_end(as_grace, classroom, people):
    as_grace.post(f"{people}links/", {"valid_for": "0"})
    assert classroom.join_links.get().expires_at is None
    assert "Until it is revoked" in as_grace.get(people).text


@pytest.mark.parametrize("value", ["9999", "x", "-1", ""])
def test_no_other_time_is_taken(as_grace, classroom, people, value):
    as_grace.post(f"{people}links/", {"valid_for": value})
    assert not classroom.join_links.exists()


def test_links_are_bounded(as_grace, classroom, people):
    JoinLink.objects.bulk_create([JoinLink(classroom=classroom) for _ in range(20)])
    page = as_grace.post(f"{people}links/", {"valid_for": "1"}, follow=True)
    assert "20 links at most" in said(page)[0]
    assert classroom.join_links.count() == 20


# Inviting -----------------------------------------------------------------------------------------


def test_people_are_invited_by_mail(as_grace, classroom, people, mailoutbox):
    page = invite(as_grace, people, "Zoë <Zoe@example.org>\nada@example.org")
    assert said(page) == ["1 invited, 1 in the class already."]
    invited = classroom.invitations.get()
    assert invited.sent_at
    [mail] = mailoutbox
    assert mail.to == ["zoe@example.org"]
    assert mail.reply_to == ["grace@example.org"]
    assert mail.subject == "Join “Grace’s class” at Lectern"
    assert "Hello Zoë" in mail.body
    assert f"http://testserver/join/{invited.code}/" in mail.body
    assert "Grace invites you to join" in mail.body


def test_who_is_invited_is_not_invited_again(as_grace, people, mailoutbox):
    invite(as_grace, people, "zoe@example.org")
    page = invite(as_grace, people, "zoe@example.org, new@example.org")
    assert said(page) == ["1 invited, 1 invited before."]
    assert len(mailoutbox) == 2


def test_a_link_in_a_mail_follows_the_site_and_not_the_request(as_grace, people, mailoutbox):
    with override_settings(ALLOWED_HOSTS=["evil.example"]):
        as_grace.post(
            f"{people}invite/",
            {"addresses": "zoe@example.org", "role": "learner"},
            headers={"host": "evil.example"},
        )
    assert "evil" not in mailoutbox[0].body


def test_nobody_is_invited_while_a_line_is_wrong(as_grace, classroom, people, mailoutbox):
    page = invite(as_grace, people, "zoe@example.org\nnobody\n<script>@example.org")
    assert "Error:" in page.text
    assert "Line 2, email: “nobody” is not an e-mail address." in page.text
    assert "<script>@" not in page.text
    assert "zoe@example.org" in page.text  # still there to be put right
    assert not classroom.invitations.exists()
    assert not mailoutbox


def test_people_are_invited_by_a_file(as_grace, classroom, people, tmp_path):
    (tmp_path / "roll.csv").write_text("email;name\nzoe@example.org;Zoë\neve@example.org;\n")
    with (tmp_path / "roll.csv").open("rb") as roll:
        page = invite(as_grace, people, "zoe@example.org", roll=roll)
    assert said(page) == ["2 invited."]


def test_many_problems_are_told_in_part(as_grace, people):
    page = invite(as_grace, people, "nobody\n" * 50)
    assert "Line 20," in page.text
    assert "Line 21," not in page.text
    assert "And 30 more like these." in page.text


def test_a_file_too_large_or_empty_invites_nobody(as_grace, classroom, people, tmp_path):
    for size, problem in ((1024 * 1024 + 1, "larger than 1 MB"), (0, "at least one address")):
        (tmp_path / "roll.csv").write_bytes(b"a" * size)
        with (tmp_path / "roll.csv").open("rb") as roll:
            assert problem in invite(as_grace, people, roll=roll).text
    assert "at least one address" in invite(as_grace, people).text
    assert not classroom.invitations.exists()


def test_what_is_left_over_is_sent_in_batches(as_grace, people, mailoutbox):
    page = invite(as_grace, people, many(45))
    assert len(mailoutbox) == 20
    assert "25 of 45 still to be sent." in page.text
    assert "Send the next 20" in page.text
    page = as_grace.post(f"{people}invite/send/", follow=True)
    assert "Send the next 5" in page.text
    page = as_grace.post(f"{people}invite/send/", follow=True)
    assert "still to be sent" not in page.text
    assert sorted(mail.to[0] for mail in mailoutbox) == many(45).split("\n")


def test_a_thousand_take_few_queries(classroom, grace, django_assert_max_num_queries):
    people = [Invitee(f"p{n}@example.org") for n in range(1000)]
    now = timezone.now()
    with django_assert_max_num_queries(40):
        assert invitations.invite(classroom, grace, people, "learner", now).new == 1000
    with django_assert_max_num_queries(40):
        assert invitations.invite(classroom, grace, people, "learner", now).waiting == 1000


def test_known_and_unknown_addresses_are_treated_alike(
    as_grace, people, eve, mailoutbox, django_assert_num_queries
):
    """TRIALS 36: the same text, the same mail, the same work."""
    answers = []
    for address in (eve.email, "fay@example.org"):
        with django_assert_num_queries(23):
            answers.append(invite(as_grace, people, address))
    known, unknown = answers
    assert said(known) == said(unknown)
    one, other = (mail.body.split("/join/")[0] for mail in mailoutbox)
    assert one == other


# What becomes of them -----------------------------------------------------------------------------


@fussy
def test_a_refused_mail_says_why_and_is_sent_again_on_demand(as_grace, classroom, people):
    page = invite(as_grace, people, "refused@example.org, fine@example.org")
    assert "550 No such mailbox" in page.text
    refused = classroom.invitations.get(email="refused@example.org")
    assert (refused.sent_at, refused.claimed_at) == (None, None)
    assert "still to be sent" not in page.text
    Invitation.objects.filter(pk=refused.pk).update(email="better@example.org")
    page = as_grace.post(f"{people}invitations/{refused.pk}/resend/", follow=True)
    assert said(page) == ["The invitation to better@example.org is sent again."]


@fussy
def test_a_server_that_breaks_off_lets_the_rest_wait(as_grace, classroom, people, mailoutbox):
    page = invite(as_grace, people, "broken@example.org, fine@example.org")
    assert "2 of 2 still to be sent." in page.text
    assert not classroom.invitations.exclude(claimed_at=None).exists()
    page = as_grace.post(f"{people}invite/send/", follow=True)
    assert "The mail server took none" in said(page)[0]
    classroom.invitations.filter(email="broken@example.org").delete()
    as_grace.post(f"{people}invite/send/")
    assert [mail.to for mail in mailoutbox] == [["fine@example.org"]]


def test_a_button_pressed_twice_sends_once(as_grace, classroom, people, mailoutbox):
    invite(as_grace, people, "zoe@example.org")
    invited = classroom.invitations.get()
    page = as_grace.post(f"{people}invitations/{invited.pk}/resend/", follow=True)
    assert "sent just now" in said(page)[0]
    assert len(mailoutbox) == 1
    classroom.invitations.update(sent_at=timezone.now() - timedelta(minutes=2))
    as_grace.post(f"{people}invitations/{invited.pk}/resend/")
    assert len(mailoutbox) == 2
    assert classroom.invitations.get().code == invited.code


def test_an_invitation_is_revoked_and_made_anew(as_grace, classroom, people, mailoutbox):
    invite(as_grace, people, "zoe@example.org")
    first = classroom.invitations.get()
    page = as_grace.post(f"{people}invitations/{first.pk}/revoke/", follow=True)
    assert "Revoked" in page.text
    assert "Resend" not in page.text
    as_grace.post(f"{people}invitations/{first.pk}/resend/", follow=True)
    assert len(mailoutbox) == 1

    assert said(invite(as_grace, people, "zoe@example.org")) == ["1 invited."]
    again = classroom.invitations.get()
    assert again.code != first.code
    assert len(mailoutbox) == 2


def test_what_was_claimed_and_never_sent_is_sent_later(classroom, grace, mailoutbox):
    now = timezone.now()
    invitations.invite(classroom, grace, [Invitee("zoe@example.org")], "learner", now)
    classroom.invitations.update(claimed_at=now)
    assert invitations.send_invitations(now + timedelta(minutes=5)) == 0
    assert invitations.send_invitations(now + timedelta(minutes=16)) == 1
    assert invitations.send_invitations(now + timedelta(minutes=40)) == 0
    assert len(mailoutbox) == 1


def test_nothing_is_sent_for_a_class_that_ended(classroom, grace, mailoutbox):
    now = timezone.now()
    invitations.invite(classroom, grace, [Invitee("zoe@example.org")], "learner", now)
    classroom.archived_at = now
    classroom.save()
    assert invitations.send_invitations(now) == 0


def test_a_claim_asks_the_row_as_it_is_by_then(db):
    """PostgreSQL, waiting for somebody else's claim, does not ask a subquery again."""
    with CaptureQueriesContext(connection) as asked:
        Invitation.objects.valid(timezone.now()).update(claimed_at=timezone.now())
    assert 'FROM "teaching_invitation"' not in asked[-1]["sql"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_send_at_once_each_mail_goes_out_once(classroom, grace, mailoutbox):
    now = timezone.now()
    people = [Invitee(f"p{n}@example.org") for n in range(10)]
    invitations.invite(classroom, grace, people, "learner", now)
    sent = together([lambda: invitations.send_invitations(now)] * 8)
    assert sum(sent) == len(mailoutbox) == 10


@pytest.mark.parametrize("name", [ATTACK, "A\r\nBcc: eve@example.org", "=1+1", "\u202ereversed"])
def test_hostile_names_are_inert_on_the_page_and_in_the_mail(
    as_grace, classroom, people, ada, grace, mailoutbox, name
):
    """TRIALS 27 and 29."""
    classroom.name = ada.name = grace.name = name
    for row in (classroom, ada, grace):
        row.save()
    now = timezone.now()
    invitations.invite(classroom, grace, [Invitee("zoe@example.org", name)], "learner", now)
    assert invitations.send_invitations(now) == 1

    for page in (people, f"{people}?show=invitations", f"{people}invite/"):
        assert ATTACK not in as_grace.get(page).text
    seat = classroom.seats.get(user=ada)
    assert ATTACK not in as_grace.get(f"{people}{seat.pk}/remove/").text
    message = mailoutbox[0].message()
    assert message["Bcc"] is None
    assert "\n" not in mailoutbox[0].subject
    assert "&lt;" not in mailoutbox[0].body
    assert mailoutbox[0].recipients() == ["zoe@example.org"]


def test_an_archived_class_invites_nobody(as_grace, classroom, people):
    classroom.join_links.create()
    classroom.invitations.create(
        email="zoe@example.org", expires_at=timezone.now() + timedelta(days=1)
    )
    classroom.archived_at = timezone.now()
    classroom.save()
    for path in ("links/", "invite/", "invite/send/"):
        assert as_grace.post(f"{people}{path}", {"valid_for": "1"}).status_code == 404
    for show in ("learners", "former", "invitations"):
        page = as_grace.get(f"{people}?show={show}")
        assert page.status_code == 200
        assert "<form" not in page.text.split("<main")[1]
