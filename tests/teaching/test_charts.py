"""Where the parts of a chart stand."""

from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from teaching.charts import HEIGHT, bar_chart, line_chart, scale, spaced, spread
from tests.desk import ATTACK


@pytest.mark.parametrize(
    ("highest", "levels"),
    [
        (0, "0 1"),
        (1, "0 1"),
        (3, "0 1 2 3"),
        (5, "0 1 2 3 4 5"),
        (6, "0 2 4 6"),
        (11, "0 5 10 15"),
        (40, "0 10 20 30 40"),
        (100, "0 20 40 60 80 100"),
        (999, "0 200 400 600 800 1000"),
        (0.4, "0 1"),
    ],
)
def test_a_scale_has_round_levels(highest, levels):
    assert " ".join(tick.label for tick in scale(highest)[1]) == levels


@settings(max_examples=50)
@given(st.floats(0, 1e7))
def test_a_scale_holds_its_value_with_a_few_levels(highest):
    top, levels = scale(highest)

    assert top >= highest
    assert 2 <= len(levels) <= 6
    assert (levels[0].place, levels[-1].place) == (HEIGHT, 0)


def test_bars_stand_on_the_base_line_in_proportion():
    chart = bar_chart([("low", 1), ("none", 0), ("high", 4)])

    assert [bar.height for bar in chart.bars] == [HEIGHT / 4, 0, HEIGHT]
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert [tick.label for tick in chart.ticks] == ["low", "none", "high"]


def test_the_borders_of_steps_stand_where_bars_meet():
    chart = bar_chart([("0 to 50", 1), ("50 to 100", 2)], borders=["0", "50", "100"])

    assert [(tick.label, tick.place) for tick in chart.ticks] == [
        ("0", 0),
        ("50", 50),
        ("100", 100),
    ]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 1000), max_size=20))
def test_no_bar_touches_another_or_leaves_the_chart(values):
    bars = bar_chart([("", value) for value in values]).bars

    assert all(bar.x >= 0 and bar.x + bar.width <= 100 and bar.y >= 0 for bar in bars)
    assert all(a.x + a.width < b.x for a, b in pairwise(bars))


def test_a_line_runs_through_its_values():
    line = line_chart(["1", "2", "3"], {"All": [0, 50, 100]}, top=100).lines[0]

    assert line.path == f"M0.0 {HEIGHT}.0 L500.0 {HEIGHT / 2} L1000.0 0.0"
    assert line.area == f"{line.path} L1000.0 {HEIGHT} L0.0 {HEIGHT} Z"
    assert line.end == (100, 0)
    assert (line.last, line.key) == (100, "")


def test_a_line_is_broken_where_a_value_is_missing():
    chart = line_chart(list("abcd"), {"All": [10, None, 20, None], "None": [None] * 4}, top=100)

    broken, empty = chart.lines
    assert broken.path.count("M") == 2
    assert broken.last == 20
    assert (empty.path, empty.end, empty.last) == ("", None, None)
    assert chart.rows[1] == ("b", [None, None])


def test_points_stand_where_their_time_is():
    chart = line_chart(["a", "b", "c"], {"All": [1, 2, 3]}, places=[0, 0.9, 1])

    assert " L900.0 " in chart.lines[0].path
    assert [tick.anchor for tick in chart.ticks] == ["start", "middle", "end"]


def test_a_line_needs_a_value_for_every_label_and_a_pattern_of_its_own():
    with pytest.raises(ValueError, match="every label"):
        line_chart(["a"], {"All": [1, 2]})
    with pytest.raises(ValueError, match="at most 8"):
        line_chart(["a"], {str(n): [1] for n in range(9)})


@pytest.mark.parametrize(
    ("count", "label", "written"),
    [
        (0, "", []),
        (1, "Sep 14", [0]),
        (2, "Sep 14", [0, 1]),
        (26, "Sep 14", [0, 8, 16, 25]),
        (26, "Sep 14, 2026", [0, 25]),
    ],
)
def test_as_many_labels_are_written_as_have_room(count, label, written):
    places = [n / max(1, count - 1) for n in range(count)]
    assert spaced([label] * count, places) == written


def test_a_label_too_near_to_the_last_is_left_out():
    assert spaced(["Sep 7", "Sep 14", "now"], [0, 0.9, 1]) == [0, 2]


@settings(max_examples=60)
@given(st.lists(st.floats(0, HEIGHT), max_size=8))
def test_letters_are_spread_in_order_and_stay_inside(places):
    moved = spread(places, 13, HEIGHT)

    before = sorted(range(len(places)), key=lambda n: places[n])
    assert all(-1e-6 <= place <= HEIGHT + 1e-6 for place in moved)
    assert all(moved[b] - moved[a] >= 13 - 1e-6 for a, b in pairwise(before))


def test_places_with_room_stay():
    assert spread([50, 10, 30], 13, HEIGHT) == [50, 10, 30]


def test_only_letters_of_lines_that_end_together_give_way():
    chart = line_chart(["a", "b"], {"Short": [50, None], "Long": [50, 50]}, top=100)

    assert [line.key_y for line in chart.lines] == [HEIGHT / 2] * 2


def test_the_templates_show_the_numbers_twice_and_names_inert():
    lines = line_chart(["Week 1", "Week 2"], {ATTACK: [10, 12.5], "B": [None, 7]}, top=100)
    drawn = render_to_string(
        "teaching/charts/line.html",
        {"chart": lines, "id": "x", "title": "Done.", "head": "Week", "unit": " %"},
    )
    bars = render_to_string(
        "teaching/charts/bars.html",
        {
            "chart": bar_chart([(ATTACK, 1200)]),
            "id": "y",
            "title": "Scores.",
            "head": "Score",
            "value": "Learners",
            "unit": "",
        },
    )

    assert '<td class="numbers">12.5 %</td>' in drawn
    assert "–" in drawn
    assert "1,200" in bars
    for page in (drawn, bars):
        assert 'role="img"' in page
        assert ATTACK not in page
        assert "style=" not in page
