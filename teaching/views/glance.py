"""The class at a glance, and the lists of those who need attention."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from teaching.access import class_of
from teaching.glance import AT_RISK, LIST_RULES, LISTS, glance, list_named
from teaching.highlights import highlights
from teaching.risk import Sign

PER_PAGE = 100
FIRST = {AT_RISK: 8, Sign.QUIET: 5, Sign.FAILING: 5}  # named at a glance


@require_safe
@login_required
def classroom(request: LearnerRequest, public_id: str) -> HttpResponse:
    """What the class comes to, and the first of those who need attention."""
    here = class_of(request.user, public_id)
    shown = glance(here, timezone.now())
    context = {
        "classroom": here,
        "tab": "classroom",
        "glance": shown,
        "completion": shown.completion,
        "scores": shown.scores,
        "risk_rule": LIST_RULES[AT_RISK],
        "tallies": highlights(shown.sight),
        "lists": [
            {
                "key": str(name),
                "name": LISTS[name],
                "rule": LIST_RULES[name],
                "first": shown.lists[name][:most],
                "count": len(shown.lists[name]),
            }
            for name, most in FIRST.items()
        ],
    }
    return personal(render(request, "teaching/classroom.html", context))


@require_safe
@login_required
def attention(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Everybody in one of the lists, chosen by `sign`, to be written to."""
    here = class_of(request.user, public_id)
    shown = glance(here, timezone.now(), charts=False)
    name = list_named(request.GET.get("sign"))
    context = {
        "classroom": here,
        "tab": "class_attention",
        "glance": shown,
        "sign": name,
        "lists": [(key, label, len(shown.lists[key])) for key, label in LISTS.items()],
        "name": LISTS[name],
        "rule": LIST_RULES[name],
        "page": Paginator(shown.lists[name], PER_PAGE).get_page(request.GET.get("page", "1")),
        "query": f"sign={name}&",
    }
    return personal(render(request, "teaching/attention.html", context))
