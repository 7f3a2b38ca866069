"""A file as an answer: whole, or the part of it that is asked for (RFC 9110, section 14).

Players ask for parts to find their place in a sound or a film; Safari plays none without.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

BLOCK = 64 * 1024  # bytes read at once
ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)


def serve(
    request: HttpRequest, path: Path, media_type: str, headers: Mapping[str, str]
) -> HttpResponseBase:
    """Answer GET or HEAD with a file; `headers` has a strong `ETag` of its bytes.

    304 and 412 by the request's conditions, 206 for one range, 416 for one that lies behind the
    end. Several ranges, and what is no range, are answered with the whole, as the RFC allows.
    Raises FileNotFoundError.
    """
    size = path.stat().st_size
    whole = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(size)}
    bare = HttpResponse(content_type=media_type, headers=whole)
    answer = get_conditional_response(request, etag=headers["ETag"], response=bare)
    if answer is not bare or request.method == "HEAD":
        return answer or bare
    asked = None
    # A range of other bytes than the browser has would be put together with those: then the whole.
    if request.headers.get("If-Range", headers["ETag"]) == headers["ETag"]:
        asked = span(request.headers.get("Range", ""), size)
    first, end = asked or (0, size)
    if first >= end:
        refused = {**headers, "Cache-Control": "no-store", "Content-Range": f"bytes */{size}"}
        return HttpResponse(status=416, content_type=media_type, headers=refused)
    part = FileResponse(Part(path.open("rb"), first, end), content_type=media_type, headers=whole)
    part.block_size = BLOCK
    if asked:
        part.status_code = 206
        part["Content-Length"] = str(end - first)
        part["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return part


def span(header: str, size: int) -> tuple[int, int] | None:
    """The first byte that a `Range` asks for and the one behind its last.

    None where it is to be ignored; `first >= end` for a range that can't be satisfied.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:  # so many of the last bytes
        return max(0, size - int(found[2])), size
    first = int(found[1])
    last = int(found[2]) if found[2] else max(first, size - 1)
    return (first, min(last + 1, size)) if first <= last else None


class Part:
    """A file from one byte up to another, as `FileResponse` reads it."""

    def __init__(self, file: BinaryIO, first: int, end: int) -> None:
        self.file, self.left = file, end - first
        file.seek(first)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, none at the end."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.file.read(wanted)
        self.left -= len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self.file.close()
