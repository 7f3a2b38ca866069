"""The desk's page on what the numbers say of a quiz, and the short form of it beside a question."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from . import tallies
from .item_reports import Report, quiz_context, report
from .models import ItemTally, QuestionVersion, Quiz, QuizTally


def of_everybody(version: QuestionVersion) -> Report:
    """The report of a version that was fetched with its tally and its question. No query."""
    return report(version, getattr(version, "tally", None) or ItemTally(version=version))


def reports_of(quiz: Quiz) -> list[Report]:
    """The versions that are asked or were answered: asked ones first, old ones after new ones."""
    versions = (
        QuestionVersion.objects.filter(question__quiz=quiz)
        .filter(
            Q(tally__answers__gt=0)
            | Q(pk=F("question__current"), question__archived_at__isnull=True)
        )
        .select_related("question", "tally")
        .defer("prompt_html", "explanation", "explanation_html", "content_html")
        .order_by(
            F("question__archived_at").asc(nulls_first=True),
            "question__position",
            "question",
            "-number",
        )
    )
    return [of_everybody(version) for version in versions]


def page_context(quiz: Quiz) -> dict[str, Any]:
    """What the page shows: three queries, whatever the size of the quiz."""
    tally = QuizTally.objects.filter(quiz=quiz).first() or QuizTally(quiz=quiz)
    return {
        **quiz_context(quiz, reports_of(quiz), tally),
        "waiting": tallies.waiting(quiz).count(),
    }


def may_see_numbers(desk: admin.ModelAdmin[Any], request: HttpRequest) -> bool:
    """Whether the person may view quizzes, and so what the numbers say of them."""
    return desk.admin_site.get_model_admin(Quiz).has_view_permission(request)


def beside(version: QuestionVersion) -> dict[str, Any]:
    """The short form for the page of a question in this version; counts one batch first."""
    version = QuestionVersion.objects.select_related("question__quiz").get(pk=version.pk)
    quiz = version.question.quiz
    tallies.tally(quiz, timezone.now())
    return {"report": of_everybody(version), "waiting": tallies.waiting(quiz).count()}


class AnalysisPage(admin.ModelAdmin[Any]):
    """Adds `/admin/quizzes/quiz/<id>/analysis/` to the desk's pages of quizzes."""

    def get_urls(self) -> list[URLPattern]:
        """Before Django's own, which would take the address for a key."""
        view = self.admin_site.admin_view(self.analysis_view)
        return [
            path("<int:key>/analysis/", view, name="quizzes_quiz_analysis"),
            *super().get_urls(),
        ]

    def analysis_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What first attempts say of the quiz; counts one batch of those that wait.

        403 without the right to view quizzes, 404 where there is none.
        """
        quiz = Quiz.objects.select_related("lesson").filter(pk=key).first()
        if not self.has_view_permission(request, quiz):
            raise PermissionDenied
        if quiz is None:
            raise Http404("There is no such quiz.")
        tallies.tally(quiz, timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Analysis: {quiz.lesson.title}",
            **page_context(quiz),
        }
        return TemplateResponse(request, "admin/quizzes/quiz/analysis.html", context)
