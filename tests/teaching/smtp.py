"""A mail server for the tests: real SMTP on a socket of this machine, as small as it gets."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    """One connection: HELO, MAIL, RCPT, DATA, RSET, QUIT."""

    server: "Server"

    def handle(self):
        self.server.connections += 1
        self.say("220 test")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "QUIT":
                return self.say("221 bye")
            if verb.upper() == "DATA" and not self.take():
                return None
            if verb.upper() == "RCPT" and self.server.refused and self.server.refused in rest:
                self.say("550 no such person")
            elif verb.upper() != "DATA":
                self.say("250 ok")
        return None

    def take(self) -> bool:
        """One mail; False where the server is to break off instead."""
        if len(self.server.mails) == self.server.breaks_after:
            return False
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.mails.append(b"".join(lines).decode())
        self.say("250 ok")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """Keeps what it is sent; refuses the addresses that contain `refused`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[str] = []
        self.connections = 0
        self.refused = ""
        self.breaks_after: int | None = None

    def url(self) -> dict:
        """What MAILERS says of it."""
        return mailers(self.server_address[1])


def mailers(port: int) -> dict:
    """MAILERS for a server at this port."""
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }


@contextmanager
def serving() -> Iterator[Server]:
    """A server while the block runs."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()


def nobody() -> dict:
    """MAILERS for a port at which nobody answers."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Session) as closed:
        port = closed.server_address[1]
    return mailers(port)
