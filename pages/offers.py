"""What the site offers today, so that "soon" behind a benefit is true and not typed."""

from dataclasses import dataclass

from django.db.models import Exists

from accounts.tiers import BENEFITS, Tier, added_by, missing_from
from lessons.models import Course, Playbook
from quizzes.models import Question

# Rooms that do not stand yet; each leaves this set with the feature it brings.
NOT_BUILT = frozenset({"audio", "pdf", "personal", "certificates", "mp3", "video"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit as shown: its label, and whether it is still to come."""

    key: str
    label: str
    soon: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What one tier adds."""

    tier: Tier
    intro: str
    rows: tuple[Offer, ...]


def offered() -> frozenset[str]:
    """The keys of the benefits that somebody could use today. One query."""
    asked = Question.objects.filter(archived_at=None, quiz__archived_at=None)
    paid = Playbook.objects.published().exclude(access=Playbook.Access.FREE)
    facts = Course.objects.order_by().values_list(Exists(asked), Exists(paid)).first()
    there = dict(zip(("quizzes", "playbooks"), facts or (False, False), strict=True))
    return frozenset(
        benefit.key
        for benefit in BENEFITS
        if benefit.key not in NOT_BUILT and there.get(benefit.key, True)
    )


def _rows(tier: Tier, there: frozenset[str]) -> tuple[Offer, ...]:
    return tuple(
        Offer(benefit.key, benefit.label, benefit.key not in there) for benefit in added_by(tier)
    )


def plans(there: frozenset[str]) -> list[Group]:
    """Every tier with what it adds, for the pricing page."""
    return [
        Group(tier, tier.label if tier == Tier.FREE else f"{tier.label} adds", _rows(tier, there))
        for tier in Tier
    ]


def lacking(tier: Tier, there: frozenset[str]) -> list[Group]:
    """What the tiers above this one add, for the benefits panel; empty for whoever has it all."""
    missing = {benefit.tier for benefit in missing_from(tier)}
    intros = {Tier.PLUS: "Plus adds", Tier.PRO: "Pro also adds"}
    return [Group(above, intros[above], _rows(above, there)) for above in Tier if above in missing]
