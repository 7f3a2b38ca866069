"""The progress of a class: the matrix, the ways to look at it that are kept, and the files."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import LearnerRequest, personal
from teaching.access import class_of
from teaching.matrix import WORDS, Matrix, cells_html, matrix
from teaching.matrix_view import SORTS, STATES, View
from teaching.models import SavedView, Seat

PER_PAGE = 100
MOST_VIEWS = 20


@require_safe
@login_required
def progress(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Learners by lessons."""
    classroom = class_of(request.user, public_id)
    view = View.of(request.GET.dict())
    shown = matrix(classroom, view, timezone.now())
    page = Paginator(shown.seats, PER_PAGE).get_page(request.GET.get("page", "1"))
    rows = [(row, cells_html(row, shown.lessons)) for row in shown.rows(list(page))]
    views = SavedView.objects.filter(seat__classroom=classroom, seat__user=request.user)
    context = {
        "classroom": classroom,
        "tab": "class_progress",
        "view": view,
        "matrix": shown,
        "groups": shown.groups,
        "page": page,
        "query": f"{view.query}&" if view.query else "",
        "rows": rows,
        "foot": shown.foot() if rows else [],
        "sorts": _sorts(view),
        "sort_labels": SORTS,
        "states": STATES,
        "words": WORDS,
        "parts": _parts(shown),
        "views": list(views),
    }
    return personal(render(request, "teaching/progress.html", context))


def _sorts(view: View) -> dict[str, tuple[str, str]]:
    """For each order: the address that sorts by it, and what `aria-sort` says now."""
    now = "descending" if view.down else "ascending"
    return {
        name: (f"?{view.sorted_by(name).query}", now if name == view.sort else "none")
        for name in SORTS
    }


def _parts(shown: Matrix) -> list[tuple[int, str]]:
    """The modules of the class to choose from, also those that are not shown now."""
    modules = {lesson.module_id: lesson.module for lesson in shown.every}
    several = len({module.course_id for module in modules.values()}) > 1
    return [
        (key, f"{module.course.title}: {module.title}" if several else module.title)
        for key, module in modules.items()
    ]


class ViewForm(forms.ModelForm[SavedView]):
    """A name for a way to look."""

    class Meta:
        model = SavedView
        fields = ["name"]


@require_POST
@login_required
def save_view(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Keep the way one looks under a name, or forget one."""
    classroom = class_of(request.user, public_id)
    seat = get_object_or_404(classroom.seats.current().instructors(), user=request.user)
    view = View.of(request.POST.dict())
    here = reverse("class_progress", args=[classroom.public_id])
    if forget := request.POST.get("forget", "").replace("\0", ""):  # PostgreSQL takes no NUL
        gone, _ = seat.views.filter(name=forget).delete()
        if gone:
            messages.success(request, f"“{forget}” is forgotten.")
        return redirect(f"{here}?{view.query}")
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the view a name of 1 to 60 characters.")
    elif _keep(seat, form.cleaned_data["name"], view):
        messages.success(request, f"“{form.cleaned_data['name']}” is kept.")
    else:
        messages.error(request, f"You keep {MOST_VIEWS} views already. Forget one first.")
    return redirect(f"{here}?{view.query}")


def _keep(seat: Seat, name: str, view: View) -> bool:
    """Keep the view, in place of one of the same name; False: there are enough already."""
    with transaction.atomic():
        Seat.objects.select_for_update().get(pk=seat.pk)
        others = seat.views.exclude(name=name).count()
        if others >= MOST_VIEWS:
            return False
        seat.views.update_or_create(name=name, defaults={"query": view.query})
    return True
