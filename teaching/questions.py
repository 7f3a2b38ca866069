"""The questions of a class by how hard they were for its learners, with what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import Truncator

from lessons.models import Lesson
from quizzes.analysis import Choice
from quizzes.display import title_of
from quizzes.item_reports import choices_of
from quizzes.kinds import KINDS
from quizzes.models import QuestionVersion

from .tallies import ItemCount


@dataclass(frozen=True)
class Row:
    """One version of a question as first attempts of the class met it."""

    version: QuestionVersion
    count: ItemCount
    lesson: Lesson

    @property
    def title(self) -> str:
        """The beginning of the question."""
        return Truncator(" ".join(title_of(self.version).split())).chars(160)

    @property
    def kind(self) -> str:
        """What the learner does."""
        kind = KINDS.get(self.version.kind)
        return kind.label if kind else self.version.kind

    @property
    def is_asked(self) -> bool:
        """Whether this is the version that learners are dealt today."""
        question = self.version.question
        return question.current_id == self.version.pk and question.archived_at is None

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """How often each choice was chosen, in the author's order; none where words are typed."""
        return choices_of(self.version, self.count)

    @property
    def unanswered(self) -> int:
        """How many left it out."""
        return self.count.choices.get("", 0)

    @property
    def worst(self) -> Choice | None:
        """The wrong choice that was chosen most; None where none was."""
        wrong = [choice for choice in self.choices if not choice.right and choice.count]
        return max(wrong, key=lambda choice: choice.count, default=None)


def hardest_first(counts: Mapping[int, ItemCount]) -> list[int]:
    """The keys of the versions: the lowest facility first, more answers before; no points last."""

    def need(key: int) -> tuple[bool, float, int, int]:
        facility = counts[key].facility
        return facility is None, facility or 0.0, -counts[key].answers, key

    return sorted(counts, key=need)


def rows_of(keys: Sequence[int], counts: Mapping[int, ItemCount]) -> list[Row]:
    """These versions in this order. One query."""
    rows = QuestionVersion.objects.select_related("question__quiz__lesson").only(
        "number",
        "kind",
        "prompt",
        "content",
        "prompt_html",
        "content_html",
        "question__key",
        "question__current_id",
        "question__archived_at",
        "question__quiz__lesson__slug",
        "question__quiz__lesson__title",
    )
    found = rows.in_bulk(keys)
    return [
        Row(found[key], counts[key], found[key].question.quiz.lesson)
        for key in keys
        if key in found
    ]
