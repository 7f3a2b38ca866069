"""What a course's texts may refer to, read once and asked many times while rendering."""

from dataclasses import dataclass, field

from django.template.loader import render_to_string

from .markdown import Image, Link, Sound
from .models import Asset, Course, Lesson, Playbook, Tool


@dataclass(slots=True)
class Library:
    """Lessons, playbooks, tools, images and sounds by the names that texts use.

    The importer fills one with what a folder is about to hold; `Library.of` reads the database.
    """

    lessons: dict[str, Link] = field(default_factory=dict)
    playbooks: dict[str, Link] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    media: dict[tuple[int | None, str], Image | Sound] = field(default_factory=dict)
    _cards: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course | None) -> "Library":
        """Everything on the site that a text of this course may name, in four queries."""
        library = cls()
        # Links may lead to what is not published yet: the address answers once it is.
        for slug, title in Lesson.objects.filter(archived_at=None).values_list("slug", "title"):
            library.add_lesson(slug, title)
        for slug, title in Playbook.objects.filter(archived_at=None).values_list("slug", "title"):
            library.add_playbook(slug, title)
        library.tools = {tool.slug: tool for tool in Tool.objects.filter(archived_at=None)}
        if course is not None and course.pk:
            for asset in Asset.objects.filter(course=course):
                library.add_asset(asset)
        return library

    def add_lesson(self, slug: str, title: str) -> None:
        """Let texts link to a lesson."""
        self.lessons[slug] = Link(f"/lessons/{slug}/", title)

    def add_playbook(self, slug: str, title: str) -> None:
        """Let texts link to a playbook."""
        self.playbooks[slug] = Link(f"/playbooks/{slug}/", title)

    def add_asset(self, asset: Asset) -> None:
        """Let texts of the asset's module (or course) show or play it."""
        self.media[asset.module_id, asset.path] = (
            Sound(asset.url) if asset.is_sound else Image(asset.url, asset.width, asset.height)
        )

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
