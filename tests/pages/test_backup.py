"""`manage.py backup` and `restore`: a round trip while people write, and each refusal."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts.models import User
from lessons.models import Course, Lesson
from pages import backups, caching
from pages.backups import MANIFEST, SUMS
from tests.conftest import person
from tests.factories import make_lesson

# Refusals need no committed rows; PostgreSQL's snapshot can't be taken inside a test's transaction.
pytestmark = pytest.mark.django_db(transaction=connection.vendor != "sqlite")
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings, tmp_path):
    """Two files, one with a name that needs care."""
    root = tmp_path / "site" / "media"
    (root / "public" / "ab").mkdir(parents=True)
    (root / "public" / "ab" / "abc").write_bytes(b"picture" * 9999)
    (root / "Füße \\ 1.txt").write_text("odd")
    settings.MEDIA_ROOT = root
    return root


@pytest.fixture
def target(media, tmp_path):
    """Where the backup goes."""
    return tmp_path / "kept.tar.gz"


def run(*arguments, **options) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def contents(root: Path) -> dict[str, str]:
    """The sum of each file below a folder."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def rows() -> dict[str, list]:
    """All rows of all tables."""
    with connection.cursor() as cursor:
        found = {}
        for table in backups.our_tables():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")  # noqa: S608
            found[table] = cursor.fetchall()
    return found


def nothing_is_left(folder: Path) -> bool:
    """Whether no half-written file or unpacked folder stays behind."""
    return not [*folder.rglob("*.part"), *folder.rglob(".lectern-*"), *folder.rglob("*.before-*")]


@pytest.fixture
def kept(target):
    """A backup of a lesson and a person."""
    make_lesson(slug="kept", title="Kept")
    person("kept@example.org")
    run("backup", target)
    return target


def rewrite(backup: Path, change=lambda name, data: data, extra=()) -> None:
    """Write a backup anew with some members changed, left out (None) or added, sums right."""
    with tarfile.open(backup) as archive:
        parts = [(member.name, archive.extractfile(member)) for member in archive]
        found = [(name, part.read()) for name, part in parts if part]
    sums: dict[str, str] = {}
    with tarfile.open(backup, "w:gz") as archive:
        for name, data in found[:-1]:
            _put(archive, name, change(name, data), sums)
        for member, body in extra:
            archive.addfile(member, io.BytesIO(body))
        lines = "".join(backups._sum_line(*line) for line in sums.items())
        _put(archive, SUMS, change(SUMS, lines.encode()), sums)


def _put(archive: tarfile.TarFile, name: str, data: bytes | None, sums: dict[str, str]) -> None:
    if data is not None:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
        sums[name] = hashlib.sha256(data).hexdigest()


@committed
def test_a_round_trip_gives_everything_back(kept, media):
    before, files = rows(), contents(media)
    Lesson.objects.update(title="Changed")
    User.objects.all().delete()
    make_lesson(slug="later")
    (media / "later").write_text("later")
    (media / "public" / "ab" / "abc").unlink()

    said = run("restore", kept, yes=True)

    assert rows() == before
    assert contents(media) == files
    assert nothing_is_left(kept.parent)
    tables, size = len(before), kept.stat().st_size
    count = sum(map(len, before.values()))
    assert said.splitlines()[-1] == (
        f"restored {tables} tables, {count:,} rows, 2 files, {backups.megabytes(size)}"
    )


@committed
def test_the_file_speaks_for_itself(kept, tmp_path):
    assert kept.stat().st_mode & 0o777 == 0o600
    with tarfile.open(kept) as archive:
        archive.extractall(tmp_path / "out", filter="data")
        names = archive.getnames()
    assert (names[0], names[-1]) == (MANIFEST, SUMS)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert (manifest["engine"], manifest["format"]) == (connection.vendor, 1)
    assert manifest["rows"]["lessons_lesson"] == 1
    assert "lessons.0001_initial" in manifest["migrations"]
    command = ["sha256sum", "--check", "--strict", "--quiet", SUMS]
    subprocess.run(command, cwd=tmp_path / "out", check=True)  # noqa: S603 - coreutils


@pytest.mark.parametrize("ending", [".tar", ".tgz"])
@committed
def test_other_endings(target, ending):
    other = target.with_name("kept" + ending)
    run("backup", other)
    run("restore", other, yes=True)


@committed
def test_while_people_write(target):
    """What a transaction wrote is in the backup whole or not at all; writers are not refused."""
    course = Course.objects.create(slug="busy", title="Busy")
    stop, failed, begun = threading.Event(), [], threading.Barrier(4)

    def write(number: int) -> None:
        try:
            begun.wait(10)
            for turn in range(400):
                if stop.is_set():
                    break
                User.objects.create_user(f"{number}-{turn}@example.org", "x")
                Course.objects.filter(pk=course.pk).update(position=turn)
        except BaseException as error:  # noqa: BLE001 - any is a failure
            failed.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[number]) for number in range(3)]
    for writer in writers:
        writer.start()
    begun.wait(10)
    try:
        run("backup", target)
        with tarfile.open(target) as archive:
            said = json.load(archive.extractfile(MANIFEST))["rows"]
        run("restore", target, yes=True)
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)

    assert failed == []
    assert User.objects.count() >= said["accounts_user"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check" if connection.vendor == "sqlite" else "SELECT 'ok'")
        assert cursor.fetchone() == ("ok",)
    run("restore", target, yes=True)  # now that nobody writes
    assert {table: len(found) for table, found in rows().items()} == said


@committed
def test_the_public_page_follows(kept, client, monkeypatch):
    monkeypatch.setattr(caching, "STAMP_LIFE", -1)
    lesson = Lesson.objects.get(slug="kept")
    lesson.title = "Another title"
    lesson.save()
    assert "Another title" in client.get("/lessons/kept/").content.decode()
    run("restore", kept, yes=True)
    html = client.get("/lessons/kept/").content.decode()
    assert "Another title" not in html
    assert "Kept" in html


@committed
def test_without_yes_nothing_is_touched(kept, media):
    make_lesson(slug="later")
    before, files = rows(), contents(media)
    with pytest.raises(CommandError, match="Add --yes"):
        run("restore", kept)
    assert (rows(), contents(media)) == (before, files)
    assert nothing_is_left(kept.parent)


@committed
def test_it_does_not_write_over_a_file(kept):
    before = kept.read_bytes()
    with pytest.raises(CommandError, match="--force"):
        run("backup", kept)
    assert kept.read_bytes() == before
    make_lesson(slug="later")
    run("backup", kept, force=True)
    assert kept.read_bytes() != before


@pytest.mark.parametrize(
    "name", ["kept.zip", "kept", ".tar", "none/kept.tar", "site/media/kept.tar"]
)
def test_names_that_are_refused(target, name):
    with pytest.raises(CommandError, match="No backup was made"):
        run("backup", target.parent / name)
    assert nothing_is_left(target.parent)


def test_a_backup_that_fails_leaves_nothing(target, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "media_files", full)
    with pytest.raises(CommandError, match="No space left"):
        run("backup", target)
    assert not target.exists()
    assert nothing_is_left(target.parent)


def test_a_second_backup_waits_its_turn(target):
    with backups._part(target), pytest.raises(CommandError, match="Another backup"):
        run("backup", target)
    run("backup", target)


def test_a_stopped_backup_leaves_nothing(tmp_path):
    """SIGTERM in the middle, in a process of its own."""
    script = (
        "import os, signal, django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from pages import backups\n"
        "backups.media_files = lambda *a: os.kill(os.getpid(), signal.SIGTERM)\n"
        "call_command('migrate', verbosity=0)\n"
        f"call_command('backup', {str(tmp_path / 'kept.tar')!r})\n"
    )
    done = subprocess.run(  # noqa: S603 - this project itself
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "VAR_DIR": str(tmp_path / "var"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 143
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


# ---- files that are refused ---------------------------------------------------------------------


def test_a_missing_file(target):
    with pytest.raises(CommandError, match="There is no file"):
        run("restore", target, yes=True)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


def empty(data: bytes) -> bytes:
    return b""


def other(data: bytes) -> bytes:
    return b"not a tar at all" * 99


@pytest.mark.parametrize("harm", [cut, flip, empty, other])
def test_a_damaged_file_changes_nothing(kept, media, harm):
    kept.write_bytes(harm(kept.read_bytes()))
    before, files = rows(), contents(media)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", kept, yes=True)
    assert (rows(), contents(media)) == (before, files)
    assert nothing_is_left(kept.parent)


def changed(**facts):
    """A change of the manifest."""
    return lambda name, data: (
        json.dumps({**json.loads(data), **facts}).encode() if name == MANIFEST else data
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (changed(format=2), "Its format is 2"),
        (changed(engine="oracle"), "made from oracle"),
        (changed(migrations=["lessons.0999_future"]), "newer version .* lessons.0999_future"),
        (changed(rows={"lessons_lesson": 7}), "other rows"),
        (changed(surprise=1), "manifest.json can't be read"),
        (lambda name, data: None if name == SUMS else data, "cut off"),
        (lambda name, data: None if name == MANIFEST else data, "does not begin"),
        (lambda name, data: None if name.startswith("database") else data, "not complete"),
        (lambda name, data: b"no" if name == SUMS else data, "damaged"),
        (lambda name, data: b"no" if name.startswith("database") else data, "Its database can't"),
    ],
)
def test_a_backup_that_does_not_fit(kept, change, why):
    if why in {"other rows", "Its database can't"} and connection.vendor != "sqlite":
        pytest.skip("only a SQLite file can be looked into")
    rewrite(kept, change)
    before = rows()
    with pytest.raises(CommandError, match=why):
        run("restore", kept, yes=True)
    assert rows() == before
    assert nothing_is_left(kept.parent)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = ""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, 4 if kind == tarfile.REGTYPE else 0
    return [(info, b"evil")]


@pytest.mark.parametrize(
    "extra",
    [
        member("../evil"),
        member("media/../../evil"),
        member("media/../manifest.json"),
        member("/tmp/evil"),  # noqa: S108 - that is the attack
        member("media/evil", tarfile.SYMTYPE, "/etc/passwd"),
        member("media/evil2", tarfile.SYMTYPE, "public"),
        member("media/evil", tarfile.LNKTYPE, "manifest.json"),
        member("media/evil", tarfile.FIFOTYPE),
        member("media/evil", tarfile.CHRTYPE),
        member("media/evil", tarfile.DIRTYPE),
        member("media/public/ab/abc"),
        member("media//evil"),
        member("settings.py"),
    ],
    ids=lambda extra: f"{extra[0][0].name} {extra[0][0].type.decode()}",
)
def test_members_that_do_not_belong(kept, media, extra):
    rewrite(kept, extra=extra)
    files = contents(media)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", kept, yes=True)
    assert contents(media) == files
    assert not list(kept.parent.rglob("*evil*"))
    assert nothing_is_left(kept.parent)


def test_links_among_the_media_are_left_out_aloud(target, media):
    (media / "link").symlink_to("/etc/passwd")
    assert "link is a link" in run("backup", target)
    with tarfile.open(target) as archive:
        assert "media/link" not in archive.getnames()


# ---- faults in the middle -----------------------------------------------------------------------


@committed
def test_a_restore_that_fails_puts_the_media_back(kept, media, monkeypatch):
    (media / "later").write_text("later")
    before, files = rows(), contents(media)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(backups.engine()), "restore", full)
    with pytest.raises(CommandError, match="No space left"):
        run("restore", kept, yes=True)
    assert (rows(), contents(media)) == (before, files)
    assert nothing_is_left(kept.parent)


def test_a_restore_that_was_cut_off_is_named(kept, media):
    media.rename(backups.former(media))
    with pytest.raises(CommandError, match="before-restore holds the media"):
        run("restore", kept, yes=True)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@committed
def test_a_writer_who_never_ends(kept, monkeypatch):
    monkeypatch.setattr(backups, "PATIENCE", 0)
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CommandError, match="Nothing was changed"):
            run("restore", kept, yes=True)
        other.execute("ROLLBACK")
    run("restore", kept, yes=True)


@committed
def test_an_older_backup_is_migrated(kept, monkeypatch):
    called = []
    monkeypatch.setattr(
        "pages.management.commands.restore.call_command", lambda *a, **k: called.append(a)
    )
    run("restore", kept, yes=True)
    assert called == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0004_course_leads'")
    run("backup", kept, force=True)
    assert "Applying 1 migration" in run("restore", kept, yes=True)
    assert called == [("migrate",)]
    with connection.cursor() as cursor:  # the next test finds the database as it was
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('teaching', '0004_course_leads', CURRENT_TIMESTAMP)"
        )


@committed
def test_an_empty_machine(kept, media, tmp_path, settings):
    """Nothing but the settings is there yet."""
    if connection.vendor != "sqlite":
        pytest.skip("the database itself is made by createdb")
    shutil.rmtree(media)
    done = subprocess.run(  # noqa: S603 - this project itself
        [sys.executable, "manage.py", "restore", str(kept), "--yes"],
        env={**os.environ, "VAR_DIR": str(tmp_path / "new")},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(contents(tmp_path / "new" / "media")) == 2
    with closing(sqlite3.connect(tmp_path / "new" / "lectern.sqlite3")) as database:
        assert database.execute("SELECT slug FROM lessons_lesson").fetchall() == [("kept",)]


def test_postgres_names_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(backups.BackupError, match="postgresql-client"):
        backups.Postgres()._run("pg_dump")
