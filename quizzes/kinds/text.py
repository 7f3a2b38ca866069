"""Typed text: what is stored of it, and the form in which two texts are compared."""

import re
import unicodedata
from collections.abc import Sequence

from quizzes.kinds.base import BadResponse, Response

LONGEST_TEXT = 500  # characters, of a response and of an authored answer

# Direction marks (U+061C, U+200E…), soft hyphen, zero-width space, word joiner, byte order mark:
# they come along with copied text and nobody sees them. Joiners stay: Persian and Hindi need them.
MARKS = (0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)
EMBEDDINGS = range(0x202A, 0x202F)
ISOLATES = range(0x2066, 0x206A)
INVISIBLE = dict.fromkeys([*MARKS, *EMBEDDINGS, *ISOLATES])
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # a database refuses these


def parse_text(sent: Sequence[str]) -> Response:
    """{"text": …} as typed, without outer spaces; {} if nothing was.

    Raises BadResponse for more than one value, for over LONGEST_TEXT characters, and for NUL or
    half a character.
    """
    if len(sent) > 1:
        raise BadResponse("more than one text was sent")
    text = sent[0].strip() if sent else ""
    if len(text) > LONGEST_TEXT:
        raise BadResponse(f"the text is longer than {LONGEST_TEXT} characters")
    if UNSTORABLE.search(text):
        raise BadResponse("the text holds a character that cannot be stored")
    return {"text": text} if text else {}


def visible(text: str) -> str:
    """Compatibility form (NFKC: full-width to plain, NFD to NFC), without invisible characters."""
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE))


def caseless(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


def one_spaced(text: str) -> str:
    """Every run of white space as one space, none at the ends."""
    return " ".join(text.split())


def as_written(text: str) -> str:
    """The form in which two authored texts are the same: NFC and white space aside."""
    return one_spaced(unicodedata.normalize("NFC", text))
