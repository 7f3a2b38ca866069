"""The images and sounds of courses: judged by their bytes, kept under their hash, served for good.

A sound is kept byte for byte, its tags too. So is a picture that carries nothing but itself: an
exported course holds what was imported. What else is in its file goes: EXIF, XMP, comments,
unknown parts, and whatever follows the picture's end. Where the container allows it these parts
are left out and the pixels stay as they are; a picture that has to be turned upright, and an AVIF
with metadata, is drawn again. The result depends on the bytes alone, and what was kept once is
kept unchanged again.
"""

import hashlib
import logging
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from PIL import ExifTags, Image, features

from . import sounds
from .models import Asset, Course, FormerBytes, Module
from .ranges import serve

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
# An animation is decoded whole once, when it is taken: so much in all its frames together.
MAX_FRAMES = 1_000
MAX_PIXELS_OF_FRAMES = 400_000_000

TOO_MANY_PIXELS = (
    f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels, the most that is taken; "
    "scale it down."
)
DAMAGED = "The file is damaged or cut short; save the picture again."


class Refused(ValueError):  # noqa: N818 - an answer to the author, not a fault
    """Why an image or a sound is not taken: a sentence for its author."""


@dataclass(frozen=True, slots=True)
class Medium:
    """An image or a sound that is taken: the bytes to keep, what they are, their SHA-256 in hex.

    Width and height in pixels; a sound has none.
    """

    data: bytes
    media_type: str
    width: int | None
    height: int | None
    digest: str


def inspect(data: bytes) -> Medium:
    """Judge an image or a sound by its bytes; raises `Refused`."""
    if not data:
        raise Refused("The file is empty.")
    try:
        sound = sounds.sound_type(data)
    except sounds.Unplayable as error:
        raise Refused(str(error)) from error
    if len(data) > MAX_BYTES:
        advice = "Scale the picture down, or save it as WebP."
        if sound:
            advice = "Save it as MP3 or Opus at a lower bit rate, or cut it into parts."
        raise Refused(
            f"The file has {len(data) / 1024**2:.1f} MB; at most {MAX_BYTES // 1024**2} MB "
            f"are taken. {advice}"
        )
    if sound:
        return Medium(data, sound, None, None, hashlib.sha256(data).hexdigest())
    return _picture(data)


def _picture(data: bytes) -> Medium:
    """Judge an image by its bytes; raises `Refused`."""
    kind = _kind_of(data)
    try:
        kept, width, height = _checked(data, kind)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise Refused(DAMAGED) from error
    if len(kept) > MAX_BYTES:
        raise Refused(
            f"Turned upright and without its metadata the picture has more than "
            f"{MAX_BYTES // 1024**2} MB; scale it down."
        )
    return Medium(kept, f"image/{kind.lower()}", width, height, hashlib.sha256(kept).hexdigest())


# What damaged files make Pillow and the readers below raise.
_BROKEN = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)


def _kind_of(data: bytes) -> str:
    """The format as Pillow names it, by the first bytes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and re.search(rb"avi[fs]", data[8:64]):
        if features.check("avif"):
            return "AVIF"
        raise Refused("This site can't read AVIF pictures; export it as PNG or WebP.")
    raise Refused(_why_not(data))


def _why_not(data: bytes) -> str:
    """What something that is neither is instead, as far as its beginning tells."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\x00", b"").lower()
    if re.search(rb"<svg\b|<!doctype svg", head):
        return "SVG pictures may carry scripts; export it as PNG or WebP."
    if re.search(rb"<!doctype html|<(?:html|head|body|script)\b", head):
        return "This is a web page (HTML), not a picture or a sound."
    if b"%pdf-" in head[:1024]:
        return "This is a PDF, not a picture; export its page as PNG or WebP."
    if data[4:8] == b"ftyp" and re.search(rb"hei[cx]|mif1", data[8:64]):
        return "Most browsers don't show HEIC photographs; export it as JPEG or WebP."
    return (
        "This is no picture that is taken (PNG, JPEG, WebP, GIF or AVIF), and no sound (MP3, "
        "Ogg, M4A, AAC or WAV)."
    )


# ---- what of a file is picture ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bare:
    """A file without what isn't picture."""

    data: bytes
    exif: bytes = b""  # what was left out and may say how the picture stands
    redraw: bool = False  # it holds more than the picture, and parts can't be left out


def _png(data: bytes, profile: bool) -> _Bare:
    """Chunks up to IEND; only those that a picture is made of."""
    known = b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB cICP mDCV cLLI sBIT bKGD pHYs acTL fcTL fdAT"
    wanted = {*known.split(), *([b"iCCP"] if profile else [])}
    kept, exif, at, kind = [data[:8]], b"", 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if kind in wanted:
            if zlib.crc32(data[at + 4 : end - 4]) != checksum:
                raise ValueError(kind)
            kept.append(data[at:end])
        elif kind == b"eXIf":
            exif = exif or data[at + 8 : end - 4]
        at = end
    return _Bare(b"".join(kept), exif)


# In the data of a scan 0xff is followed by 0 or a restart marker; anything else ends the scan.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _jpeg(data: bytes, profile: bool) -> _Bare:
    """Segments up to EOI; tables, frames, scans, and of the applications' only three."""
    kept, exif, at = [data[:2]], b"", 2
    while True:
        start = at
        while data[at : at + 2] == b"\xff\xff":  # padding
            at += 1
        if data[at] != 0xFF:
            raise ValueError(at)
        marker = data[at + 1]
        if marker == 0xD9:
            kept.append(data[start : at + 2])
            return _Bare(b"".join(kept), exif)
        (length,) = struct.unpack_from(">H", data, at + 2)
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if marker == 0xDA:
            found = _SCAN_END.search(data, at)
            if found is None:
                raise EOFError
            at = found.start()
        if (
            0xC0 <= marker <= 0xDF
            or (marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) == 14)  # no thumbnail
            or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and profile)
            or (marker == 0xEE and body.startswith(b"Adobe") and len(body) == 12)
        ):
            kept.append(data[start:at])
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body


def _gif(data: bytes, profile: bool) -> _Bare:
    """Blocks up to the trailer; frames, their control, and how often they repeat."""

    def table(flags: int) -> int:
        return 3 << ((flags & 7) + 1) if flags & 0x80 else 0

    def after_blocks(at: int) -> int:
        while size := data[at]:
            at += size + 1
        return at + 1

    at = 13 + table(data[10])
    kept, frames = [data[:at]], 0
    while data[at] != 0x3B:
        start, wanted = at, True
        if data[at] == 0x2C:
            at = after_blocks(at + 11 + table(data[at + 9]))
            frames += 1
            if frames > MAX_FRAMES:
                raise Refused(_too_many_frames(frames))
        elif data[at] == 0x21:
            label, application = data[at + 1], data[at + 3 : at + 14]
            wanted = label == 0xF9 or (
                label == 0xFF and application in {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
            )
            at = after_blocks(at + 2)
        elif data[at] == 0:  # some programs end a block twice
            at, wanted = at + 1, False
        else:
            raise ValueError(at)
        if wanted:
            kept.append(data[start:at])
    return _Bare(b"".join([*kept, b"\x3b"]))


def _webp(data: bytes, profile: bool) -> _Bare:
    """Chunks up to the length that the file gives; only those of the picture."""
    wanted = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
    wanted |= {b"ICCP"} if profile else set()
    (length,) = struct.unpack_from("<I", data, 4)
    end, at, exif = 8 + length, 12, b""
    if end > len(data):
        raise EOFError
    kept, whole = [b"WEBP"], True
    while at < end:
        kind, size = struct.unpack_from("<4sI", data, at)
        start, at = at, min(at + 8 + size + size % 2, end)
        if start + 8 + size > end:
            raise EOFError
        if kind in wanted:
            kept.append(data[start:at])
            continue
        whole = False
        if kind == b"EXIF":
            exif = exif or data[start + 8 : start + 8 + size]
    if whole:
        return _Bare(data[:end])
    if kept[1].startswith(b"VP8X"):  # its flags say what else is in the file
        gone = 0x0C if any(part.startswith(b"ICCP") for part in kept) else 0x2C
        kept[1] = kept[1][:8] + bytes([kept[1][8] & ~gone]) + kept[1][9:]
    body = b"".join(kept)
    return _Bare(b"RIFF" + struct.pack("<I", len(body)) + body, exif)


def _avif(data: bytes, profile: bool) -> _Bare:
    """Boxes as long as they are the picture's; offsets reach across them, so none is left out."""
    at, redraw, filled = 0, False, False
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        known = kind in {b"ftyp", b"meta", b"moov", b"mdat"}
        if size < head or at + size > len(data):
            if known or not filled:
                raise EOFError
            break
        inside = data[at + head : at + size] if kind in {b"meta", b"moov"} else b""
        redraw |= bool(re.search(rb"Exif|mime|uuid|udta", inside))
        redraw |= not known and (kind != b"free" or size > 8)
        filled |= kind == b"mdat"
        at += size
    return _Bare(data[:at], redraw=redraw)


_BARE: dict[str, Callable[[bytes, bool], _Bare]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "GIF": _gif,
    "WEBP": _webp,
    "AVIF": _avif,
}


# ---- whether it can be shown --------------------------------------------------------------------


def _checked(data: bytes, kind: str) -> tuple[bytes, int, int]:
    """The bytes to keep, width and height, once every frame has been decoded."""
    bare = _BARE[kind](data, True)
    with _opened(bare.data, kind) as image:
        profile, size = image.info.get("icc_profile", b""), image.size
        _load(image)
        if profile != b"" and not _is_profile(profile):
            profile = None
            bare = _BARE[kind](data, False) if kind != "AVIF" else _Bare(bare.data, redraw=True)
        turned = _orientation(image, bare)
        # An AVIF that has nothing else to lose says it outside its metadata, to browsers too.
        if kind == "AVIF" and not bare.redraw:
            return bare.data, *(size if turned < 5 else size[::-1])
        if turned == 1 and not bare.redraw:
            return bare.data, *size
        if getattr(image, "is_animated", False):
            raise Refused(
                "This animation carries metadata that can't be taken out without drawing it "
                "again; export it without metadata, the right way up."
            )
        upright = image.transpose(_UPRIGHT[turned]) if turned in _UPRIGHT else image.copy()
        options = dict(_SAVING[kind])
        if kind == "WEBP":
            options["lossless"] = b"VP8L" in bare.data[:64]
        file = BytesIO()
        upright.save(file, kind, icc_profile=profile or None, **options)
        return _BARE[kind](file.getvalue(), True).data, *upright.size


_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SAVING: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 92},
    "WEBP": {"quality": 90},
    # Tiles and threads would make the bytes depend on the processors of the machine.
    "AVIF": {"quality": 85, "speed": 9, "autotiling": False, "max_threads": 1},
}


def _opened(data: bytes, kind: str) -> Image.Image:
    """Read the header alone; refuses by the size it claims."""
    image = Image.open(BytesIO(data), formats=[kind])
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise Refused(TOO_MANY_PIXELS)
    return image


def _load(image: Image.Image) -> None:
    """Decode every frame; leaves a still picture loaded."""
    frames = getattr(image, "n_frames", 1)
    if frames > MAX_FRAMES or frames * image.width * image.height > MAX_PIXELS_OF_FRAMES:
        raise Refused(_too_many_frames(frames))
    for number in range(frames):
        image.seek(number)
        if image.width * image.height > MAX_PIXELS:  # a frame may reach outside the first
            raise Refused(TOO_MANY_PIXELS)
        image.load()


def _too_many_frames(frames: int) -> str:
    return (
        f"The animation is too long for its size ({frames:,} frames or more); at most "
        f"{MAX_FRAMES:,} frames and {MAX_PIXELS_OF_FRAMES // 1_000_000} megapixels in all are "
        "taken. Make it a video, or shorten it."
    )


def _orientation(image: Image.Image, bare: _Bare) -> int:
    """How the picture stands, 1 to 8 as in EXIF; 1 is upright."""
    exif = Image.Exif()
    with suppress(*_BROKEN, Warning):
        exif.load(bare.exif or image.info.get("exif", b""))
        turned = exif.get(ExifTags.Base.Orientation, 1)
        return turned if turned in _UPRIGHT else 1
    return 1


def _is_profile(profile: bytes | None) -> bool:
    """Whether this is one colour profile with nothing behind it (ICC.1, section 7.2)."""
    return (
        profile is not None
        and len(profile) > 128
        and profile[36:40] == b"acsp"
        and 0 <= len(profile) - int.from_bytes(profile[:4]) < 4
    )


# ---- kept and served ----------------------------------------------------------------------------


def _file(digest: str) -> Path:
    """Where bytes of this hash are; as `Asset.stored_as` has it."""
    return Path(settings.MEDIA_ROOT) / "public" / digest[:2] / digest


def keep(medium: Medium) -> None:
    """Write the bytes below MEDIA_ROOT, whole or not at all; nothing if they are there."""
    path = _file(medium.digest)
    with suppress(FileNotFoundError):
        if path.stat().st_size == len(medium.data):
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - an open descriptor, not a path
            file.write(medium.data)
            file.flush()
            os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS or 0o644)
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def store(course: Course, module: Module | None, path: str, data: bytes) -> Asset:
    """Take an image or a sound under this path of the module (or course); raises `Refused`.

    The row is saved only if something changed, so that pages made with it stay good.
    """
    if len(path) > 300:
        raise Refused("The path is longer than 300 characters.")
    medium = inspect(data)
    keep(medium)
    facts = {
        "digest": medium.digest,
        "media_type": medium.media_type,
        "width": medium.width,
        "height": medium.height,
        "size": len(medium.data),
    }
    asset, made = Asset.objects.get_or_create(
        course=course, module=module, path=path, defaults=facts
    )
    if not made and any(getattr(asset, name) != value for name, value in facts.items()):
        for name, value in facts.items():
            setattr(asset, name, value)
        asset.save(update_fields=[*facts, "changed_at"])
    return asset


def read(asset: Asset) -> bytes:
    """The bytes of an image or a sound; FileNotFoundError if they are gone."""
    return _file(asset.digest).read_bytes()


def _found(digest: str, name: str) -> Asset | FormerBytes:
    """What is at this address, or was; Http404 for every other. One query, two for the former."""
    if not re.fullmatch(r"[0-9a-f]{32}", digest) or "\x00" in name:
        raise Http404
    # A range, not a prefix: an index helps it on every database.
    within = {"digest__gte": digest + "0" * 32, "digest__lte": digest + "f" * 32}
    assets = Asset.objects.filter(**within, path__endswith=name).order_by()
    for asset in assets.only("path", "digest", "media_type"):
        if asset.name == name:
            return asset
    former = FormerBytes.objects.filter(**within, name=name).first()
    # Some databases find “A.png” under “a.png”.
    if former is None or former.name != name:
        raise Http404
    return former


@require_safe
def media(request: HttpRequest, digest: str, name: str) -> HttpResponseBase:
    """A public image or sound, the same for everybody and for good; archived courses' ones stay.

    404 for an unknown hash, for a name that no asset of this hash has, and for lost bytes.
    """
    asset = _found(digest, name)
    # The answer has no part in anybody's session, so it must not set or vary on its cookie: a
    # cache would hand that to others.
    if hasattr(request, "session"):
        del request.session
    headers = {
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{asset.digest}"',
    }
    path = _file(asset.digest)
    try:
        return serve(request, path, asset.media_type, headers)
    except FileNotFoundError:
        log.error("The bytes of %s are gone: there is no %s.", asset, path)
        raise Http404 from None
