"""Pages for everybody: the same bytes for each anonymous reader, a person's own when signed in."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import personal, viewer
from accounts.models import User
from accounts.tiers import BY_KEY
from lessons.cover import cover_svg
from lessons.models import (
    Course,
    FormerSlug,
    Lesson,
    LessonProgress,
    Licence,
    Playbook,
    Tool,
)
from pages import offers
from pages.caching import public_page
from pages.lesson import lesson_page, lessons_for
from pages.search import LONGEST_QUERY, search
from progress.summary import CourseProgress, by_course, way
from quizzes.cards import due_count
from teaching.agenda import next_due

PER_PAGE = 30


def _moved(published: QuerySet[Any], slug: str) -> HttpResponse:
    """Redirect from an address that something had before; 404 where nothing had it."""
    kind = published.model.kind
    former = FormerSlug.objects.filter(kind=kind, slug=slug).first()
    here = former and published.filter(pk=former.target).first()
    if not here:
        raise Http404(f"No {kind} at {slug}")
    return HttpResponsePermanentRedirect(here.get_absolute_url())


def _taken_down(slug: str) -> HttpResponse:
    """A lesson that left its course leads to the course; it may come back, so not for ever."""
    row = Lesson.objects.filter(slug=slug, archived_at__isnull=False).select_related(
        "module__course"
    )
    course = getattr(getattr(row.first(), "module", None), "course", None)
    if course is None or not Course.objects.published().filter(pk=course.pk).exists():
        return _moved(Lesson.objects.published(), slug)
    return redirect(course)


def _page_number(request: HttpRequest) -> str:
    return request.GET.get("page", "1")


def course_card(course: CourseProgress, person: User | None) -> dict[str, Any]:
    """A course as its card shows it."""
    return {
        "course": {
            "title": course.course.title,
            "url": course.course.get_absolute_url(),
            "summary": course.course.summary,
            "cover": cover_svg(course.course.slug),
            "lessons": course.total,
            "minutes": course.minutes,
        },
        "percent": course.percent if person else None,
    }


def where_left_off(person: User, path: list[CourseProgress]) -> dict[str, Any] | None:
    """The lesson to go on with: the one last seen, or the next where that is done. One query."""
    last = LessonProgress.objects.filter(user=person).order_by("-seen_at").first()
    for course in path:
        here = next((s for s in course.steps if last and s.lesson.pk == last.lesson_id), None)
        if here is None or last is None:
            continue
        step = here
        if here.done:
            after = course.steps[course.steps.index(here) + 1 :]
            step = next((s for s in after if not s.done), None) or course.next_step or here
        place, heading = (last.heading, "") if step is here else ("", "")
        if place:
            toc = Lesson.objects.values_list("toc", flat=True).get(pk=step.lesson.pk)
            heading = next((text for _, anchor, text in toc if anchor == place), "")
        url = step.lesson.get_absolute_url() + (f"#{place}" if heading else "")
        return {
            "lesson": {
                "title": step.lesson.title,
                "url": url,
                "course": course.course.title,
                "heading": heading,
            },
            "percent": course.percent,
            "cover": cover_svg(course.course.slug),
            "complete": course.complete,
        }
    return None


@public_page("page")
def home(request: HttpRequest) -> HttpResponse:
    """The courses; for a learner, where they left off comes first."""
    person = viewer(request)
    published = Course.objects.published().filter(modules__lessons__in=Lesson.objects.published())
    page = Paginator(published.distinct().order_by("position", "pk"), PER_PAGE).get_page(
        _page_number(request)
    )
    courses = list(by_course(way(person, module__course__in=[c.pk for c in page])))
    return render(
        request,
        "pages/home.html",
        {
            "cards": [course_card(course, person) for course in courses],
            "page": page,
            "continue": where_left_off(person, courses) if person else None,
            "first": courses[0].next_step if courses else None,
            "due": due_count(person, timezone.now()) if person else 0,
            "assigned": next_due(person, timezone.now()) if person else [],
        },
    )


@public_page()
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """A course: its modules and lessons, with the learner's ticks."""
    person = viewer(request)
    row = Course.objects.published().filter(slug=slug).first()
    if row is None:
        return _moved(Course.objects.published(), slug)
    progress = CourseProgress(way(person, module__course=row), row)
    return render(
        request,
        "pages/course.html",
        {
            "course": row,
            "progress": progress,
            "cover": cover_svg(row.slug),
            "direction": row.direction,
            "playbooks": [playbook_card(p) for p in row.playbooks.published()],
        },
    )


@public_page()
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """The lesson page (DESIGN: the page is the product)."""
    person = viewer(request)
    row = lessons_for(person).filter(slug=slug).first()
    if row is None:
        return _taken_down(slug)
    return render(request, "pages/lesson.html", lesson_page(row, person))


@public_page("licence", "vendor", "page")
def tools(request: HttpRequest) -> HttpResponse:
    """The tools, by licence and vendor."""
    licence = request.GET.get("licence", "")
    vendor = request.GET.get("vendor", "")
    rows = Tool.objects.published()
    vendors = list(rows.order_by("vendor").values_list("vendor", flat=True).distinct())
    if licence in Licence.values:
        rows = rows.filter(licence=licence)
    if vendor in vendors:
        rows = rows.filter(vendor=vendor)
    page = Paginator(rows.order_by("name", "pk"), PER_PAGE).get_page(_page_number(request))
    context = {
        "page": page,
        "licence": licence,
        "vendor": vendor,
        "vendors": vendors,
        "licences": Licence.choices,
        "query": urlencode({"licence": licence, "vendor": vendor}) + "&",
    }
    return render(request, "pages/tools.html", context)


@public_page()
def tool(request: HttpRequest, slug: str) -> HttpResponse:
    """A tool, with the lessons that cover it."""
    row = Tool.objects.published().filter(slug=slug).first()
    if row is None:
        return _moved(Tool.objects.published(), slug)
    steps = way(viewer(request), tool_links__tool=row)
    return render(
        request,
        "pages/tool.html",
        {"tool": row, "steps": steps[:PER_PAGE], "crumbs": [crumb("Tools", "/tools/")]},
    )


def crumb(label: str, url: str) -> dict[str, str]:
    """One step of a breadcrumb."""
    return {"label": label, "url": url}


def playbook_card(row: Playbook) -> dict[str, Any]:
    """A playbook as its card shows it."""
    return {
        "title": row.title,
        "url": row.get_absolute_url(),
        "summary": row.summary,
        "free": row.is_free,
    }


@public_page("page")
def playbooks(request: HttpRequest) -> HttpResponse:
    """The playbooks; what each needs stands on it."""
    rows = Playbook.objects.published().order_by("course__position", "position", "pk")
    page = Paginator(rows, PER_PAGE).get_page(_page_number(request))
    context = {"page": page, "cards": [playbook_card(row) for row in page]}
    return render(request, "pages/playbooks.html", context)


@public_page()
def playbook(request: HttpRequest, slug: str) -> HttpResponse:
    """A playbook: all of it for whoever has it, the opening for everybody."""
    person = viewer(request)
    row = Playbook.objects.published().select_related("course").filter(slug=slug).first()
    if row is None:
        return _moved(Playbook.objects.published(), slug)
    may_read = row.is_free or (person is not None and person.can["playbooks"])
    steps = way(person, playbooks=row)
    context = {
        "playbook": row,
        "may_read": may_read,
        "steps": steps,
        "tier": BY_KEY["playbooks"].tier.label,
        "crumbs": [crumb("Playbooks", "/playbooks/")],
    }
    return render(request, "pages/playbook.html", context)


@public_page()
def pricing(request: HttpRequest) -> HttpResponse:
    """What each tier has, from the one table."""
    return render(request, "pages/pricing.html", {"plans": offers.plans(offers.offered())})


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Search results. Not kept: there are as many pages as queries."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    hits = search(query)
    response = render(request, "pages/search.html", {"query": query, "hits": hits})
    if viewer(request) is not None:
        return personal(response)
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
