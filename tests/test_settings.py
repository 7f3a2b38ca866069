"""Settings that stop the start, settings that are warned of, and the page that describes them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings as site
from django.test import RequestFactory

from config import checks

ROOT = Path(__file__).parent.parent
OPERATE = (ROOT / "docs" / "operate.md").read_text()
KEY = "k" * 25 + "".join(map(str, range(25)))


def start(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run manage.py with nothing in the environment but this."""
    return subprocess.run(  # noqa: S603 - this project itself
        [sys.executable, "manage.py", *(arguments or ["check"])],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("", "-c jit=off"),
        ("?options=-c%20statement_timeout%3D5s", "-c jit=off -c statement_timeout=5s"),
    ],
)
def test_postgresql_compiles_no_query(tmp_path, said, options):
    show = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    database = f"postgres:///lectern{said}"
    done = start(tmp_path, "shell", "-c", show, DEBUG="1", DATABASE_URL=database)
    assert f"'options': '{options}'" in done.stdout, done.stderr


# ---- what stops the start -----------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_says_what_is_missing(tmp_path, missing):
    given = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "learn.example.org"}
    del given[missing]
    done = start(tmp_path, **given)
    assert done.returncode != 0
    assert f"{missing} is not set." in done.stderr.splitlines()[-1]


def test_development_needs_neither(tmp_path):
    assert start(tmp_path, DEBUG="1").returncode == 0


def test_a_folder_that_can_not_be_made(tmp_path):
    (tmp_path / "file").touch()
    done = start(
        tmp_path, SECRET_KEY=KEY, ALLOWED_HOSTS="x", VAR_DIR=str(tmp_path / "file" / "var")
    )
    assert done.returncode != 0
    assert "VAR_DIR" in done.stderr.splitlines()[-1]


def test_var_env_is_read_below_the_environment(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "env").write_text(
        f"SECRET_KEY={KEY}\nALLOWED_HOSTS=kept.example.org\nSITE_NAME=Kept\n"
    )
    show = ["shell", "--no-imports", "--command"]
    code = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.SITE_NAME, s.SITE_URL)"
    done = start(tmp_path, *show, code, SITE_NAME="From outside")
    assert done.stdout.strip() == "['kept.example.org'] From outside http://127.0.0.1:8000"


# ---- system checks ------------------------------------------------------------------------------


def found(*functions) -> set[str]:
    """The ids that these checks report."""
    return {message.id for check in functions for message in check(None)}


@pytest.mark.parametrize(
    "url",
    [
        "learn.example.org",
        "ftp://learn.example.org",
        "https://",
        "https://learn.example.org/lectern",
        "https://learn.example.org?x=1",
        "https://me@learn.example.org",
        "https://learn.example.org:port",
        "https://[::1",
        "",
    ],
)
def test_a_site_url_that_is_no_origin(settings, url):
    settings.SITE_URL = url
    assert found(checks.check_site) == {"lectern.E001"}


@pytest.mark.parametrize(
    "url", ["https://learn.example.org", "http://127.0.0.1:8000", "http://[::1]:8000"]
)
def test_a_site_url_that_is_one(settings, url):
    settings.SITE_URL = url
    assert found(checks.check_site) == set()


def test_a_verification_that_is_none(settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "yes"
    assert found(checks.check_site) == {"lectern.E002"}


@pytest.mark.parametrize("name", ["MEDIA_ROOT", "DATABASES", "CACHES"])
def test_a_folder_that_can_not_be_written(settings, tmp_path, name, monkeypatch):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "folder"
    value = {
        "MEDIA_ROOT": folder,
        "DATABASES": {
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "lectern.sqlite3"}
        },
        "CACHES": {
            "default": {
                "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                "LOCATION": str(folder),
            }
        },
    }[name]
    # Setting DATABASES the usual way would replace the connection under the tests.
    monkeypatch.setattr(checks, "settings", Pretended(**{name: value}))
    assert found(checks.check_folders) == {"lectern.E003"}


class Pretended:
    """The settings with some of them different."""

    def __init__(self, **different):
        self.__dict__.update(different)

    def __getattr__(self, name):
        return getattr(site, name)


def test_what_deployment_warns_of(settings):
    settings.SITE_URL, settings.SECURE_SITE = "https://learn.example.org", True
    settings.ALLOWED_HOSTS = [".example.org"]
    assert found(checks.check_deployment) == set()
    settings.ALLOWED_HOSTS = ["example.org"]
    assert found(checks.check_deployment) == {"lectern.W001"}
    settings.DEMO = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    assert found(checks.check_deployment) == {"lectern.W001", "lectern.W002", "lectern.W003"}


def test_they_are_registered(tmp_path):
    done = start(
        tmp_path,
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="x",
        SITE_URL="nowhere",
        MEDIA_ROOT="/dev/null/media",
    )
    assert done.returncode == 1
    assert "lectern.E001" in done.stderr
    assert "lectern.E003" in done.stderr


# ---- docs/operate.md ----------------------------------------------------------------------------


def block(after: str):
    """The first block of code after a heading of docs/operate.md."""
    section = OPERATE.split(f"\n{after}\n", 1)[1]
    return re.findall(r"```\w*\n(.*?)```", section, re.DOTALL)[0]


def test_the_documented_environment_is_clean(tmp_path):
    """The block of “Environment file” is all that a production site needs."""
    lines = [line for line in block("### 2. Environment file").splitlines() if "=" in line]
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    given |= {"SECRET_KEY": KEY, "VAR_DIR": str(tmp_path / "var")}
    done = start(tmp_path, "check", "--deploy", "--fail-level", "INFO", **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_every_setting_is_described():
    """The table of settings has those that config/settings.py reads, and no others."""
    code = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    table = OPERATE.split("\n## Settings\n", 1)[1].split("\n## ", 1)[0]
    described = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert described == read


@pytest.mark.parametrize("url", re.findall(r"^\| `(\w+:[^`]*)` \|", OPERATE, re.MULTILINE))
def test_every_form_of_mail_address_is_understood(tmp_path, url):
    code = (
        "from django.core.mail import get_connection as c; m = c();"
        "print(type(m).__module__.split('.')[-1],"
        " *(getattr(m, n, '-') for n in ('host', 'port', 'use_tls', 'use_ssl', 'username')))"
    )
    done = start(
        tmp_path, "shell", "--no-imports", "--command", code,
        SECRET_KEY=KEY, ALLOWED_HOSTS="x", EMAIL_URL=url,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.split()[0] in {"smtp", "console", "dummy"}
    if "@" in url:
        assert "me@example.org" in done.stdout


def test_every_command_is_described():
    commands = {
        path.stem
        for path in ROOT.glob("*/management/commands/*.py")
        if path.stem not in {"__init__", "prepare_demo"} and ".venv" not in path.parts
    }
    docs = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    assert {name for name in commands if f"manage.py {name}" not in docs} == set()


# ---- behind a proxy -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the first is the visitor's own claim
        (1, None, "10.0.0.1"),  # a health check from this machine
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "junk", None),
    ],
)
def test_whose_address_counts(settings, proxies, forwarded, seen):
    """ALLAUTH_TRUSTED_PROXY_COUNT is what TRUSTED_PROXIES sets."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")
    assert get_client_ip(request) == seen


def test_one_setting_is_enough_behind_a_proxy(tmp_path):
    code = (
        "from django.conf import settings as s;"
        "print(s.ALLAUTH_TRUSTED_PROXY_COUNT, s.SECURE_PROXY_SSL_HEADER)"
    )
    given = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "x"}
    show = ["shell", "--no-imports", "--command", code]
    assert start(tmp_path, *show, **given).stdout.strip() == "0 None"
    done = start(tmp_path, *show, **given, TRUSTED_PROXIES="1")
    assert done.stdout.strip() == "1 ('HTTP_X_FORWARDED_PROTO', 'https')"
