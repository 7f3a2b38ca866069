"""The desk for classes: who teaches whom, in which courses."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone

from lessons.admin.shared import Desk, in_changelist

from . import joining
from .models import Classroom, Invitation, JoinLink, Seat
from .zones import move_to_zone

NEWEST = 100


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
    fields = ["user", "role", "joined_at", "left_at"]
    readonly_fields = ["joined_at", "left_at"]
    autocomplete_fields = ["user"]
    extra = 1
    verbose_name_plural = (
        "people (an instructor sees the results of everybody in the class; deleting a row forgets "
        "what the class keeps of the person, so better let an instructor remove them)"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Instructors first."""
        seats = super().get_queryset(request).select_related("user")
        return seats.order_by("role", "user__email", "pk")


class ReadOnlyInline(admin.TabularInline[Any, Classroom]):
    """To look at; an instructor makes and revokes them on the pages of the class."""

    classes = ["plain"]
    extra = 0
    can_delete = False

    def has_add_permission(self, *args: Any) -> bool:
        """Not here."""
        return False

    def has_change_permission(self, *args: Any) -> bool:
        """Not here."""
        return False


class JoinLinkInline(ReadOnlyInline):
    """The links into a class."""

    model = JoinLink
    fields = ["made_at", "expires_at", "revoked_at"]
    readonly_fields = ["made_at", "expires_at", "revoked_at"]
    verbose_name_plural = "links that lead in"


class InvitationInline(ReadOnlyInline):
    """Who was invited, and what became of it."""

    model = Invitation
    fields = ["email", "role", "made_at", "sent_at", "error", "accepted_at", "revoked_at"]
    readonly_fields = ["email", "role", "made_at", "sent_at", "error", "accepted_at", "revoked_at"]
    verbose_name_plural = "the newest invitations"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """At most 100."""
        invitations = super().get_queryset(request)
        others = Invitation.objects.filter(classroom=OuterRef("classroom"))
        newest = others.order_by("-made_at", "-pk").values("pk")[:NEWEST]
        return invitations.filter(pk__in=Subquery(newest))


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

    fields = ["name", "courses", "time_zone", "starts_on", "archived_at"]
    readonly_fields = ["archived_at"]
    autocomplete_fields = ["courses"]
    inlines = [SeatInline, JoinLinkInline, InvitationInline]
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
            learner_count=Count(
                "seats", Q(seats__role=Seat.Role.LEARNER, seats__left_at=None), distinct=True
            ),
            instructor_count=Count(
                "seats", Q(seats__role=Seat.Role.INSTRUCTOR, seats__left_at=None), distinct=True
            ),
            course_count=Count("courses", distinct=True),
        )

    def save_model(
        self, request: HttpRequest, obj: Classroom, form: forms.ModelForm[Classroom], change: bool
    ) -> None:
        """In another time zone, what is due keeps its time of day."""
        if change and "time_zone" in form.changed_data:
            move_to_zone(Classroom.objects.get(pk=obj.pk), obj.time_zone)
        super().save_model(request, obj, form, change)

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
        """It stays as it stands now, and nothing that comes after is seen."""
        now = timezone.now()
        count = sum(joining.archive(classroom, now) for classroom in queryset)
        self.message_user(request, f"Archived: {count}.")

    @admin.action(description="Restore from the archive", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Classroom]) -> None:
        """It runs again, with its learners as they are now."""
        count = sum(joining.restore(classroom) for classroom in queryset)
        self.message_user(request, f"Restored: {count}.")
