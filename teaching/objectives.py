"""Where the learners of a class stand with the objectives of its lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from lessons.models import Lesson, Objective
from quizzes.models import Question

from .facts import Sight
from .tallies import ObjectiveCount

LEGEND = [("mastered", "mastered"), ("learning", "learning"), ("unknown", "not enough answers")]


@dataclass(frozen=True, slots=True)
class Row:
    """One objective; `count` is None where nothing is to be told of it."""

    objective: Any
    lesson: Lesson
    count: ObjectiveCount | None
    is_asked: bool  # a question of the class's quizzes checks it

    @property
    def bars(self) -> tuple[tuple[str, int, float, float], ...]:
        """Mastered, learning, unknown: the name, how many, and from where how wide in percent."""
        if self.count is None:
            return ()
        parts = {name: getattr(self.count, name) for name, _ in LEGEND}
        whole, start, bars = sum(parts.values()) or 1, 0.0, []
        for name, number in parts.items():
            width = 100 * number / whole
            bars.append((name, number, start, width))
            start += width
        return tuple(bars)


def ranked(counts: Mapping[int, ObjectiveCount]) -> list[int]:
    """The keys of objectives with an estimate, the lowest mean first."""
    means = [(each.mean, key) for key, each in counts.items() if each.mean is not None]
    return [key for _, key in sorted(means)]


def keys_of(sight: Sight) -> list[int]:
    """The keys of all objectives of the class's lessons, in the order of these. One query."""
    places = {lesson.pk: place for place, lesson in enumerate(sight.lessons)}
    rows = Objective.objects.current().filter(lesson__in=list(places))
    found = rows.order_by("position", "pk").values_list("pk", "lesson")
    return [pk for pk, _ in sorted(found, key=lambda row: places[row[1]])]


def in_order(sight: Sight, counts: Mapping[int, ObjectiveCount], *, weakest: bool) -> list[int]:
    """The keys of all objectives, lesson by lesson or the weakest first. One query."""
    keys = keys_of(sight)
    return weakest_first(keys, counts) if weakest else keys


def weakest_first(keys: Sequence[int], counts: Mapping[int, ObjectiveCount]) -> list[int]:
    """The same objectives, those with an estimate first, the lowest mean before."""
    known = set(keys)
    first = [key for key in ranked(counts) if key in known]
    return first + [key for key in keys if key not in set(first)]


def rows_of(sight: Sight, keys: Sequence[int], counts: Mapping[int, ObjectiveCount]) -> list[Row]:
    """These objectives in this order. One query."""
    asked = Question.objects.filter(
        objectives=OuterRef("pk"), archived_at=None, quiz__archived_at=None
    )
    found: dict[int, Any] = Objective.objects.annotate(is_asked=Exists(asked)).in_bulk(keys)
    lessons = {lesson.pk: lesson for lesson in sight.lessons}
    return [
        Row(row, lessons[row.lesson_id], _told(row, counts.get(key)), row.is_asked)
        for key in keys
        if (row := found.get(key)) is not None and row.lesson_id in lessons
    ]


def _told(objective: Any, count: ObjectiveCount | None) -> ObjectiveCount | None:
    """Of what is asked no longer nothing is told where nobody has an estimate from before."""
    return count if count and (objective.is_asked or count.known) else None
