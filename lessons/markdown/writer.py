"""The writer: tokens to HTML and to plain text, asking what the text refers to as it goes."""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from html import escape
from urllib.parse import unquote

from markdown_it.token import Token

from .clean import EXTERNAL, INTERNAL, clean
from .highlight import Colours
from .maths import mathml
from .nouns import Heading, Notes, References, Sound
from .syntax import CALLOUTS
from .words import RTL, Ids, slug

MAX_URL, MAX_TITLE = 2_000, 200
# A long address defined once and referred to a thousand times would swell the page.
MAX_URLS = 500_000
MAX_TEX, MAX_FORMULAS = 50_000, 2_000
SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
READ = frozenset({"blockquote", "li", "p", "td", "th"})  # headings too: see `heading`
# What an address is taken for in a message; what a file is, its bytes say.
SOUNDS = (".mp3", ".ogg", ".opus", ".oga", ".m4a", ".aac", ".wav")
ALIGN = {"text-align:right": "align-end", "text-align:center": "align-center"}

type Wrapping = tuple[str, str]  # what a directive puts before and after its content
type Directive = Callable[[Writer, str, int], Wrapping]
type Rule = Callable[[Writer, Token], str]


class Writer:
    """Writes one text. `prefix` goes before each id, for pages that show several texts."""

    def __init__(self, references: References, notes: Notes, source: str, prefix: str = "") -> None:
        self.references, self.notes, self.prefix = references, notes, prefix
        self.auto = ' dir="auto"' if RTL.search(source) else ""
        self.token = secrets.token_hex(16)  # no text can foresee the place of a card
        self.ids, self.colours = Ids(), Colours()
        self.toc: list[Heading] = []
        self.tools: dict[str, None] = {}
        self.lessons: dict[str, None] = {}
        self.words: list[str] = []
        self._cards: list[str] = []
        self._ends: list[str] = []  # closing tags of the links and directives open here
        self._line, self._text = 1, ""
        self._shift = 0

    def page(self, tokens: Sequence[Token]) -> str:
        """The HTML of a whole text: sanitised, then with the tool cards in their places."""
        self._shift = int(any(t.type == "heading_open" and t.tag == "h1" for t in tokens))
        html = clean(self.blocks(tokens))
        return re.sub(self.token + r"-(\d+)-", lambda place: self._cards[int(place[1])], html)

    @property
    def plain_text(self) -> str:
        return "\n".join(self.words)

    # ---- blocks

    def blocks(self, tokens: Sequence[Token]) -> str:
        out: list[str] = []
        for opening, said, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if opening.type == "th_open" and not said.content:  # an empty header heads nothing
                opening.tag = closing.tag = "td"
        stream = iter(tokens)
        for token in stream:
            if token.map:
                self._line = token.map[0] + 1
            if token.type == "heading_open":
                out.append(self.heading(token, stream))
            elif token.type == "callout_open":
                out.append(self.callout(token, next(stream)))
            elif token.type == "inline":
                out.append(self.said(token))
            elif rule := RULES.get(token.type):
                out.append(rule(self, token))
            elif not token.hidden:
                out.append(self.tag(token))
        return "".join(out)

    def tag(self, token: Token, attributes: str = "") -> str:
        """A tag as it stands, with `dir` where people read and the text has Arabic or Hebrew."""
        if token.nesting < 0:
            return f"</{token.tag}>" + ("\n" if token.block else "")
        auto = self.auto if token.tag in READ else ""
        return f"<{token.tag}{attributes}{auto}>"

    def said(self, token: Token) -> str:
        """The HTML of an inline token; its plain text goes to the page's."""
        html, text = self.inline(token)
        if text:
            self.words.append(text)
        return html

    def heading(self, opening: Token, stream: Iterator[Token]) -> str:
        html, text = self.inline(next(stream))
        next(stream)
        level = min(6, int(opening.tag[1]) + self._shift)
        text = " ".join(text.split())
        if not text:  # an empty heading helps nobody; a picture in it stays
            return f"<p>{html}</p>\n" if html else ""
        ident = self.prefix + self.ids.take(slug(text))
        if level <= 4:
            self.toc.append(Heading(level, ident, text))
        self.words.append(text)
        label = escape(f"Link to this section: {text}")
        anchor = f'<a class="anchor" href="#{escape(ident)}" aria-label="{label}">#</a>'
        tag = f"h{level}"
        return f'<{tag} id="{escape(ident)}"{self.auto}>{html} {anchor}</{tag}>\n'

    def callout(self, token: Token, title: Token) -> str:
        """`role="note"`, as an aside inside an article would be one landmark among many."""
        kind = token.meta["kind"]
        label = CALLOUTS[kind]
        html, text = self.inline(title)
        if text:
            self.words.append(text)
            html = f'<span class="callout-kind">{label}</span> {html}'
        name = escape(f"{label}: {text}" if text else label)
        return (
            f'<aside class="callout" data-kind="{kind}" role="note" aria-label="{name}">\n'
            f'<p class="callout-title"{self.auto}>{html or label}</p>\n'
        )

    def list_item(self, token: Token) -> str:
        if not token.meta or "checked" not in token.meta:
            return self.tag(token)
        done, label = ("true", "done") if token.meta["checked"] else ("false", "to do")
        box = f'<span class="task" data-done="{done}" role="img" aria-label="{label}"></span> '
        return self.tag(token, ' class="task-item"') + box

    def list_open(self, token: Token) -> str:
        start = f' start="{token.attrs["start"]}"' if "start" in token.attrs else ""
        tasks = ' class="task-list"' if "class" in token.attrs else ""
        return self.tag(token, start + tasks) + "\n"

    def cell(self, token: Token) -> str:
        align = ALIGN.get(str(token.attrs.get("style")))
        return self.tag(token, f' class="{align}"' if align else "")

    def code_block(self, token: Token) -> str:
        """Code may be wider than the page: `tabindex` lets the keyboard scroll it."""
        code = token.content
        self.words.append(code.strip())
        html = self.colours.html(code, token.info)
        inner = escape(code, quote=False) if html is None else html
        return f'<pre class="highlight" tabindex="0"><code dir="ltr">{inner}</code></pre>\n'

    def maths_block(self, token: Token) -> str:
        self.words.append(token.content)
        return f'<div class="maths-block" tabindex="0">{self.formula(token, "block")}</div>\n'

    def formula(self, token: Token, display: str) -> str:
        tex, line = token.content, self._line
        spend = self.notes.spend
        if spend("tex", len(tex), MAX_TEX) and spend("formulas", 1, MAX_FORMULAS):
            html = mathml(tex, display)
            if html is not None:
                return html
        self.notes.problem(line, "maths", tex, "This formula can't be set; its source is shown.")
        return f'<code class="maths-source" dir="ltr">{escape(tex, quote=False)}</code>'

    def directive_open(self, token: Token) -> str:
        handler = DIRECTIVES.get(token.info)
        before, after = "", ""
        if handler is None:
            known = ", ".join(sorted(DIRECTIVES))
            message = f"There is no directive “{token.info}”; known: {known}."
            self.notes.problem(self._line, "directive", token.info, message)
        else:
            before, after = handler(self, token.meta["argument"], self._line)
        self._ends.append(after)
        return before

    def directive_close(self, token: Token) -> str:
        return self._ends.pop()

    def tool(self, tool_id: str, line: int) -> Wrapping:
        card = self.references.tool_card(tool_id)
        if card is None:
            message = f"There is no tool “{tool_id}”."
            self.notes.problem(line, "tool", tool_id, message)
            return "", ""
        self.tools[tool_id] = None
        self._cards.append(card)
        return f"\n{self.token}-{len(self._cards) - 1}-\n", ""

    # ---- footnotes: a colon in the id keeps clear of headings

    def footnote_id(self, token: Token, name: str) -> str:
        sub = token.meta.get("subId") or 0
        again = f":{sub + 1}" if sub > 0 and name == "fnref" else ""
        return escape(f"{self.prefix}{name}:{token.meta['id'] + 1}{again}")

    def footnote_ref(self, token: Token) -> str:
        number = token.meta["id"] + 1
        target, ident = self.footnote_id(token, "fn"), self.footnote_id(token, "fnref")
        link = f'<a href="#{target}" id="{ident}" aria-label="Footnote {number}">{number}</a>'
        return f'<sup class="footnote-ref">{link}</sup>'

    def footnote_anchor(self, token: Token) -> str:
        sub = token.meta.get("subId") or 0
        which = f"{token.meta['id'] + 1}" + (f", place {sub + 1}" if sub else "")
        label = f"Back to the text of footnote {which}"
        target = self.footnote_id(token, "fnref")
        return f' <a class="footnote-back" href="#{target}" aria-label="{label}">↩︎</a>'

    def footnote_open(self, token: Token) -> str:
        return f'<li id="{self.footnote_id(token, "fn")}"{self.auto}>'

    # ---- inline

    def inline(self, token: Token) -> tuple[str, str]:
        """HTML and plain text of what stands inside a block."""
        children = token.children or []
        first_line = token.map[0] + 1 if token.map else self._line
        html: list[str] = []
        text: list[str] = []
        for index, child in enumerate(children):
            if "at" in child.meta:
                self._line = first_line + token.content.count("\n", 0, child.meta["at"])
            self._text = ""
            if child.type == "link_open":
                bare = children[index + 1].type == "link_close"
                html.append(self.link(child, bare))
            elif rule := RULES.get(child.type):
                html.append(rule(self, child))
            else:
                html.append(self.tag(child))
            text.append(self._text)
        return "".join(html), "".join(text).strip()

    def text(self, token: Token) -> str:
        self._text = token.content
        return escape(token.content, quote=False)

    def line_break(self, token: Token) -> str:
        self._text = "\n"
        return "<br>\n" if token.type == "hardbreak" else "\n"

    def code(self, token: Token) -> str:
        self._text = token.content
        return f'<code dir="ltr">{escape(token.content, quote=False)}</code>'

    def maths(self, token: Token) -> str:
        self._text = token.content
        display = "block" if token.markup == "$$" else "inline"
        return f'<span class="maths">{self.formula(token, display)}</span>'

    def link(self, token: Token, bare: bool) -> str:
        """The opening tag, and the title of what is linked to where the link has no text."""
        url, title, end = self.target(str(token.attrs["href"]))
        self._ends.append(end)
        if bare:
            self._text = title or ("" if url else str(token.attrs["href"]))
        elif url and 0 < len(title := str(token.attrs.get("title", ""))) <= MAX_TITLE:
            url += f' title="{escape(title)}"'
        return (url + ">" if url else '<span class="broken-link">') + escape(self._text)

    def target(self, href: str) -> tuple[str, str, str]:
        """The opening tag without its end, the title, the closing tag; "" for no link."""
        scheme, _, rest = href.partition(":")
        if scheme.lower() in {"lesson", "playbook"}:
            return self.page_link(scheme.lower(), rest)
        affordable = len(href) <= MAX_URL and self.notes.spend("urls", len(href), MAX_URLS)
        if affordable and EXTERNAL.match(href):
            return f'<a class="external" rel="noopener" href="{escape(href)}"', "", "</a>"
        if affordable and INTERNAL.match(href):
            return f'<a href="{escape(href)}"', "", "</a>"
        message = f"“{href[:200]}” is no address a text may link to."
        self.notes.problem(self._line, "link", href, message)
        return "", "", "</span>"

    def page_link(self, kind: str, rest: str) -> tuple[str, str, str]:
        name, _, fragment = rest.partition("#")
        name = unquote(name)
        found = getattr(self.references, kind)(name)
        if found is None:
            message = f"There is no {kind} “{name}”."
            self.notes.problem(self._line, f"{kind}-link", name, message)
            return "", "", "</span>"
        if kind == "lesson":
            self.lessons[name] = None
        url = found.url + (f"#{fragment}" if fragment else "")
        return f'<a href="{escape(url)}"', found.title, "</a>"

    def link_close(self, token: Token) -> str:
        return self._ends.pop()

    def media(self, token: Token) -> str:
        """An image, or a sound: Markdown writes both alike."""
        alt = self._text = alternative(token.children)
        src = str(token.attrs["src"])
        path = unquote(src)
        found = None
        what = "sound" if path.lower().endswith(SOUNDS) else "image"
        if SCHEME.match(src) or src.startswith("//"):
            message = f"“{path[:200]}” is on another site; {what}s are kept beside the text."
        else:
            found = self.references.media(path)
            message = f"There is no {what} “{path[:200]}”."
        if isinstance(found, Sound) and self._ends and self._ends[-1] == "</a>":
            found, message = None, "A player can't stand inside a link."
        if found is None:
            self.notes.problem(self._line, "media", path, message)
            return f'<span class="broken-image">{escape(alt)}</span>' if alt else ""
        if isinstance(found, Sound):
            return self.sound(found, alt, path)
        size = "" if found.width is None else f' width="{found.width}"'
        size += "" if found.height is None else f' height="{found.height}"'
        about = f' alt="{escape(alt)}" loading="lazy" decoding="async"'
        return f'<img src="{escape(found.url)}"{size}{about}>'

    def sound(self, found: Sound, alt: str, path: str) -> str:
        """A player and its caption, which leads to the file for whoever has no player."""
        if not alt.strip():
            message = "Say between the brackets what is heard: players are told apart by it."
            self.notes.problem(self._line, "nameless", path, message)
        name, url = escape(alt.strip() or path.rpartition("/")[2]), escape(found.url)
        return (
            f'<span class="sound"><audio controls preload="none" src="{url}" aria-label="{name}">'
            f'</audio><a href="{url}">{name}</a></span>'
        )


def alternative(tokens: Sequence[Token] | None) -> str:
    """Tokens as the plain text for an image's `alt`."""
    words = []
    for token in tokens or ():
        if token.type == "image":
            words.append(alternative(token.children))
        elif token.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        else:
            words.append(token.content)
    return "".join(words)


# A directive is a method that takes argument and line, and says what stands around the content.
DIRECTIVES: dict[str, Directive] = {"tool": Writer.tool}


def _always(html: str) -> Rule:
    return lambda _writer, _token: html


RULES: dict[str, Rule] = {
    "blockquote_open": lambda writer, token: writer.tag(token) + "\n",
    "bullet_list_open": Writer.list_open,
    "callout_close": _always("</aside>\n"),
    "code_block": Writer.code_block,
    "code_inline": Writer.code,
    "comment": _always(""),
    "directive_close": Writer.directive_close,
    "directive_open": Writer.directive_open,
    "fence": Writer.code_block,
    "footnote_anchor": Writer.footnote_anchor,
    "footnote_block_close": _always("</ol>\n</section>\n"),
    "footnote_block_open": _always('<section class="footnotes">\n<ol>\n'),
    "footnote_close": _always("</li>\n"),
    "footnote_open": Writer.footnote_open,
    "footnote_ref": Writer.footnote_ref,
    "hardbreak": Writer.line_break,
    "hr": _always("<hr>\n"),
    "image": Writer.media,
    "link_close": Writer.link_close,
    "list_item_open": Writer.list_item,
    "maths": Writer.maths,
    "maths_block": Writer.maths_block,
    "ordered_list_open": Writer.list_open,
    "softbreak": Writer.line_break,
    "table_close": _always("</table></div>\n"),
    "table_open": _always(
        '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>\n'
    ),
    "td_open": Writer.cell,
    "text": Writer.text,
    "text_special": Writer.text,
    "th_open": Writer.cell,
}
