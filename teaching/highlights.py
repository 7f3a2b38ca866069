"""What a class knows least and what was hardest for it: a few of each, for its first page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast

from lessons.models import Objective
from quizzes.models import Question, QuestionVersion

from . import objectives, questions
from .facts import Sight
from .tallies import items_of, objectives_of, stored

FEWEST = 3  # learners: with an estimate, or with an answer
# So many more than are shown are looked at: what is asked no longer falls out.
SPARE = 45


@dataclass(frozen=True)
class Highlights:
    """The worst first. `waiting`: lessons whose quiz was never counted; `total`: of how many.

    `counted_at`: when the oldest of what is shown was counted; None while nothing was.
    """

    weakest: Sequence[objectives.Row]
    hardest: Sequence[questions.Row]
    waiting: Sequence[int]
    total: int
    counted_at: datetime | None

    @property
    def counted(self) -> int:
        """How many quizzes were counted, now or before."""
        return self.total - len(self.waiting)


def highlights(sight: Sight, most: int = 5) -> Highlights:
    """From the tallies as they are stored, current or not: two queries, and the lessons.

    The objectives of which three learners have an estimate, by its mean; the questions that are
    asked today and that three learners answered, by facility. None of those who have left.
    """
    rows = stored(sight)
    known = {key: each for key, each in objectives_of(rows).items() if each.known >= FEWEST}
    items = {
        key: item for key, item in items_of(rows).items() if item.answers >= FEWEST and item.points
    }
    weak = objectives.ranked(known)[: most + SPARE]
    hard = questions.hardest_first(items)[: most + SPARE]
    lessons = {lesson.pk: lesson for lesson in sight.lessons}
    weakest, hardest = {}, {}
    for kind, pk, lesson, text, content in _texts(weak, hard):
        if lesson not in lessons:
            continue
        if kind:
            version = QuestionVersion(pk=pk, kind=kind, prompt=text, content=json.loads(content))
            hardest[pk] = questions.Row(version, items[pk], lessons[lesson])
        else:
            objective = Objective(pk=pk, text_html=text)
            weakest[pk] = objectives.Row(objective, lessons[lesson], known[pk], is_asked=True)
    return Highlights(
        [weakest[key] for key in weak if key in weakest][:most],
        [hardest[key] for key in hard if key in hardest][:most],
        sorted(set(sight.with_quiz) - {row.place for row in rows}),
        len(sight.with_quiz),
        min((row.counted_at for row in rows), default=None),
    )


def _texts(weak: list[int], hard: list[int]) -> list[tuple[str, int, int, str, str]]:
    """Kind (of a question), key, lesson, text and content of what is asked today. One query."""
    asked = Question.objects.filter(
        objectives=OuterRef("pk"), archived_at=None, quiz__archived_at=None
    )
    nothing = Value("", output_field=TextField())
    found = Objective.objects.current().filter(Exists(asked), pk__in=weak).order_by()
    versions = QuestionVersion.objects.filter(
        Q(pk__in=hard, pk=F("question__current"), question__archived_at=None)
    ).order_by()
    rows = found.values_list(
        Value("", output_field=CharField()), "pk", "lesson", "text_html", nothing
    ).union(
        versions.values_list(
            "kind", "pk", "question__quiz__lesson", "prompt", Cast("content", TextField())
        ),
        all=True,
    )
    return list(rows.order_by())
