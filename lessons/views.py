"""What a person does in a lesson: keep the place, say it is read, bookmark it, report a problem."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import LearnerRequest, viewer

from .forms import PlaceForm, ReportForm
from .models import Bookmark, Lesson, LessonProgress, ProblemReport


def published_lesson(slug: str) -> Lesson:
    """The published lesson at this address; 404 for every other."""
    return get_object_or_404(Lesson.objects.published().select_related("module__course"), slug=slug)


@require_POST
def place(request: LearnerRequest, slug: str) -> HttpResponse:
    """Keep where the person is. Sent by the page itself, so never answered with a redirect."""
    person = viewer(request)
    if person is None:
        return JsonResponse({"error": "Sign in to keep your place."}, status=401)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    LessonProgress.objects.note_place(person, published_lesson(slug), **form.cleaned_data)
    return HttpResponse(status=204)


@require_POST
@login_required
def read(request: LearnerRequest, slug: str) -> HttpResponse:
    """Mark a lesson as read, or with `read=0` take that back."""
    lesson = published_lesson(slug)
    if request.POST.get("read") == "0":
        LessonProgress.objects.unmark_read(request.user, lesson)
    else:
        LessonProgress.objects.mark_read(request.user, lesson)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(f"{lesson.get_absolute_url()}#end")


@require_POST
@login_required
def bookmark(request: LearnerRequest, slug: str) -> HttpResponse:
    """Keep a lesson among the bookmarks, or with `keep=0` let it go."""
    lesson = published_lesson(slug)
    if request.POST.get("keep") == "0":
        Bookmark.objects.filter(user=request.user, lesson=lesson).delete()
    else:
        Bookmark.objects.get_or_create(user=request.user, lesson=lesson)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    back = "bookmarks" if request.POST.get("from") == "bookmarks" else lesson
    return redirect(back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Report a problem with a lesson, or with one of its questions; no account is needed."""
    lesson = published_lesson(slug)
    person = viewer(request)
    form = ReportForm(
        request.POST or None,
        instance=ProblemReport(lesson=lesson, user=person),
        initial={"question": request.GET.get("question", "")[:80]},
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("report_thanks", slug=lesson.slug)
    return render(request, "lessons/report.html", {"lesson": lesson, "form": form, "sent": False})


@never_cache
def report_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The page after a report."""
    return render(
        request,
        "lessons/report.html",
        {"lesson": published_lesson(slug), "form": None, "sent": True},
    )
