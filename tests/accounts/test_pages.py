"""Every page of an account, in our look: headings, labels, titles, nothing inline."""

import re
from html.parser import HTMLParser

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.conftest import PASSWORD

ANONYMOUS = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/nothing/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nothing/",
    "/accounts/password/reset/key/done/",
]
SIGNED_IN = [
    "/me/settings/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]
WITH_SECOND_FACTOR = [
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
]


class Page(HTMLParser):
    """What a page consists of, as far as these tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def look_at(response) -> Page:
    """The page of a response, after what holds for every page was checked."""
    html = response.content.decode()
    page = Page(html)
    assert len(page.all("h1")) == 1
    assert html.count("<!doctype html>") == 1
    for tag, attrs in page.elements:
        assert "style" not in attrs, (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
    for script in page.all("script"):
        assert script.get("src") or script.get("type") == "application/json"
    labelled = {label["for"] for label in page.all("label") if "for" in label}
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for tag in ("input", "select", "textarea"):
        for field in page.all(tag):
            if field.get("type") != "hidden" and "hidden" not in field:
                assert field.get("id") in labelled or field.get("aria-label"), field
            for described in (field.get("aria-describedby") or "").split():
                assert described in ids
    return page


def title_of(response) -> str:
    (title,) = re.findall(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    return " ".join(title.split())


def sign_in_by_page(client: Client, email: str):
    """Signed in, and asked for the password once more, as the pages about safety want it."""
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return response


@pytest.mark.django_db
@pytest.mark.parametrize("address", ANONYMOUS)
def test_a_page_of_an_anonymous_reader(client, address):
    response = client.get(address, follow=True)
    assert response.status_code == 200
    look_at(response)
    assert not title_of(response).startswith("Error")


@pytest.mark.parametrize("address", SIGNED_IN)
def test_a_page_of_a_person(client, ada, address):
    sign_in_by_page(client, ada.email)
    response = client.get(address)
    assert response.status_code == 200
    look_at(response)


@pytest.mark.parametrize("address", WITH_SECOND_FACTOR)
def test_a_page_of_a_person_with_a_second_factor(client, ada, address):
    sign_in_by_page(client, ada.email)
    TOTP.activate(ada, generate_totp_secret())
    RecoveryCodes.activate(ada)
    response = client.get(address)
    assert response.status_code == 200
    look_at(response)


def test_the_pages_of_a_key(client, ada):
    sign_in_by_page(client, ada.email)
    key = Authenticator.objects.create(
        user=ada, type=Authenticator.Type.WEBAUTHN, data={"name": "Blue key", "credential": {}}
    )
    for page in ("keys/{}/edit/", "keys/{}/remove/"):
        look_at(client.get(f"/accounts/2fa/webauthn/{page.format(key.pk)}"))


def test_the_page_of_the_second_step(client, ada):
    TOTP.activate(ada, generate_totp_secret())
    response = sign_in_by_page(client, ada.email)
    assert response["Location"] == "/accounts/2fa/authenticate/"
    page = look_at(client.get("/accounts/2fa/authenticate/"))
    assert [f["autocomplete"] for f in page.all("input") if f.get("name") == "code"] == [
        "one-time-code"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/accounts/login/", {"login": "email", "password": "current-password"}),
        ("/accounts/signup/", {"email": "email", "password1": "new-password"}),
        ("/accounts/password/reset/", {"email": "email"}),
    ],
)
def test_the_browser_can_fill_the_fields(client, address, expected):
    page = look_at(client.get(address))
    found = {f["name"]: f.get("autocomplete") for f in page.all("input") if "name" in f}
    assert expected.items() <= found.items()
    assert "placeholder" not in {
        name for f in page.all("input") if "name" in f and f["name"] in expected for name in f
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "sent", "field"),
    [
        ("/accounts/signup/", {"email": "no", "password1": "long enough words"}, "email"),
        ("/accounts/signup/", {"email": "a@example.org", "password1": "short"}, "password1"),
        ("/accounts/login/", {"login": "no", "password": "x"}, "login"),
        ("/accounts/password/reset/", {"email": "no"}, "email"),
    ],
)
def test_an_error_is_named_above_and_beside_the_field(client, address, sent, field):
    response = client.post(address, sent)
    assert title_of(response).startswith("Error: ")
    page = look_at(response)
    (refused,) = [f for f in page.all("input") if f.get("name") == field]
    assert refused["aria-invalid"] == "true"
    assert f"{refused['id']}_error" in refused["aria-describedby"]
    assert {"href": f"#{refused['id']}"} in page.all("a")


@pytest.mark.django_db
def test_without_javascript_what_needs_it_stays_hidden(client):
    page = look_at(client.get("/accounts/login/"))
    (passkey,) = [f for f in page.all("div") if "data-needs-script" in f]
    assert "hidden" in passkey


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", sorted({*SIGNED_IN, *WITH_SECOND_FACTOR} - {"/accounts/logout/"})
)
def test_a_persons_page_asks_an_anonymous_reader_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")
