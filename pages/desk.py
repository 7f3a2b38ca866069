"""The author's desk: Django's admin in our order, and what needs attention first."""

from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from lessons.models import Lesson, Objective, ProblemReport, Status
from quizzes.models import Question

# The rooms in the order in which an author meets them: name, and what is done there.
ROOMS = {
    "lessons": ("Lessons", "Courses, their lessons, tools and playbooks, and what readers report."),
    "quizzes": ("Quizzes", "Questions with their choices, and what people answered."),
    "accounts": ("People", "Who has an account, what they may do, and their memberships."),
    "teaching": ("Classes", "Who teaches whom, in which courses."),
    "billing": ("Payments", "Plans, subscriptions, and what the payment provider told."),
    "progress": ("Certificates", "What was earned."),
    "interchange": ("Files", "What was imported."),
    "auth": ("Groups", "What instructors and authors may do."),
    "account": ("Addresses", "E-mail addresses, kept by the sign-in."),
    "mfa": ("Second factors", "What people sign in with beside their password."),
    "usersessions": ("Sessions", "Browsers in which people are signed in."),
}
MODELS = [
    "Course",
    "Module",
    "Lesson",
    "Tool",
    "Playbook",
    "Asset",
    "ProblemReport",
    "Quiz",
    "Question",
    "Attempt",
    "Allowance",
]


class DeskSite(AdminSite):
    """The site at /admin/."""

    site_header = "Author’s desk"
    site_title = "Author’s desk"
    index_title = "Author’s desk"

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Our rooms first, by their names for people; the rest by name."""
        apps = super().get_app_list(request, app_label)
        order = list(ROOMS)
        for app in apps:
            label = app["app_label"]
            app["name"], app["description"] = ROOMS.get(label, (app["name"], ""))
            app["models"].sort(
                key=lambda model: (
                    MODELS.index(model["object_name"])
                    if model["object_name"] in MODELS
                    else len(MODELS),
                    str(model["name"]),
                )
            )
        return sorted(
            apps,
            key=lambda app: (
                order.index(app["app_label"]) if app["app_label"] in ROOMS else len(order),
                app["name"],
            ),
        )

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The start page, with what waits for somebody."""
        context = {"attention": attention(request), **(extra_context or {})}
        return super().index(request, context)


def attention(request: HttpRequest) -> list[dict[str, Any]]:
    """What needs attention and this person may look at: words, count, address. Four queries."""
    now = timezone.now()
    standing = Lesson.objects.filter(archived_at=None, module__archived_at=None)
    drafts = standing.filter(module__course__archived_at=None).aggregate(
        drafts=Count("pk", Q(status=Status.DRAFT)),
        scheduled=Count("pk", Q(status=Status.PUBLISHED, publish_at__gt=now)),
    )
    asked = Question.objects.filter(
        archived_at=None, quiz__archived_at=None, quiz__lesson__archived_at=None
    )
    unasked = Objective.objects.current().filter(
        ~Exists(asked.filter(objectives=OuterRef("pk"))), lesson__archived_at=None
    )
    rows = [
        (
            "lessons.view_problemreport",
            "open problem reports",
            ProblemReport.objects.filter(resolved_at=None).count(),
            "lessons_problemreport_changelist",
            "open=yes",
        ),
        (
            "lessons.view_lesson",
            "lessons in draft",
            drafts["drafts"],
            "lessons_lesson_changelist",
            "state=draft",
        ),
        (
            "lessons.view_lesson",
            "lessons scheduled",
            drafts["scheduled"],
            "lessons_lesson_changelist",
            "state=scheduled",
        ),
        (
            "quizzes.view_question",
            "questions without an explanation",
            asked.filter(current__explanation="").count(),
            "quizzes_question_changelist",
            "lacking=explanation&state=published",
        ),
        (
            "lessons.view_lesson",
            "objectives that no question checks",
            unasked.count(),
            "lessons_lesson_changelist",
            "objectives=unchecked",
        ),
    ]
    allowed = request.user.has_perm
    return [
        {"words": words, "count": count, "url": f"{reverse(f'admin:{name}')}?{query}"}
        for right, words, count, name, query in rows
        if allowed(right) or allowed(right.replace(".view_", ".change_"))
    ]
