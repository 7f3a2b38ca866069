"""Courses and modules."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from lessons.library import Library
from lessons.models import Course, Lesson, Module

from .forms import CourseForm, ModuleForm, ModuleFormSet
from .shared import (
    Archiving,
    Publishing,
    StateFilter,
    count_link,
    in_changelist,
    say_moved,
    say_problems,
)

STAYS = (
    "This {} is not deleted, because people have read or answered in it. "
    "Archive it: their results stay."
)


def worked_on(lessons: QuerySet[Lesson]) -> bool:
    """Whether anybody has read or answered something in these lessons."""
    return lessons.filter(Q(progress__isnull=False) | Q(quiz__attempts__isnull=False)).exists()


class ModuleInline(admin.TabularInline[Module, Course]):
    """The parts of a course, in their order."""

    model = Module
    form = ModuleForm
    formset = ModuleFormSet
    fields = ["title", "slug", "position"]
    prepopulated_fields = {"slug": ["title"]}
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Course)
class CourseAdmin(Publishing):
    """Courses."""

    form = CourseForm
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        ("Publishing", {"fields": ["status", "slug", "language", "position", "archived_at"]}),
    ]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [ModuleInline]
    list_display = ["title", "state", "module_count", "lesson_count", "language", "changed_at"]
    list_filter = [StateFilter, "language"]
    search_fields = ["title", "slug", "summary"]
    search_help_text = "Part of a title, an address or a summary."
    ordering = ["position", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        """With counts, in lists."""
        courses: QuerySet[Course] = super().get_queryset(request)
        if not in_changelist(request):
            return courses
        return courses.defer("body", "body_html").annotate(
            module_count=Count("modules", Q(modules__archived_at=None), distinct=True),
            lesson_count=Count(
                "modules__lessons", Q(modules__lessons__archived_at=None), distinct=True
            ),
        )

    @admin.display(description="modules", ordering="module_count")
    def module_count(self, row: Any) -> SafeString | str:
        """Those not archived."""
        return count_link(
            "lessons_module_changelist", f"course__id__exact={row.pk}", row.module_count
        )

    @admin.display(description="lessons", ordering="lesson_count")
    def lesson_count(self, row: Any) -> SafeString | str:
        """Those not archived."""
        query = f"module__course__id__exact={row.pk}"
        return count_link("lessons_lesson_changelist", query, row.lesson_count)

    def protection(self, row: Any) -> str:
        """A course in which people have read or answered stays."""
        if worked_on(Lesson.objects.filter(module__course=row)):
            return STAYS.format("course")
        return ""

    def save_model(self, request: HttpRequest, obj: Course, form: Any, change: bool) -> None:
        """Render, save, say what is wrong with the text."""
        old = form.initial.get("slug", "")
        rendered = obj.render(Library(obj if obj.pk else None))
        super().save_model(request, obj, form, change)
        say_problems(self, request, rendered.problems)
        if change and old != obj.slug:
            say_moved(self, request, obj, old)


@admin.register(Module)
class ModuleAdmin(Archiving):
    """The parts of courses."""

    form = ModuleForm
    fields = ["course", "title", "summary", "slug", "position", "archived_at"]
    autocomplete_fields = ["course"]
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["title", "course", "position", "state", "lesson_count", "changed_at"]
    list_editable = ["position"]
    list_filter = [StateFilter, ("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["course"]
    search_fields = ["title", "slug", "course__title"]
    search_help_text = "Part of a title or an address, or of the course's title."
    ordering = ["course__position", "course", "position", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Module]:
        """With the count of lessons, in lists."""
        modules: QuerySet[Module] = super().get_queryset(request)
        if not in_changelist(request):
            return modules
        return modules.annotate(
            lesson_count=Count("lessons", Q(lessons__archived_at=None), distinct=True),
        )

    @admin.display(description="lessons", ordering="lesson_count")
    def lesson_count(self, row: Any) -> SafeString | str:
        """Those not archived."""
        return count_link(
            "lessons_lesson_changelist", f"module__id__exact={row.pk}", row.lesson_count
        )

    def protection(self, row: Any) -> str:
        """A module in which people have read or answered stays."""
        if worked_on(Lesson.objects.filter(module=row)):
            return STAYS.format("module")
        return ""
