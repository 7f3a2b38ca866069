"""Who a request comes from, and where it may be sent on to."""

import unicodedata

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from .models import User
from .tiers import Tier


class LearnerRequest(HttpRequest):
    """A request behind `login_required`: its user is a person."""

    user: User


def viewer(request: HttpRequest) -> User | None:
    """The signed-in person, or None; without a session cookie nothing is asked of the session.

    Not touching the session keeps a public answer free of `Vary` and cookies it does not mean.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = getattr(request, "user", None)
    return user if isinstance(user, User) or getattr(user, "is_authenticated", False) else None


def tier_of(person: User | None) -> Tier:
    """A person's tier; an anonymous reader's is Free."""
    return person.tier if person else Tier.FREE


def is_own_path(url: str | None) -> bool:
    """Whether this is a path on this site, and nothing a browser could read as another host.

    Only paths from the root: `/lessons/x/?a=b`. Whole addresses are refused, this host's too;
    so are `//host`, backslashes, and control characters, which browsers drop before they look.
    """
    if not url or not url.startswith("/") or "\\" in url:
        return False
    if any(unicodedata.category(character) == "Cc" for character in url):
        return False
    return url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def personal[Answer: HttpResponseBase](response: Answer) -> Answer:
    """Mark an answer as one person's: no shared cache and no history keeps it."""
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie", "HX-Request"])
    return response
