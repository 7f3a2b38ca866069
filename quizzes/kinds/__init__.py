"""The question kinds, one file each. To add one, copy a neighbour and name it here."""

from quizzes.kinds.base import BadResponse, Dealt, Fault, Kind, Response, ReviewLine
from quizzes.kinds.cloze import Cloze
from quizzes.kinds.matching import Matching
from quizzes.kinds.multiple import Multiple
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.short_answer import ShortAnswer
from quizzes.kinds.single import Single
from quizzes.kinds.true_false import TrueFalse

__all__ = ["KINDS", "BadResponse", "Dealt", "Fault", "Kind", "Response", "ReviewLine", "kind"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Single(),
        Multiple(),
        TrueFalse(),
        Numeric(),
        ShortAnswer(),
        Matching(),
        Ordering(),
        Cloze(),
    )
}


def kind(name: str) -> Kind:
    """The kind of that name. Raises LookupError for an unknown one."""
    if name not in KINDS:
        raise LookupError(f"no question kind “{name}”; there are {', '.join(KINDS)}")
    return KINDS[name]
