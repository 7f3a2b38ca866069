"""/me/settings/, and what lies behind it: address and password."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.template import Context, Template
from django.utils import timezone

from accounts.middleware import PersonMiddleware
from accounts.models import Membership, User
from accounts.templatetags.people import browser
from tests.conftest import PASSWORD

from .browser import mailed_link, prove, sign_in

SENT = {"name": "Ada Lovelace", "time_zone": "Europe/London", "letter_keys": "on"}


def test_settings_are_saved(as_ada, ada):
    response = as_ada.post(
        "/me/settings/", {"name": "Ada L.", "time_zone": "Asia/Kolkata"}, follow=True
    )
    assert "Your settings are saved." in response.content.decode()
    ada.refresh_from_db()
    assert (ada.name, ada.time_zone, ada.letter_keys) == ("Ada L.", "Asia/Kolkata", False)


def test_only_these_are_saved(as_ada, ada):
    as_ada.post("/me/settings/", {**SENT, "email": "x@example.org", "is_staff": "on"})
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"
    assert not ada.is_staff


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "europe/london"])
def test_a_zone_that_is_none_is_refused(as_ada, ada, zone):
    response = as_ada.post("/me/settings/", {**SENT, "time_zone": zone})
    assert response.status_code == 200
    assert "<title>Error: Settings" in response.content.decode()
    ada.refresh_from_db()
    assert ada.time_zone == "UTC"


def test_a_refused_name_does_not_reach_the_header(as_ada):
    response = as_ada.post("/me/settings/", {"name": "<b>Eve</b>", "time_zone": "no"})
    assert response.content.decode().count("&lt;b&gt;Eve") == 1


def test_settings_ask_to_sign_in(client, db):
    assert client.get("/me/settings/")["Location"] == "/accounts/login/?next=/me/settings/"


def test_the_plan_is_shown(as_ada, ada):
    assert "<b>Free</b>" in as_ada.get("/me/settings/").content.decode()
    until = datetime(2099, 12, 31, 12, tzinfo=UTC)
    Membership.objects.create(user=ada, tier="plus", ends_at=until, source="trial")
    html = as_ada.get("/me/settings/").content.decode()
    assert "<b>Plus</b>" in html
    assert "31 December 2099" in html
    assert "(trial)" in html


def test_the_way_to_everything_else(as_ada):
    html = as_ada.get("/me/settings/").content.decode()
    for address in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/me/data/",
    ):
        assert f'href="{address}"' in html


@pytest.mark.parametrize("stored", ["Mars/Olympus", "", "America", "../../etc/passwd", "x" * 64])
def test_a_stored_zone_that_is_none_does_no_harm(as_ada, ada, stored):
    User.objects.filter(pk=ada.pk).update(time_zone=stored)
    assert as_ada.get("/me/settings/").status_code == 200


def test_times_are_shown_in_the_persons_zone(as_ada, ada, rf):
    User.objects.filter(pk=ada.pk).update(time_zone="Asia/Kolkata")
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    request = as_ada.get("/accounts/inactive/").wsgi_request
    shown = PersonMiddleware(lambda _: Template("{{ t|date:'H:i' }}").render(Context({"t": noon})))
    assert shown(request) == "17:30"
    assert timezone.get_current_timezone_name() == "UTC"


def test_changing_the_address_waits_for_its_link(client, ada):
    sign_in(client, ada.email)
    prove(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    html = client.get("/accounts/email/").content.decode()
    assert "new@example.org" in html
    assert "Waiting for its link" in html
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"
    client.post(mailed_link("confirm-email"))
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert mail.outbox[-1].to == ["ada@example.org"]
    assert "was changed" in mail.outbox[-1].subject


def test_an_address_that_is_not_confirmed_opens_nothing(client, ada):
    sign_in(client, ada.email)
    prove(client)
    client.post("/accounts/email/", {"email": "slip@example.org", "action_add": ""})
    client.post("/accounts/password/reset/", {"email": "slip@example.org"})
    assert mail.outbox[-1].subject == "No account with this address at Lectern"


def test_a_changed_mind_keeps_the_address(client, ada):
    sign_in(client, ada.email)
    prove(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    client.post("/accounts/email/", {"email": "new@example.org", "action_remove": ""})
    assert [row.email for row in ada.emailaddress_set.all()] == ["ada@example.org"]


def test_changing_the_address_asks_for_the_password(as_ada):
    response = as_ada.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not mail.outbox


def test_changing_the_password_asks_for_the_old_one(as_ada):
    sent = {"oldpassword": "wrong", "password1": "four plain old words"}
    response = as_ada.post("/accounts/password/change/", sent)
    assert "That is not your current password." in response.content.decode()


def test_a_reset_link_works_once(client, ada):
    client.post("/accounts/password/reset/", {"email": ada.email, "next": "/lessons/x/"})
    link = mailed_link("reset/key")
    page = client.get(link, follow=True)
    response = client.post(
        page.context["action_url"],
        {"password1": "four plain old words", "next": "/lessons/x/"},
        follow=True,
    )
    assert 'href="/accounts/login/?next=%2Flessons%2Fx%2F"' in response.content.decode()
    ada.refresh_from_db()
    assert not ada.check_password(PASSWORD)
    assert ada.check_password("four plain old words")
    assert "This link is used up" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(sent, named):
    assert browser(sent) == named
