"""Quizzes, questions and their versions, and what people answered.

A question's content lives in `QuestionVersion`, which no longer changes once it was dealt to
somebody. An attempt keeps the versions, the order and the choices it was given.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from lessons import markdown
from lessons.library import Library
from lessons.models import Changed, Lesson, Objective

from . import rules
from .fields import FractionField
from .kinds import KINDS
from .rendering import Place, Texts, rendered

# Links and images, their definitions, and tool cards.
NAMES = re.compile(r"\]\(|\]\[|\]:|:::")


MINUTES_A_QUESTION = 0.75


def public_id() -> str:
    """A random name of 128 bits for an address."""
    return secrets.token_hex(16)


class Quiz(Changed):
    """The knowledge check at the end of a lesson, and how it is sat."""

    class GradingMethod(models.TextChoices):
        HIGHEST = "highest", "The highest"
        LAST = "last", "The last"
        FIRST = "first", "The first"
        AVERAGE = "average", "The average of all"

    class Feedback(models.TextChoices):
        AT_ONCE = "at-once", "At once, question by question"
        AFTER_SUBMISSION = "after-submission", "After submission"
        AFTER_PASSING = "after-passing", "After passing, or after the last attempt"
        NEVER = "never", "Never: only the score"

    class Overdue(models.TextChoices):
        SUBMIT = "submit", "What was saved is submitted"
        GRACE = "grace", "Some minutes to hand in, nothing more to answer"
        DISCARD = "discard", "What was not submitted is discarded"

    lesson = models.OneToOneField(Lesson, models.CASCADE, related_name="quiz")
    pass_mark = models.PositiveSmallIntegerField(
        default=70,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Percent of the points that pass.",
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: as many as one likes.",
    )
    grading_method = models.CharField(
        max_length=8,
        choices=GradingMethod,
        default=GradingMethod.HIGHEST,
        help_text="Which of several attempts counts.",
    )
    feedback = models.CharField(
        max_length=16,
        choices=Feedback,
        default=Feedback.AFTER_SUBMISSION,
        help_text="When the questions are shown with what was right and why.",
    )
    show_score = models.BooleanField("the score", default=True)
    show_marks = models.BooleanField("which answers were right", default=True)
    show_choice_feedback = models.BooleanField("what is said to each answer", default=True)
    show_answers = models.BooleanField("the right answers", default=True)
    show_explanations = models.BooleanField("the explanations", default=True)
    shuffle_questions = models.BooleanField(
        default=True, help_text="Deal the questions in a new order each time."
    )
    shuffle_choices = models.BooleanField(
        default=True, help_text="Deal the choices in a new order, but for those kept last."
    )
    wait_first = models.PositiveIntegerField(
        "wait before the second attempt", default=0, help_text="Minutes after submitting the first."
    )
    wait_later = models.PositiveIntegerField(
        "wait before later attempts", default=0, help_text="Minutes after submitting the last one."
    )
    time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Minutes. Empty: no limit, as suits a knowledge check.",
    )
    overdue = models.CharField(
        "when the time is up",
        max_length=8,
        choices=Overdue,
        default=Overdue.SUBMIT,
        help_text="What happens to an attempt that was not submitted in time.",
    )
    grace = models.PositiveSmallIntegerField(
        "minutes to hand in",
        default=5,
        help_text="After the time is up, where there are some minutes to hand in.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return f"Quiz: {self.lesson.title}"

    def dealt_count(self) -> int:
        """How many questions an attempt is dealt: of a pool only what it gives. One query."""
        asked = self.questions.asked().exclude(current=None).order_by()
        rows = asked.values("pool").annotate(n=models.Count("pk"))
        counts = rows.values_list("n", "pool__pick")
        return sum(count if pick is None else min(count, pick) for count, pick in counts)

    def minutes(self, questions: int) -> int:
        """How long that many questions take: the time limit, or an estimate without one."""
        return self.time_limit or max(1, round(questions * MINUTES_A_QUESTION))

    @property
    def switches(self) -> rules.Shown:
        """What is shown of an attempt once anything is."""
        return rules.Shown(
            score=self.show_score,
            marks=self.show_marks,
            choice_feedback=self.show_choice_feedback,
            answers=self.show_answers,
            explanations=self.show_explanations,
        )

    def get_absolute_url(self) -> str:
        """Where a learner starts or resumes it."""
        return reverse("quiz", args=[self.lesson.slug])


class Pool(models.Model):
    """Questions of a quiz of which an attempt is dealt only some."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="pools")
    name = models.CharField(max_length=80)
    pick = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)],
        help_text="How many of its questions each attempt is dealt; those not met before first.",
    )

    class Meta:
        ordering = ["quiz", "name"]
        constraints = [models.UniqueConstraint("quiz", "name", name="pool_name_in_quiz")]

    def __str__(self) -> str:
        return self.name


class AllowanceQuerySet(models.QuerySet["Allowance"]):
    """What people have more of."""

    def in_quiz(self, quiz: "Quiz | models.F | models.OuterRef") -> Self:
        """Those that hold in this quiz: its own, and those for every quiz."""
        return self.filter(models.Q(quiz=quiz) | models.Q(quiz=None))

    def largest(self, field: str, user: models.OuterRef) -> models.Subquery:
        """The largest value of a field that an outer query's person has; null for none."""
        rows = self.filter(user=user).order_by().values("user")
        return models.Subquery(rows.annotate(most=models.Max(field)).values("most"))


class Allowance(models.Model):
    """Extra time or attempts for one person, in one quiz or in all.

    Of a person's row for a quiz and their row for all, the larger counts: of the time and of the
    attempts, each by itself.
    """

    class Factor(Decimal, models.Choices):
        NONE = "1.00", "No extra time"
        QUARTER = "1.25", "A quarter more (× 1.25)"
        HALF = "1.50", "Half more (× 1.5)"
        DOUBLE = "2.00", "Double (× 2)"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="allowances")
    quiz = models.ForeignKey(
        Quiz,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="allowances",
        help_text="Empty: every quiz with a time limit.",
    )
    time_factor = models.DecimalField(
        "time", max_digits=3, decimal_places=2, choices=Factor, default=Decimal("1.50")
    )
    extra_attempts = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="On top of those that a quiz allows, where it limits them.",
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why, for whoever looks later.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "quiz", name="one_allowance_in_quiz"),
            models.UniqueConstraint(
                "user", condition=models.Q(quiz=None), name="one_allowance_in_all_quizzes"
            ),
        ]

    def __str__(self) -> str:
        return self.said or "nothing extra"

    @property
    def said(self) -> str:
        """“time × 1.5 and 2 extra attempts”; empty for nothing."""
        more = self.extra_attempts
        parts = [
            f"time × {self.time_factor.normalize():f}" if self.time_factor > 1 else "",
            f"{more} extra attempt{'' if more == 1 else 's'}" if more else "",
        ]
        return " and ".join(part for part in parts if part)


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
    pool = models.ForeignKey(
        Pool,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="questions",
        help_text="Empty: it is asked in every attempt.",
    )
    objectives = models.ManyToManyField(Objective, related_name="questions", blank=True)
    section = models.CharField(
        max_length=200,
        blank=True,
        help_text="The heading of the lesson under which it is answered: results link there.",
    )
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

    def revise(self, library: Library | None = None, **content: Any) -> "QuestionVersion":
        """Give the question this content (`QuestionVersion.CONTENT`), unless it has it already.

        A version that was dealt to somebody stays as it is and a new one is made; one that was
        not is changed in place. Call inside a transaction. `library`: as for `render`.
        """
        now = self.current
        if now is not None and all(getattr(now, name) == content[name] for name in content):
            return now
        version = self._to_write()
        for name, value in content.items():
            setattr(version, name, value)
        version.save(library=library)
        self.current = version
        self.save(update_fields=["current", "changed_at"])
        return version

    def settle(self, library: Library) -> bool:
        """Render the current version again, as something that texts name has changed.

        Whether its HTML is another now; then, if it was dealt to somebody, it is a new version.
        Call inside a transaction; `current` is set.
        """
        now = self.current
        assert now is not None  # noqa: S101 - for the type checker
        before, now.question = now.html, self
        now.render(library)
        if now.html == before:
            return False
        version = self._to_write()
        version.save(library=library)
        self.current = version
        self.save(update_fields=["current", "changed_at"])
        return True

    def _to_write(self) -> "QuestionVersion":
        """The current version, or its copy under the next number once it was dealt to somebody."""
        # An attempt that is being started in this moment locks the row too, and then deals the
        # version as it was or as it will be, never one that changes under it.
        Question.objects.select_for_update().get(pk=self.pk)
        now = self.current
        if now is not None and not now.answers.exists() and not now.reviews.exists():
            now.question = self
            return now
        newest = self.versions.aggregate(newest=Coalesce(models.Max("number"), 0))["newest"]
        version = QuestionVersion(question=self, number=newest + 1)
        for name in QuestionVersion.CONTENT:
            if now is not None:
                setattr(version, name, getattr(now, name))
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
    # what `rendering.rendered` makes of the content
    content_html = models.JSONField(editable=False, default=dict)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["question", "-number"]
        constraints = [models.UniqueConstraint("question", "number", name="version_number")]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.number}"

    @property
    def is_sound(self) -> bool:
        """Whether it can be shown and graded: nothing in its content is wrong."""
        kind = KINDS.get(self.kind)
        return kind is not None and not any(f.blocking for f in kind.faults(self.content))

    # What was wrong with the texts when they were rendered, by their place in a course file;
    # None until then.
    problems: list[tuple[Place, markdown.Problem]] | None = None

    @property
    def html(self) -> tuple[str, str, dict[str, Any]]:
        """All that pages show of it."""
        return self.prompt_html, self.explanation_html, self.content_html

    @property
    def may_name(self) -> bool:
        """Whether a text of it may name something: they have signs in common."""
        return NAMES.search(f"{self.prompt} {self.explanation} {self.content}") is not None

    def render(self, library: Library | None = None) -> None:
        """Render prompt, explanation and the parts of the content; `save` calls it.

        Their texts may name what those of the lesson may. `library`: that of the lesson's course,
        read from the database by default.
        """
        module = self.question.quiz.lesson.module
        library = library or Library(module.course)
        texts = Texts(library.references(module.pk))
        # Many questions share a page: what they name in themselves must not meet.
        prefix = f"q{self.question_id}"
        self.prompt_html = texts.page(self.prompt, ("prompt",), f"{prefix}p-")
        self.explanation_html = texts.page(self.explanation, ("explanation",), f"{prefix}e-")
        self.content_html = rendered(self.content, f"{prefix}t-", texts)
        self.problems = texts.problems

    def save(self, *args: Any, library: Library | None = None, **kwargs: Any) -> None:
        """Render and save."""
        self.render(library)
        super().save(*args, **kwargs)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts by their state."""

    def open(self) -> Self:
        """Those still being answered."""
        return self.filter(state=Attempt.State.IN_PROGRESS)

    def overdue(self, now: datetime) -> Self:
        """Open ones that nobody can submit any more."""
        return self.open().filter(closes_at__lt=now - rules.LAST_SAVE)

    def finished(self) -> Self:
        """Those with a score: submitted, or graded when their time was up."""
        return self.filter(state__in=[Attempt.State.SUBMITTED, Attempt.State.EXPIRED])


class Attempt(models.Model):
    """One person's try at a quiz: frozen when started, scored once when submitted."""

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Submitted"
        # The time was up, and what was saved was graded.
        EXPIRED = "expired", "Time was up"
        # Without a score: not submitted in time where that discards it, or its person is gone.
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
    # Answers are taken until the deadline; submitting is possible until it closes.
    deadline = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    overdue = models.CharField(max_length=8, choices=Quiz.Overdue, default=Quiz.Overdue.SUBMIT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    score = FractionField(null=True, blank=True)
    # The score in percent as shown; for lists, sums and sorting.
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    # Its time was up and nothing had been answered: counts for "last" and "average" only.
    is_blank = models.BooleanField(default=False)
    # The first of its person at this quiz that got a score: item analysis rests on these.
    is_first = models.BooleanField(default=False)
    tallied_at = models.DateTimeField(null=True, blank=True, editable=False)

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
        indexes = [
            models.Index(fields=["user", "quiz", "passed"]),
            # What is still to be counted, and what is still to be ended: both are few.
            models.Index(
                fields=["quiz", "id"],
                # No more than this: SQLite matches no list of values against a partial index.
                condition=models.Q(is_first=True, tallied_at=None),
                name="attempt_to_tally",
            ),
            models.Index(
                fields=["closes_at"],
                condition=models.Q(state="in_progress"),
                name="attempt_to_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} at {self.quiz_id} by {self.user_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being answered."""
        return self.state == self.State.IN_PROGRESS

    @property
    def is_finished(self) -> bool:
        """Whether it has a score."""
        return self.state in {self.State.SUBMITTED, self.State.EXPIRED}

    @property
    def shown_percent(self) -> Decimal | None:
        """The score in percent, where the quiz shows it."""
        return self.percent if self.quiz.show_score else None

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
    # With feedback at once: when this answer was checked; from then on it is final.
    checked_at = models.DateTimeField(null=True, blank=True)
    fraction = FractionField(null=True, blank=True)

    # How the mark was changed, oldest first, where `overrides.fetch_trails` brought it along.
    trail: Sequence["MarkChange"] = ()

    class Meta:
        ordering = ["attempt", "slot"]
        constraints = [models.UniqueConstraint("attempt", "slot", name="answer_slot")]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.slot}"


class FinalGrade(models.Model):
    """What a person's attempts at a quiz come to by its grading method.

    Written in the transaction of each submission, and anew when the method changes
    (`attempts.settle_grades`); it can always be made again from the attempts.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="final_grades")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="final_grades")
    score = FractionField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    passed = models.BooleanField()
    attempts = models.PositiveIntegerField()  # with a score
    # Since when it is passed without a break; empty where it is not.
    passed_at = models.DateTimeField(null=True)
    # When the newest of the attempts was handed in.
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "quiz", name="one_final_grade")]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.user_id} in {self.quiz_id}"


class MarkChange(models.Model):
    """A mark that was changed after grading: by whom, why, from what to what. Only ever added.

    The mark as graded is the `fraction_before` of an answer's first change. Answer, score, final
    grade, tallies and review card hold what the changes come to.
    """

    class Kind(models.TextChoices):
        OVERRIDE = "override", "Changed by hand"

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.OVERRIDE)
    # Empty once the person has had their account erased.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)
    fraction_before = FractionField()
    fraction_after = FractionField()
    # Of the whole attempt.
    score_before = FractionField()
    score_after = FractionField()

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.fraction_before} to {self.fraction_after} in {self.answer_id}"


# What the answers say of the questions ------------------------------------------------------------


class QuizTally(models.Model):
    """How the first attempts of everybody at a quiz came out, counted in batches.

    `scores` counts whole percents, rounded down: {"67": 12}. `totals` counts the points earned,
    in thousandths of a point: {"3500": 12}.
    """

    quiz = models.OneToOneField(Quiz, models.CASCADE, related_name="tally")
    attempts = models.PositiveIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)
    scores = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "quiz tallies"

    def __str__(self) -> str:
        return f"{self.attempts} first attempts at {self.quiz_id}"


class ItemTally(models.Model):
    """How everybody's first attempts went at one version of a question, counted in batches.

    `cells` is the joint histogram of the points earned here and in the whole attempt, both in
    thousandths of a point: {"1000|3500": 12}. `choices` counts how often each choice was chosen,
    by authored index ({"0": 7}; "true" and "false" for a statement), and "" what was not answered.
    """

    version = models.OneToOneField(QuestionVersion, models.CASCADE, related_name="tally")
    answers = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "item tallies"

    def __str__(self) -> str:
        return f"{self.answers} first answers to {self.version_id}"


# Review -------------------------------------------------------------------------------------------


class ReviewPlan(models.Model):
    """How a person wants to review; without a row the defaults hold."""

    RETENTION, DAILY_CAP = 90, 20

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_plan"
    )
    retention = models.PositiveSmallIntegerField(
        "how much to remember",
        default=RETENTION,
        validators=[MinValueValidator(70), MaxValueValidator(97)],
        help_text="Percent. A question comes back when the chance to know it falls to this.",
    )
    daily_cap = models.PositiveSmallIntegerField(
        "questions a day",
        default=DAILY_CAP,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text="When more are due, the rest comes on later days.",
    )

    def __str__(self) -> str:
        return f"{self.retention} %, {self.daily_cap} a day"


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    """Cards by whether their question may be asked."""

    def askable(self, now: datetime) -> Self:
        """Those whose question stands on the site and may be shown with what is right."""
        return self.filter(
            revealed=True,
            question__archived_at=None,
            question__current__isnull=False,
            question__quiz__archived_at=None,
            question__quiz__show_answers=True,
            question__quiz__lesson__in=Lesson.objects.published(now),
        ).exclude(question__quiz__feedback=Quiz.Feedback.NEVER)

    def due(self, now: datetime) -> Self:
        """Those that come back now, by the clock; the day's portion may be less."""
        return self.askable(now).filter(active=True, due__lte=now)


class ReviewCard(models.Model):
    """A question that a person has met: how it went, and when it comes back.

    Its state is a fold over every answer of the person to the question, in quizzes and in reviews,
    in the order given (right is Good, anything less is Again), and can be made again from them.
    Due is what is `active` and `revealed` with `due` in the past.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_cards")
    question = models.ForeignKey(Question, models.CASCADE, related_name="review_cards")
    times_answered = models.PositiveIntegerField(default=0)
    times_right = models.PositiveIntegerField(default=0)
    last_fraction = FractionField()
    last_at = models.DateTimeField()
    # The newest answers, newest first, 20 at most:
    # [[ISO time in UTC, "2/3", "quiz" or "review"], …]
    recent = models.JSONField(default=list)
    # FSRS: days until the chance to recall falls to 90 %, and difficulty from 1 to 10.
    stability = models.FloatField()
    difficulty = models.FloatField()
    due = models.DateTimeField()
    # Asked in reviews: once it was missed, or while its quiz is passed.
    active = models.BooleanField(default=False)
    # The person may see what is right: by the feedback setting of the quiz.
    revealed = models.BooleanField(default=True)

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("user", "question", name="one_card_per_question")]
        indexes = [
            models.Index(
                fields=["user", "due"],
                condition=models.Q(active=True, revealed=True),
                name="card_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} and {self.question_id}, due {self.due:%Y-%m-%d}"


class Review(models.Model):
    """One question asked in a review or for practice: frozen when asked, answered once."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="reviews")
    # "due"; "attempt:<public id>" and "objective:<id>" are practice of what these name.
    scope = models.CharField(max_length=50, default="due")
    dealt = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    response = models.JSONField(default=dict, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    fraction = FractionField(null=True, blank=True)

    class Meta:
        constraints = [
            # A second tab or device joins the question that is open.
            models.UniqueConstraint(
                "user",
                "scope",
                condition=models.Q(answered_at=None),
                name="one_open_review_per_scope",
            ),
        ]
        indexes = [models.Index(fields=["user", "answered_at"])]

    def __str__(self) -> str:
        return f"Review of {self.version_id} by {self.user_id}"

    def get_absolute_url(self) -> str:
        """The question, and afterwards what is right and why."""
        return reverse("review_question", args=[self.public_id])
