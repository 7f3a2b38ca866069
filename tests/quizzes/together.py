"""Things done at the same moment, by real threads that each have their own connection.

`together` and `in_tabs` start many at once and leave the order to chance; `overtaken` decides the
order: it holds one up between its reading and its writing.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections
from django.test import Client

AT_ONCE = 20
LOCKS = ("BEGIN", "FOR UPDATE", "FOR NO KEY UPDATE")
PATIENCE = 30  # seconds; nothing takes as long unless it hangs


def tab(browser: Client) -> Client:
    """Another tab: a client of its own with the same cookies, ready to ask."""
    other = Client()
    other.cookies.update(browser.cookies)
    other.handler.load_middleware()
    return other


def together[T](acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What each act returns or raises, all begun at the same moment."""
    gate = Barrier(len(acts))

    def one(act: Callable[[], T]) -> T | Exception:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            return act()
        except Exception as error:  # noqa: BLE001 - what came of it, for the test to judge
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def in_tabs(browser: Client, ask: Callable[[Client, int], Any], times: int = AT_ONCE) -> list[Any]:
    """What `ask(tab, n)` answers, asked in so many tabs of a browser at the same moment."""

    def act(n: int) -> Callable[[], Any]:
        other = tab(browser)
        return lambda: ask(other, n)

    answers = together([act(n) for n in range(times)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return answers


def overtaken[T](slow: Callable[[], T], quick: Callable[[], Any]) -> T:
    """What `slow` returns when all of `quick` happens after it has read and before it writes."""
    waits, go_on = Event(), Event()

    def hold(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The lock before the first write: of SQLite's whole file, of PostgreSQL's row.
        if not waits.is_set() and any(word in sql for word in LOCKS):
            waits.set()
            assert go_on.wait(PATIENCE)
        return execute(sql, params, many, context)

    def held() -> T:
        try:
            with connection.execute_wrapper(hold):
                return slow()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(held)
        try:
            assert waits.wait(PATIENCE), "nothing was written"
            quick()
        finally:
            go_on.set()
        return answer.result()
