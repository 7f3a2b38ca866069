"""Public pages: rendered once for every anonymous reader, kept with their compressed forms.

A process keeps finished pages in memory. Once a second at most it asks the database for one stamp
over all public tables; a page made under another stamp is made again. So an answer is the same
bytes for everyone, costs no query, and is at most a second behind an edit.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import brotli
from django.db.models import Count, Max, Value
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from accounts.http import personal, viewer
from lessons.models import Asset, Changed, Course, Lesson, Module, Objective, Playbook, Tool
from quizzes.models import Question, Quiz

PUBLIC_TABLES: tuple[type[Changed], ...] = (
    Course,
    Module,
    Lesson,
    Objective,
    Tool,
    Playbook,
    Asset,
    Quiz,
    Question,
)
# How many finished pages a process keeps, and how long (seconds) it believes a stamp.
MOST_PAGES = 600
STAMP_LIFE = 1.0
SMALLEST_COMPRESSED = 600


def read_stamp() -> str:
    """A word that changes with any public row, and when a scheduled lesson comes out. One query."""
    tables = [
        model._default_manager.order_by()
        .values(table=Value(model._meta.label_lower))
        .annotate(rows=Count("pk"), latest=Max("changed_at"))
        .values_list("table", "rows", "latest")
        for model in PUBLIC_TABLES
    ]
    published = (
        Lesson.objects.published(timezone.now())
        .order_by()
        .values(table=Value("published"))
        .annotate(rows=Count("pk"), latest=Max("publish_at"))
        .values_list("table", "rows", "latest")
    )
    rows = tables[0].union(*tables[1:], published, all=True).order_by()
    return hashlib.sha256(repr(sorted(rows, key=str)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer in each of its encodings."""

    stamp: str
    content_type: str
    digest: str
    bodies: dict[str, bytes]

    @classmethod
    def of(cls, response: HttpResponse, stamp: str) -> "Page":
        """Compress an answer ahead; the bytes are the same each time."""
        body = response.content
        bodies = {"": body}
        if len(body) >= SMALLEST_COMPRESSED:
            bodies["br"] = brotli.compress(body, quality=9)
            bodies["gzip"] = gzip.compress(body, compresslevel=9, mtime=0)
        digest = hashlib.sha256(body).hexdigest()[:32]
        return cls(stamp, response["Content-Type"], digest, bodies)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer in an encoding that the client takes; 304 where it has it already."""
        accepted = {
            part.split(";")[0].strip()
            for part in request.headers.get("Accept-Encoding", "").split(",")
            if not part.replace(" ", "").endswith(";q=0")
        }
        encoding = next(
            (name for name in ("br", "gzip") if name in accepted & set(self.bodies)), ""
        )
        etag = f'"{self.digest}{"-" + encoding if encoding else ""}"'
        known = parse_etags(request.headers.get("If-None-Match", ""))
        response: HttpResponse
        if known == ["*"] or etag in (tag.removeprefix("W/") for tag in known):
            response = HttpResponseNotModified()
        else:
            response = HttpResponse(self.bodies[encoding], content_type=self.content_type)
            if encoding:
                response["Content-Encoding"] = encoding
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        response["CDN-Cache-Control"] = "public, max-age=5"
        patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
        return response


class PublicPages:
    """The pages that this process keeps, least used last to stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[Any, ...], Page] = OrderedDict()
        self._stamp = ""
        self._stamped_at = float("-inf")

    def stamp(self) -> str:
        """The current stamp, at most `STAMP_LIFE` old."""
        if time.monotonic() - self._stamped_at > STAMP_LIFE:
            self._stamp = read_stamp()
            self._stamped_at = time.monotonic()
        return self._stamp

    def get(self, key: tuple[Any, ...], stamp: str) -> Page | None:
        """The page made under this stamp, or None."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.stamp != stamp:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[Any, ...], page: Page) -> None:
        """Keep a page; the one used longest ago leaves when there are too many."""
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def forget(self) -> None:
        """Forget all: the next request asks again."""
        with self._lock:
            self._pages.clear()
            self._stamped_at = float("-inf")


pages = PublicPages()


View = Callable[..., HttpResponse]


def public_page(*parameters: str) -> Callable[[View], View]:
    """Keep a view's answer to anonymous readers; a signed-in person's is made for them alone.

    `parameters`: the query parameters that the view reads; others don't make another page.
    """

    def decorate(view: View) -> View:
        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if viewer(request) is not None:
                return personal(view(request, *args, **kwargs))
            key = (request.path, *(request.GET.get(name, "") for name in parameters))
            stamp = pages.stamp()
            page = pages.get(key, stamp)
            if page is None:
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.cookies:
                    return response
                page = Page.of(response, stamp)
                pages.put(key, page)
            return page.answer(request)

        return answer

    return decorate
