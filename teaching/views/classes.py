"""The instructor's side. A class is always found through the person who teaches it."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from teaching.access import instructor
from teaching.compare import courses_to_compare
from teaching.models import Classroom

PER_PAGE = 100


@require_safe
@login_required
def teach(request: LearnerRequest) -> HttpResponse:
    """The instructor's classes: those that run, or the archived ones."""
    archived = "archived" in request.GET
    mine = Classroom.objects.taught_by(instructor(request.user))
    classes = mine.filter(archived_at__isnull=not archived).counted().prefetch_related("courses")
    context = {
        "page": Paginator(classes, PER_PAGE).get_page(request.GET.get("page", "1")),
        "archived": archived,
        "courses": courses_to_compare(request.user),
        "others": mine.filter(archived_at__isnull=archived).count(),
    }
    return personal(render(request, "teaching/teach.html", context))
