"""Who is in a class, and how people come in: links, codes and invitations."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.adapter import on_site
from accounts.http import LearnerRequest, personal
from teaching import invitations, joining
from teaching.access import class_of, running_class_of
from teaching.forms import InviteForm, LinkForm
from teaching.models import Classroom, Invitation, JoinLink, Seat, is_former, is_there

PER_PAGE = 100
MOST_LINKS = 20
LEARNERS, FORMER, INVITED = "learners", "former", "invitations"


@require_safe
@login_required
def class_people(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Instructors, the links that lead in, and one list: learners, former people, invitations.

    `show` chooses the list, `q` searches names and addresses in it.
    """
    classroom, now = class_of(request.user, public_id), timezone.now()
    show = request.GET.get("show", LEARNERS)
    show = show if show in {FORMER, INVITED} else LEARNERS
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]  # PostgreSQL takes no NUL
    rows = _listed(classroom, show, words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page", "1"))
    if show == INVITED:
        page.object_list = [(row, state_of(row, now)) for row in page.object_list]
    context = {
        "classroom": classroom,
        "tab": "class_people",
        "show": show,
        "words": words,
        "kept": f"{urlencode({'show': show, 'q': words})}&",
        "page": page,
        "counts": classroom.seats.aggregate(
            learners=Count("pk", Q(is_there(), role=Seat.Role.LEARNER)),
            former=Count("pk", is_former()),
        ),
        "invited": classroom.invitations.aggregate(
            all=Count("pk"),
            # Both of those that stand.
            waiting=Count("pk", Q(pk__in=invitations.to_send(now, classroom).values("pk"))),
            standing=Count("pk", Q(accepted_at=None, revoked_at=None, expires_at__gt=now)),
        ),
        "instructors": classroom.seats.current()
        .instructors()
        .select_related("user")
        .order_by("user__name", "user__email", "pk")[:PER_PAGE],
        "links": [_shown(link) for link in classroom.join_links.valid(now)[:MOST_LINKS]],
        "link_form": LinkForm(),
        "at_once": invitations.AT_ONCE,
    }
    return personal(render(request, "teaching/class_people.html", context))


def _listed(classroom: Classroom, show: str, words: str) -> QuerySet[Any]:
    """The rows of a list, with these words in the name or the address."""
    if show == INVITED:
        invited = classroom.invitations.all()
        if words:
            invited = invited.filter(Q(name__icontains=words) | Q(email__icontains=words))
        return invited.order_by("email", "pk")
    seats = classroom.seats.select_related("user")
    seats = seats.former() if show == FORMER else seats.there().learners()
    if words:
        seats = seats.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    return seats.order_by("user__name", "user__email", "pk")


def _shown(link: JoinLink) -> dict[str, Any]:
    """A link as the page shows it."""
    return {
        "pk": link.pk,
        "code": f"{link.code[:5]}-{link.code[5:]}",
        "address": on_site(link.get_absolute_url()),
        "expires_at": link.expires_at,
    }


def state_of(invitation: Invitation, now: datetime) -> dict[str, Any]:
    """What has become of an invitation: in words, with a note, and what may be done."""
    if invitation.accepted_at:
        return {"name": "Taken up", "at": invitation.accepted_at}
    if invitation.revoked_at:
        return {"name": "Revoked", "at": invitation.revoked_at}
    if invitation.expires_at <= now:
        return {"name": "Expired", "at": invitation.expires_at, "may": True}
    if invitation.error:
        return {"name": "Failed", "note": invitation.error, "may": True}
    if invitation.sent_at:
        return {"name": "Sent", "at": invitation.sent_at, "may": True}
    return {"name": "To be sent", "may": True, "waits": True}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_remove(request: LearnerRequest, public_id: str, seat: int) -> HttpResponse:
    """Take somebody out of the class, after asking."""
    classroom = running_class_of(request.user, public_id)
    theirs = get_object_or_404(
        classroom.seats.current().exclude(user=request.user).select_related("user"), pk=seat
    )
    name = theirs.user.display_name
    if request.method == "POST":
        try:
            joining.leave(theirs, timezone.now())
        except joining.NotPossibleError as why:  # of two who remove each other the first stays
            messages.error(request, str(why))
        else:
            messages.success(request, f"{name} is no longer in the class.")
        return redirect("class_people", public_id)
    context = {
        "classroom": classroom,
        "tab": "class_people",
        "title": f"Remove {name}?",
        "verb": "Remove from the class",
        "text": f"What you have seen of {name} until now stays here under “Former”; nothing that "
        "comes after is seen. With a link that still leads in they can join again: revoke it "
        "first if they should not.",
        "back": "class_people",
    }
    return personal(render(request, "teaching/class_confirm.html", context))


# Links --------------------------------------------------------------------------------------------


@require_POST
@login_required
def class_link_new(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Make a link with its code, for as long as was chosen."""
    classroom, now = running_class_of(request.user, public_id), timezone.now()
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how long the link leads in.")
    elif classroom.join_links.valid(now).count() >= MOST_LINKS:
        messages.error(request, f"A class has {MOST_LINKS} links at most. Revoke one first.")
    else:
        classroom.join_links.create(expires_at=form.expires_at(now))
        messages.success(request, "The link leads into the class.")
    return redirect("class_people", public_id)


@require_POST
@login_required
def class_link_revoke(request: LearnerRequest, public_id: str, link: int) -> HttpResponse:
    """Let a link lead nowhere."""
    classroom = running_class_of(request.user, public_id)
    theirs = get_object_or_404(classroom.join_links, pk=link)
    classroom.join_links.filter(pk=theirs.pk, revoked_at=None).update(revoked_at=timezone.now())
    messages.success(request, "The link leads nowhere any more. Who joined by it stays.")
    return redirect("class_people", public_id)


# Invitations --------------------------------------------------------------------------------------


def _to_invitations(public_id: str) -> HttpResponse:
    return redirect(f"{reverse('class_people', args=[public_id])}?show={INVITED}#list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_invite(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Invite people by their addresses; the first mails go out before the page answers.

    Nobody is invited while a line is wrong.
    """
    classroom = running_class_of(request.user, public_id)
    form = InviteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        invited = invitations.invite(
            classroom, request.user, form.people, form.cleaned_data["role"], now
        )
        messages.success(request, _report(invited))
        if invited.new:
            invitations.send_invitations(now, classroom)
        return _to_invitations(public_id)
    context = {"classroom": classroom, "tab": "class_people", "form": form}
    return personal(render(request, "teaching/class_invite.html", context))


def _report(invited: invitations.Invited) -> str:
    parts = [f"{invited.new} invited"]
    if invited.seated:
        parts.append(f"{invited.seated} in the class already")
    if invited.waiting:
        parts.append(f"{invited.waiting} invited before")
    return f"{', '.join(parts)}."


@require_POST
@login_required
def class_invite_send(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Send the next invitations of those that wait."""
    classroom, now = running_class_of(request.user, public_id), timezone.now()
    sent = invitations.send_invitations(now, classroom)
    if not sent and invitations.to_send(now, classroom).exists():
        messages.warning(request, "The mail server took none just now. They wait; try again later.")
    return _to_invitations(public_id)


@require_POST
@login_required
def class_invitation_resend(
    request: LearnerRequest, public_id: str, invitation: int
) -> HttpResponse:
    """Send an invitation again, valid for as long as a new one."""
    classroom, now = running_class_of(request.user, public_id), timezone.now()
    theirs = get_object_or_404(classroom.invitations, pk=invitation)
    if invitations.resend(theirs, now):
        invitations.send_invitations(now, classroom)
        theirs.refresh_from_db()
        if theirs.sent_at:
            messages.success(request, f"The invitation to {theirs.email} is sent again.")
        else:
            messages.warning(request, f"The invitation to {theirs.email} is not sent yet.")
    else:
        messages.info(request, "This invitation was taken up or revoked, or was sent just now.")
    return _to_invitations(public_id)


@require_POST
@login_required
def class_invitation_revoke(
    request: LearnerRequest, public_id: str, invitation: int
) -> HttpResponse:
    """Let an invitation lead nowhere."""
    classroom = running_class_of(request.user, public_id)
    theirs = get_object_or_404(classroom.invitations, pk=invitation)
    if invitations.revoke(theirs, timezone.now()):
        messages.success(request, f"The invitation to {theirs.email} leads nowhere any more.")
    else:
        messages.info(request, "This invitation was taken up or revoked already.")
    return _to_invitations(public_id)
