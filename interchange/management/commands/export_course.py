"""`manage.py export_course COURSE PATH`: a course out of the database as a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from interchange.export import ExportRefused, export_course
from interchange.problems import nearest
from lessons.models import Course


class Command(BaseCommand):
    """What was imported comes out with the same bytes; importing it changes nothing."""

    help = "Write a course into a folder, as import_course reads it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command takes."""
        parser.add_argument("course", help="the course's slug")
        parser.add_argument("path", type=Path, help="a new folder, or an earlier export")
        parser.add_argument(
            "--force", action="store_true", help="write into a folder that holds something else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export, and say how many files that were."""
        slug = options["course"]
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            known = Course.objects.filter(archived_at=None).values_list("slug", flat=True)
            hint = nearest(slug, known)
            raise CommandError(f"There is no course “{slug}”{hint or '.'}")
        try:
            count = export_course(course, options["path"], force=options["force"])
        except ExportRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"wrote {count} file{'s' if count != 1 else ''}")
