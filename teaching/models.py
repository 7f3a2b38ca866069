"""Classes: who teaches whom in which courses, what is due, and what a class keeps of its people."""

import secrets
import zoneinfo
from datetime import datetime, tzinfo
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, validate_time_zone
from lessons.models import Course, Lesson, local_day
from quizzes.models import Quiz, public_id

from .local_time import day_start

# No I, L, O, U, 0 or 1: a code is read aloud, and typed from a board.
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

FIRST_YEAR, LAST_YEAR = 1970, 2100  # of the first day of a class


def join_code() -> str:
    """Ten random letters and digits (49 bits): short enough to type, too many to try."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    """Classes by who may look into them."""

    def taught_by(self, user: User) -> Self:
        """Those in which the person has an instructor's seat."""
        return self._with_seat(user, Seat.Role.INSTRUCTOR)

    def taken_by(self, user: User) -> Self:
        """Those in which the person has a learner's seat."""
        return self._with_seat(user, Seat.Role.LEARNER)

    def _with_seat(self, user: User, role: "Seat.Role") -> Self:
        mine = Seat.objects.current().filter(classroom=models.OuterRef("pk"), user=user, role=role)
        return self.filter(models.Exists(mine))

    def running(self) -> Self:
        """Those that are not archived."""
        return self.filter(archived_at=None)

    def counted(self) -> Self:
        """Each with `learners`: how many are in it now."""
        there = Seat.objects.there().learners().filter(classroom=models.OuterRef("pk"))
        count = there.order_by().values("classroom").values(n=models.Count("pk"))
        return self.annotate(learners=Coalesce(models.Subquery(count), 0))


class Classroom(models.Model):
    """A class: people who take one or more courses together."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    name = models.CharField(max_length=120)
    courses = models.ManyToManyField(Course, related_name="classrooms", blank=True)
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Where the class is: due dates are meant in its time.",
    )
    starts_on = models.DateField(
        default=local_day, help_text="The first day: runs of a course are compared from it."
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        verbose_name = "class"
        verbose_name_plural = "classes"
        ordering = ["name", "pk"]
        permissions = [
            ("open_classroom", "Can open classes (an instructor)"),
            ("compare_classrooms", "Can compare all classes of a course (a course lead)"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a first day of another age: no calendar counts weeks from there."""
        if self.starts_on and not FIRST_YEAR <= self.starts_on.year <= LAST_YEAR:
            years = f"between {FIRST_YEAR} and {LAST_YEAR}"
            raise ValidationError({"starts_on": f"Choose a day {years}."})

    @property
    def zone(self) -> tzinfo:
        """The class's time zone; the site's where the stored name is none (any more)."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return timezone.get_default_timezone()

    @property
    def first_moment(self) -> datetime:
        """When its first day begins, by its clock."""
        return day_start(self.starts_on, self.zone)

    def expects_from(self, seat: "Seat") -> datetime:
        """From when a learner is expected to learn: the first day, or joining if that is later."""
        return max(seat.joined_at, self.first_moment)

    def get_absolute_url(self) -> str:
        """The class at a glance, for its instructors."""
        return reverse("classroom", args=[self.public_id])


def is_there(way: str = "") -> models.Q:
    """Of a seat, or by the way to one (`seat__`): its class shows the person among its people.

    They have not left; or they left a class that was archived by then, which stays as it stood.
    """
    after = {f"{way}left_at__gt": models.F(f"{way}classroom__archived_at")}
    return models.Q(**{f"{way}left_at": None}) | models.Q(**after)


def is_former() -> models.Q:
    """Of a seat: the person had left while the class was running."""
    before = models.Q(left_at__lte=models.F("classroom__archived_at"))
    return models.Q(models.Q(classroom__archived_at=None) | before, left_at__isnull=False)


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats by role and state."""

    def there(self) -> Self:
        """Of the people whom their class shows (`is_there`)."""
        return self.filter(is_there())

    def former(self) -> Self:
        """Of those who had left while their class was running."""
        return self.filter(is_former())

    def current(self) -> Self:
        """Of people who have not left."""
        return self.filter(left_at=None)

    def learners(self) -> Self:
        """Of those who learn; staff and instructors are never among them."""
        return self.filter(role=Seat.Role.LEARNER)

    def instructors(self) -> Self:
        """Of those who teach."""
        return self.filter(role=Seat.Role.INSTRUCTOR)


class Seat(models.Model):
    """A person's place in a class; it stays when they leave, for what was seen until then."""

    class Role(models.TextChoices):
        LEARNER = "learner", "Learner"
        INSTRUCTOR = "instructor", "Instructor"

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=10, choices=Role, default=Role.LEARNER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)
    wants_mail = models.BooleanField(
        "mail of this class",
        default=True,
        help_text="Reminders for a learner, the weekly summary for an instructor.",
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("classroom", "user", name="one_seat_per_class")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.classroom_id}"

    @property
    def is_former(self) -> bool:
        """Whether the person had left while the class was running."""
        archived = self.classroom.archived_at
        return self.left_at is not None and (archived is None or self.left_at <= archived)

    @property
    def until(self) -> datetime | None:
        """When the class stopped seeing this person: they left, or it was archived. None: it sees.

        The class sees nothing that came after. Reads `classroom`, so have it selected.
        """
        return min(filter(None, (self.left_at, self.classroom.archived_at)), default=None)


class SeatRecord(models.Model):
    """What a class showed of a learner in one lesson when it ended for them.

    Written when they leave, or when the class is archived: from then on the class shows this and
    nothing that came after. Named as in `LessonProgress` and `FinalGrade`.
    """

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="records")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    passed = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    passed_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("seat", "lesson", name="one_record_per_lesson")]

    def __str__(self) -> str:
        return f"{self.seat_id} in {self.lesson_id}"


# Coming in ----------------------------------------------------------------------------------------


class JoinLinkQuerySet(models.QuerySet["JoinLink"]):
    """Links by whether they lead in."""

    def valid(self, now: datetime) -> Self:
        """Neither revoked nor expired, into a class that runs."""
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=now),
            revoked_at=None,
            classroom__archived_at=None,
        )


class JoinLink(models.Model):
    """A code with which anybody who has it joins a class as a learner."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="join_links")
    code = models.CharField(max_length=32, unique=True, default=join_code, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Where one joins with it."""
        return reverse("join", args=[self.code])


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by their state."""

    def valid(self, now: datetime) -> Self:
        """Those that can be taken up.

        Without a join, so that a conditional update asks all of it of the row as it is by then:
        PostgreSQL does not ask a subquery again.
        """
        return self.filter(
            expires_at__gt=now,
            accepted_at=None,
            revoked_at=None,
            classroom__in=Classroom.objects.running().order_by().values("pk"),
        )


class Invitation(models.Model):
    """A seat that is offered to one address, taken up once."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=10, choices=Seat.Role, default=Seat.Role.LEARNER)
    code = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    # Taken to be sent; empty again where that failed.
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint("classroom", "email", name="one_invitation_per_address")
        ]

    def __str__(self) -> str:
        return self.email

    def get_absolute_url(self) -> str:
        """Where it is taken up."""
        return reverse("join", args=[self.code])


# What is due --------------------------------------------------------------------------------------


class Assignment(models.Model):
    """A lesson that a class is to read, its quiz to pass, or both; until when."""

    class What(models.TextChoices):
        READ = "read", "Read the lesson"
        QUIZ = "quiz", "Pass its quiz"
        DONE = "done", "Read the lesson and pass its quiz"

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="assignments")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="assignments")
    what = models.CharField(max_length=8, choices=What, default=What.DONE)
    due_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="A line for the learners.")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = [models.F("due_at").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint("classroom", "lesson", name="one_assignment_per_lesson")
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} in {self.classroom_id}"


class Extension(models.Model):
    """A later due date for one learner."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("assignment", "seat", name="one_extension_per_learner")
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} for {self.seat_id}"


# What instructors write ---------------------------------------------------------------------------


class Note(models.Model):
    """What an instructor wrote about a learner, for the instructors of the class only."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField(max_length=2000)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"Note on {self.seat_id}"


class Message(models.Model):
    """A mail to somebody in a class: written first, then sent; what is not sent stays to be sent.

    It is claimed before it is sent, so that two that send at once send it once.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", "Message"
        NUDGE = "nudge", "Reminder"
        SUMMARY = "summary", "Weekly summary"

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    subject = models.CharField(max_length=150)
    text = models.TextField(max_length=5000)
    # Of a summary: the Monday after which it is written.
    week = models.DateField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "seat", "week", condition=models.Q(kind="summary"), name="one_summary_a_week"
            )
        ]
        indexes = [
            models.Index(
                fields=["made_at"], condition=models.Q(sent_at=None), name="message_to_send"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class SavedView(models.Model):
    """A way to look at the class that an instructor keeps: filters and order, as in the address."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("seat", "name", name="view_name")]

    def __str__(self) -> str:
        return self.name


# What the answers of a class say ------------------------------------------------------------------


class ClassTally(models.Model):
    """What the answers of a class's learners at one quiz come to (`teaching/tallies.py`).

    Counted anew when `stamp`, which tells what it was counted from, is another. `items` and
    `objectives` are by key of version and objective.
    """

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="tallies")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="+")
    stamp = models.CharField(max_length=200)
    attempts = models.PositiveIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)
    scores = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    items = models.JSONField(default=dict)
    objectives = models.JSONField(default=dict)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "class tallies"
        constraints = [models.UniqueConstraint("classroom", "quiz", name="one_tally_per_quiz")]

    def __str__(self) -> str:
        return f"{self.attempts} first attempts at {self.quiz_id} in {self.classroom_id}"
