"""Small real sounds, made by code."""

import struct
import wave
from io import BytesIO

# MPEG 1, layer III, 128 kbit/s, 44.1 kHz, mono: silence of 417 bytes.
MPEG_FRAME = b"\xff\xfb\x90\xc0" + bytes(413)


def mp3(frames=4, tag=b"") -> bytes:
    """Silence, behind an ID3v2.4 tag that holds these bytes."""
    size = bytes(len(tag) >> shift & 127 for shift in (21, 14, 7, 0))
    return (b"ID3\x04\x00\x00" + size + tag if tag else b"") + MPEG_FRAME * frames


def wav(seconds=0.05) -> bytes:
    """Silence in 16 bits at 8 kHz."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(seconds * 8000) * 2))
    return out.getvalue()


def ogg_page(body: bytes, flags=0) -> bytes:
    """A page with one packet of up to 254 bytes."""
    return b"OggS\x00" + bytes([flags]) + bytes(20) + bytes([1, len(body)]) + body


def opus(first=b"OpusHead") -> bytes:
    """The pages of a stream that says to be Opus."""
    return ogg_page(first + bytes(11), flags=2) + ogg_page(b"OpusTags" + bytes(8)) + ogg_page(b"x")


def adts(frames=4) -> bytes:
    """AAC frames of 20 bytes."""
    length = 20
    head = bytes([0xFF, 0xF1, 0x50, 0x80, length >> 3, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(length - 7)) * frames


def box(kind: bytes, body: bytes) -> bytes:
    """A box of ISO media."""
    return struct.pack(">I4s", len(body) + 8, kind) + body


def m4a(handler=b"soun", brand=b"M4A ") -> bytes:
    """An MP4 with one track of this kind."""
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13))))
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", track) + box(b"mdat", b"sound")
