"""A learner's own pages: the dashboard, bookmarks, what is kept about them."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import accounts.privacy
import lessons.privacy
import quizzes.privacy
import teaching.privacy
from accounts.http import LearnerRequest, personal, viewer
from accounts.models import User
from lessons.models import Lesson
from pages.views.mastery import course_objectives
from pages.views.public import course_card, where_left_off
from progress.carry_over import carry_over, parse
from progress.summary import active_days, by_course, way
from quizzes.attempts import is_overdue
from quizzes.cards import due_count
from quizzes.models import Attempt
from teaching.agenda import next_due

# From the top room down: what hangs on a row goes before the row.
ROOMS = (teaching.privacy, quizzes.privacy, lessons.privacy, accounts.privacy)
RECENT = 8
PER_PAGE = 30


@require_safe
@login_required
def dashboard(request: LearnerRequest) -> HttpResponse:
    """Where a learner stands: what to go on with, courses begun, results."""
    me, now = request.user, timezone.now()
    begun = Lesson.objects.filter(
        Exists(me.lesson_progress.filter(lesson=OuterRef("pk")))
        | Exists(me.attempts.filter(quiz__lesson=OuterRef("pk")))
    )
    courses = list(by_course(way(me, module__course__in=begun.values("module__course"))))
    results = (
        me.attempts.exclude(state=Attempt.State.ABANDONED)
        .select_related("quiz__lesson")
        .only(
            "public_id",
            "state",
            "percent",
            "passed",
            "submitted_at",
            "started_at",
            "closes_at",
            "quiz__show_score",
            "quiz__lesson__slug",
            "quiz__lesson__title",
        )
        .order_by("-started_at")[:RECENT]
    )
    context = {
        "continue": where_left_off(me, courses),
        "due": due_count(me, now),
        "assigned": next_due(me, now),
        "courses": [{"progress": course, **course_card(course, me)} for course in courses],
        "objectives": course_objectives(me, courses),
        "active_days": active_days(me, now),
        "results": [(row, is_overdue(row, now)) for row in results],
        "bookmarks": list(_bookmarked(me)[:RECENT]),
    }
    return personal(render(request, "pages/dashboard.html", context))


def _bookmarked(me: User) -> Any:
    return (
        Lesson.objects.published()
        .filter(bookmarks__user=me)
        .outline()
        .order_by("-bookmarks__made_at")
    )


@require_safe
@login_required
def bookmarks(request: LearnerRequest) -> HttpResponse:
    """The lessons that a person keeps, newest first."""
    page = Paginator(_bookmarked(request.user), PER_PAGE).get_page(request.GET.get("page", "1"))
    return personal(render(request, "pages/bookmarks.html", {"page": page}))


class EraseForm(forms.Form):
    """The person types their own address, so that nothing is erased by a slip."""

    email = forms.EmailField(label="Your e-mail address, to confirm")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """The address, if it is the account's."""
        email: str = self.cleaned_data["email"]
        if email.casefold() != self.user.email.casefold():
            raise forms.ValidationError("That is not the address of this account.")
        return email


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def data(request: LearnerRequest) -> HttpResponse:
    """What is kept about the person: take it along, or have it erased."""
    form = EraseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = User.objects.get(pk=request.user.pk)
        logout(request)
        with transaction.atomic():
            for room in ROOMS:
                room.erase(user)
        return redirect("erased")
    return personal(render(request, "pages/data.html", {"form": form}))


@require_safe
def erased(request: LearnerRequest) -> HttpResponse:
    """The page after an account was erased."""
    return personal(render(request, "pages/erased.html"))


@require_safe
@login_required
def export(request: LearnerRequest) -> HttpResponse:
    """Everything kept about the person, as one JSON file."""
    everything: dict[str, Any] = {"made_at": timezone.now().isoformat()}
    for room in reversed(ROOMS):
        everything |= room.export(request.user)
    response = HttpResponse(
        json.dumps(everything, indent=2, ensure_ascii=False), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return personal(response)


@require_POST
def carry(request: LearnerRequest) -> HttpResponse:
    """Take over what this browser remembers from before the person signed in."""
    person = viewer(request)
    if person is None:
        return JsonResponse({"error": "Sign in first."}, status=401)
    try:
        entries = parse(request.POST.get("entries", ""), timezone.now())
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    added = carry_over(person, entries)
    if added:
        messages.success(
            request, f"Added {added} lesson{'s' if added != 1 else ''} that you had read before."
        )
    return JsonResponse({"added": added})
