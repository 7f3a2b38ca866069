"""Code in colours: Pygments' short classes, which static/css/code.css gives a colour.

Many of its lexers take quadratic time over hostile text, so the block's length and the time that a
text may take are limited, and only languages are offered whose lexers kept to that when tried
with a hundred such texts. Whatever is too long, too slow or unknown stays plain.
"""

from collections.abc import Iterator
from functools import lru_cache
from time import thread_time

from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from .words import names

LONGEST = 8_000  # characters, some 250 lines
SECONDS = 0.5  # of a processor, for all the code in a text; 100 lines take a hundredth of it
LANGUAGES = names(
    "awk bash batch c clojure cmake console coq cpp csharp css dart diff django docker ebnf",
    "elixir erlang fsharp gas gdscript go graphql groovy haskell html html+django http ini",
    "java javascript json jsx julia kotlin lean llvm lua make markdown matlab nasm nginx",
    "nixos numpy objective-c ocaml perl php postgresql powershell prolog properties protobuf",
    "pycon python restructuredtext ruby rust scala scss solidity splus sql swift terraform",
    "tex toml tsx typescript vb.net vim vue xml yaml zig",
)
FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


class TooSlowError(Exception):
    pass


class Colours:
    """Colours the code of one text."""

    def __init__(self) -> None:
        self._left = SECONDS

    def html(self, code: str, info: str) -> str | None:
        """Spans for the code in the language named after the fence; None leaves it plain."""
        kind = _lexer(info.split(maxsplit=1)[0].strip("{}.").lower()) if info.strip() else None
        if kind is None or len(code) > LONGEST or self._left <= 0:
            return None
        lexer = kind(stripnl=False, ensurenl=False)  # some keep state: none is shared
        start = thread_time()
        try:
            return formatted(_until(lexer.get_tokens(code), start + self._left), FORMATTER)
        except TooSlowError:
            return None
        finally:
            self._left -= thread_time() - start


def _until[T](tokens: Iterator[T], end: float) -> Iterator[T]:
    for token in tokens:
        if thread_time() > end:
            raise TooSlowError
        yield token


@lru_cache(maxsize=256)
def _lexer(name: str) -> type[Lexer] | None:
    try:
        kind = find_lexer_class_by_name(name)
    except ClassNotFound:
        return None
    return kind if kind.aliases[0] in LANGUAGES else None
