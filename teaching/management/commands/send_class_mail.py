"""`manage.py send_class_mail`: weekly summaries, and all mail of classes that waits."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from teaching import invitations, outbox, summary

AT_ONCE = 100  # mails over one connection


class Command(BaseCommand):
    """To be run every hour; run twice, or two at once, it sends nothing twice."""

    help = "Write the weekly summaries that are due, and send all mail of classes that waits."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, then send; exit status 1 where something could not be sent."""
        self.quiet = not options["verbosity"]
        written = summary.write_due(timezone.now(), lambda name: self._say(f"Summary of {name}"))
        invited = 0
        while sent := invitations.send_invitations(timezone.now(), most=AT_ONCE):
            invited += sent
            self._say(f"{invited:,} invitations sent")
        mails = 0
        while (done := outbox.send(timezone.now(), AT_ONCE)).sent:
            mails += done.sent
            self._say(f"{mails:,} mails sent, {done.waiting:,} to go")
        if not self.quiet:
            self.stdout.write(
                f"Summaries written: {written:,}. Sent: {invited:,} invitations, {mails:,} mails."
            )
        waiting = invitations.to_send(timezone.now()).count() + done.waiting
        if waiting:
            raise CommandError(
                f"Not sent: {waiting:,}. They wait and are tried again by the next run; the page "
                "“Mail” of each class says why."
            )

    def _say(self, text: str) -> None:
        """How far it has come."""
        if not self.quiet:
            self.stderr.write(text)
