"""Accounts in a browser: sign-up with its mail, keys under the site's policy, accessibility."""

import pytest

from accounts.models import User
from tests.accounts.browser import mailed_link
from tests.browser.conftest import look, violations
from tests.conftest import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANONYMOUS = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/nothing/",
]
SIGNED_IN = [
    "/me/settings/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/logout/",
]


def send(page) -> None:
    """Press the button of the page's form."""
    page.locator("main form.form button[type=submit]").click()


def sign_in(page, place: str) -> None:
    """Sign in, give the password once more, and be at the place."""
    page.goto("/accounts/login/?next=/accounts/reauthenticate/%3Fnext%3D" + place)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    send(page)
    page.get_by_role("heading", name="Is it you?").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    send(page)
    page.wait_for_url(lambda url: url.endswith(place) and "next" not in url)


def test_signing_up_brings_back_and_takes_the_time_zone_along(open_page, mailoutbox):
    page = open_page(timezone_id="Asia/Tokyo")
    page.goto("/accounts/signup/?next=/accounts/2fa/")
    page.get_by_label("E-mail address").fill("new@example.org")
    page.get_by_label("Password").fill("four plain old words")
    send(page)
    page.get_by_role("heading", name="Look into your mail").wait_for()
    page.goto(mailed_link("confirm-email"))
    send(page)
    page.wait_for_url("**/accounts/2fa/")
    assert User.objects.get().time_zone == "Asia/Tokyo"
    assert page.problems == []


def test_a_passkey_signs_in_and_is_a_second_factor(page):
    person("ada@example.org")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})

    sign_in(page, "/accounts/2fa/webauthn/add/")
    page.get_by_label("Sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert violations(page) == []

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/accounts/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Where you are signed in").wait_for()

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/accounts/sessions/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    send(page)
    page.get_by_role("heading", name="One more step").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Use your key").click()
    page.get_by_role("heading", name="Where you are signed in").wait_for()


def test_a_passkey_that_is_not_there_says_so_on_the_page(page):
    page.goto("/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')) }")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("No key was used.").wait_for()


def test_the_pages_are_accessible(page):
    person("ada@example.org")

    for address in ANONYMOUS:
        page.goto(address)
        look(page, address)
    sign_in(page, "/me/settings/")
    for address in SIGNED_IN:
        page.goto(address)
        look(page, address)
