"""Who people are and what they may use: users and their memberships."""

import zoneinfo
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any, ClassVar, Self

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    Permission,
    PermissionsMixin,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from .tiers import PAID, Can, Tier, highest


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones this machine knows (reading them walks a folder)."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA time zone."""
    if name not in time_zones():
        raise ValidationError(f"“{name}” is not a time zone; one looks like Europe/Berlin.")


class UserQuerySet(models.QuerySet["User"]):
    """People, with what a page wants to know of each."""

    def with_standing(self, now: datetime) -> Self:
        """Each with tier and teaching role, in the same query (`User.take_standing`)."""
        running = Membership.objects.running(now).filter(user=models.OuterRef("pk"))
        teaches = Permission.objects.filter(
            models.Q(group__user=models.OuterRef("pk")) | models.Q(user=models.OuterRef("pk")),
            codename="open_classroom",
            content_type__app_label="teaching",
        )
        return self.annotate(
            **{f"has_{tier.value}": models.Exists(running.filter(tier=tier)) for tier in PAID},
            teaches=models.Exists(teaches) | models.Q(is_superuser=True),
        )


class UserManager(BaseUserManager["User"]):
    """Makes people; their e-mail address is what they sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person with a usable password, or with none if `password` is None."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Somebody who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this address, whatever its capitals."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(
        max_length=120, blank=True, help_text="As it should stand on a certificate."
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    letter_keys = models.BooleanField(
        "letter keys in quizzes",
        default=True,
        help_text="Answer with the keys A, B, C … on a keyboard.",
    )
    is_staff = models.BooleanField("may use the admin", default=False)
    is_active = models.BooleanField(
        default=True, help_text="Clear this instead of deleting a person."
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_address"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        """What pages call the person: their name, or the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    @property
    def is_new(self) -> bool:
        """Whether the account was made within the last hour."""
        return timezone.now() - self.date_joined < timedelta(hours=1)

    @cached_property
    def tier(self) -> Tier:
        """The highest of the running memberships; Free without one."""
        running = self.memberships.running(timezone.now())
        return highest([Tier(tier) for tier in running.values_list("tier", flat=True)])

    @property
    def can(self) -> Can:
        """What the person's tier lets them use."""
        return Can(self.tier)

    @cached_property
    def can_teach(self) -> bool:
        """Whether an admin made the person an instructor (the permission to open classes)."""
        return self.has_perm("teaching.open_classroom")

    def take_standing(self) -> None:
        """Keep what `with_standing` brought along, so that neither costs another query."""
        self.tier = highest([tier for tier in PAID if getattr(self, f"has_{tier.value}")])
        self.can_teach = bool(self.teaches)  # type: ignore[attr-defined]

    @property
    def membership(self) -> "Membership | None":
        """The running membership that the tier comes from: of several, the longest."""
        return (
            self.memberships.running(timezone.now())
            .filter(tier=self.tier)
            .order_by(models.F("ends_at").desc(nulls_first=True))
            .first()
        )

    @property
    def zone(self) -> tzinfo:
        """The person's time zone; the site's where the stored name is none (any more)."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return timezone.get_default_timezone()


def display_name(user: User) -> str:
    """The same as a function, for allauth (`ACCOUNT_USER_DISPLAY`)."""
    return user.display_name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by their time."""

    def running(self, now: datetime) -> Self:
        """Those that have started and not ended."""
        return self.filter(starts_at__lte=now).filter(
            models.Q(ends_at=None) | models.Q(ends_at__gt=now)
        )


class Membership(models.Model):
    """A person's right to a tier for a time, and where it came from."""

    class Source(models.TextChoices):
        GRANTED = "granted", "Granted by hand"
        STRIPE = "stripe", "Paid by Stripe"
        TRIAL = "trial", "Trial"

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    tier = models.CharField(max_length=8, choices=[(tier.value, tier.label) for tier in PAID])
    source = models.CharField(max_length=8, choices=Source, default=Source.GRANTED)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: it runs until somebody ends it."
    )
    note = models.CharField(max_length=200, blank=True, help_text="Why, for whoever looks later.")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gte=models.F("starts_at")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} for {self.user}"

    def end(self, now: datetime) -> None:
        """End it now; a membership that has not started ends where it starts."""
        self.ends_at = max(now, self.starts_at)
        self.save(update_fields=["ends_at"])
