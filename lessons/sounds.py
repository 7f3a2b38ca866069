"""Sounds, judged by their bytes: MP3, Ogg (Opus or Vorbis), AAC, M4A and WAV.

A name says nothing. A tag in front proves nothing either, as anything may follow it: a sound is
taken when its own frames, pages, boxes or chunks are there. Pure: no Django, nothing is decoded.
"""

import re
import struct
from collections.abc import Callable

DAMAGED = "The sound is damaged or cut short; save it again."
NO_SOUND = "There is no sound in this file that browsers play."
VIDEO = "This is a video; save its sound alone, as MP3 or M4A."

# Kilobits a second of MPEG audio by its header: version 1 and the later ones, layers I to III
# (ISO 11172-3, section 2.4.2.3; ISO 13818-3 for the lower sampling rates).
MPEG_1 = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
MPEG_2 = {
    1: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44_100, 48_000, 32_000)  # hertz in version 1; half of it in 2, a quarter in 2.5
# So many frames in a row are no accident; a shorter sound has to end with its last.
FRAMES = 3
# What WAVE's `fmt ` says of its samples: PCM, float, A-law, µ-law, and "see the subformat".
WAVE_FORMATS = frozenset({1, 3, 6, 7, 0xFFFE})
OGG_PLAYED = (b"OpusHead", b"\x01vorbis")


class Unplayable(ValueError):  # noqa: N818 - an answer to the author, not a fault
    """Why a sound is not taken: a sentence for its author."""


def sound_type(data: bytes) -> str | None:
    """The media type of a sound, None for what is none; raises `Unplayable` for a broken one."""
    for starts, media_type, check in KINDS:
        if starts(data):
            try:
                check(data)
            except (struct.error, IndexError) as error:  # it ends within a header
                raise Unplayable(DAMAGED) from error
            return media_type
    return None


# ---- frames: MP3 and AAC ------------------------------------------------------------------------


def _start(data: bytes) -> int:
    """Where the first frame stands: behind ID3 tags (ID3v2.4, section 3.1) and their padding."""
    at = 0
    while len(head := data[at : at + 10]) == 10 and head.startswith(b"ID3"):
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + length + (10 if head[5] & 0x10 else 0)
    if at:
        while at < len(data) and not data[at]:
            at += 1
    return at


def _mpeg_frame(data: bytes, at: int) -> int:
    """The length in bytes of a frame of MPEG audio, 0 where none stands."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)  # version: 3 is 1, 2 is 2, 0 is 2.5
    bit_rate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bit_rate in {0, 15} or rate == 3:
        return 0
    bits = 1000 * (MPEG_1 if version == 3 else MPEG_2)[layer][bit_rate - 1]
    hertz = RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * bits // hertz + padding


def _adts_frame(data: bytes, at: int) -> int:
    """The length in bytes of a frame of AAC (ISO 13818-7, section 6.2), 0 where none stands."""
    head = data[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _is_frames(frame: Callable[[bytes, int], int]) -> Callable[[bytes], bool]:
    """Whether a file starts with frames of this kind, behind its tags."""

    def starts(data: bytes) -> bool:
        at = _start(data) if data.startswith(b"ID3") else 0
        for _ in range(FRAMES):
            length = frame(data, at)
            at += length
            if not length or at > len(data):
                return False
            if at == len(data) or data[at : at + 3] == b"TAG":  # ID3v1 stands at the end
                return True
        return True

    return starts


def _nothing_more(data: bytes) -> None:
    """Frames that were found are all there is to check."""


# ---- pages, boxes, chunks -----------------------------------------------------------------------


def _ogg(data: bytes) -> None:
    """Every page in turn (RFC 3533, section 6); the first of each stream says what it holds."""
    at, played = 0, False
    while at < len(data):
        magic, version, flags, count = struct.unpack_from("<4sBB20xB", data, at)
        if magic != b"OggS" or version:
            raise Unplayable(DAMAGED)
        body = at + 27 + count
        end = body + sum(data[at + 27 : body])
        if end > len(data):
            raise Unplayable(DAMAGED)
        if flags & 2:
            if data[body : body + 7] == b"\x80theora":
                raise Unplayable(VIDEO)
            played |= data[body:end].startswith(OGG_PLAYED)
        at = end
    if not played:
        raise Unplayable(NO_SOUND)


def _mp4(data: bytes) -> None:
    """Every box in turn (ISO 14496-12, section 4.2); the tracks' handlers say what they are."""
    at, kinds, filled = 0, set(), False
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or len(data) - at  # 0: up to the end
        if size < head or at + size > len(data):
            raise Unplayable(DAMAGED)
        if kind == b"moov":
            kinds |= set(re.findall(rb"hdlr.{8}(soun|vide)", data[at : at + size], re.DOTALL))
        filled |= kind == b"mdat"
        at += size
    if b"vide" in kinds:
        raise Unplayable(VIDEO)
    if not kinds:
        raise Unplayable(NO_SOUND)
    if not filled:
        raise Unplayable(DAMAGED)


def _wave(data: bytes) -> None:
    """Chunks up to the samples, which have to be there whole."""
    at, form = 12, None
    while True:
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind == b"fmt ":
            (form,) = struct.unpack_from("<H", data, at + 8)
        if at + 8 + size > len(data):
            raise Unplayable(DAMAGED)
        if kind == b"data":
            break
        at += 8 + size + size % 2
    if form not in WAVE_FORMATS:
        raise Unplayable(NO_SOUND)


def _is_mp4_sound(data: bytes) -> bool:
    """Whether this is an MP4 at all; pictures (HEIC, AVIF) have the same container."""
    return (
        data[4:8] == b"ftyp" and re.match(rb"M4[ABPV]|mp4|iso|dash|qt  |avc1", data[8:]) is not None
    )


KINDS: tuple[tuple[Callable[[bytes], bool], str, Callable[[bytes], None]], ...] = (
    (lambda data: data.startswith(b"OggS"), "audio/ogg", _ogg),
    (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WAVE", "audio/wav", _wave),
    (_is_mp4_sound, "audio/mp4", _mp4),
    (_is_frames(_adts_frame), "audio/aac", _nothing_more),
    (_is_frames(_mpeg_frame), "audio/mpeg", _nothing_more),
)
