"""The preview at the author's desk: the real lesson page, for what is not published or not saved.

It shows what a reader without an account would see. Nothing is stored and nothing is cached.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from accounts.http import personal, viewer
from lessons import markdown
from lessons.drafts import Draft, draft_of
from lessons.models import Lesson, Module
from pages.lesson import lesson_page, with_questions


@require_http_methods(["GET", "HEAD", "POST"])
def preview_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """A stored lesson (GET), or the lesson as the form sent has it (POST; key 0: a new one).

    A script asks for JSON and gets the page with the list of problems.
    """
    person = viewer(request)
    writing = request.method == "POST"
    right = "view" if not writing else "change" if pk else "add"
    if (
        person is None
        or not person.is_active
        or not person.is_staff
        or not (person.has_perm(f"lessons.{right}_lesson") or _may_change(person, right))
    ):
        raise PermissionDenied
    lesson = _lesson(pk) if pk or not writing else Lesson()
    as_json = request.headers.get("Accept") == "application/json"
    if not writing:
        return personal(HttpResponse(_page(request, lesson)))
    try:
        draft = draft_of(lesson, request.POST.dict())
    except markdown.TooLarge as error:
        return _refused(str(error), as_json)
    except Module.DoesNotExist:
        return _refused("Make a course and a module first: a lesson stands in one.", as_json)
    html = _page(request, draft.lesson, draft)
    if not as_json:
        return personal(HttpResponse(html))
    problems = [{"line": p.line, "message": p.message} for p in draft.problems]
    return personal(JsonResponse({"html": html, "problems": problems}))


def _may_change(person: Any, right: str) -> bool:
    """Who may change a lesson may also see it."""
    return right == "view" and bool(person.has_perm("lessons.change_lesson"))


def _lesson(pk: int) -> Lesson:
    lesson: Lesson | None = with_questions(Lesson.objects.filter(pk=pk)).first()
    if lesson is None:
        raise Http404(f"No lesson {pk}")
    return lesson


def _refused(why: str, as_json: bool) -> HttpResponse:
    if as_json:
        return personal(JsonResponse({"error": why}))
    return personal(HttpResponse(why, content_type="text/plain; charset=utf-8", status=422))


def _page(request: HttpRequest, lesson: Any, draft: Draft | None = None) -> str:
    """The page as a reader without an account gets it at the lesson's own address."""
    if not hasattr(lesson, "questions"):
        lesson.questions = 0
    context = lesson_page(lesson, None)
    if draft is not None:
        context["tools"] = draft.tools
        context["objectives"] = [
            {"html": markdown.render_inline(text), "standing": None} for text in draft.objectives
        ]
    reader = HttpRequest()
    reader.method = "GET"
    reader.META = {
        name: request.META[name]
        for name in ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST")
        if name in request.META
    }
    reader.path = reader.path_info = lesson.get_absolute_url()
    reader.user = AnonymousUser()
    return render_to_string("pages/lesson.html", context, reader)
