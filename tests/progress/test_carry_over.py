"""What was read before signing in, carried into the account."""

import json
from datetime import UTC, datetime

import pytest

from lessons.models import LessonProgress
from progress.carry_over import parse
from tests.factories import make_lesson

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


def entry(lesson="one", **more):
    return {"lesson": lesson, "heading": "part", "fraction": 0.5, "read": False, "at": 0, **more}


@pytest.fixture
def lessons(db):
    return [make_lesson(slug=slug) for slug in ("one", "two")]


def send(browser, entries):
    return browser.post("/me/carry-over/", {"entries": json.dumps(entries)})


def test_a_new_account_takes_it_all(as_ada, ada, lessons):
    answer = send(as_ada, [entry("one", read=True), entry("two")])

    assert answer.json() == {"added": 2}
    one, two = LessonProgress.objects.filter(user=ada).order_by("lesson__slug")
    assert one.read_at is not None
    assert (two.read_at, two.heading, two.fraction) == (None, "part", 0.5)


def test_an_account_keeps_what_it_has(as_ada, ada, lessons):
    LessonProgress.objects.note_place(ada, lessons[0], "mine", 0.9)

    assert send(as_ada, [entry("one", read=True), entry("two")]).json() == {"added": 1}
    assert LessonProgress.objects.get(user=ada, lesson=lessons[0]).heading == "mine"


def test_twice_is_once(as_ada, lessons):
    send(as_ada, [entry()])

    assert send(as_ada, [entry()]).json() == {"added": 0}


def test_unknown_lessons_are_passed_over(as_ada, lessons):
    assert send(as_ada, [entry("gone"), entry("one")]).json() == {"added": 1}


def test_it_needs_a_person(client, lessons):
    assert send(client, [entry()]).status_code == 401


@pytest.mark.parametrize(
    "entries",
    [
        "x",
        {"lesson": "one"},
        [1],
        [entry(lesson=7)],
        [entry(fraction="0.5")],
        [entry(fraction=2)],
        [entry(fraction=float("nan"))],
        [entry(heading=[1])],
        [entry()] * 1001,
    ],
)
def test_what_this_site_did_not_write_is_refused(as_ada, lessons, entries):
    assert send(as_ada, entries).status_code == 400
    assert not LessonProgress.objects.exists()


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        (NOW.timestamp() * 1000 - 1000, datetime(2026, 6, 14, 11, 59, 59, tzinfo=UTC)),
        (NOW.timestamp() * 1000 + 1e9, NOW),
        (1, datetime(2025, 5, 10, 12, tzinfo=UTC)),
        (0, NOW),
        (-5, NOW),
        (1e300, NOW),
        ("yesterday", NOW),
        (None, NOW),
    ],
)
def test_a_browser_s_clock_is_believed_within_reason(at, seen):
    (row,) = parse(json.dumps([entry(at=at)]), NOW)

    assert row.seen_at == seen
