"""Search over what everybody may read: titles, summaries and open texts.

Plain containment on the base tables: it finds a Chinese word of two characters as well as an
English one, and never reads what a tier has.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Lesson, Playbook, Tool

LONGEST_QUERY = 200
MOST_TERMS = 8
PER_KIND = 20
AROUND = 90


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    kind: str
    title: str
    url: str
    snippet: SafeString


def terms_of(query: str) -> list[str]:
    """The words to look for, at most eight, of at most 200 characters in all."""
    return query[:LONGEST_QUERY].replace("\0", "").split()[:MOST_TERMS]


def snippet(text: str, terms: list[str]) -> SafeString:
    """The text around the first term, each term marked; escaped."""
    folded = text.casefold()
    places = [place for term in terms if (place := folded.find(term.casefold())) >= 0]
    start = max(0, min(places, default=0) - AROUND // 2)
    if start:
        space = text.find(" ", start, start + AROUND // 3)
        start = space + 1 if space >= 0 else start
    piece = " ".join(text[start : start + 2 * AROUND].split())
    marked = _mark(piece, terms)
    before = "… " if start else ""
    after = " …" if start + 2 * AROUND < len(text) else ""
    return format_html("{}{}{}", before, marked, after)


def _mark(piece: str, terms: list[str]) -> SafeString:
    folded, out, at = piece.casefold(), [], 0
    if len(folded) != len(piece):  # folding changed lengths (ß): show it unmarked
        return mark_safe(conditional_escape(piece))  # noqa: S308 - escaped here
    while at < len(piece):
        found = min(
            ((p, t) for t in terms if (p := folded.find(t.casefold(), at)) >= 0),
            default=None,
            key=lambda hit: (hit[0], -len(hit[1])),
        )
        if found is None:
            break
        place, term = found
        out += [conditional_escape(piece[at:place])]
        at = place + len(term)
        out += [format_html("<mark>{}</mark>", piece[place:at])]
    out.append(conditional_escape(piece[at:]))
    return mark_safe("".join(out))  # noqa: S308 - each part is escaped above


def _matching(rows: QuerySet[Any], terms: list[str], title: str, *texts: str) -> QuerySet[Any]:
    """Rows that have every term somewhere, those with it in the title first."""
    for term in terms:
        where = Q()
        for name in (title, *texts):
            where |= Q(**{f"{name}__icontains": term})
        rows = rows.filter(where)
    in_title = When(**{f"{title}__icontains": terms[0]}, then=Value(0))
    rank = Case(in_title, default=Value(1), output_field=IntegerField())
    found: QuerySet[Any] = rows.annotate(rank=rank).order_by("rank", "pk")
    return found[:PER_KIND]


def search(query: str) -> list[Hit]:
    """What fits the query, lessons first; at most 20 of each kind. Three queries."""
    terms = terms_of(query)
    if not terms:
        return []
    lessons = _matching(
        Lesson.objects.published().select_related("module__course"),
        terms,
        "title",
        "summary",
        "text",
    )
    tools = _matching(Tool.objects.published(), terms, "name", "vendor", "strengths")
    playbooks = _matching(Playbook.objects.published(), terms, "title", "summary", "excerpt_text")
    return [
        *(
            Hit(
                "Lesson",
                row.title,
                row.get_absolute_url(),
                snippet(f"{row.summary}\n{row.text}", terms),
            )
            for row in lessons
        ),
        *(
            Hit("Tool", row.name, row.get_absolute_url(), snippet(row.words, terms))
            for row in tools
        ),
        *(
            Hit(
                "Playbook",
                row.title,
                row.get_absolute_url(),
                snippet(f"{row.summary}\n{row.excerpt_text}", terms),
            )
            for row in playbooks
        ),
    ]
