"""How allauth behaves on this site."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from .http import is_own_path


def on_site(url: str) -> str:
    """The same path under SITE_URL: what a mail links to never follows a request's Host."""
    parts = urlsplit(url)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own behaviour, with our words, our addresses and our idea of a safe one."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The address or the password is not right.",
        "email_taken": "Somebody signed up with this address already.",
        "duplicate_email": "That is your address already.",
        "enter_current_password": "That is not your current password.",
        "incorrect_password": "That is not your password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or choose a new password.",
        "rate_limited": "Too many tries. Wait a few minutes.",
    }

    def is_safe_url(self, url: str) -> bool:
        """Whether a visitor may be sent on to this address: only a path of this site."""
        return is_own_path(url)

    def send_mail(self, template_prefix: str, email: str, facts: dict[str, Any]) -> None:
        """Send one of `templates/account/email/` or `templates/mfa/email/`."""
        links = {
            name: on_site(value)
            for name, value in facts.items()
            if name.endswith("_url") and isinstance(value, str)
        }
        site = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        super().send_mail(template_prefix, email, {**facts, **links, **site})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link of the confirmation mail; it leads back to where the person signed up from.

        The place travels in the link, so that it also works in another browser; there the person
        signs in first (`accounts.views.ConfirmEmail`).
        """
        return self._keeping_place(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail for a new password; it keeps the place, too."""
        return self._keeping_place(super().get_reset_password_from_key_url(key))

    def _keeping_place(self, url: str) -> str:
        place = get_next_redirect_url(context.request)
        return f"{url}?{urlencode({'next': place})}" if place else url


class MFAAdapter(DefaultMFAAdapter):
    """allauth's own behaviour, in our words; keys and apps show the site by its name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or was used already.",
        "unverified_email": "Confirm your e-mail address first; then set up the second factor.",
        "add_email_blocked": "Turn the second factor off before you change your address.",
    }

    def _get_site_name(self) -> str:
        return settings.SITE_NAME
