"""What a course's texts may refer to, read once and asked many times while rendering."""

from dataclasses import dataclass, field
from functools import cached_property

from django.template.loader import render_to_string

from .markdown import Image, Link, Sound
from .models import Asset, Course, Lesson, Playbook, Tool


@dataclass
class Library:
    """What a text of this course may name: lessons, playbooks, tools, images and sounds.

    Each of these is read with one query when a text first asks for it. The importer adds what its
    folder is about to hold.
    """

    course: Course | None
    _cards: dict[str, str] = field(default_factory=dict)

    # Links may lead to what is not published yet: the address answers once it is.

    @cached_property
    def lessons(self) -> dict[str, Link]:
        """Lessons by slug."""
        rows = Lesson.objects.filter(archived_at=None).values_list("slug", "title")
        return {slug: Link(f"/lessons/{slug}/", title) for slug, title in rows}

    @cached_property
    def playbooks(self) -> dict[str, Link]:
        """Playbooks by slug."""
        rows = Playbook.objects.filter(archived_at=None).values_list("slug", "title")
        return {slug: Link(f"/playbooks/{slug}/", title) for slug, title in rows}

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """Tools by id."""
        return {tool.slug: tool for tool in Tool.objects.filter(archived_at=None)}

    @cached_property
    def media(self) -> dict[tuple[int | None, str], Image | Sound]:
        """Images and sounds by module and path; those without a module are the course's."""
        if self.course is None or not self.course.pk:
            return {}
        assets = Asset.objects.filter(course=self.course)
        return {
            (asset.module_id, asset.path): Sound(asset.url)
            if asset.is_sound
            else Image(asset.url, asset.width, asset.height)
            for asset in assets
        }

    def add_lesson(self, slug: str, title: str) -> None:
        """Let texts link to a lesson."""
        self.lessons[slug] = Link(f"/lessons/{slug}/", title)

    def references(self, module_id: int | None = None) -> "References":
        """What a text of this module (None: of the course itself) may refer to."""
        return References(self, module_id)

    def card(self, tool_id: str) -> str | None:
        """A tool's card as HTML, or None for a tool that does not exist."""
        if tool_id not in self.tools:
            return None
        if tool_id not in self._cards:
            self._cards[tool_id] = render_to_string(
                "parts/tool_card.html", {"tool": self.tools[tool_id], "compact": False}
            )
        return self._cards[tool_id]


@dataclass(frozen=True, slots=True)
class References:
    """The library as one module's texts see it (`lessons.markdown.References`)."""

    library: Library
    module_id: int | None

    def lesson(self, slug: str) -> Link | None:
        """The lesson of this slug."""
        return self.library.lessons.get(slug)

    def playbook(self, slug: str) -> Link | None:
        """The playbook of this slug."""
        return self.library.playbooks.get(slug)

    def media(self, path: str) -> Image | Sound | None:
        """The module's image or sound of this path, else the course's."""
        media = self.library.media
        return media.get((self.module_id, path)) or media.get((None, path))

    def tool_card(self, tool_id: str) -> str | None:
        """The card of this tool."""
        return self.library.card(tool_id)
