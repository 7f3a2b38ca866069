"""A simulation: what a year of reviewing by each policy leaves in simulated memories.

`bin/bench review` prints, for each model of memory, the policies side by side with their ratios to
a review every 30 days. Learners, items, days off and chances are the same for every policy, so that
what differs is the policy. It says what follows from the models' assumptions, and nothing about
people.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import fmean

from .memories import LEARNERS, Learner
from .policies import BASELINE, NO_REVIEW, OURS, POLICIES, Card, Policy

YEAR = 365
MEETING_WEEKS = 8
LOOK_EVERY = 7  # days between two looks at what is remembered
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class World:
    """What a run is of. The same world gives the same figures."""

    seed: int
    learners: int
    items: int  # that each learner meets


@dataclass(frozen=True, slots=True)
class Plan:
    """One learner's year: the same under every policy."""

    present: tuple[bool, ...]  # by day
    met: tuple[int, ...]  # by item, the day of its lesson
    first_right: float  # the chance to answer a question right at the end of its lesson


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one learner's year by one policy came to."""

    after: float  # recall of an item after the year, mean over items, 0..1
    during: float  # recall of an item over the year from its lesson on, 0..1
    reviews: float  # reviews of an item
    busiest: float  # items on the fullest day


def plan(chance: Random, items: int) -> Plan:
    """A year with two to four holidays of 4 to 20 days and single days missed.

    The lessons lie in the first weeks, on days that the learner is there.
    """
    missing = chance.uniform(0.05, 0.3)
    present = [chance.random() >= missing for _ in range(YEAR)]
    for _ in range(chance.randint(2, 4)):
        start = chance.randrange(YEAR)
        length = chance.randint(4, 20)
        present[start : start + length] = [False] * len(present[start : start + length])
    weeks = [day for day in range(MEETING_WEEKS * 7) if present[day]] or [0]
    met = [weeks[n * len(weeks) // items] for n in range(items)]
    return Plan(tuple(present), tuple(met), chance.uniform(0.6, 0.9))


def live(learner: Learner, year: Plan, policy: Policy, seed: str) -> Outcome:
    """One learner's year by one policy. Chances follow from the seed and the item alone."""
    items = len(year.met)
    chances = [Random(f"{seed} item {item}") for item in range(items)]
    memories = [learner.memory(chance) for chance in chances]
    cards = [policy.card() for _ in range(items)]
    known: list[int] = []
    waiting = list(range(items))
    looks: list[float] = []
    reviews = busiest = 0
    for day in range(YEAR):
        if day % LOOK_EVERY == 0 and known:
            looks += [memories[item].recall(day) for item in known]
        asked = _asked(policy, cards, known, day) if year.present[day] else []
        for item in asked:
            right = chances[item].random() < memories[item].recall(day)
            memories[item].answer(day, right)
            cards[item].answered(day, right)
        reviews += len(asked)
        busiest = max(busiest, len(asked))
        while waiting and year.met[waiting[0]] <= day:
            item = waiting.pop(0)
            right = chances[item].random() < year.first_right
            memories[item].meet(day, right)
            cards[item].answered(day, right)
            known.append(item)
    return Outcome(
        after=fmean(memory.recall(YEAR) for memory in memories),
        during=fmean(looks),
        reviews=reviews / items,
        busiest=busiest,
    )


def _asked(policy: Policy, cards: Sequence[Card], known: Iterable[int], day: int) -> list[int]:
    """The items of the day: those due, the most urgent first, no more than the policy's portion."""
    due = [item for item in known if cards[item].due <= day]
    if policy.a_day is None or len(due) <= policy.a_day:
        return due
    return sorted(due, key=lambda item: cards[item].urgency(day))[: policy.a_day]


def outcomes(kind: type[Learner], policy: Policy, world: World) -> list[Outcome]:
    """The years of all learners of one kind by one policy."""
    lived = []
    for number in range(world.learners):
        own = f"{world.seed} {kind.name} learner {number}"
        chance = Random(own)
        year = plan(chance, world.items)
        lived.append(live(kind(chance), year, policy, own))
    return lived


# Figures ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """A policy's figures under one model; `cost` is None where nothing was gained or spent."""

    after: float
    during: float
    reviews: float
    busiest: float
    cost: float | None  # reviews of an item per percentage point of `during` above no review


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure over the baseline's, with the middle 95 % of it when learners are drawn anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A policy side by side with the baseline; a ratio is missing where a figure is."""

    policy: str
    figures: Figures
    ratios: dict[str, Ratio]  # by the name of the figure


@dataclass(frozen=True, slots=True)
class Column:
    """A figure as the table and the closing lines show it."""

    key: str
    label: str
    unit: str
    best: Callable[[Iterable[float]], float]  # max or min: what is better
    scale: int = 1
    places: int = 1


COLUMNS = (
    Column("after", "recall after a year", " %", max, scale=100),
    Column("during", "recall over the year", " %", max, scale=100),
    Column("reviews", "reviews per item", "", min),
    Column("cost", "reviews per point gained", "", min, places=2),
    Column("busiest", "items on the fullest day", "", min, places=0),
)


def figures(lived: Sequence[Outcome], without: Sequence[Outcome]) -> Figures:
    """The figures of learners by one policy; `without` are the same learners without review."""
    during, reviews = fmean(o.during for o in lived), fmean(o.reviews for o in lived)
    gained = 100 * (during - fmean(o.during for o in without))
    return Figures(
        after=fmean(o.after for o in lived),
        during=during,
        reviews=reviews,
        busiest=fmean(o.busiest for o in lived),
        cost=reviews / gained if reviews and gained > 0 else None,
    )


def compare(lived: dict[str, list[Outcome]], seed: int) -> list[Row]:
    """A row for each policy. Learners are drawn anew together, so that pairs stay pairs."""
    learners = range(len(lived[NO_REVIEW.name]))
    chance = Random(f"{seed} resampling")
    draws = [chance.choices(learners, k=len(learners)) for _ in range(RESAMPLES)]

    def of(policy: str, draw: Iterable[int]) -> Figures:
        draw = list(draw)
        without = [lived[NO_REVIEW.name][n] for n in draw]
        return figures([lived[policy][n] for n in draw], without)

    base = [of(BASELINE.name, draw) for draw in draws]
    rows = []
    for policy in lived:
        mine = [of(policy, draw) for draw in draws]
        whole, whole_base = of(policy, learners), of(BASELINE.name, learners)
        ratios = {}
        for column in COLUMNS:
            value = _ratio(whole, whole_base, column.key)
            spread = [_ratio(a, b, column.key) for a, b in zip(mine, base, strict=True)]
            known = sorted(ratio for ratio in spread if ratio is not None)
            if value is not None and known:
                low, high = known[len(known) // 40], known[-1 - len(known) // 40]
                ratios[column.key] = Ratio(value, low, high)
        rows.append(Row(policy, whole, ratios))
    return rows


def _ratio(one: Figures, other: Figures, key: str) -> float | None:
    figure, base = getattr(one, key), getattr(other, key)
    return figure / base if figure is not None and base else None


# What it says -------------------------------------------------------------------------------------


def shown(column: Column, figure: float | None) -> str:
    """A figure with its unit; a dash where there is none."""
    if figure is None:
        return "–"
    return f"{figure * column.scale:.{column.places}f}{column.unit}"


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as a table in Markdown; each figure followed by its ratio and the ratio's spread."""
    cells = [["policy", *(column.label for column in COLUMNS)]]
    for row in rows:
        line = [row.policy]
        for column in COLUMNS:
            cell = shown(column, getattr(row.figures, column.key))
            ratio = row.ratios.get(column.key)
            if ratio is not None and row.policy != BASELINE.name and ratio.value:
                cell += f" ×{ratio.value:.2f} ({ratio.low:.2f}–{ratio.high:.2f})"
            line.append(cell)
        cells.append(line)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    return [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in cells
    ]


def closing(rows: Sequence[Row]) -> list[str]:
    """Sentences that say where ours is not the best, and what beats it outright.

    No review spends nothing, so it stands outside the comparison of what is spent.
    """
    ours = next(row for row in rows if row.policy == OURS.name).figures
    lines = []
    for column in COLUMNS:
        rivals = {
            row.policy: figure
            for row in rows
            if (figure := getattr(row.figures, column.key)) is not None
            and not (row.policy == NO_REVIEW.name and column.best is min)
        }
        best = column.best(rivals.values())
        own = rivals.get(OURS.name)
        if own != best:
            name = next(policy for policy, figure in rivals.items() if figure == best)
            lines.append(
                f"Ours is not the best in {column.label}: "
                f"{name} has {shown(column, best)}, ours {shown(column, own)}."
            )
    mine = (ours.after, ours.during, -ours.reviews)
    for row in rows:
        its = (row.figures.after, row.figures.during, -row.figures.reviews)
        if its != mine and all(one >= other for one, other in zip(its, mine, strict=True)):
            lines.append(f"{row.policy} recalls as much as ours or more with no more reviews.")
    return lines or ["Ours is the best in every figure."]


def run(world: World) -> dict[str, list[Row]]:
    """By the name of the model, a row for each policy."""
    return {
        kind.name: compare(
            {policy.name: outcomes(kind, policy, world) for policy in POLICIES}, world.seed
        )
        for kind in LEARNERS
    }


def report(results: dict[str, list[Row]], world: World) -> str:
    """The whole text: a heading, a table for each model, and where ours is not the best."""
    settings = ", ".join(f"{name} {value}" for name, value in asdict(world).items())
    lines = [
        f"Review policies: a simulation over {YEAR} days ({settings}).",
        f"Beside each figure: × its ratio to “{BASELINE.name}” (95 % of it over learners).",
    ]
    for kind in LEARNERS:
        rows = results[kind.name]
        lines += ["", kind.title, "", *table(rows), "", *closing(rows)]
    return "\n".join(lines)


def positive(text: str) -> int:
    """A whole number from 1 on, for an option."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/bench review", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another world of chances")
    parser.add_argument("--learners", type=positive, default=50)
    parser.add_argument("--items", type=positive, default=100, help="items a learner meets")
    parser.add_argument("--json", action="store_true", help="the figures for machines")
    options = parser.parse_args(argv)
    world = World(options.seed, options.learners, options.items)
    results = run(world)
    text = report(results, world)
    if options.json:
        models = {
            name: {"rows": [asdict(row) for row in rows], "closing": closing(rows)}
            for name, rows in results.items()
        }
        text = json.dumps({"simulation": True, **asdict(world), "models": models}, indent=2)
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
