"""`manage.py check_data [--rebuild]`: is what is stored sound?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes import faults as quizzes

ROOMS = (quizzes,)  # each has `faults(said)` and `rebuild(now, said)`


class Command(BaseCommand):
    """Says each fault in a line; exit status 1 where there are any."""

    help = "Look for faults in what is stored. Nothing is changed, but by --rebuild."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--rebuild]."""
        text = "first make anew what is computed from the answers, such as the tallies"
        parser.add_argument("--rebuild", action="store_true", help=text)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild if asked, then look."""
        if options["rebuild"]:
            for room in ROOMS:
                room.rebuild(timezone.now(), self._say)
        found = 0
        for room in ROOMS:
            for fault in room.faults(self._say):
                found += 1
                self.stdout.write(fault)
        if found:
            raise CommandError(f"Faults found: {found:,}.")
        self.stdout.write("No faults found.")

    def _say(self, text: str) -> None:
        """How far it has come: apart from what it finds."""
        self.stderr.write(text)
