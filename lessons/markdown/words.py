"""Words: reading time, and ids made from headings."""

import re
import unicodedata

WORDS_A_MINUTE = 250
# Chinese, Japanese and Korean are read by the character: 500 a minute.
CJK = re.compile(
    "[\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u3105-\u312f\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
# Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours, with presentation forms.
RTL = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def names(*lines: str) -> frozenset[str]:
    """A set of names written with spaces between."""
    return frozenset(" ".join(lines).split())


def reading_minutes(*texts: str) -> int:
    """Minutes to read plain texts: a word is a run of non-space with a letter or digit in it."""
    words = characters = 0
    for text in texts:
        rest, found = CJK.subn(" ", text)
        characters += found
        words += sum(1 for run in rest.split() if LETTER_OR_DIGIT.search(run))
    halves = words * 2 + characters  # a word takes as long as two characters
    per_minute = WORDS_A_MINUTE * 2
    return max(1, (halves + per_minute // 2) // per_minute)


def slug(text: str) -> str:
    """Letters and digits of any script, joined by hyphens, lower case; "section" if none is left.

    No other sign appears, so an id with a colon or an underscore never meets a heading's.
    """
    text = unicodedata.normalize("NFC", text).lower().replace("'", "").replace("’", "")
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text[:200])
    return "-".join(kept.split()) or "section"


class Ids:
    """Hands out each id once: the second "summary" becomes "summary-2"."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        unique = wanted
        while unique in self._next:
            self._next[wanted] += 1
            unique = f"{wanted}-{self._next[wanted]}"
        self._next[unique] = 1
        return unique
