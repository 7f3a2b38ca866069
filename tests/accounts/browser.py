"""What the tests of this room do again and again: sign in by the page, read mails and links."""

import re
from urllib.parse import urlsplit

from django.core import mail
from django.test import Client

from tests.conftest import PASSWORD


def sign_in(client: Client, email: str, password: str = PASSWORD, place: str = "", **extra):
    """Send the sign-in form."""
    sent = {"login": email, "password": password, "next": place}
    return client.post("/accounts/login/", sent, **extra)


def sign_up(client: Client, email: str, place: str = "", **extra):
    """Send the sign-up form."""
    sent = {"email": email, "password1": "four plain old words", "next": place, **extra}
    return client.post("/accounts/signup/", sent)


def prove(client: Client) -> None:
    """Give the password once more, as the pages about safety want it."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def is_in(client: Client) -> bool:
    """Whether the browser is signed in."""
    return client.get("/me/settings/").status_code == 200


def mailed_link(word: str) -> str:
    """The link with this word in the newest mail, as a path."""
    (link,) = re.findall(rf"http\S*{word}\S*", str(mail.outbox[-1].body))
    url = urlsplit(link)
    return f"{url.path}?{url.query}" if url.query else url.path
