"""Text in the cell of a spreadsheet: shown as text, never taken for a formula.

A program that opens a CSV file takes what begins with =, +, - or @ for a formula, some also after
spaces, tabs and line breaks, or where the sign is of full width. An apostrophe in front says that
it is text. `plain` takes exactly that apostrophe off again.
"""

SIGNS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫")
APOSTROPHE = "'"


def _is_formula(text: str) -> bool:
    """Whether some program would take this for a formula."""
    if text[:1] in {"\t", "\r", "\n", "\0"}:
        return True
    return text.lstrip()[:1] in SIGNS


def guarded(text: str) -> str:
    """The text as a cell may hold it; numbers are written as numbers and need no guard."""
    # Apostrophes that stand there already count as text, so that `plain` takes off but its own.
    return APOSTROPHE + text if _is_formula(text.lstrip(APOSTROPHE)) else text


def plain(text: str) -> str:
    """The text that `guarded` made this of; other text is left alone."""
    is_guarded = text.startswith(APOSTROPHE) and _is_formula(text.lstrip(APOSTROPHE))
    return text[1:] if is_guarded else text
