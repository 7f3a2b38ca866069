"""What each tier includes: the one table that gates, panels, prices and docs all read.

No other file compares tiers; a test holds that. Ask `includes(tier, "audio")`, in a template
`can.audio`, around a view `@requires("audio")` (`accounts.gates`).
"""

from dataclasses import dataclass
from typing import Final

from django.db import models


class Tier(models.TextChoices):
    """The tiers, lowest first: each includes what the ones before it include."""

    FREE = "free", "Free"
    PLUS = "plus", "Plus"
    PRO = "pro", "Pro"


PAID: Final = tuple(tier for tier in Tier if tier != Tier.FREE)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One thing a tier adds; `label` is what every page calls it."""

    key: str
    label: str
    tier: Tier


BENEFITS: Final = (
    Benefit("quizzes", "Knowledge-check quizzes", Tier.FREE),
    Benefit("progress", "Saved progress", Tier.FREE),
    Benefit("bookmarks", "Bookmarks", Tier.FREE),
    Benefit("review", "Spaced review", Tier.FREE),
    Benefit("audio", "Audio streaming", Tier.PLUS),
    Benefit("pdf", "Downloadable PDFs", Tier.PLUS),
    Benefit("playbooks", "All AI Playbooks", Tier.PLUS),
    Benefit("personal", "Personalized content", Tier.PLUS),
    Benefit("certificates", "Certificates of completion", Tier.PRO),
    Benefit("mp3", "Audio MP3 downloads", Tier.PRO),
    Benefit("video", "Video lessons", Tier.PRO),
)
BY_KEY: Final = {benefit.key: benefit for benefit in BENEFITS}
_RANK: Final = {tier: rank for rank, tier in enumerate(Tier)}


def highest(tiers: list[Tier]) -> Tier:
    """The highest of some tiers; Free where there is none."""
    return max(tiers, key=_RANK.__getitem__, default=Tier.FREE)


def includes(tier: Tier, benefit: str) -> bool:
    """Whether a tier has a benefit. Raises KeyError for a benefit that the table lacks."""
    return _RANK[tier] >= _RANK[BY_KEY[benefit].tier]


def added_by(tier: Tier) -> tuple[Benefit, ...]:
    """What a tier adds to the one below it, in the table's order."""
    return tuple(benefit for benefit in BENEFITS if benefit.tier == tier)


def missing_from(tier: Tier) -> tuple[Benefit, ...]:
    """What a person of this tier lacks."""
    return tuple(benefit for benefit in BENEFITS if not includes(tier, benefit.key))


@dataclass(frozen=True, slots=True)
class Can:
    """What one person may use: `can.audio` in a template, `can["audio"]` in code."""

    tier: Tier

    def __getitem__(self, benefit: str) -> bool:
        """Whether the person has the benefit; KeyError for one that does not exist."""
        return includes(self.tier, benefit)
