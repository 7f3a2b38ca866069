"""Markdown: a lesson's source to safe HTML, a table of contents, plain text and a list of problems.

Pure: what a text refers to is asked of a `References`. Called when saving; reading parses nothing.
`nouns` has the words, `syntax` the parser and its guards, `writer` the HTML, `clean` the last wall.
"""

from .clean import clean
from .nouns import (
    Heading,
    Image,
    Link,
    NoReferences,
    Notes,
    Problem,
    References,
    Rendered,
    Sound,
    TooLarge,
)
from .syntax import checked, parse, parse_inline
from .words import reading_minutes
from .writer import Writer

__all__ = [
    "Heading",
    "Image",
    "Link",
    "NoReferences",
    "Problem",
    "References",
    "Rendered",
    "Sound",
    "TooLarge",
    "excerpt",
    "inline",
    "plain",
    "reading_minutes",
    "render",
    "render_inline",
]

NOTHING = NoReferences()


def render(source: str, references: References = NOTHING, *, prefix: str = "") -> Rendered:
    """A whole text. `prefix` goes before every id, for pages that show several texts.

    Raises TooLarge; whatever else is wrong is in `problems`.
    """
    notes = Notes()
    tokens = parse(source, notes)
    writer = Writer(references, notes, source, prefix)
    html = writer.page(tokens)
    return _rendered(writer, html, writer.plain_text)


def inline(source: str, references: References = NOTHING) -> Rendered:
    """One line of Markdown, without blocks: an objective, a choice, feedback."""
    notes = Notes()
    tokens = parse_inline(source, notes)
    writer = Writer(references, notes, source)
    parts = [writer.inline(token) for token in tokens]
    html = clean("".join(html for html, _ in parts))
    return _rendered(writer, html, "".join(text for _, text in parts))


def render_inline(source: str) -> str:
    """The HTML of one line that refers to nothing."""
    return inline(source).html


def plain(source: str) -> str:
    """One line of Markdown as plain text."""
    return inline(source).text


def _rendered(writer: Writer, html: str, text: str) -> Rendered:
    return Rendered(
        html=html,
        toc=tuple(writer.toc),
        text=text,
        tools=tuple(writer.tools),
        lesson_links=tuple(writer.lessons),
        problems=tuple(sorted(writer.notes.problems.values(), key=lambda problem: problem.line)),
    )


def excerpt(source: str) -> str:
    """The Markdown before a line `<!-- more -->`, else that of the first paragraph."""
    lines = checked(source).split("\n")
    paragraph = ""
    for token in parse(source, Notes()):
        if token.level or not token.map:
            continue
        if token.type == "comment" and token.content == "more":
            return "\n".join(lines[: token.map[0]]).strip()
        if token.type == "paragraph_open" and not paragraph:
            paragraph = "\n".join(lines[slice(*token.map)]).strip()
    return paragraph
