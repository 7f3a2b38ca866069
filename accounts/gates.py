"""What a tier does not include is refused here, on the server, in words."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from .http import personal, tier_of, viewer
from .tiers import BY_KEY, includes


def refuse(request: HttpRequest, benefit: str) -> HttpResponse:
    """The 403 page that says which tier has a benefit; it offers sign-in to who has not."""
    context = {"benefit": BY_KEY[benefit], "place": request.get_full_path()}
    return personal(render(request, "403_tier.html", context, status=403))


def requires[**P, R: HttpResponseBase](
    benefit: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], R]],
    Callable[Concatenate[HttpRequest, P], R | HttpResponse],
]:
    """A view only for those whose tier includes a benefit (a key of `tiers.BY_KEY`).

    The same for every method and range, signed in or not; never a redirect. What it lets through
    is private too, unless the view says otherwise.
    """
    BY_KEY[benefit]  # a benefit that the table lacks stops the start, not a reader

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @wraps(view)
        def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            if not includes(tier_of(viewer(request)), benefit):
                return refuse(request, benefit)
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        return gated

    return decorate
