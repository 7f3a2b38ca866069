"""A gate: in words, at the thing's own address, for every method, never a redirect."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from accounts.gates import requires
from accounts.tiers import Tier
from config import urls as site
from tests.conftest import person, signed_in


@requires("audio")
def recording(request):
    return HttpResponse("sound")


@requires("video")
def film(request):
    return HttpResponse("pictures", headers={"Cache-Control": "private, max-age=60"})


urlpatterns = [*site.urlpatterns, path("recording", recording), path("film", film)]
handler403 = site.handler403
METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.parametrize("tier", [Tier.PLUS, Tier.PRO])
def test_who_has_it_gets_it(db, tier):
    response = signed_in(person("paula@example.org", tier)).get("/recording")
    assert response.content == b"sound"
    assert response["Cache-Control"] == "private, no-store"


def test_what_the_view_says_of_caches_stays(db):
    response = signed_in(person("paula@example.org", Tier.PRO)).get("/film")
    assert response["Cache-Control"] == "private, max-age=60"


def test_who_lacks_it_is_told_who_has_it(as_ada):
    response = as_ada.get("/recording")
    html = response.content.decode()
    assert response.status_code == 403
    assert "Audio streaming: part of Plus" in html
    assert "Your plan is Free" in html
    assert 'href="/pricing/"' in html
    assert "no-store" in response["Cache-Control"]


def test_plus_is_told_of_pro(db):
    response = signed_in(person("paula@example.org", Tier.PLUS)).get("/film")
    html = response.content.decode()
    assert response.status_code == 403
    assert "Video lessons: part of Pro" in html
    assert "Your plan is Plus" in html


def test_an_anonymous_reader_may_sign_in_and_come_back(client, db):
    response = client.get("/recording?part=2&x=%2F")
    assert response.status_code == 403
    html = response.content.decode()
    assert 'href="/accounts/login/?next=%2Frecording%3Fpart%3D2%26x%3D%252F"' in html
    assert 'href="/pricing/"' in html
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", METHODS)
def test_no_method_gets_around_it(as_ada, client, method):
    for browser in (as_ada, client):
        response = getattr(browser, method)("/recording", headers={"Range": "bytes=0-1"})
        assert response.status_code == 403
        assert b"sound" not in response.content


def test_a_gate_for_nothing_stops_the_start():
    with pytest.raises(KeyError):
        requires("gold")
