"""A form counts only when this site's own page sent it, from this site, at this site's address."""

import re
from itertools import pairwise

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts.models import User
from tests.conftest import PASSWORD

from .browser import is_in, mailed_link, sign_in, sign_up


def patterns(resolver: URLResolver, before: str | None = "/"):
    """Every address of the site: its route as far as it is one, and its view."""
    for pattern in resolver.url_patterns:
        route = str(pattern.pattern) if isinstance(pattern.pattern, RoutePattern) else None
        whole = None if route is None or before is None else before + route
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, whole)
        elif isinstance(pattern, URLPattern):
            yield whole, pattern.callback


def sample(route: str) -> str:
    """An address of this shape."""
    uuid = "00000000-0000-4000-8000-000000000000"
    route = re.sub(r"<table:\w+>", "csv", re.sub(r"<int:\w+>", "1", route))
    return re.sub(r"<[^>]+>", "x", re.sub(r"<uuid:\w+>", uuid, route))


ALL = list(patterns(get_resolver()))
# Views that prove who sends by other means: here the signed token in the address, with which a
# mail program switches mail off (RFC 8058).
MACHINES = {"teaching.views.mail.class_mail_off"}


def name(view) -> str:
    return f"{view.__module__}.{getattr(view, '__name__', '')}"


ROUTES = sorted({sample(route) for route, view in ALL if route and name(view) not in MACHINES})


def test_no_view_is_left_out():
    exempt = {name(view) for _, view in ALL if getattr(view, "csrf_exempt", False)}
    assert exempt <= MACHINES
    assert len(ROUTES) > 50


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_no_form_counts_without_its_token(route):
    client = Client(enforce_csrf_checks=True)
    answers = [client.post(route, {"x": "y"}), client.delete(route)]
    answers.append(client.put(route, "x=y", content_type="text/plain"))
    for answer in answers:
        assert answer.status_code == 403
        assert "<h1>" in answer.content.decode()


def token(client: Client) -> str:
    html = client.get("/accounts/login/").content.decode()
    return str(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[0])


def test_a_form_with_its_token_counts(ada):
    client = Client(enforce_csrf_checks=True)
    sent = {"login": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token(client)}
    assert client.post("/accounts/login/", sent).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.testserver", "null"])
def test_a_form_from_elsewhere_does_not_count(ada, origin):
    client = Client(enforce_csrf_checks=True)
    sent = {"login": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token(client)}
    answer = client.post("/accounts/login/", sent, headers={"Origin": origin})
    assert answer.status_code == 403
    assert not is_in(client)


def test_anothers_token_does_not_count(ada):
    client = Client(enforce_csrf_checks=True)
    token(client)
    sent = {
        "login": ada.email,
        "password": PASSWORD,
        "csrfmiddlewaretoken": token(Client(enforce_csrf_checks=True)),
    }
    assert client.post("/accounts/login/", sent).status_code == 403


def everything(user: User) -> list:
    """What the account consists of."""
    user.refresh_from_db()
    return [
        user.password,
        user.name,
        list(user.emailaddress_set.values()),
        list(user.memberships.values()),
        list(user.authenticator_set.values()),
        list(user.usersession_set.values_list("session_key")),
    ]


def test_looking_changes_nothing(client, ada):
    sign_in(client, ada.email)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"})
    before = everything(ada)
    for route in ROUTES:
        if route.startswith(("/accounts/", "/me/settings")):
            client.get(f"{route}?email=evil@example.org&action_add=1&name=Evil")
    assert everything(ada) == before
    assert is_in(client)


# ---- the host -----------------------------------------------------------------------------------


def test_a_forged_host_gets_nothing(client, ada):
    answer = client.post(
        "/accounts/password/reset/", {"email": ada.email}, headers={"Host": "evil.example"}
    )
    assert answer.status_code == 400
    assert not mail.outbox


def test_a_forwarded_host_is_ignored(client, ada):
    for name in ("X-Forwarded-Host", "X-Forwarded-Server", "Forwarded"):
        client.post(
            "/accounts/password/reset/",
            {"email": ada.email},
            headers={name: "evil.example" if name != "Forwarded" else "host=evil.example"},
        )
    assert len(mail.outbox) == 3
    for letter in mail.outbox:
        assert "evil.example" not in letter.body


@pytest.mark.django_db
def test_links_in_mails_begin_with_the_sites_address(client, ada, settings):
    settings.SITE_URL = "https://learn.example"
    settings.ALLOWED_HOSTS = ["*"]
    somewhere = {"headers": {"Host": "evil.example"}}
    client.post("/accounts/password/reset/", {"email": ada.email}, **somewhere)
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, **somewhere)
    for email in (ada.email, "new@example.org"):
        client.post(
            "/accounts/signup/", {"email": email, "password1": "four plain old words"}, **somewhere
        )
    assert len(mail.outbox) == 4
    for letter in mail.outbox:
        links = re.findall(r"https?://\S+", letter.body)
        assert len(links) >= 2
        assert {link.startswith("https://learn.example/") for link in links} == {True}
        assert "evil" not in letter.body


def test_mails_read_well(client, ada, settings):
    """No HTML entities, no blank heap, the site's name, a subject on one line."""
    settings.SITE_NAME = "Müller & Söhne <Lernen>"
    client.post("/accounts/password/reset/", {"email": ada.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    sign_up(client, ada.email)
    sign_up(client, "new@example.org")
    sign_in(client, ada.email)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "four plain old words"},
    )
    assert len(mail.outbox) == 5
    for letter in mail.outbox:
        assert "Müller & Söhne <Lernen>" in letter.subject + letter.body
        assert "&amp;" not in letter.subject + letter.body
        assert not any(a == b == "" for a, b in pairwise(letter.body.split("\n")))
        assert letter.body.startswith("Hello,\n")
        assert letter.body.endswith(f"\n{settings.SITE_URL}/")
        assert not letter.alternatives
    assert mailed_link("password/reset").startswith("/accounts/password/reset/")
