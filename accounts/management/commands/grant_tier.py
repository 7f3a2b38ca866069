"""`manage.py grant_tier EMAIL TIER [--until DATE]`: a membership by hand."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Membership, User
from accounts.tiers import PAID, Tier


class Command(BaseCommand):
    """Grants a tier, or with `free` ends what was granted."""

    help = "Grant a person a tier by hand; “free” ends the memberships granted by hand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """EMAIL TIER [--until DATE]."""
        parser.add_argument("email")
        parser.add_argument("tier", help=", ".join(Tier.values))
        parser.add_argument(
            "--until",
            metavar="DATE",
            help="the last day, as 2030-12-31; without it, until somebody ends it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the membership and say what is so now."""
        now = timezone.now()
        user, tier = self._person(options["email"]), self._tier(options["tier"])
        until = self._end_of(options["until"], now)
        granted = user.memberships.running(now).filter(source=Membership.Source.GRANTED)
        if tier not in PAID:
            if until:
                raise CommandError("“free” has no end: leave --until out.")
            ended = granted.update(ends_at=now)
            noun = "membership" if ended == 1 else "memberships"
            self.stdout.write(f"ended {ended} {noun} of {user.email}; now {user.tier.label}")
            return
        when = f"until {options['until']}" if until else "until somebody ends it"
        if granted.filter(tier=tier, ends_at=until).exists():
            self.stdout.write(f"{user.email} has {tier.label} {when} already; nothing changed")
            return
        Membership.objects.create(user=user, tier=tier, ends_at=until, note="manage.py grant_tier")
        self.stdout.write(f"granted {tier.label} to {user.email} {when}")

    def _person(self, email: str) -> User:
        person: User | None = User.objects.filter(email__iexact=email.strip()).first()
        if person is None:
            near = User.objects.filter(email__istartswith=email.partition("@")[0]).order_by("email")
            known = ", ".join(near.values_list("email", flat=True)[:5])
            hint = f"Near it: {known}." if known else f"{User.objects.count()} people are known."
            raise CommandError(f"Nobody here has the address {email}. {hint}")
        return person

    def _tier(self, name: str) -> Tier:
        try:
            return Tier(name.lower())
        except ValueError:
            raise CommandError(
                f"There is no tier “{name}”; there are {', '.join(Tier.values)}."
            ) from None

    def _end_of(self, day: str | None, now: datetime) -> datetime | None:
        """The last moment of a day in the site's time zone."""
        if day is None:
            return None
        try:
            end = timezone.make_aware(datetime.combine(date.fromisoformat(day), time.max))
        except ValueError:
            raise CommandError(f"“{day}” is no date; write it as 2030-12-31.") from None
        if end <= now:
            raise CommandError(f"{day} is past; today is {timezone.localdate(now).isoformat()}.")
        return end
