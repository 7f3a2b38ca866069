"""The weekly summary: when it is due by the class's clock, what it says, and that it comes once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from lessons.models import LessonProgress
from quizzes import attempts
from teaching import summary
from teaching.models import Assignment, Classroom, Message
from tests.conftest import person
from tests.factories import make_lesson, make_quiz, make_result
from tests.quizzes.sitting import right, wrong
from tests.quizzes.together import together
from tests.teaching.smtp import nobody, serving
from tests.teaching.test_outbox import HOSTILE

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
LAST_WEEK = MONDAY - timedelta(days=3)


@pytest.fixture
def school(classroom):
    """Grace's class, which has run since the summer."""
    long_ago = datetime(2026, 6, 1, tzinfo=UTC)
    classroom.seats.update(joined_at=long_ago)
    Classroom.objects.update(made_at=long_ago, starts_on=long_ago.date())
    classroom.refresh_from_db()
    return classroom


def lessons_of(classroom):
    return list(classroom.courses.get().modules.get().lessons.order_by("position"))


def read(user, lesson, at):
    LessonProgress.objects.create(user=user, lesson=lesson, read_at=at, seen_at=at)


def text():
    """Of the one summary that there is."""
    return Message.objects.get().text


def utc(text):
    """The moment that a clock in UTC shows."""
    return datetime.fromisoformat(f"{text}+00:00")


# When ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "monday"),
    [
        ("UTC", "2026-11-16 06:59", None),
        ("UTC", "2026-11-16 07:00", date(2026, 11, 16)),
        ("UTC", "2026-11-22 23:59", date(2026, 11, 16)),  # caught up on Sunday
        ("UTC", "2026-11-23 00:00", None),
        ("Asia/Tokyo", "2026-11-15 22:00", date(2026, 11, 16)),  # Monday, 7 there
        ("America/Los_Angeles", "2026-11-16 14:59", None),
        ("America/Los_Angeles", "2026-11-16 15:00", date(2026, 11, 16)),
        # The clocks were put forward the night before, and back.
        ("Europe/Berlin", "2026-03-30 04:59", None),
        ("Europe/Berlin", "2026-03-30 05:00", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-10-26 05:59", None),
        ("Europe/Berlin", "2026-10-26 06:00", date(2026, 10, 26)),
    ],
)
def test_from_monday_at_seven_where_the_class_is(zone, now, monday):
    week = summary.week_of(Classroom(time_zone=zone), utc(now))
    assert (week and week.monday) == monday


@pytest.mark.parametrize(
    ("now", "begin", "end", "hours"),
    [
        ("2026-03-30 09:00", "2026-03-22 23:00", "2026-03-29 22:00", 167),
        ("2026-10-26 09:00", "2026-10-18 22:00", "2026-10-25 23:00", 169),
        ("2026-11-16 09:00", "2026-11-08 23:00", "2026-11-15 23:00", 168),
    ],
)
def test_a_week_goes_from_midnight_to_midnight(now, begin, end, hours):
    week = summary.week_of(Classroom(time_zone="Europe/Berlin"), utc(now))

    assert (week.begin, week.end) == (utc(begin), utc(end))
    assert utc(end) - utc(begin) == timedelta(hours=hours)


def test_once_a_week(school):
    assert summary.write_due(MONDAY - timedelta(hours=2)) == 0
    assert summary.write_due(MONDAY) == 1
    assert summary.write_due(MONDAY + timedelta(days=2)) == 0
    assert summary.write_due(MONDAY + timedelta(days=7)) == 1


def test_each_instructor_who_wants_it(school, otto, eve):
    school.seats.create(user=otto, role="instructor", joined_at=LAST_WEEK)
    school.seats.create(user=eve, role="instructor", joined_at=LAST_WEEK, wants_mail=False)

    assert summary.write_due(MONDAY) == 2
    people = Message.objects.values_list("seat__user__email", flat=True)
    assert set(people) == {"grace@example.org", "otto@example.org"}


def archive(school):
    school.archived_at = LAST_WEEK
    school.save()


def empty(school):
    school.seats.learners().update(left_at=LAST_WEEK)


def open_today(school):
    Classroom.objects.update(made_at=MONDAY)


def join_today(school):
    school.seats.instructors().update(joined_at=MONDAY)


@pytest.mark.parametrize("change", [archive, empty, open_today, join_today])
def test_for_whom_there_is_none(school, change):
    change(school)
    assert summary.write_due(MONDAY) == 0


# What ---------------------------------------------------------------------------------------------


def test_a_quiet_week_says_so_in_one_line(school):
    summary.write_due(MONDAY)

    assert Message.objects.get().subject == "Week of November 9: a quiet week · Grace’s class"
    assert text().split("\n")[0] == (
        "A quiet week (November 9 to November 15): no lesson was done and no quiz taken."
    )


def test_what_was_done_and_who_came(school, ada):
    first, second, third = lessons_of(school)
    read(ada, first, LAST_WEEK)
    read(ada, second, LAST_WEEK - timedelta(days=9))  # the week before
    make_result(third.quiz, ada, 40, submitted_at=LAST_WEEK)
    make_result(third.quiz, ada, 80, submitted_at=LAST_WEEK + timedelta(hours=1))
    make_result(third.quiz, ada, 90, submitted_at=MONDAY)  # this week
    school.seats.create(user=person("new@example.org"), joined_at=LAST_WEEK)
    gone = school.seats.create(user=person("gone@example.org"), joined_at=LAST_WEEK)
    gone.left_at = LAST_WEEK
    gone.save()

    summary.write_due(MONDAY)

    assert text().split("\n\n")[0].split("\n") == [
        "November 9 to November 15, 2 learners:",
        "- Lessons done: 1",
        "- Quizzes taken: 2, on average 60 %",
        "- 1 learner joined and 1 learner left",
    ]
    assert Message.objects.get().subject.startswith("Week of November 9: 1 lesson done, 2 quizzes")


def test_who_is_at_risk_and_why(school, ada):
    first, second, third = lessons_of(school)
    read(ada, first, MONDAY - timedelta(days=20))
    for _ in range(2):
        make_result(third.quiz, ada, 40, submitted_at=MONDAY - timedelta(days=20))
    Assignment.objects.create(classroom=school, lesson=second, due_at=LAST_WEEK)
    school.seats.create(user=person("ben@example.org", name="Ben"), joined_at=LAST_WEEK)

    summary.write_due(MONDAY)

    assert (
        "At risk:\n- Ada: No visit for 20 days · A quiz tried twice, not passed · "
        "1 assignment overdue"
    ) in text()
    assert "With one sign to look after: 1 learner." in text()
    assert "Behind: 2 learners, with 2 assignments overdue." in text()


def test_many_at_risk_are_named_in_part(school):
    for n in range(14):
        user = person(f"l{n}@example.org", name=f"Learner {n}")
        school.seats.create(user=user, joined_at=MONDAY - timedelta(days=40))

    summary.write_due(MONDAY)

    assert text().count("- Learner") + text().count("- Ada") == 10
    assert "- and 5 more" in text()


def test_what_is_due_by_the_clock_of_the_class(school):
    school.time_zone = "Asia/Tokyo"
    school.save()
    first, second, third = lessons_of(school)
    late = datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)
    Assignment.objects.create(classroom=school, lesson=first, due_at=late)
    Assignment.objects.create(classroom=school, lesson=second, due_at=MONDAY + timedelta(days=9))
    Assignment.objects.create(classroom=school, lesson=third)

    summary.write_due(MONDAY)

    assert "Due this week:\n- First lesson: Friday, November 20, 23:59" in text()
    assert "Second lesson" not in text()


def test_the_hardest_question(school, ada, eve):
    quiz = lessons_of(school)[2].quiz
    make_quiz(easy := make_lesson(lessons_of(school)[0].module, title="Easy"))
    for n, user in enumerate([ada, eve, person("ben@example.org")]):
        school.seats.get_or_create(user=user, defaults={"joined_at": LAST_WEEK})
        for each, how in ((quiz, right if n else wrong), (easy.quiz, right)):
            attempt = attempts.start(each, user, LAST_WEEK)
            rows = attempt.answers.select_related("version")
            sheet = {row.slot: attempts.Sent(row.revision, how(row)) for row in rows}
            attempts.submit(attempt, sheet, LAST_WEEK)

    summary.write_due(MONDAY)

    assert (
        "Hardest question: “Which one is right?” in “Third lesson”, wholly right in 2 of 3 answers."
    ) in text()


def test_the_same_queries_at_any_size(school, django_assert_num_queries):
    week = summary.week_of(school, MONDAY)
    for count in (1, 30):
        for n in range(count):
            user = person(f"l{count}-{n}@example.org")
            school.seats.create(user=user, joined_at=LAST_WEEK)
            for lesson in lessons_of(school)[:2]:
                read(user, lesson, LAST_WEEK)
        with django_assert_num_queries(10):
            summary.summary(school, week, MONDAY)


def test_hostile_names_stay_on_their_line(school, ada):
    ada.name = school.name = HOSTILE
    ada.save()
    school.save()
    summary.write_due(MONDAY)

    row = Message.objects.get()
    assert "\n" not in row.subject
    assert "- Eve Bcc: all@example.org" in row.text
    assert "\nBcc" not in row.text


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def due(school):
    """It is due whenever this runs, unless that is a Monday before seven."""
    Classroom.objects.update(time_zone="Etc/GMT-14")
    now = timezone.now()
    if summary.week_of(Classroom.objects.get(), now) is None:
        Classroom.objects.update(time_zone="Etc/GMT+12")
    return school


def test_the_command_writes_and_sends(due, capsys):
    call_command("send_class_mail")
    assert "Summaries written: 1. Sent: 0 invitations, 1 mails." in capsys.readouterr().out
    call_command("send_class_mail")
    assert "Summaries written: 0. Sent: 0 invitations, 0 mails." in capsys.readouterr().out
    assert [each.to for each in mail.outbox] == [["grace@example.org"]]


def test_cron_hears_nothing_unless_something_fails(due, capsys, settings):
    call_command("send_class_mail", verbosity=0)
    assert capsys.readouterr() == ("", "")


def test_it_sends_invitations_too(due, grace):
    due.invitations.create(
        email="new@example.org", made_by=grace, expires_at=timezone.now() + timedelta(days=9)
    )
    call_command("send_class_mail")
    assert {each.to[0] for each in mail.outbox} == {"grace@example.org", "new@example.org"}


def test_it_says_how_many_could_not_be_sent(due, settings):
    settings.MAILERS = nobody()
    with pytest.raises(CommandError, match="Not sent: 1"):
        call_command("send_class_mail")

    with serving() as server:
        settings.MAILERS = server.url()
        call_command("send_class_mail")
    assert len(server.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_four_at_once_write_and_send_once(due, settings):
    with serving() as server:
        settings.MAILERS = server.url()
        together([lambda: call_command("send_class_mail")] * 4)

    assert Message.objects.count() == 1
    assert len(server.mails) == 1
