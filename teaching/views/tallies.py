"""What the answers of a class come to: its objectives, its questions, and counting them."""

from time import monotonic

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import LearnerRequest, is_own_path, personal
from teaching import objectives as of_objectives
from teaching import questions as of_questions
from teaching.access import class_of
from teaching.facts import Sight
from teaching.tallies import BATCH, current, tallies_of

OBJECTIVES, QUESTIONS = 100, 50  # on a page
PATIENCE = 3.0  # seconds that somebody without JavaScript waits for one step of counting


@require_safe
@login_required
def objectives(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Every objective of the class's lessons: by lesson, or `?order=weakest`."""
    classroom = class_of(request.user, public_id)
    tallies = current(classroom, timezone.now())
    weakest, counts = request.GET.get("order") == "weakest", tallies.objectives()
    keys = of_objectives.in_order(tallies.sight, counts, weakest=weakest)
    page = Paginator(keys, OBJECTIVES).get_page(request.GET.get("page", "1"))
    context = {
        "classroom": classroom,
        "tab": "class_objectives",
        "tallies": tallies,
        "weakest": weakest,
        "legend": of_objectives.LEGEND,
        "page": page,
        "rows": of_objectives.rows_of(tallies.sight, list(page), counts),
    }
    return personal(render(request, "teaching/objectives.html", context))


@require_safe
@login_required
def questions(request: LearnerRequest, public_id: str) -> HttpResponse:
    """All questions that the class answered, the hardest first, with what was chosen."""
    classroom = class_of(request.user, public_id)
    tallies = current(classroom, timezone.now())
    counts = tallies.items()
    keys = of_questions.hardest_first(counts)
    page = Paginator(keys, QUESTIONS).get_page(request.GET.get("page", "1"))
    context = {
        "classroom": classroom,
        "tab": "class_questions",
        "tallies": tallies,
        "page": page,
        "rows": of_questions.rows_of(list(page), counts),
    }
    return personal(render(request, "teaching/questions.html", context))


@require_POST
@login_required
def count(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Count quizzes that wait; a tally is no part of the class, so that of an archived one, too.

    With `part`: one batch, and the line that says what is left. Without: some batches, and back to
    `next`.
    """
    classroom = class_of(request.user, public_id)
    began = monotonic()
    tallies = tallies_of(Sight(classroom))
    back = request.POST.get("next", "")
    if "part" in request.POST:
        changed = tallies.count(timezone.now(), BATCH)
        context = {
            "classroom": classroom,
            "tallies": tallies,
            "back": back,
            "changed": changed,
            "always": False,
        }
        return personal(render(request, "teaching/counting.html", context))
    while tallies.count(timezone.now(), BATCH) and monotonic() - began < PATIENCE:
        pass
    if not is_own_path(back):
        return redirect("class_questions", classroom.public_id)
    return redirect(back)
