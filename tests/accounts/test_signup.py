"""Signing up: mail first by default, in at once in the demo, and back to the place."""

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.test import Client
from django.utils.html import escape

from accounts.models import User

from .browser import is_in, mailed_link, sign_in, sign_up

PLACE = "/lessons/some-lesson/?from=quiz"

pytestmark = pytest.mark.django_db


@pytest.fixture
def optional(settings):
    """A site like the demo: a new learner is in at once."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


def test_in_the_demo_a_new_learner_is_in_at_once_and_back(client, optional):
    response = sign_up(client, "New@Example.org", PLACE)
    assert response["Location"] == PLACE
    assert is_in(client)
    assert User.objects.get().email == "new@example.org"
    assert mail.outbox[0].subject == "Confirm your address for Lectern"


def test_by_default_the_mail_comes_first(client):
    response = sign_up(client, "new@example.org", PLACE)
    assert response["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)
    assert "Look into your mail" in client.get(response["Location"]).content.decode()


def test_following_the_link_in_the_same_browser_leads_back(client):
    sign_up(client, "new@example.org", PLACE)
    link = mailed_link("confirm-email")
    assert client.get(link).status_code == 200
    assert not is_in(client)  # mail scanners open links too
    response = client.post(link)
    assert response["Location"] == PLACE
    assert is_in(client)


def test_following_the_link_in_another_browser_leads_back_by_the_sign_in_page(client):
    sign_up(client, "new@example.org", PLACE)
    other, link = Client(), mailed_link("confirm-email")
    assert escape(PLACE) in other.get(link).content.decode()
    signing_in = other.post(link)["Location"]
    assert signing_in.startswith("/accounts/login/?next=%2Flessons")
    page = other.get(signing_in)
    assert "new@example.org is confirmed" in page.content.decode()
    response = other.post(
        "/accounts/login/",
        {
            "login": "new@example.org",
            "password": "four plain old words",
            "next": page.context["redirect_field_value"],
        },
    )
    assert response["Location"] == PLACE


def test_signing_in_before_the_mail_sends_the_link_again(client):
    sign_up(client, "new@example.org")
    response = sign_in(Client(), "new@example.org", "four plain old words")
    assert response["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)


def test_a_link_works_once(client):
    sign_up(client, "new@example.org")
    link = mailed_link("confirm-email")
    client.post(link)
    assert "This link is used up" in Client().get(link).content.decode()


def test_opening_anothers_link_signs_nobody_out(as_ada):
    sign_up(Client(), "new@example.org")
    as_ada.get(mailed_link("confirm-email"))
    assert is_in(as_ada)


def test_the_pages_lead_to_each_other_with_the_place(client):
    for here, there in (("login", "signup"), ("signup", "login")):
        html = client.get(f"/accounts/{here}/?next=/lessons/x/").content.decode()
        assert f'href="/accounts/{there}/?next=%2Flessons%2Fx%2F"' in html
        assert '<input type="hidden" name="next" value="/lessons/x/">' in html


def test_every_page_offers_to_come_back(client):
    html = client.get("/tools/?licence=x").content.decode()
    assert 'href="/accounts/login/?next=%2Ftools%2F"' in html
    assert 'href="/accounts/signup/?next=%2Ftools%2F"' in html


def test_the_browsers_time_zone_comes_along(client):
    sign_up(client, "new@example.org", time_zone="Asia/Tokyo")
    sign_up(client, "old@example.org", time_zone="../../etc/passwd")
    assert User.objects.get(email="new@example.org").time_zone == "Asia/Tokyo"
    assert User.objects.get(email="old@example.org").time_zone == "UTC"


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "new@example.org"])
def test_a_weak_password_is_refused_in_words(client, password):
    response = client.post("/accounts/signup/", {"email": "new@example.org", "password1": password})
    assert response.status_code == 200
    assert response.context["form"].errors["password1"]
    assert not User.objects.exists()


# ---- who has an account is not told -------------------------------------------------------------


def test_signing_up_tells_nobody_who_has_an_account(client, ada):
    known, unknown = Client(), Client()
    answers = [sign_up(known, ada.email), sign_up(unknown, "new@example.org")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    pages = [browser.get("/accounts/confirm-email/") for browser in (known, unknown)]
    assert pages[0].content == pages[1].content
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["ada@example.org"], "You have an account at Lectern"),
        (["new@example.org"], "Confirm your address for Lectern"),
    ]


def test_signing_up_takes_as_long_for_a_known_address(client, ada, monkeypatch):
    hashed = []
    algorithm = get_hasher()
    encode = type(algorithm).encode

    def counted(self, password, salt, *args):
        hashed.append(password)
        return encode(self, password, salt, *args)

    monkeypatch.setattr(type(algorithm), "encode", counted)
    sign_up(Client(), ada.email)
    sign_up(Client(), "new@example.org")
    assert hashed == ["four plain old words"] * 2


def test_the_demo_tells_it_and_that_is_the_price(client, ada, optional):
    response = sign_up(client, ada.email)
    assert response.status_code == 200
    assert "signed up with this address already" in response.content.decode()


def test_asking_for_a_password_tells_nobody_who_has_an_account(client, ada):
    answers = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (ada.email, "nobody@example.org")
    ]
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert answers[0].content == answers[1].content
    assert [letter.subject for letter in mail.outbox] == [
        "Choose a new password for Lectern",
        "No account with this address at Lectern",
    ]


def test_signing_in_tells_nobody_who_has_an_account(client, ada):
    answers = [sign_in(client, email, "wrong") for email in (ada.email, "eve@example.org")]
    texts = [answer.content.decode().replace(ada.email, "eve@example.org") for answer in answers]
    for text in texts:
        assert "The address or the password is not right." in text
    assert [answer.status_code for answer in answers] == [200, 200]
