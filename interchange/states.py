"""What the database holds of a course, in the canonical forms that `folder` gives for files."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from lessons.models import (
    Asset,
    Course,
    Lesson,
    LessonTool,
    Module,
    Objective,
    Playbook,
    RelatedLesson,
    Tool,
)
from quizzes.models import Question, Quiz

from . import quiz_settings
from .folder import State, question_content, tidy
from .models import SourceFile

MEDIA = ("narration", "video", "captions", "poster")


def digest(state: Any) -> str:
    """A word for a state: equal states have equal words."""
    plain = json.dumps(state, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(slots=True)
class Held:
    """Everything the database holds of one course, archived rows too: twelve queries."""

    course: Course
    modules: list[Module] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    playbooks: list[Playbook] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    sources: dict[tuple[str, int], SourceFile] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course) -> "Held":
        """Read it all."""
        if course._state.adding:
            return cls(course)
        questions = Question.objects.select_related("current", "pool")
        questions = questions.prefetch_related("objectives").order_by("position", "pk")
        lessons = (
            Lesson.objects.filter(module__course=course)
            .select_related("module__course", "quiz")
            .order_by("module__position", "module_id", "position", "pk")
            .prefetch_related(
                Prefetch("objectives", Objective.objects.order_by("position", "pk")),
                Prefetch("tool_links", LessonTool.objects.select_related("tool")),
                Prefetch("related_links", RelatedLesson.objects.select_related("to")),
                Prefetch("quiz__questions", questions),
            )
        )
        return cls(
            course,
            list(course.modules.order_by("position", "pk")),
            list(lessons),
            list(course.tools.order_by("position", "pk")),
            list(course.playbooks.order_by("position", "pk").prefetch_related("lessons")),
            list(course.assets.select_related("module").order_by("path", "pk")),
            {(row.kind, row.target): row for row in course.source_files.all()},
        )

    def source(self, row: Any, kind: str) -> SourceFile | None:
        """The file that a row was last imported from or exported to."""
        return self.sources.get((kind, row.pk)) if row is not None else None


def quiz_of(lesson: Lesson) -> Quiz | None:
    """A lesson's quiz, archived or not, without a query when it was selected."""
    return getattr(lesson, "quiz", None) if lesson.pk else None


def course_state(course: Course) -> State:
    """A course's canonical form."""
    return {
        "slug": course.slug,
        "title": course.title,
        "summary": tidy(course.summary),
        "language": course.language,
        "status": course.status,
        "body": tidy(course.body),
    }


def module_state(module: Module) -> State:
    """A module's canonical form."""
    return {"slug": module.slug, "title": module.title, "summary": tidy(module.summary)}


def lesson_state(lesson: Lesson) -> State:
    """A lesson's canonical form; a carded tool is in the text, so only named ones count."""
    links = sorted(lesson.tool_links.all(), key=lambda link: link.position)
    links = [link for link in links if link.tool.archived_at is None]
    related = sorted(lesson.related_links.all(), key=lambda link: link.position)
    return {
        "slug": lesson.slug,
        "module": lesson.module.slug,
        "title": lesson.title,
        "summary": tidy(lesson.summary),
        "updated": str(lesson.updated),
        "objectives": [
            [row.key, tidy(row.text)] for row in lesson.objectives.all() if row.archived_at is None
        ],
        "takeaways": [tidy(text) for text in lesson.takeaways],
        "tools": [link.tool.slug for link in links if not link.carded],
        "related": [link.to.slug for link in related if link.to.archived_at is None],
        "tags": list(lesson.tags),
        "status": lesson.status,
        "publish_at": moment(lesson.publish_at),
        "language": lesson.language,
        **{name: getattr(lesson, name) for name in MEDIA},
        "body": tidy(lesson.body),
    }


def moment(at: datetime | str | None) -> str | None:
    """A time in one spelling: UTC, to the second."""
    if at is None:
        return None
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if timezone.is_naive(at):
        at = at.replace(tzinfo=UTC)
    return at.astimezone(UTC).isoformat(timespec="seconds")


def quiz_state(quiz: Quiz) -> State:
    """A quiz's canonical form; a pool that no question is in is none."""
    asked = [
        (question, question.current)
        for question in quiz.questions.all()
        if question.archived_at is None and question.current is not None
    ]
    pools = {question.pool.name: question.pool.pick for question, _ in asked if question.pool}
    return {
        **quiz_settings.state_of(quiz),
        **({"pools": pools} if pools else {}),
        "questions": [
            {
                "id": question.key,
                "type": version.kind,
                "objectives": sorted(
                    row.key for row in question.objectives.all() if row.archived_at is None
                ),
                "prompt": tidy(version.prompt),
                "explanation": tidy(version.explanation),
                "points": f"{version.points:.3f}",
                "content": question_content(version.content),
                **({"section": question.section} if question.section else {}),
                **({"pool": question.pool.name} if question.pool else {}),
            }
            for question, version in asked
        ],
    }


def tool_state(tool: Tool) -> State:
    """A tool's canonical form."""
    names = ("name", "vendor", "licence", "strengths", "context_window", "pricing", "url")
    return {name: tidy(getattr(tool, name)) for name in names}


def playbook_state(playbook: Playbook) -> State:
    """A playbook's canonical form."""
    return {
        "slug": playbook.slug,
        "title": playbook.title,
        "summary": tidy(playbook.summary),
        "tier": playbook.access,
        "lessons": sorted(
            lesson.slug for lesson in playbook.lessons.all() if lesson.archived_at is None
        ),
        "updated": str(playbook.updated),
        "status": playbook.status,
        "body": tidy(playbook.body),
    }
