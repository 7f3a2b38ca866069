"""The progress of a class: learners by lessons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.models import LessonProgress
from teaching.models import Classroom, SavedView, Seat, SeatRecord
from tests.conftest import person, signed_in
from tests.desk import ATTACK
from tests.factories import make_course, make_lesson, make_module, make_quiz, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(grace, ada):
    """Grace's class in two modules of two lessons; the second lesson of each has a quiz."""
    course = make_course()
    room = Classroom.objects.create(name="Monday", starts_on="2026-01-05")
    room.courses.add(course)
    for title in ("Basics", "More"):
        module = make_module(course, title=title)
        make_lesson(module, title=f"{title} one")
        make_quiz(make_lesson(module, title=f"{title} two"))
    room.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
    room.seats.create(user=ada)
    return room


@pytest.fixture
def lessons(room):
    return [
        lesson
        for module in room.courses.get().modules.order_by("position")
        for lesson in module.lessons.order_by("position")
    ]


def at(room, query=""):
    return f"/teach/classes/{room.public_id}/progress/{query}"


def names(page):
    return [row.seat.user.name for row, _ in page.context["rows"]]


def shown(page):
    """The cells of the first row: state and score."""
    row = page.context["rows"][0][0]
    pairs = zip(row.cells, page.context["matrix"].lessons, strict=True)
    return [(cell.state(lesson.has_quiz), cell.percent) for cell, lesson in pairs]


def test_every_cell_says_how_far_its_learner_is(as_grace, room, lessons, ada):
    one, two, three, four = lessons
    LessonProgress.objects.mark_read(ada, one)
    LessonProgress.objects.mark_read(ada, two)
    make_result(two.quiz, ada, 85)
    LessonProgress.objects.note_place(ada, three, "", 0.5)
    make_result(four.quiz, ada, 40)

    page = as_grace.get(at(room))

    assert shown(page) == [("done", None), ("done", 85), ("reading", None), ("failed", 40)]
    assert '<td data-s="done"><i>Done, </i>85</td>' in page.text
    assert '<td data-s="failed"><i>Quiz not passed, </i>40</td>' in page.text
    for text in ("Ada", "Basics", "More two", "1 learner", "4 lessons", "63 %"):
        assert text in page.text


def test_read_is_not_done_before_the_quiz_is_passed(as_grace, room, lessons, ada):
    LessonProgress.objects.mark_read(ada, lessons[1])
    page = as_grace.get(at(room))
    assert [state for state, _ in shown(page)] == ["new", "read", "new", "new"]


def test_a_passing_score_is_never_shown_as_less_nor_a_failing_one_as_more(
    as_grace, room, lessons, ada
):
    make_result(lessons[1].quiz, ada, 69)
    ada.final_grades.update(percent="69.99")
    assert "</i>69</td>" in as_grace.get(at(room)).text


def test_the_foot_counts_everybody_shown(as_grace, room, lessons, ada):
    bob = person("bob@example.org", name="Bob")
    room.seats.create(user=bob)
    for who, percent in ((ada, 90), (bob, 50)):
        LessonProgress.objects.mark_read(who, lessons[1])
        make_result(lessons[1].quiz, who, percent)

    foot = as_grace.get(at(room)).context["foot"][1]
    assert (foot.done, foot.mean) == (1, 70)

    foot = as_grace.get(at(room, "?q=bob")).context["foot"][1]
    assert (foot.done, foot.mean) == (0, 50)


def many(room, lessons):
    """Three learners beside Ada: Bea has finished all, Cem keeps failing, Dan went quiet."""
    now = timezone.now()
    people = [person(f"{name}@example.org", name=name.title()) for name in ("bea", "cem", "dan")]
    for who in people:
        room.seats.create(user=who, joined_at=now - timedelta(days=60))
    bea, cem, dan = people
    for lesson in lessons:
        LessonProgress.objects.mark_read(bea, lesson)
    for lesson in (lessons[1], lessons[3]):
        make_result(lesson.quiz, bea, 80)
    for percent in (20, 40):
        make_result(lessons[1].quiz, cem, percent)
    LessonProgress.objects.create(user=dan, lesson=lessons[0], seen_at=now - timedelta(days=30))


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("", ["Ada", "Bea", "Cem", "Dan"]),
        ("?sort=-name", ["Dan", "Cem", "Bea", "Ada"]),
        ("?sort=-done", ["Bea", "Ada", "Cem", "Dan"]),
        ("?sort=score", ["Cem", "Bea", "Ada", "Dan"]),
        ("?sort=-score", ["Bea", "Cem", "Ada", "Dan"]),
        ("?sort=seen", ["Dan", "Bea", "Cem", "Ada"]),
        ("?sort=-joined", ["Ada", "Dan", "Cem", "Bea"]),
        ("?q=EA", ["Bea"]),
        ("?q=@example.org", ["Ada", "Bea", "Cem", "Dan"]),
        ("?state=new", ["Ada"]),
        ("?state=going", ["Cem", "Dan"]),
        ("?state=done", ["Bea"]),
        ("?state=failing", ["Cem"]),
        ("?state=quiet", ["Dan"]),
        ("?state=nonsense&sort=nonsense&part=nonsense", ["Ada", "Bea", "Cem", "Dan"]),
    ],
)
def test_filters_and_orders(as_grace, room, lessons, query, who):
    many(room, lessons)
    if "joined" in query:
        for n, seat in enumerate(room.seats.learners().order_by("-pk")):
            Seat.objects.filter(pk=seat.pk).update(joined_at=timezone.now() + timedelta(hours=n))
        who = ["Ada", "Bea", "Cem", "Dan"]
    assert names(as_grace.get(at(room, query))) == who


def test_only_some_lessons(as_grace, room, lessons, ada):
    LessonProgress.objects.mark_read(ada, lessons[0])
    part = lessons[2].module_id
    page = as_grace.get(at(room, f"?part={part}"))
    assert [lesson.title for lesson in page.context["matrix"].lessons] == ["More one", "More two"]
    assert page.context["rows"][0][0].sums.done == 0
    room.assignments.create(lesson=lessons[0])
    page = as_grace.get(at(room, "?assigned=1"))
    assert shown(page) == [("done", None)]
    assert "Nobody fits" in as_grace.get(at(room, f"?assigned=1&part={part}")).text


def test_headings_sort_and_say_so(as_grace, room):
    page = as_grace.get(at(room, "?q=a&sort=-done")).text
    assert 'aria-sort="descending"><a href="?q=a&amp;sort=done">Done' in page
    assert 'aria-sort="none"><a href="?q=a">Learner' in page


def test_those_who_left_are_seen_as_it_was(as_grace, room, lessons, ada):
    seat = room.seats.get(user=ada)
    SeatRecord.objects.create(
        seat=seat, lesson=lessons[0], read_at=timezone.now(), seen_at=timezone.now()
    )
    Seat.objects.filter(pk=seat.pk).update(left_at=timezone.now())
    LessonProgress.objects.mark_read(ada, lessons[2])

    assert "Nobody is in yet" in as_grace.get(at(room)).text
    page = as_grace.get(at(room, "?left=1"))
    assert [state for state, _ in shown(page)] == ["done", "new", "new", "new"]


def test_what_is_empty_says_what_to_do(as_grace, room):
    assert "Nobody has left" in as_grace.get(at(room, "?left=1")).text
    assert "Show all" in as_grace.get(at(room, "?q=nobody-like-this")).text
    room.courses.clear()
    assert "No lesson yet" in as_grace.get(at(room)).text


def test_a_way_to_look_is_kept_and_forgotten(as_grace, room, grace):
    save = f"/teach/classes/{room.public_id}/views/"
    look = {"state": "quiet", "sort": "-done"}
    answer = as_grace.post(save, look | {"name": "Who is quiet"})
    assert answer.url == at(room, "?state=quiet&sort=-done")
    as_grace.post(save, {"state": "failing", "name": "Who is quiet"})
    assert SavedView.objects.get().query == "state=failing"
    assert 'href="?state=failing"' in as_grace.get(at(room)).text
    assert "1 to 60 characters" in as_grace.post(save, {"name": " "}, follow=True).text
    as_grace.post(save, {"forget": "\0"})
    as_grace.post(save, {"forget": "Who is quiet"})
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_the_views_kept(as_grace, room, grace):
    seat = room.seats.get(user=grace)
    SavedView.objects.bulk_create(SavedView(seat=seat, name=f"{n}", query="") for n in range(20))
    save = f"/teach/classes/{room.public_id}/views/"
    assert "20 views already" in as_grace.post(save, {"name": "more"}, follow=True).text
    as_grace.post(save, {"name": "7", "state": "new"})
    assert SavedView.objects.filter(seat=seat).count() == 20


def test_everything_typed_is_inert(as_grace, room, lessons, ada, grace):
    ada.name = ATTACK
    ada.save()
    Classroom.objects.filter(pk=room.pk).update(name=ATTACK)
    lessons[0].title = ATTACK
    lessons[0].save()
    room.seats.get(user=grace).views.create(name=ATTACK[:60], query="")
    page = as_grace.get(at(room, f"?q={ATTACK[:3]}")).text
    assert ATTACK not in page
    assert ATTACK[:60] not in page


@pytest.mark.parametrize("path", ["progress/", "progress.csv", "progress.xlsx"])
def test_only_its_instructors_see_it(room, as_ada, client, path, grace):
    other = person("other@example.org")
    other.user_permissions.set(grace.groups.get().permissions.all())
    url = f"/teach/classes/{room.public_id}/{path}"
    assert signed_in(other).get(url).status_code == 404
    assert as_ada.get(url).status_code == 404
    assert client.get(url).status_code == 302
    assert signed_in(other).post(f"/teach/classes/{room.public_id}/views/").status_code == 404
    Seat.objects.filter(user=grace).update(left_at=timezone.now())
    assert signed_in(grace).get(url).status_code == 404


@pytest.mark.parametrize("size", [2, 12])
def test_queries_stay_the_same(as_grace, room, lessons, size, django_assert_num_queries):
    for n in range(size):
        learner = person(f"learner-{n}@example.org")
        room.seats.create(user=learner)
        LessonProgress.objects.mark_read(learner, lessons[n % 4])
        make_lesson(lessons[0].module)
        make_result(lessons[1].quiz, learner, 50)
    with django_assert_num_queries(10):
        as_grace.get(at(room))
    for kind in ("csv", "xlsx"):
        with django_assert_num_queries(8):
            b"".join(as_grace.get(f"/teach/classes/{room.public_id}/progress.{kind}"))
