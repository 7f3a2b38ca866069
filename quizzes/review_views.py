"""Spaced review as a learner meets it: what is due, one question at a time, how much a day."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest

from . import attempts, cards, display, practice, review
from .forms import read_sheet
from .kinds import BadResponse
from .models import Review, ReviewCard, ReviewPlan
from .practice import MORE, SLOT, Scope
from .views import is_readable, private

EXAMPLES = (80, 85, 90, 95)  # percent to remember, on the page of settings


# Where one stands ---------------------------------------------------------------------------------


@private
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def overview(request: LearnerRequest) -> HttpResponse:
    """How much is due today and what comes later; POST asks the next question of a scope."""
    now = timezone.now()
    if request.method == "POST":
        return _next_question(request, now)
    later = cards.later(request.user, now)
    context = {
        "today": cards.today(request.user, now),
        "later": later,
        "next": later.first and on_day(later.first, now),
        "more": MORE,
    }
    return render(request, "quizzes/review.html", context)


def _next_question(request: LearnerRequest, now: datetime) -> HttpResponse:
    me, trail = request.user, Trail.read(request.POST, now)
    scope = practice.find_scope(me, request.POST.get("scope", cards.DUE))
    if scope is None:
        raise Http404("nothing to practise there")
    round_ = practice.round_of(me, scope, now, since=trail.since, more=trail.more)
    row = practice.ask(me, scope.name, round_.order, now)
    if row is not None:
        return redirect(f"{row.get_absolute_url()}{trail.query(scope, spent=1)}")
    if scope.name == cards.DUE:
        return redirect("review")
    return render(request, "quizzes/review_nothing.html", {"scope": scope, "round": round_})


class Trail:
    """What a round carries from page to page, in forms and addresses.

    It is the person's own convenience: whatever a client makes up, it gets no other questions
    than those that the person may be asked.
    """

    def __init__(self, more: int, since: datetime) -> None:
        self.more = more  # questions still to come beyond the day's portion
        self.since = since  # when the round began

    @classmethod
    def read(cls, data: QueryDict, default: datetime) -> "Trail":
        """What a form or an address says; `default` is when a round without a beginning began."""
        more, since = data.get("more", ""), data.get("since", "")
        return cls(
            min(int(more), MORE) if re.fullmatch(r"[0-9]{1,3}", more) else 0,
            datetime.fromtimestamp(int(since), UTC)
            if re.fullmatch(r"[0-9]{1,10}", since)
            else default,
        )

    def query(self, scope: Scope, spent: int = 0) -> str:
        """It as the query of an address, with some of `more` spent."""
        carried = {}
        if scope.objective is not None:
            carried["since"] = int(self.since.timestamp())
        elif scope.name == cards.DUE and self.more > spent:
            carried["more"] = self.more - spent
        return f"?{urlencode(carried)}" if carried else ""


def on_day(moment: datetime, now: datetime) -> str:
    """A coming day where the person is: “today at 20:00”, “tomorrow”, “on June 14”."""
    there, here = timezone.localtime(moment), timezone.localtime(now)
    days = (there.date() - here.date()).days
    if days == 0:
        return f"today at {there:%H:%M}"
    if days == 1:
        return "tomorrow"
    return f"on {date_format(there, 'F j' if there.year == here.year else 'F j, Y')}"


def comes_back(card: ReviewCard, now: datetime) -> str:
    """When a question is asked again, as a sentence."""
    if not card.active:
        return "It joins your review once you have passed the quiz, or when you miss it."
    if card.due <= now:
        return "It is due again."
    days = (timezone.localtime(card.due).date() - timezone.localtime(now).date()).days
    if days < 2:
        return f"Comes back {on_day(card.due, now)}."
    return f"Comes back in {days} days, {on_day(card.due, now)}."


# One question -------------------------------------------------------------------------------------


@private
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def question(request: LearnerRequest, public_id: str) -> HttpResponse:
    """One question of a review, and what came of it once it was answered. POST answers, once."""
    mine = request.user.reviews.select_related("version__question__quiz__lesson__module__course")
    row = get_object_or_404(mine, public_id=public_id)
    now = timezone.now()
    askable = ReviewCard.objects.askable(now)
    card = askable.filter(user=request.user, question=row.version.question_id).first()
    if card is None:
        messages.info(request, "That question is not asked any more.")
        return redirect("review")
    if request.method != "POST":
        return _question_page(request, row, card)
    try:
        return _answered(request, row, card)
    except BadResponse as bad:
        context = {"row": row, "reason": str(bad)}
        return render(request, "quizzes/review_refused.html", context, status=400)


def _answered(request: LearnerRequest, row: Review, card: ReviewCard) -> HttpResponse:
    """Answer the question and lead to its result; the second time, to the first one's."""
    sheet = read_sheet(request.POST, [SLOT])
    action = request.POST.get("action")
    if action not in {"check", "unknown"}:
        raise BadResponse("the page does not know what to do with it")
    response = {}
    if action == "check":
        sent = sheet.get(SLOT)
        response = attempts.parse(practice.as_answer(row), sent.values if sent else [])
        if not response and row.answered_at is None:
            return _question_page(request, row, card, is_empty=True)
    practice.answer(row, response, timezone.now())
    return redirect(f"{request.get_full_path()}#result")


def _question_page(
    request: LearnerRequest, row: Review, card: ReviewCard, *, is_empty: bool = False
) -> HttpResponse:
    now = timezone.now()
    trail = Trail.read(request.GET, row.asked_at)
    scope = practice.find_scope(request.user, row.scope) or Scope(row.scope)
    # While it is open, the question itself is one of those to come.
    more = trail.more + (row.answered_at is None)
    round_ = practice.round_of(request.user, scope, now, since=trail.since, more=more)
    lesson = row.version.question.quiz.lesson
    context: dict[str, Any] = {
        "row": row,
        "scope": scope,
        "trail": trail,
        "since": int(trail.since.timestamp()),
        "round": round_,
        "lesson": lesson,
        "is_empty": is_empty,
        "letters": request.user.letter_keys,
        "query": trail.query(scope),
    }
    if row.answered_at is None:
        context |= {"question": display.asked(practice.as_answer(row), 1)}
        return render(request, "quizzes/review_question.html", context)
    switches = row.version.question.quiz.switches
    context |= {
        "question": display.reviewed(practice.as_answer(row), switches, lesson.toc),
        "is_readable": is_readable(lesson, now),
        "comes_back": comes_back(card, now),
        "today": cards.today(request.user, now) if scope.name == cards.DUE else None,
        "more": MORE,
    }
    return render(request, "quizzes/review_result.html", context)


# Settings -----------------------------------------------------------------------------------------


class PlanForm(forms.ModelForm[ReviewPlan]):
    """How much to remember, and how much a day."""

    class Meta:
        model = ReviewPlan
        fields = ["retention", "daily_cap"]
        help_texts = {
            "retention": "From 70 to 97 percent. A question comes back when your chance to know "
            "it falls to this. A little more to remember is many more questions to answer.",
            "daily_cap": "From 1 to 500. When more are due, the rest comes on later days.",
        }


@private
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: LearnerRequest) -> HttpResponse:
    """How much to remember and how many questions a day; saving moves the due dates."""
    me = request.user
    plan = ReviewPlan.objects.filter(user=me).first()
    form = PlanForm(request.POST or None, instance=plan or ReviewPlan(user=me))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            ReviewPlan.objects.update_or_create(user=me, defaults=form.cleaned_data)
            cards.reschedule(me, form.cleaned_data["retention"])
        messages.success(request, "Your review settings are saved.")
        return redirect("review")
    context = {
        "form": form,
        "ladders": [(percent, review.ladder(percent, 3)) for percent in EXAMPLES],
        "crumbs": [{"label": "Review", "url": reverse("review")}],
    }
    return render(request, "quizzes/review_settings.html", context)
