"""Questions with several parts: what is sent for each of them."""

import re
from collections.abc import Mapping, Sequence

from quizzes.kinds.base import BadResponse

PART = re.compile(r"(0|[1-9][0-9]{0,3})=(.*)", re.DOTALL)


def sent_parts(sent: Sequence[str], count: int) -> Mapping[int, list[str]]:
    """What was sent for each part, by its place as dealt; parts left empty are not there.

    "1=2" is the value 2 of part 1; parts come in any order. Raises BadResponse for what has no
    such form and for parts that were not dealt.
    """
    parts: dict[int, list[str]] = {}
    for value in sent if list(sent) != [""] else ():
        match = PART.fullmatch(value)
        if match is None or int(match[1]) >= count:
            raise BadResponse("an answer was sent to a part that was not dealt")
        if match[2]:
            parts.setdefault(int(match[1]), []).append(match[2])
    return parts


def sent_places(sent: Sequence[str], count: int, offered: int) -> list[int | None]:
    """For each part the place that was chosen for it, of so many on offer; None: not answered.

    Raises BadResponse for a place that was not on offer, and for two in one part.
    """
    places: list[int | None] = [None] * count
    on_offer = {str(place): place for place in range(offered)}
    for part, values in sent_parts(sent, count).items():
        if len(values) > 1 or values[0] not in on_offer:
            raise BadResponse("a choice was sent that was not dealt")
        places[part] = on_offer[values[0]]
    return places
