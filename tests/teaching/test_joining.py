"""Seats: who gets one, gives it up and gets it back, also when two things happen at once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lessons.models import Lesson, LessonProgress
from teaching import joining
from teaching.facts import Sight
from teaching.models import Classroom, Invitation, JoinLink, Seat, SeatRecord
from tests.conftest import person
from tests.factories import make_lesson, make_quiz, make_result
from tests.quizzes.together import overtaken, together

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def link(classroom):
    """A link into Grace's class."""
    return classroom.join_links.create()


def invitation(classroom, role="learner", **fields) -> Invitation:
    """An invitation to Eve's address."""
    fields = {"email": "eve@example.org", "expires_at": NOW + timedelta(days=9), **fields}
    return classroom.invitations.create(role=role, **fields)


def lessons(classroom) -> list[Lesson]:
    return Sight(classroom).lessons


def seen_of(classroom, user, former=False):
    """What the class shows of a person: read and score by lesson."""
    sight = Sight(Classroom.objects.get(pk=classroom.pk), former)
    read = {row["place"] for row in sight.reading().filter(read_at__isnull=False).values("place")}
    scores = {row["place"]: row["percent"] for row in sight.grades().values("place", "percent")}
    return read, scores


# Coming in ----------------------------------------------------------------------------------------


def test_a_link_gives_a_learner_a_seat_once(classroom, link, eve):
    first = joining.join(eve, link, NOW)
    again = joining.join(eve, link, NOW)

    assert (first.is_new, again.is_new) == (True, False)
    assert classroom.seats.learners().get(user=eve) == first.seat


def test_an_instructor_who_opens_a_link_stays_one(classroom, link, grace):
    assert not joining.join(grace, link, NOW).is_new
    assert classroom.seats.get(user=grace).role == "instructor"


@pytest.mark.parametrize(
    "fields",
    [{"revoked_at": NOW}, {"expires_at": NOW}, {"expires_at": NOW - timedelta(days=1)}],
)
def test_a_link_ends(classroom, eve, fields):
    link = classroom.join_links.create(**fields)
    with pytest.raises(joining.NoWayInError):
        joining.join(eve, link, NOW)
    assert not classroom.seats.filter(user=eve).exists()


def test_no_way_leads_into_an_archived_class(classroom, link, eve):
    invited = invitation(classroom)
    joining.archive(classroom, NOW)
    with pytest.raises(joining.NoWayInError):
        joining.join(eve, link, NOW)
    with pytest.raises(joining.NoWayInError):
        joining.accept(eve, invited, NOW)


def test_an_invitation_is_taken_up_once(classroom, eve, otto):
    invited = invitation(classroom)
    assert joining.accept(eve, invited, NOW).is_new
    assert not joining.accept(eve, invited, NOW).is_new
    with pytest.raises(joining.NoWayInError):
        joining.accept(otto, invited, NOW)
    invited.refresh_from_db()
    assert invited.accepted_at == NOW


@pytest.mark.parametrize("fields", [{"revoked_at": NOW}, {"expires_at": NOW}])
def test_an_invitation_ends(classroom, eve, fields):
    with pytest.raises(joining.NoWayInError):
        joining.accept(eve, invitation(classroom, **fields), NOW)


def test_only_who_may_open_classes_takes_an_instructors_seat(classroom, eve, otto):
    invited = invitation(classroom, role="instructor")
    with pytest.raises(joining.NotPossibleError, match="admin"):
        joining.accept(eve, invited, NOW)
    assert joining.accept(otto, invited, NOW).seat.role == "instructor"


def test_a_learner_who_is_asked_to_teach_teaches(classroom, ada, grace):
    ada.groups.add(grace.groups.get())
    joining.accept(ada, invitation(classroom, role="instructor"), NOW)
    assert classroom.seats.get(user=ada).role == "instructor"
    assert not Sight(classroom).seats.exists()


# Going out and coming back ------------------------------------------------------------------------


def test_leaving_keeps_what_the_class_showed_and_nothing_after(classroom, ada):
    first, second, third = lessons(classroom)
    LessonProgress.objects.mark_read(ada, first)
    make_result(third.quiz, ada, 40, submitted_at=NOW)
    seat = classroom.seats.get(user=ada)

    assert joining.leave(seat, LATER)
    assert not joining.leave(seat, LATER + timedelta(days=1))
    LessonProgress.objects.mark_read(ada, second)
    make_result(third.quiz, ada, 90, submitted_at=LATER)

    seat.refresh_from_db()
    assert seat.left_at == LATER
    assert seen_of(classroom, ada) == (set(), {})
    assert seen_of(classroom, ada, former=True) == ({first.pk}, {third.pk: Decimal(40)})
    record = seat.records.get(lesson=third)
    assert (record.attempts, record.passed, record.last_at) == (1, False, NOW)


def all_of(classroom, former=False):
    """Every figure that the class shows of anybody."""
    sight = Sight(Classroom.objects.get(pk=classroom.pk), former)
    reading = ("person", "place", "read_at", "seen_at", "quiz_passed_at")
    grades = ("person", "place", "percent", "passed", "attempts", "passed_at", "last_at")
    return (
        set(sight.reading().exclude(place__in=gone(sight)).values_list(*reading)),
        set(sight.reading().values_list(*reading[:-1])),
        set(sight.grades().values_list(*grades)),
    )


def gone(sight):
    """The lessons whose quiz is asked no longer: whether it was passed is not looked at."""
    return [lesson.pk for lesson in sight.lessons if not lesson.has_quiz]


@pytest.mark.parametrize("size", [1, 4])
def test_whatever_a_class_shows_is_kept(classroom, ada, size, django_assert_num_queries):
    first, _, third = lessons(classroom)
    gone, both, alone = (make_quiz(make_lesson(first.module)) for _ in range(3))
    people = [ada, *(person(f"learner-{n}@example.org") for n in range(size))]
    for user in people[1:]:
        classroom.seats.create(user=user)
    for user in people:
        LessonProgress.objects.mark_read(user, first)
        LessonProgress.objects.create(user=user, lesson=third)
        LessonProgress.objects.mark_read(user, both.lesson)
        for quiz, percents in ((both, (40, 90)), (alone, (20,)), (gone, (100,))):
            for percent in percents:
                make_result(quiz, user, percent, submitted_at=NOW)
    gone.questions.update(archived_at=NOW)
    before = all_of(classroom)
    assert [len(rows) for rows in before[1:]] == [3 * len(people), 2 * len(people)]

    with django_assert_num_queries(8):
        joining.archive(classroom, LATER)

    assert all_of(classroom) == before
    assert SeatRecord.objects.count() == 4 * len(people)


def test_what_is_not_of_the_class_is_not_kept(classroom, ada):
    LessonProgress.objects.mark_read(ada, make_lesson())
    LessonProgress.objects.mark_read(ada, make_lesson(lessons(classroom)[0].module, status="draft"))
    joining.leave(classroom.seats.get(user=ada), NOW)
    assert not SeatRecord.objects.exists()


def test_who_comes_back_is_seen_as_they_are(classroom, link, ada):
    first, second, _ = lessons(classroom)
    LessonProgress.objects.mark_read(ada, first)
    seat = classroom.seats.get(user=ada)
    joining.leave(seat, NOW)
    LessonProgress.objects.mark_read(ada, second)

    assert joining.join(ada, link, NOW).seat == seat

    assert seen_of(classroom, ada) == ({first.pk, second.pk}, {})
    assert not SeatRecord.objects.exists()


def test_a_former_instructor_comes_back_as_what_they_are_asked_to_be(classroom, link, otto):
    seat = classroom.seats.create(user=otto, role="instructor")
    joining.leave(seat, NOW)
    assert joining.join(otto, link, NOW).seat.role == "learner"


def test_the_only_instructor_stays(classroom, grace, otto):
    seat = classroom.seats.get(user=grace)
    with pytest.raises(joining.NotPossibleError, match="needs an instructor"):
        joining.leave(seat, NOW)
    classroom.seats.create(user=otto, role="instructor")
    assert joining.leave(seat, NOW)
    assert not Classroom.objects.taught_by(grace).exists()
    with pytest.raises(joining.NotPossibleError):
        joining.leave(classroom.seats.get(user=otto), NOW)


# The archive --------------------------------------------------------------------------------------


def test_an_archived_class_stands_as_it_stood(classroom, ada):
    first, second, _ = lessons(classroom)
    LessonProgress.objects.mark_read(ada, first)

    assert joining.archive(classroom, NOW)
    assert not joining.archive(classroom, LATER)
    LessonProgress.objects.mark_read(ada, second)

    classroom.refresh_from_db()
    assert classroom.archived_at == NOW
    assert seen_of(classroom, ada) == ({first.pk}, {})

    assert joining.restore(classroom)
    assert not joining.restore(classroom)
    assert seen_of(classroom, ada) == ({first.pk, second.pk}, {})
    assert not SeatRecord.objects.exists()


def test_who_left_before_the_archive_is_kept_as_they_left(classroom, ada):
    first, second, _ = lessons(classroom)
    LessonProgress.objects.mark_read(ada, first)
    seat = classroom.seats.get(user=ada)
    joining.leave(seat, NOW)
    LessonProgress.objects.mark_read(ada, second)
    joining.archive(classroom, LATER)
    joining.restore(classroom)
    assert seen_of(classroom, ada, former=True) == ({first.pk}, {})


def test_who_left_while_it_was_archived_is_seen_until_then(classroom, ada):
    first, second, _ = lessons(classroom)
    LessonProgress.objects.mark_read(ada, first)
    joining.archive(classroom, NOW)
    LessonProgress.objects.mark_read(ada, second)
    seat = classroom.seats.get(user=ada)
    joining.leave(seat, LATER)
    joining.restore(classroom)
    seat.refresh_from_db()
    assert seat.left_at == NOW
    assert seen_of(classroom, ada, former=True) == ({first.pk}, {})


def test_a_class_is_deleted_only_while_nobody_ever_learned_there(classroom, grace):
    with pytest.raises(joining.NotPossibleError, match="Archive it"):
        joining.delete(classroom)
    empty = joining.open_class(grace, Classroom(name="Empty"), classroom.courses.all())
    assert empty.seats.get().user == grace
    joining.delete(empty)
    assert not Classroom.objects.filter(name="Empty").exists()


def test_a_big_class_takes_few_queries(classroom, django_assert_max_num_queries):
    learners = [person(f"learner-{n}@example.org") for n in range(30)]
    Seat.objects.bulk_create([Seat(classroom=classroom, user=user) for user in learners])
    places = lessons(classroom)
    LessonProgress.objects.bulk_create(
        [LessonProgress(user=user, lesson=place) for user in learners for place in places]
    )
    with django_assert_max_num_queries(11):
        joining.archive(classroom, NOW)
    assert SeatRecord.objects.count() == 90


# At once ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_give_one_seat(classroom, link, eve):
    answers = together([lambda: joining.join(eve, link, timezone.now())] * 20)
    assert sorted(answer.is_new for answer in answers) == [False] * 19 + [True]
    assert classroom.seats.filter(user=eve).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_up_one_invitation_one_is_in(classroom, eve, otto):
    invited = invitation(classroom, expires_at=timezone.now() + timedelta(days=1))
    acts = [lambda who=who: joining.accept(who, invited, timezone.now()) for who in (eve, otto)]
    answers = together(acts)
    assert sum(isinstance(answer, joining.NoWayInError) for answer in answers) == 1
    assert classroom.seats.filter(user__in=[eve, otto]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_instructors_who_leave_at_once_one_stays(classroom, grace, otto):
    classroom.seats.create(user=otto, role="instructor")
    seats = list(classroom.seats.instructors())
    acts = [lambda seat=seat: joining.leave(seat, timezone.now()) for seat in seats]
    answers = together(acts)
    assert sum(isinstance(answer, joining.NotPossibleError) for answer in answers) == 1
    assert classroom.seats.current().instructors().count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_joins_a_class_that_was_archived_meanwhile(classroom, link, eve):
    def late():
        with pytest.raises(joining.NoWayInError):
            joining.join(eve, link, timezone.now())

    overtaken(late, lambda: joining.archive(classroom, timezone.now()))
    assert not classroom.seats.filter(user=eve).exists()


@pytest.mark.django_db(transaction=True)
def test_a_link_revoked_meanwhile_lets_nobody_in(classroom, link, eve):
    def late():
        with pytest.raises(joining.NoWayInError):
            joining.join(eve, link, timezone.now())

    overtaken(late, lambda: JoinLink.objects.update(revoked_at=timezone.now()))
    assert not classroom.seats.filter(user=eve).exists()
