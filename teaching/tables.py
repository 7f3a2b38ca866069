"""The reports of a class as tables for a file: the rows that their pages show, all pages in one."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

from .compare import Comparison, score_labels
from .exports import Table
from .glance import Learner
from .matrix import WORDS, Matrix, Row
from .objectives import Row as ObjectiveRow
from .questions import Row as QuestionRow
from .quiz_report import Taker

PERSON = ("Learner", "E-mail address")


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)


def progress(matrix: Matrix, zone: tzinfo) -> Table:
    """Learners by lessons. A lesson has a column for its state and, with a quiz, one for the score.

    Their headings hold title and slug: two lessons of the same title keep two columns.
    """
    head = [*PERSON, "Lessons done", "Lessons", "Mean score (%)"]
    head += [f"Last active ({zone})", f"Joined ({zone})"]
    for lesson in matrix.lessons:
        head.append(f"{lesson.title} [{lesson.slug}]")
        if lesson.has_quiz:
            head.append(f"{lesson.title} [{lesson.slug}] score (%)")
    rows = (_progress_of(matrix, row) for row in matrix.rows(matrix.seats))
    return Table("progress", head, rows, wide=frozenset({0, 1, 5, 6}))


def _progress_of(matrix: Matrix, row: Row) -> list[Any]:
    values = [
        row.seat.user.display_name,
        row.seat.user.email,
        row.sums.done,
        len(matrix.lessons),
        _rounded(row.sums.mean),
        row.sums.last_active,
        row.seat.joined_at,
    ]
    for cell, lesson in zip(row.cells, matrix.lessons, strict=True):
        values.append(WORDS[cell.state(lesson.has_quiz)])
        if lesson.has_quiz:
            values.append(cell.percent)
    return values


def attention(name: str, learners: Sequence[Learner], zone: tzinfo) -> Table:
    """Those in one of the lists, with the numbers behind their signs."""
    head = [*PERSON, "Signs", "Days quiet", "Quizzes tried twice or more, not passed"]
    head += ["Assignments overdue", "Lessons done", "Mean score (%)", f"Last active ({zone})"]
    rows = (
        [
            each.seat.user.display_name,
            each.seat.user.email,
            each.signs.words,
            each.signs.quiet,
            each.signs.failing,
            each.signs.behind,
            each.sums.done,
            _rounded(each.sums.mean),
            each.sums.last_active,
        ]
        for each in learners
    )
    return Table(name, head, rows, wide=frozenset({0, 1, 2, 8}))


def objectives(found: Sequence[ObjectiveRow]) -> Table:
    """Every objective with how many have mastered it."""
    head = ["Lesson", "Objective", "Mastered", "Learning", "Not enough answers"]
    head += ["Mean estimate (%)", "A question checks it"]
    return Table("objectives", head, (_objective(row) for row in found))


def _objective(row: ObjectiveRow) -> list[Any]:
    named = [row.lesson.title, row.objective.text]
    asked = "yes" if row.is_asked else "no"
    if row.count is None:
        return [*named, None, None, None, None, asked]
    numbers = [row.count.mastered, row.count.learning, row.count.unknown]
    return [*named, *numbers, _rounded(row.count.mean), asked]


def questions(found: Sequence[QuestionRow]) -> Table:
    """Every version of a question that was answered, with what was chosen, in words."""
    head = ["Lesson", "Question", "Id", "Version", "Asked today", "Kind", "First attempts"]
    head += ["Facility (%)", "Chosen", "Not answered"]
    return Table("questions", head, _questions(found), wide=frozenset({0, 1, 8}))


def _questions(found: Sequence[QuestionRow]) -> Iterator[list[Any]]:
    for row in found:
        chosen = "; ".join(
            f"{choice.text}{' (right)' if choice.right else ''}: {choice.count}"
            for choice in row.choices
        )
        yield [
            row.lesson.title,
            row.title,
            row.version.question.key,
            row.version.number,
            "yes" if row.is_asked else "no",
            row.kind,
            row.count.answers,
            _rounded(row.count.facility),
            chosen,
            row.unanswered,
        ]


def takers(name: str, found: Sequence[Taker], zone: tzinfo) -> Table:
    """Where everybody stands at a quiz."""
    head = (*PERSON, "Score that counts (%)", "Passed", "Attempts", f"Last handed in ({zone})")
    rows = (
        [
            row.name,
            row.email,
            row.percent,
            None if row.percent is None else "yes" if row.passed else "no",
            row.attempts,
            row.last_at,
        ]
        for row in found
    )
    return Table(name, head, rows, wide=frozenset({0, 1, 5}))


def comparison(found: Comparison) -> Table:
    """Classes of a course side by side; of one that is too small to show its size alone."""
    head = ["Class", "First day", "State", "Learners", "Lessons done (%)", "Mean score (%)"]
    head += ["Quizzes passed (%)", *(f"Scores {label}" for label in score_labels())]
    rows = (
        [
            row.classroom.name,
            row.classroom.starts_on,
            "archived" if row.classroom.archived_at else "running",
            row.learners,
            *(
                [None] * (3 + len(row.scores))
                if row.is_small
                else [
                    _rounded(row.done_percent),
                    _rounded(row.mean),
                    _rounded(row.passed_percent),
                    *row.scores,
                ]
            ),
        ]
        for row in found.rows
    )
    return Table("comparison", head, rows, wide=frozenset({0}))
