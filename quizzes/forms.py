"""What the attempt's form and the saving of one answer send, read strictly.

Names carry slots (`s3` the answer, `s3_0` its first part, `b3` the revision it is based on, `f3`
the flag) and values carry places among what was dealt. A slot that was not dealt is refused;
whatever else a client makes up (scores, times) is not read at all.
"""

import re
from collections.abc import Collection

from django.http import QueryDict

from .attempts import Sent
from .kinds import BadResponse

# Meant for a slot: a letter of ours, then anything but the rest of a word (“score”, “started_at”).
MEANT_FOR_SLOT = re.compile(r"[sbf](?![a-z_])")
FIELD = re.compile(r"(?P<sort>[sbf])(?P<slot>[1-9][0-9]{0,3})(?:_(?P<part>0|[1-9][0-9]{0,3}))?")
REVISION = re.compile(r"[0-9]{1,9}")
SAVE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def read_sheet(post: QueryDict, slots: Collection[int]) -> dict[int, Sent]:
    """The answers of a whole form, by slot; those of a part begin with its number, "0=…".

    Raises BadResponse for a slot that was not dealt.
    """
    values: dict[tuple[str, int], list[str]] = {}
    for name in post:
        if not MEANT_FOR_SLOT.match(name):
            continue
        match = FIELD.fullmatch(name)
        if match is None or int(match["slot"]) not in slots:
            raise BadResponse("an answer was sent to a question that was not dealt")
        part = match["part"]
        sent = post.getlist(name)
        if part is not None:
            sent = [f"{part}={value}" for value in sent if value]
        values.setdefault((match["sort"], int(match["slot"])), []).extend(sent)
    sheet = {}
    for _, slot in values:
        base = values.get(("b", slot), [])
        if len(base) != 1:
            raise BadResponse("an answer was sent without the one that it follows")
        flags = values.get(("f", slot), [])
        if flags not in ([], ["1"]):
            raise BadResponse("a flag is either there or not")
        sheet[slot] = Sent(read_revision(base[0]), values.get(("s", slot), []), bool(flags))
    return sheet


def read_revision(text: str) -> int:
    """A revision of an answer. Raises BadResponse for anything but a plain number."""
    if not REVISION.fullmatch(text):
        raise BadResponse("the revision is not a number")
    return int(text)


def read_save_id(text: str) -> str:
    """The random name of one save. Raises BadResponse for what could not be one."""
    if not SAVE_ID.fullmatch(text):
        raise BadResponse("the save has no name")
    return text
