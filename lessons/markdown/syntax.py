"""The syntax: CommonMark with what lessons add, and the guards that keep every text cheap.

Typographic replacements and smart quotes are left off: markdown-it turns `--flags` at the start
of a text into "–flags", and its quotes are English whatever the language. Authors type “ and –.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from .nouns import Notes, TooLarge

MAX_SOURCE = 1_000_000  # characters
# Parsing costs per sign of markup (5 to 50 µs each) and per line, hardly per letter. A lesson of
# 5,000 words has some 2,000 signs and 400 lines.
MAX_MARKS = 30_000
MAX_LINES = 10_000
# In one paragraph: some rules look ahead to its end from every bracket.
MAX_MARKS_IN_TEXT = 2_000
MAX_BRACKETS_IN_TEXT = 300
MAX_DEPTH = 20  # quotes and directives count one, lists two
MAX_QUOTES = 6  # each quote reads all its lines again
MAX_CELLS = 20_000  # a table may fill its rows up with empty cells
MAX_DIRECTIVES = 200
MAX_DIRECTIVE_LINES = 1_000
MAX_MATHS_LINES = 100
MARKS = "\n!#$%&*+-:<=>@[\\]^_`{}~|\u00a0"  # nh3, too, is slow with a long run of no-break spaces

CALLOUT = re.compile(r"\[!(\w+)\](?:[ \t]+(.*))?$")
CALLOUTS = {
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
    "important": "Important",
    "caution": "Caution",
    "key": "Key concept",
}
DIRECTIVE = re.compile(r"(:{3,})\{([^{}\s]+)\}[ \t]*(.*)")
BARE_URL = re.compile(r"://[a-z0-9][a-z0-9\-._~:/?#@!$&'()*+,;=%]*", re.IGNORECASE)
NO_URL_END = "?!.,:;*_~'"

type BlockRule = Callable[[StateBlock, int, int, bool], bool]
type InlineRule = Callable[[StateInline, bool], bool]


class Parser(MarkdownIt):
    """Refuses no address itself: the writer judges them and can say what is wrong."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        try:
            return super().normalizeLink(url)
        except ValueError:
            return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        try:
            return super().normalizeLinkText(link)
        except ValueError:
            return link


@cache
def parser() -> Parser:
    options: dict[str, Any] = {
        "html": False,
        "xhtmlOut": False,
        "maxNesting": MAX_DEPTH * 2,
        "tasklists": True,
    }
    md = Parser("commonmark", options_update=options)
    md.enable(["table", "strikethrough"]).use(footnote_plugin, inline=False)
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("table", "too_deep", too_deep)
    md.block.ruler.at("table", few_cells, {"alt": ["paragraph", "reference"]})
    md.block.ruler.at("blockquote", few_quotes, {"alt": interrupts})
    md.block.ruler.before("fence", "maths_block", maths_block, {"alt": interrupts})
    md.block.ruler.before("fence", "directive", directive, {"alt": interrupts})
    md.block.ruler.before("html_block", "comment_block", comment_block, {"alt": interrupts})
    md.inline.ruler.before("escape", "maths", maths)
    md.inline.ruler.before("autolink", "comment", comment)
    md.inline.ruler.push("bare_url", bare_url)
    md.inline.ruler.at("link", placed(link))
    md.inline.ruler.at("image", placed(image))
    md.core.ruler.after("block", "callouts", callouts)
    md.core.ruler.at("inline", inlines)
    md.core.ruler.before("footnote_tail", "unused_footnotes", unused_footnotes)
    return md


def marks(text: str) -> int:
    return sum(text.count(mark) for mark in MARKS)


def checked(source: str) -> str:
    """The source with plain line ends; TooLarge when it is more than a page may be."""
    if len(source) > MAX_SOURCE:
        raise TooLarge(f"The text has {len(source):,} characters; at most {MAX_SOURCE:,} fit.")
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if (found := marks(source)) > MAX_MARKS:
        raise TooLarge(f"The text has {found:,} signs of markup; at most {MAX_MARKS:,} fit.")
    if (lines := source.count("\n")) > MAX_LINES:
        raise TooLarge(f"The text has {lines:,} lines; at most {MAX_LINES:,} fit.")
    return source


def parse(source: str, notes: Notes) -> list[Token]:
    return parser().parse(checked(source), {Notes.KEY: notes})


def parse_inline(source: str, notes: Notes) -> list[Token]:
    return parser().parseInline(checked(source), {Notes.KEY: notes})


def notes_of(state: StateBlock | StateInline | StateCore) -> Notes:
    notes: Notes = state.env[Notes.KEY]
    return notes


def line_text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


# ---- blocks


def too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """From a certain depth on, what stands there is a paragraph, whatever it looks like."""
    if silent or state.level < MAX_DEPTH:
        return False
    after = start + 1
    while after < end and not state.isEmpty(after):
        if 0 <= state.sCount[after] < state.blkIndent:
            break
        after += 1
    text = state.getLines(start, after, state.blkIndent, False).strip()
    note_depth(state, start, text)
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = text, [start, after], []
    state.push("paragraph_close", "p", -1)
    state.line = after
    return True


def few_quotes(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Quotes, to a depth that mail may reach; a deeper ">" is text."""
    if silent:
        return blockquote(state, start, end, silent)
    depth = state.env.get("quotes", 0)
    if depth >= MAX_QUOTES:
        if line_text(state, start).startswith(">"):
            note_depth(state, start, line_text(state, start))
        return False
    state.env["quotes"] = depth + 1
    found = blockquote(state, start, end, silent)
    state.env["quotes"] = depth
    return found


def note_depth(state: StateBlock, line: int, text: str) -> None:
    """Said once: a text that does it once does it often."""
    if notes_of(state).spend("too-deep", 1, 1):
        message = "Lists or quotes are nested too deep here; the text is shown without them."
        notes_of(state).problem(line + 1, "too-deep", text[:40], message)


def few_cells(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Tables, until a text has had its share of cells."""
    if notes_of(state).spent.get("cells", 0) >= MAX_CELLS:
        return False
    before = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    cells = sum(1 for token in state.tokens[before:] if token.type == "td_open")
    if not silent and not notes_of(state).spend("cells", cells, MAX_CELLS):
        notes_of(state).spent["cells"] = MAX_CELLS
        message = "The tables have too many cells; those after this one are shown as text."
        notes_of(state).problem(start + 1, "table", "", message)
    return True


def comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`<!-- … -->` on lines of its own vanishes; one followed by text is left to the paragraph."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith("<!--", begin):
        return False
    close = comment_end(state.env, state.src, begin)
    last = bisect_right(state.bMarks, close - 1) - 1
    if close < 0 or last >= end or state.src[close : state.eMarks[last]].strip():
        return False
    if not silent:
        token = state.push("comment", "", 0)
        token.content, token.map = state.src[begin + 4 : close - 3].strip(), [start, last + 1]
        token.hidden = True
        state.line = last + 1
    return True


def comment_end(env: Any, src: str, begin: int) -> int:
    """Where the comment opened at `begin` ends, or -1.

    The last answer is kept: it holds for every opening before it, so that many openings with one
    end, or none, cost one search.
    """
    since, close = env.get("comment", (len(src), -1))
    if not since <= begin + 2 <= (close - 3 if close >= 0 else len(src)):
        found = src.find("-->", begin + 2)
        since, close = begin + 2, found + 3 if found >= 0 else -1
        env["comment"] = (since, close)
    return int(close)


def maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$ … $$` alone on a line or on several, with no empty line between."""
    first = line_text(state, start).rstrip()
    if state.is_code_block(start) or not first.startswith("$$"):
        return False
    if len(first) > 4 and first.endswith("$$"):
        if "$$" in first[2:-2]:
            return False
        after, tex = start + 1, first[2:-2]
    else:
        if "$$" in first[2:]:
            return False
        for line in range(start + 1, min(end, start + MAX_MATHS_LINES)):
            text = line_text(state, line).rstrip()
            if not text or state.sCount[line] < state.blkIndent:
                return False
            if text.endswith("$$"):
                break
        else:
            return False
        after = line + 1
        tex = "\n".join([first[2:], *(line_text(state, n) for n in range(start + 1, after))])
        tex = tex.rstrip()[:-2]
    if not silent:
        token = state.push("maths_block", "math", 0)
        token.content, token.map = tex.strip(), [start, after]
        state.line = after
    return True


def directive(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`:::{name} argument`, Markdown, and a line of as many colons; directives may be nested.

    One never closed ends where it opened: its content stays, and the author is told.
    """
    first = line_text(state, start)
    if state.is_code_block(start) or not first.startswith(":::"):
        return False
    opening = DIRECTIVE.fullmatch(first.rstrip())
    notes = notes_of(state)
    if opening is None:
        if not silent:
            message = "This line neither opens nor closes a directive (`:::{name}` opens one)."
            notes.problem(start + 1, "directive", first.strip(), message)
        return False
    if silent:
        return True
    if not notes.spend("directives", 1, MAX_DIRECTIVES):
        message = f"A text may hold {MAX_DIRECTIVES} directives; this one is shown as text."
        notes.problem(start + 1, "directive", opening[2], message)
        return False
    close = directive_end(state, start, end, len(opening[1]))
    if close is None:
        message = f"The directive “{opening[2]}” is never closed by a line of colons."
        notes.problem(start + 1, "directive", opening[2], message)
    token = state.push("directive_open", "", 1)
    token.info, token.meta = opening[2], {"argument": opening[3].strip()}
    token.map = [start, close or start + 1]
    if close is not None:
        old_parent, old_max = state.parentType, state.lineMax
        state.parentType, state.lineMax = "directive", close
        state.md.block.tokenize(state, start + 1, close)
        state.parentType, state.lineMax = old_parent, old_max
    state.push("directive_close", "", -1).info = opening[2]
    state.line = start + 1 if close is None else close + 1
    return True


def directive_end(state: StateBlock, start: int, end: int, colons: int) -> int | None:
    depth = 1
    for line in range(start + 1, min(end, start + MAX_DIRECTIVE_LINES)):
        text = line_text(state, line).rstrip()
        if text and state.sCount[line] < state.blkIndent:
            return None
        if not text.startswith(":::") or state.is_code_block(line):
            continue
        if text.strip(":"):
            depth += (inner := DIRECTIVE.fullmatch(text)) is not None and len(inner[1]) == colons
        elif len(text) >= colons:
            depth -= 1
            if depth == 0:
                return line
    return None


# ---- inline


def placed(rule: InlineRule) -> InlineRule:
    """The rule, noting where in the text its token begins, so that a problem knows its line."""

    def rule_with_place(state: StateInline, silent: bool) -> bool:
        begin, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        for token in state.tokens[before : before + 2]:
            if token.type in {"link_open", "image"}:
                token.meta.setdefault("at", begin)
                break
        return True

    return rule_with_place


def comment(state: StateInline, silent: bool) -> bool:
    begin = state.pos
    if not state.src.startswith("<!--", begin):
        return False
    if state.html_terminator_last("-->") < begin + 2:
        return False
    close = state.src.find("-->", begin + 2, state.posMax)
    if close < 0:
        return False
    state.pos = close + 3
    return True


def maths(state: StateInline, silent: bool) -> bool:
    """`$x$` and `$$x$$` inside a line.

    The opening dollar touches what follows and stands after no digit; the closing one touches
    what precedes and stands before no digit: `$45-$20 billion` stays money. (The plug-in for
    this looks at the last character of the text for the one before the first: `$x$ in 1905` fails.)
    """
    src, begin = state.src, state.pos
    if src[begin] != "$":
        return False
    fence = "$$" if src.startswith("$$", begin) else "$"
    inner = begin + len(fence)
    if inner >= state.posMax or src[inner].isspace() or (begin and src[begin - 1].isdigit()):
        return False
    close = src.find(fence, inner, state.posMax)
    while close > 0 and src[close - 1] == "\\":
        close = src.find(fence, close + 1, state.posMax)
    after = close + len(fence)
    if close <= inner or src[close - 1].isspace() or src[after : after + 1].isdigit():
        return False
    if not silent:
        token = state.push("maths", "math", 0)
        token.content, token.markup = src[inner:close], fence
        token.meta["at"] = begin
    state.pos = after
    return True


def bare_url(state: StateInline, silent: bool) -> bool:
    """Link a bare `https://…`: ASCII only, as Chinese may follow without a space."""
    begin = state.pos
    if silent or state.linkLevel or not state.src.startswith("://", begin):
        return False
    before = state.pending[-6:-5]
    if not state.pending.endswith("https") or (before.isascii() and before.isalnum()):
        return False
    found = BARE_URL.match(state.src, begin, state.posMax)
    if found is None:
        return False
    rest = trimmed(found[0])
    state.pending = state.pending[:-5]
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink("https" + rest)}
    opening.meta["at"] = begin
    state.push("text", "", 0).content = "https" + rest
    state.push("link_close", "a", -1)
    state.pos = begin + len(rest)
    return True


def trimmed(url: str) -> str:
    """Without the full stop that ends the sentence and the bracket that encloses the address."""
    while True:
        shorter = url.rstrip(NO_URL_END)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


# ---- the whole text


def inlines(state: StateCore) -> None:
    """Parse what stands inside the blocks, except where it is nothing but signs."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        if too_dense(token.content):
            token.children = [Token("text", "", 0, content=token.content)]
            line = token.map[0] + 1 if token.map else 1
            message = "There is too much markup in this paragraph; it is shown as it was typed."
            notes_of(state).problem(line, "too-dense", token.content[:40], message)
        else:
            token.children = state.md.inline.parse(token.content, state.md, state.env, [])


def too_dense(text: str) -> bool:
    return len(text) > MAX_BRACKETS_IN_TEXT and (
        text.count("[") > MAX_BRACKETS_IN_TEXT or marks(text) > MAX_MARKS_IN_TEXT
    )


def callouts(state: StateCore) -> None:
    """`> [!NOTE] An optional title` makes the quote a callout; its title is the next token."""
    out: list[Token] = []
    kinds: list[str] = []  # of the quotes open here; a plain one is ""
    skip = 0
    for index, token in enumerate(state.tokens):
        if skip:
            skip -= 1
            continue
        out.append(token)
        if token.type == "blockquote_close" and kinds.pop():
            token.type = "callout_close"
        elif token.type == "blockquote_open":
            opening, text, *_ = [*state.tokens[index + 1 : index + 3], token, token]
            is_text = opening.type == "paragraph_open"
            callout = callout_head(text, notes_of(state)) if is_text else None
            if callout is not None:
                kind, title, rest = callout
                token.type, token.meta = "callout_open", {"kind": kind}
                out += [title, opening, rest] if rest.content else [title]
                skip = 2 if rest.content else 3
            kinds.append(token.meta.get("kind", ""))
    state.tokens = out


def callout_head(text: Token, notes: Notes) -> tuple[str, Token, Token] | None:
    """Kind, title and the rest of a quote's first paragraph, when a marker begins it."""
    first, _, rest = text.content.partition("\n")
    marker = CALLOUT.match(first.rstrip())
    if marker is None:
        return None
    kind, (line, end) = marker[1].lower(), text.map or (0, 1)
    if kind not in CALLOUTS:
        known = ", ".join(name.upper() for name in CALLOUTS)
        message = f"There is no callout “{marker[1]}”; there are {known}."
        notes.problem(line + 1, "callout", marker[1], message)
        return None
    title = Token("inline", "", 0, content=(marker[2] or "").strip(), map=[line, line + 1])
    return kind, title, Token("inline", "", 0, content=rest.lstrip(), map=[line + 1, end])


def unused_footnotes(state: StateCore) -> None:
    """A note that nothing refers to is not shown: say so."""
    refs = state.env.get("footnotes", {}).get("refs", {})
    for token in state.tokens:
        if token.type == "footnote_reference_open" and token.map:
            label = str(token.meta["label"])
            if refs.get(":" + label, -1) < 0:
                message = f"Nothing refers to the footnote “{label}”, so it is not shown."
                notes_of(state).problem(token.map[0] + 1, "footnote", label, message)
