"""Courses and what they are made of, and what each person has read of them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info

from accounts.models import User

from . import markdown

if TYPE_CHECKING:
    from .library import Library

validate_slug = RegexValidator(
    r"^[^\W_]+(?:-[^\W_]+)*\Z", "Use letters and digits, with single hyphens between them."
)
RTL = frozenset({"ar", "fa", "he", "ur", "ps", "ug", "yi", "dv", "ckb"})


def local_day() -> date:
    """Today, in the active time zone."""
    return timezone.localdate()


class Changed(models.Model):
    """Anything shown on a public page: says when it last changed, so that caches can know."""

    changed_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        abstract = True


class Addressed(Changed):
    """Something with an address of its own; an address it had before leads to the new one."""

    slug = models.CharField(
        max_length=120,
        unique=True,
        validators=[validate_slug],
        help_text="The last part of the address. The old address goes on working after a change.",
    )
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when it is taken off the site; nothing is deleted."
    )

    kind: ClassVar[str]
    _slug_before: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """As Django does it, noting the slug."""
        row = super().from_db(*args, **kwargs)
        row._slug_before = row.__dict__.get("slug")
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the former address leading here."""
        super().save(*args, **kwargs)
        if self._slug_before and self._slug_before != self.slug:
            FormerSlug.keep(self.kind, self._slug_before, self.pk)
        # An address in use again leads to what stands there, no longer elsewhere.
        if self._slug_before != self.slug:
            FormerSlug.objects.filter(kind=self.kind, slug=self.slug).delete()
        self._slug_before = self.slug


class FormerSlug(models.Model):
    """An address that something had; answered with a permanent redirect."""

    kind = models.CharField(max_length=10)
    slug = models.CharField(max_length=120)
    target = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("kind", "slug", name="one_target_per_former_slug")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"

    @classmethod
    def keep(cls, kind: str, slug: str, target: int) -> None:
        """Let a former address lead to a row; the newest owner wins."""
        cls.objects.update_or_create(kind=kind, slug=slug, defaults={"target": target})


class CourseQuerySet(models.QuerySet["Course"]):
    """Courses by who may see them."""

    def published(self) -> Self:
        """Those on the site."""
        return self.filter(archived_at=None, status=Status.PUBLISHED)


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class Course(Addressed):
    """A course: modules of lessons, with its tools and playbooks."""

    kind = "course"

    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="One or two sentences.")
    language = models.CharField(
        max_length=12, default="en", help_text="A language tag: en, de, zh-hans, ar …"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    body = models.TextField("introduction", blank=True, help_text="Markdown.")
    body_html = models.TextField(editable=False, default="")
    position = models.PositiveIntegerField(default=0)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The course's page."""
        return reverse("course", args=[self.slug])

    @property
    def direction(self) -> str:
        """The text's direction, for the `dir` attribute."""
        return direction_of(self.language)

    def render(self, library: "Library") -> markdown.Rendered:
        """Render the introduction; call before saving."""
        rendered = markdown.render(self.body, library.references())
        self.body_html = rendered.html
        return rendered


class Module(Changed):
    """A part of a course."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="modules")
    slug = models.CharField(max_length=120, validators=[validate_slug])
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["course", "position", "pk"]
        constraints = [models.UniqueConstraint("course", "slug", name="module_slug_in_course")]

    def __str__(self) -> str:
        return self.title


class LessonQuerySet(models.QuerySet["Lesson"]):
    """Lessons by who may see them, in the order they are taught."""

    def published(self, now: datetime | None = None) -> Self:
        """Those that anybody may read at this time."""
        now = now or timezone.now()
        return self.filter(
            models.Q(publish_at=None) | models.Q(publish_at__lte=now),
            status=Status.PUBLISHED,
            archived_at=None,
            module__archived_at=None,
            module__course__archived_at=None,
            module__course__status=Status.PUBLISHED,
        )

    def in_order(self) -> Self:
        """By course, module and place."""
        return self.order_by(
            "module__course__position",
            "module__course_id",
            "module__position",
            "module_id",
            "position",
            "pk",
        )

    def outline(self) -> Self:
        """Only what lists show: no text is read from the database."""
        return self.only(
            "slug",
            "title",
            "summary",
            "reading_minutes",
            "position",
            "module_id",
            "module__title",
            "module__slug",
            "module__position",
            "module__course_id",
            "module__course__slug",
            "module__course__title",
            "module__course__summary",
            "module__course__language",
            "language",
        ).select_related("module__course")


class Lesson(Addressed):
    """A lesson: an open page, and the objectives that its quiz checks."""

    kind = "lesson"

    module = models.ForeignKey(Module, models.CASCADE, related_name="lessons")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="One or two sentences.")
    body = models.TextField("article", blank=True, help_text="Markdown; see “Writing lessons”.")
    body_html = models.TextField(editable=False, default="")
    toc = models.JSONField(editable=False, default=list)
    text = models.TextField(editable=False, default="", help_text="Plain text, for search.")
    reading_minutes = models.PositiveIntegerField(editable=False, default=1)
    takeaways = models.JSONField("key takeaways", default=list, blank=True)
    takeaways_html = models.JSONField(editable=False, default=list)
    tags = models.JSONField(default=list, blank=True)
    updated = models.DateField(
        default=local_day, help_text="The day shown as “Updated”; change it with the content."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    publish_at = models.DateTimeField(
        null=True, blank=True, help_text="Published from this time on; empty: at once."
    )
    language = models.CharField(
        max_length=12, blank=True, help_text="Empty: the language of the course."
    )
    narration = models.CharField(max_length=200, blank=True, help_text="A path under media/.")
    video = models.CharField(max_length=200, blank=True, help_text="A path under media/.")
    captions = models.CharField(max_length=200, blank=True, help_text="A path under media/.")
    poster = models.CharField(max_length=200, blank=True, help_text="A path under media/.")
    position = models.PositiveIntegerField(default=0)
    # What the author chose for “Tools covered”, and what is carded in the text (set by render).
    tools: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Tool", through="LessonTool", related_name="lessons", blank=True
    )
    related = models.ManyToManyField(
        "self", through="RelatedLesson", symmetrical=False, related_name="related_from", blank=True
    )

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["module", "position", "pk"]
        indexes = [models.Index(fields=["module", "position"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The lesson's page."""
        return reverse("lesson", args=[self.slug])

    @property
    def lang(self) -> str:
        """The language of the text, for the `lang` attribute."""
        return self.language or self.module.course.language

    @property
    def direction(self) -> str:
        """The text's direction, for the `dir` attribute."""
        return direction_of(self.lang)

    def is_published(self, now: datetime) -> bool:
        """As `LessonQuerySet.published`, for the lesson alone (not its module and course)."""
        return (
            self.status == Status.PUBLISHED
            and self.archived_at is None
            and (self.publish_at is None or self.publish_at <= now)
        )

    def render(
        self, library: "Library", objectives: Collection[str] | None = None
    ) -> markdown.Rendered:
        """Render article and takeaways and count the reading time; call before saving.

        `objectives`: their texts; those of the database by default.
        """
        rendered = markdown.render(self.body, library.references(self.module_id))
        if objectives is None:
            objectives = (
                list(self.objectives.current().values_list("text", flat=True)) if self.pk else []
            )
        self.body_html = rendered.html
        self.toc = [[heading.level, heading.id, heading.text] for heading in rendered.toc]
        self.takeaways_html = [markdown.render_inline(text) for text in self.takeaways]
        takeaways = [markdown.plain(text) for text in self.takeaways]
        self.text = "\n".join([rendered.text, *takeaways])
        self.reading_minutes = markdown.reading_minutes(
            rendered.text,
            *takeaways,
            *(markdown.plain(text) for text in objectives),
            *(library.tools[tool].words for tool in rendered.tools),
        )
        return rendered

    def link_tools(self, authored: Sequence[int], carded: Sequence[int]) -> None:
        """Cover these tools: those the author named, in that order, then the others carded.

        Keys of tools; a tool in both lists counts as named. Only what differs is written.
        """
        wanted = {tool: (position, False) for position, tool in enumerate(authored)}
        for tool in carded:
            wanted.setdefault(tool, (len(wanted), True))
        links = {link.tool_id: link for link in self.tool_links.all()}
        gone = [link.pk for tool, link in links.items() if tool not in wanted]
        if gone:
            self.tool_links.filter(pk__in=gone).delete()
        for tool, (position, is_carded) in wanted.items():
            link = links.get(tool) or LessonTool(lesson=self, tool_id=tool)
            if link.pk is None or (link.position, link.carded) != (position, is_carded):
                link.position, link.carded = position, is_carded
                link.save()


def direction_of(language: str) -> str:
    """`rtl` or `ltr` for a language tag."""
    return "rtl" if language.split("-", maxsplit=1)[0].lower() in RTL else "ltr"


def language_name(language: str) -> str:
    """A language's own name, or its tag where Django does not know it."""
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    """Objectives by whether they still stand."""

    def current(self) -> Self:
        """Those that the lesson still has."""
        return self.filter(archived_at=None)


class Objective(Changed):
    """What a reader should be able to do after a lesson; questions point at it."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="objectives")
    key = models.CharField(
        "id", max_length=80, help_text="Short and lasting: statistics follow it across edits."
    )
    text = models.TextField(help_text="Markdown in one line.")
    text_html = models.TextField(editable=False, default="")
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("lesson", "key", name="objective_key_in_lesson")]

    def __str__(self) -> str:
        return markdown.plain(self.text)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render the text and save."""
        self.text_html = markdown.render_inline(self.text)
        super().save(*args, **kwargs)

    def retire(self) -> None:
        """Take it out of the lesson; what people answered keeps it."""
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "text_html", "changed_at"])


class Licence(models.TextChoices):
    OPEN = "open-source", "Open Source"
    CLOSED = "closed", "Closed"


class ToolQuerySet(models.QuerySet["Tool"]):
    """Tools by who may see them."""

    def published(self) -> Self:
        """Those on the site."""
        return self.filter(
            archived_at=None, course__archived_at=None, course__status=Status.PUBLISHED
        )


class Tool(Addressed):
    """A tool that lessons speak of, shown as a card; its id is its slug."""

    kind = "tool"

    course = models.ForeignKey(Course, models.CASCADE, related_name="tools")
    name = models.CharField(max_length=120)
    vendor = models.CharField(max_length=120)
    licence = models.CharField(max_length=12, choices=Licence)
    strengths = models.TextField(blank=True, help_text="Markdown in one line.")
    strengths_html = models.TextField(editable=False, default="")
    context_window = models.CharField(max_length=120, blank=True)
    pricing = models.CharField(max_length=240, blank=True)
    url = models.URLField(
        "web address", blank=True, max_length=400, validators=[URLValidator(["https", "http"])]
    )
    position = models.PositiveIntegerField(default=0)

    objects = ToolQuerySet.as_manager()

    class Meta:
        ordering = ["course", "position", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The tool's page."""
        return reverse("tool", args=[self.slug])

    @property
    def words(self) -> str:
        """The card's own text, as a reader meets it."""
        return "\n".join(
            [
                self.name,
                self.vendor,
                markdown.plain(self.strengths),
                self.context_window,
                self.pricing,
            ]
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render the strengths and save."""
        self.strengths_html = markdown.render_inline(self.strengths)
        super().save(*args, **kwargs)


class LessonTool(models.Model):
    """A tool that a lesson covers: named by the author, or carded in the text."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="tool_links")
    tool = models.ForeignKey(Tool, models.CASCADE, related_name="lesson_links")
    carded = models.BooleanField(default=False, editable=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("lesson", "tool", name="tool_once_in_lesson")]

    def __str__(self) -> str:
        return f"{self.tool_id} in {self.lesson_id}"


class RelatedLesson(models.Model):
    """A lesson that an author recommends after another."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="related_links")
    to = models.ForeignKey(Lesson, models.CASCADE, related_name="related_from_links")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("lesson", "to", name="related_once"),
            models.CheckConstraint(
                condition=~models.Q(lesson=models.F("to")), name="not_related_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} to {self.to_id}"


class PlaybookQuerySet(models.QuerySet["Playbook"]):
    """Playbooks by who may see them."""

    def published(self) -> Self:
        """Those on the site."""
        return self.filter(
            archived_at=None,
            status=Status.PUBLISHED,
            course__archived_at=None,
            course__status=Status.PUBLISHED,
        )


class Playbook(Addressed):
    """Steps to follow for one task; some are free, all come with a paid tier."""

    kind = "playbook"

    class Access(models.TextChoices):
        FREE = "free", "Free"
        PLUS = "plus", "Plus"

    course = models.ForeignKey(Course, models.CASCADE, related_name="playbooks")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    access = models.CharField(
        "tier", max_length=8, choices=Access, default=Access.PLUS, help_text="Who reads all of it."
    )
    body = models.TextField(
        help_text="Markdown. What stands before a line <!-- more --> (else the first paragraph) "
        "is open to everybody."
    )
    body_html = models.TextField(editable=False, default="")
    excerpt_html = models.TextField(editable=False, default="")
    excerpt_text = models.TextField(editable=False, default="")
    text = models.TextField(editable=False, default="")
    toc = models.JSONField(editable=False, default=list)
    reading_minutes = models.PositiveIntegerField(editable=False, default=1)
    lessons = models.ManyToManyField(Lesson, related_name="playbooks", blank=True)
    updated = models.DateField(default=local_day)
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    position = models.PositiveIntegerField(default=0)

    objects = PlaybookQuerySet.as_manager()

    class Meta:
        ordering = ["course", "position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The playbook's page."""
        return reverse("playbook", args=[self.slug])

    @property
    def is_free(self) -> bool:
        """Whether everybody may read all of it."""
        return self.access == self.Access.FREE

    def render(self, library: "Library") -> markdown.Rendered:
        """Render the text and its open excerpt; call before saving."""
        references = library.references()
        rendered = markdown.render(self.body, references)
        opening = markdown.render(markdown.excerpt(self.body), references)
        self.body_html, self.text = rendered.html, rendered.text
        self.excerpt_html, self.excerpt_text = opening.html, opening.text
        self.toc = [[heading.level, heading.id, heading.text] for heading in rendered.toc]
        self.reading_minutes = markdown.reading_minutes(rendered.text)
        return rendered


class Asset(Changed):
    """A public image or sound of a course, kept under the hash of its bytes."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="assets")
    module = models.ForeignKey(Module, models.CASCADE, null=True, blank=True)
    path = models.CharField(max_length=300, help_text="As texts name it: media/figure.webp")
    digest = models.CharField(max_length=64, editable=False, db_index=True)
    media_type = models.CharField(max_length=40, editable=False)
    # In pixels; a sound has none.
    width = models.PositiveIntegerField(editable=False, null=True)
    height = models.PositiveIntegerField(editable=False, null=True)
    size = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["course", "path"]
        constraints = [
            models.UniqueConstraint("module", "path", name="asset_path_in_module"),
            models.UniqueConstraint(
                "course",
                "path",
                condition=models.Q(module=None),
                name="asset_path_in_course",
            ),
        ]

    _bytes_before: tuple[str, str] | None = None

    def __str__(self) -> str:
        return self.path

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """As Django does it, noting which bytes it has."""
        row = super().from_db(*args, **kwargs)
        row._bytes_before = row.__dict__.get("digest", ""), row.__dict__.get("media_type", "")
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the former bytes at their address: what was made before shows them."""
        super().save(*args, **kwargs)
        if self._bytes_before and self._bytes_before[0] not in {"", self.digest}:
            FormerBytes.keep(self, *self._bytes_before)
        self._bytes_before = self.digest, self.media_type

    def retire(self) -> None:
        """Take it out of the course; what was made before goes on showing it."""
        FormerBytes.keep(self, self.digest, self.media_type)
        FormerBytes.objects.filter(asset=self).update(asset=None)
        self.delete()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name

    @property
    def is_sound(self) -> bool:
        """Whether it is played, not shown."""
        return self.media_type.startswith("audio/")

    @property
    def stored_as(self) -> str:
        """Where its bytes are, below the media folder."""
        return f"public/{self.digest[:2]}/{self.digest}"

    @property
    def url(self) -> str:
        """The public address; it changes with the bytes."""
        return reverse("media", args=[self.digest[:32], self.name])


class FormerBytes(models.Model):
    """Bytes that an image or a sound had: a question keeps showing whom it was dealt to its own.

    They go with the asset when an author deletes it.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    asset = models.ForeignKey(Asset, models.CASCADE, null=True, related_name="former")
    name = models.CharField(max_length=300)
    digest = models.CharField(max_length=64, db_index=True)
    media_type = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint("course", "digest", "name", name="former_bytes_once")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, asset: Asset, digest: str, media_type: str) -> None:
        """Go on serving these bytes under the asset's name."""
        cls.objects.update_or_create(
            course_id=asset.course_id,
            digest=digest,
            name=asset.name,
            defaults={"asset": asset, "media_type": media_type},
        )


class LessonProgressQuerySet(models.QuerySet["LessonProgress"]):
    """The writers of reading progress; each may be repeated without harm."""

    def note_place(self, user: User, lesson: Lesson, heading: str, fraction: float) -> None:
        """Keep where the person is; the row is made at the first visit."""
        self.update_or_create(
            user=user,
            lesson=lesson,
            defaults={"heading": heading, "fraction": fraction, "seen_at": timezone.now()},
        )

    def mark_read(self, user: User, lesson: Lesson) -> None:
        """The person has read to the end, or says so; the first time counts."""
        row, _ = self.get_or_create(user=user, lesson=lesson)
        self.filter(pk=row.pk, read_at=None).update(read_at=timezone.now())

    def unmark_read(self, user: User, lesson: Lesson) -> None:
        """Take “read” back; the place is kept."""
        self.filter(user=user, lesson=lesson).update(read_at=None)


class LessonProgress(models.Model):
    """How far one person has come in one lesson."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_progress"
    )
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="progress")
    heading = models.CharField(max_length=200, blank=True, help_text="The id last seen.")
    fraction = models.FloatField(default=0.0, help_text="How far down, 0 to 1.")
    read_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = LessonProgressQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("user", "lesson", name="one_progress_per_lesson")]
        indexes = [models.Index(fields=["user", "-seen_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.lesson_id}"


class Bookmark(models.Model):
    """A lesson that a person keeps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="bookmarks")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint("user", "lesson", name="one_bookmark_per_lesson")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.lesson_id}"


class ProblemReport(models.Model):
    """What somebody found wrong with a lesson or one of its questions."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="reports")
    question = models.CharField(
        max_length=80, blank=True, help_text="The question's id, where it is about one."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    text = models.TextField(max_length=4000)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text="What was done; for the other authors.")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Report on {self.lesson}"
