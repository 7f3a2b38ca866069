"""Markdown: what it makes of each source, what it refuses, and that nothing gets through."""

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.markdown import (
    Heading,
    Image,
    Link,
    NoReferences,
    Problem,
    Sound,
    TooLarge,
    excerpt,
    inline,
    plain,
    reading_minutes,
    render,
    render_inline,
)
from lessons.markdown.clean import ATTRIBUTES, CLASSES, MATHS_TAGS, PYGMENTS, TAGS, clean


class Known(NoReferences):
    def lesson(self, slug):
        return Link(f"/lessons/{slug}/", "Kimi & K2") if slug in {"kimi", "课"} else None

    def playbook(self, slug):
        return Link("/playbooks/first/", "First model") if slug == "first" else None

    def media(self, path):
        known = {
            "media/x.png": Image("/media/ab/x.png", 640, 480),
            "media/x.mp3": Sound("/media/cd/x.mp3"),
        }
        return known.get(path) or (Image("/v.svg", None, None) if path == "v.svg" else None)

    def tool_card(self, tool_id):
        return f'<article id="card" hx-get="/x">{tool_id}</article>' if tool_id == "r1" else None


def html(source):
    return render(source, Known()).html


CASES = {
    "emphasis": ("*a* **b** ~~c~~", "<p><em>a</em> <strong>b</strong> <s>c</s></p>"),
    "flags": ("Use --flags -- and ... 'so'", "<p>Use --flags -- and ... 'so'</p>"),
    "code": ("`--x <b>`", '<code dir="ltr">--x &lt;b&gt;</code>'),
    "html": ("a <b>x</b>", "a &lt;b&gt;x&lt;/b&gt;"),
    "html block": ("<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>"),
    "comment": ("a <!-- b\nc --> d", "<p>a  d</p>"),
    "comment block": ("a\n<!-- b\n\nc -->\nd", "<p>a</p>\n<p>d</p>"),
    "comment at the end": ("a\n\n<!-- b -->", "<p>a</p>\n"),
    "comment never closed": ("<!-- a", "<p>&lt;!-- a</p>"),
    "comment in code": ("```\n<!-- a -->\n```", "&lt;!-- a --&gt;"),
    "start": ("3. c", '<ol start="3">\n<li>c</li>'),
    "quote": ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
    "autolink": ("<https://a.b/?x&y>", 'href="https://a.b/?x&amp;y">https://a.b/?x&amp;y</a>'),
    "bare": ("(see https://a.b/c_(d)).", ">https://a.b/c_(d)</a>).</p>"),
    "bare in Chinese": ("见https://a.b。好", ">https://a.b</a>。好"),
    "bare in a link": ("[https://a.b](/c)", '<a href="/c">https://a.b</a>'),
    "bare domain": ("a.com www.a.com xhttps://a.b", "<p>a.com www.a.com xhttps://a.b</p>"),
    "autolink of another kind": ("<ftp://a.b>", '<span class="broken-link">ftp://a.b</span>'),
    "external": ("[a](https://b.c)", '<a class="external" rel="noopener" href="https://b.c">a</a>'),
    "title": ('[a](/b "T&")', '<a href="/b" title="T&amp;">a</a>'),
    "place": ("[a](#b)", '<a href="#b">a</a>'),
    "mail": ("[a](mailto:a@b.c)", '<a href="mailto:a@b.c">a</a>'),
    "lesson": ("[a *b*](lesson:kimi#c)", '<a href="/lessons/kimi/#c">a <em>b</em></a>'),
    "lesson in Chinese": ("[a](lesson:课)", '<a href="/lessons/课/">a</a>'),
    "lesson without text": ("[](lesson:kimi)", '<a href="/lessons/kimi/">Kimi &amp; K2</a>'),
    "lesson by reference": ("[a][x]\n\n[x]: lesson:kimi", '<a href="/lessons/kimi/">a</a>'),
    "playbook": ("[](playbook:first)", '<a href="/playbooks/first/">First model</a>'),
    "image": (
        '![a "q"](media/x.png)',
        '<img src="/media/ab/x.png" width="640" height="480" alt="a &quot;q&quot;"'
        ' loading="lazy" decoding="async">',
    ),
    "sound": (
        '![a "q"](media/x.mp3)',
        '<p><span class="sound"><audio controls="" preload="none" src="/media/cd/x.mp3"'
        ' aria-label="a &quot;q&quot;"></audio><a href="/media/cd/x.mp3">a "q"</a></span></p>',
    ),
    "sound in a heading": ("## a ![b](media/x.mp3)", '<h2 id="a-b">a <span class="sound">'),
    "image without size": ("![](v.svg)", '<img src="/v.svg" alt="" loading="lazy"'),
    "money": ("$45-$20 billion, $1.74/$3.48", "<p>$45-$20 billion, $1.74/$3.48</p>"),
    "maths before a year": ("$x$ in 1905", '<span class="maths"><math display="inline">'),
    "maths keeps signs": ("$a<b$", "<mo>&lt;</mo>"),
    "maths in a line": ("so $$x$$", '<math display="block">'),
    "maths block": ("$$\nx^2\n$$", '<div class="maths-block" tabindex="0"><math display="block">'),
    "maths in a quote": ("> $$\n> x\n> $$", "<mi>x</mi>"),
    "escaped dollar": (r"\$a$", "<p>$a$</p>"),
    "known code": ("```python\nif x: pass\n```", '<span class="k">if</span>'),
    "code that scrolls": ("```\nx\n```", '<pre class="highlight" tabindex="0"><code dir="ltr">x\n'),
    "code of an untried language": ("```brainfuck\n+\n```", '<code dir="ltr">+\n</code></pre>'),
    "unknown code": ("```klingon\n<q>\n```", '<code dir="ltr">&lt;q&gt;\n</code></pre>'),
    "indented code": ("    <q>", '<code dir="ltr">&lt;q&gt;\n</code></pre>'),
    "task": (
        "- [x] a\n- [ ] b",
        '<ul class="task-list">\n<li class="task-item"><span class="task" data-done="true"'
        ' role="img" aria-label="done"></span> a</li>',
    ),
    "task to do": ("- [ ] b", 'data-done="false" role="img" aria-label="to do"></span> b'),
    "table": (
        "|a|b|c|\n|-|-:|:-:|\n|1|2|3|",
        '<td>1</td>\n<td class="align-end">2</td>\n<td class="align-center">3</td>',
    ),
    "table that scrolls": (
        "|a|\n|-|",
        '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>',
    ),
    "footnote": (
        "a[^n]\n\n[^n]: b",
        '<sup class="footnote-ref"><a href="#fn:1" id="fnref:1" aria-label="Footnote 1">1</a>',
    ),
    "footnote twice": ("a[^n] b[^n]\n\n[^n]: c", 'id="fnref:1:2"'),
    "footnote's way back": (
        "a[^n]\n\n[^n]: b",
        '<li id="fn:1"><p>b <a class="footnote-back" href="#fnref:1"'
        ' aria-label="Back to the text of footnote 1">↩︎</a></p>',
    ),
    "callout": (
        "> [!WARNING]\n> a *b*",
        '<aside class="callout" data-kind="warning" role="note" aria-label="Warning">\n'
        '<p class="callout-title">Warning</p>\n<p>a <em>b</em></p>\n</aside>',
    ),
    "callout with a title": (
        "> [!key] Mixture of `experts`\n>\n> - a",
        'aria-label="Key concept: Mixture of experts">\n<p class="callout-title">'
        '<span class="callout-kind">Key concept</span> Mixture of <code dir="ltr">experts</code>'
        "</p>\n<ul>\n<li>a</li>",
    ),
    "callout in a quote": ("> > [!tip]\n> > a", "<blockquote>\n<aside"),
    "quote in a callout": ("> [!tip]\n> > a", "<blockquote>\n<p>a</p>\n</blockquote>\n</aside>"),
    "tool": (":::{tool} r1\n:::", '<article id="card" hx-get="/x">r1</article>'),
    "tool with more colons": ("a\n:::::{tool} r1\n:::::\nb", "r1</article>\n<p>b</p>"),
    "tool in a list": ("- a\n\n  :::{tool} r1\n  :::", "r1</article>\n</li>"),
    "unknown directive": (":::{x} y\n*a*\n:::", "<p><em>a</em></p>"),
    "directives nested": (":::{x}\n:::{tool} r1\n:::\na\n:::\nb", "</article>\n<p>a</p>\n<p>b</p>"),
    "Arabic": ("سلام\n\n- a", '<p dir="auto">سلام</p>\n<ul>\n<li dir="auto">a</li>'),
}


@pytest.mark.parametrize("name", CASES)
def test_source_becomes(name):
    source, expected = CASES[name]
    assert expected in html(source)


def test_no_direction_without_rtl():
    assert "auto" not in html("a 中文")


# ---- headings


def test_headings_have_ids_links_and_a_table_of_contents():
    page = render("## A *b*\n\n### 中国的模型!\n\n#### عنوان أول\n\n##### deep")
    assert page.toc == (
        Heading(2, "a-b", "A b"),
        Heading(3, "中国的模型", "中国的模型!"),
        Heading(4, "عنوان-أول", "عنوان أول"),
    )
    assert '<h2 id="a-b" dir="auto">A <em>b</em> <a class="anchor" href="#a-b"' in page.html
    assert 'aria-label="Link to this section: A b">#</a></h2>' in page.html


@pytest.mark.parametrize(
    ("source", "levels"),
    [("# a\n## b", [2, 3]), ("## b\n### c", [2, 3]), ("### c", [3]), ("# a\n#### b", [2])],
)
def test_headings_move_down_only_for_a_first_level(source, levels):
    assert [heading.level for heading in render(source).toc] == levels


def test_same_headings_are_numbered():
    ids = [heading.id for heading in render("## a\n## a\n## a-2\n## a\n## !").toc]
    assert ids == ["a", "a-2", "a-2-2", "a-3", "section"]


def test_prefix_keeps_texts_on_one_page_apart():
    page = render("## a\n\nb[^1]\n\n[^1]: c", prefix="q1-")
    assert page.toc[0].id == "q1-a"
    assert re.findall(r' id="([^"]+)"', page.html) == ["q1-a", "q1-fnref:1", "q1-fn:1"]


# ---- text, tools, links


def test_text_is_what_is_read_without_cards_and_marks():
    page = render(
        "# A\n\n> [!key] T\n> b `c`\n\n:::{tool} r1\n:::\n\n- [d](/x)\n- ![e](v.svg)", Known()
    )
    assert page.text == "A\nT\nb c\nd\ne"


def test_tools_and_lessons_are_named_once_in_order():
    source = ":::{tool} r1\n:::\n\n[](lesson:课) [](lesson:kimi) [](lesson:no)\n\n:::{tool} r1\n:::"
    page = render(source, Known())
    assert page.tools == ("r1",)
    assert page.lesson_links == ("课", "kimi")


# ---- problems

PROBLEMS = {
    "lesson": ("a\n\nb\n[c](lesson:no)", (4, "lesson-link", "no")),
    "playbook": ("[c](playbook:no#x)", (1, "playbook-link", "no")),
    "in a list": ("- a\n- b\n  c\n  [d](lesson:no)", (4, "lesson-link", "no")),
    "in a table": ("|a|\n|-|\n|b|\n|[c](lesson:no)|", (4, "lesson-link", "no")),
    "in a callout": ("> [!note] T\n> a\n> [b](lesson:no)", (3, "lesson-link", "no")),
    "in a callout's title": ("a\n\n> [!note] [b](lesson:no)", (3, "lesson-link", "no")),
    "in a footnote": ("a[^1]\n\n[^1]: b\n    [c](lesson:no)", (4, "lesson-link", "no")),
    "after a comment": ("a <!-- x\ny --> [b](lesson:no)", (2, "lesson-link", "no")),
    "with Windows' line ends": ("a\r\nb\r\n[c](lesson:no)", (3, "lesson-link", "no")),
    "in a heading": ("a\n\n## [b](lesson:no)", (3, "lesson-link", "no")),
    "tool": ("a\n\n:::{tool} no\n:::", (3, "tool", "no")),
    "directive": ("a\n\n::::{fro} x\nb\n::::", (3, "directive", "fro")),
    "directive never closed": ("a\n\n:::{tool} r1\n\nb", (3, "directive", "tool")),
    "directive without braces": (":::tool r1", (1, "directive", ":::tool r1")),
    "image": ("a\n![b](media/no.png)", (2, "media", "media/no.png")),
    "image elsewhere": ("![b](https://x.y/z.png)", (1, "media", "https://x.y/z.png")),
    "sound": ("a\n![b](media/no.mp3)", (2, "media", "media/no.mp3")),
    "sound without a name": ("a\n![ ](media/x.mp3)", (2, "nameless", "media/x.mp3")),
    "sound in a link": ("[a ![b](media/x.mp3)](/c)", (1, "media", "media/x.mp3")),
    "link": ("a\n[b](javascript:x)", (2, "link", "javascript:x")),
    "link to another host": ("[b](//x.y)", (1, "link", "//x.y")),
    "maths": ("a\n\nb $\\frac{$", (3, "maths", "\\frac{")),
    "macros": ("$\\def\\a{\\a\\a}\\a$", (1, "maths", "\\def\\a{\\a\\a}\\a")),
    "callout": ("> [!FOO]\n> a", (1, "callout", "FOO")),
    "footnote": ("a\n\n[^b]: c", (3, "footnote", "b")),
    "depth": ("a\n\n" + "> " * 9 + "b", (3, "too-deep", "> > > b")),
    "density": ("a\n\n" + "[" * 400, (3, "too-dense", "[" * 40)),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problem(name):
    source, expected = PROBLEMS[name]
    (found,) = render(source, Known()).problems
    assert (found.line, found.kind, found.target) == expected
    assert found.message.endswith((".", "`:::{name}` opens one)."))


def test_what_is_not_known_is_shown_as_text():
    page = render("[a *b*](lesson:no) ![c](no.png) [d](data:text/html,x)")
    assert page.html == (
        '<p><span class="broken-link">a <em>b</em></span> <span class="broken-image">c</span>'
        ' <span class="broken-link">d</span></p>\n'
    )


def test_a_sound_without_a_name_has_that_of_its_file():
    html = render("![](media/x.mp3)", Known()).html
    assert 'aria-label="x.mp3"></audio><a href="/media/cd/x.mp3">x.mp3</a>' in html


def test_a_player_in_a_link_is_words():
    html = render("[a ![b](media/x.mp3)](/c)", Known()).html
    assert html == '<p><a href="/c">a <span class="broken-image">b</span></a></p>\n'


def test_a_message_says_what_is_missing():
    page = render("![a](no.MP3)\n![b](no.png)\n![c](https://x.y/z.ogg)", Known())
    assert [problem.message for problem in page.problems] == [
        "There is no sound “no.MP3”.",
        "There is no image “no.png”.",
        "“https://x.y/z.ogg” is on another site; sounds are kept beside the text.",
    ]


def test_one_line_has_sounds_links_and_problems():
    line = inline("![b](media/x.mp3) [c](lesson:kimi) [d](lesson:no)", Known())
    assert '<audio controls="" preload="none" src="/media/cd/x.mp3"' in line.html
    assert '<a href="/lessons/kimi/">c</a>' in line.html
    assert line.text == "b c d"
    assert [(found.line, found.kind) for found in line.problems] == [(1, "lesson-link")]


def test_what_is_said_counts_as_words():
    assert render("a ![b c](media/x.mp3) d", Known()).text == "a b c d"
    assert plain("a ![b c](media/x.mp3)") == "a b c"


def test_players_of_other_kinds_are_dropped():
    kept = '<audio controls="" src="/media/a.mp3"></audio>'
    assert clean('<audio controls src="/media/a.mp3" autoplay loop onplay=x>a</audio>') == (
        kept.replace("></", ">a</")
    )
    for address in ("//x.y/a.mp3", "https://x.y/a.mp3", "data:audio/mpeg;base64,AA", "/\\x.y"):
        assert clean(f'<audio controls src="{address}"></audio>') == '<audio controls=""></audio>'
    assert clean('<audio preload="auto"><source src="/a.mp3"></audio>') == "<audio></audio>"
    assert "video" not in clean('<video src="/a.mp4" controls></video>')


def test_a_text_without_faults_has_no_problems():
    assert render("# A\n\n> [!note]\n> b[^1]\n\n[^1]: c", Known()).problems == ()


def test_deep_text_is_kept():
    assert "the end" in render("> " * 50 + "the end").text
    assert "the end" in render("- " * 50 + "the end").text


def test_problems_come_by_line():
    page = render("[a](lesson:x)\n\n:::{no}\n:::\n\n[b](lesson:y)")
    assert [problem.line for problem in page.problems] == [1, 3, 6]
    assert isinstance(page.problems[0], Problem)


# ---- nothing gets through (payloads as lesson, title, choice)

SCRIPT = "alert(1)"
PAYLOADS = [
    f"<script>{SCRIPT}</script>",
    f"<img src=x onerror={SCRIPT}>",
    f'![x](x" onerror="{SCRIPT})',
    f'![x" onerror="{SCRIPT}](media/x.png)',
    f"[x](javascript:{SCRIPT})",
    f"[x](java\tscript:{SCRIPT})",
    f"[x](java&#9;script:{SCRIPT})",
    f"[x](<java\tscript:{SCRIPT}>)",
    f"[x](&#1;javascript:{SCRIPT})",
    f"[x](JaVaScRiPt&colon;{SCRIPT})",
    f"<javascript:{SCRIPT}>",
    f"[x]\n\n[x]: javascript:{SCRIPT}",
    f"[x](vbscript:{SCRIPT})",
    f"[x](data:text/html,<script>{SCRIPT}</script>)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    f'[x](/y "" onclick={SCRIPT} ")',
    f"<svg onload={SCRIPT}>",
    f"<svg><script>{SCRIPT}</script></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={SCRIPT}>",
    f"$\\href{{javascript:{SCRIPT}}}{{x}}$",
    f"$\\text{{<img src=x onerror={SCRIPT}>}}$",
    f"$\\text{{&lt;img src=x onerror={SCRIPT}&gt;}}$",
    "$\\style{background:url(//x)}{x}$ $\\class{a}{x}$",
    "<style>*{display:none}</style>",
    "<base href=//x.y>",
    f"<form action=javascript:{SCRIPT}><button>",
    f"<iframe srcdoc='<script>{SCRIPT}</script>'></iframe>",
    "<a hx-get=/x hx-trigger=load>",
    f"<a hx-on:click={SCRIPT} hx-on--load={SCRIPT}>",
    "<a data-hx-get=/x>",
    f'```"><script>{SCRIPT}</script>\nx\n```',
    f"```python onload={SCRIPT}\nx = '<script>'\n```",
    f':::{{tool}} "><script>{SCRIPT}</script>\n:::',
    f":::{{<script>{SCRIPT}</script>}}\n:::",
    f"> [!note] <script>{SCRIPT}</script>\n> x",
    f'# "><script>{SCRIPT}</script>',
    f'a[^"><script>]\n\n[^"><script>]: {SCRIPT}',
    f"|<script>|\n|-|\n|{SCRIPT}|",
    f"<!-- --!><script>{SCRIPT}</script> -->",
    '[x](lesson:kimi#"onclick=alert)',
]


class Reader(HTMLParser):
    """Collects tags and attributes, and the text, as a browser would find them."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = unknown_decl = handle_pi = handle_comment


def assert_inert(page):
    for tag, attributes in Reader(page).tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set())
        assert not [name for name in attributes if re.match(r"style|on|(data-)?hx-", name)]
        if tag in MATHS_TAGS:
            assert "href" not in attributes
        address = attributes.get("href", attributes.get("src", "#"))
        assert re.match(r"https?://|mailto:|/(?![/\\])|#", address), address
        for name in (attributes.get("class") or "").split():
            assert name in CLASSES or PYGMENTS.fullmatch(name)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_is_inert(payload):
    page = render(payload, Known())
    assert_inert(page.html)
    assert_inert(render(f"- > | a |\n\n*x* {payload} **y**", Known()).html)
    assert_inert(render_inline(payload))
    assert_inert(clean(payload))
    assert not [heading for heading in page.toc if "<" in heading.id]


def test_a_text_cannot_forge_a_card():
    card = ":::{tool} r1\n:::"
    source = "\n\n".join([card, "0" * 32 + "-0-", "-0-", card])
    assert html(source).count("<article") == 2


def test_clean_drops_what_authors_may_not_write():
    source = (
        '<p style="x" id="y" hx-get="/z" class="callout evil" onclick="q">a</p><input><a href="x">'
    )
    assert clean(source) == '<p class="callout">a</p><a></a>'


# ---- bombs: refused, or done soon


BOMBS = [
    *(
        "[",
        "<![",
        "<a ",
        "![a](",
        "[^a",
        ">",
        "*a **b ",
        "![",
        "[![",
        "^[",
        "[a](",
        "[a](<b",
        "<!--",
    ),
    *(
        "`",
        "``a`",
        "~~a ",
        "$a",
        "$$a\n# b\n",
        "**a ",
        "_a*",
        "&",
        "\\",
        "<?",
        "<![CDATA[",
        "https://",
    ),
    *(
        "- ",
        "1. ",
        "- a\n",
        "> - a\n",
        "# a\n",
        "[a]: b\n",
        "[^a]: b\n",
        ":::{a}\n",
        ":::\n\n",
        "|a",
    ),
    *(
        "a|b\n-|-\n",
        "```\n",
        "$a$ ",
        "<!-- a\n",
        " ",
        "\t",
        "\n",
        "\u00a0",
        "a",
        "中",
        "ا",
        "a  \n",
    ),
]
SHAPES = {
    "quotes 10,000 deep": ">" * 10_000 + "a",
    "lists 10,000 deep": "- " * 10_000 + "a",
    "lists 600 deep, by line": "".join("  " * depth + "- a\n" for depth in range(600)),
    "a quote that reads on": ">" * 19 + "a\n" + "b\n" * 9_000,
    "pictures in pictures": "![a" * 290 + "](b)" * 290,
    "links in links": "[" * 290 + "](b)" * 290,
    "brackets, paragraph by paragraph": ("[" * 290 + "\n\n") * 100,
    "pictures, paragraph by paragraph": ("![[" * 140 + "\n\n") * 70,
    "a long address often": "[a]: /" + "b" * 1_900 + "\n\n" + ("[a] " * 140 + "\n\n") * 90,
    "a long title often": "[a]: /b '" + "c" * 100_000 + "'\n\n" + ("[a] " * 140 + "\n\n") * 90,
    "tables of empty cells": ("|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "x\n" * 300 + "\n") * 30,
    "nested braces": "$" + "{" * 1_000 + "}" * 1_000 + "$",
    "code": "```python\n" + "x = [1]\n" * 2_000 + "```",
    "code that is slow to colour": ("```python\n" + "\n " * 3_900 + "```\n\n") * 2,
    "code of a slow language": ("```console\n" + "a:" * 3_900 + "\n```\n\n") * 2,
}


def assert_survives(source):
    start = time.perf_counter()
    for function in (render, render_inline):  # the others do no more
        try:
            function(source)
        except TooLarge:
            continue
    assert time.perf_counter() - start < 30  # a hang, not a slow machine


@pytest.mark.parametrize("size", ["20,000 times", "1 MB", "just not refused"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb(bomb, size):
    fits = min(9_000, 29_000 // len(bomb))
    times = {"20,000 times": 20_000, "1 MB": 1_000_000 // len(bomb)}.get(size, fits)
    assert_survives(bomb * times)


@pytest.mark.parametrize("shape", SHAPES)
def test_bomb_of_shape(shape):
    assert_survives(SHAPES[shape])


@pytest.mark.parametrize("source", ["a" * 1_000_001, "*" * 30_001, "a\n" * 10_001])
@pytest.mark.parametrize("function", [render, render_inline, plain, excerpt])
def test_too_large(function, source):
    with pytest.raises(TooLarge, match="at most"):
        function(source)


# ---- the small ones


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a *b* `c`", 'a <em>b</em> <code dir="ltr">c</code>'),
        ("# a", "# a"),
        ("1. a", "1. a"),
        ("a\nb", "a\nb"),
        ("![a](v.svg)", '<span class="broken-image">a</span>'),
        ("$x$ <i>", '<span class="maths"><math display="inline"><mrow><mi>x</mi></mrow></math>'),
        ("", ""),
    ],
)
def test_inline(source, expected):
    assert render_inline(source).startswith(expected)


def test_plain():
    assert plain("a **b** `c` <i> [d](/e) $f$ &amp; <!-- g -->") == "a b c <i> d f &"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\n\nb\n\n<!-- more -->\n\nc", "a\n\nb"),
        ("a\n<!--more-->\nc", "a"),
        ("# t\n\na\n*b*\n\nc", "a\n*b*"),
        ("```\n<!-- more -->\n```\n\na", "a"),
        ("- a", ""),
        ("", ""),
    ],
)
def test_excerpt(source, expected):
    assert excerpt(source) == expected


@pytest.mark.parametrize(
    ("texts", "minutes"),
    [
        ([], 1),
        ([""], 1),
        (["word " * 374], 1),
        (["word " * 375], 2),
        (["word " * 250, "word " * 250], 2),
        (["– — … " * 500], 1),
        (["well-known, it's 3.5% " * 250], 3),
        (["字" * 749], 1),
        (["字" * 750], 2),
        (["字，" * 1_000], 2),
        (["ひらカタ한글" * 250], 3),
        (["AI模型" * 250], 2),
        (["AI模型 " * 250], 2),
        (["كلمة " * 500], 2),
    ],
)
def test_reading_minutes(texts, minutes):
    assert reading_minutes(*texts) == minutes


# ---- any text at all

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "\n",
                "\n\n",
                "\n    ",
                "> ",
                "- ",
                "1. ",
                "# ",
                "[!note] ",
                "- [x] ",
                ":::{tool} r1\n",
            ),
            *(
                ":::",
                "```",
                "`",
                "*",
                "**",
                "_",
                "~~",
                "$",
                "$$",
                "[",
                "](",
                ")",
                "![",
                "<",
                ">",
                "<!--",
            ),
            *(
                "-->",
                "|",
                "|-|\n",
                "[^a]",
                "[^a]: ",
                "\\",
                "&amp;",
                "https://a.b",
                "lesson:kimi",
                "\t",
                " ",
            ),
            *(
                "javascript:",
                '"',
                "a",
                "中",
                "ا",
                "\u0300",
                "\x00",
                "😀",
                "1",
                "\\frac{",
                "{",
                "}",
                "=\n",
            ),
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(PIECES, st.text()))
def test_any_text_renders_inert_and_the_same_each_time(source):
    page = render(source, Known())
    assert_inert(re.sub(r'<article id="card" hx-get="/x">r1</article>', "", page.html))
    assert render(source, Known()) == page
    assert_inert(render_inline(source))
    assert plain(source) == plain(source)
    assert len(excerpt(source)) <= len(source)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= problem.line <= lines for problem in page.problems)
    ids = re.findall(r' id="([^"]+)"', page.html.replace(' id="card"', ""))
    assert len(ids) == len(set(ids))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1), st.text())
def test_words_in_the_text_are_the_words_on_the_page(word, other):
    for source in (f"{word} *{word}*", f"# {word}", f"- {word}", f"> {word}"):
        assert render(source).text.count(word) >= 1
    assert reading_minutes(other, other) >= reading_minutes(other)


# ---- the colours of code


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_code_can_be_read_in_both_themes():
    sheet = Path("static/css/code.css").read_text()
    pairs = re.findall(r"light-dark\((#\w{6}), (#\w{6})\)", sheet)
    assert len(pairs) == sheet.count("color:")
    for light, dark in pairs:
        assert contrast(light, "#f6f3ec") >= 4.5
        assert contrast(dark, "#1d1f21") >= 4.5


def test_an_empty_header_heads_nothing():
    """A table's empty corner would be announced as a header without a name."""
    html = render("| | A |\n|---|---|\n| x | 1 |").html

    assert "<td></td>" in html
    assert "<th>A</th>" in html
