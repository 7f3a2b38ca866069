"""The class at a glance, and the lists of those who need attention."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from lessons.models import LessonProgress
from quizzes.models import FinalGrade
from teaching import joining
from teaching.due import overdue_counts
from teaching.facts import Sight
from teaching.glance import LISTS, glance
from teaching.models import Assignment, Extension, Seat
from tests.conftest import person, signed_in
from tests.desk import ATTACK
from tests.factories import make_result

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def lessons(classroom):
    return list(classroom.courses.get().modules.get().lessons.order_by("position"))


def learner(classroom, name, joined=60) -> Seat:
    """Somebody who joined the class so many days ago."""
    user = person(f"{name.lower()}@example.org", name=name)
    return classroom.seats.create(user=user, joined_at=timezone.now() - joined * DAY)


def read(user, lesson, ago=0):
    """They read a lesson so many days ago, and have not been there since."""
    LessonProgress.objects.mark_read(user, lesson)
    at = timezone.now() - ago * DAY
    LessonProgress.objects.filter(user=user, lesson=lesson).update(read_at=at, seen_at=at)


def started(classroom, ago=60):
    """The class began so many days ago."""
    classroom.starts_on = timezone.localdate() - ago * DAY
    classroom.save()


def at(classroom, page=""):
    return f"/teach/classes/{classroom.public_id}/{page}"


def names(page, number=0):
    return [each.seat.user.name for each in page.context["lists"][number]["first"]]


# ---- figures and charts --------------------------------------------------------------------------


def test_what_the_class_comes_to(as_grace, classroom, lessons, ada):
    bob = learner(classroom, "Bob").user
    read(ada, lessons[0])
    read(ada, lessons[2])
    make_result(lessons[2].quiz, ada, 90)
    make_result(lessons[2].quiz, bob, 40, submitted_at=timezone.now() - 8 * DAY)

    page = as_grace.get(at(classroom))
    shown = page.context["glance"]

    # Two of twice three lessons; and Bob was not active this week.
    assert (shown.done, shown.mean, shown.active) == (33.3, 65, 1)
    assert "<dd>33.3 %</dd>" in page.text
    assert "<dd>65 %</dd>" in page.text
    scores = {bar.label: bar.value for bar in page.context["scores"].bars if bar.value}
    assert scores == {"40 to under 50 %": 1, "90 to 100 %": 1}
    assert '<th scope="row" dir="auto">90 to 100 %</th>' in page.text


def test_a_score_on_a_border_is_in_the_step_that_begins_there(classroom, lessons, ada):
    for name, percent in (("Bob", 30), ("Cleo", 29), ("Dan", 100), ("Eli", 0)):
        make_result(lessons[2].quiz, learner(classroom, name).user, percent)

    counted = {bar.label: bar.value for bar in glance(classroom, timezone.now()).scores.bars}

    assert {label: n for label, n in counted.items() if n} == {
        "0 to under 10 %": 1,
        "20 to under 30 %": 1,
        "30 to under 40 %": 1,
        "90 to 100 %": 1,
    }
    assert len(counted) == 10


def test_completion_is_counted_at_midnights_of_the_class(classroom, lessons, ada):
    """Where it is, the clocks are put forward in between."""
    zone = ZoneInfo("Europe/Berlin")
    classroom.time_zone, classroom.starts_on = "Europe/Berlin", date(2026, 3, 23)
    classroom.save()
    for lesson, moment in (
        (lessons[0], datetime(2026, 3, 22, 12, tzinfo=zone)),
        (lessons[1], datetime(2026, 3, 29, 23, 59, 59, tzinfo=zone)),
    ):
        read(ada, lesson)
        LessonProgress.objects.filter(lesson=lesson).update(read_at=moment)
    now = datetime(2026, 4, 7, 12, tzinfo=UTC)

    shown = glance(classroom, now)

    assert shown.weeks == [
        datetime(2026, 3, 22, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
        datetime(2026, 4, 5, 22, tzinfo=UTC),
        now,
    ]
    line = shown.completion
    assert line.labels == ("Mar 23", "Mar 30", "Apr 6", "now")
    assert line.lines[0].values == (33.3, 66.6, 66.6, 66.6)


def test_the_quiz_of_a_lesson_must_be_passed_by_then(classroom, lessons, ada):
    started(classroom, 14)
    read(ada, lessons[2], ago=10)
    make_result(lessons[2].quiz, ada, 90)
    FinalGrade.objects.update(passed_at=timezone.now() - 3 * DAY)

    assert glance(classroom, timezone.now()).completion.lines[0].values == (0, 0, 33.3, 33.3)


def test_a_class_that_has_not_begun_has_no_course_of_time(as_grace, classroom, lessons):
    started(classroom, -7)

    page = as_grace.get(at(classroom))

    assert page.context["completion"] is None
    assert "Completion over time" not in page.text
    assert "No quiz has a score yet" in page.text


def test_a_class_without_lessons_says_where_to_choose_some(as_grace, classroom):
    classroom.courses.clear()

    page = as_grace.get(at(classroom))

    assert "No lesson yet" in page.text
    assert at(classroom, "settings/") in page.text
    assert page.context["glance"].done is None


def test_a_class_without_learners_says_how_they_come_in(as_grace, classroom):
    classroom.seats.learners().delete()

    for page in (as_grace.get(at(classroom)), as_grace.get(at(classroom, "attention/"))):
        assert "Nobody is in yet" in page.text
        assert at(classroom, "people/") in page.text


# ---- who needs attention -------------------------------------------------------------------------


@pytest.fixture
def troubled(classroom, lessons, ada):
    """Ada is all right; Quinn is quiet, Finn fails, Bea is behind, Nina is new; Rob has it all."""
    started(classroom)
    Assignment.objects.create(
        classroom=classroom, lesson=lessons[0], due_at=timezone.now() - DAY, what="read"
    )
    people = {name: learner(classroom, name) for name in ("Quinn", "Finn", "Bea", "Rob")}
    people["Nina"] = learner(classroom, "Nina", joined=8)
    for name, ago in (("Quinn", 16), ("Finn", 1)):
        read(people[name].user, lessons[0], ago)
    read(people["Bea"].user, lessons[1], ago=1)
    read(people["Rob"].user, lessons[1], ago=20)
    read(ada, lessons[0])
    for name in ("Finn", "Rob"):
        user = people[name].user
        for _ in range(3):
            make_result(lessons[2].quiz, user, 20, submitted_at=timezone.now() - 20 * DAY)
    Extension.objects.create(
        assignment=Assignment.objects.get(),
        seat=people["Nina"],
        due_at=timezone.now() + DAY,
    )
    return people


def test_everybody_is_in_the_lists_whose_rules_hold(classroom, troubled):
    shown = glance(classroom, timezone.now())

    assert {
        name: [each.seat.user.name for each in people] for name, people in shown.lists.items()
    } == {
        "risk": ["Rob"],
        "quiet": ["Rob", "Quinn"],
        "failing": ["Rob", "Finn"],
        "behind": ["Rob", "Bea"],
        "new": ["Nina"],
    }
    assert shown.learners[0].signs.words == (
        "No visit for 20 days · A quiz tried 3 times, not passed · 1 assignment overdue"
    )


def test_the_signs_stand_beside_the_names_with_their_rules(as_grace, classroom, troubled):
    page = as_grace.get(at(classroom))

    assert [names(page, n) for n in range(3)] == [["Rob"], ["Rob", "Quinn"], ["Rob", "Finn"]]
    for text in (
        "Two of the signs or more, or quiet for 28 days.",
        "No visit for 16 days",
        "A quiz tried 3 times, not passed",
        at(classroom, f"learners/{troubled['Rob'].pk}/"),
        at(classroom, "attention/?sign=quiet"),
    ):
        assert text in page.text


def test_only_the_first_are_named_at_a_glance(as_grace, classroom, lessons):
    started(classroom)
    for n in range(10):
        learner(classroom, f"Late-{n}", joined=30 + n)

    page = as_grace.get(at(classroom))

    assert names(page) == [f"Late-{n}" for n in range(9, 1, -1)]
    assert "All 10<" in page.text


@pytest.mark.parametrize("sign", LISTS)
def test_each_list_in_full(as_grace, classroom, troubled, sign):
    page = as_grace.get(at(classroom, f"attention/?sign={sign}"))

    shown = [each.seat for each in page.context["page"]]
    assert shown
    for seat in shown:
        assert f'name="seat" value="{seat.pk}"' in page.text
        assert at(classroom, f"learners/{seat.pk}/") in page.text
    assert f'<a href="?sign={sign}" aria-current="page">' in page.text


def test_each_sign_has_its_own_order(classroom, lessons):
    started(classroom)
    for name, ago, tries in (("Long", 40, 0), ("Failing", 20, 4)):
        user = learner(classroom, name).user
        read(user, lessons[0], ago)
        for _ in range(tries):
            make_result(lessons[2].quiz, user, 20, submitted_at=timezone.now() - 25 * DAY)

    lists = glance(classroom, timezone.now()).lists

    assert [each.seat.user.name for each in lists["risk"]] == ["Failing", "Long"]
    assert [each.seat.user.name for each in lists["quiet"]] == ["Long", "Failing"]


def test_behind_is_what_the_assignments_say(classroom, lessons, troubled):
    for lesson, what in ((lessons[1], "done"), (lessons[2], "quiz")):
        Assignment.objects.create(
            classroom=classroom, lesson=lesson, what=what, due_at=timezone.now() - 2 * DAY
        )
    Extension.objects.create(
        assignment=Assignment.objects.get(lesson=lessons[2]),
        seat=troubled["Finn"],
        due_at=timezone.now() + DAY,
    )
    make_result(lessons[2].quiz, troubled["Bea"].user, 100)
    make_result(lessons[2].quiz, troubled["Finn"].user, 100)
    now = timezone.now()

    behind = {each.seat.user_id: each.signs.behind for each in glance(classroom, now).learners}

    assert behind == overdue_counts(Sight(classroom), now)
    assert {name: behind[seat.user_id] for name, seat in troubled.items()} == {
        "Quinn": 2,
        "Finn": 1,
        "Bea": 1,
        "Rob": 2,
        "Nina": 2,
    }


def test_a_long_list_has_pages(as_grace, classroom, lessons):
    started(classroom)
    people = [User(email=f"many-{n}@example.org", name=f"Many {n}") for n in range(101)]
    joined = timezone.now() - 20 * DAY
    classroom.seats.bulk_create(
        Seat(classroom=classroom, user=user, joined_at=joined)
        for user in User.objects.bulk_create(people)
    )

    first = as_grace.get(at(classroom, "attention/?sign=new"))
    second = as_grace.get(at(classroom, "attention/?sign=new&page=2"))

    assert (len(first.context["page"]), len(second.context["page"])) == (100, 1)
    assert "?sign=new&amp;page=2" in first.text


def test_the_chosen_are_written_to(as_grace, classroom, troubled):
    page = as_grace.get(at(classroom, "attention/"))

    assert f'<form method="get" action="{at(classroom, "nudge/")}">' in page.text


@pytest.mark.parametrize("query", ["", "?sign=", "?sign=nonsense", "?sign=risk&page=x"])
def test_without_a_known_sign_those_at_risk_are_listed(as_grace, classroom, troubled, query):
    page = as_grace.get(at(classroom, f"attention/{query}"))

    assert [each.seat.user.name for each in page.context["page"]] == ["Rob"]


def test_a_list_without_anybody_leads_to_the_progress(as_grace, classroom, lessons):
    page = as_grace.get(at(classroom, "attention/"))

    assert "Nobody is." in page.text
    assert at(classroom, "progress/") in page.text


def test_nobody_is_late_before_the_class_begins(classroom, lessons):
    started(classroom, ago=3)
    learner(classroom, "Early", joined=60)

    assert not any(glance(classroom, timezone.now()).lists.values())


# ---- who is in it, and who may look --------------------------------------------------------------


def test_those_who_left_and_those_who_teach_count_nowhere(classroom, lessons, troubled, grace):
    read(grace, lessons[0])
    make_result(lessons[2].quiz, grace, 100)
    for seat in troubled.values():
        joining.leave(seat, timezone.now())

    shown = glance(classroom, timezone.now())

    assert [each.seat.user.name for each in shown.learners] == ["Ada"]
    assert (shown.mean, shown.scores) == (None, None)
    assert not any(shown.lists.values())


def test_an_archived_class_stays_as_it_was(as_grace, classroom, lessons, troubled):
    joining.archive(classroom, timezone.now())
    classroom.refresh_from_db()
    before = glance(classroom, timezone.now())
    for seat in troubled.values():
        read(seat.user, lessons[0])
        make_result(lessons[2].quiz, seat.user, 100)

    after = glance(classroom, timezone.now() + 60 * DAY)

    assert after.lists["quiet"]
    assert [each.signs for each in after.learners] == [each.signs for each in before.learners]
    assert (after.done, after.mean, after.weeks) == (before.done, before.mean, before.weeks)
    page = as_grace.get(at(classroom))
    assert page.status_code == 200
    assert "Rob" in page.text
    listed = as_grace.get(at(classroom, "attention/"))
    assert "Rob" in listed.text
    assert "<form" not in listed.text.partition('id="list-title"')[2].partition("</main>")[0]


@pytest.mark.parametrize("page", ["", "attention/"])
def test_nobody_else_sees_it(as_ada, as_otto, client, classroom, lessons, page):
    assert as_ada.get(at(classroom, page)).status_code == 404
    assert as_otto.get(at(classroom, page)).status_code == 404
    assert client.get(at(classroom, page)).status_code == 302
    assert signed_in(person("new@example.org")).get(at(classroom, page)).status_code == 404


@pytest.mark.parametrize("page", ["", "attention/"])
def test_nothing_is_done_by_posting(as_grace, classroom, page):
    assert as_grace.post(at(classroom, page)).status_code == 405


def test_names_are_shown_inert(as_grace, classroom, troubled):
    rob = troubled["Rob"].user
    rob.name = classroom.name = ATTACK
    rob.save()
    classroom.save()

    for page in (as_grace.get(at(classroom)), as_grace.get(at(classroom, "attention/"))):
        assert ATTACK not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text


@pytest.mark.parametrize("page", ["", "attention/"])
@pytest.mark.parametrize("size", [2, 20])
def test_queries_stay_the_same(
    as_grace, classroom, lessons, troubled, page, size, django_assert_num_queries
):
    Assignment.objects.create(classroom=classroom, lesson=lessons[2], due_at=timezone.now() - DAY)
    for n in range(size):
        seat = learner(classroom, f"More-{n}")
        read(seat.user, lessons[0], ago=n)
        make_result(lessons[2].quiz, seat.user, 5 * n)

    # Session, person, class, lessons, assignments, reading, grades, seats; at a glance the tallies,
    # of which there are none: to name what they hold is one more.
    with django_assert_num_queries(8 if page else 9):
        as_grace.get(at(classroom, page))
