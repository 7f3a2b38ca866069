"""`next` leads to a place on this site, from whichever page, or nowhere."""

from urllib.parse import quote, urljoin, urlsplit

import pytest
from allauth.account.models import EmailConfirmationHMAC
from django.test import Client

from accounts.http import is_own_path
from tests.conftest import PASSWORD

from .browser import mailed_link, sign_in, sign_up

EVIL = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "https://testserver@evil.example/",
    "//testserver@evil.example",
    "https://testserver.evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\t//evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "%2f%2fevil.example",
    "javascript:alert(1)",
    "evil.example",
]
# Each way asks the same function; these few show that it does ask.
SOME = [EVIL[0], EVIL[3], EVIL[8], EVIL[9], EVIL[11], "%2f%2fevil.example"]
OWN = ["/", "/lessons/x/", "/search/?q=a%20b&page=2", "/lessons/字/#part", "/%2f%2fevil.example"]


def goes_to(response) -> str:
    """The host to which a browser goes from a page of the account, as a browser reads it."""
    location = response["Location"].strip()
    for dropped in "\t\r\n":
        location = location.replace(dropped, "")
    here = urljoin("http://testserver/accounts/x/", location.replace("\\", "/"))
    return str(urlsplit(here).netloc)


@pytest.mark.parametrize("url", EVIL)
def test_what_is_no_path_of_this_site_is_refused(url):
    assert not is_own_path(url)


@pytest.mark.parametrize("url", OWN)
def test_a_path_of_this_site_is_fine(url):
    assert is_own_path(url)


def by_signing_in(ada, evil):
    return sign_in(Client(), ada.email, place=evil)


def by_signing_in_with_a_link(ada, evil):
    sent = {"login": ada.email, "password": PASSWORD}
    return Client().post(f"/accounts/login/?next={quote(evil)}", sent)


def by_being_in_already(ada, evil):
    client = Client()
    client.force_login(ada)
    return client.get(f"/accounts/login/?next={quote(evil)}")


def by_signing_up_while_in(ada, evil):
    client = Client()
    client.force_login(ada)
    return client.get(f"/accounts/signup/?next={quote(evil)}")


def by_confirming_the_address(ada, evil):
    client = Client()
    sign_up(client, "new@example.org", evil)
    return client.post(mailed_link("confirm-email"))


def by_confirming_elsewhere(ada, evil):
    address = ada.emailaddress_set.get()
    address.verified = False
    address.save()
    key = EmailConfirmationHMAC(address).key
    return Client().post(f"/accounts/confirm-email/{key}/?next={quote(evil)}")


def by_signing_out(ada, evil):
    client = Client()
    client.force_login(ada)
    return client.post("/accounts/logout/", {"next": evil})


def by_signing_out_twice(ada, evil):
    return Client().get(f"/accounts/logout/?next={quote(evil)}")


def by_asking_for_a_password(ada, evil):
    return Client().post("/accounts/password/reset/", {"email": ada.email, "next": evil})


def by_choosing_a_password(ada, evil):
    client = Client()
    client.post("/accounts/password/reset/", {"email": ada.email, "next": evil})
    page = client.get(mailed_link("reset"), follow=True)
    sent = {"password1": "four plain old words", "next": evil}
    return client.post(page.context["action_url"], sent)


def by_changing_the_password(ada, evil):
    client = Client()
    client.force_login(ada)
    sent = {"oldpassword": PASSWORD, "password1": "four plain old words", "next": evil}
    return client.post("/accounts/password/change/", sent)


def by_proving_it_is_her(ada, evil):
    client = Client()
    client.force_login(ada)
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": evil})


def by_the_admins_door(ada, evil):
    return Client().get(f"/admin/login/?next={quote(evil)}")


WAYS = [way for name, way in sorted(globals().items()) if name.startswith("by_")]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("evil", SOME, ids=repr)
def test_nobody_is_sent_elsewhere(ada, way, evil):
    response = way(ada, evil)
    assert response.status_code == 302
    assert goes_to(response) == "testserver"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_everybody_is_sent_back(ada, way):
    response = way(ada, "/lessons/x/")
    assert "lessons" in response["Location"]


@pytest.mark.parametrize("evil", SOME, ids=repr)
def test_in_the_demo_signing_up_leads_nowhere_else(db, settings, evil):
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    assert sign_up(Client(), "new@example.org", evil)["Location"] == "/"
