"""How one looks at the progress of a class, and its address."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaching.matrix_view import LONGEST, SORTS, STATES, View

VIEWS = st.builds(
    View,
    q=st.text(max_size=20).map(lambda text: View.of({"q": text}).q),
    state=st.sampled_from(list(STATES)),
    part=st.integers(0, 10**9 - 1),
    assigned=st.booleans(),
    left=st.booleans(),
    sort=st.sampled_from(list(SORTS)),
    down=st.booleans(),
)


@given(VIEWS)
def test_an_address_says_what_is_shown(view):
    assert View.of(dict(parse_qsl(view.query))) == view


def test_the_default_needs_no_words():
    assert View().query == ""
    assert not View().is_filtered


@pytest.mark.parametrize(
    "said",
    [
        {"state": "x", "sort": "y", "part": "z", "assigned": "yes", "left": "on"},
        {"part": "-1"},
        {"part": "٣"},
        {"part": "9" * 40},
        {"sort": "-"},
        {"sort": "--name"},
        {"q": " \0 "},
    ],
)
def test_unknown_words_are_passed_over(said):
    assert View.of(said) == View()


def test_a_search_has_an_end():
    assert len(View.of({"q": "ab " * 100}).q) <= LONGEST


def test_a_heading_sorts_first_the_way_one_wants_and_then_the_other():
    by_score = View().sorted_by("score")
    assert (by_score.sort, by_score.down) == ("score", True)
    assert not by_score.sorted_by("score").down
    assert View().sorted_by("name").down


@pytest.mark.parametrize(
    ("view", "filtered"),
    [
        (View(sort="done"), False),
        (View(left=True), False),
        (View(q="a"), True),
        (View(state="new"), True),
        (View(part=3), True),
        (View(assigned=True), True),
    ],
)
def test_whether_something_is_left_out(view, filtered):
    assert view.is_filtered == filtered
