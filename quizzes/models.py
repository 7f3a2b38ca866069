"""Quizzes, questions and their versions, and what people answered.

A question's content lives in `QuestionVersion`, which no longer changes once it was dealt to
somebody. An attempt keeps the versions, the order and the choices it was given.
"""

import secrets
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from lessons import markdown
from lessons.models import Changed, Lesson, Objective

from .fields import FractionField
from .kinds import KINDS


def public_id() -> str:
    """A random name of 128 bits for an address."""
    return secrets.token_hex(16)


class Quiz(Changed):
    """The knowledge check at the end of a lesson."""

    lesson = models.OneToOneField(Lesson, models.CASCADE, related_name="quiz")
    pass_mark = models.PositiveSmallIntegerField(
        default=70,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Percent of the points that pass.",
    )
    shuffle = models.BooleanField(
        default=True, help_text="Deal questions and choices in a new order each time."
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return f"Quiz: {self.lesson.title}"

    def get_absolute_url(self) -> str:
        """Where a learner starts or resumes it."""
        return reverse("quiz", args=[self.lesson.slug])


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions by whether they are asked."""

    def asked(self) -> Self:
        """Those that a new attempt is dealt, in the author's order."""
        return self.filter(archived_at=None).order_by("position", "pk")


class Question(Changed):
    """A question: a lasting id whose versions carry the content."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions")
    key = models.CharField(
        "id", max_length=80, help_text="Short and lasting: answers and statistics follow it."
    )
    position = models.PositiveIntegerField(default=0)
    objectives = models.ManyToManyField(Objective, related_name="questions", blank=True)
    current = models.ForeignKey(
        "QuestionVersion", models.RESTRICT, null=True, editable=False, related_name="+"
    )
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when it is asked no longer; old answers stay."
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("quiz", "key", name="question_key_in_quiz")]

    def __str__(self) -> str:
        return self.key

    def revise(self, **content: Any) -> "QuestionVersion":
        """Give the question this content (`QuestionVersion.CONTENT`), unless it has it already.

        A version that was dealt to somebody stays as it is and a new one is made; one that was
        not is changed in place. Call inside a transaction.
        """
        now = self.current
        if now is not None and all(getattr(now, name) == content[name] for name in content):
            return now
        # An attempt that is being started in this moment locks the row too, and then deals the
        # version as it was or as it will be, never one that changes under it.
        Question.objects.select_for_update().get(pk=self.pk)
        version = now
        if now is None or now.answers.exists():
            newest = self.versions.aggregate(newest=Coalesce(models.Max("number"), 0))["newest"]
            version = QuestionVersion(question=self, number=newest + 1)
            for name in QuestionVersion.CONTENT:
                if now is not None:
                    setattr(version, name, getattr(now, name))
        assert version is not None  # noqa: S101 - for the type checker: set on both ways
        for name, value in content.items():
            setattr(version, name, value)
        version.save()
        self.current = version
        self.save(update_fields=["current", "changed_at"])
        return version


class QuestionVersion(models.Model):
    """What a question said and how it was scored at one time."""

    CONTENT = ("kind", "prompt", "content", "explanation", "points")

    question = models.ForeignKey(Question, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(
        max_length=20, choices=[(kind.name, kind.label) for kind in KINDS.values()]
    )
    prompt = models.TextField(help_text="Markdown.")
    content = models.JSONField(default=dict, help_text="What its kind needs, as in course files.")
    explanation = models.TextField(blank=True, help_text="Shown after answering. Markdown.")
    points = models.DecimalField(
        max_digits=7,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0))],
    )
    prompt_html = models.TextField(editable=False, default="")
    explanation_html = models.TextField(editable=False, default="")
    # {"choices": [[text, feedback], …]} or {"answers": [[text, feedback], …]}: rendered when saved
    content_html = models.JSONField(editable=False, default=dict)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["question", "-number"]
        constraints = [models.UniqueConstraint("question", "number", name="version_number")]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"

    def render(self) -> None:
        """Render prompt, explanation and the parts of the content; `save` calls it."""
        # Many questions share a page: what they name in themselves must not meet.
        prefix = f"q{self.question_id}"
        self.prompt_html = markdown.render(self.prompt, prefix=f"{prefix}p-").html
        self.explanation_html = markdown.render(self.explanation, prefix=f"{prefix}e-").html
        self.content_html = {
            name: [
                [
                    markdown.render_inline(str(row.get("text", ""))),
                    markdown.render_inline(str(row.get("feedback", ""))),
                ]
                for row in rows
            ]
            for name, rows in self.content.items()
            if name in {"choices", "answers"}
        }

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render and save."""
        self.render()
        super().save(*args, **kwargs)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts by their state."""

    def open(self) -> Self:
        """Those still being answered."""
        return self.filter(state=Attempt.State.IN_PROGRESS)

    def finished(self) -> Self:
        """Those with a score."""
        return self.filter(state=Attempt.State.SUBMITTED)


class Attempt(models.Model):
    """One person's try at a quiz: frozen when started, scored once when submitted."""

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Submitted"
        ABANDONED = "abandoned", "Abandoned"

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    # Empty once the person has had their account erased: reports still add up.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="attempts"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.IN_PROGRESS)
    pass_mark = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    score = FractionField(null=True, blank=True)
    # The score in percent as shown; for lists, sums and sorting.
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "user",
                "quiz",
                condition=models.Q(state="in_progress"),
                name="one_open_attempt_per_quiz",
            ),
            models.UniqueConstraint("user", "quiz", "number", name="attempt_number"),
        ]
        indexes = [models.Index(fields=["user", "quiz", "passed"])]

    def __str__(self) -> str:
        return f"Attempt {self.number} at {self.quiz_id} by {self.user_id}"

    def get_absolute_url(self) -> str:
        """The attempt's page: to answer, and afterwards the result."""
        return reverse("attempt", args=[self.public_id])


class Answer(models.Model):
    """One slot of an attempt: what was dealt there and what was answered.

    Made with the attempt, so that saving an answer is one UPDATE.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    slot = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="answers")
    dealt = models.JSONField(default=list, help_text="Authored choice indexes in the order dealt.")
    response = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    save_id = models.CharField(max_length=64, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    flagged = models.BooleanField(default=False)
    fraction = FractionField(null=True, blank=True)

    class Meta:
        ordering = ["attempt", "slot"]
        constraints = [models.UniqueConstraint("attempt", "slot", name="answer_slot")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.slot}"
