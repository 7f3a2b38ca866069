"""What readers report."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from lessons.models import ProblemReport

from .shared import Desk, admin_link


class OpenFilter(admin.SimpleListFilter):
    """Open or resolved."""

    title = "whether it is open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two."""
        return [("yes", "Open"), ("no", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The chosen ones; with none chosen, all."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "yes")


@admin.register(ProblemReport)
class ProblemReportAdmin(Desk):
    """Problem reports: read, answer, resolve."""

    fields = ["about", "question_link", "text", "made_at", "sender", "answer", "resolved_at"]
    readonly_fields = ["about", "question_link", "text", "made_at", "sender"]
    list_display = ["what", "about", "question_link", "sender", "made_at", "resolved_at"]
    list_filter = [
        OpenFilter,
        ("lesson__module__course", admin.RelatedOnlyFieldListFilter),
        ("lesson", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["lesson", "user"]
    search_fields = ["text", "answer", "lesson__title", "question"]
    search_help_text = "Part of a report, of an answer, of a lesson's title or a question's id."
    ordering = ["-made_at", "-pk"]
    actions = ["resolve", "reopen"]
    may_delete_in_lists = True

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Readers report, on the lesson's page."""
        return False

    @admin.display(description="report")
    def what(self, row: ProblemReport) -> str:
        """The beginning of what was written."""
        return Truncator(" ".join(row.text.split())).chars(90)

    @admin.display(description="lesson", ordering="lesson__title")
    def about(self, row: ProblemReport) -> SafeString:
        """Leads to the lesson's page of the desk."""
        return admin_link("lessons_lesson_change", row.lesson_id, row.lesson.title)

    @admin.display(description="question", ordering="question")
    def question_link(self, row: ProblemReport) -> SafeString | str:
        """Leads to the question of that id."""
        if not row.question:
            return "–"
        where = reverse("admin:quizzes_question_changelist")
        query = {"quiz__lesson__id__exact": row.lesson_id, "q": row.question}
        return format_html(
            '<a href="{}?quiz__lesson__id__exact={}&amp;q={}">{}</a>',
            where,
            *query.values(),
            row.question,
        )

    @admin.display(description="from", ordering="user__email")
    def sender(self, row: ProblemReport) -> str:
        """The person, where one was signed in."""
        return row.user.email if row.user else "a reader without an account"

    @admin.action(description="Resolve", permissions=["change"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[ProblemReport]) -> None:
        """They are dealt with."""
        count = queryset.filter(resolved_at=None).update(resolved_at=timezone.now())
        self.message_user(request, f"Resolved: {count}.", messages.SUCCESS)

    @admin.action(description="Open again", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[ProblemReport]) -> None:
        """They are not dealt with after all."""
        count = queryset.exclude(resolved_at=None).update(resolved_at=None)
        self.message_user(request, f"Opened again: {count}.", messages.SUCCESS)
