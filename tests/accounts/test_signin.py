"""Signing in and out: limits, sessions, the admin's door."""

import os
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.test import Client

from tests.conftest import PASSWORD, person, signed_in

from .browser import is_in, mailed_link, prove, sign_in

FROM_HOME = {"REMOTE_ADDR": "192.0.2.7"}


def test_signing_in_leads_back(client, ada):
    response = sign_in(client, "ADA@example.org", place="/lessons/x/#part")
    assert response["Location"] == "/lessons/x/#part"
    assert is_in(client)


def test_signing_out_takes_a_press_of_the_button(as_ada):
    assert "Sign out?" in as_ada.get("/accounts/logout/").content.decode()
    assert is_in(as_ada)
    assert as_ada.post("/accounts/logout/")["Location"] == "/"
    assert not is_in(as_ada)


def test_a_closed_account_says_so(client, ada):
    ada.is_active = False
    ada.save()
    response = client.post(
        "/accounts/login/", {"login": ada.email, "password": PASSWORD}, follow=True
    )
    assert "This account is closed" in response.content.decode()


def test_a_closed_account_ends_its_sessions(as_ada, ada):
    ada.is_active = False
    ada.save()
    assert not is_in(as_ada)


# ---- guessing -----------------------------------------------------------------------------------


def test_fifty_guesses_are_stopped(client, ada):
    answers = [sign_in(client, ada.email, f"guess {n}") for n in range(50)]
    assert "Too many tries" in answers[-1].content.decode()
    assert "Too many tries" in sign_in(client, ada.email).content.decode()
    assert not is_in(client)


def test_an_account_under_attack_does_not_lock_out_others(client, ada, grace):
    for n in range(50):
        sign_in(client, ada.email, f"guess {n}")
    elsewhere = Client(**FROM_HOME)
    sign_in(elsewhere, grace.email)
    assert is_in(elsewhere)


def test_a_new_password_opens_an_account_under_attack(client, ada):
    for n in range(50):
        sign_in(client, ada.email, f"guess {n}")
    elsewhere = Client(**FROM_HOME)
    elsewhere.post("/accounts/password/reset/", {"email": ada.email})
    page = elsewhere.get(mailed_link("reset"), follow=True)
    elsewhere.post(page.context["action_url"], {"password1": "four plain old words"})
    sign_in(elsewhere, ada.email, "four plain old words")
    assert is_in(elsewhere)


def test_many_accounts_from_one_address_are_stopped_whatever_it_claims(client, ada):
    for n in range(10):
        sign_in(
            client,
            f"somebody{n}@example.org",
            "guess",
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        )
    answer = sign_in(client, ada.email, headers={"X-Forwarded-For": "198.51.100.99"})
    assert "Too many tries" in answer.content.decode()


def test_behind_a_trusted_proxy_each_visitor_has_an_address(client, ada, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(50):
        # The visitor forges the front of the header; the proxy appends the truth.
        forged = {"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"}
        answer = sign_in(client, f"somebody{n}@example.org", "guess", headers=forged)
    assert "Too many tries" in answer.content.decode()
    other = Client()
    sign_in(other, ada.email, headers={"X-Forwarded-For": "203.0.113.6"})
    assert is_in(other)


def test_a_class_signs_in_from_one_address(db):
    for n in range(50):
        browser = Client()
        sign_in(browser, person(f"learner{n}@example.org").email)
        assert is_in(browser)


def test_asking_for_passwords_is_limited(client, ada):
    for _ in range(3):
        client.post("/accounts/password/reset/", {"email": ada.email})
    answer = client.post("/accounts/password/reset/", {"email": ada.email})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()


def test_the_admins_door_is_the_same_door(client, admin):
    page = client.get("/admin/login/?next=/admin/accounts/user/")
    assert page["Location"] == "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    for n in range(50):
        sent = {"username": admin.email, "password": f"guess {n}"}
        client.post("/admin/login/", sent)
        sign_in(client, admin.email, f"guess {n}")
    client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302
    assert "Too many tries" in sign_in(client, admin.email).content.decode()


def test_the_admin_is_closed_to_learners(as_ada):
    assert as_ada.get("/admin/login/").status_code == 403


# ---- sessions -----------------------------------------------------------------------------------


def test_signing_in_makes_a_new_session(client, ada):
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client, ada.email)
    assert client.cookies[site.SESSION_COOKIE_NAME].value != before


def test_changing_the_password_ends_every_other_session(client, ada):
    other = signed_in(ada)
    sign_in(client, ada.email)
    assert is_in(other)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "four plain old words"},
    )
    assert is_in(client)
    assert not is_in(other)


def test_the_others_can_be_signed_out(client, ada):
    other = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    sign_in(other, ada.email)
    sign_in(client, ada.email)
    assert "Firefox on Linux" in client.get("/accounts/sessions/").content.decode()
    client.post("/accounts/sessions/")
    assert is_in(client)
    assert not is_in(other)
    assert UserSession.objects.count() == 1


def test_nobodys_session_is_anothers_to_end(client, as_eve, ada, eve):
    sign_in(client, ada.email)
    as_eve.post("/accounts/sessions/")
    assert is_in(client)


def test_a_request_of_a_person_costs_two_queries(as_ada, django_assert_num_queries):
    with django_assert_num_queries(2):  # the session, and the person with tier and role
        as_ada.get("/accounts/inactive/")


def test_an_anonymous_request_costs_none(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/accounts/inactive/")
    assert not response.cookies


@pytest.mark.parametrize(("url", "secure"), [("https://a.example", True), ("http://a.test", False)])
def test_cookies_are_only_for_this_site(url, secure):
    names = (
        "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE"
    )
    script = f"from config import settings as s; print([getattr(s, n) for n in {names.split()}])"
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        env={**os.environ, "SITE_URL": url},
        capture_output=True,
        text=True,
        check=True,
        cwd=site.BASE_DIR,
    )
    assert told.stdout.strip() == str([secure, secure, True, "Lax"])


# ---- the second factor --------------------------------------------------------------------------


def code(secret):
    """What an app with this key shows."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_second_factor_is_set_up_and_asked_for(client, ada):
    sign_in(client, ada.email)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    prove(client)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    response = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    other = Client()
    response = sign_in(other, ada.email, place="/lessons/x/")
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(other)
    wrong = other.post("/accounts/2fa/authenticate/", {"code": "0"})
    assert "That code is not right" in wrong.content.decode()
    response = other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert response["Location"] == "/lessons/x/"
    assert is_in(other)


def test_guessing_the_second_factor_is_stopped(client, ada):
    TOTP.activate(ada, generate_totp_secret())
    sign_in(client, ada.email)
    for n in range(10):
        answer = client.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"})
    assert "Too many tries" in answer.content.decode()


def test_a_passkey_can_be_asked_for(client, db):
    answer = client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert answer.json()["request_options"]["publicKey"]["challenge"]
