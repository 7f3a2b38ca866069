"""What many attempts say of a quiz and its questions: classical item analysis, and advice in words.

Everything is computed from histograms, so that a hundred thousand attempts cost no more than the
different marks among them. Deviations from the mean are exact before they become floats: nothing
cancels, and "no spread" is decided exactly. A figure that cannot be computed is None.

The formulas are those of Moodle's quiz statistics (docs.moodle.org, "Quiz statistics
calculations"); the thresholds behind the advice are conventions of the field, not laws.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import fsum, sqrt
from typing import Literal

from quizzes.kinds.base import Content, clip, weight_in
from quizzes.kinds.matching import options

type Number = int | Fraction  # exact; points in any unit, the same one throughout

FEWEST = 10  # first attempts, before anything is advised
TELLS_APART = Fraction(27, 100)  # the best and the worst share of the learners that D compares


@dataclass(frozen=True, slots=True)
class Cell:
    """So many learners earned this mark at the item and this total in the whole attempt."""

    mark: Number
    total: Number
    count: int


@dataclass(frozen=True, slots=True)
class Item:
    """One question as everybody met it: the most it is worth, and the joint histogram."""

    highest: Number
    cells: tuple[Cell, ...]


def items_of(rows: Sequence[Sequence[Number]], highest: Sequence[Number]) -> list[Item]:
    """The items of a plain matrix: a row for each learner, a column for each item."""
    totals = [sum(row) for row in rows]
    return [
        Item(
            most,
            tuple(
                Cell(mark, total, count)
                for (mark, total), count in Counter(
                    (row[column], total) for row, total in zip(rows, totals, strict=True)
                ).items()
            ),
        )
        for column, most in enumerate(highest)
    ]


# One item ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What the first attempts say of one item. Percentages are of 100, the rest as it is."""

    attempts: int
    facility: float | None  # the mean mark as a share of the most, 0..1
    deviation: float | None  # of the marks, in points, n - 1
    discrimination: float | None  # item against rest, Pearson, percent: -100..100
    efficiency: float | None  # that covariance in percent of the most these marks allow
    point_biserial: float | None  # item against total, Pearson: -1..1
    upper_lower: float | None  # facility of the best 27 % less that of the worst: -1..1
    covariance: float | None  # of mark and total, n - 1: what the effective weight rests on


def item_statistics(item: Item) -> ItemStatistics:
    """All figures of one item; D only from ten learners on, as two or three are no group."""
    cells = item.cells
    counts = [cell.count for cell in cells]
    learners = sum(counts)
    marks = _deviations([cell.mark for cell in cells], counts)
    rests = _deviations([cell.total - cell.mark for cell in cells], counts)
    totals = _deviations([cell.total for cell in cells], counts)
    with_rest = _covariance(marks, rests, counts)
    best = _covariance(*_sorted_together(marks, rests, counts))
    return ItemStatistics(
        attempts=learners,
        facility=facility(item),
        deviation=_root(_covariance(marks, marks, counts)),
        discrimination=_percent(_pearson(marks, rests, counts)),
        efficiency=None if with_rest is None or not best else 100 * with_rest / best,
        point_biserial=_pearson(marks, totals, counts),
        upper_lower=upper_lower(item) if learners >= FEWEST else None,
        covariance=_covariance(marks, totals, counts),
    )


def facility(item: Item) -> float | None:
    """The mean mark as a share of the most; None where nothing was to be earned."""
    learners = sum(cell.count for cell in item.cells)
    if not item.highest or not learners:
        return None
    return float(Fraction(sum(cell.mark * cell.count for cell in item.cells)) / learners) / float(
        item.highest
    )


def upper_lower(item: Item) -> float | None:
    """D: the facility among the best 27 % by total less that among the worst 27 %.

    Where the border runs through learners of the same total, each of them counts in part.
    """
    learners = sum(cell.count for cell in item.cells)
    group = round(TELLS_APART * learners)
    if not item.highest or not group:
        return None
    by_total = sorted(item.cells, key=lambda cell: cell.total)
    worst, best = _earned(by_total, group), _earned(by_total[::-1], group)
    return float((best - worst) / group / Fraction(item.highest))


def _earned(cells: Sequence[Cell], group: int) -> Fraction:
    """What the first `group` learners earned, the cells in the order of their totals."""
    counts: Counter[Number] = Counter()
    points: dict[Number, Fraction] = {}
    for cell in cells:
        counts[cell.total] += cell.count
        points[cell.total] = points.get(cell.total, Fraction(0)) + cell.mark * cell.count
    earned, left = Fraction(0), group
    for total, count in counts.items():
        taken = min(left, count)
        earned += points[total] * Fraction(taken, count)
        left -= taken
    return earned


# The whole quiz ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """What the first attempts say of the whole quiz; points in the unit of the totals."""

    attempts: int
    mean: float | None
    deviation: float | None  # n - 1
    skewness: float | None
    kurtosis: float | None  # 0 for a normal distribution
    alpha: float | None  # Cronbach's; Moodle's "coefficient of internal consistency" / 100
    kr20: float | None  # where every mark is 0 or 1
    error_ratio: float | None  # percent of the deviation that is chance
    standard_error: float | None  # of one learner's total
    weights: tuple[float | None, ...]  # effective weight of each item, percent


def quiz_statistics(
    items: Sequence[Item], statistics: Sequence[ItemStatistics], totals: Mapping[Number, int]
) -> QuizStatistics:
    """All figures of a quiz; `totals` counts the learners by the points they earned in all.

    Alpha and what rests on it need everybody to have been dealt the same items: None otherwise.
    """
    values, counts = list(totals), list(totals.values())
    learners = sum(counts)
    deviations = _deviations(values, counts)
    deviation = _root(_covariance(deviations, deviations, counts))
    skewness, kurtosis = _shape(deviations, counts)
    comparable = all(each.attempts == learners for each in statistics)
    alpha = _alpha(items, statistics, deviation) if comparable else None
    # Rounding may carry alpha a hair past the 1 that it cannot exceed.
    error = None if alpha is None else sqrt(max(0.0, 1 - alpha))
    zero_or_one = all(cell.mark in {0, 1} for item in items for cell in item.cells)
    return QuizStatistics(
        attempts=learners,
        mean=float(_mean(values, counts)) if learners else None,
        deviation=deviation,
        skewness=skewness,
        kurtosis=kurtosis,
        alpha=alpha,
        kr20=_kr20(items, deviation, learners) if comparable and zero_or_one else None,
        error_ratio=_percent(error),
        standard_error=None if error is None or deviation is None else error * deviation,
        weights=tuple(effective_weights([each.covariance for each in statistics])),
    )


def _alpha(
    items: Sequence[Item], statistics: Sequence[ItemStatistics], deviation: float | None
) -> float | None:
    """k/(k-1) * (1 - sum of the items' variances / variance of the totals); items of 0 points
    are none."""
    spreads = [
        each.deviation
        for item, each in zip(items, statistics, strict=True)
        if item.highest and each.deviation is not None
    ]
    size = len(spreads)
    if size < 2 or not deviation:
        return None
    return size / (size - 1) * (1 - fsum(spread**2 for spread in spreads) / deviation**2)


def _kr20(items: Sequence[Item], deviation: float | None, learners: int) -> float | None:
    """k/(k-1) * (1 - sum of p*q / population variance of the totals)."""
    shares = [share for item in items if (share := facility(item)) is not None]
    size = len(shares)
    if size < 2 or not deviation:
        return None
    population = deviation**2 * (learners - 1) / learners
    return size / (size - 1) * (1 - fsum(p * (1 - p) for p in shares) / population)


def effective_weights(covariances: Sequence[float | None]) -> list[float | None]:
    """How much of the spread of the totals each item makes, percent of 100.

    An item that goes against the total makes none: None, and it is left out of the sum.
    """
    roots = [None if each is None or each < 0 else sqrt(each) for each in covariances]
    whole = fsum(root for root in roots if root)
    return [None if root is None or not whole else 100 * root / whole for root in roots]


def _shape(deviations: Sequence[float], counts: Sequence[int]) -> tuple[float | None, float | None]:
    """Skewness and kurtosis from the k-statistics, which are unbiased in small samples."""
    n = sum(counts)

    def moment(power: int) -> float:
        return fsum(c * d**power for d, c in zip(deviations, counts, strict=True)) / n

    if n < 3 or not any(deviations):
        return None, None
    second = moment(2)
    k2 = n * second / (n - 1)
    skewness = n**2 * moment(3) / ((n - 1) * (n - 2)) / k2**1.5
    if n < 4:
        return skewness, None
    spread = (n + 1) * moment(4) - 3 * (n - 1) * second**2
    return skewness, n**2 * spread / ((n - 1) * (n - 2) * (n - 3)) / k2**2


# Arithmetic ----------------------------------------------------------------------------------


def _mean(values: Sequence[Number], counts: Sequence[int]) -> Fraction:
    weighted = sum(value * count for value, count in zip(values, counts, strict=True))
    return Fraction(weighted, 1) / (sum(counts) or 1)


def _deviations(values: Sequence[Number], counts: Sequence[int]) -> list[float]:
    """From the mean; exact until the last step, so equal values give exact zeros."""
    mean = _mean(values, counts)
    top, bottom = mean.numerator, mean.denominator
    return [float(Fraction(value * bottom - top, 1) / bottom) for value in values]


def _covariance(a: Sequence[float], b: Sequence[float], counts: Sequence[int]) -> float | None:
    """Of two lists of deviations, n - 1."""
    n = sum(counts)
    return (
        fsum(x * y * c for x, y, c in zip(a, b, counts, strict=True)) / (n - 1) if n > 1 else None
    )


def _pearson(a: Sequence[float], b: Sequence[float], counts: Sequence[int]) -> float | None:
    """None where one of them has no spread."""
    both, first, second = (_covariance(*pair, counts) for pair in ((a, b), (a, a), (b, b)))
    if both is None or not first or not second:
        return None
    return both / sqrt(first) / sqrt(second)


def _sorted_together(
    a: Sequence[float], b: Sequence[float], counts: Sequence[int]
) -> tuple[list[float], list[float], list[int]]:
    """Both sorted for themselves and paired again: the best against the best."""
    pairs: tuple[list[float], list[float], list[int]] = ([], [], [])
    first, second = (
        sorted(zip(values, counts, strict=True), key=lambda pair: pair[0]) for values in (a, b)
    )
    ends = [list(accumulate(count for _, count in each)) for each in (first, second)]
    done = i = j = 0
    while i < len(first) and j < len(second):
        end = min(ends[0][i], ends[1][j])
        pairs[0].append(first[i][0])
        pairs[1].append(second[j][0])
        pairs[2].append(end - done)
        done = end
        i += ends[0][i] == end
        j += ends[1][j] == end
    return pairs


def _root(variance: float | None) -> float | None:
    return None if variance is None else sqrt(variance)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


# What guessing earns, and what was chosen ----------------------------------------------------


def guess_score(kind: str, content: Content) -> Fraction | None:
    """The share that blind guessing earns on average, 0..1; None where that is not computed.

    A single choice below 0 earns 0, as in grading. Whoever guesses a number or a word earns
    nothing; where several are chosen or put in order it depends on how one guesses.
    """
    match kind:
        case "single":
            choices = content["choices"]
            weights = [weight_in(row, Fraction(bool(row.get("correct")))) for row in choices]
            return sum(map(clip, weights), Fraction(0)) / len(weights)
        case "true-false":
            return Fraction(1, 2)
        case "matching":
            return Fraction(1, len(options(content["pairs"])))
        case "numeric" | "short-answer":
            return Fraction(0)
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """How often one choice was chosen."""

    text: str
    count: int
    right: bool
    share: float  # of the learners who were asked, 0..1

    @property
    def percent(self) -> float:
        """The share in percent."""
        return 100 * self.share


def frequencies(choices: Iterable[tuple[str, int, bool]], asked: int) -> tuple[Choice, ...]:
    """From (text, count, whether it is right), in the author's order."""
    return tuple(
        Choice(text, count, right, count / asked if asked else 0.0)
        for text, count, right in choices
    )


# Advice --------------------------------------------------------------------------------------

EASY, HARD = 0.95, 0.3
NEAR_GUESSING = 0.05
WEAK = 10.0  # percent of discrimination
WEAK_BETWEEN = (0.3, 0.8)  # facilities; outside of them weak discrimination is to be expected
DEAD, FEWEST_FOR_DEAD = 0.02, 50

type Severity = Literal["wait", "check", "look", "note"]


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at, most pressing kinds first: check, look, note; or wait."""

    kind: Literal["collecting", "key", "guessing", "hard", "ambiguous", "easy", "distractor"]
    severity: Severity
    sentence: str
    look: str  # where to look


def advise(
    item: ItemStatistics, choices: Sequence[Choice] = (), guess: Fraction | None = None
) -> list[Advice]:
    """What stands out, most pressing first; [] where nothing does.

    Under ten first attempts there is only "collecting: 6 of 10".
    """
    if item.attempts < FEWEST:
        sentence = f"Collecting: {item.attempts} of {FEWEST}."
        return [Advice("collecting", "wait", sentence, "")]
    return [*_of_key(item, choices), *_of_level(item, guess), *_of_choices(item, choices)]


def _of_key(item: ItemStatistics, choices: Sequence[Choice]) -> Iterable[Advice]:
    if item.discrimination is not None and item.discrimination < 0:
        sentence = "Those who do well in the rest of the quiz miss it more often than the others."
        yield Advice("key", "check", sentence, "Check the key first: is the right answer marked?")
    rights = [choice.count for choice in choices if choice.right]
    wrong = max((choice for choice in choices if not choice.right), key=_count, default=None)
    if wrong is not None and rights and wrong.count > min(rights):
        sentence = f"“{wrong.text}” is chosen more often than a right answer."
        yield Advice("key", "check", sentence, "Check the key, then the wording of this choice.")


def _count(choice: Choice) -> int:
    return choice.count


def _of_level(item: ItemStatistics, guess: Fraction | None) -> Iterable[Advice]:
    share = item.facility
    if share is None:
        return
    if guess and abs(share - float(guess)) <= NEAR_GUESSING:
        sentence = "The result is about what blind guessing gives: learners are guessing."
        look = "Look at the part of the lesson that it asks about, and at the wording."
        yield Advice("guessing", "look", sentence, look)
    if share < HARD:
        look = "Look at the explanation, and at the part of the lesson that it asks about."
        yield Advice("hard", "look", "It is hard: most learners miss it.", look)
    low, high = WEAK_BETWEEN
    weak = item.discrimination is not None and 0 <= item.discrimination < WEAK
    if weak and low < share < high:
        sentence = "It hardly tells those who know the rest from those who don’t: is it ambiguous?"
        yield Advice("ambiguous", "look", sentence, "Read the question as a stranger would.")
    if share > EASY:
        sentence = "Nearly everybody gets it: fine as a check, useless to tell learners apart."
        yield Advice("easy", "note", sentence, "Keep it, if a check is what it is for.")


def _of_choices(item: ItemStatistics, choices: Sequence[Choice]) -> Iterable[Advice]:
    if item.attempts < FEWEST_FOR_DEAD or len(choices) <= 2:
        return  # of two choices, true or false, none can be spared
    for choice in choices:
        if not choice.right and choice.share < DEAD:
            sentence = f"Hardly anybody chooses “{choice.text}”: it misleads nobody."
            yield Advice("distractor", "note", sentence, "Replace it by a mistake people make.")
