"""Everything `bin/demo` needs before it serves: database, static files, the course, demo people
and their classes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import Membership, User
from accounts.tiers import Tier
from lessons.models import Course
from pages.simulation.demo import make_classes

PASSWORD = "lectern-demo"  # noqa: S105 - the demo's own, printed by bin/demo
PEOPLE: tuple[tuple[str, str, Tier], ...] = (
    ("free@example.com", "Frida Free", Tier.FREE),
    ("plus@example.com", "Paul Plus", Tier.PLUS),
    ("pro@example.com", "Priya Pro", Tier.PRO),
    ("instructor@example.com", "Ines Instructor", Tier.FREE),
    ("admin@example.com", "Adam Admin", Tier.FREE),
)


class Command(BaseCommand):
    """Repeating it keeps what is there."""

    help = "Prepare the demo (bin/demo calls this; never a production site)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside a demo; then do only what is missing."""
        if not settings.DEMO:
            raise CommandError("This is not a demo (DEMO is not set): no demo people are made.")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stderr.write("Preparing the database …")
            call_command("migrate", verbosity=0)
        self.collect_static()
        for folder in sorted((settings.BASE_DIR / "content").glob("*/course.md")):
            self.import_missing(folder.parent)
        if not User.objects.filter(email=PEOPLE[-1][0]).exists():
            self.stderr.write("Making the demo people …")
            make_people()
        make_classes(
            User.objects.get(email="instructor@example.com"),
            list(User.objects.filter(email__in=[email for email, *_ in PEOPLE[:3]])),
            timezone.now(),
            self.stderr.write,
        )

    def collect_static(self) -> None:
        """Collect static files unless what was collected is newer than every source."""
        manifest = settings.STATIC_ROOT / "staticfiles.json"
        sources = [settings.BASE_DIR / "static", settings.BASE_DIR / "requirements"]
        newest = max(path.stat().st_mtime for source in sources for path in source.rglob("*"))
        if not manifest.exists() or manifest.stat().st_mtime < newest:
            self.stderr.write("Collecting static files …")
            call_command("collectstatic", interactive=False, verbosity=0)

    def import_missing(self, folder: Path) -> None:
        """Import a course that the site lacks; one that it has stays as it was edited."""
        if not Course.objects.filter(slug=folder.name).exists():
            self.stderr.write(f"Importing {folder.name} …")
            call_command("import_course", str(folder), stdout=self.stderr)


@transaction.atomic
def make_people() -> None:
    """One person for each tier, an instructor, and an admin."""
    for email, name, tier in PEOPLE:
        user, made = User.objects.get_or_create(
            email=email,
            defaults={
                "name": name,
                "is_staff": email.startswith("admin"),
                "is_superuser": email.startswith("admin"),
            },
        )
        if not made:
            continue
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        user.emailaddress_set.create(email=email, verified=True, primary=True)
        if tier != Tier.FREE:
            Membership.objects.create(user=user, tier=tier, note="demo")
    instructor = User.objects.get(email="instructor@example.com")
    instructor.groups.add(Group.objects.get(name="Instructors"))
