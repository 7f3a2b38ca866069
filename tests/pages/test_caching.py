"""Public pages: the same bytes for everybody, no cookie, no query; personal ones never shared."""

import gzip

import brotli
import pytest

from tests.factories import make_lesson, make_playbook, make_quiz, make_tool

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/",
    "/lessons/open/",
    "/courses/course/",
    "/tools/",
    "/tools/hammer/",
    "/playbooks/",
    "/playbooks/steps/",
    "/pricing/",
    "/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
]


@pytest.fixture(autouse=True)
def site(db):
    """One of everything."""
    lesson = make_lesson(slug="open", title="An open lesson")
    lesson.module.course.slug = "course"
    lesson.module.course.save()
    make_quiz(lesson)
    make_tool(lesson.module.course, slug="hammer")
    make_playbook(lesson.module.course, slug="steps")
    return lesson


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_can_be_shared(client, address):
    first = client.get(address)
    second = client.get(address)

    assert first.status_code == 200
    assert first.content == second.content
    assert not first.cookies
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert first["CDN-Cache-Control"] == "public, max-age=5"
    assert "Cookie" in first["Vary"]
    assert b"csrf" not in first.content
    assert b"nonce" not in first.content


@pytest.mark.parametrize("address", PUBLIC)
def test_a_kept_page_asks_nothing_of_the_database(client, address, django_assert_num_queries):
    client.get(address)

    with django_assert_num_queries(0):
        client.get(address)


def test_an_unchanged_page_is_304(client):
    etag = client.get("/lessons/open/")["ETag"]

    answer = client.get("/lessons/open/", headers={"If-None-Match": etag})

    assert answer.status_code == 304
    assert not answer.content


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)]
)
def test_it_is_compressed_ahead(client, encoding, unpack):
    plain = client.get("/lessons/open/")

    packed = client.get("/lessons/open/", headers={"Accept-Encoding": encoding})

    assert packed["Content-Encoding"] == encoding
    assert unpack(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert client.get("/lessons/open/", headers={"Accept-Encoding": "br;q=0"}).content


def test_junk_in_the_address_makes_no_other_page(client):
    assert client.get("/lessons/open/?x=1").content == client.get("/lessons/open/").content


def test_an_edit_shows(client, site, public_pages):
    client.get("/lessons/open/")
    site.title = "Another title"
    site.save()
    public_pages.forget()

    assert "Another title" in client.get("/lessons/open/").text


@pytest.mark.parametrize("address", [*PUBLIC, "/search/?q=open", "/me/", "/me/bookmarks/"])
def test_a_person_s_page_is_theirs_alone(as_ada, address):
    answer = as_ada.get(address)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert {"Cookie", "HX-Request"} <= {part.strip() for part in answer["Vary"].split(",")}


def test_a_person_s_page_never_reaches_others(client, as_ada):
    """Trial 9: whoever comes second gets their own page, whatever the headers."""
    mine = as_ada.get("/lessons/open/", headers={"HX-Request": "true", "Accept": "text/*"})
    theirs = client.get("/lessons/open/", headers={"HX-Request": "true", "Accept": "text/*"})

    assert "Ada" in mine.text
    assert "Ada" not in theirs.text
    assert theirs.text.startswith("<!doctype html>")


def test_a_stale_cookie_is_an_anonymous_reader(client):
    plain = client.get("/lessons/open/").content
    client.cookies["sessionid"] = "gone"

    answer = client.get("/lessons/open/")

    assert answer.content == plain
    assert answer["Cache-Control"].startswith("public")


@pytest.mark.parametrize("address", PUBLIC)
def test_only_reading_is_answered(client, address):
    assert client.head(address).status_code == 200
    assert not client.head(address).content
    assert client.post(address).status_code == 405
    assert client.delete(address).status_code == 405
