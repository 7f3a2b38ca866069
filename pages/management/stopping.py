"""How long commands end when they are told to."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def _leave(number: int, _frame: Any) -> None:
    sys.exit(128 + number)


@contextmanager
def stopped_cleanly() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does, so that it takes away what is half written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
