"""A course folder read from disk: what each file says, in Django-free nouns, with its lines.

`state` of each noun is the canonical form that is compared with the database: JSON-able, with
text stripped, so that a file and a row that mean the same are equal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.text import slugify

from quizzes.contradictions import pool_faults, setting_faults
from quizzes.kinds import KINDS

from . import quiz_settings
from .problems import Problem, nearest
from .text import Document, check, parse

LARGEST_FILE = 10_000_000
MOST_FILES = 20_000
TOO_MANY = f"there are more than {MOST_FILES:,} files in the course"
NUMBERED = re.compile(r"(\d+)[-_. ]+(.+)")
UNNUMBERED = 1_000_000  # where names without a number come, after all others
IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".svg"})
SOUNDS = frozenset({".mp3", ".ogg", ".opus", ".oga", ".m4a", ".aac", ".wav"})
MEDIA = IMAGES | SOUNDS  # what they are is judged by their bytes
SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
LONGEST_SLUG, LONGEST_TITLE = 120, 200
CONTENT = ("choices", "answer", "answers", "pairs", "items", "text", "scoring")
type State = dict[str, Any]


def tidy(text: Any) -> str:
    """A text as it is kept: line ends of one kind, no empty lines around it.

    Spaces before its first word stay: four of them make code of it.
    """
    plain = str(text or "").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return re.sub(r"\A(?:[ \t]*\n)+", "", plain)


@dataclass(slots=True)
class File:
    """A file of the folder that became a row; `doc` knows its lines."""

    path: str
    text: str
    doc: Document
    state: State
    position: int = 0
    body_line: int = 1
    formerly: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """What it is found by."""
        return str(self.state["slug"])


@dataclass(slots=True)
class MediaFile:
    """An image or a sound of the folder: where it lies, and what texts call it."""

    path: str
    name: str
    module: str | None
    data: bytes


@dataclass(slots=True)
class LessonFile:
    """A lesson, with its quiz where it has one."""

    file: File
    module: str
    quiz: File | None = None


@dataclass(slots=True)
class CourseFolder:
    """Everything that a folder holds, and what is wrong with it."""

    course: File
    modules: list[File] = field(default_factory=list)
    lessons: list[LessonFile] = field(default_factory=list)
    tools: File | None = None
    playbooks: list[File] = field(default_factory=list)
    media: list[MediaFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_plain: bool = False

    def files(self) -> Iterator[File]:
        """Every file that became a row, or could."""
        yield self.course
        yield from self.modules
        for lesson in self.lessons:
            yield lesson.file
            if lesson.quiz:
                yield lesson.quiz
        if self.tools:
            yield self.tools
        yield from self.playbooks


class Folder:
    """Reading below one folder, and nothing outside it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.problems: list[Problem] = []
        self.count = 0

    def is_inside(self, path: Path) -> bool:
        """Whether a path stays in the folder; a problem where it does not."""
        if path.resolve().is_relative_to(self.root):
            return True
        self.problems.append(Problem(self.name(path), 0, "leads out of the folder"))
        return False

    def name(self, path: Path) -> str:
        """The path inside the folder, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def find(self, below: str, pattern: str) -> list[Path]:
        """Files that fit the pattern in a folder, sorted by number, then by name."""
        found = [p for p in sorted((self.root / below).glob(pattern)) if p.is_file()]
        found = [p for p in found if not p.name.startswith(".") and self.is_inside(p)]
        self.count += len(found)
        if self.count > MOST_FILES:
            self.problems.append(Problem(below or self.root.name, 0, TOO_MANY))
            return []
        return sorted(found, key=lambda p: (number_of(p.name), p.name))

    def folders(self) -> list[Path]:
        """The folders that start with a number, in order."""
        found = [p for p in self.root.iterdir() if p.is_dir() and NUMBERED.fullmatch(p.name)]
        found = [p for p in found if self.is_inside(p)]
        return sorted(found, key=lambda p: (number_of(p.name), p.name))

    def read(self, path: Path) -> str:
        """A text file, byte for byte; a problem and "" where it is none."""
        data = self.data(path)
        if b"\0" in data:
            line = data[: data.index(b"\0")].count(b"\n") + 1
            self.problems.append(Problem(self.name(path), line, "is not text"))
            return ""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.problems.append(Problem(self.name(path), line, "is not UTF-8 text"))
            return ""

    def data(self, path: Path) -> bytes:
        """A file's bytes; a problem and nothing where it is too large or can't be read."""
        if not self.is_inside(path):
            return b""
        try:
            if path.stat().st_size <= LARGEST_FILE:
                return path.read_bytes()
            message = f"is larger than {LARGEST_FILE // 1_000_000} MB"
        except OSError as error:
            message = f"can't be read: {error.strerror}"
        self.problems.append(Problem(self.name(path), 0, message))
        return b""


def number_of(name: str) -> int:
    """The number in front of a name; names without one come after."""
    found = NUMBERED.fullmatch(name)
    return int(found[1]) if found else UNNUMBERED


def slug_of(name: str) -> str:
    """The default slug: the name after its number, without endings."""
    stem = name.removesuffix(".quiz.yaml").removesuffix(".md")
    found = NUMBERED.fullmatch(stem)
    return re.sub(r"[-_]+", "-", slugify(found[2] if found else stem, allow_unicode=True)).strip(
        "-"
    )


NAMED = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)")
FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def split(text: str) -> tuple[str, str, int]:
    """Front matter, body, and the line at which the body's first words stand."""
    found = FRONT.match(text)
    front = found[1] if found else ""
    start = found.end() if found else len(text) - len(text.lstrip("\ufeff"))
    body = text[start:]
    words = len(body) - len(body.lstrip())
    line = text[: start + words].count("\n") + 1
    return front.replace("\r\n", "\n"), tidy(body), line


class Reader:
    """Reads one course folder; problems gather in `folder.problems`."""

    def __init__(self, root: Path, slug: str = "", title: str = "") -> None:
        self.folder = Folder(root)
        self.slug, self.title = slug, title
        self.plain = not (self.folder.root / "course.md").is_file()

    def _front(self, path: Path, schema: str) -> tuple[File, dict[str, Any], str]:
        name, text = self.folder.name(path), self.folder.read(path)
        front, body, line = split(text)
        doc = parse(name, front, 2)
        data = check(doc, schema, lenient=self.plain)
        file = File(name, text, doc, {}, number_of(path.name), line)
        file.formerly = data.get("formerly", [])
        return file, data, body

    def slug_of_course(self) -> str:
        """The slug that course.md gives."""
        _, data, _ = self._front(self.folder.root / "course.md", "course")
        return str(data.get("slug") or slug_of(self.folder.root.name))

    def course(self) -> CourseFolder:
        """The whole folder."""
        if self.plain:
            return self._plain()
        file, data, body = self._front(self.folder.root / "course.md", "course")
        file.state = {
            "slug": self.slug or data.get("slug") or slug_of(self.folder.root.name),
            "title": self.title or data.get("title", ""),
            "summary": tidy(data.get("summary")),
            "language": data.get("language", "en"),
            "status": data.get("status", "published"),
            "body": body,
        }
        course = CourseFolder(file)
        course.tools = self._tools()
        for path in self.folder.folders():
            course.modules.append(module := self._module(path))
            below = self.folder.name(path)
            for lesson in self.folder.find(below, "*.md"):
                if lesson.name != "module.md":
                    course.lessons.append(self._lesson(lesson, module.slug))
            course.media += self._media(below, module.slug)
            course.media += self._named_media(course, module.slug, below)
        course.media += self._media("", None)
        for path in self.folder.find("playbooks", "*.md"):
            course.playbooks.append(self._playbook(path))
        course.media += self._media("playbooks", None)
        self._leave_out_recordings(course)
        self._stray(course)
        return self._done(course)

    def _done(self, course: CourseFolder) -> CourseFolder:
        for file in course.files():
            course.problems += file.doc.problems
        course.problems += self.folder.problems
        course.problems += twice(course)
        course.problems += unfit(course)
        return course

    def _leave_out_recordings(self, course: CourseFolder) -> None:
        """A lesson's recording is heard by tier: what is taken as media is everybody's."""
        root, gated = self.folder.root, set()
        for entry in course.lessons:
            if name := entry.file.state["narration"]:
                below = (root / entry.file.path).parent
                gated |= {(below / name).resolve(), (root / name).resolve()}
        course.media = [
            found for found in course.media if (root / found.path).resolve() not in gated
        ]

    def _stray(self, course: CourseFolder) -> None:
        """A quiz without its lesson is a mistake that would otherwise go unseen."""
        with_quiz = {lesson.quiz.path for lesson in course.lessons if lesson.quiz}
        for path in self.folder.find("", "*/*.quiz.yaml"):
            if self.folder.name(path) not in with_quiz:
                name = self.folder.name(path)
                self.folder.problems.append(Problem(name, 0, "has no lesson beside it"))

    def _module(self, path: Path) -> File:
        if not (path / "module.md").is_file():
            name = f"{self.folder.name(path)}/module.md"
            self.folder.problems.append(Problem(name, 0, "is missing; it gives the module's title"))
            slug = slug_of(path.name)
            state = {"slug": slug, "title": slug, "summary": ""}
            return File(name, "", Document(name), state, number_of(path.name))
        file, data, _ = self._front(path / "module.md", "module")
        file.position = number_of(path.name)
        file.state = {
            "slug": data.get("slug") or slug_of(path.name),
            "title": data.get("title", ""),
            "summary": tidy(data.get("summary")),
        }
        return file

    def _lesson(self, path: Path, module: str) -> LessonFile:
        file, data, body = self._front(path, "lesson")
        file.state = lesson_state(data, body, data.get("slug") or slug_of(path.name), module)
        self._look_for_media(path, file)
        seen = set()
        for number, row in enumerate(data.get("objectives", [])):
            key = row.get("id") if isinstance(row, dict) else None
            if key in seen:
                message = f"the objective id “{key}” stands here twice"
                file.doc.say(("objectives", number, "id"), message)
            seen.add(key)
        quiz = path.with_name(path.name.removesuffix(".md") + ".quiz.yaml")
        return LessonFile(file, module, self._quiz(quiz, file) if quiz.is_file() else None)

    def _look_for_media(self, path: Path, file: File) -> None:
        """Warn of narration and video that isn't there: nothing else would tell."""
        for key in ("narration", "video", "captions", "poster"):
            name = file.state[key]
            if name and not any(
                (base / name).is_file() for base in (path.parent, self.folder.root)
            ):
                file.doc.say((key,), f"there is no file {name}", warning=True)

    def _quiz(self, path: Path, lesson: File) -> File:
        name, text = self.folder.name(path), self.folder.read(path)
        doc = parse(name, text.lstrip("\ufeff"))
        data = check(doc, "quiz")
        file = File(name, text, doc, {})
        objectives = {key for key, _ in lesson.state["objectives"]}
        file.state = quiz_state(doc, data, objectives) | {"slug": lesson.slug}
        return file

    def _tools(self) -> File | None:
        path = self.folder.root / "tools.yaml"
        if not path.is_file():
            return None
        text = self.folder.read(path)
        doc = parse("tools.yaml", text.lstrip("\ufeff"))
        data = check(doc, "tools")
        tools = {key: tool_state(rows) for key, rows in data.items() if isinstance(rows, dict)}
        return File("tools.yaml", text, doc, {"slug": "", "tools": tools})

    def _playbook(self, path: Path) -> File:
        file, data, body = self._front(path, "playbook")
        file.state = {
            "slug": data.get("slug") or slug_of(path.name),
            "title": data.get("title", ""),
            "summary": tidy(data.get("summary")),
            "tier": data.get("tier", "plus"),
            "lessons": sorted(set(data.get("lessons", []))),
            "updated": data.get("updated"),
            "status": data.get("status", "published"),
            "body": body,
        }
        return file

    def _media(self, below: str, module: str | None) -> list[MediaFile]:
        found = self.folder.find(below, "media/**/*")
        base = PurePosixPath(below)
        return [
            MediaFile(
                self.folder.name(path),
                str(PurePosixPath(self.folder.name(path)).relative_to(base)),
                module,
                self.folder.data(path),
            )
            for path in found
            if path.suffix.lower() in MEDIA
        ]

    # ---- folders that were not written for us ---------------------------------------------------

    def _plain(self) -> CourseFolder:
        """A folder of Markdown files: one module, titles and order from what is there."""
        name = self.folder.root.name
        slug = self.slug or slug_of(name)
        title = self.title or name.replace("-", " ").replace("_", " ").capitalize()
        state = {"slug": slug, "title": title, "summary": "", "language": "en", "body": ""}
        course = CourseFolder(File("", "", Document(""), {**state, "status": "published"}))
        course.is_plain = True
        module = {"slug": slug, "title": title, "summary": ""}
        course.modules.append(File("", "", Document(""), module, 1))
        paths = self.folder.find("", "*.md")
        if not paths:
            self.folder.problems.append(
                Problem(name, 0, "holds neither a course.md nor any Markdown file")
            )
        slugs = {path.name: slug_of(path.name) for path in paths}
        for path in paths:
            course.lessons.append(LessonFile(self._plain_lesson(path, slug, slugs), slug))
        course.media = list(self._named_media(course, slug, ""))
        return self._done(course)

    def _plain_lesson(self, path: Path, module: str, slugs: dict[str, str]) -> File:
        file, data, body = self._front(path, "lesson")
        heading = re.match(r"#[ \t]+(.+?)[ \t]*#*(?:\n|\Z)", body)
        title = data.get("title") or (heading[1] if heading else "")
        if heading and not data.get("title"):
            rest = body[heading.end() :]
            file.body_line += 1 + len(rest) - len(rest.lstrip("\n"))
            body = rest.strip()
        named = slugs[path.name].replace("-", " ").capitalize()
        data["title"] = (title or named)[:200]
        file.state = lesson_state(data, _for_us(body, slugs), slugs[path.name], module)
        return file

    def _named_media(self, course: CourseFolder, module: str, below: str) -> Iterator[MediaFile]:
        """Images and sounds that the module's texts name and that lie elsewhere than in media/."""
        seen = {file.name for file in course.media if file.module == module}
        texts = [entry.file.state["body"] for entry in course.lessons if entry.module == module]
        for name in NAMED.findall("\n".join(texts)):
            if name in seen or "://" in name or ".." in name or name.startswith("/"):
                continue
            seen.add(name)
            path = self.folder.root / below / name
            is_media = self.plain or path.suffix.lower() in MEDIA
            if is_media and path.is_file() and self.folder.is_inside(path):
                yield MediaFile(self.folder.name(path), name, module, self.folder.data(path))


def _for_us(body: str, slugs: dict[str, str]) -> str:
    """Links between the folder's files, and images with `{alt='…'}`, in our own notation."""

    def link(found: re.Match[str]) -> str:
        slug = slugs.get(found[1] + ".md")
        return f"](lesson:{slug}{found[2] or ''})" if slug else found[0]

    body = re.sub(r"\]\((?:\./)?([^)\s/#]+)\.(?:md|html)(#[^)\s]*)?\)", link, body)
    return re.sub(
        r"!\[[^\]]*\](\([^)]*\))\{[^}]*?alt=(['\"])(.*?)\2[^}]*\}",
        lambda found: f"![{found[3]}]{found[1]}",
        body,
    )


def twice(course: CourseFolder) -> Iterator[Problem]:
    """What stands in the folder under one name twice."""
    groups: list[tuple[str, list[File]]] = [
        ("slug", [lesson.file for lesson in course.lessons]),
        ("slug", course.modules),
        ("slug", course.playbooks),
    ]
    for word, files in groups:
        first: dict[str, File] = {}
        for file in files:
            other = first.setdefault(file.slug, file)
            if other is not file:
                message = f"has the {word} “{file.slug}”, as {other.path} has"
                yield Problem(file.path, file.doc.line(("slug",)), message)
    media: dict[tuple[str | None, str], MediaFile] = {}
    for found in course.media:
        first_of = media.setdefault((found.module, found.name), found)
        if first_of is not found:
            message = f"is called {found.name} in texts, as {first_of.path} is; rename one"
            yield Problem(found.path, 0, message)


def unfit(course: CourseFolder) -> Iterator[Problem]:
    """Slugs that are no part of an address; those of the front matter were checked there."""
    playbooks, lessons = course.playbooks, [lesson.file for lesson in course.lessons]
    for file in [course.course, *course.modules, *lessons, *playbooks]:
        where, line = file.path or "the course", file.doc.line(("slug",)) if file.path else 0
        if not file.slug:
            yield Problem(where, line, "its name gives no slug; write one in the front matter")
        elif not SLUG.fullmatch(file.slug) and ("slug",) not in file.doc.lines:
            yield Problem(where, line, f"the slug cannot be “{file.slug}”")
        elif len(file.slug) > LONGEST_SLUG:
            yield Problem(where, line, f"the slug is longer than {LONGEST_SLUG} characters")
        if len(file.state["title"]) > LONGEST_TITLE and ("title",) not in file.doc.lines:
            yield Problem(where, line, f"the title is longer than {LONGEST_TITLE} characters")


def lesson_state(data: dict[str, Any], body: str, slug: str, module: str) -> State:
    """A lesson's canonical form."""
    return {
        "slug": slug,
        "module": module,
        "title": data.get("title", ""),
        "summary": tidy(data.get("summary")),
        "updated": data.get("updated"),
        "objectives": [[row["id"], tidy(row["text"])] for row in _whole(data, "objectives")],
        "takeaways": [tidy(text) for text in data.get("takeaways", [])],
        "tools": list(dict.fromkeys(data.get("tools", []))),
        "related": list(dict.fromkeys(data.get("related", []))),
        "tags": data.get("tags", []),
        "status": data.get("status", "published"),
        "publish_at": data.get("publish_at"),
        "language": data.get("language", ""),
        **{name: data.get(name, "") for name in ("narration", "video", "captions", "poster")},
        "body": body,
    }


def _whole(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows that have both an id and a text; the others were complained of already."""
    return [row for row in data.get(name, []) if {"id", "text"} <= row.keys()]


def tool_state(row: dict[str, Any]) -> State:
    """A tool's canonical form."""
    names = ("name", "vendor", "licence", "strengths", "context_window", "pricing", "url")
    return {name: tidy(row.get(name)) for name in names}


def quiz_state(doc: Document, data: dict[str, Any], objectives: set[str]) -> State:
    """A quiz's canonical form; what its questions lack is said in the document."""
    questions: list[State] = []
    for number, row in enumerate(data.get("questions", [])):
        if not isinstance(row, dict) or not {"id", "type"} <= row.keys():
            continue
        if "prompt" not in row and row["type"] != "cloze":
            continue
        place = ("questions", number)
        if any(row["id"] == other["id"] for other in questions):
            doc.say((*place, "id"), f"the question id “{row['id']}” stands here twice")
            continue
        aims = row.get("objective", [])
        aims = [aims] if isinstance(aims, str) else aims
        for aim in aims:
            if aim not in objectives:
                doc.say((*place, "objective"), f"the lesson has no objective “{aim}”")
        questions.append(
            {
                "id": row["id"],
                "type": row["type"],
                "objectives": sorted(set(aims)),
                "prompt": tidy(row.get("prompt")),
                "explanation": tidy(row.get("explanation")),
                "points": f"{row.get('points', 1):.3f}",
                "content": question_content(row),
                **{name: row[name] for name in ("section", "pool") if name in row},
                "place": list(place),
            }
        )
        _say_faults(doc, questions[-1])
    _say_pools(doc, data, questions)
    values = quiz_settings.fields(data)
    if all(problem.is_warning for problem in doc.problems):
        places = quiz_settings.PLACES
        given = {name for name, place in places.items() if place[0] in data}
        for fault in setting_faults(values, given):
            doc.say(places[str(fault.path[0])], fault.message, warning=not fault.blocking)
    pools = {"pools": data["pools"]} if data.get("pools") else {}
    return quiz_settings.state(values) | pools | {"questions": questions}


def _say_pools(doc: Document, data: dict[str, Any], questions: list[State]) -> None:
    """Say which pools aren't there, and which have too few questions."""
    pools = data.get("pools", {})
    for question in questions:
        name = question.get("pool")
        if name is not None and name not in pools and ("pools", name) not in doc.lines:
            message = f"there is no pool “{name}”{nearest(name, pools)}"
            doc.say((*question["place"], "pool"), message)
    if any(not problem.is_warning for problem in doc.problems):
        return  # a question that is missing may be one of a pool
    for name, pick in pools.items():
        points = [Decimal(row["points"]) for row in questions if row.get("pool") == name]
        for fault in pool_faults(name, pick, points):
            doc.say(("pools", name), fault.message, warning=not fault.blocking)


def _say_faults(doc: Document, question: State) -> None:
    """Say what is wrong with a question's content, and that it should explain itself."""
    if question["type"] not in KINDS or any(not problem.is_warning for problem in doc.problems):
        return  # what the schema says of it comes first
    for fault in KINDS[question["type"]].faults(question["content"]):
        doc.say((*question["place"], *fault.path), fault.message, warning=not fault.blocking)
    if not question["explanation"]:
        message = f"the question “{question['id']}” has no explanation"
        doc.say(tuple(question["place"]), message, warning=True)


def question_content(row: dict[str, Any]) -> State:
    """The part of a question that its kind reads, with text stripped and numbers as text."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: clean(item) for name, item in value.items()}
        if isinstance(value, list):
            return [clean(item) for item in value]
        return value if isinstance(value, bool) else tidy(value if value is not None else "")

    return {name: clean(row[name]) for name in CONTENT if name in row}
