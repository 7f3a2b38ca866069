"""Pages for machines: feed, sitemap, robots, health."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lessons.models import Course, Lesson, Playbook, Tool
from pages.caching import public_page

NEWEST = 30
# A sitemap may hold 50,000 addresses; a site with more lessons than this says so in the docs.
MOST_ADDRESSES = 45_000


@public_page()
def feed(request: HttpRequest) -> HttpResponse:
    """The lessons that were updated last, as an Atom feed."""
    lessons = (
        Lesson.objects.published().select_related("module__course").order_by("-updated", "-pk")
    )
    return render(
        request,
        "pages/feed.xml",
        {"lessons": lessons[:NEWEST]},
        content_type="application/atom+xml; charset=utf-8",
    )


@public_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public address."""
    rows: list[tuple[str, Any]] = [
        (path, None) for path in ("/", "/tools/", "/playbooks/", "/pricing/")
    ]
    for queryset in (
        Course.objects.published().only("slug"),
        Lesson.objects.published().only("slug", "updated"),
        Tool.objects.published().only("slug"),
        Playbook.objects.published().only("slug", "updated"),
    ):
        rows += [
            (row.get_absolute_url(), getattr(row, "updated", None))
            for row in queryset[:MOST_ADDRESSES]
        ]
    return render(
        request, "pages/sitemap.xml", {"rows": rows}, content_type="application/xml; charset=utf-8"
    )


@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may leave alone."""
    private = ("/me/", "/teach/", "/join/", "/accounts/", "/admin/", "/quizzes/", "/search/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines.append(f"Sitemap: {settings.SITE_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration; 503 otherwise."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "the database does not answer"}, status=503)
    if waiting:
        why = f"{len(waiting)} migrations are not applied; run manage.py migrate"
        return JsonResponse({"ready": False, "why": why}, status=503)
    return JsonResponse({"ready": True})
