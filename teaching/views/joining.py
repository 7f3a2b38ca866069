"""The way into a class: a code that is typed, a link, an invitation. Looking never joins."""

from http import HTTPStatus
from typing import Any

from allauth.core.internal import ratelimit  # the public one never counts a GET
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import personal, viewer
from accounts.models import User
from teaching import joining
from teaching.forms import CodeForm, as_stored
from teaching.models import Invitation, JoinLink, Seat

type Way = JoinLink | Invitation


@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """Where one types the code of a class; it leads on to the page of the class."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return personal(render(request, "teaching/join_code.html", {"form": form}))
    if _limited(request):
        return _too_many(request)
    way = _way(form.cleaned_data["code"])
    if way is None or not _leads_in(way):
        return _nowhere(request, request.POST["code"])
    return redirect(way)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """A class, what joining it means, and a button; only pressing that joins.

    404, in the same words, for a code that was never made and for one that has ended; 429 for
    somebody who tries many.
    """
    if _limited(request):
        return _too_many(request)
    me, way = viewer(request), _way(as_stored(code))
    seat = me.seats.current().filter(classroom=way.classroom).first() if me and way else None
    if way is None or not (seat or _leads_in(way)):
        return _nowhere(request, code)
    asked_to_teach = isinstance(way, Invitation) and way.role == Seat.Role.INSTRUCTOR
    rises = asked_to_teach and _leads_in(way) and seat and seat.role == Seat.Role.LEARNER
    if seat and not rises:
        seated = {"classroom": way.classroom, "seat": seat}
        return personal(render(request, "teaching/join_seated.html", seated))
    if request.method == "POST":
        return _take(request, me, way) if me else redirect_to_login(request.path)
    context: dict[str, Any] = {
        "classroom": way.classroom,
        "teaches": asked_to_teach,
        "may_teach": bool(me and me.can_teach),
        "learns": bool(rises),
        "instructors": _instructors(way) if me else [],
    }
    return personal(render(request, "teaching/join.html", context))


def _take(request: HttpRequest, me: User, way: Way) -> HttpResponse:
    """Join, and go on to the class."""
    now = timezone.now()
    try:
        if isinstance(way, Invitation):
            joined = joining.accept(me, way, now)
        else:
            joined = joining.join(me, way, now)
    except joining.NoWayInError:
        return _nowhere(request, way.code)
    except joining.NotPossibleError as why:
        messages.error(request, str(why))
        return redirect(request.path)
    if joined.is_new:
        messages.success(request, f"You are in “{way.classroom.name}”.")
    if joined.seat.role == Seat.Role.INSTRUCTOR:
        return redirect(way.classroom)
    return redirect("my_class", way.classroom.public_id)


def _way(code: str) -> Way | None:
    """What was made with this code, whether it still leads in or not."""
    for ways in (JoinLink.objects, Invitation.objects):
        if way := ways.filter(code=code).select_related("classroom").first():
            return way
    return None


def _leads_in(way: Way) -> bool:
    return type(way).objects.valid(timezone.now()).filter(pk=way.pk).exists()


def _instructors(way: Way) -> list[str]:
    """The names of those who teach the class."""
    seats = way.classroom.seats.current().instructors().select_related("user")
    return [seat.user.display_name for seat in seats.order_by("user__name", "pk")]


def _nowhere(request: HttpRequest, code: str) -> HttpResponse:
    """The one answer to every code that leads nowhere; it counts against guessing."""
    _limited(request, count=True)
    form = CodeForm(initial={"code": code[:60]})
    answer = render(
        request, "teaching/join_nowhere.html", {"form": form}, status=HTTPStatus.NOT_FOUND
    )
    return personal(answer)


def _limited(request: HttpRequest, *, count: bool = False) -> bool:
    """Whether too many wrong codes came from this person or address; `count`: here is another."""
    return not ratelimit.consume(
        request,
        app="allauth.account",
        action="join_person" if viewer(request) else "join_visitor",
        dry_run=not count,
        limit_get=True,
    )


def _too_many(request: HttpRequest) -> HttpResponse:
    return personal(render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS))
