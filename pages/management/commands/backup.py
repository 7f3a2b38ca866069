"""`manage.py backup FILE`: database and media in one file, while the site serves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pages.backups import BackupError, write_backup
from pages.management.stopping import stopped_cleanly


class Command(BaseCommand):
    """Writes FILE.part, then renames it."""

    help = "Write database and media into one file (.tar, .tar.gz, .tar.zst) while the site serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE [--force]."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace the file if it exists")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what is in it."""
        try:
            with stopped_cleanly():
                kept = write_backup(options["file"], self._say(options), force=options["force"])
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(kept)

    def _say(self, options: dict[str, Any]) -> Any:
        return self.stdout.write if options["verbosity"] else lambda _text: None
