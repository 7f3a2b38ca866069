"""The last wall: an allow-list of tags, attributes, classes and addresses, whatever came before."""

import re

import nh3

from .words import names

MATHS_TAGS = names(
    "math menclose mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot",
    "mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover",
)
TAGS = MATHS_TAGS | names(
    "a aside audio blockquote br code del div em h2 h3 h4 h5 h6 hr img li ol p pre s section span",
    "strong sub sup table tbody td th thead tr ul",
)
# Drawn by us, not by authors: each class here has its rule in the style sheets.
CLASSES = names(
    "align-center align-end anchor broken-image broken-link callout callout-kind callout-title",
    "external footnote-back footnote-ref footnotes highlight maths maths-block maths-source sound",
    "table-scroll task task-item task-list",
)
PYGMENTS = re.compile(r"[a-z][a-z0-9]{0,2}")
MATHS_VALUE = re.compile(r"[\w .%+\-]{1,40}")
EXTERNAL = re.compile(r"https?://[^/\\?#]", re.IGNORECASE)
# A path of ours, a place on the page, an address of mail; "//host" and "/\host" lead elsewhere.
INTERNAL = re.compile(r"mailto:.|/(?![/\\])|#", re.IGNORECASE)
OURS = re.compile(r"/(?![/\\])")
ID = re.compile(r"[^\s\"'<>&]{1,300}")

MATHS_ATTRIBUTES = {
    "math": {"display"},
    "menclose": {"notation"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {
        *("accent", "fence", "form", "largeop", "lspace", "mathvariant", "maxsize", "minsize"),
        *("movablelimits", "rspace", "separator", "stretchy", "symmetric"),
    },
    "mover": {"accent"},
    "mpadded": {"depth", "height", "lspace", "voffset", "width"},
    "mspace": {"depth", "height", "width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "columnspacing", "displaystyle", "rowspacing"},
    "mtd": {"columnalign"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
}
DIRECTED = ("blockquote", "code", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th")
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
ATTRIBUTES: dict[str, set[str]] = {
    **{tag: {"dir"} for tag in DIRECTED},
    **{tag: {"dir", "id"} for tag in HEADINGS},
    **MATHS_ATTRIBUTES,
    "a": {"aria-label", "class", "href", "id", "rel", "title"},
    "aside": {"aria-label", "class", "data-kind", "role"},
    "audio": {"aria-label", "controls", "preload", "src"},
    "code": {"class", "dir"},
    "div": {"aria-label", "class", "role", "tabindex"},
    "img": {"alt", "decoding", "height", "loading", "src", "title", "width"},
    "li": {"class", "dir", "id"},
    "ol": {"class", "start"},
    "p": {"class", "dir"},
    "pre": {"class", "tabindex"},
    "section": {"class"},
    "span": {"aria-label", "class", "data-done", "role"},
    "sup": {"class"},
    "td": {"class", "dir"},
    "th": {"class", "dir"},
    "ul": {"class"},
}
# What these may be is known beforehand.
VALUES: dict[str, frozenset[str]] = {
    "controls": frozenset({""}),
    "data-done": frozenset({"true", "false"}),
    "decoding": frozenset({"async"}),
    "dir": frozenset({"auto", "ltr"}),
    "loading": frozenset({"lazy"}),
    "preload": frozenset({"none"}),
    "rel": frozenset({"noopener"}),
    "role": frozenset({"group", "img", "note"}),
    "tabindex": frozenset({"0"}),
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value an attribute keeps, or None to drop it."""
    if name in VALUES:
        return value if value in VALUES[name] else None
    if name == "class":
        return " ".join(filter(_drawn, value.split())) or None
    if name == "id":
        return value if ID.fullmatch(value) else None
    if name in {"href", "src"}:
        return value if _leads(tag, value) else None
    if tag in MATHS_TAGS:
        return value if MATHS_VALUE.fullmatch(value) else None
    return value


def _leads(tag: str, address: str) -> bool:
    """Whether a tag may have this address; what is played comes from this site alone."""
    if tag == "audio":
        return OURS.match(address) is not None
    return bool(EXTERNAL.match(address) or INTERNAL.match(address))


def _drawn(name: str) -> bool:
    return name in CLASSES or PYGMENTS.fullmatch(name) is not None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
    generic_attribute_prefixes=set(),
)


def clean(html: str) -> str:
    return _CLEANER.clean(html)
