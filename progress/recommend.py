"""What to read after a lesson: the author's word first, then what is next, then what is near."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from lessons.models import Lesson, LessonTool, RelatedLesson


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A lesson to go on with, and why."""

    lesson: Lesson
    reason: str


def _reason(other: Any, lesson: Lesson) -> str:
    if other.chosen is not None:
        return "Goes with this lesson"
    if other.shared:
        return "Covers some of the same tools"
    return f"From the course {other.module.course.title}"


def recommended(lesson: Lesson, following: Lesson | None, most: int = 4) -> list[Recommendation]:
    """What to go on with: `related`, the next lesson, those sharing tools, other courses.

    One query, whatever the size of the course; `following` is the next lesson, already at hand.
    """
    chosen = RelatedLesson.objects.filter(lesson=lesson, to=OuterRef("pk")).values("position")
    mine = LessonTool.objects.filter(lesson=lesson).values("tool")
    shared = (
        LessonTool.objects.filter(lesson=OuterRef("pk"), tool__in=mine)
        .order_by()
        .values("lesson")
        .annotate(n=Count("pk"))
        .values("n")
    )
    others: Any = (
        Lesson.objects.published()
        .exclude(pk=lesson.pk)
        .outline()
        .annotate(chosen=Subquery(chosen[:1]), shared=Coalesce(Subquery(shared), Value(0)))
        .filter(Q(chosen__isnull=False) | Q(shared__gt=0) | ~Q(module__course=lesson.module.course))
        .order_by(F("chosen").asc(nulls_last=True), "-shared", "module__position", "position", "pk")
    )
    near = [Recommendation(other, _reason(other, lesson)) for other in others[:most]]
    related = sum(item.reason == "Goes with this lesson" for item in near)
    # The next lesson stands after those that the author chose, unless it is one of them.
    if following is not None and all(item.lesson.pk != following.pk for item in near[:related]):
        rest = [item for item in near[related:] if item.lesson.pk != following.pk]
        near = [*near[:related], Recommendation(following, "Next in this course"), *rest]
    return near[:most]
