"""A course folder into the database: all or nothing, and nothing twice.

Rows are found by slug, questions and objectives by id. What differs from the file is written,
unless somebody changed the row since it was last imported; what left the folder is archived.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons import markdown, media
from lessons.library import Library
from lessons.models import (
    Asset,
    Course,
    FormerSlug,
    Lesson,
    Module,
    Objective,
    Playbook,
    RelatedLesson,
    Tool,
)
from lessons.rendering import RENDERED, settle
from quizzes import attempts
from quizzes.models import Pool, Question, QuestionVersion, Quiz
from quizzes.settling import naming

from . import quiz_settings, states
from .folder import CourseFolder, File, LessonFile, MediaFile, Reader, State, number_of
from .models import SourceFile
from .problems import ImportRefused, Problem, nearest
from .states import Held, digest
from .text import Place

# What stops an import when a text has it; the rest is said and shown as text.
GONE = "gone"  # among the states of a source: the importer archived its row
LONGEST_MEDIA_PATH = 300
STOPS = frozenset(
    {"lesson-link", "playbook-link", "tool", "media", "directive", "too-deep", "too-large"}
)


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"created {self.created}, updated {self.updated}, "
            f"unchanged {self.unchanged}, removed {self.removed}"
        )


def import_folder(
    root: Path, *, check: bool = False, overwrite: bool = False, slug: str = "", title: str = ""
) -> Report:
    """Import a course folder in one transaction; `check` only says what would happen.

    Raises ImportRefused with every problem found, having stored nothing.
    """
    folder = Reader(root, slug, title).course()
    if any(not problem.is_warning for problem in folder.problems):
        raise ImportRefused(folder.problems)
    with transaction.atomic():
        run = Import(folder, overwrite=overwrite)
        run.apply()
        if any(not problem.is_warning for problem in run.problems):
            raise ImportRefused(run.problems)
        if check:
            transaction.set_rollback(True)
        else:
            for medium in run.media:
                media.keep(medium)
    run.report.warnings = sorted({*run.problems})
    return run.report


class Import:
    """One run over one folder."""

    def __init__(self, folder: CourseFolder, *, overwrite: bool) -> None:
        self.folder, self.overwrite = folder, overwrite
        self.problems: list[Problem] = list(folder.problems)
        self.report = Report()
        self.now = timezone.now()
        course = self._find(Course.objects, folder.course)
        self.held = Held.of(course or Course(slug=folder.course.slug))
        self.course = self.held.course
        self.sources: list[SourceFile] = []
        self.paths = {place: source.path for place, source in self.held.sources.items()}
        self.media: list[media.Medium] = []
        self.written: set[int] = set()  # rows, by id()
        self.kept: set[int] = set()
        # Rows whose texts are rendered at the end, with where their problems are said.
        self.fresh: list[tuple[Any, File]] = []
        self.names_changed = False
        # Versions rendered in this run, and where the file of each question has it.
        self.versions: list[QuestionVersion] = []
        self.asked: dict[tuple[int, str], tuple[File, Place]] = {}

    def apply(self) -> None:
        """Everything, in the order in which rows need each other."""
        self._course()
        modules = self._modules()
        self._tools()
        self._media(modules)
        lessons = self._lessons(modules)
        playbooks = self._playbooks()
        if any(not problem.is_warning for problem in self.problems):
            return
        # First, so that nothing goes on naming what has left.
        self._archive(lessons, playbooks, modules)
        self._links(lessons, playbooks)
        library = self._library(lessons)
        self._render(lessons, playbooks, library)
        for lesson, file in lessons:
            self._quiz(lesson, file, library)
        self._settle_questions(library)
        self._remember()

    # ---- what every kind of row does ------------------------------------------------------------

    def _find(self, rows: Any, file: File, **within: Any) -> Any:
        """The row that a file is about: by its slug, or by one it had before."""
        found = rows.filter(slug=file.slug, **within).first()
        for former in file.formerly:
            found = found or rows.filter(slug=former, **within).first()
        return found

    def _say(self, file: File, place: tuple[str | int, ...], message: str) -> None:
        self.problems.append(Problem(file.path, file.doc.line(place), message))

    def _settle(  # noqa: PLR0913, PLR0917 - each is a fact of the same row
        self,
        kind: str,
        row: Any,
        file: File,
        wanted: State,
        held: State | None,
        write: Callable[[], None],
    ) -> bool:
        """Write a row if the file says something else; whether it was written.

        A row changed in the admin since its last import is left as it is and reported.
        """
        source = self.held.source(row, kind)
        gone = row.archived_at is not None
        if held is not None and not gone and wanted == held:
            self.report.unchanged += 1
            self._source(kind, row, file, {"": digest(held)})
            return False
        if held is None:
            self.report.created += 1
        elif not self.overwrite and (
            self._is_edited(source, "", held) or (gone and source and GONE not in source.states)
        ):
            self.report.kept.append(file.path or file.slug)
            self.report.unchanged += 1
            self.kept.add(id(row))
            return False
        else:
            self.report.updated += 1
        write()
        self.written.add(id(row))
        self._source(kind, row, file, {"": digest(wanted)})
        return True

    def _is_edited(self, source: SourceFile | None, name: str, held: State) -> bool:
        return source is None or source.states.get(name) != digest(held)

    def _source(self, kind: str, row: Any, file: File, found: dict[str, str]) -> None:
        if self.folder.is_plain and not file.path:
            return
        source = self.held.source(row, kind) or SourceFile(kind=kind, target=row.pk)
        same = (source.path, source.text, source.states) == (file.path, file.text, found)
        if source.pk and same:
            return
        source.course, source.target = self.course, row.pk
        source.path, source.text, source.states = file.path, file.text, found
        self.sources.append(source)

    def _former(self, model: Any, row: Any, file: File) -> None:
        for slug in file.formerly:
            if slug != row.slug and not model.objects.filter(slug=slug).exists():
                FormerSlug.keep(model.kind, slug, row.pk)

    def _remember(self) -> None:
        for source in self.sources:
            source.save()

    # ---- course, modules, tools, media ----------------------------------------------------------

    def _course(self) -> None:
        file, course = self.folder.course, self.course
        held = states.course_state(course) if course.pk else None

        def write() -> None:
            for name, value in file.state.items():
                setattr(course, name, value)
            course.archived_at = None
            if course._state.adding:
                course.position = Course.objects.count()
            course.save()
            self._former(Course, course, file)
            self.fresh.append((course, file))

        self._settle("course", course, file, file.state, held, write)

    def _modules(self) -> dict[str, Module]:
        by_slug = {module.slug: module for module in self.held.modules}
        for file in self.folder.modules:
            module = by_slug.get(file.slug) or Module(course=self.course)
            held = states.module_state(module) if module.pk else None

            def write(module: Module = module, file: File = file) -> None:
                module.slug, module.title = file.slug, file.state["title"]
                module.summary, module.archived_at = file.state["summary"], None
                module.position = file.position
                module.save()

            self._settle("module", module, file, file.state, held, write)
            by_slug[file.slug] = module
        rows = [by_slug[file.slug] for file in self.folder.modules]
        self._order("module", rows, self.folder.modules)
        return by_slug

    def _order(self, kind: str, rows: list[Any], files: list[File]) -> None:
        """Let rows stand as their files do, where they don't yet.

        Where the files stand as they did at the last import, somebody moved the rows in the admin.
        """
        places = [(row.position, row.pk) for row in rows]
        if places == sorted(places):
            return
        before = [self.paths.get((kind, row.pk), "") for row in rows]
        same_folder = len({PurePosixPath(path).parent for path in before}) == 1
        ranks = [(number_of(path), path) for path in before]
        if kind == "module":
            same_folder = all(before)
        if all(before) and same_folder and ranks == sorted(ranks) and not self.overwrite:
            place = files[0].path if kind == "module" else str(PurePosixPath(files[0].path).parent)
            self.report.kept.append(f"{place} (the order)")
            return
        numbers = [file.position for file in files]
        if numbers != sorted(set(numbers)):
            numbers = list(range(1, len(rows) + 1))
        for row, number in zip(rows, numbers, strict=True):
            if row.position != number:
                row.position = number
                row.save(update_fields=["position", "changed_at"])
                if id(row) not in self.written | self.kept:
                    self.report.unchanged -= 1
                    self.report.updated += 1

    def _tools(self) -> None:
        source = self.held.source(self.course, "tools")
        file = self.folder.tools
        if file is None:
            if source is None:
                return
            file = File(source.path, "", self.folder.course.doc, {"tools": {}})
        mine = {tool.slug: tool for tool in self.held.tools}
        kept: dict[str, str] = {}
        for position, (slug, wanted) in enumerate(file.state["tools"].items()):
            other = Tool.objects.filter(slug=slug).exclude(course_id=self.course.pk).first()
            if other is not None:
                self._other_course_s_tool(file, other, wanted)
                continue
            tool = mine.get(slug) or Tool(course=self.course, slug=slug)
            if self._tool(tool, file, wanted, source, position):
                kept[slug] = digest(wanted)
            elif source is not None and slug in source.states:
                kept[slug] = source.states[slug]
        for tool in self.held.tools:
            was_here = source is not None and tool.slug in source.states
            if was_here and tool.slug not in file.state["tools"] and tool.archived_at is None:
                self._remove(tool)
        self._source("tools", self.course, file, kept)

    def _tool(
        self, tool: Tool, file: File, wanted: State, source: SourceFile | None, position: int
    ) -> bool:
        """Write a tool if the file says something else; False where the admin's is kept."""
        held = states.tool_state(tool) if tool.pk else None
        gone = tool.archived_at is not None
        if held == wanted and not gone:
            self.report.unchanged += 1
            return True
        was_here = source is not None and tool.slug in source.states
        # What the importer archived is not among the states; it comes back with the file.
        edited = was_here if gone else held is not None and self._is_edited(source, tool.slug, held)
        if edited and not self.overwrite:
            self.report.kept.append(f"{file.path} ({tool.slug})")
            self.report.unchanged += 1
            return False
        self.report.created += held is None
        self.report.updated += held is not None
        for name, value in wanted.items():
            setattr(tool, name, value)
        tool.archived_at = None
        tool.position = position if held is None else tool.position
        tool.save()
        self.names_changed = True
        return True

    def _other_course_s_tool(self, file: File, other: Tool, wanted: State) -> None:
        """Another course defined the id first: the same content is shared, other is an error."""
        if states.tool_state(other) == wanted:
            self.report.unchanged += 1
            return
        first = SourceFile.objects.filter(course=other.course_id, kind="tools").first()
        where = f"{other.course.slug}/{first.path if first else 'the admin'}"
        message = f"the tool “{other.slug}” was defined otherwise in {where}; use that, or another"
        self._say(file, (other.slug,), f"{message} id")

    def _media(self, modules: dict[str, Module]) -> None:
        held = {(asset.module_id, asset.path): asset for asset in self.held.assets}
        here = set()
        for found in self.folder.media:
            module = modules[found.module] if found.module else None
            was = held.get((module.pk if module else None, found.name))
            here.add(was)
            try:
                if len(found.name) > LONGEST_MEDIA_PATH:
                    message = f"The path is longer than {LONGEST_MEDIA_PATH} characters."
                    raise media.Refused(message)
                seen = media.inspect(found.data)
            except media.Refused as error:
                self.problems.append(
                    Problem(found.path, 0, str(error), is_warning=self.folder.is_plain)
                )
                continue
            asset = was or Asset(course=self.course, module=module, path=found.name)
            self._medium(asset, found, seen)
        for asset in self.held.assets:
            if asset not in here and (source := self.held.source(asset, "image")):
                source.delete()
                asset.retire()  # what was made before goes on showing it
                self.report.removed += 1
                self.names_changed = True

    def _medium(self, asset: Asset, found: MediaFile, seen: media.Medium) -> None:
        """Note an image or a sound; its bytes are kept at the end."""
        file = File(found.path, "", self.folder.course.doc, {})
        source = self.held.source(asset, "image")
        before = asset.digest or None
        if before == seen.digest:
            self.report.unchanged += 1
        elif before and not self.overwrite and (not source or source.states.get("") != before):
            self.report.kept.append(found.path)
            self.report.unchanged += 1
            return
        else:
            self.report.created += before is None
            self.report.updated += before is not None
            asset.digest, asset.media_type = seen.digest, seen.media_type
            asset.width, asset.height, asset.size = seen.width, seen.height, len(seen.data)
            asset.save()
            self.names_changed = True
        self.media.append(seen)
        self._source("image", asset, file, {"": seen.digest})

    # ---- lessons and playbooks ------------------------------------------------------------------

    def _lessons(self, modules: dict[str, Module]) -> list[tuple[Lesson, LessonFile]]:
        mine = {lesson.slug: lesson for lesson in self.held.lessons}
        slugs = [lesson.file.slug for lesson in self.folder.lessons]
        taken = {
            lesson.slug: lesson
            for lesson in Lesson.objects.filter(slug__in=slugs)
            .exclude(module__course_id=self.course.pk)
            .select_related("module__course")
        }
        found = []
        for entry in self.folder.lessons:
            file = entry.file
            if other := taken.get(file.slug):
                course = other.module.course.slug
                message = f"the slug “{file.slug}” belongs to a lesson of the course {course}"
                self._say(file, ("slug",), message)
                continue
            former = self._former_row(mine, file, slugs)
            lesson = mine.get(file.slug) or former or Lesson(module=modules[entry.module])
            self._lesson(lesson, file, modules[entry.module])
            found.append((lesson, entry))
        for module in modules.values():
            pairs = [pair for pair in found if pair[0].module_id == module.pk]
            files = [entry.file for _, entry in pairs]
            self._order("lesson", [lesson for lesson, _ in pairs], files)
        return found

    def _former_row(self, mine: dict[str, Any], file: File, taken: Iterable[str]) -> Any:
        """The row that had one of the file's former slugs, unless another file has it now."""
        free = (slug for slug in file.formerly if slug in mine and slug not in taken)
        return next((mine.pop(slug) for slug in free), None) if file.slug not in mine else None

    def _lesson(self, lesson: Lesson, file: File, module: Module) -> None:
        held = states.lesson_state(lesson) if lesson.pk else None
        wanted = dict(file.state)
        wanted["updated"] = wanted["updated"] or (held or {}).get("updated")
        wanted["updated"] = wanted["updated"] or str(timezone.localdate())
        wanted["publish_at"] = states.moment(wanted["publish_at"])

        def write() -> None:
            skip = {"module", "objectives", "tools", "related", "publish_at", "updated"}
            for name in wanted.keys() - skip:
                setattr(lesson, name, wanted[name])
            lesson.updated = datetime.fromisoformat(wanted["updated"]).date()
            at = wanted["publish_at"]
            lesson.publish_at = datetime.fromisoformat(at) if at else None
            lesson.module, lesson.archived_at = module, None
            lesson.position = lesson.position if lesson.pk else file.position
            renamed = held is None or held["slug"] != lesson.slug or held["title"] != lesson.title
            lesson.save()
            self.names_changed |= renamed
            self._former(Lesson, lesson, file)
            self._objectives(lesson, wanted["objectives"])
            self.fresh.append((lesson, file))

        self._settle("lesson", lesson, file, wanted, held, write)

    def _objectives(self, lesson: Lesson, wanted: list[list[str]]) -> None:
        """The objectives in this order; those that are gone are archived with their answers."""
        held = {row.key: row for row in lesson.objectives.all()}
        new: list[Objective] = []
        for position, (key, text) in enumerate(wanted):
            row = held.get(key) or Objective(lesson=lesson, key=key)
            if row._state.adding:
                row.text, row.position = text, position
                row.text_html = markdown.render_inline(text)
                new.append(row)
            elif (row.text, row.position, row.archived_at) != (text, position, None):
                row.text, row.position, row.archived_at = text, position, None
                row.save()
        Objective.objects.bulk_create(new)
        keys = {key for key, _ in wanted}
        for row in held.values():
            if row.key not in keys and row.archived_at is None:
                row.archived_at = self.now
                row.save()

    def _playbooks(self) -> list[tuple[Playbook, File]]:
        mine = {playbook.slug: playbook for playbook in self.held.playbooks}
        slugs = [file.slug for file in self.folder.playbooks]
        found = []
        for file in self.folder.playbooks:
            other = Playbook.objects.filter(slug=file.slug).exclude(course_id=self.course.pk)
            if other.exists():
                message = f"the slug “{file.slug}” belongs to a playbook of another course"
                self._say(file, ("slug",), message)
                continue
            former = self._former_row(mine, file, slugs)
            playbook = mine.get(file.slug) or former or Playbook(course=self.course)
            self._playbook(playbook, file)
            found.append((playbook, file))
        self._order("playbook", [row for row, _ in found], [file for _, file in found])
        return found

    def _playbook(self, playbook: Playbook, file: File) -> None:
        held = states.playbook_state(playbook) if playbook.pk else None
        wanted = dict(file.state)
        wanted["updated"] = wanted["updated"] or (held or {}).get("updated")
        wanted["updated"] = wanted["updated"] or str(timezone.localdate())

        def write() -> None:
            for name in ("slug", "title", "summary", "status", "body"):
                setattr(playbook, name, wanted[name])
            playbook.access = wanted["tier"]
            playbook.updated = datetime.fromisoformat(wanted["updated"]).date()
            playbook.archived_at = None
            if held is None:
                playbook.position = self.folder.playbooks.index(file)
            playbook.save()
            self.names_changed |= held is None or held["title"] != wanted["title"]
            self._former(Playbook, playbook, file)
            self.fresh.append((playbook, file))

        self._settle("playbook", playbook, file, wanted, held, write)

    # ---- what refers to something else ----------------------------------------------------------

    def _links(
        self, lessons: list[tuple[Lesson, LessonFile]], playbooks: list[tuple[Playbook, File]]
    ) -> None:
        """`related`, and the lessons of playbooks: once every row is there."""
        by_slug = dict(Lesson.objects.filter(archived_at=None).values_list("slug", "pk"))
        by_slug |= {lesson.slug: lesson.pk for lesson, _ in lessons}
        fresh = {id(row) for row, _ in self.fresh}
        for lesson, entry in lessons:
            wanted = self._known(entry.file, "related", entry.file.state["related"], by_slug)
            if id(lesson) in fresh and lesson.pk not in wanted:
                lesson.related_links.all().delete()
                RelatedLesson.objects.bulk_create(
                    RelatedLesson(lesson=lesson, to_id=to, position=n)
                    for n, to in enumerate(dict.fromkeys(wanted))
                )
            elif lesson.pk in wanted:
                self._say(entry.file, ("related",), "a lesson cannot be related to itself")
        for playbook, file in playbooks:
            wanted = self._known(file, "lessons", file.state["lessons"], by_slug)
            if id(playbook) in fresh:
                playbook.lessons.set(wanted)

    def _known(
        self, file: File, key: str, slugs: Iterable[str], known: dict[str, int]
    ) -> list[int]:
        """The keys of what these slugs name; an unknown one is an error at its line."""
        found = []
        for number, slug in enumerate(slugs):
            if slug in known:
                found.append(known[slug])
            else:
                what = "tool" if key == "tools" else "lesson"
                message = f"there is no {what} “{slug}”{nearest(slug, known)}"
                line = file.doc.line((key, number))
                self.problems.append(Problem(file.path, line, message, self.folder.is_plain))
        return found

    def _library(self, lessons: list[tuple[Lesson, LessonFile]]) -> Library:
        """What the texts of the course may name."""
        library = Library(self.course)
        for lesson, _ in lessons:  # also what somebody archived in the admin: it may come back
            library.add_lesson(lesson.slug, lesson.title)
        return library

    def _render(
        self,
        lessons: list[tuple[Lesson, LessonFile]],
        playbooks: list[tuple[Playbook, File]],
        library: Library,
    ) -> None:
        """Render what changed, and everything where a name that texts use changed."""
        tools = {slug: tool.pk for slug, tool in library.tools.items()}
        fresh = {id(row) for row, _ in self.fresh}
        for lesson, entry in lessons:
            if id(lesson) in fresh or self.names_changed:
                self._render_lesson(lesson, entry.file, library, tools, id(lesson) in fresh)
        for playbook, file in playbooks:
            if id(playbook) in fresh or self.names_changed:
                before = playbook.body_html
                found = playbook.render(library).problems
                if id(playbook) not in self.kept:
                    self._complain(file, found)
                if id(playbook) in fresh or playbook.body_html != before:
                    playbook.save()
        self._render_course(library, id(self.course) in fresh)

    def _render_course(self, library: Library, fresh: bool) -> None:
        if fresh or self.names_changed:
            before = self.course.body_html
            found = self.course.render(library).problems
            if id(self.course) not in self.kept:
                self._complain(self.folder.course, found)
            if self.course.body_html != before:
                self.course.save()

    def _render_lesson(
        self, lesson: Lesson, file: File, library: Library, tools: dict[str, int], fresh: bool
    ) -> None:
        if id(lesson) in self.kept:
            settle(lesson, library)  # by what the admin holds: the file doesn't count
            return
        before = lesson.body_html
        try:
            rendered = lesson.render(library, [text for _, text in file.state["objectives"]])
        except markdown.TooLarge as error:
            self.problems.append(Problem(file.path, file.body_line, str(error)))
            return
        self._complain(file, rendered.problems)
        if fresh or lesson.body_html != before:
            lesson.save(update_fields=RENDERED)
            named = self._known(file, "tools", file.state["tools"], tools)
            lesson.link_tools(named, [tools[slug] for slug in rendered.tools])

    def _complain(self, file: File, found: Iterable[markdown.Problem]) -> None:
        for problem in found:
            warns = self.folder.is_plain or problem.kind not in STOPS
            line = problem.line + file.body_line - 1
            self.problems.append(Problem(file.path, line, problem.message, warns))

    # ---- quizzes --------------------------------------------------------------------------------

    def _quiz(self, lesson: Lesson, entry: LessonFile, library: Library) -> None:
        file, quiz = entry.quiz, states.quiz_of(lesson)
        if file is None:
            if quiz is not None and quiz.archived_at is None and self.held.source(quiz, "quiz"):
                self._remove(quiz)
            return
        wanted = {name: value for name, value in file.state.items() if name != "slug"}
        wanted["questions"] = [
            {name: value for name, value in row.items() if name != "place"}
            for row in file.state["questions"]
        ]
        headings = {anchor for _, anchor, _ in lesson.toc}
        for row in file.state["questions"]:
            if row.get("section", "") not in {"", *headings}:
                message = f"the lesson has no heading “{row['section']}”"
                message += nearest(row["section"], headings)
                line = file.doc.line((*row["place"], "section"))
                self.problems.append(Problem(file.path, line, message, is_warning=True))
        held = states.quiz_state(quiz) if quiz is not None else None
        quiz = quiz or Quiz(lesson=lesson)

        def write() -> None:
            before = [getattr(quiz, name) for name in attempts.LOOKING_BACK]
            for name, value in quiz_settings.fields(wanted).items():
                setattr(quiz, name, value)
            quiz.archived_at = None
            quiz.save()
            picks = wanted.get("pools", {})
            pools = self._pools(quiz, picks)
            self._questions(quiz, lesson, wanted["questions"], pools, library)
            quiz.pools.exclude(name__in=picks).delete()
            if before != [getattr(quiz, name) for name in attempts.LOOKING_BACK]:
                attempts.settle_grades(quiz)

        self._settle("quiz", quiz, file, wanted, held, write)
        if id(quiz) not in self.kept:
            for row in file.state["questions"]:
                self.asked[quiz.pk, row["id"]] = (file, tuple(row["place"]))

    def _settle_questions(self, library: Library) -> None:
        """Render the questions again where a name that texts use changed; say what is wrong."""
        if self.names_changed:
            rendered = {version.question_id for version in self.versions}
            for question in naming(self.course):
                if question.pk not in rendered and question.current is not None:
                    question.settle(library)
                    self.versions.append(question.current)
        for version in self.versions:
            question = version.question
            if place := self.asked.get((question.quiz_id, question.key)):
                self._complain_of(version, *place)

    def _complain_of(self, version: QuestionVersion, file: File, place: Place) -> None:
        for inside, problem in version.problems or ():
            line = file.doc.line_within((*place, *inside), problem.line)
            self.problems.append(
                Problem(file.path, line, problem.message, problem.kind not in STOPS)
            )

    def _pools(self, quiz: Quiz, wanted: dict[str, int]) -> dict[str, Pool]:
        """The pools of a quiz by name, each with its number of questions to deal."""
        held = {pool.name: pool for pool in quiz.pools.all()}
        for name, pick in wanted.items():
            pool = held.setdefault(name, Pool(quiz=quiz, name=name))
            if pool.pick != pick:
                pool.pick = pick
                pool.save()
        return held

    def _questions(
        self,
        quiz: Quiz,
        lesson: Lesson,
        wanted: list[State],
        pools: dict[str, Pool],
        library: Library,
    ) -> None:
        held = {row.key: row for row in quiz.questions.all()}
        aims = {row.key: row.pk for row in Objective.objects.filter(lesson=lesson)}

        def place_of(position: int, row: State) -> dict[str, Any]:
            pool = pools[row["pool"]] if "pool" in row else None
            return {"position": position, "pool": pool, "section": row.get("section", "")}

        new = [
            (Question(quiz=quiz, key=row["id"], **place_of(position, row)), row)
            for position, row in enumerate(wanted)
            if row["id"] not in held
        ]
        self._new_questions(new, aims, library)
        for position, row in enumerate(wanted):
            question = held.get(row["id"])
            if question is None:
                continue
            place = {**place_of(position, row), "archived_at": None}
            if any(getattr(question, name) != value for name, value in place.items()):
                for name, value in place.items():
                    setattr(question, name, value)
                question.save(update_fields=[*place, "changed_at"])
            version = question.revise(library, **_version(row))
            if version.problems is not None:
                self.versions.append(version)
            wanted_aims = {aims[key] for key in row["objectives"] if key in aims}
            if wanted_aims != {aim.pk for aim in question.objectives.all()}:
                question.objectives.set(wanted_aims)
        keys = {row["id"] for row in wanted}
        for question in held.values():
            if question.key not in keys and question.archived_at is None:
                question.archived_at = self.now
                question.save(update_fields=["archived_at", "changed_at"])

    def _new_questions(
        self, new: list[tuple[Question, State]], aims: dict[str, int], library: Library
    ) -> None:
        """New questions with their first versions, in few statements."""
        Question.objects.bulk_create([question for question, _ in new])
        versions = [
            QuestionVersion(question=question, number=1, **_version(row)) for question, row in new
        ]
        for version in versions:
            version.render(library)
        self.versions += versions
        QuestionVersion.objects.bulk_create(versions)
        for (question, _), version in zip(new, versions, strict=True):
            question.current = version
        Question.objects.bulk_update([question for question, _ in new], ["current"])
        Question.objectives.through.objects.bulk_create(
            Question.objectives.through(question_id=question.pk, objective_id=aims[key])
            for question, row in new
            for key in row["objectives"]
            if key in aims
        )

    # ---- what left the folder -------------------------------------------------------------------

    def _archive(
        self,
        lessons: list[tuple[Lesson, LessonFile]],
        playbooks: list[tuple[Playbook, File]],
        modules: dict[str, Module],
    ) -> None:
        """Archive what came from the folder and is in it no longer; made in the admin, it stays."""
        here = {("lesson", lesson.pk) for lesson, _ in lessons}
        here |= {("playbook", playbook.pk) for playbook, _ in playbooks}
        here |= {("module", modules[file.slug].pk) for file in self.folder.modules}
        groups = (
            ("lesson", self.held.lessons),
            ("playbook", self.held.playbooks),
            ("module", self.held.modules),
        )
        state_of: dict[str, Callable[[Any], State]] = {
            "lesson": states.lesson_state,
            "playbook": states.playbook_state,
            "module": states.module_state,
        }
        for kind, rows in groups:
            for row in rows:
                source = self.held.source(row, kind)
                if source is None or (kind, row.pk) in here or row.archived_at is not None:
                    continue
                if self._is_edited(source, "", state_of[kind](row)) and not self.overwrite:
                    self.report.kept.append(source.path)
                else:
                    self._remove(row)

    def _remove(self, row: Any) -> None:
        row.archived_at = self.now
        row.save(update_fields=["archived_at", "changed_at"])
        self.names_changed = True
        self.report.removed += 1
        for kind in ("lesson", "playbook", "module", "quiz"):
            if type(row).__name__.lower() == kind and (source := self.held.source(row, kind)):
                source.states = {**source.states, GONE: "1"}
                self.sources.append(source)


def _version(row: State) -> dict[str, Any]:
    """A question's content, as a version of it has it."""
    return {
        "kind": row["type"],
        "prompt": row["prompt"],
        "content": row["content"],
        "explanation": row["explanation"],
        "points": Decimal(row["points"]),
    }
