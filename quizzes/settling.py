"""What is rendered again when an image, a sound or a title that questions name has changed."""

from collections.abc import Iterator

from lessons.library import Library
from lessons.models import Course

from .models import Question


def naming(course: Course) -> Iterator[Question]:
    """The questions of a course whose current version may name something. One query."""
    questions = Question.objects.filter(quiz__lesson__module__course=course)
    questions = questions.exclude(current=None).select_related("current", "quiz__lesson__module")
    for question in questions.order_by("pk"):
        if question.current is not None and question.current.may_name:
            yield question


def settle_questions(course: Course) -> int:
    """Render them anew; how many are others now. Call inside the transaction of the change."""
    library = Library(course)
    return sum(question.settle(library) for question in naming(course))
