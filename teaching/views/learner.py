"""One learner of a class, one of their attempts, and what an instructor writes or changes there."""

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import LearnerRequest, personal
from quizzes import attempts, display, overrides
from quizzes.models import Answer, Attempt
from quizzes.overrides import NotChanged
from teaching.access import learner_of
from teaching.agenda import agenda
from teaching.learner import NOTES, notes_on, overview
from teaching.models import Note, Seat
from teaching.timeline import PER_PAGE, Event, timeline
from teaching.work import attempt_of, attempts_of

ATTEMPTS_PER_PAGE = 50
LONGEST_NOTE = Note._meta.get_field("text").max_length or 0
SENT_TWICE = timedelta(minutes=1)


def running_learner_of(request: LearnerRequest, public_id: str, seat: int) -> Seat:
    """The same for writing: not in an archived class. Raises Http404."""
    row = learner_of(request.user, public_id, seat)
    if row.classroom.archived_at is not None:
        raise Http404("The class is archived: nothing is written in it.")
    return row


@require_safe
@login_required
def learner(request: LearnerRequest, public_id: str, seat: int) -> HttpResponse:
    """How one learner stands; `?show=attempts` and `?show=timeline` have what came in time."""
    row = learner_of(request.user, public_id, seat)
    context: dict[str, Any] = {"classroom": row.classroom, "seat": row, "person": row.user}
    number = request.GET.get("page", "1")
    match request.GET.get("show"):
        case "attempts":
            page = Paginator(attempts_of(row), ATTEMPTS_PER_PAGE).get_page(number)
            return _shown(request, "attempts", context | {"page": page})
        case "timeline":
            page = Paginator(timeline(row, request.user.zone), PER_PAGE).get_page(number)
            rows: list[Any] = list(page.object_list)
            events = [Event(*each) for each in rows]
            return _shown(request, "timeline", context | {"page": page, "events": events})
    whole = overview(row)
    notes = list(notes_on(row)[: NOTES + 1])
    context |= {"whole": whole, "sums": whole.sums, "weakest": whole.mastery.weakest()}
    # Nothing is due for somebody whose seat has ended.
    due = [] if row.until else agenda(row.user, row.classroom, timezone.now())
    context |= {"due": due, "one_class": True}
    context |= {"notes": notes[:NOTES], "more_notes": len(notes) > NOTES, "longest": LONGEST_NOTE}
    return _shown(request, "overview", context)


def _shown(request: LearnerRequest, show: str, context: dict[str, Any]) -> HttpResponse:
    template = f"teaching/learner_{show}.html"
    return personal(render(request, template, context | {"show": show}))


@require_POST
@login_required
def note(request: LearnerRequest, public_id: str, seat: int) -> HttpResponse:
    """Write a note on a learner, or delete one's own (`delete`, its key)."""
    row = running_learner_of(request, public_id, seat)
    there = redirect("class_learner", public_id, row.pk)
    there["Location"] += "#notes"
    mine = row.notes.filter(author=request.user)
    if "delete" in request.POST:
        key = request.POST["delete"]
        get_object_or_404(mine, pk=int(key) if key.isdecimal() and len(key) < 19 else 0).delete()
        messages.success(request, "The note is deleted.")
        return personal(there)
    text = request.POST.get("text", "").replace("\0", "").strip()  # PostgreSQL takes no NUL
    if not text:
        messages.error(request, "The note is empty: nothing was kept.")
    elif len(text) > LONGEST_NOTE:
        messages.error(request, f"A note has at most {LONGEST_NOTE} characters; none was kept.")
    elif not mine.filter(text=text, made_at__gt=timezone.now() - SENT_TWICE).exists():
        mine.create(seat=row, author=request.user, text=text)
        messages.success(request, "The note is kept.")
    return personal(there)


# Attempts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A question of an attempt, and the form for its mark."""

    question: display.Reviewed
    possible: str  # points
    now: str
    seen: str  # the exact mark, for the form to send back
    graded: str  # as graded, where that is another
    may_change: bool
    points: str = ""  # what was typed and refused
    reason: str = ""
    error: str = ""

    @classmethod
    def of(cls, answer: Answer, *, may_change: bool) -> "Mark":
        """Of an answer fetched with its version and its trail."""
        worth, mark = Fraction(answer.version.points), answer.fraction or Fraction(0)
        graded = overrides.graded_as(answer)
        return cls(
            question=display.reviewed(answer, own="Their answer"),
            possible=display.rounded(worth),
            now=display.rounded(mark * worth),
            seen=str(mark),
            graded="" if graded == mark else display.rounded(graded * worth),
            may_change=may_change and worth > 0,
        )


@require_safe
@login_required
def attempt(request: LearnerRequest, public_id: str, seat: int, attempt_id: str) -> HttpResponse:
    """One attempt of a learner: what was dealt, what was answered, and the marks."""
    row = learner_of(request.user, public_id, seat)
    found = attempt_of(row, attempt_id)
    attempts.end_if_overdue(found, timezone.now())
    return _attempt_page(request, row, found, marks_of(row, found))


def marks_of(seat: Seat, found: Attempt) -> list[Mark]:
    """The questions of a finished attempt; of one without a score nothing is shown."""
    if not found.is_finished:
        return []
    answers = list(found.answers.select_related("version__question").order_by("slot"))
    overrides.fetch_trails(answers)
    may_change = seat.classroom.archived_at is None
    return [Mark.of(answer, may_change=may_change) for answer in answers]


def _attempt_page(
    request: LearnerRequest, seat: Seat, found: Attempt, marks: list[Mark]
) -> HttpResponse:
    context = {
        "classroom": seat.classroom,
        "seat": seat,
        "person": seat.user,
        "attempt": found,
        "lesson": found.quiz.lesson,
        "marks": marks,
        "dots": [mark.question.dot for mark in marks],
        "right": sum(mark.question.mark == "right" for mark in marks),
        "longest_reason": overrides.LONGEST_REASON,
        "shortest_reason": overrides.SHORTEST_REASON,
    }
    refused = any(mark.error for mark in marks)
    template = "teaching/attempt.html"
    return personal(render(request, template, context, status=400 if refused else 200))


@require_POST
@login_required
def mark(
    request: LearnerRequest, public_id: str, seat: int, attempt_id: str, slot: int
) -> HttpResponse:
    """Change the mark of one answer, or change it back (`as_graded`); with a reason."""
    row = running_learner_of(request, public_id, seat)
    found = attempt_of(row, attempt_id)
    answers = found.answers.select_related("version")
    answer = get_object_or_404(answers, slot=slot)
    answer.attempt = found
    points, reason = request.POST.get("points", "")[:40], request.POST.get("reason", "")
    try:
        if "as_graded" in request.POST:
            overrides.fetch_trails([answer])
            fraction = overrides.graded_as(answer)
        else:
            fraction = overrides.read_points(points, answer.version)
        answer.fraction = read_seen(request)
        overrides.override(answer, fraction, request.user, reason, timezone.now())
    except NotChanged as refused:
        marks = [
            replace(each, points=points, reason=reason[:1000], error=str(refused))
            if each.question.slot == slot
            else each
            for each in marks_of(row, found)
        ]
        if not marks:
            messages.error(request, str(refused))
        return _attempt_page(request, row, found, marks)
    told = "the learner sees why" if found.quiz.show_marks else "this quiz shows no marks"
    messages.success(request, f"The mark of question {slot} is changed; {told}.")
    there = redirect("class_attempt", public_id, row.pk, found.public_id)
    there["Location"] += f"#q{slot}"
    return personal(there)


def read_seen(request: LearnerRequest) -> Fraction:
    """The mark that the form was made with; one that no mark is, where it does not say."""
    text = request.POST.get("seen", "")
    digits = text.replace("/", "", 1)
    if not (digits.isascii() and digits.isdecimal()) or len(text) > attempts.LONGEST_SCORE:
        return Fraction(-1)
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(-1)
