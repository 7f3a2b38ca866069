"""Memberships through time: which tier a person has, and that both ways of asking agree."""

from datetime import timedelta
from importlib import import_module
from itertools import combinations, product

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.backends import Backend
from accounts.models import Membership, User
from accounts.tiers import PAID, Tier

DAY = timedelta(days=1)
# Start and end, from now; the end may be open.
STATES = {
    "running": (-DAY, DAY),
    "without end": (-DAY, None),
    "not yet": (DAY, 2 * DAY),
    "not yet, without end": (DAY, None),
    "ended": (-2 * DAY, -DAY),
    "ends this moment": (-DAY, timedelta()),
    "begins this moment": (timedelta(), DAY),
}
RUNS = {"running", "without end", "begins this moment"}


def grant(user: User, tier: Tier, state: str) -> None:
    start, end = STATES[state]
    now = timezone.now()
    Membership.objects.create(
        user=user, tier=tier, starts_at=now + start, ends_at=None if end is None else now + end
    )


def tiers_of(user: User) -> set[Tier]:
    """The tier, asked of a fresh row and of what a request gets."""
    asked = Backend().get_user(user.pk)
    assert asked
    return {User.objects.get(pk=user.pk).tier, asked.tier}


def test_without_any_a_person_is_free(ada):
    assert tiers_of(ada) == {Tier.FREE}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("tier", PAID)
def test_one_membership(ada, tier, state):
    grant(ada, tier, state)
    assert tiers_of(ada) == {tier if state in RUNS else Tier.FREE}


def test_of_several_the_highest_running_counts(ada):
    for first, second in combinations(product(PAID, STATES), 2):
        Membership.objects.all().delete()
        grant(ada, *first)
        grant(ada, *second)
        running = {tier for tier, state in (first, second) if state in RUNS}
        expected = next((tier for tier in reversed(Tier) if tier in running), Tier.FREE)
        assert tiers_of(ada) == {expected}, (first, second)


def test_anothers_membership_does_not_count(ada, eve):
    grant(eve, Tier.PRO, "running")
    assert tiers_of(ada) == {Tier.FREE}


def test_the_membership_that_is_shown_is_the_longest(ada):
    grant(ada, Tier.PLUS, "running")
    assert ada.membership.ends_at
    grant(ada, Tier.PLUS, "without end")
    assert ada.membership.ends_at is None


def test_ending(ada):
    grant(ada, Tier.PRO, "without end")
    grant(ada, Tier.PLUS, "not yet")
    for membership in ada.memberships.all():
        membership.end(timezone.now())
    assert tiers_of(ada) == {Tier.FREE}


def test_a_membership_cannot_end_before_it_starts(ada):
    now = timezone.now()
    with pytest.raises(IntegrityError):
        Membership.objects.create(user=ada, tier="plus", starts_at=now, ends_at=now - DAY)


def test_an_address_is_one_person_whatever_its_capitals(ada):
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="ADA@example.org")])


# ---- roles are not tiers ------------------------------------------------------------------------


def test_the_site_has_a_group_for_instructors(db):
    # A test with a database of its own may have emptied this one: let the migration make it.
    migration = import_module("teaching.migrations.0002_instructors")
    Group.objects.filter(name="Instructors").delete()
    migration.make_group(apps, None)
    group = Group.objects.get(name="Instructors")
    assert [permission.codename for permission in group.permissions.all()] == ["open_classroom"]
    assert Permission.objects.filter(codename="open_classroom").count() == 1


def test_who_teaches(ada, grace, admin):
    for user, teaches in ((ada, False), (grace, True), (admin, True)):
        assert User.objects.get(pk=user.pk).can_teach is teaches
        assert Backend().get_user(user.pk).can_teach is teaches
        assert user.tier == Tier.FREE


def test_a_permission_of_ones_own_counts(ada):
    ada.user_permissions.add(Permission.objects.get(codename="open_classroom"))
    assert Backend().get_user(ada.pk).can_teach


def test_a_person_who_is_gone_is_nobody(ada):
    client = Client()
    client.force_login(ada)
    ada.delete()
    assert client.get("/me/settings/").status_code == 302
