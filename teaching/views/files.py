"""Reports as files: the people, lessons, filters and order of their pages, all pages in one."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, personal
from teaching import objectives as of_objectives
from teaching import questions as of_questions
from teaching import tables
from teaching.access import class_of
from teaching.exports import KINDS, Table
from teaching.facts import Sight
from teaching.glance import glance, list_named
from teaching.matrix import matrix
from teaching.matrix_view import View
from teaching.quiz_report import takers
from teaching.tallies import current
from teaching.views.compare import compared
from teaching.work import quiz_of


def _file(request: LearnerRequest, of: str, table: Table, kind: str) -> StreamingHttpResponse:
    """The table as a download, called by what it is of, what it holds, and the day."""
    file = KINDS[kind]
    content = file.content(table, request.user.zone)
    response = FileResponse(content) if kind == "xlsx" else StreamingHttpResponse(content)
    response["Content-Type"] = file.media_type
    subject = slugify(of, allow_unicode=True) or "class"
    name = f"{subject}-{table.name}-{timezone.localdate()}.{kind}"
    # Django's own way to name a file, of any letters, in a header.
    response["Content-Disposition"] = content_disposition_header(True, name)
    return personal(response)


@require_safe
@login_required
def progress(request: LearnerRequest, public_id: str, kind: str) -> StreamingHttpResponse:
    """Learners by lessons."""
    room = class_of(request.user, public_id)
    shown = matrix(room, View.of(request.GET.dict()), timezone.now())
    return _file(request, room.name, tables.progress(shown, request.user.zone), kind)


@require_safe
@login_required
def attention(request: LearnerRequest, public_id: str, kind: str) -> StreamingHttpResponse:
    """One of the lists of those who need attention."""
    room = class_of(request.user, public_id)
    name = list_named(request.GET.get("sign"))
    listed = glance(room, timezone.now(), charts=False).lists[name]
    return _file(request, room.name, tables.attention(name, listed, request.user.zone), kind)


@require_safe
@login_required
def objectives(request: LearnerRequest, public_id: str, kind: str) -> StreamingHttpResponse:
    """Every objective."""
    room = class_of(request.user, public_id)
    tallies = current(room, timezone.now())
    weakest, counts = request.GET.get("order") == "weakest", tallies.objectives()
    keys = of_objectives.in_order(tallies.sight, counts, weakest=weakest)
    rows = of_objectives.rows_of(tallies.sight, keys, counts)
    return _file(request, room.name, tables.objectives(rows), kind)


@require_safe
@login_required
def questions(request: LearnerRequest, public_id: str, kind: str) -> StreamingHttpResponse:
    """Every question, the hardest first."""
    room = class_of(request.user, public_id)
    counts = current(room, timezone.now()).items()
    rows = of_questions.rows_of(of_questions.hardest_first(counts), counts)
    return _file(request, room.name, tables.questions(rows), kind)


@require_safe
@login_required
def quiz(request: LearnerRequest, public_id: str, slug: str, kind: str) -> StreamingHttpResponse:
    """Where everybody stands at one quiz."""
    room = class_of(request.user, public_id)
    row = quiz_of(room, slug)
    listed = takers(Sight(room), row).rows
    return _file(request, room.name, tables.takers(slug, listed, request.user.zone), kind)


@require_safe
@login_required
def comparison(request: LearnerRequest, slug: str, kind: str) -> StreamingHttpResponse:
    """The classes of a course on one page of the comparison."""
    course, _, _, found = compared(request, slug)
    return _file(request, course.title, tables.comparison(found), kind)
