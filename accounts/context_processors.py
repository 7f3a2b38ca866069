"""What every template knows: the site's name, the person, and what they may use."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest

from .http import is_own_path, tier_of, viewer
from .tiers import Can

_SECTIONS = {
    "": "courses",
    "courses": "courses",
    "lessons": "courses",
    "playbooks": "playbooks",
    "tools": "tools",
    "me": "me",
    "teach": "teach",
}


def way_back(request: HttpRequest) -> str:
    """What a link to sign-in or sign-up ends with, so that the person comes back: `?next=…`.

    On those pages themselves it is the place they were given already. Elsewhere the query stays
    out: a public page is kept for all readers, whatever one of them put behind its address.
    """
    if request.path.startswith("/accounts/"):
        place = request.POST.get("next") or request.GET.get("next")
    else:
        place = request.path
    return f"?{urlencode({'next': place})}" if place != "/" and is_own_path(place) else ""


def people(request: HttpRequest) -> dict[str, Any]:
    """`viewer` (None for an anonymous reader), `can`, `nav` (the section), `way_back`, the site."""
    person = viewer(request)
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "viewer": person,
        "way_back": way_back(request),
        "can": Can(tier_of(person)),
        "nav": _SECTIONS.get(request.path.split("/")[1], ""),
    }
