"""Classes and runs of one course side by side."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from lessons.models import Course
from teaching.compare import FEWEST, Comparison, classes_for, compare, is_lead, score_labels

PER_PAGE = 50


def compared(request: LearnerRequest, slug: str) -> tuple[Course, bool, Page[Any], Comparison]:
    """The course, whether the person leads it, the page of its classes, and these compared.

    Raises Http404 for who may compare none of them.
    """
    lead = is_lead(request.user)
    here = get_object_or_404(Course.objects.published(), slug=slug)
    classes = list(classes_for(request.user, here, lead=lead))
    if not classes and not lead:
        raise Http404("The person teaches no class of this course.")
    page = Paginator(classes, PER_PAGE).get_page(request.GET.get("page", "1"))
    return here, lead, page, compare(here, list(page), timezone.now(), lead=lead)


@require_safe
@login_required
def course(request: LearnerRequest, slug: str) -> HttpResponse:
    """The classes of the course that the person teaches; for a course lead, all of them."""
    here, lead, page, found = compared(request, slug)
    context = {
        "course": here,
        "lead": lead,
        "page": page,
        "fewest": FEWEST,
        "comparison": found,
        "score_labels": score_labels(),
    }
    return personal(render(request, "teaching/course.html", context))
