"""What this room tells a person about themselves, and how it forgets them."""

import json

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.privacy import erase, export
from accounts.tiers import Tier
from tests.conftest import person

from .browser import is_in, sign_in, sign_up

SECRET = "JBSWY3DPEHPK3PXP"


def full_account() -> User:
    user = person("paula@example.org", Tier.PRO, name="Paula")
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def test_a_person_gets_what_is_kept(client, db):
    user = person("paula@example.org", Tier.PRO, name="Paula")
    sign_in(client, user.email)
    TOTP.activate(user, SECRET)
    told = export(User.objects.get())
    assert told["profile"]["name"] == "Paula"
    assert told["profile"]["tier"] == "pro"
    assert told["addresses"] == [{"email": user.email, "confirmed": True, "primary": True}]
    assert [row["tier"] for row in told["memberships"]] == ["pro"]
    assert [row["address"] for row in told["sessions"]] == ["127.0.0.1"]
    assert [row["kind"] for row in told["second_factors"]] == ["TOTP Authenticator"]


def test_no_secret_is_told(db):
    user = full_account()
    told = json.dumps(export(user))
    seed = user.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"]
    for secret in (SECRET, user.password, seed):
        assert secret not in told


def test_erasing_leaves_nothing_of_the_person(client, db):
    user = full_account()
    half_way = Client()
    sign_in(half_way, user.email)  # stopped at the second factor
    client.force_login(user)
    key = user.pk
    erase(user)
    assert not is_in(client)
    assert not Session.objects.exists()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is User:
                assert not model._default_manager.filter(**{field.attname: key}).exists()


def test_erasing_ends_a_sign_up_that_waits_for_its_mail(client, db):
    sign_up(client, "new@example.org")
    erase(User.objects.get())
    assert not Session.objects.exists()


def test_others_stay(as_eve, eve, ada):
    erase(ada)
    assert is_in(as_eve)
    assert User.objects.get() == eve
