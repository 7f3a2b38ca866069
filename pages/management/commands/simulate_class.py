"""`manage.py simulate_class`: a class of made-up learners, to see what reports look like."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lessons.models import Course
from pages.simulation import world
from teaching.models import Classroom, Seat

MOST = 1000


class Command(BaseCommand):
    """Repeating it changes nothing; `--remove` takes away what it made."""

    help = (
        "Make learners who do not exist, with ten weeks of reading and quizzes, in a class of "
        "all published courses. Each is marked “(simulated)” and never gets mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command takes."""
        parser.add_argument("--learners", type=int, default=40, metavar="N", help="40 by default")
        parser.add_argument("--seed", type=int, default=1, help="another one, another class")
        parser.add_argument("--class", dest="name", default="Simulated class", metavar="NAME")
        parser.add_argument("--instructor", metavar="EMAIL", help="who teaches a new class")
        parser.add_argument("--remove", action="store_true", help="remove the made-up learners")
        parser.add_argument("--yes", action="store_true", help="also on a site that is no demo")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, or remove them."""
        if not (settings.DEMO or options["yes"]):
            raise CommandError(
                "This is not a demo (DEMO is not set). Made-up learners would stand among real "
                "ones, in the statistics of every quiz, too. With --yes it is done all the same."
            )
        if not 1 <= options["learners"] <= MOST:
            raise CommandError(f"--learners goes from 1 to {MOST:,}.")
        classroom = self._class(options["name"], options["instructor"], options["remove"])
        if options["remove"]:
            count = world.remove(classroom)
            self.stdout.write(f"{classroom}: {count} simulated learners removed.")
            return
        made = world.simulate(
            classroom,
            options["learners"],
            options["seed"],
            timezone.now(),
            lambda done, total: self.stderr.write(f"{done} of {total} simulated learners"),
        )
        if made:
            self.stdout.write(
                f"{classroom}: {made} simulated learners. None of them exists; nothing is sent to "
                "them. “simulate_class --remove” takes them away."
            )
        else:
            self.stdout.write(f"{classroom}: the simulated learners are there; nothing changed.")

    def _class(self, name: str, instructor: str | None, removing: bool) -> Classroom:
        """The running class of this name; a new one where there is none and an instructor is."""
        found = list(Classroom.objects.running().filter(name=name)[:2])
        if len(found) == 2:
            raise CommandError(f"There are several classes “{name}”. Rename one first.")
        if found:
            return found[0]
        if removing:
            raise CommandError(f"There is no class “{name}”.")
        if not instructor:
            raise CommandError(f"There is no class “{name}”: say who teaches it by --instructor.")
        person = User.objects.filter(email__iexact=instructor).first()
        if person is None or not person.can_teach:
            raise CommandError(f"Nobody with the address {instructor} may open classes.")
        with transaction.atomic():
            classroom = Classroom.objects.create(
                name=name, starts_on=world.first_day(timezone.now())
            )
            classroom.courses.set(Course.objects.published())
            classroom.seats.create(user=person, role=Seat.Role.INSTRUCTOR)
        return classroom
