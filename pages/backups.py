"""Database and media in one file: written while the site serves, and put back.

The file is a tar, compressed as its name says (.tar, .tar.gz, .tar.zst). In this order it holds

    manifest.json       format, when, engine, versions, migrations, rows per table
    database.sqlite3    a snapshot by SQLite's backup API, or
    database.dump       PostgreSQL's, in pg_dump's own format
    media/…             every file below MEDIA_ROOT
    SHA256SUMS          of each of these, as `sha256sum -c` reads it

The sums stand last: a file without them was cut off. All sizes are bytes.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import quote

import django
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

FORMAT = 1
MANIFEST, SUMS, MEDIA = "manifest.json", "SHA256SUMS", "media/"
# How each ending is written: tarfile's mode.
ENDINGS = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.zst": "w:zst"}
CHUNK = 1024 * 1024
# A manifest larger than this was not written here.
LARGEST_MANIFEST = 16 * 1024 * 1024
# Seconds that a restore waits for a writer who holds the database.
PATIENCE = 60

Say = Callable[[str], None]


class BackupError(Exception):
    """Why a backup or a restore stopped, in words for the operator; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    engine: str
    migrations: list[str]
    rows: dict[str, int]
    versions: dict[str, str]
    made_at: str
    format: int = FORMAT

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """From manifest.json; BackupError where it is not one, or one of another format."""
        try:
            facts = json.loads(text)
            if facts["format"] != FORMAT:
                raise BackupError(
                    f"Its format is {facts['format']}; this version of Lectern reads {FORMAT}."
                )
            return cls(**facts)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(f"Its {MANIFEST} can't be read: {error}") from error

    def to_bytes(self) -> bytes:
        """As manifest.json."""
        return json.dumps(asdict(self), indent=1).encode()


@dataclass(slots=True)
class Staged:
    """A backup that was unpacked beside the media and found whole."""

    folder: Path
    manifest: Manifest
    size: int
    sums: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The unpacked database part."""
        return self.folder / engine().part

    @property
    def media(self) -> Path:
        """The unpacked media."""
        return self.folder / "media"

    @property
    def files(self) -> int:
        """How many media files it has."""
        return sum(name.startswith(MEDIA) for name in self.sums)

    def summary(self) -> str:
        """The line that both commands end with."""
        return summary(self.manifest.rows, self.files, self.size)


def summary(rows: dict[str, int], files: int, size: int) -> str:
    """`12 tables, 3,456 rows, 78 files, 12.3 MB`."""
    parts = [(len(rows), "table"), (sum(rows.values()), "row"), (files, "file")]
    counted = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in parts]
    return ", ".join([*counted, megabytes(size)])


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def sometimes(say: Say, every: float = 2.0) -> Say:
    """Say something at most once in `every` seconds, and not in the first ones."""
    last = time.monotonic()

    def now_and_then(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            say(text)

    return now_and_then


# ---- the two engines ----------------------------------------------------------------------------


class Engine(Protocol):
    """What a database engine does for backups."""

    part: str

    def snapshot(self, path: Path, say: Say) -> tuple[dict[str, int], list[str]]:
        """Write the database as it is at one moment; its rows per table and its migrations."""

    def check(self, path: Path, rows: dict[str, int]) -> None:
        """Raise BackupError unless what was unpacked can be put back."""

    def restore(self, path: Path, say: Say) -> None:
        """Replace the live database: all of it or nothing."""


def engine() -> Engine:
    """The engine of this site's database."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def our_tables() -> list[str]:
    """The tables of Lectern and of what it stands on that exist now."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted({*names, MigrationRecorder.Migration._meta.db_table})


MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


class Sqlite:
    """SQLite, always by its backup API: copying the file would miss what is in the log."""

    part = "database.sqlite3"

    def _open(self, mode: str, timeout: float = 20) -> sqlite3.Connection:
        name = str(connection.settings_dict["NAME"])
        if ":memory:" in name or "mode=memory" in name:
            raise BackupError("The database is in memory only; there is nothing to keep.")
        address = f"file:{quote(str(Path(name).absolute()))}?mode={mode}"
        return sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)

    def snapshot(self, path: Path, say: Say) -> tuple[dict[str, int], list[str]]:
        """Copy under one read transaction: writers go on, and the copy never starts over."""
        tables = our_tables()

        def progress(_status: int, remaining: int, total: int) -> None:
            say(f"database: {total - remaining:,} of {total:,} pages")

        with closing(self._open("rw")) as live, closing(sqlite3.connect(path)) as copy:
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=2000, progress=progress)
            live.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode=DELETE")
            self._sound(copy)
            rows = _count(copy.execute, tables)
            applied = [f"{app}.{name}" for app, name in copy.execute(MIGRATIONS)]
        return rows, applied

    def _sound(self, database: sqlite3.Connection) -> None:
        verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise BackupError(f"The database is damaged: {verdict}")

    def check(self, path: Path, rows: dict[str, int]) -> None:
        """The file opens, is sound and has the rows that the manifest says."""
        try:
            with closing(sqlite3.connect(path)) as copy:
                self._sound(copy)
                found = _count(copy.execute, list(rows))
        except sqlite3.Error as error:
            raise BackupError(f"Its database can't be read: {error}") from error
        wrong = [table for table in rows if rows[table] != found[table]]
        if wrong:
            raise BackupError(f"Its database has other rows than it says: {', '.join(wrong)}")

    def restore(self, path: Path, say: Say) -> None:
        """Write the pages in one transaction; other processes see all of it at once."""
        deadline = time.monotonic() + PATIENCE

        def progress(status: int, remaining: int, total: int) -> None:
            nonlocal deadline
            if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                if time.monotonic() > deadline:
                    raise BackupError(f"Somebody has written to the database for {PATIENCE} s.")
            else:
                deadline = time.monotonic() + PATIENCE
                say(f"database: {total - remaining:,} of {total:,} pages")

        Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(path)) as copy, closing(self._open("rwc", 1)) as live:
                live.execute("PRAGMA journal_mode=WAL")
                copy.backup(live, pages=2000, progress=progress, sleep=0.1)
                live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise BackupError(f"The database could not be written: {error}") from error


# What pg_restore fills again; tables that extensions own stay.
EMPTY_SCHEMA = """
SET lock_timeout = '60s';
DO $$ DECLARE item record; BEGIN
  FOR item IN
    SELECT quote_ident(c.relname) AS name, CASE c.relkind WHEN 'v' THEN 'VIEW'
      WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP %s IF EXISTS %s CASCADE', item.kind, item.name); END LOOP;
END $$;
"""


class Postgres:
    """PostgreSQL, by its own client programs."""

    part = "database.dump"

    def _run(self, program: str, *arguments: str) -> None:
        """Run a client program against this site's database."""
        found = shutil.which(program)
        if not found:
            raise BackupError(
                f"{program} is not installed. It comes with PostgreSQL's client programs "
                "(Debian: apt-get install postgresql-client), of the server's version or later."
            )
        database = dict(connection.settings_dict)
        for name in ("host", "port"):  # libpq's `?host=/run/postgresql` stands among the options
            database[name.upper()] = database[name.upper()] or database["OPTIONS"].get(name, "")
        known, extra = DatabaseClient.settings_to_cmd_args_env(database, [])
        where = known[1:] if program != "pg_restore" else []
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, no shell
            [found, *arguments, *where],
            env={**os.environ, **(extra or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupError(f"{program} failed: {done.stderr.strip() or done.returncode}")

    def snapshot(self, path: Path, say: Say) -> tuple[dict[str, int], list[str]]:
        """Dump and count the same moment: pg_dump takes over this transaction's snapshot."""
        tables = our_tables()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (moment,) = cursor.fetchone()
            say("database: pg_dump …")
            self._run(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                f"--snapshot={moment}", f"--file={path}",
            )  # fmt: skip

            def query(sql: str) -> Any:
                cursor.execute(sql)
                return cursor

            rows = _count(query, tables)
            applied = [f"{app}.{name}" for app, name in query(MIGRATIONS).fetchall()]
        return rows, applied

    def check(self, path: Path, rows: dict[str, int]) -> None:
        """The programs are there and the dump reads."""
        self._run("psql", "--command=SELECT 1")
        self._run("pg_restore", "--list", f"--file={os.devnull}", str(path))

    def restore(self, path: Path, say: Say) -> None:
        """Empty the schema and fill it in one transaction."""
        script = path.with_suffix(".sql")
        self._run(
            "pg_restore", "--no-owner", "--no-privileges", "--no-comments",
            f"--file={script}", str(path),
        )  # fmt: skip
        say("database: psql …")
        connections.close_all()  # a transaction of our own would hold the tables
        self._run(
            "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            f"--command={EMPTY_SCHEMA}", f"--file={script}",
        )  # fmt: skip


def _count(query: Callable[[str], Any], tables: list[str]) -> dict[str, int]:
    """Rows per table."""
    quoted = connection.ops.quote_name
    return {
        table: query(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0]  # noqa: S608
        for table in tables
    }


# ---- writing ------------------------------------------------------------------------------------


def ending(target: Path) -> str:
    """tarfile's mode for a name; BackupError for a name that has none."""
    for suffix, mode in ENDINGS.items():
        if target.name.endswith(suffix) and target.name != suffix:
            if mode == "w:zst" and sys.version_info < (3, 14):
                raise BackupError("Zstandard needs Python 3.14 or later; name it .tar.gz.")
            return mode
    raise BackupError(f"{target.name}: a backup is named .tar, .tar.gz or .tar.zst.")


def media_root() -> Path:
    """The folder of the media, where a link leads."""
    return Path(settings.MEDIA_ROOT).resolve()


def media_files(root: Path, say: Say) -> Iterator[tuple[str, Path]]:
    """Each file below the media folder with its name in the backup; links are left out aloud."""
    for folder, folders, names in root.walk():
        folders.sort()
        for name in sorted([*folders, *names]):
            path = folder / name
            if path.is_symlink():
                say(f"left out: {path} is a link")
            elif path.is_file():
                yield MEDIA + path.relative_to(root).as_posix(), path


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha = source, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self.source.read(size)
        self.sha.update(data)
        return data


def _add(archive: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    """Add a file as it is now, whatever is appended meanwhile; its sum and size."""
    with path.open("rb") as source:
        state = os.fstat(source.fileno())
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = state.st_size, int(state.st_mtime), 0o644
        hashing = _Hashing(source)
        archive.addfile(member, hashing)  # type: ignore[arg-type]
    return hashing.sha.hexdigest(), state.st_size


def _sum_line(name: str, digest: str) -> str:
    """A line of SHA256SUMS; odd names as sha256sum writes them."""
    plain = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'\\' if plain != name else ''}{digest}  {plain}\n"


def lectern_version() -> str:
    """The version in pyproject.toml."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


@contextmanager
def _part(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """FILE.part, locked against a second backup and gone afterwards."""
    part = target.with_name(f"{target.name}.part")
    # Only its owner may read it: it has everything.
    handle = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup is writing {part}.") from None
        try:
            handle.truncate()
            yield part, handle
        finally:
            part.unlink(missing_ok=True)


def write_backup(target: Path, say: Say, *, force: bool = False) -> str:
    """Write the backup and return its summary; without `force` never over a file."""
    mode = ending(target)
    target = target.absolute()
    if target.exists() and not force:
        raise BackupError(f"{target} exists; --force replaces it.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    root = media_root()
    if target.resolve().is_relative_to(root):
        raise BackupError(f"{target} would stand among the media that it keeps.")
    often, database = sometimes(say), engine()
    sums: dict[str, str] = {}
    with (
        _part(target) as (part, handle),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".lectern-backup-") as folder,
    ):
        copy = Path(folder, database.part)
        rows, migrations = database.snapshot(copy, often)
        manifest = Manifest(
            engine=connection.vendor,
            migrations=migrations,
            rows=rows,
            versions={
                "lectern": lectern_version(),
                "django": django.get_version(),
                "python": platform.python_version(),
            },
            made_at=timezone.now().isoformat(timespec="seconds"),
        )
        said = Path(folder, MANIFEST)
        said.write_bytes(manifest.to_bytes())
        with tarfile.open(fileobj=handle, mode=mode) as archive:  # type: ignore[call-overload]
            sums[MANIFEST], _ = _add(archive, MANIFEST, said)
            sums[database.part], _ = _add(archive, database.part, copy)
            copy.unlink()
            kept = 0
            for name, path in media_files(root, say):
                try:
                    sums[name], size = _add(archive, name, path)
                except FileNotFoundError:  # removed since the folder was listed
                    continue
                kept += size
                often(f"media: {len(sums) - 2:,} files, {megabytes(kept)}")
            lines = Path(folder, SUMS)
            text = "".join(_sum_line(*line) for line in sums.items())
            lines.write_bytes(text.encode(errors="surrogateescape"))
            _add(archive, SUMS, lines)
        handle.flush()
        os.fsync(handle.fileno())
        size = part.stat().st_size
        part.replace(target)
    return summary(rows, len(sums) - 2, size)


# ---- putting back -------------------------------------------------------------------------------


def refuse_newer(manifest: Manifest) -> None:
    """Raise BackupError for another engine, or for migrations that this version lacks."""
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"It was made from {manifest.engine}, and this site runs on {connection.vendor}. "
            "Restore it on the same engine (docs/operate.md says how to move to PostgreSQL)."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = sorted(set(manifest.migrations) - {f"{app}.{name}" for app, name in known})
    if unknown:
        version = manifest.versions.get("lectern", "?")
        raise BackupError(
            f"It was made by a newer version (Lectern {version}); unknown here: "
            f"{', '.join(unknown)}. Install that version, then restore."
        )


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Unpack one file below the folder; its sum."""
    path, sha = folder / member.name, hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    if source is None:
        raise BackupError(f"It holds something that is no file: {member.name}")
    with source, path.open("xb") as target:
        while data := source.read(CHUNK):
            sha.update(data)
            target.write(data)
    return sha.hexdigest()


def _acceptable(member: tarfile.TarInfo, folder: Path, part: str) -> None:
    """Raise BackupError for anything that `write_backup` would not have written."""
    try:
        tarfile.data_filter(member, str(folder))
    except tarfile.FilterError as error:
        raise BackupError(f"It holds a member that leads outside: {error}") from error
    parts = member.name.split("/")
    ours = member.name in {MANIFEST, SUMS, part} or member.name.startswith(MEDIA)
    if not member.isreg() or not ours or {"", ".", ".."} & set(parts):
        raise BackupError(f"It holds something that does not belong there: {member.name}")


def _unpack(archive: tarfile.TarFile, folder: Path, say: Say) -> tuple[Manifest, dict[str, str]]:
    """Unpack all members; the manifest and the sum of each file but SHA256SUMS."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    part = engine().part
    for member in archive:
        if manifest is None:
            if member.name != MANIFEST or member.size > LARGEST_MANIFEST:
                raise BackupError(f"It does not begin with {MANIFEST}: it is no backup of Lectern.")
            _acceptable(member, folder, part)
            found[MANIFEST] = _extract(archive, member, folder)
            manifest = Manifest.read((folder / MANIFEST).read_bytes())
            refuse_newer(manifest)
            continue
        _acceptable(member, folder, part)
        if member.name in found:
            raise BackupError(f"It holds {member.name} twice.")
        found[member.name] = _extract(archive, member, folder)
        say(f"unpacked {len(found):,} files")
    if manifest is None or found.pop(SUMS, None) is None or part not in found:
        raise BackupError("It is not complete: it was cut off.")
    return manifest, found


@contextmanager
def stage(source: Path, say: Say) -> Iterator[Staged]:
    """Unpack a backup beside the media and verify all of it; nothing of the site is touched."""
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    root = media_root()
    if os.path.ismount(root):
        raise BackupError(
            f"{root} is a mount point and can't be exchanged: set MEDIA_ROOT to a folder in it."
        )
    if former(root).exists():
        raise BackupError(
            f"A restore was cut off earlier: {former(root)} holds the media from before it. "
            f"Move it back to {root}, or remove it; then try again."
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    # Beside the media, so that they are only renamed in the end.
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".lectern-restore-") as name:
        folder = Path(name)
        (folder / "media").mkdir()
        try:
            with tarfile.open(source, "r|*") as archive:
                manifest, found = _unpack(archive, folder, sometimes(say))
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise BackupError(f"It is damaged: {error}") from error
        text = (folder / SUMS).read_bytes().decode(errors="surrogateescape")
        if sorted(text.splitlines(keepends=True)) != sorted(
            _sum_line(*line) for line in found.items()
        ):
            raise BackupError(f"It is damaged: its files are not those of its {SUMS}.")
        staged = Staged(folder, manifest, source.stat().st_size, found)
        engine().check(staged.database, manifest.rows)
        yield staged


def former(root: Path) -> Path:
    """Where the media from before a restore wait until it is done."""
    return root.with_name(f"{root.name}.before-restore")


def put_back(staged: Staged, say: Say) -> None:
    """Replace media and database by those of a staged backup: both or neither."""
    root = media_root()
    aside = former(root)
    if root.exists():
        shutil.copymode(root, staged.media)
        root.rename(aside)
    try:
        staged.media.rename(root)
        engine().restore(staged.database, sometimes(say))
    except BaseException:
        if root.exists():
            root.rename(staged.media)
        if aside.exists():
            aside.rename(root)
        raise
    finally:
        connections.close_all()
    shutil.rmtree(aside, ignore_errors=True)
