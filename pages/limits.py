"""The largest request that this site takes."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string


class LimitMiddleware:
    """Refuses by Content-Length, before a byte of the body is read.

    A body without a length is no way around it: Django reads none of it. What fits here but not
    `DATA_UPLOAD_MAX_MEMORY_SIZE` is refused by Django, unread too, where it is no file.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413 to what is too large."""
        length = request.headers.get("content-length") or ""
        if length.isdecimal() and (len(length) > 18 or int(length) > settings.LARGEST_REQUEST):
            page = render_to_string("413.html")
            return HttpResponse(page, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)
