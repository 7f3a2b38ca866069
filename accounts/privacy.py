"""What this room knows of a person, and how it forgets it.

`pages` asks the rooms above first: erasing here ends with the person's own row.
"""

from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from .models import User


def export(user: User) -> dict[str, Any]:
    """Profile, addresses, memberships, sign-ins and second factors (no secrets), for JSON."""
    return {
        "profile": {
            "email": user.email,
            "name": user.name,
            "time_zone": user.time_zone,
            "letter_keys": user.letter_keys,
            "joined": user.date_joined.isoformat(),
            "last_sign_in": user.last_login and user.last_login.isoformat(),
            "tier": user.tier.value,
            "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
        },
        "addresses": [
            {"email": row.email, "confirmed": row.verified, "primary": row.primary}
            for row in user.emailaddress_set.order_by("pk")
        ],
        "memberships": [
            {
                "tier": row.tier,
                "source": row.source,
                "starts_at": row.starts_at.isoformat(),
                "ends_at": row.ends_at and row.ends_at.isoformat(),
                "note": row.note,
            }
            for row in user.memberships.order_by("pk")
        ],
        "sessions": [
            {
                "started": row.created_at.isoformat(),
                "last_seen": row.last_seen_at.isoformat(),
                "address": row.ip,
                "browser": row.user_agent,
            }
            for row in UserSession.objects.filter(user=user).order_by("pk")
        ],
        "second_factors": [
            {
                "kind": row.get_type_display(),
                "added": row.created_at.isoformat(),
                "last_used": row.last_used_at and row.last_used_at.isoformat(),
            }
            for row in Authenticator.objects.filter(user=user).order_by("pk")
        ],
    }


def erase(user: User) -> None:
    """Forget the person: the row, and all of this room's that hangs on it.

    Addresses, memberships, second factors and the list of sessions go with the row. The sessions
    themselves are told by their content only (they hold the address, too), so each is looked at.
    """
    with transaction.atomic():
        _end_sessions(user)
        user.delete()


def _end_sessions(user: User) -> None:
    """Delete every session in which the person is signed in, or half way there."""
    person, pending = str(user.pk), user_pk_to_url_str(user)
    theirs = []
    for session in Session.objects.iterator(chunk_size=500):
        data = session.get_decoded()
        if person in (
            data.get("_auth_user_id"),
            data.get("_account_authentication_methods_user"),
        ) or pending == (data.get("account_login") or {}).get("user_pk"):
            theirs.append(session.session_key)
    for start in range(0, len(theirs), 500):
        Session.objects.filter(session_key__in=theirs[start : start + 500]).delete()
