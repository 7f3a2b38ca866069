"""The person's side of each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from .http import viewer


class PersonMiddleware:
    """Shows times in the person's own zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with the person's time zone active."""
        person = viewer(request)
        if person is None:
            return self.get_response(request)
        with timezone.override(person.zone):
            return self.get_response(request)
