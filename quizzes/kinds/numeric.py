"""A number: `{"answers": [{"value", "tolerance"?, "weight"?, "feedback"?}]}`.

Values, tolerances and weights are decimal text, so that nothing is lost on the way; bounds are
inclusive and the arithmetic is exact. A value may be a range, `3.141..3.142`, as in GIFT. A
response is {"text": …} as typed: what is not a number is kept, scores 0 and gets a hint.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quizzes.kinds.base import (
    LONGEST_NUMBER,
    Content,
    Dealt,
    Fault,
    Kind,
    Response,
    ReviewLine,
    clip,
    exact,
    rows_in,
    weight_in,
)
from quizzes.kinds.text import one_spaced, parse_text, visible

FIELDS: dict[str, type | None] = {
    "value": None,
    "tolerance": None,
    "weight": None,
    "feedback": str,
}
RANGE = ".."
MINUS_AND_POINT = str.maketrans({"−": "-", "٫": "."})  # U+2212; the Arabic decimal separator
GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?P<mark>[ ,.])\d{3}(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d+)?"
)


class Numeric(Kind):
    name = "numeric"
    label = "Number"
    instruction = "Type a number."

    def faults(self, content: object) -> list[Fault]:
        rows, faults = rows_in(content, "answers", FIELDS)
        for index, row in rows:
            faults += bound_faults(index, row)
        if not rows:
            faults.append(Fault(("answers",), "The question needs at least one answer."))
        elif not faults and all(weight_in(row, Fraction(1)) != 1 for _, row in rows):
            faults.append(Fault(("answers",), "No answer is worth the whole question."))
        return faults

    def deal(self, content: Content, rng: random.Random, shuffle: bool) -> Dealt:
        return []

    def parse(self, content: Content, dealt: Dealt, sent: Sequence[str]) -> Response:
        return parse_text(sent)

    def grade(self, content: Content, dealt: Dealt, response: Response) -> Fraction:
        index = accepting(content, response)
        return Fraction(0) if index is None else clip(weight(content["answers"][index]))

    def key(self, content: Content, dealt: Dealt) -> Response:
        for row in content["answers"]:
            if weight(row) == 1:
                return {"text": str(row["value"]).partition(RANGE)[0].strip()}
        return {}

    def review(self, content: Content, dealt: Dealt, response: Response) -> list[ReviewLine]:
        """The answers that are worth something, and the one that accepts what was typed."""
        accepts = accepting(content, response)
        return [
            ReviewLine(
                text=shown(row),
                chosen=index == accepts,
                right=weight(row) == 1,
                credit=weight(row),
                index=index,
                feedback=("answers", index, "feedback") if row.get("feedback") else None,
            )
            for index, row in enumerate(content["answers"])
            if weight(row) > 0 or index == accepts
        ]

    def hint(self, response: Response) -> str:
        if response and not readings(response["text"]):
            return "This is not a number. Write only a number, such as 1.5 or 1e6, without a unit."
        return ""


def readings(text: str) -> tuple[Fraction, ...]:
    """The numbers a typed text may mean: none, one, or two for "1,822" (1.822 or 1822).

    Comma and point are both decimal marks. Spaces group thousands, and so do commas; points only
    where they cannot be a decimal mark ("1.000.000"). "10²" is none: NFKC would make it 102.
    """
    if len(text) > LONGEST_NUMBER or any(raised_or_lowered(letter) for letter in text):
        return ()
    tidy = one_spaced(visible(text)).translate(MINUS_AND_POINT)
    plain = exact(tidy.replace(",", "."))
    group = GROUPED.fullmatch(tidy)
    grouped = None
    if group and not (group["mark"] == "." and plain is not None):
        grouped = exact(tidy.replace(group["mark"], "").replace(",", "."))
    return tuple(number for number in (plain, grouped) if number is not None)


def raised_or_lowered(letter: str) -> bool:
    return unicodedata.decomposition(letter).startswith(("<super>", "<sub>"))


def accepting(content: Content, response: Response) -> int | None:
    """The authored index of the first answer, by falling weight, that accepts the response."""
    numbers = readings(response.get("text", ""))
    answers = list(enumerate(content["answers"]))
    for index, row in sorted(answers, key=lambda answer: -weight(answer[1])):
        low, high = bounds(row)
        if any(low <= number <= high for number in numbers):
            return index
    return None


def weight(row: Content) -> Fraction:
    return weight_in(row, Fraction(1))


def bounds(row: Content) -> tuple[Fraction, Fraction]:
    """The least and the greatest number that an answer accepts. Raises ValueError."""
    low, ranged, high = str(row["value"]).partition(RANGE)
    if not ranged:
        return number_in(low) - tolerance_in(row), number_in(low) + tolerance_in(row)
    return number_in(low), number_in(high)


def number_in(value: object) -> Fraction:
    number = exact(value)
    if number is None:
        raise ValueError("this is not a number")
    return number


def tolerance_in(row: Content) -> Fraction:
    return number_in(row.get("tolerance", 0))


def bound_faults(index: int, row: Content) -> Iterator[Fault]:
    """What keeps an answer from having bounds."""
    tolerance = exact(row.get("tolerance", 0))
    value = row.get("value")
    if isinstance(value, str) and RANGE in value:
        yield from range_faults(index, value, has_tolerance=bool(tolerance))
    elif exact(value) is None:
        message = f"Answer {index + 1} is not a number: write it as 1234.5 or 1.5e6."
        yield Fault(("answers", index, "value"), message)
    if tolerance is None or tolerance < 0:
        message = f"The tolerance of answer {index + 1} must be a number, 0 or more."
        yield Fault(("answers", index, "tolerance"), message)


def range_faults(index: int, value: str, *, has_tolerance: bool) -> Iterator[Fault]:
    """What is wrong with a range."""
    low, high = (exact(end) for end in value.split(RANGE, 1))
    if low is None or high is None or low > high:
        message = f"Answer {index + 1} is not a range: write it as 3.141..3.142, the least first."
        yield Fault(("answers", index, "value"), message)
    if has_tolerance:
        message = f"Answer {index + 1} is a range and needs no tolerance."
        yield Fault(("answers", index, "tolerance"), message)


def shown(row: Content) -> str:
    """ "49", "49 (± 1)", or "3.141 to 3.142"."""
    low, ranged, high = str(row["value"]).partition(RANGE)
    if ranged:
        return f"{low.strip()} to {high.strip()}"
    return (
        f"{low.strip()} (± {str(row['tolerance']).strip()})" if tolerance_in(row) else low.strip()
    )
