"""System checks: settings that can't work are errors, settings that will disappoint are warnings.

`manage.py check --deploy` shows them all; the service runs it before it starts (docs/operate.md).
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.http.request import validate_host

VERIFICATIONS = ("none", "optional", "mandatory")


@register(Tags.security)
def check_site(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SITE_URL and EMAIL_VERIFICATION say something that can be."""
    found: list[CheckMessage] = []
    if not _origin_host(settings.SITE_URL):
        found.append(
            Error(
                f"SITE_URL is no http(s) origin: {settings.SITE_URL!r}",
                hint="It is how people reach the site, without a path: https://learn.example.org",
                id="lectern.E001",
            )
        )
    if settings.ACCOUNT_EMAIL_VERIFICATION not in VERIFICATIONS:
        found.append(
            Error(
                f"EMAIL_VERIFICATION is {settings.ACCOUNT_EMAIL_VERIFICATION!r}.",
                hint=f"It is one of {', '.join(VERIFICATIONS)}.",
                id="lectern.E002",
            )
        )
    return found


def _origin_host(url: str) -> str | None:
    """The host of an http(s) address that has nothing behind it; None for any other."""
    try:
        parts = urlsplit(url)
        more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
        fits = parts.scheme in {"http", "https"} and not more and parts.port != 0
    except ValueError:
        return None
    return parts.hostname if fits else None


@register(Tags.files)
def check_folders(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What the site writes to can be written."""
    wanted = {"MEDIA_ROOT": Path(settings.MEDIA_ROOT)}
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and ":memory:" not in str(database["NAME"]):
        wanted["DATABASE_URL"] = Path(database["NAME"]).absolute().parent
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("FileBasedCache"):
        wanted["CACHE_URL"] = Path(cache["LOCATION"])
    return [
        Error(
            f"{name}: the folder {folder} can't be written by this user.",
            hint="Make it and give it to the user that runs the site, or set VAR_DIR elsewhere.",
            id="lectern.E003",
        )
        for name, folder in wanted.items()
        if not _is_writable(folder)
    ]


def _is_writable(folder: Path) -> bool:
    """Whether it, or the nearest folder above that exists, lets this user write."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A site for the public can reach people, and is no demo."""
    found: list[CheckMessage] = []
    host = _origin_host(settings.SITE_URL)
    if host and not validate_host(host, settings.ALLOWED_HOSTS):
        found.append(
            Caution(
                f"ALLOWED_HOSTS does not have the host of SITE_URL, {host}.",
                hint="Links in mails lead to SITE_URL, which would answer 400. Add the host.",
                id="lectern.W001",
            )
        )
    to_console = settings.MAILERS["default"]["BACKEND"].endswith("console.EmailBackend")
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and to_console and not settings.DEBUG:
        found.append(
            Caution(
                "New people must confirm their address, but mail is only written to the log.",
                hint="Set EMAIL_URL=smtp://…, or EMAIL_VERIFICATION=optional on a site without.",
                id="lectern.W002",
            )
        )
    if settings.DEMO and settings.SECURE_SITE:
        found.append(
            Caution(
                "DEMO is on at a site with https: everybody knows the demo people's password.",
                hint="Remove DEMO from the environment and var/env, and delete the demo people.",
                id="lectern.W003",
            )
        )
    return found
