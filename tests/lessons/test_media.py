"""Public images and sounds: judged by their bytes, kept once, served for good."""

import hashlib
import os
import struct
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from lessons import media
from lessons.library import Library
from lessons.media import Refused, inspect, keep, read, store
from lessons.models import Asset
from tests.factories import make_course, make_module

FORMATS = ["PNG", "JPEG", "WEBP", "GIF", "AVIF"]
WITH_EXIF = ["PNG", "JPEG", "WEBP", "AVIF"]
HTML = b"<!doctype html><html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ORIENTATION, GPS, ARTIST = 0x0112, 0x8825, 0x013B


@pytest.fixture(autouse=True)
def media_root(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def drawing(mode="RGB") -> Image.Image:
    """A picture in which each corner is different."""
    image = Image.new("RGB", (48, 32), "white")
    image.paste("red", (0, 0, 24, 16))
    image.paste("navy", (24, 16, 48, 32))
    return image.convert(mode)


def file(kind="PNG", image=None, **options) -> bytes:
    out = BytesIO()
    (image or drawing()).save(out, kind, **options)
    return out.getvalue()


def moving(kind="GIF", frames=3, **options) -> bytes:
    first, *rest = [drawing().rotate(40 * n) for n in range(frames)]
    return file(kind, first, save_all=True, append_images=rest, duration=80, **options)


def exif(orientation=1) -> Image.Exif:
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[ARTIST] = "SECRET of somebody"
    data.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return data


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image


@cache  # it holds the time
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


# ---- taken --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_kept_byte_for_byte(kind):
    data = file(kind)

    picture = inspect(data)

    assert picture.data == data
    assert picture.media_type == f"image/{kind.lower()}"
    assert (picture.width, picture.height) == (48, 32)
    assert picture.digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
def test_an_animation_is_kept_byte_for_byte(kind):
    data = moving(kind)

    assert inspect(data).data == data
    assert opened(data).n_frames == 3


@pytest.mark.parametrize("kind", WITH_EXIF)
def test_a_colour_profile_stays(kind):
    data = file(kind, icc_profile=profile())

    assert inspect(data).data == data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_false_colour_profile_goes(kind):
    picture = inspect(file(kind, icc_profile=HTML * 4))

    assert "icc_profile" not in opened(picture.data).info
    assert inspect(picture.data) == picture


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    image = drawing("L").convert("I;16") if mode == "I;16" else drawing(mode)

    assert inspect(file(image=image)).width == 48


def test_print_colours_and_progressive_scans_are_taken():
    for data in (file("JPEG", drawing("CMYK")), file("JPEG", progressive=True, quality=95)):
        assert inspect(data).data == data


# ---- what is left out ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WITH_EXIF)
def test_exif_is_dropped(kind):
    data = file(kind, exif=exif(), icc_profile=profile())
    assert b"SECRET" in data

    picture = inspect(data)

    assert b"SECRET" not in picture.data
    info = opened(picture.data).info
    assert "exif" not in info
    assert info["icc_profile"] == profile()
    assert inspect(data) == picture
    assert inspect(picture.data) == picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_dropping_exif_leaves_the_pixels_alone(kind):
    data = file(kind, exif=exif())

    assert opened(inspect(data).data).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("kind", WITH_EXIF)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(kind, orientation):
    data = file(kind, exif=exif(orientation))

    picture = inspect(data)
    image = opened(picture.data)

    expected = ImageOps.exif_transpose(opened(data)).convert("RGB")
    assert (picture.width, picture.height) == image.size == expected.size
    assert image.getexif().get(ORIENTATION, 1) == 1
    assert b"SECRET" not in picture.data
    for corner in ((4, 4), (-5, 4), (4, -5), (-5, -5)):
        spot = (corner[0] % image.width, corner[1] % image.height)
        pairs = zip(image.convert("RGB").getpixel(spot), expected.getpixel(spot), strict=True)
        assert all(abs(ours - theirs) < 40 for ours, theirs in pairs)
    assert inspect(data) == picture
    assert inspect(picture.data) == picture


def test_an_avif_that_turns_without_metadata_is_kept():
    only_turned = Image.Exif()
    only_turned[ORIENTATION] = 6
    data = file("AVIF", exif=only_turned)

    picture = inspect(data)

    assert picture.data == data
    assert (picture.width, picture.height) == (32, 48)


def test_a_broken_orientation_is_upright():
    for broken in (b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0" + b"\x01" * 40):
        assert inspect(file("JPEG", exif=broken)).data == file("JPEG")


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "JPEG"])
def test_xmp_is_dropped(kind):
    picture = inspect(file(kind, xmp=b"<x:xmpmeta>SECRET</x:xmpmeta>"))

    assert b"SECRET" not in picture.data
    assert inspect(picture.data) == picture


def test_comments_are_dropped():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET")
    text.add_itxt("XML:com.adobe.xmp", "SECRET", zip=True)
    for kind, options in (
        ("PNG", {"pnginfo": text}),
        ("JPEG", {"comment": b"SECRET"}),
        ("GIF", {"comment": b"SECRET"}),
    ):
        picture = inspect(file(kind, **options))

        assert b"SECRET" not in picture.data
        assert picture.data.replace(b"GIF89a", b"GIF87a") == file(kind)


def test_unknown_parts_are_dropped():
    plain = file()

    assert inspect(plain[:33] + chunk(b"huNt", HTML) + plain[33:]).data == plain


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("tail", [HTML, SVG, b"PK\3\4" + b"\0" * 60, b"\0"], ids=range(4))
def test_what_follows_the_picture_is_cut(kind, tail):
    assert inspect(file(kind) + tail).data == file(kind)


def test_a_hidden_box_in_an_avif_goes():
    box = struct.pack(">I4s", 8 + len(HTML), b"free") + HTML

    picture = inspect(file("AVIF") + box)

    assert HTML not in picture.data
    assert inspect(picture.data) == picture


def test_moving_metadata():
    picture = inspect(moving("WEBP", exif=exif()))
    assert b"SECRET" not in picture.data
    assert opened(picture.data).n_frames == 3

    for kind, orientation in (("WEBP", 6), ("AVIF", 1)):
        with pytest.raises(Refused, match="export it without metadata"):
            inspect(moving(kind, exif=exif(orientation)))


# ---- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    {
        "empty": (b"", "empty"),
        "svg": (SVG, "SVG pictures may carry scripts; export it as PNG or WebP."),
        "svg with a prologue": (b'\xef\xbb\xbf <?xml version="1.0"?>\n<!-- x -->' + SVG, "SVG"),
        "svg in UTF-16": (SVG.decode().encode("utf-16"), "SVG"),
        "html": (HTML, "HTML"),
        "pdf": (b"%PDF-1.7\n", "PDF"),
        "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        "bmp": (file("BMP"), "no picture that is taken"),
        "tiff": (file("TIFF"), "no picture that is taken"),
        "text": (b"Hello.", "no picture that is taken"),
        "png and html": (b"\x89PNG\r\n\x1a\n" + HTML, "damaged"),
        "gif and script": (b"GIF89a/*" + HTML, "damaged"),
        "png with a bad sum": (file()[:40] + b"!" + file()[41:], "damaged"),
    }.values(),
)
def test_what_is_no_picture_is_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        inspect(data)


def test_avif_is_refused_where_it_cannot_be_read(monkeypatch):
    monkeypatch.setattr("PIL.features.check", lambda _: False)

    with pytest.raises(Refused, match="can't read AVIF"):
        inspect(file("AVIF"))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused(kind, part):
    data = file(kind)

    with pytest.raises(Refused, match="cut short"):
        inspect(data[: int(len(data) * part)])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "AVIF", "PNG"])
def test_a_truncated_animation_is_refused(kind):
    data = moving(kind, frames=5)

    with pytest.raises(Refused):
        inspect(data[: int(len(data) * 0.7)])


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return file()[:8] + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 10_000), (8_000, 5_001)])
def test_a_picture_of_too_many_pixels_is_refused_before_decoding(size, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("decoded"))

    with pytest.raises(Refused, match="40 megapixels"):
        inspect(claims(*size))


def test_a_large_picture_is_taken():
    assert inspect(file(image=Image.new("1", (8_000, 5_000)))).width == 8_000


def test_a_gif_whose_canvas_is_too_large_is_refused():
    data = file("GIF")

    with pytest.raises(Refused, match="40 megapixels"):
        inspect(data[:6] + struct.pack("<HH", 50_000, 50_000) + data[10:])


def test_too_many_bytes_are_refused():
    with pytest.raises(Refused, match=r"10\.1 MB; at most 10 MB"):
        inspect(file() + b"\0" * int(10.1 * 1024 * 1024))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_that_is_too_long_is_refused(kind, monkeypatch):
    monkeypatch.setattr(media, "MAX_FRAMES", 2)
    with pytest.raises(Refused, match="animation is too long"):
        inspect(moving(kind))

    monkeypatch.setattr(media, "MAX_FRAMES", 10)
    monkeypatch.setattr(media, "MAX_PIXELS_OF_FRAMES", 48 * 32 * 2)
    with pytest.raises(Refused, match="animation is too long"):
        inspect(moving(kind))


# ---- kept ---------------------------------------------------------------------------------------


def files_of(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_keep_writes_once(media_root):
    picture = inspect(file())

    keep(picture)

    path = media_root / "public" / picture.digest[:2] / picture.digest
    assert files_of(media_root) == [path]
    assert path.read_bytes() == picture.data
    assert path.stat().st_mode & 0o777 == 0o644
    os.utime(path, (1, 1))
    keep(picture)
    assert path.stat().st_mtime == 1


def test_keep_completes_what_was_cut_off(media_root):
    picture = inspect(file())
    keep(picture)
    [path] = files_of(media_root)
    path.write_bytes(picture.data[:20])

    keep(picture)

    assert path.read_bytes() == picture.data


def test_keep_leaves_nothing_half_written(media_root, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))

    with pytest.raises(OSError, match="disk full"):
        keep(inspect(file()))

    assert files_of(media_root) == []


@pytest.mark.django_db
@pytest.mark.parametrize("in_module", [True, False])
def test_store_makes_a_row_and_repeats_without_harm(in_module):
    module = make_module()
    place = (module.course, module if in_module else None, "media/figure.png")

    asset = store(*place, file())

    assert (asset.media_type, asset.width, asset.height) == ("image/png", 48, 32)
    assert asset.size == len(file())
    assert read(asset) == file()
    assert site.MEDIA_ROOT / asset.stored_as in files_of(site.MEDIA_ROOT)
    before = asset.changed_at
    again = store(*place, file())
    assert (again.pk, again.changed_at) == (asset.pk, before)

    other = store(*place, file("WEBP"))

    assert other.pk == asset.pk
    assert other.url != asset.url
    other.refresh_from_db()
    assert other.media_type == "image/webp"
    assert other.changed_at > before
    assert read(asset) == file()  # pages made before still show it


@pytest.mark.django_db
def test_one_path_in_a_module_and_in_its_course():
    module = make_module()

    store(module.course, module, "media/a.png", file())
    store(module.course, None, "media/a.png", file("GIF"))

    assert Asset.objects.count() == 2


@pytest.mark.django_db
def test_what_is_refused_leaves_no_trace(media_root):
    with pytest.raises(Refused, match="SVG"):
        store(make_course(), None, "media/logo.png", SVG)
    with pytest.raises(Refused, match="300 characters"):
        store(make_course(), None, "media/" + "x" * 300, file())

    assert not Asset.objects.exists()
    assert files_of(media_root) == []


# ---- served -------------------------------------------------------------------------------------


@pytest.fixture
def asset(db) -> Asset:
    return store(make_course(), None, "media/figures/Fig 1 ü.png", file())


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_an_image_is_served_for_good(client, asset, django_assert_num_queries):
    assert asset.url == f"/media/{asset.digest[:32]}/Fig%201%20%C3%BC.png"

    with django_assert_num_queries(1):
        response = client.get(asset.url)

    assert response.status_code == 200
    assert body(response) == file()
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(len(file()))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == "inline"
    assert response["ETag"] == f'"{asset.digest}"'
    assert "Vary" not in response
    assert not response.cookies


def test_head_has_the_headers_alone(client, asset):
    response = client.head(asset.url)
    whole = client.get(asset.url)

    assert response.status_code == 200
    assert response.content == b""
    assert dict(response.headers) == dict(whole.headers)
    whole.close()


def test_a_known_image_is_not_sent_again(client, asset):
    for known in (f'"{asset.digest}"', f'"other", W/"{asset.digest}"', "*"):
        response = client.get(asset.url, headers={"If-None-Match": known})

        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == f'"{asset.digest}"'
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Vary" not in response

    response = client.get(asset.url, headers={"If-None-Match": '"other"'})
    assert body(response) == file()


def test_nobodys_session_shows_in_the_answer(as_ada, asset):
    stale = Client()
    stale.cookies[site.SESSION_COOKIE_NAME] = "a" * 32

    for browser in (as_ada, stale):
        response = browser.get(asset.url)
        assert body(response) == file()
        assert "Vary" not in response
        assert not response.cookies


def test_only_reading_is_answered(client, asset):
    assert client.post(asset.url).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/media/{digest}/other.png",
        "/media/{digest}/1%20%C3%BC.png",
        "/media/{digest}/fig%201%20%C3%BC.png",
        "/media/{digest}/figures%2FFig%201%20%C3%BC.png",
        "/media/{digest}/..%2F..%2F..%2Fetc%2Fpasswd",
        "/media/{digest}/..%5C..%5Cpasswd",
        "/media/{digest}/..",
        "/media/{digest}/%00",
        "/media/{digest}/Fig%201%20%C3%BC.png%00",
        "/media/{digest}/%25",
        "/media/{digest}/",
        "/media/{upper}/Fig%201%20%C3%BC.png",
        "/media/{digest}0/Fig%201%20%C3%BC.png",
        "/media/{digest}%0A/Fig%201%20%C3%BC.png",
        "/media/{short}/Fig%201%20%C3%BC.png",
        "/media/..%2F{short}/Fig%201%20%C3%BC.png",
        "/media/" + "0" * 32 + "/Fig%201%20%C3%BC.png",
        "/media/" + "_" * 32 + "/Fig%201%20%C3%BC.png",
        "/media/" + "%25" * 32 + "/Fig%201%20%C3%BC.png",
    ],
)
def test_every_other_address_is_404(client, asset, address):
    digest = asset.digest[:32]
    # A digest has letters in all likelihood; this one has to.
    assert digest.upper() != digest

    address = address.format(digest=digest, upper=digest.upper(), short=digest[:31])

    assert client.get(address).status_code == 404


def test_lost_bytes_are_404_and_logged(client, asset, media_root, caplog):
    (media_root / asset.stored_as).unlink()

    response = client.get(asset.url)

    assert response.status_code == 404
    assert "media/figures/Fig 1 ü.png" in caplog.text
    with pytest.raises(FileNotFoundError):
        read(asset)


def test_an_archived_courses_image_is_served(client, asset):
    asset.course.archived_at = timezone.now()
    asset.course.save()

    assert body(client.get(asset.url)) == file()


def test_one_picture_of_two_courses_has_both_names(client, asset):
    twin = store(make_course(), None, "media/twin.png", file())

    assert twin.digest == asset.digest
    for address in (asset.url, twin.url):
        assert body(client.get(address)) == file()


def test_texts_show_it(asset):
    image = Library(asset.course).references().media("media/figures/Fig 1 ü.png")

    assert (image.url, image.width, image.height) == (asset.url, 48, 32)
