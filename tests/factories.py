"""Plain functions that make what tests need, with sensible words in it."""

from fractions import Fraction
from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.library import Library
from lessons.models import Course, Lesson, Module, Objective, Playbook, Tool
from quizzes import attempts
from quizzes.models import Attempt, Question, Quiz

_number = count(1)


def make_course(**fields: Any) -> Course:
    """A published course without lessons."""
    n = next(_number)
    course = Course(**{"slug": f"course-{n}", "title": f"Course {n}", **fields})
    course.render(Library(None))
    course.save()
    return course


def make_module(course: Course | None = None, **fields: Any) -> Module:
    """A module, of a new course by default."""
    n = next(_number)
    fields = {"slug": f"module-{n}", "title": f"Module {n}", "position": n, **fields}
    return Module.objects.create(course=course or make_course(), **fields)


def make_lesson(
    module: Module | None = None, objectives: tuple[str, ...] = ("know",), **fields: Any
) -> Lesson:
    """A published lesson with an article and one objective, of a new module by default."""
    n = next(_number)
    module = module or make_module()
    lesson = Lesson(
        module=module,
        **{
            "slug": f"lesson-{n}",
            "title": f"Lesson {n}",
            "summary": f"What lesson {n} is about.",
            "body": "## First part\n\nSome words.\n\n## Second part\n\nMore words.\n",
            "position": n,
            **fields,
        },
    )
    lesson.render(Library(module.course), objectives)
    lesson.save()
    for position, key in enumerate(objectives):
        Objective.objects.create(lesson=lesson, key=key, text=f"To {key}", position=position)
    return lesson


def make_tool(course: Course | None = None, **fields: Any) -> Tool:
    """An open-source tool."""
    n = next(_number)
    fields = {
        "slug": f"tool-{n}",
        "name": f"Tool {n}",
        "vendor": "A maker",
        "licence": "open-source",
        **fields,
    }
    return Tool.objects.create(course=course or make_course(), **fields)


def make_playbook(course: Course | None = None, **fields: Any) -> Playbook:
    """A playbook that needs Plus."""
    n = next(_number)
    playbook = Playbook(
        course=course or make_course(),
        **{
            "slug": f"playbook-{n}",
            "title": f"Playbook {n}",
            "body": "An opening.\n\n<!-- more -->\n\nThe paid steps.\n",
            **fields,
        },
    )
    playbook.render(Library(None))
    playbook.save()
    return playbook


SINGLE = {
    "kind": "single",
    "prompt": "Which one is right?",
    "content": {"choices": [{"text": "right", "correct": True}, {"text": "wrong"}, {"text": "no"}]},
}
MULTIPLE = {
    "kind": "multiple",
    "prompt": "Which two are right?",
    "content": {
        "choices": [
            {"text": "first", "correct": True},
            {"text": "second", "correct": True},
            {"text": "third"},
            {"text": "fourth"},
        ]
    },
}
TRUE_FALSE = {"kind": "true-false", "prompt": "Is it so?", "content": {"answer": False}}
NUMERIC = {
    "kind": "numeric",
    "prompt": "How many?",
    "content": {"answers": [{"value": "49", "tolerance": "1"}]},
}
SHORT = {
    "kind": "short-answer",
    "prompt": "Which name?",
    "content": {"answers": [{"text": "GLM-5"}]},
}
MATCHING = {
    "kind": "matching",
    "prompt": "Who makes which?",
    "content": {
        "pairs": [
            {"left": "GLM-5", "right": "Zhipu AI"},
            {"left": "Kimi", "right": "Moonshot AI"},
            {"left": "Qwen", "right": "Alibaba"},
            {"right": "Baidu"},
        ]
    },
}
ORDERING = {
    "kind": "ordering",
    "prompt": "Which came first?",
    "content": {"items": ["GPT-2", "BLOOM", "R1", "GLM-5"]},
}
CLOZE = {
    "kind": "cloze",
    "prompt": "",
    "content": {
        "text": "R1 matched {2:SHORTANSWER:=o1} in {1:NUMERICAL:=2025},\n"
        "under the {1:MULTICHOICE:Apache~=MIT} licence."
    },
}
ONE_FIELD = (SINGLE, MULTIPLE, TRUE_FALSE, NUMERIC, SHORT)
ALL_KINDS = (*ONE_FIELD, MATCHING, ORDERING, CLOZE)


def make_question(quiz: Quiz, spec: dict[str, Any] = SINGLE, **fields: Any) -> Question:
    """A question with its first version; `explanation` and the rest of a version by keyword."""
    n = next(_number)
    question = Question.objects.create(
        quiz=quiz, key=fields.pop("key", f"question-{n}"), position=n
    )
    with transaction.atomic():
        question.revise(**{"explanation": "Because it is.", **spec, **fields})
    return question


def make_quiz(lesson: Lesson | None = None, specs: Any = (SINGLE,), **fields: Any) -> Quiz:
    """A quiz with these questions, for a new lesson by default; `shuffle` sets both kinds."""
    if "shuffle" in fields:
        fields["shuffle_questions"] = fields["shuffle_choices"] = fields.pop("shuffle")
    quiz = Quiz.objects.create(lesson=lesson or make_lesson(), **fields)
    for spec in specs:
        make_question(quiz, spec)
    return quiz


def make_result(quiz: Quiz, user: Any, percent: int = 100, **fields: Any) -> Attempt:
    """A submitted attempt with this score and without any answers, and what it comes to."""
    earlier = user.attempts.filter(quiz=quiz).count()
    fields = {"number": earlier + 1, "state": "submitted", "submitted_at": timezone.now(), **fields}
    fields.setdefault("is_first", not earlier)
    attempt = Attempt.objects.create(
        quiz=quiz,
        user=user,
        pass_mark=quiz.pass_mark,
        score=Fraction(percent, 100),
        percent=percent,
        passed=percent >= quiz.pass_mark,
        **fields,
    )
    attempts.settle_grades(quiz)
    return attempt
