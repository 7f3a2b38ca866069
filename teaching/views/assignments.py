"""What is due in a class: the list, assigning, changing, removing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest, personal
from teaching import assigning
from teaching.access import class_of, running_class_of
from teaching.due_forms import AssignForm, AssignmentForm, DueForm

TAB = "class_assignments"


@require_safe
@login_required
def class_assignments(request: LearnerRequest, public_id: str) -> HttpResponse:
    """The assignments by due date, each with how many have done it and how many are behind."""
    classroom = class_of(request.user, public_id)
    context = {
        "classroom": classroom,
        "tab": TAB,
        "rows": assigning.rows(classroom, timezone.now()),
        "most": assigning.MOST,
    }
    return personal(render(request, "teaching/assignments.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_assign(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Assign lessons, single ones or whole modules, with one due date."""
    classroom = running_class_of(request.user, public_id)
    modules = list(assigning.to_assign(classroom))
    form = AssignForm(request.POST or None, classroom=classroom, modules=modules)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = assigning.assign(
                classroom, form.chosen, asked["what"], form.due_at, asked["note"]
            )
        except assigning.TooMany as error:
            most = assigning.MOST
            form.add_error(
                "lessons", f"A class has at most {most} assignments: {error.left} are left."
            )
        else:
            messages.success(request, f"{made} lesson{'' if made == 1 else 's'} assigned.")
            _say(request, form)
            return redirect(TAB, public_id)
    context = {"classroom": classroom, "tab": TAB, "form": form, "modules": modules}
    return personal(render(request, "teaching/assign.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_assignment(request: LearnerRequest, public_id: str, assignment: int) -> HttpResponse:
    """Change what an assignment asks, when it is due, and its note."""
    classroom = running_class_of(request.user, public_id)
    row = get_object_or_404(classroom.assignments.select_related("lesson"), pk=assignment)
    form = AssignmentForm(
        request.POST or None,
        classroom=classroom,
        due_at=row.due_at,
        initial={"what": row.what, "note": row.note},
    )
    if request.method == "POST" and form.is_valid():
        row.what, row.note = form.cleaned_data["what"], form.cleaned_data["note"]
        row.due_at = form.due_at
        row.save(update_fields=["what", "note", "due_at"])
        messages.success(request, "The assignment is saved.")
        _say(request, form)
        return redirect(TAB, public_id)
    context: dict[str, Any] = {"classroom": classroom, "tab": TAB, "form": form, "assignment": row}
    return personal(render(request, "teaching/assignment.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_assignment_remove(
    request: LearnerRequest, public_id: str, assignment: int
) -> HttpResponse:
    """Remove an assignment, after asking."""
    classroom = running_class_of(request.user, public_id)
    mine = classroom.assignments.filter(pk=assignment)
    if request.method == "POST":
        if mine.delete()[0]:
            messages.success(request, "The lesson is not assigned any more.")
        return redirect(TAB, public_id)
    row = get_object_or_404(mine.select_related("lesson"))
    context = {
        "classroom": classroom,
        "tab": TAB,
        "assignment": row,
        "later": row.extensions.count(),
    }
    return personal(render(request, "teaching/assignment_remove.html", context))


def _say(request: LearnerRequest, form: DueForm) -> None:
    """Say which of two times was taken."""
    if form.said_twice:
        messages.info(request, form.said_twice)
