"""Maths: TeX to MathML, refusing what would grow or recurse without end."""

import html
import re
from functools import lru_cache
from xml.etree import ElementTree as ET

from latex2mathml.converter import Converter

LONGEST = 2_000
DEEPEST = 40
# A macro may call itself, or double at each step: none is needed in a lesson.
MACROS = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|newenvironment)\b")
BRACE = re.compile(r"(?<!\\)[{}]")


@lru_cache(maxsize=1024)
def mathml(tex: str, display: str) -> str | None:
    """`display` is "inline" or "block"; None when the source can't be set, and is to be shown."""
    if not tex.strip() or len(tex) > LONGEST or MACROS.search(tex) or _depth(tex) > DEEPEST:
        return None
    try:
        element = Converter(display=display).convert_to_element(tex)
        # The converter writes signs as character references and leaves them, and any "<" of the
        # author's, raw: so its own printing is not used.
        for node in element.iter():
            if node.text:
                node.text = html.unescape(node.text)
        return ET.tostring(element, encoding="unicode")
    except Exception:  # noqa: BLE001 - it raises a dozen kinds on bad TeX; all mean "can't"
        return None


def _depth(tex: str) -> int:
    depth = deepest = 0
    for brace in BRACE.findall(tex):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
    return deepest
