"""What the pages of the desk have in common: states in words, archiving, protection, renderings."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from lessons import markdown
from lessons.models import Lesson, Playbook, Status, Tool
from lessons.rendering import after_change

MOST_PROBLEMS = 10
LIST = admin.ActionLocation.CHANGE_LIST

STATES = [
    ("draft", "Draft"),
    ("scheduled", "Scheduled"),
    ("published", "Published"),
    ("archived", "Archived"),
]


def state_of(row: Any) -> tuple[str, str]:
    """The state's key and its words: Draft, Scheduled for …, Published, Archived."""
    publish_at = getattr(row, "publish_at", None)
    if row.archived_at:
        return "archived", "Archived"
    if getattr(row, "status", Status.PUBLISHED) == Status.DRAFT:
        return "draft", "Draft"
    if publish_at and publish_at > timezone.now():
        when = date_format(timezone.localtime(publish_at), "j M Y, H:i")
        return "scheduled", f"Scheduled for {when}"
    return "published", "Published"


def state_badge(row: Any) -> SafeString:
    """The state as a small tag."""
    key, words = state_of(row)
    return format_html('<span class="state" data-state="{}">{}</span>', key, words)


def admin_link(url_name: str, key: Any, text: object) -> SafeString:
    """A link to a page of the desk."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{url_name}", args=[key]), text)


def count_link(url_name: str, query: str, count: int) -> SafeString | str:
    """A count that leads to the list of what it counts; a plain 0 leads nowhere."""
    if not count:
        return "0"
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{url_name}"), query, count)


def in_changelist(request: HttpRequest) -> bool:
    """Whether this is a list, where no long text is read."""
    match = request.resolver_match
    return bool(match and (match.url_name or "").endswith("_changelist"))


class StateFilter(admin.SimpleListFilter):
    """Draft, scheduled, published, archived."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states that the model can have."""
        fields = {field.name for field in model_admin.model._meta.get_fields()}
        lacking = {
            "draft": "status" not in fields,
            "scheduled": "publish_at" not in fields,
        }
        return [(key, words) for key, words in STATES if not lacking.get(key)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the state."""
        fields = {field.name for field in queryset.model._meta.get_fields()}
        state = self.value()
        if state == "archived":
            return queryset.exclude(archived_at=None)
        if state not in dict(STATES):
            return queryset
        queryset = queryset.filter(archived_at=None)
        if "status" in fields:
            draft = state == "draft"
            queryset = queryset.filter(status=Status.DRAFT if draft else Status.PUBLISHED)
        if "publish_at" in fields and state != "draft":
            coming = models.Q(publish_at__gt=timezone.now())
            queryset = queryset.filter(coming if state == "scheduled" else ~coming)
        return queryset


class Desk(admin.ModelAdmin[Any]):
    """What every page of the desk does: where people's work hangs on a row, it is archived."""

    save_on_top = True
    list_per_page = 50
    show_full_result_count = False
    may_delete_in_lists = False

    def get_actions(self, request: HttpRequest, action_location: Any = LIST) -> dict[str, Any]:
        """Deleting many at once is not offered where people's work may hang on them."""
        actions: dict[str, Any] = super().get_actions(request, action_location)
        if not self.may_delete_in_lists:
            actions.pop("delete_selected", None)
        return actions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list under its own name."""
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def protection(self, row: Any) -> str:
        """Why this row cannot be deleted; empty where it can."""
        return ""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes what people's work hangs on."""
        return super().has_delete_permission(request, obj) and not (obj and self.protection(obj))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Say why deleting is not offered."""
        row = context.get("original")
        context["protection"] = self.protection(row) if row is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)


class Archiving(Desk):
    """Rows that are taken off the site and put back."""

    actions = ["archive", "restore"]

    @admin.display(description="state", ordering="archived_at")
    def state(self, row: Any) -> SafeString | str:
        """In words."""
        return state_badge(row)

    def _set(self, request: HttpRequest, queryset: Any, verb: str, **values: Any) -> None:
        """Change these columns of many rows, and what names them, in one transaction."""
        with transaction.atomic():
            rows = list(queryset.order_by("pk"))
            keys = [row.pk for row in rows]
            self.model._default_manager.filter(pk__in=keys).update(
                **values, changed_at=timezone.now()
            )
            if issubclass(self.model, Lesson | Playbook | Tool):
                after_change(rows)
            for row in rows:
                self.log_change(request, row, f"{verb}.")
        self.message_user(
            request,
            f"{verb}: {len(rows)} {_noun(self.model, len(rows))}.",
            messages.SUCCESS,
        )

    @admin.action(description="Archive (take off the site)", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: Any) -> None:
        """Hide it; nothing is deleted."""
        self._set(
            request, queryset.filter(archived_at=None), "Archived", archived_at=timezone.now()
        )

    @admin.action(description="Restore from the archive", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        """Put it back as it was."""
        self._set(request, queryset.exclude(archived_at=None), "Restored", archived_at=None)


class Publishing(Archiving):
    """Rows that are drafts or published."""

    actions = ["publish", "unpublish", "archive", "restore"]

    @admin.action(description="Publish now", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        """Make it readable at once, whatever time was set."""
        now: dict[str, Any] = {"publish_at": None} if self.model is Lesson else {}
        self._set(request, queryset, "Published", status=Status.PUBLISHED, **now)

    @admin.action(description="Unpublish (back to draft)", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: Any) -> None:
        """Make it a draft again."""
        self._set(request, queryset, "Unpublished", status=Status.DRAFT)


def _noun(model: Any, count: int) -> str:
    meta = model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)


def say_problems(
    desk: admin.ModelAdmin[Any], request: HttpRequest, problems: Iterable[markdown.Problem]
) -> None:
    """A warning for each problem of a text; it was saved all the same."""
    listed = list(problems)
    for problem in listed[:MOST_PROBLEMS]:
        text = f"Saved, but line {problem.line}: {problem.message}"
        desk.message_user(request, text, messages.WARNING)
    if len(listed) > MOST_PROBLEMS:
        more = len(listed) - MOST_PROBLEMS
        desk.message_user(request, f"And {more} more, listed below the text.", messages.WARNING)


def say_moved(desk: admin.ModelAdmin[Any], request: HttpRequest, row: Any, old: str) -> None:
    """The address has changed; the old one leads to it."""
    text = f"The address is now {row.get_absolute_url()}; the old one, “{old}”, leads here."
    desk.message_user(request, text, messages.INFO)
