"""The lesson page, put together: what it shows, top to bottom, for one reader."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from accounts.http import tier_of
from accounts.models import User
from lessons.models import Bookmark, Lesson, Tool
from progress.mastery import standings
from progress.recommend import recommended
from progress.summary import CourseProgress, neighbours, way
from quizzes.models import Allowance, Attempt, FinalGrade, Pool, Quiz
from quizzes.rules import attempts_left

from .offers import lacking, offered

# The attempt that the result leads to: the one that counts, or the newest where all do.
NEAREST: dict[str, tuple[Any, ...]] = {
    Quiz.GradingMethod.HIGHEST: (F("percent").desc(nulls_first=True), "-number"),
    Quiz.GradingMethod.FIRST: (F("submitted_at").asc(nulls_first=True), "number"),
    Quiz.GradingMethod.LAST: ("-number",),
    Quiz.GradingMethod.AVERAGE: ("-number",),
}


@dataclass(slots=True)
class Heading:
    """A heading in the contents, with those below it."""

    id: str
    title: str
    children: list["Heading"] = field(default_factory=list)


def contents(toc: list[list[Any]]) -> list[Heading]:
    """The contents in two levels, from a lesson's `[level, id, text]` rows."""
    top: list[Heading] = []
    for level, anchor, text in toc:
        if level <= 2 or not top:
            top.append(Heading(anchor, text))
        elif level == 3:
            top[-1].children.append(Heading(anchor, text))
    return top


def with_questions(lessons: QuerySet[Lesson]) -> QuerySet[Lesson, Any]:
    """Lessons with their courses and the count of the questions that their quiz asks."""
    return lessons.select_related("module__course", "quiz").annotate(
        questions=Count(
            "quiz__questions",
            filter=Q(quiz__archived_at=None, quiz__questions__archived_at=None),
        ),
        has_pools=Exists(Pool.objects.filter(quiz__lesson=OuterRef("pk"))),
    )


def lessons_for(person: User | None) -> QuerySet[Lesson, Any]:
    """Published lessons with the count of their questions and what the person did there."""
    lessons = with_questions(Lesson.objects.published())
    if person is None:
        return lessons
    return lessons.annotate(
        mine=FilteredRelation("progress", condition=Q(progress__user=person)),
        my_place=F("mine__heading"),
        my_fraction=F("mine__fraction"),
        read_at=F("mine__read_at"),
        bookmarked=Exists(Bookmark.objects.filter(user=person, lesson=OuterRef("pk"))),
    )


def _objectives(lesson: Lesson, person: User | None) -> list[dict[str, Any]]:
    """The objectives, each with how well the person knows it: one query."""
    rows = lesson.objectives.current()
    if person is None:
        return [{"html": row.text_html, "standing": None} for row in rows]
    return [{"html": row.html, "standing": row} for row in standings(person, rows)]


def _call(lesson: Any, person: User | None) -> dict[str, Any] | None:
    """The call to take the quiz: sign up, take it, go on with it, or what came of it."""
    if not lesson.questions:
        return None
    quiz = lesson.quiz
    questions = quiz.dealt_count() if lesson.has_pools else lesson.questions
    call = {
        "state": "anonymous",
        "url": quiz.get_absolute_url(),
        "questions": questions,
        "minutes": quiz.minutes(questions),
        "timed": quiz.time_limit is not None,
        "explained": quiz.show_explanations and quiz.feedback != Quiz.Feedback.NEVER,
        "open": False,
    }
    if person is None:
        return call
    final = FinalGrade.objects.filter(user=person, quiz=quiz)
    begun = person.attempts.filter(quiz=quiz).order_by().values("quiz")
    used = begun.annotate(n=Count("pk")).values("n")
    extra = Allowance.objects.in_quiz(quiz).largest("extra_attempts", OuterRef("user"))
    attempts: Any = (
        person.attempts.filter(quiz=quiz)
        .exclude(state=Attempt.State.ABANDONED)
        .annotate(
            total=Count("answers"),
            right=Count("answers", filter=Q(answers__fraction="1")),
            final_percent=Subquery(final.values("percent")[:1]),
            has_passed=Subquery(final.values("passed")[:1]),
            used=Subquery(used),
            extra=extra,
        )
        .order_by(*NEAREST[Quiz.GradingMethod(quiz.grading_method)])
    )
    near = list(attempts[:2])  # an open one has no percent yet and comes first
    call["state"] = "learner"
    call["open"] = any(attempt.is_open for attempt in near)
    result = next((attempt for attempt in near if attempt.is_finished), None)
    if result is not None:
        call |= {
            "state": "result",
            "percent": int(result.final_percent) if quiz.show_score else None,
            "passed": result.has_passed,
            "right": result.right if quiz.show_score else None,
            "total": result.total,
            "may_try_again": call["open"]
            or attempts_left(quiz.attempts_allowed, result.used, result.extra or 0) != 0,
            "result_url": result.get_absolute_url(),
        }
    return call


def lesson_page(lesson: Any, person: User | None) -> dict[str, Any]:
    """Everything the lesson's template shows; `lesson` comes from `lessons_for` the same person."""
    course = lesson.module.course
    path = way(person, module__course=course)
    previous, following = neighbours(path, lesson)
    number = next((n for n, step in enumerate(path, 1) if step.lesson.pk == lesson.pk), 0)
    return {
        "lesson": lesson,
        "course": course,
        "progress": CourseProgress(path, course),
        "number": number,
        "crumbs": [{"label": course.title, "url": course.get_absolute_url()}],
        "toc": contents(lesson.toc),
        "objectives": _objectives(lesson, person),
        "call": _call(lesson, person),
        "tools": list(
            Tool.objects.filter(lesson_links__lesson=lesson, archived_at=None).order_by(
                "lesson_links__position"
            )
        ),
        "recommended": [
            {
                "title": item.lesson.title,
                "url": item.lesson.get_absolute_url(),
                "reason": item.reason,
                "minutes": item.lesson.reading_minutes,
            }
            for item in recommended(lesson, following.lesson if following else None)
        ],
        "previous": _turn(previous),
        "following": _turn(following),
        "benefits": lacking(tier_of(person), offered()),
        "audio": None,
        "video": None,
        "pdf_url": "",
        "has_quiz": bool(lesson.questions),
    }


def _turn(step: Any) -> dict[str, str] | None:
    return step and {"title": step.lesson.title, "url": step.lesson.get_absolute_url()}
