"""`manage.py import_course PATH`: a course folder into the database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from interchange.problems import ImportRefused
from interchange.sync import import_folder


class Command(BaseCommand):
    """All or nothing; ends with what was created, updated, unchanged and removed."""

    help = "Import a course folder: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command takes."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--check", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="take the files' version of what was changed in the admin since",
        )
        parser.add_argument("--slug", default="", help="the course's slug, for a plain folder")
        parser.add_argument("--title", default="", help="the course's title, for a plain folder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import; 1 for errors, 3 where something changed in the admin was kept."""
        root: Path = options["path"]
        if not root.is_dir():
            raise CommandError(f"{root} is not a folder.")
        try:
            report = import_folder(
                root,
                check=options["check"],
                overwrite=options["overwrite"],
                slug=options["slug"],
                title=options["title"],
            )
        except ImportRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            errors = sum(not problem.is_warning for problem in refused.problems)
            raise CommandError(
                f"{errors} error{'s' if errors != 1 else ''}; nothing was imported."
            ) from refused
        for problem in report.warnings:
            self.stderr.write(str(problem))
        for path in report.kept:
            self.stderr.write(f"{path}: changed in the admin since; kept (--overwrite takes it)")
        self.stdout.write(str(report))
        if report.kept:
            sys.exit(3)
