"""The person's own settings, and the allauth pages around a mailed link."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.account.views import (
    ConfirmEmailView,
    PasswordResetFromKeyView,
    PasswordResetView,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache

from .forms import SettingsForm
from .http import LearnerRequest
from .models import User


@login_required
@never_cache
def preferences(request: LearnerRequest) -> HttpResponse:
    """Name, time zone and keys, with the ways to everything else about the account."""
    # Of its own: what a refused form holds must not show up in the page's header.
    person = User.objects.get(pk=request.user.pk)
    form = SettingsForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.save(update_fields=["name", "time_zone", "letter_keys"])
        messages.success(request, "Your settings are saved.")
        return redirect("settings")
    context = {"form": form, "membership": request.user.membership}
    return render(request, "accounts/settings.html", context)


class ConfirmEmail(ConfirmEmailView):
    """Opening the link of a mail changes nothing; pressing its button does.

    Who pressed it in the browser of the sign-up is in and back at the place; who did elsewhere
    signs in first.
    """

    def logout_other_user(self, confirmation: Any) -> None:
        """Somebody else is signed out by the button, never by opening a link."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def get_redirect_url(self) -> str:
        """The place that the link names, behind the sign-in page where that is needed."""
        place = get_next_redirect_url(self.request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        if self.request.user.is_authenticated:
            return place
        return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': place})}"


class AskForPassword(PasswordResetView):
    """Asking for the link says that it was sent, and keeps the place for later."""

    def get_success_url(self) -> str:
        """The page that says so."""
        return passthrough_next_redirect_url(
            self.request, reverse("account_reset_password_done"), "next"
        )


class ResetPassword(PasswordResetFromKeyView):
    """Choosing the password; then the sign-in page leads back to the place."""

    def logout(self) -> None:
        """Somebody else is signed out by the sent form, never by opening a link."""
        if self.request.method == "POST":
            super().logout()

    def get_success_url(self) -> str:
        """The page that offers to sign in."""
        return passthrough_next_redirect_url(
            self.request, reverse("account_reset_password_from_key_done"), "next"
        )
