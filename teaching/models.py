"""Classes: who teaches whom in which courses."""

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from lessons.models import Course
from quizzes.models import public_id


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    """Classes by who may look into them."""

    def taught_by(self, user: User) -> Self:
        """Those in which the person has an instructor's seat."""
        mine = Seat.objects.filter(
            classroom=models.OuterRef("pk"), user=user, role=Seat.Role.INSTRUCTOR
        )
        return self.filter(models.Exists(mine))


class Classroom(models.Model):
    """A class: people who take one or more courses together."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    name = models.CharField(max_length=120)
    courses = models.ManyToManyField(Course, related_name="classrooms", blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        verbose_name = "class"
        verbose_name_plural = "classes"
        ordering = ["name", "pk"]
        permissions = [("open_classroom", "Can open classes (an instructor)")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The class at a glance, for its instructors."""
        return reverse("classroom", args=[self.public_id])


class Seat(models.Model):
    """A person's place in a class."""

    class Role(models.TextChoices):
        LEARNER = "learner", "Learner"
        INSTRUCTOR = "instructor", "Instructor"

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=10, choices=Role, default=Role.LEARNER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("classroom", "user", name="one_seat_per_class")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.classroom_id}"
