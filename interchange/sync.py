"""A course folder into the database: all or nothing, and nothing twice.

Rows are found by slug, questions and objectives by id. What differs from the file is written,
unless somebody changed the row since it was last imported; what left the folder is archived.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
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
from lessons.rendering import RENDERED
from quizzes.kinds import KINDS
from quizzes.models import Question, Quiz

from . import states
from .folder import CourseFolder, File, LessonFile, Reader, State
from .models import SourceFile
from .problems import ImportRefused, Problem, nearest
from .states import Held, digest

# What stops an import when a text has it; the rest is said and shown as text.
STOPS = frozenset({"lesson-link", "playbook-link", "tool", "image", "directive", "too-deep"})


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
        run = Import(folder, overwrite=overwrite, keeps_files=not check)
        run.apply()
        if any(not problem.is_warning for problem in run.problems):
            raise ImportRefused(run.problems)
        if check:
            transaction.set_rollback(True)
    run.report.warnings = sorted({*run.problems})
    return run.report


class Import:
    """One run over one folder."""

    def __init__(self, folder: CourseFolder, *, overwrite: bool, keeps_files: bool) -> None:
        self.folder, self.overwrite, self.keeps_files = folder, overwrite, keeps_files
        self.problems: list[Problem] = list(folder.problems)
        self.report = Report()
        self.now = timezone.now()
        course = self._find(Course.objects, folder.course)
        self.held = Held.of(course or Course(slug=folder.course.slug))
        self.course = self.held.course
        self.sources: list[SourceFile] = []
        # Rows whose texts are rendered at the end, with where their problems are said.
        self.fresh: list[tuple[Any, File]] = []
        self.names_changed = False

    def apply(self) -> None:
        """Everything, in the order in which rows need each other."""
        self._course()
        modules = self._modules()
        self._tools()
        self._pictures(modules)
        lessons = self._lessons(modules)
        playbooks = self._playbooks()
        if any(not problem.is_warning for problem in self.problems):
            return
        self._links(lessons, playbooks)
        self._render(lessons, playbooks)
        for lesson, file in lessons:
            self._quiz(lesson, file)
        self._archive(lessons, playbooks, modules)
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

    def _settle(  # noqa: PLR0913 - each is a fact of the same row
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
        gone = getattr(row, "archived_at", None) is not None
        if held is not None and not gone and wanted == held:
            self.report.unchanged += 1
            self._source(kind, row, file, {"": digest(held)})
            return False
        if held is None:
            self.report.created += 1
        elif self._is_edited(source, "", held) and not self.overwrite:
            self.report.kept.append(file.path or file.slug)
            self.report.unchanged += 1
            return False
        else:
            self.report.updated += 1
        write()
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

    # ---- course, modules, tools, pictures -------------------------------------------------------

    def _course(self) -> None:
        file, course = self.folder.course, self.course
        held = states.course_state(course) if course.pk else None

        def write() -> None:
            for name, value in file.state.items():
                setattr(course, name, value)
            course.archived_at = None
            if course.pk is None:
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
        self._order([by_slug[file.slug] for file in self.folder.modules], self.folder.modules)
        return by_slug

    def _order(self, rows: list[Any], files: list[File]) -> None:
        """Let rows stand as their files do, where they don't yet."""
        places = [(row.position, row.pk) for row in rows]
        if places == sorted(places):
            return
        for row, file in zip(rows, files, strict=True):
            if row.position != file.position:
                row.position = file.position
                row.save(update_fields=["position", "changed_at"])

    def _tools(self) -> None:
        file = self.folder.tools
        if file is None:
            return
        mine = {tool.slug: tool for tool in self.held.tools}
        source = next((s for (kind, _), s in self.held.sources.items() if kind == "tools"), None)
        kept: dict[str, str] = {}
        for position, (slug, wanted) in enumerate(file.state["tools"].items()):
            other = Tool.objects.filter(slug=slug).exclude(course_id=self.course.pk).first()
            if other is not None:
                self._other_course_s_tool(file, other, wanted)
                continue
            tool = mine.get(slug) or Tool(course=self.course, slug=slug)
            self._tool(tool, file, wanted, source, position)
            kept[slug] = digest(states.tool_state(tool))
        for tool in self.held.tools:
            if tool.slug not in file.state["tools"] and tool.archived_at is None:
                if source is not None and tool.slug in source.states:
                    self._remove(tool)
                    self.names_changed = True
        self._source("tools", self.course, file, kept)

    def _tool(
        self, tool: Tool, file: File, wanted: State, source: SourceFile | None, position: int
    ) -> None:
        held = states.tool_state(tool) if tool.pk else None
        if held == wanted and tool.archived_at is None:
            self.report.unchanged += 1
            return
        if held is not None and self._is_edited(source, tool.slug, held) and not self.overwrite:
            self.report.kept.append(f"{file.path} ({tool.slug})")
            self.report.unchanged += 1
            return
        self.report.created += held is None
        self.report.updated += held is not None
        for name, value in wanted.items():
            setattr(tool, name, value)
        tool.archived_at = None
        tool.position = position if held is None else tool.position
        tool.save()
        self.names_changed = True

    def _other_course_s_tool(self, file: File, other: Tool, wanted: State) -> None:
        """Another course defined the id first: the same content is shared, other is an error."""
        if states.tool_state(other) == wanted:
            self.report.unchanged += 1
            return
        first = SourceFile.objects.filter(course=other.course_id, kind="tools").first()
        where = f"{other.course.slug}/{first.path if first else 'the admin'}"
        message = f"the tool “{other.slug}” was defined otherwise in {where}; use that, or another"
        self._say(file, (other.slug,), f"{message} id")

    def _pictures(self, modules: dict[str, Module]) -> None:
        held = {(asset.module_id, asset.path): asset for asset in self.held.assets}
        for picture in self.folder.pictures:
            module = modules[picture.module] if picture.module else None
            was = held.get((module.pk if module else None, picture.name))
            before = was.digest if was else None
            try:
                if self.keeps_files:
                    asset = media.store_image(self.course, module, picture.name, picture.data)
                else:
                    asset = self._noted(module, picture.name, picture.data, was)
            except media.Refused as error:
                self.problems.append(
                    Problem(picture.path, 0, str(error), is_warning=self.folder.is_plain)
                )
                continue
            self.report.created += before is None
            self.report.updated += before not in {None, asset.digest}
            self.report.unchanged += before == asset.digest
            self.names_changed |= before != asset.digest
            file = File(picture.path, "", self.folder.course.doc, {})
            self._source("image", asset, file, {"": asset.digest})

    def _noted(self, module: Module | None, name: str, data: bytes, was: Asset | None) -> Asset:
        """As `store_image`, without writing the file: for a check that stores nothing."""
        seen = media.inspect(data)
        asset = was or Asset(course=self.course, module=module, path=name)
        asset.digest, asset.media_type, asset.size = seen.digest, seen.media_type, len(seen.data)
        asset.width, asset.height = seen.width, seen.height
        asset.save()
        return asset

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
            former = next((mine[slug] for slug in file.formerly if slug in mine), None)
            lesson = mine.get(file.slug) or former or Lesson(module=modules[entry.module])
            self._lesson(lesson, file, modules[entry.module])
            found.append((lesson, entry))
        for module in modules.values():
            pairs = [pair for pair in found if pair[0].module_id == module.pk]
            self._order([lesson for lesson, _ in pairs], [entry.file for _, entry in pairs])
        return found

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
        for position, (key, text) in enumerate(wanted):
            row = held.get(key) or Objective(lesson=lesson, key=key)
            if (row.text, row.position, row.archived_at, bool(row.pk)) != (
                text,
                position,
                None,
                True,
            ):
                row.text, row.position, row.archived_at = text, position, None
                row.save()
        keys = {key for key, _ in wanted}
        for row in held.values():
            if row.key not in keys and row.archived_at is None:
                row.archived_at = self.now
                row.save()

    def _playbooks(self) -> list[tuple[Playbook, File]]:
        mine = {playbook.slug: playbook for playbook in self.held.playbooks}
        found = []
        for file in self.folder.playbooks:
            other = Playbook.objects.filter(slug=file.slug).exclude(course_id=self.course.pk)
            if other.exists():
                message = f"the slug “{file.slug}” belongs to a playbook of another course"
                self._say(file, ("slug",), message)
                continue
            former = next((mine[slug] for slug in file.formerly if slug in mine), None)
            playbook = mine.get(file.slug) or former or Playbook(course=self.course)
            self._playbook(playbook, file)
            found.append((playbook, file))
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
                playbook.position = len(self.folder.playbooks) and self.folder.playbooks.index(file)
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
                self._say(file, (key, number), message)
        return found

    def _render(
        self, lessons: list[tuple[Lesson, LessonFile]], playbooks: list[tuple[Playbook, File]]
    ) -> None:
        """Render what changed, and everything where a name that texts use changed."""
        library = Library.of(self.course)
        tools = {slug: tool.pk for slug, tool in library.tools.items()}
        fresh = {id(row) for row, _ in self.fresh}
        for lesson, entry in lessons:
            if id(lesson) in fresh or self.names_changed:
                self._render_lesson(lesson, entry.file, library, tools, id(lesson) in fresh)
        for playbook, file in playbooks:
            if id(playbook) in fresh or self.names_changed:
                self._complain(file, playbook.render(library).problems)
                playbook.save()
        if id(self.course) in fresh or self.names_changed:
            before = self.course.body_html
            self._complain(self.folder.course, self.course.render(library).problems)
            if self.course.body_html != before:
                self.course.save()

    def _render_lesson(
        self, lesson: Lesson, file: File, library: Library, tools: dict[str, int], fresh: bool
    ) -> None:
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

    def _quiz(self, lesson: Lesson, entry: LessonFile) -> None:
        file, quiz = entry.quiz, states.quiz_of(lesson)
        if file is None:
            if quiz is not None and quiz.archived_at is None and self.held.source(quiz, "quiz"):
                self._remove(quiz)
            return
        wanted = {name: file.state[name] for name in ("pass_mark", "shuffle")}
        wanted["questions"] = [
            {name: value for name, value in row.items() if name != "place"}
            for row in file.state["questions"]
        ]
        if not self._faultless(file):
            return
        held = states.quiz_state(quiz) if quiz is not None else None
        quiz = quiz or Quiz(lesson=lesson)

        def write() -> None:
            quiz.pass_mark, quiz.shuffle = wanted["pass_mark"], wanted["shuffle"]
            quiz.archived_at = None
            quiz.save()
            self._questions(quiz, lesson, wanted["questions"])

        self._settle("quiz", quiz, file, wanted, held, write)

    def _faultless(self, file: File) -> bool:
        """Say what is wrong with the questions; whether they can be stored."""
        good = True
        for row in file.state["questions"]:
            for fault in KINDS[row["type"]].faults(row["content"]):
                line = file.doc.line((*row["place"], *fault.path))
                self.problems.append(Problem(file.path, line, fault.message, not fault.blocking))
                good &= not fault.blocking
            if not row["explanation"]:
                line = file.doc.line(tuple(row["place"]))
                message = f"the question “{row['id']}” has no explanation"
                self.problems.append(Problem(file.path, line, message, is_warning=True))
        return good

    def _questions(self, quiz: Quiz, lesson: Lesson, wanted: list[State]) -> None:
        held = {row.key: row for row in quiz.questions.all()}
        objectives = {row.key: row.pk for row in Objective.objects.filter(lesson=lesson)}
        for position, row in enumerate(wanted):
            question = held.get(row["id"]) or Question(quiz=quiz, key=row["id"])
            if (question.position, question.archived_at, bool(question.pk)) != (
                position,
                None,
                True,
            ):
                question.position, question.archived_at = position, None
                question.save()
            question.revise(
                kind=row["type"],
                prompt=row["prompt"],
                content=row["content"],
                explanation=row["explanation"],
                points=Decimal(row["points"]),
            )
            question.objectives.set([objectives[key] for key in row["objectives"]])
        keys = {row["id"] for row in wanted}
        for question in held.values():
            if question.key not in keys and question.archived_at is None:
                question.archived_at = self.now
                question.save(update_fields=["archived_at", "changed_at"])

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
        for kind, rows in groups:
            for row in rows:
                gone = (kind, row.pk) not in here and row.archived_at is None  # type: ignore[attr-defined]
                if gone and self.held.source(row, kind):
                    self._remove(row)

    def _remove(self, row: Any) -> None:
        row.archived_at = self.now
        row.save(update_fields=["archived_at", "changed_at"])
        self.report.removed += 1
