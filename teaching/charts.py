"""The geometry of the charts in reports: where each bar, line, tick and label stands.

A chart is as wide as its place and `HEIGHT` px high, whatever the width: so x is in percent, y in
px from the top, and letters are never scaled. Only the paths of lines are in a box of their own,
`WIDTH` by `HEIGHT`, which is stretched over the plot. The templates in `teaching/charts/` draw
what is computed here, with the same numbers as a table behind it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

HEIGHT = 180
WIDTH = 1000
LINES = 8  # at most in one chart: as many as there are patterns in charts.css
KEYS = "ABCDEFGH"
KEY_GAP = 13  # px from one letter to the next below it
# Of the width, for each letter of a label: 7 px where the plot has 220, and half as much again, as
# the first and the last label stand beside their places.
ROOM = 0.048

type Share = float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Tick:
    """A label beside an axis: at `place`, percent of the width or px from the top."""

    label: str
    place: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that stands on the base line; `middle` is where its number stands."""

    label: str
    value: float
    x: float
    width: float
    y: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars side by side, from 0 up."""

    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...]  # of the grid
    ticks: tuple[Tick, ...]  # below
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """A line through its values; where one is missing (None) it is broken.

    `path` and `area` (down to the base) are in the box of WIDTH by HEIGHT. `end` is the last point,
    as x in percent and y in px; None: without any value. The letter `key` stands there, at `key_y`
    so that letters don't lie upon one another.
    """

    name: str
    key: str
    values: tuple[float | None, ...]
    path: str
    area: str
    end: tuple[float, float] | None
    key_y: float

    @property
    def last(self) -> float | None:
        """The last value there is."""
        return next((value for value in reversed(self.values) if value is not None), None)


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over the same labels, from 0 up to `top`."""

    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    levels: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    height: int = HEIGHT
    width: int = WIDTH

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """For the table: a row for each label, with the value of each line."""
        return [
            (label, [line.values[n] for line in self.lines]) for n, label in enumerate(self.labels)
        ]


def bar_chart(values: Sequence[tuple[str, float]], borders: Sequence[str] = ()) -> BarChart:
    """Bars with a label and a value each. `values` are never negative.

    `borders`: what stands below where bars meet, one more than there are bars, instead of the
    labels below each: for steps of a scale.
    """
    top, levels = scale(max((value for _, value in values), default=0))
    step = 100 / max(1, len(values))
    bars = tuple(
        Bar(
            label=label,
            value=value,
            x=step * (n + 0.08),
            width=step * 0.84,
            y=_y(value, top),
            height=HEIGHT - _y(value, top),
            middle=step * (n + 0.5),
        )
        for n, (label, value) in enumerate(values)
    )
    ticks = (
        tuple(Tick(label, step * n) for n, label in enumerate(borders))
        if borders
        else tuple(Tick(bar.label, bar.middle) for bar in bars)
    )
    return BarChart(bars, levels, ticks)


def line_chart(
    labels: Sequence[str],
    lines: Mapping[str, Sequence[float | None]],
    top: float | None = None,
    places: Sequence[Share] | None = None,
) -> LineChart:
    """Lines by name, each with a value or None for every label; at most `LINES`.

    `top`: the highest value of the scale, 100 for percent; None: by the highest value. `places`:
    where each label stands in the width; None: at equal distances. Raises ValueError where a line
    has more or fewer values than there are labels.
    """
    if len(lines) > LINES or any(len(values) != len(labels) for values in lines.values()):
        raise ValueError("at most 8 lines, with a value for every label")
    highest = max((v for values in lines.values() for v in values if v is not None), default=0)
    top, levels = scale(highest if top is None else top)
    if places is None:
        places = [n / max(1, len(labels) - 1) for n in range(len(labels))]
    xs = [100 * place for place in places]
    runs = {name: _runs(xs, values, top) for name, values in lines.items()}
    ends = {name: run[-1][-1] for name, run in runs.items() if run}
    key_ys = _key_places(ends)
    drawn = tuple(
        Line(
            name=name,
            key=KEYS[n] if len(lines) > 1 else "",
            values=tuple(values),
            path=" ".join(_path(run) for run in runs[name]),
            area=" ".join(_area(run) for run in runs[name]),
            end=ends.get(name),
            key_y=key_ys.get(name, 0),
        )
        for n, (name, values) in enumerate(lines.items())
    )
    ticks = tuple(Tick(labels[n], xs[n], _anchor(xs[n])) for n in spaced(labels, places))
    return LineChart(tuple(labels), drawn, levels, ticks)


def scale(highest: float) -> tuple[float, tuple[Tick, ...]]:
    """The top of a scale from 0 that holds this value, and its levels: whole numbers, 2 to 6.

    A step is 1, 2 or 5 times a power of ten.
    """
    step = next(step for step in _steps() if step * 5 >= highest)
    top = step * max(1, ceil(highest / step))
    return top, tuple(Tick(str(n), _y(n, top)) for n in range(0, top + 1, step))


def _steps() -> Iterable[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def spaced(labels: Sequence[str], places: Sequence[Share]) -> list[int]:
    """Which labels to write so that they have room in the narrowest plot.

    The first, the last, and from the first on those far enough from both and from one another.
    """
    if not labels:
        return []
    room = ROOM * max(map(len, labels))
    last = len(labels) - 1
    written = [0]
    for n in range(1, last):
        if places[n] - places[written[-1]] >= room and places[last] - places[n] >= room:
            written.append(n)
    return written if last == 0 else [*written, last]


def spread(places: Sequence[float], gap: float, end: float) -> list[float]:
    """The same places in the same order, moved no further than needed to be `gap` apart.

    All between 0 and `end`, as they are before; there must be room for them.
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    below = -gap
    for n in order:
        below = moved[n] = max(moved[n], below + gap)
    above = end + gap
    for n in reversed(order):
        above = moved[n] = min(moved[n], above - gap)
    return moved


def _y(value: float, top: float) -> float:
    return HEIGHT * (1 - value / top)


type Run = list[tuple[float, float]]


def _runs(xs: Sequence[float], values: Sequence[float | None], top: float) -> list[Run]:
    """The points of each unbroken part of a line."""
    runs: list[Run] = []
    broken = True
    for x, value in zip(xs, values, strict=True):
        if value is None:
            broken = True
            continue
        if broken:
            runs.append([])
            broken = False
        runs[-1].append((x, _y(value, top)))
    return runs


def _path(run: Run) -> str:
    # A part of one point is a line of no length, which round ends make a dot.
    points = run if len(run) > 1 else run * 2
    return "M" + " L".join(f"{x * WIDTH / 100:.1f} {y:.1f}" for x, y in points)


def _area(run: Run) -> str:
    start, end = (f"{x * WIDTH / 100:.1f} {HEIGHT}" for x in (run[0][0], run[-1][0]))
    return f"{_path(run)} L{end} L{start} Z"


def _anchor(x: float) -> str:
    return "start" if x <= 0 else "end" if x >= 100 else "middle"


def _key_places(ends: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """The height of each line's letter: those of lines that end at the same x are spread."""
    columns: dict[float, list[str]] = defaultdict(list)
    for name, (x, _) in ends.items():
        columns[x].append(name)
    return {
        name: y
        for names in columns.values()
        for name, y in zip(
            names, spread([ends[name][1] for name in names], KEY_GAP, HEIGHT), strict=True
        )
    }
