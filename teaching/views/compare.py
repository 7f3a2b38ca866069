"""Classes and runs of one course side by side."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from lessons.models import Course
from teaching.compare import FEWEST, classes_for, compare, is_lead, score_labels

PER_PAGE = 50


@require_safe
@login_required
def course(request: LearnerRequest, slug: str) -> HttpResponse:
    """The classes of the course that the person teaches; for a course lead, all of them."""
    lead = is_lead(request.user)
    here = get_object_or_404(Course.objects.published(), slug=slug)
    classes = list(classes_for(request.user, here, lead=lead))
    if not classes and not lead:
        raise Http404("The person teaches no class of this course.")
    page = Paginator(classes, PER_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "course": here,
        "lead": lead,
        "page": page,
        "fewest": FEWEST,
        "comparison": compare(here, list(page), timezone.now(), lead=lead),
        "score_labels": score_labels(),
    }
    return personal(render(request, "teaching/course.html", context))
