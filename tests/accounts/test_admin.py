"""The desk for people."""

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.utils import timezone

from accounts.models import Membership, User
from accounts.tiers import Tier
from tests.conftest import person

from .browser import is_in, sign_in

LIST = "/admin/accounts/user/"


def form_of(user: User, **changes) -> dict:
    """What the form of a person sends."""
    return {
        "email": user.email,
        "name": user.name,
        "is_active": "on",
        "time_zone": user.time_zone,
        "letter_keys": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        **changes,
    }


def test_people_are_found_by_address_and_name(as_admin, ada, eve):
    for words in ("lovel", "ada@ex"):
        User.objects.filter(pk=ada.pk).update(name="Ada Lovelace")
        html = as_admin.get(LIST, {"q": words}).content.decode()
        assert "ada@example.org" in html
        assert "eve@example.org" not in html


@pytest.mark.parametrize("tier", Tier)
def test_people_are_found_by_the_tier_of_now(as_admin, tier):
    for each in Tier:
        person(f"{each}@example.org", each)
    html = as_admin.get(LIST, {"tier": tier}).content.decode()
    assert [each for each in Tier if f"{each}@example.org" in html] == [tier]


def test_the_list_costs_the_same_for_many(as_admin, django_assert_num_queries):
    for n in range(30):
        person(f"paula{n}@example.org", Tier.PLUS)
        if n in (2, 29):
            with django_assert_num_queries(8):
                as_admin.get(LIST)


def test_granting_and_revoking(as_admin, ada):
    line = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-tier": "pro",
        "memberships-0-source": "granted",
        "memberships-0-starts_at_0": "2026-01-01",
        "memberships-0-starts_at_1": "00:00",
        "memberships-0-note": "won a prize",
        "memberships-0-user": str(ada.pk),
    }
    as_admin.post(f"{LIST}{ada.pk}/change/", form_of(ada, **line))
    assert User.objects.get(pk=ada.pk).tier == Tier.PRO
    assert Membership.objects.get().note == "won a prize"
    as_admin.post(LIST, {"action": "end_grants", "_selected_action": [ada.pk]})
    assert User.objects.get(pk=ada.pk).tier == Tier.FREE
    assert Membership.objects.get().ends_at <= timezone.now()


def test_ending_grants_leaves_what_is_paid(as_admin, ada):
    Membership.objects.create(user=ada, tier="plus", source=Membership.Source.STRIPE)
    as_admin.post(LIST, {"action": "end_grants", "_selected_action": [ada.pk]})
    assert User.objects.get(pk=ada.pk).tier == Tier.PLUS


def test_a_person_made_with_a_password_can_sign_in(as_admin, client):
    sent = {"email": "New@Example.org", "name": "New", "password1": "four plain old words"}
    as_admin.post(f"{LIST}add/", sent)
    sign_in(client, "new@example.org", "four plain old words")
    assert is_in(client)
    assert not mail.outbox


def test_a_person_made_without_gets_a_link(as_admin):
    response = as_admin.post(f"{LIST}add/", {"email": "new@example.org", "name": ""}, follow=True)
    assert "A link to choose a password was sent to new@example.org." in response.content.decode()
    assert not User.objects.get(email="new@example.org").has_usable_password()
    assert "http://testserver/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    "sent",
    [
        {"email": "ADA@example.org", "password1": ""},
        {"email": "new@example.org", "password1": "short"},
        {"email": "no", "password1": ""},
    ],
)
def test_a_person_who_cannot_be_is_refused(as_admin, ada, sent):
    response = as_admin.post(f"{LIST}add/", sent)
    assert response.status_code == 200
    assert User.objects.count() == 2


def test_a_changed_address_signs_in(as_admin, ada, client):
    as_admin.post(f"{LIST}{ada.pk}/change/", form_of(ada, email="Countess@example.org"))
    sign_in(client, "countess@example.org")
    assert is_in(client)
    assert [row.email for row in ada.emailaddress_set.all()] == ["countess@example.org"]


def test_links_are_sent_by_the_action(as_admin, ada, eve):
    as_admin.post(LIST, {"action": "send_links", "_selected_action": [ada.pk, eve.pk]})
    assert sorted(letter.to[0] for letter in mail.outbox) == [ada.email, eve.email]


@pytest.fixture
def as_clerk(ada, as_ada):
    """Ada may change people, but is no superuser."""
    ada.is_staff = True
    ada.save()
    ada.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    return as_ada


def test_a_clerk_cannot_make_herself_more(as_clerk, ada):
    sent = form_of(ada, is_superuser="on", is_staff="on", name="Ada the First")
    as_clerk.post(f"{LIST}{ada.pk}/change/", sent)
    ada.refresh_from_db()
    assert ada.name == "Ada the First"
    assert not ada.is_superuser


def test_a_clerk_cannot_touch_a_superuser(as_clerk, admin):
    for page in ("change", "password", "delete"):
        as_clerk.post(f"{LIST}{admin.pk}/{page}/", form_of(admin, name="Mine", post="yes"))
    assert User.objects.get(pk=admin.pk).name == ""
    for action in ("send_links", "delete_selected"):
        as_clerk.post(LIST, {"action": action, "_selected_action": [admin.pk], "post": "yes"})
    assert User.objects.filter(pk=admin.pk).exists()
