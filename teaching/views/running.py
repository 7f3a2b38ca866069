"""Opening a class, changing it, and ending it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, personal
from teaching import joining
from teaching.access import class_of, instructor, running_class_of
from teaching.forms import ClassForm
from teaching.models import Classroom
from teaching.zones import move_to_zone


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_new(request: LearnerRequest) -> HttpResponse:
    """Open a class; who opens it is its first instructor. For those who may open classes."""
    founder = instructor(request.user)
    today: date = timezone.localdate()
    draft = Classroom(time_zone=founder.time_zone, starts_on=today)
    form = ClassForm(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        opened = joining.open_class(founder, form.instance, form.cleaned_data["courses"])
        messages.success(request, "The class is open. Now invite people, or give them a link.")
        return redirect("class_people", opened.public_id)
    return personal(render(request, "teaching/class_new.html", {"form": form}))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_settings(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Name, courses, time zone and first day; the ways to archive, leave and delete the class."""
    if request.method == "POST":
        classroom = running_class_of(request.user, public_id)
    else:
        classroom = class_of(request.user, public_id)
    # Of its own: what a refused form holds must not show up in the page's head.
    form = ClassForm(request.POST or None, instance=class_of(request.user, public_id))
    if request.method == "POST" and form.is_valid():
        _change(classroom, form)
        messages.success(request, "The settings are saved.")
        return redirect("class_settings", public_id)
    context = {
        "classroom": classroom,
        "tab": "class_settings",
        "form": form,
        "may_delete": not classroom.seats.learners().exists(),
    }
    return personal(render(request, "teaching/class_settings.html", context))


def _change(classroom: Classroom, form: ClassForm) -> None:
    """Store what the form says; what is due keeps its time on the wall of the class."""
    fields: dict[str, Any] = form.cleaned_data
    with transaction.atomic():
        if fields["time_zone"] != classroom.time_zone:
            move_to_zone(classroom, fields["time_zone"])
        classroom.name, classroom.starts_on = fields["name"], fields["starts_on"]
        classroom.save(update_fields=["name", "starts_on"])
        classroom.courses.set(fields["courses"])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_archive(request: LearnerRequest, public_id: str) -> HttpResponse:
    """End the class, after asking."""
    classroom = running_class_of(request.user, public_id)
    if request.method == "POST":
        joining.archive(classroom, timezone.now())
        messages.success(request, "The class is archived.")
        return redirect("class_settings", public_id)
    return _ask(
        request,
        classroom,
        "Archive this class?",
        "Archive the class",
        "Everything stays to be looked at, as it stands now. What its people do afterwards is "
        "not seen here any more; nothing can be changed, and no link or invitation leads in. You "
        "can restore it.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_restore(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Let an archived class run again, after asking."""
    classroom = get_object_or_404(
        Classroom.objects.taught_by(request.user).exclude(archived_at=None), public_id=public_id
    )
    if request.method == "POST":
        joining.restore(classroom)
        messages.success(request, "The class runs again.")
        return redirect("class_settings", public_id)
    return _ask(
        request,
        classroom,
        "Restore this class?",
        "Restore the class",
        "Its learners are seen again as they are now, with what they did in the meantime. What "
        "was due is due again, and links and invitations that have not ended lead in again.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_leave(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Give the instructor's seat up, after asking; the only one stays."""
    classroom = class_of(request.user, public_id)
    if request.method == "POST":
        try:
            joining.leave(classroom.seats.get(user=request.user), timezone.now())
        except joining.NotPossibleError as why:
            messages.error(request, str(why))
            return redirect("class_settings", public_id)
        messages.success(request, f"You no longer teach “{classroom.name}”.")
        return redirect("teach" if request.user.can_teach else "my_classes")
    return _ask(
        request,
        classroom,
        "Leave this class?",
        "Leave the class",
        "You no longer see it. The other instructors keep it, with the notes you wrote; one of "
        "them can invite you again.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_delete(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Delete a class in which nobody ever learned, after asking."""
    classroom = class_of(request.user, public_id)
    if request.method == "POST":
        try:
            joining.delete(classroom)
        except joining.NotPossibleError as why:
            messages.error(request, str(why))
            return redirect("class_settings", public_id)
        messages.success(request, f"“{classroom.name}” is deleted.")
        return redirect("teach" if request.user.can_teach else "my_classes")
    return _ask(
        request,
        classroom,
        "Delete this class?",
        "Delete the class",
        "Nobody has learned in it. It goes with its assignments, links and invitations, and can’t "
        "be brought back.",
    )


def _ask(
    request: LearnerRequest, classroom: Classroom, title: str, verb: str, text: str
) -> HttpResponse:
    """The page that asks before it is done, with one button."""
    context = {
        "classroom": classroom,
        "tab": "class_settings",
        "title": title,
        "verb": verb,
        "text": text,
        "back": "class_settings",
    }
    return personal(render(request, "teaching/class_confirm.html", context))
