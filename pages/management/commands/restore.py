"""`manage.py restore FILE`: put a backup's database and media in place of this site's."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pages.backups import BackupError, Staged, put_back, stage
from pages.management.stopping import stopped_cleanly


class Command(BaseCommand):
    """Verifies all of the file before it touches anything."""

    help = "Replace this site's database and media by those of a backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE [--yes]."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do it; without, only say what")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, say what is replaced, replace it, migrate."""
        say = self.stdout.write if options["verbosity"] else lambda _text: None
        try:
            with stopped_cleanly(), stage(options["file"], say) as staged:
                self._announce(options["file"], staged)
                if not options["yes"]:
                    raise CommandError("Nothing was changed. Add --yes to do it.")
                put_back(staged, say)
                done = staged.summary()
        except (BackupError, OSError) as error:
            raise CommandError(f"Nothing was changed. {options['file']}: {error}") from error
        self._migrate()
        self.stdout.write(f"restored {done}")

    def _announce(self, file: Path, staged: Staged) -> None:
        made = staged.manifest
        where = connection.settings_dict
        self.stdout.write(
            f"{file} was made {made.made_at} by Lectern {made.versions.get('lectern', '?')} "
            f"and is whole: {staged.summary()}.\n"
            f"It replaces the database {where['NAME']} and the media in {settings.MEDIA_ROOT}."
        )

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            self.stdout.write(f"Applying {len(waiting)} migrations …")
            call_command("migrate", interactive=False, verbosity=0)
