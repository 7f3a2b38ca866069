"""Tools, playbooks, images and sounds."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lessons import media
from lessons.library import Library
from lessons.models import Asset, Lesson, Playbook, Tool
from lessons.rendering import after_asset, after_change

from .forms import AssetForm, PlaybookForm, ToolForm
from .shared import (
    Archiving,
    Desk,
    Publishing,
    StateFilter,
    in_changelist,
    say_moved,
    say_problems,
)


@admin.register(Tool)
class ToolAdmin(Archiving):
    """The tools that lessons speak of."""

    form = ToolForm
    fieldsets = [
        (None, {"fields": ["name", "vendor", "licence", "strengths"]}),
        ("Facts", {"fields": ["context_window", "pricing", "url"]}),
        (
            "Place and address",
            {
                "fields": ["course", "slug", "position", "archived_at"],
                "description": "The address is also the tool's id, by which a text shows its card: "
                "a line “:::{tool} the-id” and a line “:::”.",
            },
        ),
    ]
    autocomplete_fields = ["course"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["name", "vendor", "licence", "slug", "state", "lesson_count", "course"]
    list_filter = [StateFilter, "licence", ("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["course"]
    search_fields = ["name", "slug", "vendor"]
    search_help_text = "Part of a name, an id or a vendor."
    ordering = ["name", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tool]:
        """With the count of lessons, in lists."""
        tools: QuerySet[Tool] = super().get_queryset(request)
        if not in_changelist(request):
            return tools
        return tools.annotate(lesson_count=Count("lesson_links"))

    @admin.display(description="lessons", ordering="lesson_count")
    def lesson_count(self, row: Any) -> int:
        """How many lessons cover it."""
        return int(row.lesson_count)

    def protection(self, row: Any) -> str:
        """A tool that a lesson covers stays."""
        if row.lesson_links.exists():
            return "Lessons cover this tool. Take it out of them first, or archive it."
        return ""

    def save_model(self, request: HttpRequest, obj: Tool, form: Any, change: bool) -> None:
        """Save, and write the card anew wherever it stands."""
        old = form.initial.get("slug", "") if change else ""
        super().save_model(request, obj, form, change)
        settled = after_change([obj], *([old] if old else []))
        if settled:
            noun = "text" if settled == 1 else "texts"
            self.message_user(request, f"Its card was renewed in {settled} {noun}.", messages.INFO)
        if old and old != obj.slug:
            say_moved(self, request, obj, old)


@admin.register(Playbook)
class PlaybookAdmin(Publishing):
    """Playbooks."""

    form = PlaybookForm
    fieldsets = [
        (None, {"fields": ["title", "summary", "access", "body", "lessons"]}),
        ("Publishing", {"fields": ["status", "updated", "archived_at"]}),
        ("Place and address", {"fields": ["course", "position", "slug"]}),
    ]
    autocomplete_fields = ["course", "lessons"]
    prepopulated_fields = {"slug": ["title"]}
    list_display = [
        "title",
        "access",
        "state",
        "course",
        "lesson_count",
        "reading_minutes",
        "updated",
    ]
    list_filter = [StateFilter, "access", ("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["course"]
    search_fields = ["title", "slug", "body"]
    search_help_text = "Part of a title, an address or a text."
    ordering = ["course__position", "course", "position", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Playbook]:
        """With the count of lessons and without texts, in lists."""
        playbooks: QuerySet[Playbook] = super().get_queryset(request)
        if not in_changelist(request):
            return playbooks
        texts = ["body", "body_html", "excerpt_html", "excerpt_text", "text", "toc"]
        return playbooks.defer(*texts).annotate(lesson_count=Count("lessons"))

    @admin.display(description="lessons", ordering="lesson_count")
    def lesson_count(self, row: Any) -> int:
        """How many lessons it goes with."""
        return int(row.lesson_count)

    def save_model(self, request: HttpRequest, obj: Playbook, form: Any, change: bool) -> None:
        """Render, save, say what is wrong with the text."""
        old = form.initial.get("slug", "") if change else ""
        rendered = obj.render(Library(obj.course))
        super().save_model(request, obj, form, change)
        say_problems(self, request, rendered.problems)
        if {"slug", "archived_at"} & set(form.changed_data):
            after_change([obj], *([old] if old else []))
        if old and old != obj.slug:
            say_moved(self, request, obj, old)


@admin.register(Asset)
class AssetAdmin(Desk):
    """The images and sounds of courses: which there are, and how a text shows one."""

    form = AssetForm
    autocomplete_fields = ["course", "module"]
    list_display = ["path", "course", "module", "dimensions", "kilobytes", "reference"]
    list_filter = [("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["course", "module"]
    search_fields = ["path", "course__title"]
    search_help_text = "Part of a path or of a course's title."
    ordering = ["course", "path", "pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What is known of the file once there is one."""
        known = ["preview", "reference", "dimensions", "media_type", "kilobytes"]
        upload = ["file"] if self.has_change_permission(request, obj) or obj is None else []
        return ["course", "module", *upload, "path", *(known if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """An asset stays where texts look for it."""
        known = ["preview", "reference", "dimensions", "media_type", "kilobytes"]
        return ["course", "module", "path", *known] if obj else []

    def protection(self, row: Any) -> str:
        """What a lesson shows or plays stays."""
        texts = Lesson.objects.filter(module__course=row.course_id, body__contains=row.path)
        if texts.exists():
            return "Lessons show this. Take it out of their texts first."
        return ""

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        """Keep the bytes, save, and write the new address into the texts that show it."""
        if form.medium is not None:
            media.keep(form.medium)
            for name in ("digest", "media_type", "width", "height"):
                setattr(obj, name, getattr(form.medium, name))
            obj.size = len(form.medium.data)
        super().save_model(request, obj, form, change)
        if settled := after_asset(obj):
            self.message_user(request, f"Texts that show it, rendered anew: {settled}.")

    @admin.display(description="image or sound")
    def preview(self, row: Asset) -> SafeString:
        """The image or the sound itself."""
        if row.is_sound:
            player = '<audio controls preload="none" src="{}" aria-label="{}"></audio>'
            return format_html(player, row.url, row.path)
        return format_html(
            '<img class="asset" src="{}" width="{}" height="{}" alt="{}">',
            row.url,
            row.width,
            row.height,
            row.path,
        )

    @admin.display(description="pixels")
    def dimensions(self, row: Asset) -> str:
        """Width by height."""
        return "–" if row.is_sound else f"{row.width} × {row.height}"

    @admin.display(description="kB", ordering="size")
    def kilobytes(self, row: Asset) -> int:
        """Rounded up."""
        return -(-row.size // 1000)

    @admin.display(description="in a text")
    def reference(self, row: Asset) -> SafeString:
        """What to write."""
        path = f"<{row.path}>" if " " in row.path else row.path
        said = "What is said" if row.is_sound else "What it shows"
        return format_html("<code>![{}]({})</code>", said, path)
