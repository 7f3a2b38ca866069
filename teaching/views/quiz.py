"""One quiz of a class, and all answers to one of its questions."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest, personal
from quizzes import overrides
from quizzes.display import title_html
from quizzes.models import Answer
from quizzes.overrides import NotChanged
from teaching.access import class_of
from teaching.facts import Sight
from teaching.quiz_report import Together, Which, grouped, question_of, quiz_report, takers
from teaching.work import quiz_of

PER_PAGE = 50
MOST_AT_ONCE = 100  # marks changed by one form: each is a transaction of its own


@require_safe
@login_required
def quiz(request: LearnerRequest, public_id: str, slug: str) -> HttpResponse:
    """Who took the quiz, what their first attempts say of it, and which answers to look at."""
    room = class_of(request.user, public_id)
    row, sight = quiz_of(room, slug), Sight(room)
    everybody, report = takers(sight, row), quiz_report(sight, row)
    context = {
        **report.context,
        "classroom": room,
        "lesson": row.lesson,
        "takers": everybody,
        "page": Paginator(everybody.rows, PER_PAGE).get_page(request.GET.get("page", "1")),
        "look_at": report.look_at,
        "check_keys": report.check_keys,
    }
    return personal(render(request, "teaching/quiz.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def answers(request: LearnerRequest, public_id: str, slug: str, pk: int) -> HttpResponse:
    """What the class answered to a question, alike answers together; `?group=` has one of these.

    POST gives all typed answers of a group the same mark.
    """
    room = class_of(request.user, public_id)
    question = question_of(quiz_of(room, slug), pk)
    if question is None:
        raise Http404("There is no such question in this quiz.")
    which: Which = "latest" if request.GET.get("which") == "latest" else "first"
    groups = grouped(Sight(room), question, which)
    name = request.GET.get("group")
    chosen = next((each for each in groups if each.group.name == name), None)
    context: dict[str, Any] = {
        "classroom": room,
        "lesson": question.quiz.lesson,
        "question": question,
        "prompt": title_html(question.current),
        "which": which,
        "chosen": chosen,
        "total": sum(each.count for each in groups),
        "may_change": room.archived_at is None and chosen is not None and chosen.may_be_given,
        "most": MOST_AT_ONCE,
        "longest_reason": overrides.LONGEST_REASON,
        "shortest_reason": overrides.SHORTEST_REASON,
        "points": "",
        "reason": "",
        "error": "",
    }
    if request.method == "POST":
        if room.archived_at is not None:
            raise Http404("The class is archived: nothing is written in it.")
        there = redirect(f"{request.path}?which={which}")
        if chosen is None or not chosen.may_be_given:
            messages.error(request, "These answers have another mark by now: nothing was changed.")
            return personal(there)
        try:
            _give(request, chosen)
        except NotChanged as refused:
            context |= {"error": str(refused), "points": request.POST.get("points", "")[:40]}
            context |= {"reason": request.POST.get("reason", "")[:1000]}
        else:
            return personal(there)
    rows: Sequence[Any] = chosen.given if chosen else groups
    context["page"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page", "1"))
    status = 400 if context["error"] else 200
    return personal(render(request, "teaching/answers.html", context, status=status))


def _give(request: LearnerRequest, chosen: Together) -> None:
    """Give the answers of a group the mark that was typed, and say of how many it is changed now.

    Each is changed for itself; one whose mark somebody else changed meanwhile is left. Raises
    NotChanged, with nothing stored, where the form lacks something.
    """
    reason = overrides.read_reason(request.POST.get("reason", ""))
    wanted = chosen.given[:MOST_AT_ONCE]
    rows = Answer.objects.select_related("attempt__quiz", "version")
    found = rows.in_bulk([each.answer for each in wanted])
    answers = [found[each.answer] for each in wanted if each.answer in found]
    fraction = overrides.read_points(request.POST.get("points", ""), answers[0].version)
    if fraction == chosen.group.fraction:
        raise NotChanged("That is their mark already: there is nothing to change.")
    changed, now = 0, timezone.now()
    for answer in answers:
        answer.fraction = chosen.group.fraction
        try:
            overrides.override(answer, fraction, request.user, reason, now)
        except NotChanged:
            continue
        changed += 1
    left = chosen.count - changed
    messages.success(request, f"Marks changed: {changed}." + (f" Left: {left}." if left else ""))
