"""`manage.py count_classes`: what the answers of all running classes come to."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from teaching.models import Classroom
from teaching.tallies import count_all


class Command(BaseCommand):
    """Says how far it has come; may be stopped and run again at any time."""

    help = "Count what the answers of all running classes come to, where that is not current."

    def handle(self, *args: Any, **options: Any) -> None:
        """Class by class; what is current already is left as it is."""
        done = 0
        for classroom in Classroom.objects.running().order_by("pk"):

            def said(counted: int, total: int, name: str = classroom.name) -> None:
                self.stderr.write(f"{name}: {counted:,} of {total:,}")

            done += count_all(classroom, timezone.now(), said)
        self.stdout.write(f"Quizzes counted: {done:,}.")
