"""Invitations to a class: written first, then sent, each claimed before it goes out."""

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.adapter import on_site
from accounts.models import User
from quizzes.models import public_id

from .addresses import Invitee
from .models import Classroom, Invitation, Seat
from .outbox import one_line, said_of

VALID_FOR = timedelta(days=30)
AGAIN_AFTER = timedelta(minutes=1)  # a button pressed twice sends once
AT_ONCE = 20  # mails sent while somebody waits for the page
# Whoever took a mail to send it and was stopped is given up after this; then it is sent anew.
CLAIMED_FOR = timedelta(minutes=15)
# What concerns one mail; anything else that goes wrong concerns the server, and all that wait.
REFUSED = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of a list: how many of its people are invited now, and how many were not."""

    new: int = 0
    seated: int = 0  # in the class already
    waiting: int = 0  # invited before, and it still stands


# Writing ------------------------------------------------------------------------------------------


def invite(
    classroom: Classroom, by: User, people: list[Invitee], role: str, now: datetime
) -> Invited:
    """Write an invitation for everybody who has neither a seat nor one that stands.

    Whether an address has an account here is never looked up: of whoever is not in the class,
    nothing is known. An invitation that was taken up, revoked or has expired is made anew, with
    another address to follow.
    """
    addresses = [person.email for person in people]
    with transaction.atomic():
        Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk)
        seated, standing, former = set[str](), set[str](), dict[str, Invitation]()
        for some in batched(addresses, 500):
            seats = classroom.seats.current().filter(user__email__in=some)
            seated.update(seats.values_list("user__email", flat=True))
            invitations = classroom.invitations.filter(email__in=some)
            standing.update(invitations.valid(now).values_list("email", flat=True))
            former |= {row.email: row for row in invitations}
        rows = []
        for person in people:
            if person.email in seated or person.email in standing:
                continue
            row = former.get(person.email) or Invitation(classroom=classroom, email=person.email)
            row.name, row.role, row.made_by, row.made_at = person.name, role, by, now
            row.code, row.expires_at = public_id(), now + VALID_FOR
            row.claimed_at = row.sent_at = row.accepted_at = row.revoked_at = None
            row.error = ""
            rows.append(row)
        fields = [f.name for f in Invitation._meta.concrete_fields if not f.primary_key]
        Invitation.objects.bulk_create([row for row in rows if not row.pk], batch_size=500)
        Invitation.objects.bulk_update([row for row in rows if row.pk], fields, batch_size=50)
    return Invited(len(rows), len(seated), len(standing - seated))


def resend(invitation: Invitation, now: datetime) -> bool:
    """Let an invitation be sent again, valid for as long as a new one.

    False: it was taken up or revoked, is being sent, or was sent within the last minute.
    """
    free = Q(sent_at__lt=now - AGAIN_AFTER) | Q(_unclaimed(now), sent_at=None)
    rows = Invitation.objects.filter(free, pk=invitation.pk, accepted_at=None, revoked_at=None)
    return bool(rows.update(claimed_at=None, sent_at=None, error="", expires_at=now + VALID_FOR))


def revoke(invitation: Invitation, now: datetime) -> bool:
    """Let an invitation lead nowhere. False: it was taken up or revoked already."""
    rows = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    return bool(rows.update(revoked_at=now))


# Sending ------------------------------------------------------------------------------------------


def _unclaimed(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIMED_FOR)


def to_send(now: datetime, classroom: Classroom | None = None) -> QuerySet[Invitation]:
    """What is to be sent and nobody is sending, oldest first; what was refused is not."""
    rows = Invitation.objects.valid(now).filter(_unclaimed(now), sent_at=None, error="")
    if classroom is not None:
        rows = rows.filter(classroom=classroom)
    return rows.order_by("made_at", "pk")


def send_invitations(now: datetime, classroom: Classroom | None = None, most: int = AT_ONCE) -> int:
    """Send at most so many of those that wait, over one connection; how many went out.

    Never inside a transaction. A refused mail keeps the reason and waits for somebody to resend
    it. A server that does not answer ends it; everything else goes on waiting.
    """
    rows = list(to_send(now, classroom).select_related("classroom", "made_by")[:most])
    if not rows:
        return 0
    sent = 0
    connection = mailers.default
    try:
        connection.open()
        for row in rows:
            free = Invitation.objects.valid(now).filter(_unclaimed(now), sent_at=None, pk=row.pk)
            if not free.update(claimed_at=now):
                continue
            mine = Invitation.objects.filter(pk=row.pk, claimed_at=now, sent_at=None)
            try:
                connection.send_messages([_mail(row)])
            except REFUSED as error:
                mine.update(claimed_at=None, error=said_of(error))
            except OSError:
                mine.update(claimed_at=None)
                raise
            else:
                mine.update(sent_at=timezone.now())
                sent += 1
    except OSError as error:
        log.warning("Invitations wait, the mail server did not take them: %s", error)
    finally:
        with contextlib.suppress(OSError):
            connection.close()
    return sent


def _mail(invitation: Invitation) -> EmailMessage:
    by = invitation.made_by
    facts = {
        "name": one_line(invitation.name),
        "classroom": one_line(invitation.classroom.name),
        "inviter": one_line(by.display_name) if by else "",
        "teaches": invitation.role == Seat.Role.INSTRUCTOR,
        "link": on_site(invitation.get_absolute_url()),
        "expires_on": timezone.localdate(invitation.expires_at, invitation.classroom.zone),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    subject = render_to_string("teaching/mail/invitation_subject.txt", facts)
    return EmailMessage(
        one_line(subject),
        render_to_string("teaching/mail/invitation.txt", facts),
        to=[invitation.email],
        reply_to=[by.email] if by else None,
    )
