"""What a person knows: a course's objectives for the dashboard, one objective explained."""

from collections.abc import Iterable
from html import unescape
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from accounts.models import User
from lessons.models import Lesson, Objective
from progress.mastery import FEWEST, IMAGINED, CourseMastery, Weighed, standings
from progress.summary import CourseProgress
from quizzes.display import title_html
from quizzes.models import Question


def course_objectives(person: User, courses: Iterable[CourseProgress]) -> list[dict[str, Any]]:
    """By course, what the person masters and what is weakest; courses without answers are left out.

    One query.
    """
    titles = {progress.course.pk: progress.course.title for progress in courses}
    lessons = Lesson.objects.published().filter(module__course__in=list(titles))
    found = standings(person, Objective.objects.current().filter(lesson__in=lessons))
    masteries = {
        course: CourseMastery.of(s for s in found if s.course == course) for course in titles
    }
    return [
        {"title": titles[course], "mastery": mastery, "weakest": mastery.weakest()}
        for course, mastery in masteries.items()
        if mastery.is_begun
    ]


@require_safe
@login_required
def objective(request: LearnerRequest, pk: int) -> HttpResponse:
    """How well the person knows an objective, and every answer that says so.

    404 for an objective that is not there or whose lesson is not published.
    """
    shown = Objective.objects.current().filter(lesson__in=Lesson.objects.published())
    row = get_object_or_404(shown.select_related("lesson__module__course"), pk=pk)
    (standing,) = standings(request.user, Objective.objects.filter(pk=pk))
    mastery = standing.mastery
    asked = {answer.given.question for answer in mastery.answers}
    questions = Question.objects.filter(pk__in=asked).select_related("current")
    prompts = {each.pk: title_html(each.current) if each.current else "" for each in questions}
    context = {
        "objective": row,
        "crumbs": [
            {"label": "Your dashboard", "url": reverse("dashboard")},
            {"label": row.lesson.title, "url": f"{row.lesson.get_absolute_url()}#objectives"},
        ],
        "standing": standing,
        "mastery": mastery,
        "rows": [_row(answer, prompts) for answer in mastery.answers],
        "imagined": _decimal(IMAGINED),
        "sum": _decimal(mastery.sum),
        "weight": _decimal(mastery.weight),
        "fewest": FEWEST,
    }
    return personal(render(request, "pages/objective.html", context))


def _row(answer: Weighed, prompts: dict[int, str]) -> dict[str, Any]:
    """An answer as the table shows it; the prompt without its markup."""
    fraction = answer.given.fraction
    word = "right" if fraction == 1 else "partly right" if fraction else "wrong"
    return {
        "at": answer.given.at,
        "where": answer.given.where,
        "prompt": unescape(strip_tags(prompts[answer.given.question])),
        "word": word,
        "result": _decimal(fraction),
        "weight": _decimal(answer.weight),
        "share": _decimal(answer.share),
    }


def _decimal(fraction: Any) -> str:
    """Three places, as many as the smallest weight needs."""
    return f"{float(fraction):.3f}"
