"""A course out of the database as a folder: the same bytes where nothing changed since its import.

Each file is written as it was kept; where that no longer says what the database holds, with only
what changed; where that can't be, in the canonical form. The reader of the importer decides which
of them says the right thing, so that importing an export changes nothing.
"""

import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction

from lessons import media
from lessons.models import Asset, Course, FormerSlug, Lesson, Module, Playbook

from . import states, writer
from .folder import MEDIA, NUMBERED, UNNUMBERED, CourseFolder, File, Reader, State, number_of
from .models import SourceFile
from .problems import Problem
from .states import Held, digest

LONGEST_NAME = 180  # bytes, well below what file systems take


class ExportRefused(Exception):  # noqa: N818 - an answer, not a fault
    """Why nothing was written: a sentence."""


@dataclass(slots=True)
class Entry:
    """A text file to write, and the row it says."""

    kind: str
    row: Any
    path: str
    state: State
    source: SourceFile | None
    formerly: list[str]
    text: str = ""
    step: int = 0  # 0: as kept, 1: the kept text with what changed, 2: canonical

    @property
    def name(self) -> str:
        """What the default slug comes from."""
        path = PurePosixPath(self.path)
        return path.parent.name if self.kind == "module" else path.name

    def keys(self) -> dict[str, Any]:
        """What the row says, by the keys of its file."""
        match self.kind:
            case "course":
                return writer.course_keys(self.state, self.formerly)
            case "module":
                return writer.module_keys(self.state, self.name)
            case "lesson":
                return writer.lesson_keys(self.state, self.name, self.formerly)
            case "playbook":
                return writer.playbook_keys(self.state, self.name, self.formerly)
            case "quiz":
                return writer.quiz_keys(self.state)
        return {slug: writer.tool_keys(tool) for slug, tool in self.state.items()}

    def canonical(self) -> str:
        """The text as it is written for a row without a file."""
        match self.kind:
            case "quiz":
                return writer.quiz_text(self.keys())
            case "tools":
                return writer.tools_text(self.keys())
        return writer.front_text(self.keys(), self.state.get("body", ""))

    def digests(self) -> dict[str, str]:
        """The states to keep with the text."""
        if self.kind == "tools":
            return {slug: digest(tool) for slug, tool in self.state.items()}
        return {"": digest(self.state)}

    def is_untouched(self) -> bool:
        """Whether nobody changed the row since its text was kept."""
        return self.source is not None and self.source.states == self.digests()

    def says(self, read: State) -> bool:
        """Whether a text that reads like this says what the row holds."""
        return self._alike(read) == self.state

    def _alike(self, read: State) -> State:
        """A state as it was read, in the form of the database's."""
        if self.kind == "tools":
            return {slug: tool for slug, tool in read["tools"].items() if slug in self.state}
        if self.kind == "quiz":
            rows = [{k: v for k, v in row.items() if k != "place"} for row in read["questions"]]
            return {k: v for k, v in read.items() if k != "slug"} | {"questions": rows}
        alike = dict(read)
        if "publish_at" in alike:
            alike["publish_at"] = states.moment(alike["publish_at"])
        if "updated" in alike and alike["updated"] is None and self.is_untouched():
            alike["updated"] = self.state["updated"]
        return alike

    def edited(self, read: State) -> str | None:
        """The kept text with what differs from how it reads; None where it can't be edited."""
        before, keys = self._alike(read), self.keys()
        if self.kind == "quiz":
            return writer.edit_quiz(self.text, keys, before, self.state)
        if self.kind == "tools":
            others = read["tools"].keys() - self.state.keys() - (self.source or _NO).states.keys()
            return writer.edit_tools(self.text, keys, before, others)
        changed = {name for name in keys if before.get(name) != self.state.get(name)}
        if "slug" in changed:
            changed.add("formerly")
        body = self.state.get("body")
        same_body = body is None or body == before.get("body")
        return writer.edit_front(self.text, self.kind, keys, changed, None if same_body else body)


_NO = SourceFile(states={})


def export_course(course: Course, target: Path, *, force: bool = False) -> int:
    """Write a course into a folder; how many files that were. Raises ExportRefused."""
    target = target.resolve()
    _check_target(course, target, force)
    if course.archived_at is not None:
        raise ExportRefused(f"The course {course.slug} is archived.")
    export = Export(course)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as beside:
            # Named like the target, because the importer may read names.
            written = Path(beside) / target.name
            export.write(written)
            _put_in_place(written, target, Path(beside) / "before")
    except OSError as error:
        raise ExportRefused(f"{error.filename or target}: {error.strerror or error}") from error
    export.remember()
    return len(export.entries) + len(export.media)


def _check_target(course: Course, target: Path, force: bool) -> None:
    """Refuse what must not be written over."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ExportRefused(f"{target} is not a folder.")
    if force or not any(target.iterdir()):
        return
    if (target / "course.md").is_file() and Reader(target).slug_of_course() == course.slug:
        return
    raise ExportRefused(
        f"{target} holds something else than the course {course.slug}; --force writes there anyway."
    )


def _put_in_place(written: Path, target: Path, before: Path) -> None:
    """Let the written folder take the target's place, with what there was besides a course."""
    if not target.exists():
        written.rename(target)
        return
    shutil.copymode(target, written)
    target.rename(before)
    try:
        written.rename(target)
    except OSError:
        before.rename(target)
        raise
    _carry(before, target, PurePosixPath())


OF_A_COURSE = re.compile(
    r"course\.md|tools\.yaml|(?:\d+[-_. ]+[^/]+|playbooks)/[^/]+(?:\.md|\.quiz\.yaml)"
)


def _carry(before: Path, after: Path, inside: PurePosixPath) -> None:
    """Move what an export doesn't write (.git, a README, videos) to its new place."""
    for entry in sorted((before / inside).iterdir()):
        path = inside / entry.name
        place = after / path
        is_folder = entry.is_dir() and not entry.is_symlink()
        if is_folder and place.is_dir():
            _carry(before, after, path)
        elif is_folder and not entry.name.startswith(".") and _is_part(path):
            place.mkdir()
            _carry(before, after, path)
            with suppress(OSError):
                place.rmdir()  # nothing was in it but what the course had
        elif not (place.exists() or place.is_symlink() or (not is_folder and _is_ours(path))):
            entry.rename(place)


def _is_part(path: PurePosixPath) -> bool:
    """Whether the importer looks into a folder."""
    first = path.parts[0]
    in_media = "media" in path.parts[:2]
    return in_media or (
        len(path.parts) == 1 and bool(first == "playbooks" or NUMBERED.match(first))
    )


def _is_ours(path: PurePosixPath) -> bool:
    """Whether a file belongs to what an export writes."""
    in_media = "media" in path.parts[:2] and path.suffix.lower() in MEDIA
    return in_media or bool(OF_A_COURSE.fullmatch(str(path)))


class Export:
    """One course on its way into a folder."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.held = Held.of(course)
        self.former = self._former()
        self.entries: list[Entry] = []
        self.media: list[tuple[str, Asset]] = []
        self._gather()

    def _former(self) -> dict[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = {}
        for row in FormerSlug.objects.order_by("pk"):
            found.setdefault((row.kind, row.target), []).append(row.slug)
        return found

    def _gather(self) -> None:
        """Every file, under its path."""
        self._add("course", self.course, "course.md", states.course_state(self.course))
        tools = {t.slug: states.tool_state(t) for t in self.held.tools if t.archived_at is None}
        if tools:
            self._add("tools", self.course, "tools.yaml", tools)
        modules = [module for module in self.held.modules if module.archived_at is None]
        kept = [self._kept_folder(module) for module in modules]
        folders = dict(zip(modules, names([m.slug for m in modules], kept), strict=True))
        for module, folder in folders.items():
            self._add("module", module, f"{folder}/module.md", states.module_state(module))
            self._lessons(module, folder)
        playbooks = [playbook for playbook in self.held.playbooks if playbook.archived_at is None]
        kept = [self._kept_name(playbook, "playbook", "playbooks") for playbook in playbooks]
        stems = names([playbook.slug for playbook in playbooks], kept, ".md")
        for playbook, stem in zip(playbooks, stems, strict=True):
            state = states.playbook_state(playbook)
            self._add("playbook", playbook, f"playbooks/{stem}.md", state)
        for asset in self.held.assets:
            self._asset(asset, folders)

    def _lessons(self, module: Module, folder: str) -> None:
        lessons = [
            lesson
            for lesson in self.held.lessons
            if lesson.module_id == module.pk and lesson.archived_at is None
        ]
        before = self._kept_folder(module) or ""
        kept = [self._kept_name(lesson, "lesson", before) for lesson in lessons]
        stems = names([lesson.slug for lesson in lessons], kept, ".md")
        for lesson, stem in zip(lessons, stems, strict=True):
            self._add("lesson", lesson, f"{folder}/{stem}.md", states.lesson_state(lesson))
            quiz = states.quiz_of(lesson)
            if quiz is not None and quiz.archived_at is None:
                state = states.quiz_state(quiz)
                if state["questions"]:
                    self._add("quiz", quiz, f"{folder}/{stem}.quiz.yaml", state)

    def _add(self, kind: str, row: Any, path: str, state: State) -> None:
        formerly = self.former.get((kind, row.pk), [])
        source = self.held.source(row, kind)
        entry = Entry(kind, row, path, state, source, formerly)
        if source is not None and source.text:
            entry.text = source.text
        else:
            entry.text, entry.step = entry.canonical(), 2
        self.entries.append(entry)

    def _kept_folder(self, module: Module) -> str | None:
        source = self.held.source(module, "module")
        folder = PurePosixPath(source.path).parent.name if source else ""
        return folder if NUMBERED.fullmatch(folder) else None

    def _kept_name(self, row: Lesson | Playbook, kind: str, folder: str) -> str | None:
        """The name that a row's file had in this folder, without its ending."""
        source = self.held.source(row, kind)
        path = PurePosixPath(source.path if source else "")
        is_there = path.suffix == ".md" and str(path.parent) in {folder, "."}
        return path.stem if is_there and path.name != "module.md" else None

    def _asset(self, asset: Asset, folders: dict[Module, str]) -> None:
        path = PurePosixPath(asset.path)
        if path.is_absolute() or ".." in path.parts:
            raise ExportRefused(f"The file {asset.path} has no place inside the folder.")
        if asset.module is not None:
            if asset.module not in folders:
                return
            is_named = path.parts[0] == "media" or any(
                lesson.module_id == asset.module_id and asset.path in lesson.body
                for lesson in self.held.lessons
            )
            if is_named:
                self.media.append((f"{folders[asset.module]}/{path}", asset))
            return
        source = self.held.source(asset, "image")
        is_playbook_s = source is not None and source.path == f"playbooks/{path}"
        self.media.append((f"playbooks/{path}" if is_playbook_s else str(path), asset))

    # ---- writing --------------------------------------------------------------------------------

    def write(self, root: Path) -> None:
        """Write everything below a new folder, and read it back until each file says its row."""
        root.mkdir()
        for path, asset in self.media:
            try:
                data = media.read(asset)
            except FileNotFoundError:
                message = f"The bytes of {asset.path} are gone from the media folder."
                raise ExportRefused(message) from None
            _write(root / path, data)
        waiting = self.entries
        while waiting:
            for entry in waiting:
                _write(root / entry.path, entry.text.encode())
            waiting = self._still_wrong(Reader(root).course())

    def _still_wrong(self, read: CourseFolder) -> list[Entry]:
        """The entries whose files say something else, each with its next text."""
        files = {file.path: file for file in read.files()}
        blamed: dict[str, Problem] = {}
        for problem in read.problems:
            if not problem.is_warning:
                blamed.setdefault(problem.path, problem)
        wrong = []
        for entry in self.entries:
            file = files.get(entry.path)
            if file and entry.path not in blamed and entry.says(file.state) and self._fits(entry):
                continue
            self._next(entry, file, blamed.get(entry.path))
            wrong.append(entry)
        return wrong

    def _fits(self, entry: Entry) -> bool:
        return entry.step > 0 or entry.is_untouched() or entry.kind != "tools"

    def _next(self, entry: Entry, file: File | None, problem: Problem | None) -> None:
        entry.step += 1
        if entry.step == 1:
            edited = entry.edited(file.state) if file is not None else None
            if edited is not None:
                entry.text = edited
                return
            entry.step = 2
        if entry.step > 2:
            why = f" ({problem.message})" if problem else ""
            raise ExportRefused(f"{entry.path} can't be written so that it reads the same{why}.")
        entry.text = entry.canonical()

    def remember(self) -> None:
        """Keep what was written, as after an import: what changes now is changed since."""
        with transaction.atomic():
            written = set()
            for entry in self.entries:
                written.add((entry.kind, entry.row.pk))
                self._keep(entry.kind, entry.row.pk, entry.path, entry.text, entry.digests())
            for path, asset in self.media:
                written.add(("image", asset.pk))
                self._keep("image", asset.pk, path, "", {"": asset.digest})
            for place in self._unwritten() - written:
                if source := self.held.sources.get(place):
                    source.delete()

    def _keep(self, kind: str, target: int, path: str, text: str, found: dict[str, str]) -> None:
        source = self.held.sources.get((kind, target)) or SourceFile(kind=kind, target=target)
        if source.pk and (source.path, source.text, source.states) == (path, text, found):
            return
        source.course, source.path, source.text, source.states = self.course, path, text, found
        source.save()

    def _unwritten(self) -> set[tuple[str, int]]:
        """What stands on the site and may have had a file that it has no longer."""
        places = {("tools", self.course.pk)} | {("image", asset.pk) for asset in self.held.assets}
        for lesson in self.held.lessons:
            quiz = states.quiz_of(lesson)
            if quiz is not None and quiz.archived_at is None and lesson.archived_at is None:
                places.add(("quiz", quiz.pk))
        return places


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def names(slugs: Sequence[str], kept: Sequence[str | None], ending: str = "") -> list[str]:
    """Names in this order: those kept as long as they sort so, else numbers and slugs."""

    def place(name: str) -> tuple[int, str]:
        return number_of(name + ending), name + ending

    found: list[str] = []
    for slug, name in zip(slugs, kept, strict=True):
        number = number_of(found[-1] + ending) if found else 0
        fresh = _cut(slug) if number == UNNUMBERED and ending else f"{number + 1:02}-{_cut(slug)}"
        found.append(name or fresh)
    places = [place(name) for name in found]
    numbers = [number for number, _ in places if number != UNNUMBERED]
    if places == sorted(set(places)) and (all(kept) or numbers == sorted(set(numbers))):
        return found
    width = max(2, len(str(len(slugs))))
    return [f"{rank:0{width}}-{_cut(slug)}" for rank, slug in enumerate(slugs, 1)]


def _cut(slug: str) -> str:
    return slug.encode()[:LONGEST_NAME].decode(errors="ignore").strip("-")
