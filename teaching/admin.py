"""The desk for classes: who teaches whom, in which courses."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone

from lessons.admin.shared import Desk, in_changelist

from .models import Classroom, Seat


class SeatForm(forms.ModelForm[Seat]):
    """A seat; the formset looks at all rows together."""

    def validate_constraints(self) -> None:
        """Said beside the field by `SeatFormSet`."""


class SeatFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The seats of a class."""

    def clean(self) -> None:
        """One seat for a person, also among those that are new."""
        super().clean()
        stored = dict(self.instance.seats.values_list("user", "pk")) if self.instance.pk else {}
        seen: set[Any] = set()
        for form in self.forms:
            user = getattr(form, "cleaned_data", {}).get("user")
            if user is None:
                continue
            if user.pk in seen or stored.get(user.pk, form.instance.pk) != form.instance.pk:
                form.add_error("user", "This person has a seat already.")
            seen.add(user.pk)


class SeatInline(admin.TabularInline[Seat, Classroom]):
    """The people of a class."""

    model = Seat
    form = SeatForm
    formset = SeatFormSet
    classes = ["plain"]
    fields = ["user", "role", "joined_at"]
    readonly_fields = ["joined_at"]
    autocomplete_fields = ["user"]
    extra = 1
    verbose_name_plural = "people (an instructor sees the results of everybody in the class)"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Instructors first."""
        seats = super().get_queryset(request).select_related("user")
        return seats.order_by("role", "user__email", "pk")


class ClassStateFilter(admin.SimpleListFilter):
    """Running or archived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two."""
        return [("running", "Running"), ("archived", "Archived")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The chosen ones; with none chosen, all."""
        if self.value() not in {"running", "archived"}:
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "running")


@admin.register(Classroom)
class ClassroomAdmin(Desk):
    """Classes."""

    fields = ["name", "courses", "archived_at"]
    autocomplete_fields = ["courses"]
    inlines = [SeatInline]
    list_display = ["name", "learner_count", "instructor_count", "course_count", "made_at", "state"]
    list_filter = [ClassStateFilter, ("courses", admin.RelatedOnlyFieldListFilter)]
    list_select_related = False
    search_fields = ["name", "seats__user__email", "seats__user__name"]
    search_help_text = "Part of a class's name, or of a person's name or address."
    ordering = ["name", "pk"]
    actions = ["archive", "restore"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classroom]:
        """With counts, in lists."""
        classes: QuerySet[Classroom] = super().get_queryset(request)
        if not in_changelist(request):
            return classes
        return classes.annotate(
            learner_count=Count("seats", Q(seats__role=Seat.Role.LEARNER), distinct=True),
            instructor_count=Count("seats", Q(seats__role=Seat.Role.INSTRUCTOR), distinct=True),
            course_count=Count("courses", distinct=True),
        )

    @admin.display(description="learners", ordering="learner_count")
    def learner_count(self, row: Any) -> int:
        """How many."""
        return int(row.learner_count)

    @admin.display(description="instructors", ordering="instructor_count")
    def instructor_count(self, row: Any) -> int:
        """How many."""
        return int(row.instructor_count)

    @admin.display(description="courses", ordering="course_count")
    def course_count(self, row: Any) -> int:
        """How many."""
        return int(row.course_count)

    @admin.display(description="state", ordering="archived_at")
    def state(self, row: Classroom) -> str:
        """In words."""
        return "Archived" if row.archived_at else "Running"

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Classroom]) -> None:
        """Its instructors no longer see it among theirs; nothing is deleted."""
        count = queryset.filter(archived_at=None).update(archived_at=timezone.now())
        self.message_user(request, f"Archived: {count}.")

    @admin.action(description="Restore from the archive", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Classroom]) -> None:
        """Put it back."""
        count = queryset.exclude(archived_at=None).update(archived_at=None)
        self.message_user(request, f"Restored: {count}.")
