"""The forms of this room: allauth's in our words, and the person's settings."""

from typing import Any, cast

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from .models import User, time_zones, validate_time_zone

ADDRESS = "E-mail address"
NEW_PASSWORD = "At least 10 characters; a few unrelated words are good."  # noqa: S105


class Plain:
    """No placeholders: every field has its label above it. A password is asked for once."""

    fields: dict[str, forms.Field]
    labels: dict[str, str] = {}
    helps: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name, label in self.labels.items():
            self.fields[name].label = label
        for name, text in self.helps.items():
            self.fields[name].help_text = text


class SignupForm(Plain, account.SignupForm):
    """Address and password, once each; the browser adds its time zone where it can."""

    time_zone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""})
    )
    labels = {"email": ADDRESS}
    helps = {"password1": NEW_PASSWORD}

    def try_save(self, request: HttpRequest) -> Any:
        """Sign up; for an address that has an account, take as long as making one would."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        """The new person, with the browser's time zone if it named a real one."""
        user = cast("User", super().save(request))
        if (zone := self.cleaned_data["time_zone"]) in time_zones():
            user.time_zone = zone
            user.save(update_fields=["time_zone"])
        return user


class LoginForm(Plain, account.LoginForm):
    """Address and password; the way to a new password stands under the form."""

    labels = {"login": ADDRESS}
    helps = {"password": ""}


class AddEmailForm(Plain, account.AddEmailForm):
    """The address to change to."""

    labels = {"email": "New e-mail address"}
    helps = {"email": "It is yours once you follow the link that we send there."}


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The password of now, and the next one."""

    labels = {"oldpassword": "Current password", "password1": "New password"}
    helps = {"oldpassword": "", "password1": NEW_PASSWORD}


class SetPasswordForm(Plain, account.SetPasswordForm):
    """A first password."""

    labels = {"password1": "New password"}
    helps = {"password1": NEW_PASSWORD}


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """Whose password."""

    labels = {"email": ADDRESS}

    def clean_email(self) -> str:
        """Only the address that counts opens an account, never one that somebody changes to.

        A slip in a new address would otherwise hand the account to whoever has that address.
        """
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email]
        return email


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    """The next password, behind the link of the mail."""

    labels = {"password1": "New password"}
    helps = {"password1": NEW_PASSWORD}


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more."""

    helps = {"password": ""}


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    """The second factor, as a code."""

    helps = {"code": "Six digits from your app, or one of your recovery codes."}


class ReauthenticateCodeForm(Plain, mfa.ReauthenticateForm):
    """The second factor once more."""

    helps = {"code": "Six digits from your app, or one of your recovery codes."}


class ActivateAppForm(Plain, ActivateTOTPForm):
    """A first code, which shows that the app has the key."""

    labels = {"code": "Code"}
    helps = {"code": "The six digits that your app shows now."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddPasskeyForm(Plain, webauthn.AddWebAuthnForm):
    """A name for the key, and whether it replaces the password."""

    labels = {"name": "Name", "passwordless": "Sign in with this key alone"}
    helps = {
        "name": "So that you can tell your keys apart.",
        "passwordless": "A passkey: no password, the device asks for your finger, face or PIN.",
    }


class EditPasskeyForm(Plain, webauthn.EditWebAuthnForm):
    """Another name for the key."""

    labels = {"name": "Name"}


def zone_choices(current: str) -> list[tuple[str, Any]]:
    """The time zones by part of the world, each by its city, so that typing a city finds it."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(time_zones()):
        region, _, city = name.partition("/")
        if city and region not in {"Etc", "SystemV", "posix", "right"}:
            label = city.replace("_", " ").replace("/", ": ")
            groups.setdefault(region, []).append((name, label))
    listed = {name for names in groups.values() for name, _ in names}
    first = [("UTC", "UTC")]
    if current not in listed | {"UTC"} and current in time_zones():
        first.append((current, current))
    return [*first, *groups.items()]


class SettingsForm(forms.ModelForm[User]):
    """How a person is called, when their day is, and how they answer."""

    class Meta:
        model = User
        fields = ["name", "time_zone", "letter_keys"]
        labels = {"letter_keys": "Letter keys in quizzes"}
        help_texts = {
            "name": "As it should stand on a certificate.",
            "letter_keys": "Answer with the keys A, B, C … Turn this off if it gets in the way of "
            "speech input or a screen reader.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
            "time_zone": forms.Select(attrs={"data-time-zone": ""}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["time_zone"]
        zone.help_text = "Dates, reviews and goals follow it. Type the name of a city to find it."
        zone.widget.choices = zone_choices(self.instance.time_zone)

    def clean_time_zone(self) -> str:
        """Only a zone that this machine knows."""
        zone: str = self.cleaned_data["time_zone"]
        validate_time_zone(zone)
        return zone
