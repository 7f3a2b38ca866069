"""The progress of a class as a file: exactly what is shown, safe to open."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
import time_machine

from lessons.models import LessonProgress
from teaching.addresses import from_csv
from teaching.models import Classroom, Seat
from teaching.spreadsheet import plain
from tests.conftest import person
from tests.factories import make_lesson, make_question, make_quiz, make_result
from tests.quizzes.sitting import submitted, wrong

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def room(grace, ada):
    """Two lessons of one title, each with a quiz; Ada has passed one, Bob has a hostile name."""
    grace.time_zone = "Asia/Kolkata"
    grace.save()
    lesson = make_lesson(title="Same title", slug="first")
    other = make_lesson(lesson.module, title="Same title", slug="second")
    room = Classroom.objects.create(name="Lunes / “8:00”")
    room.courses.add(lesson.module.course)
    with time_machine.travel(NOW, tick=False):
        bob = person("bob@example.org", name="=HYPERLINK(1)")
        room.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
        room.seats.create(user=ada)
        room.seats.create(user=bob)
        LessonProgress.objects.mark_read(ada, lesson)
        make_result(make_quiz(lesson), ada, 85)
        make_result(make_quiz(other), bob, 40)
    return room


def lines(client, room, query="", path="progress.csv"):
    answer = client.get(f"/teach/classes/{room.public_id}/{path}{query}")
    assert answer.status_code == 200
    data = b"".join(answer)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_holds_what_is_shown(as_grace, room):
    head, bob, ada = lines(as_grace, room)

    assert head[0] == "Learner"
    assert head[5] == "Last active (Asia/Kolkata)"
    assert head[7:] == [
        "Same title [first]",
        "Same title [first] score (%)",
        "Same title [second]",
        "Same title [second] score (%)",
    ]
    assert ada[:5] == ["Ada", "ada@example.org", "1", "2", "85.0"]
    assert ada[5:7] == ["2026-03-02T15:00:00+05:30"] * 2
    assert ada[7:] == ["Done", "85.0", "Not started", ""]
    assert bob[9:] == ["Quiz not passed", "40.0"]


def test_a_name_is_never_a_formula(as_grace, room):
    bob = lines(as_grace, room)[1]
    assert bob[0] == "'=HYPERLINK(1)"
    assert plain(bob[0]) == "=HYPERLINK(1)"


def test_filters_and_order_hold_in_the_file(as_grace, room):
    assert [line[1] for line in lines(as_grace, room, "?sort=-name")[1:]] == [
        "ada@example.org",
        "bob@example.org",
    ]
    assert len(lines(as_grace, room, "?q=ada")) == 2
    assert len(lines(as_grace, room, "?state=done")) == 1


def test_instructors_and_staff_are_no_rows(as_grace, room, admin):
    room.seats.create(user=admin, role=Seat.Role.INSTRUCTOR)
    text = str(lines(as_grace, room))
    assert "grace@" not in text
    assert "root@" not in text


def test_the_name_of_the_file_is_that_of_the_class(as_grace, room):
    answer = as_grace.get(f"/teach/classes/{room.public_id}/progress.csv")
    assert 'attachment; filename="lunes-800-progress-' in answer["Content-Disposition"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    Classroom.objects.update(name="星期一")
    answer = as_grace.get(f"/teach/classes/{room.public_id}/progress.xlsx")
    assert "filename*=utf-8''%E6%98%9F%E6%9C%9F%E4%B8%80-progress-" in answer["Content-Disposition"]
    answer.close()


def cells(client, room):
    """The values of the sheet: (type, text) by their place."""
    answer = client.get(f"/teach/classes/{room.public_id}/progress.xlsx")
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    assert not sheet.findall(f".//{MAIN}f")
    return {
        cell.get("r"): (cell.get("t", "n"), "".join(cell.itertext()))
        for cell in sheet.iter(f"{MAIN}c")
    }


def test_the_workbook_has_text_numbers_and_dates(as_grace, room):
    sheet = cells(as_grace, room)
    assert sheet["A2"] == ("inlineStr", "=HYPERLINK(1)")
    assert sheet["A3"] == ("inlineStr", "Ada")
    assert sheet["C3"] == ("n", "1")
    assert sheet["H3"] == ("inlineStr", "Done")
    assert sheet["I3"] == ("n", "85")
    # Days since the end of 1899, by the clock of the one who asks: 15:00.
    assert float(sheet["F3"][1]) == pytest.approx(46083 + 15 / 24)
    assert "J2" in sheet
    assert "K3" not in sheet


def test_an_unknown_kind_is_nothing(as_grace, room):
    assert as_grace.get(f"/teach/classes/{room.public_id}/progress.ods").status_code == 404


# The other reports --------------------------------------------------------------------------------


def test_who_needs_attention_as_a_file(as_grace, room):
    Classroom.objects.filter(pk=room.pk).update(starts_on="2026-01-01")
    head, first, *others = lines(as_grace, room, "?sign=quiet", "attention.csv")
    assert head[:4] == ["Learner", "E-mail address", "Signs", "Days quiet"]
    page = as_grace.get(f"/teach/classes/{room.public_id}/attention/?sign=quiet")
    shown = [learner.seat.user.email for learner in page.context["page"]]
    assert [row[1] for row in (first, *others)] == shown
    assert first[2].startswith("No visit for")
    assert "attention.csv?sign=quiet" in page.text
    assert len(lines(as_grace, room, "?sign=behind", "attention.csv")) == 1


def test_objectives_and_questions_as_files(as_grace, room, ada):
    lesson = room.courses.get().modules.get().lessons.get(slug="first")
    lesson.quiz.questions.get().objectives.add(lesson.objectives.get())
    submitted(lesson.quiz, person("cem@example.org"), wrong)
    for n in range(3):
        learner = person(f"l{n}@example.org")
        room.seats.create(user=learner)
        submitted(lesson.quiz, learner, wrong)

    head, *rows = lines(as_grace, room, path="objectives.csv?order=weakest")
    assert head[:5] == ["Lesson", "Objective", "Mastered", "Learning", "Not enough answers"]
    assert ["Same title", "To know", "0", "0", "5", "", "yes"] in rows

    head, *rows = lines(as_grace, room, path="questions.csv")
    assert head[:3] == ["Lesson", "Question", "Id"]
    assert rows[0][1] == "Which one is right?"
    assert rows[0][6:8] == ["3", "0.0"]
    assert "right (right): 0" in rows[0][8]


def test_a_quiz_and_a_comparison_as_files(as_grace, room):
    head, *rows = lines(as_grace, room, path="quizzes/first.csv")
    assert head[2] == "Score that counts (%)"
    assert {row[1]: row[2] for row in rows} == {"ada@example.org": "85.00", "bob@example.org": ""}

    course = room.courses.get()
    answer = as_grace.get(f"/teach/courses/{course.slug}.csv")
    text = b"".join(answer).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("Lunes / “8:00”,")
    assert "running,2," in text


FILES = {"attention": 8, "objectives": 10, "questions": 9, "quizzes/first": 7, "progress": 8}


@pytest.mark.parametrize("size", [1, 6])
def test_files_take_the_same_queries_at_any_size(
    as_grace, room, size, django_assert_max_num_queries
):
    lesson = room.courses.get().modules.get().lessons.get(slug="first")
    for n in range(size):
        make_question(lesson.quiz)
        learner = person(f"l{n}@example.org")
        room.seats.create(user=learner)
        submitted(lesson.quiz, learner, wrong)
    for path in FILES:
        as_grace.get(f"/teach/classes/{room.public_id}/{path}/")  # counts what is to be counted
    for path, queries in FILES.items():
        with django_assert_max_num_queries(queries):
            b"".join(as_grace.get(f"/teach/classes/{room.public_id}/{path}.csv"))


@pytest.mark.parametrize("path", FILES)
def test_every_report_is_a_workbook_too(as_grace, room, path):
    answer = as_grace.get(f"/teach/classes/{room.public_id}/{path}.xlsx")
    assert answer.status_code == 200
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert "xl/worksheets/sheet1.xml" in book.namelist()


def test_a_comparison_is_for_those_who_may_compare(as_ada, as_otto, client, room):
    url = f"/teach/courses/{room.courses.get().slug}.csv"
    assert as_otto.get(url).status_code == 404
    assert as_ada.get(url).status_code == 404
    assert client.get(url).status_code == 302


def test_what_was_taken_along_can_be_invited_elsewhere(as_grace, room):
    answer = as_grace.get(f"/teach/classes/{room.public_id}/progress.csv")

    found = from_csv(b"".join(answer))

    people = {(person.email, person.name) for person in found.people}
    assert people == {("ada@example.org", "Ada"), ("bob@example.org", "=HYPERLINK(1)")}
