"""Lessons: the text with its preview, objectives, takeaways, tools, and when it is published."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lessons.library import Library
from lessons.models import Lesson, LessonTool, Objective, RelatedLesson
from lessons.rendering import after_change, settle

from .courses import STAYS, worked_on
from .forms import (
    LessonForm,
    ObjectiveForm,
    ObjectiveFormSet,
    RelatedForm,
    RelatedFormSet,
    ToolLinkForm,
    ToolLinkFormSet,
)
from .shared import (
    Publishing,
    StateFilter,
    admin_link,
    count_link,
    in_changelist,
    say_moved,
    say_problems,
    state_badge,
)


class ObjectiveInline(admin.TabularInline[Objective, Lesson]):
    """What the lesson teaches, and its quiz asks about."""

    model = Objective
    form = ObjectiveForm
    formset = ObjectiveFormSet
    classes = ["plain"]
    extra = 1
    verbose_name_plural = (
        "learning objectives (what a reader can do afterwards; questions point at them)"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objective]:
        """Those that stand; the retired ones are kept for old results only."""
        return super().get_queryset(request).filter(archived_at=None)


class ToolInline(admin.TabularInline[LessonTool, Lesson]):
    """The list “Tools covered”."""

    model = LessonTool
    form = ToolLinkForm
    formset = ToolLinkFormSet
    classes = ["plain"]
    fields = ["tool", "position"]
    autocomplete_fields = ["tool"]
    extra = 1
    verbose_name = "tool covered"
    verbose_name_plural = "tools covered (those with a card in the text follow by themselves)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LessonTool]:
        """Those that the author named."""
        return super().get_queryset(request).filter(carded=False).select_related("tool")


class RelatedInline(admin.TabularInline[RelatedLesson, Lesson]):
    """What comes first under “Recommended for you”."""

    model = RelatedLesson
    form = RelatedForm
    formset = RelatedFormSet
    classes = ["plain"]
    fk_name = "lesson"
    fields = ["to", "position"]
    autocomplete_fields = ["to"]
    extra = 1
    verbose_name = "related lesson"
    verbose_name_plural = "related lessons (they come first under “Recommended for you”)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RelatedLesson]:
        """With their lessons."""
        return super().get_queryset(request).select_related("to")


class UncheckedFilter(admin.SimpleListFilter):
    """Lessons with an objective that no question checks."""

    title = "objectives"
    parameter_name = "objectives"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one choice beside “all”."""
        return [("unchecked", "Some without a question")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those lessons."""
        if self.value() != "unchecked":
            return queryset
        checked = Q(questions__archived_at=None, questions__quiz__archived_at=None)
        checked &= Q(questions__isnull=False)
        unchecked = Objective.objects.current().exclude(pk__in=Objective.objects.filter(checked))
        return queryset.filter(archived_at=None, pk__in=unchecked.values("lesson"))


@admin.register(Lesson)
class LessonAdmin(Publishing):
    """Lessons."""

    form = LessonForm
    fieldsets = [
        (None, {"fields": ["title", "summary", "body", "takeaways"]}),
        (
            "Publishing",
            {
                "fields": ["state", "status", "publish_at", "updated", "archived_at"],
                "description": "A lesson is on the site when it is published, its time has come, "
                "and its course is published too.",
            },
        ),
        ("Place and address", {"fields": ["module", "position", "slug", "language", "tags"]}),
        (
            "Audio and video",
            {
                "fields": ["narration", "video", "captions", "poster"],
                "classes": ["collapse"],
                "description": "Files in the media folder of the course's files.",
            },
        ),
    ]
    readonly_fields = ["state"]
    autocomplete_fields = ["module"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [ObjectiveInline, ToolInline, RelatedInline]
    list_display = [
        "title",
        "state",
        "place",
        "minutes",
        "question_count",
        "open_reports",
        "updated",
    ]
    list_filter = [
        StateFilter,
        ("module__course", admin.RelatedOnlyFieldListFilter),
        ("module", admin.RelatedOnlyFieldListFilter),
        UncheckedFilter,
        "language",
    ]
    list_select_related = ["module__course"]
    search_fields = ["title", "slug", "body"]
    search_help_text = "Part of a title, an address or a text."
    ordering = [
        "module__course__position",
        "module__course",
        "module__position",
        "module",
        "position",
        "pk",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lesson]:
        """With counts and without texts, in lists."""
        lessons: QuerySet[Lesson] = super().get_queryset(request)
        if not in_changelist(request):
            return lessons.select_related("module__course")
        asked = Q(quiz__archived_at=None, quiz__questions__archived_at=None)
        return lessons.defer("body", "body_html", "text", "toc", "takeaways_html").annotate(
            question_count=Count("quiz__questions", asked, distinct=True),
            open_reports=Count("reports", Q(reports__resolved_at=None), distinct=True),
            quiz_key=F("quiz__pk"),
        )

    @admin.display(description="course, module", ordering="module__course__title")
    def place(self, row: Lesson) -> SafeString:
        """Where it stands."""
        return format_html("{}<br><small>{}</small>", row.module.course.title, row.module.title)

    @admin.display(description="min", ordering="reading_minutes")
    def minutes(self, row: Lesson) -> int:
        """The reading time."""
        return row.reading_minutes

    @admin.display(description="questions", ordering="question_count")
    def question_count(self, row: Any) -> SafeString | str:
        """How many its quiz asks; leads to the quiz."""
        if row.quiz_key is None:
            return "no quiz"
        return admin_link("quizzes_quiz_change", row.quiz_key, row.question_count)

    @admin.display(description="open reports", ordering="open_reports")
    def open_reports(self, row: Any) -> SafeString | str:
        """Problems that readers reported and nobody has resolved."""
        query = f"lesson__id__exact={row.pk}&open=yes"
        return count_link("lessons_problemreport_changelist", query, row.open_reports)

    @admin.display(description="now")
    def state(self, row: Any) -> SafeString | str:
        """In words; a lesson that is being made has none yet."""
        return state_badge(row) if row and row.pk else "not saved yet"

    def protection(self, row: Any) -> str:
        """A lesson that people have read or answered stays."""
        if worked_on(Lesson.objects.filter(pk=row.pk)):
            return STAYS.format("lesson")
        return ""

    def view_on_site(self, obj: Lesson) -> str:
        """The public page; the preview while it has none."""
        stored = Lesson.objects.published().filter(pk=obj.pk).first()
        if stored is not None:
            return stored.get_absolute_url()
        return reverse("preview_lesson", args=[obj.pk])

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        """The form, whose text knows where its preview is."""
        form = super().get_form(request, obj, change, **kw)
        if "body" in form.base_fields:
            widget: Any = form.base_fields["body"].widget
            widget.preview_url = reverse("preview_lesson", args=[obj.pk if obj else 0])
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rows around the lesson, then render it from them."""
        super().save_related(request, form, formsets, change)
        lesson: Lesson = form.instance
        rendered = settle(lesson, Library(lesson.module.course))
        say_problems(self, request, rendered.problems)
        old = form.initial.get("slug", "") if change else ""
        if {"slug", "archived_at", "title"} & set(form.changed_data):
            settled = after_change([lesson], *([old] if old else []))
            if settled:
                text = f"Texts that link here, rendered anew: {settled}."
                self.message_user(request, text, messages.INFO)
        if change and old != lesson.slug:
            say_moved(self, request, lesson, old)
        if lesson.publish_at and lesson.publish_at > timezone.now() and not lesson.archived_at:
            self.message_user(request, "It appears on the site at the time you set.", messages.INFO)
