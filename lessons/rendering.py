"""What is rendered again when something that texts name has changed.

HTML is made when saving, so a card that changes, or a link that comes alive or dies, is written
into every lesson that has it. Call these inside the transaction of the change itself.
"""

from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Q

from . import markdown
from .library import Library
from .models import Asset, Course, Lesson, Playbook, Tool

RENDERED = ["body_html", "toc", "text", "takeaways_html", "reading_minutes", "changed_at"]


def settle(lesson: Lesson, library: Library | None = None) -> markdown.Rendered:
    """Render a saved lesson from what the database holds around it, and link the carded tools.

    The tools that the author named are the links that are not `carded`.
    """
    library = library or Library(lesson.module.course)
    rendered = lesson.render(library)
    lesson.save(update_fields=RENDERED)
    authored = lesson.tool_links.filter(carded=False).values_list("tool", flat=True)
    lesson.link_tools(list(authored), [library.tools[tool].pk for tool in rendered.tools])
    return rendered


def settle_all(lessons: Iterable[Lesson]) -> int:
    """Settle each; how many there were. The library of each course is read once."""
    libraries: dict[int, Library] = {}
    count = 0
    for lesson in lessons:
        course = lesson.module.course
        if course.pk not in libraries:
            libraries[course.pk] = Library(course)
        settle(lesson, libraries[course.pk])
        count += 1
    return count


def settle_texts(where: Q) -> int:
    """Render the playbooks and the courses' introductions that fit; how many they were."""
    playbooks = list(Playbook.objects.filter(where).select_related("course").order_by("pk"))
    courses = list(Course.objects.filter(where).order_by("pk"))
    for playbook in playbooks:
        playbook.render(Library(playbook.course))
        playbook.save()
    for course in courses:
        course.render(Library(course))
        course.save()
    return len(playbooks) + len(courses)


def naming(kind: str, slugs: Iterable[str]) -> Q:
    """Texts that name one of these: `lesson:slug`, `playbook:slug`, a tool's id."""
    start = "" if kind == "tool" else f"{kind}:"
    where = Q()
    for slug in slugs:
        where |= Q(body__contains=f"{start}{slug}")
    return where


def after_change(changed: Iterable[Lesson | Playbook | Tool], *former: str) -> int:
    """Settle what names these rows (`former`: addresses they had); how many texts that were.

    Lessons among the rows themselves are left out: their own saving settles them.
    """
    rows = list(changed)
    if not rows:
        return 0
    kind = rows[0].kind
    where = naming(kind, {*(row.slug for row in rows), *former})
    covering = Q(tool_links__tool__in=rows) if kind == "tool" else Q()
    lessons = Lesson.objects.filter(where | covering).select_related("module__course")
    found = {lesson.pk: lesson for lesson in lessons}
    for row in rows:
        if kind == "lesson":
            found.pop(row.pk, None)
    return settle_all(sorted(found.values(), key=attrgetter("pk"))) + settle_texts(where)


def after_asset(asset: Asset) -> int:
    """Settle the texts of the asset's course that show or play it; how many they were."""
    where = Q(body__contains=asset.path)
    lessons = Lesson.objects.filter(where, module__course=asset.course_id)
    lessons = lessons.select_related("module__course").order_by("pk")
    return settle_all(lessons) + settle_texts(where)
