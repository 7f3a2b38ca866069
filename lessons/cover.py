"""Cover art: a woven pattern for each course, drawn from its slug (pure: text in, SVG out).

The threads going across lie whole; those going along are dashes on top of them, so that they seem
to pass over and under. Colours are computed in OKLCH around one hue and written as hex, which
every renderer knows. There are no ids, styles or scripts in it: it may stand in a page or a file.
"""

import hashlib
import math
from dataclasses import dataclass
from random import Random

_HUES = (205, 165, 250, 35, 300, 75, 130, 15, 225, 340)
_ANGLES = (-38, -24, 24, 38, 52)
# How many threads a dash passes over and under, and the step from one thread to the next.
_WEAVES = ((2, 2, 1), (2, 2, 3), (3, 3, 1), (3, 2, 1), (2, 3, 4), (3, 3, 5))


@dataclass(frozen=True, slots=True)
class _Thread:
    """One thread of the pattern that repeats: a colour's number and its share of the pitch."""

    colour: int
    share: float


def cover_svg(slug: str, hue: float | None = None, *, width: int = 640, height: int = 360) -> str:
    """The cover of `slug` as an `<svg>` element, always the same; `hue` in degrees, else chosen."""
    random = Random(hashlib.sha256(slug.encode()).digest())  # noqa: S311 - a pattern, not a secret
    chosen = random.choice(_HUES)
    hue = chosen if hue is None else hue
    ground, *colours = _palette(random, hue)
    pitch = random.choice((15, 17, 20, 23)) * height / 360
    over, under, step = random.choice(_WEAVES)
    along, across = _sett(random), _sett(random)
    reach = math.ceil(math.hypot(width, height) / 2 / pitch) + 1

    wefts: dict[_Thread, list[str]] = {}
    warps: dict[tuple[_Thread, int], list[str]] = {}
    start = _short(-reach * pitch)
    length = _short(2 * reach * pitch)
    for number in range(-reach, reach):
        place = _short((number + 0.5) * pitch)
        wefts.setdefault(across[number % len(across)], []).append(f"M{start} {place}h{length}")
        key = along[number % len(along)], number * step % (over + under)
        warps.setdefault(key, []).append(f"M{place} {start}v{length}")

    lines = [
        f'<path stroke="{colours[thread.colour]}" stroke-width="{_short(thread.share * pitch)}" '
        f'd="{"".join(runs)}"/>'
        for thread, runs in wefts.items()
    ]
    air = 0.2 * pitch
    dashes = f"{_short(over * pitch - air)} {_short(under * pitch + air)}"
    lines += [
        f'<path stroke="{colours[thread.colour]}" stroke-width="{_short(thread.share * pitch)}" '
        f'stroke-dasharray="{dashes}" stroke-dashoffset="{_short(shift * pitch - air / 2)}" '
        f'd="{"".join(runs)}"/>'
        for (thread, shift), runs in warps.items()
    ]
    turn = random.choice(_ANGLES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<path fill="{ground}" d="M0 0h{width}v{height}H0z"/>'
        f'<g fill="none" transform="translate({_short(width / 2)} {_short(height / 2)}) '
        f'rotate({turn})">{"".join(lines)}</g></svg>'
    )


def _palette(random: Random, hue: float) -> list[str]:
    """The ground, then four colours for threads: two near the hue, one pale, one that answers."""
    lean = random.choice((-1, 1))
    return [
        oklch(0.27, 0.045, hue),
        oklch(0.47, 0.08, hue),
        oklch(0.6, 0.08, hue + lean * 22),
        oklch(0.85, 0.035, hue + lean * 40),
        oklch(0.73, 0.1, hue + lean * 140),
    ]


def _sett(random: Random) -> list[_Thread]:
    """A run of threads to repeat, the same forwards and backwards, as weavers write it."""
    half: list[_Thread] = []
    for colour, least, most in ((0, 3, 5), (1, 1, 3), (2, 0, 1), (0, 1, 2), (1, 1, 2)):
        half += [_Thread(colour, 0.74)] * random.randint(least, most)
    half.append(_Thread(3, 0.4))
    return half + half[-2:0:-1]


def _short(number: float) -> str:
    """A number for SVG with at most one digit behind the point."""
    return f"{number:.1f}".removesuffix(".0")


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """An OKLCH colour (lightness 0 to 1, hue in degrees) as `#rrggbb`, clipped to sRGB.

    The matrices are those of Björn Ottosson's Oklab (2020).
    """
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_encoded(channel):02x}" for channel in linear)


def _encoded(linear: float) -> int:
    """A linear channel as an sRGB byte."""
    value = min(max(linear, 0.0), 1.0)
    curved = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * curved)
