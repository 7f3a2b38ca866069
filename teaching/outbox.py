"""Mail to the people of a class: written first, sent after. The one sender of `Message` rows.

A row is claimed by a conditional update before its mail goes out, outside any transaction, so that
two that send at once send it once. Where sending fails the row keeps the reason and waits again.
"""

import contextlib
import email.policy
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.policy import EmailPolicy
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, mailers
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import Http404
from django.urls import reverse

from accounts.adapter import on_site
from accounts.models import User

from .models import Classroom, Message, Seat

BATCH = 20  # mails that a page sends before it answers
MOST_RECIPIENTS = 500  # of one reminder
MOST_A_DAY = 1000  # mails that an instructor writes within 24 hours
# Whoever sends claims a mail for this long; if the process dies, another one takes it up then.
CLAIMED_FOR = timedelta(hours=1)
TRIED_FOR = timedelta(days=7)  # an older mail would only confuse
TWICE = timedelta(minutes=10)  # the same mail to the same person again is a form sent twice
# A domain that never exists (RFC 2606): of made-up learners.
SIMULATED = "@simulated.invalid"
MAY_BE_SWITCHED_OFF = (Message.Kind.NUDGE, Message.Kind.SUMMARY)

CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

# Of a mail server (SMTPException is an OSError), and of a mail that can't be put together.
FAILURES = (OSError, ValueError)


class TooMuch(Exception):  # noqa: N818 - said to a person, not a failure here
    """More mail than one may send; the text says how much that is."""


# Writing ------------------------------------------------------------------------------------------


def one_line(text: str) -> str:
    """The text without line breaks and control characters, as a header or a name stands."""
    return CONTROL.sub(" ", text).strip()


def unknown_placeholders(text: str) -> list[str]:
    """The placeholders in the text that are not {name}, as they stand there, each once."""
    found = (match[0] for match in PLACEHOLDER.finditer(text))
    return list(dict.fromkeys(each for each in found if each != "{name}"))


def filled(text: str, user: User) -> str:
    """The text with the person's name for {name}."""
    return text.replace("{name}", one_line(user.display_name))


def left_today(user: User, now: datetime) -> int:
    """How many mails the instructor may still write: of `MOST_A_DAY` in 24 hours. One query."""
    since = now - timedelta(days=1)
    written = Message.objects.filter(sender=user, made_at__gt=since, week=None).count()
    return max(0, MOST_A_DAY - written)


def write(
    sender: User,
    kind: Message.Kind,
    subject: str,
    texts: Sequence[tuple[Seat, str]],
    now: datetime,
) -> list[Message]:
    """Write a mail to each of these seats, at least one, of one class; those written.

    A seat that was written the same within ten minutes gets no second one: a form sent twice.
    Raises TooMuch, writing nothing.
    """
    if len(texts) > MOST_RECIPIENTS:
        raise TooMuch(f"A mail goes to {MOST_RECIPIENTS} people at most. Choose fewer.")
    subject = one_line(subject)
    with transaction.atomic():
        # Locked, so that the second of two forms sees what the first wrote.
        classroom = Classroom.objects.select_for_update().get(seats=texts[0][0])
        recent = Message.objects.filter(
            seat__classroom=classroom, kind=kind, subject=subject, made_at__gt=now - TWICE
        )
        written = set(recent.values_list("seat", "text"))
        rows = [
            Message(seat=seat, kind=kind, sender=sender, subject=subject, text=text, made_at=now)
            for seat, text in texts
            if (seat.pk, text) not in written
        ]
        left = left_today(sender, now) if rows else 0
        if len(rows) > left:
            raise TooMuch(
                f"That is more mail than you may send: {MOST_A_DAY:,} in 24 hours, of which "
                f"{left:,} are left. Choose fewer, or send the rest tomorrow."
            )
        return Message.objects.bulk_create(rows)


# Waiting ------------------------------------------------------------------------------------------


def with_held(now: datetime) -> QuerySet[Any]:
    """All messages, each with `held`: why it is not sent, or "" where nothing speaks against it."""
    teaching = (
        Seat.objects.current()
        .instructors()
        .filter(classroom=OuterRef("seat__classroom"), user=OuterRef("sender"))
    )
    reasons = (
        (Q(seat__user__email__iendswith=SIMULATED), "A simulated learner: nothing is sent."),
        (Q(seat__user__is_active=False), "The account is closed."),
        (Q(seat__left_at__isnull=False), "They have left the class."),
        (
            ~Exists(teaching) & Q(sender__isnull=False),
            "Whoever wrote it does not teach this class any more.",
        ),
        (Q(seat__classroom__archived_at__isnull=False), "The class is archived."),
        (
            Q(kind=Message.Kind.SUMMARY) & ~Q(seat__role=Seat.Role.INSTRUCTOR),
            "They no longer teach the class.",
        ),
        (
            Q(kind__in=MAY_BE_SWITCHED_OFF, seat__wants_mail=False),
            "They switched the mail of this class off.",
        ),
        (Q(made_at__lt=now - TRIED_FOR), "It could not be sent for a week."),
    )
    cases = (When(condition, then=Value(reason)) for condition, reason in reasons)
    return Message.objects.annotate(held=Case(*cases, default=Value("")))


def _free(now: datetime) -> Q:
    """Of a message: nobody is sending it."""
    return Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIMED_FOR)


def waiting(now: datetime, classroom: Classroom | None = None) -> QuerySet[Any]:
    """What is to be sent and nobody is sending; what failed before comes last."""
    rows = with_held(now).filter(_free(now), sent_at=None, held="")
    if classroom is not None:
        rows = rows.filter(seat__classroom=classroom)
    tried = Case(When(error="", then=Value(0)), default=Value(1))
    return rows.order_by(tried, "made_at", "pk")


# Sending ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a batch."""

    sent: int
    failed: int  # they wait again
    waiting: int  # all that are still to be sent, with those that failed


def send(
    now: datetime,
    most: int = BATCH,
    classroom: Classroom | None = None,
    said: Callable[[int], None] = lambda _sent: None,
) -> Sent:
    """Send what waits, over one connection. Never call it inside a transaction.

    What fails waits again, with the reason in its `error`. A server that does not answer or breaks
    off ends the batch; a refused address concerns its own mail only. `said` hears how many were
    sent after each.
    """
    rows = waiting(now, classroom).select_related("seat__user", "seat__classroom", "sender")
    batch = list(rows[:most])
    sent = failed = 0
    connection = mailers.default
    try:
        if batch:
            connection.open()
        for message in batch:
            if not _claim(message, now):
                continue  # somebody else was quicker
            try:
                connection.send_messages([_mail(message)])
            except FAILURES as error:
                failed += 1
                _failed([message], now, error)
                if not isinstance(error, ValueError | SMTPRecipientsRefused):
                    break
            else:
                sent += 1
                Message.objects.filter(pk=message.pk).update(sent_at=now, error="")
                said(sent)
    except FAILURES as error:  # nobody answers there
        failed = len(batch)
        _failed(batch, now, error)
    finally:
        with contextlib.suppress(OSError):
            connection.close()
    return Sent(sent, failed, waiting(now, classroom).count())


def _claim(message: Message, now: datetime) -> bool:
    """Take the message to be sent; False where somebody else has taken it.

    And where something speaks against it by now: they left while the mails before it went out.
    """
    free = waiting(now).order_by().filter(pk=message.pk).values("pk")
    return bool(
        Message.objects.filter(_free(now), pk__in=free, sent_at=None).update(claimed_at=now)
    )


def _failed(messages: Iterable[Message], now: datetime, error: Exception) -> None:
    """Let the messages wait again, but for those that somebody else has taken meanwhile."""
    mine = Message.objects.filter(
        _free(now) | Q(claimed_at=now), pk__in=[message.pk for message in messages], sent_at=None
    )
    mine.update(claimed_at=None, error=said_of(error))


def said_of(error: Exception) -> str:
    """What went wrong, in one line that fits the field."""
    reason: bytes | str
    if isinstance(error, SMTPRecipientsRefused):
        code, reason = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, reason = error.smtp_code, error.smtp_error
    else:
        return one_line(str(error))[:300] or type(error).__name__
    text = str(reason, "utf-8", "replace") if isinstance(reason, bytes) else reason
    return one_line(f"{code} {text}")[:300]


# The mail -----------------------------------------------------------------------------------------


class _WholeLinks(EmailPolicy):
    """Leaves the link of List-Unsubscribe on one line.

    Longer than a line it would be encoded, and then nobody could follow it (RFC 2369, section 2).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


class _Mail(EmailMessage):
    """A mail whose List-Unsubscribe can be followed."""

    def message(self, *, policy: Any = email.policy.default) -> Any:
        """The mail as it is sent."""
        message = super().message(policy=policy)
        message.policy = _WholeLinks(linesep=policy.linesep)
        return message


def _mail(message: Message) -> EmailMessage:
    """The message as a mail. Raises ValueError for what no header may hold."""
    seat, sender = message.seat, message.sender
    off = on_site(reverse("class_mail_off", args=[off_token(seat)]))
    headers = {}
    if message.kind in MAY_BE_SWITCHED_OFF:
        headers["List-Unsubscribe"] = f"<{off}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    if message.kind == Message.Kind.SUMMARY:
        headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers from machines
    return _Mail(
        subject=one_line(message.subject),
        body=f"{message.text.strip()}\n\n-- \n{_footer(message, off)}\n",
        to=[seat.user.email],
        reply_to=[sender.email] if sender is not None else None,
        headers=headers,
    )


def _footer(message: Message, off: str) -> str:
    """Who writes, from where, and how to have no more of it."""
    seat = message.seat
    where = f"“{one_line(seat.classroom.name)}” at {settings.SITE_NAME}"
    if message.kind == Message.Kind.SUMMARY:
        link = on_site(seat.classroom.get_absolute_url())
        return (
            f"You get this every Monday because you teach {where}: {link}\n"
            f"No more summaries of this class: {off}"
        )
    link = on_site(reverse("my_class", args=[seat.classroom.public_id]))
    sender = message.sender
    if sender is None:
        lines = [f"From an instructor of {where}."]
    else:
        name = one_line(sender.display_name)
        lines = [f"From {name}, an instructor of {where}. Your answer goes to {name}."]
    lines.append(f"Your class: {link}")
    if message.kind == Message.Kind.NUDGE:
        lines.append(f"No more reminders of this class: {off}")
    return "\n".join(lines)


# Switching it off ---------------------------------------------------------------------------------

SIGNER = signing.Signer(salt="teaching.mail-off")


def off_token(seat: Seat) -> str:
    """What a mail has for switching the mail of this seat off, signed; it does not expire."""
    return SIGNER.sign(str(seat.pk))


def seat_of(token: str) -> Seat:
    """The seat that a token is of. Raises Http404 for one that we did not sign."""
    try:
        pk = int(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    seat = Seat.objects.select_related("classroom").filter(pk=pk).first()
    if seat is None:
        raise Http404
    return seat
