"""What first attempts say of a quiz and its questions, put in words, for any page that shows it.

The figures come from `analysis`, the counts from the tallies: those of everybody, or those of one
class. A number that an author cannot act on is not shown alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from django.utils.text import Truncator, capfirst

from . import analysis, tallies
from .analysis import Advice, Choice, Item, ItemStatistics, QuizStatistics
from .display import title_of
from .kinds import KINDS
from .models import QuestionVersion, Quiz


class ItemCounts(Protocol):
    """The counts of one version: `ItemTally`, stored, or `tallies.ItemCount`."""

    @property
    def answers(self) -> int: ...
    @property
    def cells(self) -> Mapping[str, int]: ...
    @property
    def choices(self) -> Mapping[str, int]: ...


class QuizCounts(Protocol):
    """The counts of a quiz: `QuizTally`, stored, or `tallies.QuizCount`."""

    @property
    def attempts(self) -> int: ...
    @property
    def passes(self) -> int: ...
    @property
    def scores(self) -> Mapping[str, int]: ...
    @property
    def totals(self) -> Mapping[str, int]: ...


NOT_COMPUTED = "not computed"
IN_SHORT = {
    "key": "check the key",
    "guessing": "guessed?",
    "hard": "hard",
    "ambiguous": "ambiguous?",
    "easy": "very easy",
    "distractor": "a dead choice",
}
MEANINGS = {
    "facility": "The share of the points that learners got: 100 % is a gift, 0 % a wall.",
    "discrimination": (
        "Whether those who do well in the rest of the quiz do well here: from −100 to 100 %."
    ),
}
# The least figure for which the words hold, highest first.
FACILITY = [
    (0.95, "nearly everybody gets it"),
    (0.8, "easy"),
    (0.3, "neither easy nor hard"),
    (0.0, "hard"),
]
DISCRIMINATION = [
    (50.0, "tells learners apart very well"),
    (30.0, "tells learners apart well"),
    (20.0, "tells learners apart a little"),
    (0.0, "hardly tells learners apart"),
    (-100.0, "the better learners miss it"),
]
ALPHA = [
    (0.75, "satisfactory"),
    (0.64, "fair"),
    (
        float("-inf"),
        "low, as is usual with few questions: don’t make much of a single learner’s score",
    ),
]
SPREAD = [
    (18.0, "wide: some know nearly all, others little"),
    (12.0, "as usual"),
    (0.0, "narrow: learners score much the same"),
]
SKEW = [
    (0.5, "more low scores than high ones, with a tail of high ones"),
    (-0.5, "about as many low scores as high ones"),
    (float("-inf"), "more high scores than low ones, with a tail of low ones"),
]


def words(figure: float, scale: Sequence[tuple[float, str]]) -> str:
    """What a figure means, by a scale from the highest down."""
    return next(text for least, text in scale if figure >= least)


def percent(figure: float | None) -> str:
    """A figure out of 100, rounded."""
    return NOT_COMPUTED if figure is None else f"{figure:.0f}\u00a0%".replace("-", "−")


# One question ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name, and what it means."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What first attempts say of one version of a question."""

    version: QuestionVersion
    item: Item
    statistics: ItemStatistics
    choices: tuple[Choice, ...]
    unanswered: int
    guess: Fraction | None
    advice: tuple[Advice, ...]

    @property
    def asked(self) -> bool:
        """Whether this is the version that learners are dealt today."""
        question = self.version.question
        return question.current_id == self.version.pk and question.archived_at is None

    @property
    def prompt(self) -> str:
        """The beginning of the question."""
        return Truncator(" ".join(title_of(self.version).split())).chars(80)

    @property
    def kind(self) -> str:
        """What the learner does."""
        kind = KINDS.get(self.version.kind)
        return kind.label if kind else self.version.kind

    @property
    def facility(self) -> float | None:
        """In percent."""
        share = self.statistics.facility
        return None if share is None else 100 * share

    @property
    def facility_text(self) -> str:
        """ "62 %"."""
        return percent(self.facility)

    @property
    def discrimination_text(self) -> str:
        """ "34 %"."""
        return percent(self.statistics.discrimination)

    @property
    def discrimination_bar(self) -> tuple[float, float]:
        """Where the bar begins and how long it is, on a scale of −100 to 100 drawn as 0 to 100."""
        figure = self.statistics.discrimination or 0.0
        return 50 + min(figure, 0.0) / 2, abs(figure) / 2

    @property
    def collecting(self) -> bool:
        """Whether there are too few attempts yet."""
        return self.statistics.attempts < analysis.FEWEST

    @property
    def pressing(self) -> bool:
        """Whether an author should look at it."""
        return self.asked and any(each.severity in {"check", "look"} for each in self.advice)

    @property
    def in_short(self) -> str:
        """The advice in a few words."""
        if not self.advice:
            return "Nothing"
        short = dict.fromkeys(IN_SHORT.get(each.kind) or each.sentence for each in self.advice)
        return capfirst(", ".join(short))


def report(version: QuestionVersion, tally: ItemCounts) -> Report:
    """The report of a version, fetched with its question, by these counts. No query."""
    item = item_of(version, tally)
    statistics = analysis.item_statistics(item)
    choices = choices_of(version, tally)
    guess = guess_of(version)
    return Report(
        version=version,
        item=item,
        statistics=statistics,
        choices=choices,
        unanswered=tally.choices.get("", 0),
        guess=guess,
        advice=tuple(analysis.advise(statistics, choices, guess)),
    )


def item_of(version: QuestionVersion, tally: ItemCounts) -> Item:
    """The joint histogram of a tally, in thousandths of a point."""
    cells = []
    for key, count in tally.cells.items():
        mark, _, total = key.partition("|")
        cells.append(analysis.Cell(int(mark), int(total), count))
    return Item(tallies.thousandths(Fraction(version.points)), tuple(cells))


def choices_of(version: QuestionVersion, tally: ItemCounts) -> tuple[Choice, ...]:
    """How often each choice was chosen, in the author's order; nothing where words are typed."""
    if version.kind not in {"single", "multiple", "true-false"} or not version.is_sound:
        return ()
    kind = KINDS[version.kind]
    dealt = list(range(len(version.content.get("choices", ()))))
    rows = [
        (
            Truncator(" ".join(line.text.split())).chars(80),
            tally.choices.get(line.text.lower() if line.index is None else str(line.index), 0),
            line.right,
        )
        for line in kind.review(version.content, dealt, {})
    ]
    return analysis.frequencies(rows, tally.answers)


def guess_of(version: QuestionVersion) -> Fraction | None:
    """What blind guessing earns; None where that is not known."""
    return None if not version.is_sound else analysis.guess_score(version.kind, version.content)


def figures_of(each: Report, weight: float | None) -> list[Figure]:
    """All figures of a version with what they mean."""
    told = each.statistics
    share, power = told.facility, told.discrimination
    guess = None if each.guess is None else 100 * float(each.guess)
    return [
        Figure(
            "Facility",
            each.facility_text,
            "it is worth no points" if share is None else words(share, FACILITY),
        ),
        Figure(
            "Discrimination",
            each.discrimination_text,
            "everybody has the same mark here, or the same in the rest"
            if power is None
            else words(power, DISCRIMINATION),
        ),
        Figure(
            "Discriminative efficiency",
            percent(told.efficiency),
            "the discrimination in percent of the most that these marks allow",
        ),
        Figure(
            "Item–total correlation",
            _plain(told.point_biserial),
            "the point-biserial, as Canvas shows it: the question itself is in the total,"
            " which flatters it",
        ),
        Figure(
            "Best less worst",
            percent(None if told.upper_lower is None else 100 * told.upper_lower),
            "the facility among the best 27 % less that among the worst 27 %",
        ),
        Figure(
            "Spread",
            percent(_share(told.deviation, each.item.highest)),
            "the standard deviation of the marks, in percent of its points",
        ),
        Figure(
            "Guessing",
            percent(guess),
            "it depends on how one guesses"
            if guess is None
            else "what choosing blindly earns on average",
        ),
        Figure(
            "Effective weight",
            percent(weight),
            "it adds nothing to the spread of the totals"
            if weight is None
            else "its part in the spread of the totals",
        ),
    ]


def _plain(figure: float | None) -> str:
    return NOT_COMPUTED if figure is None else f"{figure:.2f}".replace("-", "−")


def _share(figure: float | None, whole: Fraction | float) -> float | None:
    """In percent of the whole."""
    return None if figure is None or not whole else 100 * figure / float(whole)


# The quiz ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the chart of scores: from, to (percent), learners, and its place."""

    start: int
    end: int
    count: int
    x: float
    y: float
    height: float


WIDTH, HEIGHT, STEP = 400.0, 120.0, 5


def bars_of(scores: Mapping[str, int]) -> list[Bar]:
    """The scores in steps of five percent; the last one holds 100 too."""
    steps = 100 // STEP
    counts = [0] * steps
    for score, count in scores.items():
        counts[min(int(score) // STEP, steps - 1)] += count
    most = max(counts) or 1
    return [
        Bar(
            start=place * STEP,
            end=100 if place == steps - 1 else place * STEP + STEP - 1,
            count=count,
            x=place * WIDTH / steps,
            y=HEIGHT - HEIGHT * count / most,
            height=HEIGHT * count / most,
        )
        for place, count in enumerate(counts)
    ]


def same_for_all(reports: Sequence[Report], tally: QuizCounts) -> bool:
    """Whether everybody was dealt the same questions."""
    return all(each.statistics.attempts in {0, tally.attempts} for each in reports)


def quiz_figures(
    told: QuizStatistics, reports: Sequence[Report], tally: QuizCounts, pass_mark: int
) -> list[Figure]:
    """The quiz in figures, each with what it means."""
    asked = sum(each.item.highest * each.statistics.attempts for each in reports)
    earned = sum(int(total) * count for total, count in tally.totals.items())
    possible = float(sum(each.item.highest for each in reports if each.statistics.attempts))
    figures = [
        Figure("Learners", f"{tally.attempts:,}", "the first attempt of each counts"),
        Figure(
            "Passed",
            percent(100 * tally.passes / tally.attempts),
            f"in that first attempt; the pass mark is {pass_mark} %",
        ),
        Figure(
            "Points earned",
            percent(_share(earned, asked)),
            "of all points that were asked, on average",
        ),
    ]
    if tally.attempts < analysis.FEWEST or not same_for_all(reports, tally):
        return figures
    spread = _share(told.deviation, possible)
    if spread is not None:
        figures.append(Figure("Spread", f"± {percent(spread)}", words(spread, SPREAD)))
    if told.alpha is not None:
        error = _share(told.standard_error, possible)
        figures += [
            Figure("Reliability", _plain(told.alpha), words(told.alpha, ALPHA)),
            Figure(
                "Standard error",
                f"± {percent(error)}",
                "two learners in three would stay within this with other questions of the kind:"
                " smaller differences say little",
            ),
        ]
    if told.skewness is not None:
        figures.append(Figure("Skewness", _plain(told.skewness), words(told.skewness, SKEW)))
    if told.kurtosis is not None:
        figures.append(
            Figure(
                "Kurtosis",
                _plain(told.kurtosis),
                "above 0: many in the middle, a few far out; below 0: spread evenly, or two groups",
            )
        )
    return figures


def lacking(told: QuizStatistics, reports: Sequence[Report], tally: QuizCounts) -> str:
    """Why there is no figure of reliability; empty where there is one."""
    if told.alpha is not None:
        return ""
    if not same_for_all(reports, tally):
        return (
            "Spread, reliability and standard error are not computed: not everybody was dealt the"
            " same questions. Questions come from pools, or were changed, added or taken away."
        )
    return (
        "Reliability and standard error are not computed: they need two questions with points,"
        " and learners who differ in what they earned."
    )


def quiz_context(quiz: Quiz, reports: Sequence[Report], tally: QuizCounts) -> dict[str, Any]:
    """What `quizzes/analysis/report.html` shows. No query."""
    answered = [each for each in reports if each.statistics.attempts]
    told = analysis.quiz_statistics(
        [each.item for each in answered],
        [each.statistics for each in answered],
        {int(total): count for total, count in tally.totals.items()},
    )
    weights = {each.version.pk: weight for each, weight in zip(answered, told.weights, strict=True)}
    pressing = [each for each in reports if each.pressing]
    return {
        "quiz": quiz,
        "tally": tally,
        "fewest": analysis.FEWEST,
        "figures": quiz_figures(told, answered, tally, quiz.pass_mark) if tally.attempts else [],
        "lacking": lacking(told, answered, tally) if tally.attempts >= analysis.FEWEST else "",
        "bars": bars_of(tally.scores),
        "pass_x": WIDTH * quiz.pass_mark / 100,
        "rows": [(each, figures_of(each, weights.get(each.version.pk))) for each in reports],
        "pressing": sorted(pressing, key=lambda each: each.advice[0].severity != "check"),
        "meanings": MEANINGS,
    }
