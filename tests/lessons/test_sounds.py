"""Sounds: judged by their bytes, kept as they are, served in parts."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import media
from lessons.library import Library
from lessons.markdown import Sound
from lessons.media import Refused, inspect, store
from lessons.models import Asset, FormerBytes
from lessons.ranges import span
from lessons.sounds import Unplayable, sound_type
from tests.factories import make_course, make_module
from tests.interchange.folder import png
from tests.sounds import adts, box, m4a, mp3, ogg_page, opus, wav

HTML = b"<!doctype html><html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


# ---- taken --------------------------------------------------------------------------------------

TAKEN = {
    "mp3": (mp3(), "audio/mpeg"),
    "mp3 of one frame": (mp3(1), "audio/mpeg"),
    "mp3 with a tag": (mp3(tag=b"TIT2 by somebody"), "audio/mpeg"),
    "mp3 with padding": (mp3(tag=b"x")[:11] + bytes(64) + mp3(), "audio/mpeg"),
    "mp3 with an old tag": (mp3(1) + b"TAG" + bytes(125), "audio/mpeg"),
    "mp3 of version 2": ((b"\xff\xf3\x40\xc0" + bytes(100)) * 3, "audio/mpeg"),
    "mp2": ((b"\xff\xfd\x80\x00" + bytes(413)) * 3, "audio/mpeg"),
    "opus": (opus(), "audio/ogg"),
    "vorbis": (opus(b"\x01vorbis"), "audio/ogg"),
    "m4a": (m4a(), "audio/mp4"),
    "m4a of other brands": (m4a(brand=b"isom"), "audio/mp4"),
    "aac": (adts(), "audio/aac"),
    "wav": (wav(), "audio/wav"),
    "wav with a note": (
        wav()[:12] + b"LIST\x03\x00\x00\x00abc\x00" + wav()[12:],
        "audio/wav",
    ),
}


@pytest.mark.parametrize(("data", "media_type"), TAKEN.values(), ids=TAKEN)
def test_a_sound_is_kept_byte_for_byte(data, media_type):
    medium = inspect(data)

    assert medium.data == data
    assert medium.media_type == media_type
    assert (medium.width, medium.height) == (None, None)
    assert medium.digest == hashlib.sha256(data).hexdigest()


REFUSED = {
    "html": (HTML, "web page"),
    "html behind a tag": (mp3(0, tag=b"TIT2") + HTML, "web page"),
    "html behind one frame": (mp3(1) + HTML, "web page"),
    "html in ogg": (b"OggS" + HTML, "damaged"),
    "html behind ogg": (opus() + HTML, "damaged"),
    "html in mp4": (box(b"ftyp", b"M4A ") + HTML, "damaged"),
    "html in wave": (b"RIFF\x00\x00\x00\x00WAVE" + HTML, "damaged"),
    "svg": (SVG, "SVG"),
    "a tag alone": (mp3(0, tag=b"TIT2"), "no sound"),
    "a tag cut short": (b"ID3\x04", "no sound"),
    "free format": (b"\xff\xfb\x00\xc0" * 400, "no sound"),
    "cut ogg": (opus()[:-1], "damaged"),
    "cut in a header": (opus() + b"OggS\x00", "damaged"),
    "ogg of something": (opus(b"fishead\0"), "no sound"),
    "ogg of a film": (ogg_page(b"\x80theora" + bytes(9), flags=2) + opus(), "a video"),
    "a film": (m4a(b"vide"), "a video"),
    "mp4 of text": (m4a(b"text"), "no sound"),
    "mp4 without its sound": (m4a()[:-13], "damaged"),
    "cut m4a": (m4a()[:-1], "damaged"),
    "cut wav": (wav()[:-1], "damaged"),
    "wav of mp3": (wav()[:20] + b"\x55\x00" + wav()[22:], "no sound"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_sound_is_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        inspect(data)


def test_a_sound_of_too_many_bytes_is_refused(monkeypatch):
    monkeypatch.setattr(media, "MAX_BYTES", 1024)

    with pytest.raises(Refused, match=r"at most 0 MB are taken\. Save it as MP3 or Opus"):
        inspect(mp3())


@settings(max_examples=60)
@given(
    st.sampled_from([opus(), m4a(), wav(), mp3(tag=b"x"), adts()]),
    st.integers(0, 80),
    st.binary(max_size=12),
)
def test_whatever_the_bytes_there_is_an_answer(data, at, junk):
    with suppress(Unplayable):
        found = sound_type(data[:at] + junk + data[at + len(junk) :])
        assert found is None or found.startswith("audio/")


# ---- served -------------------------------------------------------------------------------------


@pytest.fixture
def asset(db) -> Asset:
    return store(make_course(), None, "media/clip.mp3", mp3())


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_sound_is_served_for_good(client, asset, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(asset.url)

    assert response.status_code == 200
    assert body(response) == mp3()
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(len(mp3()))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["ETag"] == f'"{asset.digest}"'
    assert "Content-Range" not in response


SIZE = len(mp3())
PARTS = {
    "bytes=0-1": (0, 2),
    "bytes=0-": (0, SIZE),
    "bytes=100-199": (100, 200),
    "bytes=1000-": (1000, SIZE),
    f"bytes={SIZE - 1}-{SIZE + 10}": (SIZE - 1, SIZE),
    "bytes=-5": (SIZE - 5, SIZE),
    "bytes=-999999": (0, SIZE),
    "BYTES=7-7": (7, 8),
}


@pytest.mark.parametrize(("header", "part"), PARTS.items())
def test_a_part_is_served(client, asset, header, part):
    first, end = part

    response = client.get(asset.url, headers={"Range": header})

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - first)
    assert body(response) == mp3()[first:end]
    assert response["Content-Type"] == "audio/mpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in response


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_behind_the_end_is_416(client, asset, header):
    response = client.get(asset.url, headers={"Range": header})

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content == b""


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,5-6",
        "bytes=5-2",
        "bytes=-",
        "bytes=x-",
        "bytes 0-1",
        "seconds=0-1",
        "",
        "bytes=٣-",
    ],
)
def test_what_is_no_single_range_gets_the_whole(client, asset, header):
    response = client.get(asset.url, headers={"Range": header})

    assert response.status_code == 200
    assert body(response) == mp3()


def test_if_range(client, asset):
    known = {"Range": "bytes=0-9", "If-Range": f'"{asset.digest}"'}
    assert body(client.get(asset.url, headers=known)) == mp3()[:10]

    for other in ('"other"', f'W/"{asset.digest}"', "Tue, 24 Nov 2026 12:00:00 GMT"):
        response = client.get(asset.url, headers={"Range": "bytes=0-9", "If-Range": other})
        assert response.status_code == 200
        assert body(response) == mp3()


def test_head_and_known_sounds_know_no_ranges(client, asset):
    head = client.head(asset.url, headers={"Range": "bytes=0-9"})
    known = {"Range": "bytes=0-9", "If-None-Match": f'"{asset.digest}"'}

    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(SIZE)
    assert head["Accept-Ranges"] == "bytes"
    assert client.get(asset.url, headers=known).status_code == 304


def test_a_part_of_a_picture_is_served_too(client, db):
    asset = store(make_course(), None, "media/a.png", png())

    response = client.get(asset.url, headers={"Range": "bytes=1-3"})

    assert body(response) == b"PNG"


def test_bytes_that_were_replaced_are_served_to_who_still_shows_them(
    client, asset, django_assert_num_queries
):
    old = asset.url
    store(asset.course, None, asset.path, wav())

    with django_assert_num_queries(2):
        response = client.get(old)

    assert body(response) == mp3()
    assert response["Content-Type"] == "audio/mpeg"
    assert client.get(old.replace("clip", "other")).status_code == 404
    asset = Asset.objects.get()
    assert body(client.get(asset.url)) == wav()
    store(asset.course, None, asset.path, mp3())  # and back
    for address in (old, asset.url):
        assert client.get(address).getvalue()
    assert FormerBytes.objects.count() == 2


def test_what_left_the_course_is_served_but_not_what_was_deleted(client, asset):
    address = asset.url

    Asset.objects.get().retire()

    assert body(client.get(address)) == mp3()
    again = store(asset.course, None, "media/clip.mp3", mp3())
    store(asset.course, None, "media/clip.mp3", wav())
    again.delete()
    assert client.get(address).status_code == 404


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40))
def test_a_span_lies_within_the_file(first, last, size):
    found = span(f"bytes={first}-{last}", size)

    if found is None:
        assert last < first
    else:
        assert found[0] == first
        assert found[1] <= size
        assert (found[0] >= found[1]) == (first >= size)


# ---- in texts -----------------------------------------------------------------------------------


def test_texts_play_it(asset):
    assert Library(asset.course).references().media("media/clip.mp3") == Sound(asset.url)


@pytest.mark.django_db
def test_the_type_is_that_of_the_bytes():
    module = make_module()

    asset = store(module.course, module, "media/clip.png", wav())

    assert asset.is_sound
    assert (asset.media_type, asset.width, asset.height) == ("audio/wav", None, None)
