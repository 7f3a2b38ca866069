"""The review benchmark: its policies, its memories, and that what it says follows from figures."""

import json
from pathlib import Path
from random import Random

import pytest

from bench import review
from bench.memories import LEARNERS
from bench.policies import BASELINE, NEVER, OURS, POLICIES, Leitner, Ours, Sm2
from bench.review import COLUMNS, Figures, Outcome, Row, World, closing, compare, figures, plan, run

DOCS = Path(__file__).parent.parent.parent / "docs" / "benchmarks.md"
SMALL = World(seed=7, learners=3, items=6)
RIGHT, WRONG = True, False


@pytest.fixture(scope="module")
def small():
    return run(SMALL)


def intervals(card, answers):
    """The intervals that a card gives when each answer comes on the day that it is due."""
    day, found = 0, []
    for right in answers:
        card.answered(day, right)
        found.append(card.due - day)
        day = card.due
    return found


def test_prints_a_table_of_each_model_and_says_it_is_a_simulation(capsys):
    review.main(["--seed", "7", "--learners", "2", "--items", "3"])

    out = capsys.readouterr().out
    assert out.startswith("Review policies: a simulation over 365 days (seed 7, learners 2, items")
    for kind in LEARNERS:
        assert f"\n{kind.title}\n" in out
    assert out.count("| SM-2 ") == len(LEARNERS)


def test_prints_json(capsys):
    review.main(["--seed", "7", "--learners", "2", "--items", "3", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found["simulation"] is True
    rows = found["models"]["stability"]["rows"]
    assert [row["policy"] for row in rows] == [policy.name for policy in POLICIES]


@pytest.mark.parametrize("option", ["--learners", "--items"])
def test_needs_someone_and_something_to_learn(option, capsys):
    with pytest.raises(SystemExit):
        review.main([option, "0"])

    assert "must be 1 or more" in capsys.readouterr().err


def test_the_document_names_every_policy_memory_and_figure():
    text = DOCS.read_text()
    names = [policy.name for policy in POLICIES] + [kind.title for kind in LEARNERS]

    assert [name for name in [*names, *(c.label for c in COLUMNS)] if name not in text] == []


def test_a_seed_gives_the_same_figures_and_another_seed_others(small):
    assert run(SMALL) == small
    assert run(World(8, 3, 6)) != small


def test_the_baseline_is_its_own_measure(small):
    for rows in small.values():
        row = next(row for row in rows if row.policy == BASELINE.name)
        assert {ratio.value for ratio in row.ratios.values()} == {1.0}
        assert all(ratio.low == ratio.high == 1 for ratio in row.ratios.values())


def test_without_review_nothing_is_asked_and_least_is_remembered(small):
    for rows in small.values():
        none, *others = rows
        assert (none.policy, none.figures.reviews, none.figures.cost) == ("no review", 0, None)
        assert all(none.figures.during < row.figures.during for row in others)


def test_ours_asks_no_more_than_its_portion_after_a_holiday():
    """Five of 25 wait, and the most at risk, answered wrong, go first."""
    cards = [Ours() for _ in range(25)]
    for n, card in enumerate(cards):
        card.answered(day=0, right=n >= 5)

    asked = review._asked(OURS, cards, range(25), day=60)

    assert len(asked) == 20
    assert set(asked[:5]) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([RIGHT] * 6, [1, 6, 15, 38, 95, 238]),
        ([RIGHT, RIGHT, RIGHT, WRONG, RIGHT, RIGHT], [1, 6, 15, 1, 6, 15]),
        ([WRONG, WRONG, RIGHT], [1, 1, 6]),
    ],
)
def test_sm2_intervals(answers, expected):
    assert intervals(Sm2(), answers) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([RIGHT] * 6, [2, 4, 8, 16, 16, 16]),
        ([RIGHT, RIGHT, WRONG, RIGHT], [2, 4, 1, 2]),
        ([WRONG, WRONG], [1, 1]),
    ],
)
def test_leitner_intervals(answers, expected):
    assert intervals(Leitner(), answers) == expected


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("no review", [RIGHT], [NEVER]),
        ("every 7 days", [RIGHT, WRONG, RIGHT], [7, 7, 7]),
        ("every 30 days", [RIGHT, WRONG, RIGHT], [30, 30, 30]),
    ],
)
def test_fixed_intervals(name, answers, expected):
    policy = next(policy for policy in POLICIES if policy.name == name)

    assert intervals(policy.card(), answers) == expected


def test_ours_waits_longer_after_each_right_answer_and_less_after_a_wrong_one():
    found = intervals(Ours(), [RIGHT, RIGHT, RIGHT, RIGHT, WRONG])

    assert found[:4] == sorted(set(found[:4]))
    assert 1 <= found[4] < found[3]


@pytest.mark.parametrize("kind", LEARNERS)
@pytest.mark.parametrize("first", [RIGHT, WRONG])
def test_memories_fade_and_an_answer_with_its_explanation_brings_them_back(kind, first):
    for seed in range(20):
        memory = kind(Random(seed)).memory(Random(seed + 100))
        memory.meet(0, first)
        fading = [memory.recall(day) for day in (1, 2, 7, 30, 100, 365)]

        assert fading == sorted(fading, reverse=True)
        assert all(0 <= chance <= 1 for chance in fading)
        memory.answer(100, right=True)
        assert memory.recall(101) > fading[4]


@pytest.mark.parametrize("kind", LEARNERS)
def test_memories_last_longer_when_reviews_are_apart(kind):
    """The spacing effect: the reason for scheduling at all."""
    close, apart = (kind(Random(3)).memory(Random(4)) for _ in range(2))
    for memory, days in ((close, (28, 29, 30)), (apart, (5, 15, 30))):
        memory.meet(0, right=True)
        for day in days:
            memory.answer(day, right=True)

    assert apart.recall(365) > close.recall(365)


def test_lessons_lie_on_days_of_the_first_weeks_that_the_learner_is_there():
    year = plan(Random(5), items=40)

    assert list(year.met) == sorted(year.met)
    assert year.met[-1] < 56
    assert all(year.present[day] for day in year.met)
    assert 0 < year.present.count(False) < 200


def test_the_cost_is_reviews_by_points_gained_over_no_review():
    lived = [Outcome(after=0.9, during=0.8, reviews=10, busiest=5)]
    without = [Outcome(after=0.2, during=0.3, reviews=0, busiest=0)]

    assert figures(lived, without).cost == pytest.approx(0.2)  # 10 reviews for 50 points
    assert figures(without, without).cost is None
    assert figures(without, lived).cost is None


def test_ratios_stand_beside_the_baseline_with_their_spread():
    lived = {
        "no review": [Outcome(0.2, 0.3, 0, 0)] * 2,
        "every 30 days": [Outcome(0.5, 0.5, 10, 10), Outcome(0.5, 0.5, 10, 20)],
        "ours": [Outcome(0.75, 0.8, 5, 10), Outcome(0.75, 0.8, 15, 20)],
    }
    ours = compare(lived, seed=1)[-1].ratios

    assert ours["after"].value == ours["after"].low == ours["after"].high == pytest.approx(1.5)
    assert (ours["reviews"].low, ours["reviews"].value, ours["reviews"].high) == (0.5, 1, 1.5)
    assert ours["cost"].value == pytest.approx(10 / 50 / (10 / 20))


def row(policy, after=0.9, during=0.9, reviews=10.0, busiest=20.0, cost=0.2):
    return Row(policy, Figures(after, during, reviews, busiest, cost), {})


def test_closing_names_each_figure_in_which_another_policy_is_better():
    lines = closing([row("no review", 0.1, 0.2, 0, 0, None), row("SM-2", reviews=8), row("ours")])

    assert lines == [
        "Ours is not the best in reviews per item: SM-2 has 8.0, ours 10.0.",
        "SM-2 recalls as much as ours or more with no more reviews.",
    ]


NONE = row("no review", 0, 0, 0, 0, None)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_closing_follows_the_figures(column):
    worse = {column.key: getattr(NONE.figures, column.key) if column.best is max else 99.0}

    lines = closing([NONE, row("SM-2"), row("ours", **worse)])
    assert lines[0].startswith(f"Ours is not the best in {column.label}: SM-2 has ")
    lines = closing([NONE, row("SM-2", **worse), row("ours")])
    assert lines == ["Ours is the best in every figure."]
