"""Requests that are too large, too many or too deep, by the test client and by the real server."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pages import limits

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024


# ---- by the test client -------------------------------------------------------------------------


class Unreadable:
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("length", ["104857600", "0" * 30 + "1", "9" * 5000], ids=len)
def test_a_large_request_is_refused_unread(client, length):
    response = client.post(
        "/accounts/login/", CONTENT_LENGTH=length, **{"wsgi.input": Unreadable()}
    )
    assert response.status_code == 413
    assert "too large" in response.content.decode()
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("length", ["", "0", "-1", "junk", "²", "20971520"])
def test_what_is_no_large_length_passes(rf, length):
    request = rf.post("/", CONTENT_LENGTH=length)
    assert limits.LimitMiddleware(lambda _: "passed")(request) == "passed"


def test_a_large_form_is_refused_unread(client):
    """Smaller than a file may be, larger than a form may be."""
    response = client.post(
        "/accounts/login/",
        content_type="application/x-www-form-urlencoded",
        CONTENT_LENGTH=str(4 * MEGABYTE),
        **{"wsgi.input": Unreadable()},
    )
    assert response.status_code == 400
    assert "does not fit" in response.content.decode()


def test_too_many_fields(client):
    many = "&".join(["a=1"] * 100_000)
    form = "application/x-www-form-urlencoded"
    assert client.post("/accounts/login/", many, content_type=form).status_code == 400
    assert client.get("/tools/?" + many).status_code == 400


def test_too_many_files(db):
    files = {f"f{n}": SimpleUploadedFile(f"{n}.txt", b"x") for n in range(101)}
    assert Client().post("/accounts/login/", files).status_code == 400


@pytest.mark.parametrize(
    "page", ["-1", "0", "1e9", "1000000000", "9" * 5000, "NaN", "٣", "last", "1%00", ""]
)
@pytest.mark.parametrize("path", ["/tools/", "/playbooks/", "/search/", "/teach/"])
def test_pages_that_are_none(as_grace, path, page):
    assert as_grace.get(f"{path}?page={page}&per_page=1e9&q=a").status_code in {200, 404}


@pytest.mark.parametrize(
    "query",
    ["(" * 5000, '"' * 999, "a " * 3000, "%" * 500, "_%\\", "a\0b", "AND OR NOT NEAR(", "*" * 300],
    ids=["brackets", "quotes", "words", "percents", "wildcards", "nul", "operators", "stars"],
)
def test_deep_searches(client, db, query):
    assert client.get("/search/", {"q": query}).status_code == 200


# ---- by the real server -------------------------------------------------------------------------


class Server:
    """`bin/serve` on a port of its own."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port

    def send(self, head: str, body: bytes = b"", wanted: int = 0) -> bytes:
        """Send a request, go on with `wanted` more bytes of body, and read how it is answered."""
        lines = head.split("\n")
        text = "\r\n".join([lines[0], "Host: localhost", *lines[1:], "", ""])
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=20)) as line:
            try:
                line.sendall(text.encode() + body)
                sent = 0
                while sent < wanted:
                    sent += line.send(b"a" * min(MEGABYTE, wanted - sent))
            except OSError:  # it closed the connection on us
                return b""
            with suppress(OSError):
                return line.recv(4096)
        return b""

    def status(self, head: str, body: bytes = b"") -> int:
        """The status of the answer."""
        return int(self.send(head, body).split()[1])

    def memory(self) -> int:
        """The most memory (bytes) that a worker ever had."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        peaks = [
            int(row.split()[1]) * 1024
            for worker in workers
            for row in Path(f"/proc/{worker}/status").read_text().splitlines()
            if row.startswith("VmHWM")
        ]
        return max(peaks)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A site of its own: nothing of it is shared with the tests."""
    var = tmp_path_factory.mktemp("served")
    (var / "static").mkdir()
    env = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var}/lectern.sqlite3"}
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)  # noqa: S603 - this project itself
    with (var / "log").open("w") as log:
        command = ["bin/serve", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: S603
    running = Server(process, port)
    try:
        for _ in range(300):
            with suppress(OSError, IndexError):
                if running.status("GET /readyz HTTP/1.1") == 200:
                    break
            assert process.poll() is None, (var / "log").read_text()
            time.sleep(0.1)
        yield running
    finally:
        process.terminate()
        process.wait(30)


FORM = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'


def test_the_server_refuses_what_is_too_large(server):
    length = f"Content-Length: {100 * MEGABYTE}"
    assert server.status(f"POST /accounts/login/ HTTP/1.1\n{FORM}\n{length}", b"a=") == 413
    assert server.status(f"POST /accounts/login/ HTTP/1.1\n{PARTS}\n{length}", FILE) == 413
    length = f"Content-Length: {4 * MEGABYTE}"
    assert server.status(f"POST /accounts/login/ HTTP/1.1\n{FORM}\n{length}", b"a=") == 400


def test_the_server_refuses_long_heads(server):
    assert server.status(f"GET / HTTP/1.1\nX: {'a' * MEGABYTE}") == 431
    assert server.status(f"GET /?{'a' * MEGABYTE} HTTP/1.1") in {414, 431}
    assert server.status("GET / HTTP/1.1\n" + "\n".join(f"X{n}: a" for n in range(5000))) == 431
    assert server.status(f"GET /?{'&'.join(['a'] * 20_000)} HTTP/1.1") == 400


def test_the_server_refuses_many_fields(server):
    body = b"&".join([b"a=1"] * 100_000)
    head = f"POST /accounts/login/ HTTP/1.1\n{FORM}\nContent-Length: {len(body)}"
    assert server.status(head, body) == 400


def test_its_memory_stays_flat(server):
    for path in ("/", "/accounts/login/", "/search/?q=a"):
        assert server.status(f"GET {path} HTTP/1.1") == 200
    before = server.memory()
    size = 100 * MEGABYTE
    for head, body in [
        (f"{FORM}\nContent-Length: {size}", b""),
        (f"{PARTS}\nContent-Length: {size}", FILE),
        (f"{FORM}\nTransfer-Encoding: chunked", b"%x\r\n" % size),
    ]:
        server.send(f"POST /accounts/login/ HTTP/1.1\n{head}", body, size)
    assert server.status("GET /readyz HTTP/1.1") == 200
    assert server.memory() - before < 25 * MEGABYTE


def test_idle_connections_do_not_shut_others_out(server):
    idle = []
    try:
        for _ in range(100):
            idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            idle[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b" 200 " in idle[-1].recv(40)
    finally:
        for connection in idle:
            connection.close()
