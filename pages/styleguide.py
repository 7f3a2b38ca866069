"""Every component in every state, with sample data; routed only where DEBUG is on.

`?page=lesson|quiz|result|dashboard` shows a whole page, `?dir=rtl` mirrors it and `?who=learner`
signs somebody in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lessons.cover import cover_svg
from progress.mastery import Given, Mastery, Standing
from quizzes.display import Asked, Place, Reviewed
from quizzes.parts import Choice, MarkedPart, Part
from teaching.matrix import WORDS, as_html

PAGES = {"lesson", "quiz", "result", "dashboard"}
NOT_YET = [("reading", None), ("new", None), ("new", None)]


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody signed in, as templates see them."""

    display_name: str = "Ada Lovelace"
    email: str = "ada@example.com"
    is_staff: bool = True
    can_teach: bool = True


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """What Django's messages look like to a template."""

    level_tag: str
    message: str


def _standing(html: str, fractions: tuple[int, ...]) -> Standing:
    """Where somebody stands who answered so, an answer a day."""
    start = datetime(2026, 6, 1, tzinfo=UTC)
    given = [Given(start + timedelta(n), 1, Fraction(f)) for n, f in enumerate(fractions)]
    return Standing(id=1, html=html, course=1, is_asked=True, mastery=Mastery.of(given))


class SampleForm(forms.Form):
    """One field of each sort."""

    email = forms.EmailField(label="E-mail address", help_text="We write only about your account.")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    tier = forms.ChoiceField(label="Plan", choices=[("free", "Free"), ("plus", "Plus")])
    note = forms.CharField(label="A note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    remember = forms.BooleanField(label="Stay signed in", required=False)


def styleguide(request: HttpRequest) -> HttpResponse:
    """The style guide, or one whole sample page of it."""
    page = request.GET.get("page", "")
    rtl = request.GET.get("dir") == "rtl"
    person = SamplePerson() if request.GET.get("who") == "learner" or page in _SIGNED_IN else None
    template = f"styleguide/{page}.html" if page in PAGES else "styleguide.html"
    context = {
        "direction": "rtl" if rtl else "ltr",
        "viewer": person,
        "site_name": "Lectern",
        "nav": "courses",
        "messages": [],
        **_sample(person),
    }
    return render(request, template, context)


_SIGNED_IN = {"quiz", "result", "dashboard"}


def _sample(person: SamplePerson | None) -> dict[str, Any]:
    """All the sample data that the templates use."""
    bad = SampleForm({"email": "ada", "tier": "plus"}, prefix="bad")
    return {
        "person": SamplePerson(),
        "sample_messages": [
            SampleMessage("success", "Saved. The lesson is in your bookmarks."),
            SampleMessage("info", "Your plan runs until October 3."),
            SampleMessage("warning", "This class has no lessons yet."),
            SampleMessage("error", "That link has run out. We can send a new one."),
        ],
        "form": SampleForm(),
        "bad_form": bad,
        "crumbs": [
            {"label": "Courses", "url": "/"},
            {"label": "Models you can hold", "url": "/courses/models/"},
        ],
        "page_obj": Paginator(range(90), 10).page(4),
        "courses": _courses(),
        "lessons": [
            ({"title": "What a weight is", "url": "#", "minutes": 8}, "done", ""),
            (
                {"title": "Reading a licence before you build", "url": "#", "minutes": 12},
                "read",
                "",
            ),
            (
                {"title": "A model on your own machine", "url": "#", "minutes": 16},
                "reading",
                "At: How much memory it takes",
            ),
            (
                {"title": "What quantization costs", "url": "#", "minutes": 11},
                "failed",
                "Quiz: 5 of 9",
            ),
            ({"title": "Serving more than one person", "url": "#", "minutes": 14}, "new", ""),
        ],
        "resume": {
            "title": "A model on your own machine",
            "url": "#memory",
            "course": "Models you can hold",
            "heading": "How much memory it takes",
        },
        "cover": cover_svg("models-you-can-hold", 205),
        "objectives": [
            {"html": html, "standing": _standing(html, fractions) if person else None}
            for html, fractions in (
                ("Estimate how much memory a model needs from its parameters", (1, 1, 1, 1)),
                ("Explain what <em>open weights</em> allow, and what they do not", (1, 0, 1)),
                ("Choose between a hosted model and one of your own", (1,)),
            )
        ],
        "takeaways": [
            "Memory is parameters times bytes each, and a fifth on top.",
            "Open weights let you run and change a model; they seldom let you rebuild it.",
            "What never leaves your machine needs nobody’s promise.",
        ],
        "benefits": _benefits(),
        "audio_preview": {"src": "#preview", "preview": True, "download": ""},
        "audio_full": {"src": "#full", "preview": False, "download": "#mp3"},
        "video_locked": {"locked": True, "tier": "Pro"},
        "tools": _tools(),
        "calls": [
            {
                "state": "anonymous",
                "url": "/lessons/own-machine/quiz/",
                "questions": 6,
                "minutes": 4,
                "timed": False,
                "explained": True,
            },
            {
                "state": "learner",
                "url": "#",
                "questions": 6,
                "minutes": 4,
                "timed": False,
                "explained": True,
            },
            _result(83, True),
            _result(50, False),
        ],
        "recommended": [
            {
                "title": "What quantization costs",
                "url": "#",
                "reason": "Next in this course",
                "minutes": 11,
            },
            {
                "title": "Kimi, and agents that run for hours",
                "url": "#",
                "reason": "Shares three tools with this lesson",
                "minutes": 9,
            },
        ],
        "previous": {"title": "Reading a licence before you build", "url": "#"},
        "following": {"title": "What quantization costs", "url": "#"},
        "toc": _toc(),
        "playbooks": [
            {
                "title": "Your first local model",
                "url": "#",
                "summary": "From an empty laptop to a first answer, in an evening.",
                "free": True,
            },
            {
                "title": "A procurement checklist for hosted models",
                "url": "#",
                "summary": "Twenty questions to ask a vendor, and what a good answer sounds like.",
                "free": False,
            },
        ],
        "asked": _asked(),
        "reviewed": _reviewed(),
        "written_in": {"lang": "en"},
        "dots": _dots(),
        "result_dots": [
            {
                **dot,
                "state": "wrong" if dot["number"] == 2 else "right",
                "flagged": False,
                "current": False,
            }
            for dot in _dots()
        ],
        "callouts": [
            ("note", "Note"),
            ("tip", "Tip"),
            ("warning", "Warning"),
            ("important", "Important"),
            ("caution", "Caution"),
            ("key", "Key concept"),
        ],
        "login": SampleForm(prefix="login"),
        "saves": [
            {"state": "saved", "time": "10:42"},
            {"state": "retrying", "time": ""},
            {"state": "offline", "time": ""},
        ],
        "review_right": _choices(chosen=1),
        "review_wrong": _choices(chosen=2),
        "matrix_words": WORDS,
        "learners": [
            (name, as_html(cells), percent)
            for name, cells, percent in (
                ("Ada Lovelace", [*[("done", 92)] * 2, ("read", None), *NOT_YET], 44),
                ("Noor Haddad", [*[("done", 75)] * 4, ("failed", 40), NOT_YET[0]], 78),
                ("Wilhelmina van der Meer-Oosterhuis", [("done", 100), *NOT_YET, *NOT_YET[1:]], 22),
                ("李小龍", [*[("done", 88)] * 5, ("read", None)], 94),
            )
        ],
        "week": [
            ("Mo", True, False),
            ("Tu", True, False),
            ("We", False, False),
            ("Th", True, True),
            ("Fr", False, False),
            ("Sa", False, False),
            ("Su", False, False),
        ],
    }


def _result(percent: int, passed: bool) -> dict[str, Any]:
    return {
        "state": "result",
        "url": "#",
        "questions": 6,
        "minutes": 4,
        "percent": percent,
        "passed": passed,
        "right": round(percent * 6 / 100),
        "total": 6,
        "result_url": "#",
        "may_try_again": True,
        "explained": True,
    }


def _courses() -> list[dict[str, Any]]:
    rows = [
        ("models-you-can-hold", 205, "Models you can hold", 62, 9, 104),
        ("prompts-that-last", 45, "Prompts that last", 0, 7, 81),
        ("agents-at-work", 300, "Agents at work", None, 12, 150),
    ]
    summary = "Open weights, what they allow, and how to run one at home without surprises."
    return [
        {
            "title": title,
            "url": "#",
            "summary": summary,
            "cover": cover_svg(slug, hue),
            "percent": percent,
            "lessons": lessons,
            "minutes": minutes,
        }
        for slug, hue, title, percent, lessons, minutes in rows
    ]


def _benefits() -> list[dict[str, Any]]:
    return [
        {
            "tier": "Plus",
            "intro": "Plus adds:",
            "rows": [
                {"label": "Audio streaming", "soon": False},
                {"label": "Downloadable PDFs", "soon": True},
                {"label": "All AI Playbooks", "soon": False},
                {"label": "Personalized content", "soon": False},
            ],
        },
        {
            "tier": "Pro",
            "intro": "Pro also adds:",
            "rows": [
                {"label": "Certificates of completion", "soon": False},
                {"label": "Audio MP3 downloads", "soon": False},
                {"label": "Video lessons", "soon": True},
            ],
        },
    ]


def _tools() -> list[dict[str, Any]]:
    return [
        {
            "name": "DeepSeek V4-Pro",
            "slug": "deepseek-v4-pro",
            "vendor": "DeepSeek AI",
            "licence": "open-source",
            "strengths_html": "Mixture of experts, 49 of 1,600 billion active; MIT licence",
            "context_window": "1 million tokens",
            "pricing": "$1.74 / $3.48 per million tokens; free self-hosted",
            "url": "https://www.deepseek.com/",
        },
        {
            "name": "ERNIE 5.0",
            "slug": "ernie-5",
            "vendor": "Baidu",
            "licence": "closed",
            "strengths_html": "Text, pictures, sound and video in one model; best in Chinese",
            "context_window": "Not disclosed",
            "pricing": "Baidu Cloud API",
            "url": "",
        },
        {
            "name": "Qwen3.5",
            "slug": "qwen-3-5",
            "vendor": "Alibaba",
            "licence": "open-source",
            "strengths_html": "A hundred languages; sizes for phones and for clusters",
            "context_window": "262K to 1 million tokens",
            "pricing": "Free self-hosted",
            "url": "",
        },
    ]


def _toc() -> list[dict[str, Any]]:
    return [
        {"id": "two-ways", "title": "Two ways to use the same model", "children": []},
        {
            "id": "memory",
            "title": "How much memory it takes",
            "children": [
                {"id": "by-hand", "title": "By hand, on the back of an envelope"},
                {"id": "quantized", "title": "Fewer bits"},
            ],
        },
        {"id": "models", "title": "Three models to compare", "children": []},
        {"id": "first-run", "title": "A first run", "children": []},
    ]


def _dots() -> list[dict[str, Any]]:
    states = [
        ("answered", False, False),
        ("answered", True, False),
        ("unanswered", False, True),
        ("unanswered", True, False),
        ("unanswered", False, False),
        ("unanswered", False, False),
    ]
    return [
        {"number": n, "url": f"#q{n}", "state": state, "flagged": flagged, "current": current}
        for n, (state, flagged, current) in enumerate(states, 1)
    ]


def _asked() -> list[Asked]:
    """The kinds with parts, unanswered and answered."""
    rows = [
        ("Who made what?", "pairs", _sample_pairs(), "Choose what belongs to each."),
        ("The oldest first, please.", "order", _sample_items((None,) * 3), "Put these in order."),
        ("The oldest first, please.", "order", _sample_items((2, 0, 1)), "Put these in order."),
        ("", "gaps", _sample_gaps(), "Fill in the gaps."),
    ]
    return [
        Asked(
            slot=slot,
            total=20 + len(rows),
            prompt=prompt,
            in_line=True,
            input=input_,
            choices=(),
            parts=tuple(replace(part, name=f"s{slot}_{n}") for n, part in enumerate(parts)),
            tail=".</p>" if input_ == "gaps" else "",
            text="",
            instruction=instruction,
            hint="",
            revision=0,
            flagged=slot == 22,
            answered=False,
        )
        for slot, (prompt, input_, parts, instruction) in enumerate(rows, 21)
    ]


def _options(*texts: str, chosen: int | None = None) -> tuple[Choice, ...]:
    return tuple(Choice(str(n), text, n == chosen) for n, text in enumerate(texts))


def _sample_pairs() -> list[Part]:
    makers = ("Zhipu AI", "Moonshot AI", "Baidu")
    return [
        Part("", "", "GLM-5", "select", _options(*makers, chosen=0)),
        Part("", "", "Kimi K2.6, which is <em>open</em>", "select", _options(*makers)),
    ]


def _sample_items(places: Sequence[int | None]) -> list[Part]:
    items = ("R1", "GPT-2, let out step by step, as it was held to be dangerous", "GLM-5")
    return [
        Part("", item, item, "select", _options("1", "2", "3", chosen=place))
        for item, place in zip(items, places, strict=True)
    ]


def _sample_gaps() -> list[Part]:
    return [
        Part("", "Gap 1", "<p>R1 matched ", "text", text="o1"),
        Part("", "Gap 2", " in ", "select", _options("2024", "2025", chosen=1)),
        Part("", "Gap 3", ", is ", "radio", _options("open", "closed", chosen=0)),
        Part("", "Gap 4", ", and runs on ", "checkbox", _options("a phone", "a cluster")),
    ]


def _reviewed() -> list[Reviewed]:
    """The kinds with parts, each part in each state."""
    rows = [
        (
            "Who made what?",
            "pairs",
            [
                MarkedPart("GLM-5", "Zhipu AI", "right", "Zhipu AI"),
                MarkedPart("Kimi K2.6", "Baidu", "wrong", "Moonshot AI"),
                MarkedPart("Qwen3.5", "", "wrong", "Alibaba"),
            ],
        ),
        (
            "The oldest first, please.",
            "order",
            [MarkedPart("GPT-2", "1", "right", "1"), MarkedPart("R1", "3", "wrong", "2")],
        ),
        (
            "",
            "gaps",
            [
                MarkedPart("Gap 1", "o1", "right", "o1", before="<p>R1 matched "),
                MarkedPart("Gap 2", "2024", "partly", "2025", "Its <em>preview</em> was.", " in "),
                MarkedPart("Gap 3", "", "wrong", "open", before=", and is "),
            ],
        ),
    ]
    return [
        Reviewed(
            slot=slot,
            key="",
            prompt=prompt,
            in_line=True,
            mark="partly",
            word="Partly right",
            points="0.5 of 1 point",
            hint="",
            lines=(),
            input=input_,
            parts=tuple(parts),
            tail=".</p>" if input_ == "gaps" else "",
            explanation="<p>Because the lesson says so.</p>",
            last_time="",
            place=Place(),
        )
        for slot, (prompt, input_, parts) in enumerate(rows, 31)
    ]


def _choices(chosen: int) -> list[dict[str, Any]]:
    texts = [
        ("About 14 GB", ""),
        ("About 17 GB", "14 GB for the weights, and a fifth more to work in."),
        ("About 28 GB", "That is at 32 bits; most models are published at 16."),
        ("It depends on the prompt alone", ""),
    ]
    return [
        {"html": text, "chosen": n == chosen, "right": n == 1, "feedback_html": feedback}
        for n, (text, feedback) in enumerate(texts)
    ]
