"""What holds for every kind. A new kind adds its content to CONTENTS, and what is sent to SENT."""

import json
import random
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.display import values_of
from quizzes.kinds import KINDS, BadResponse, kind

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
WORDS = st.text(st.sampled_from("abcdé ß*\\Ａ１"), min_size=1, max_size=12)
WEIGHTS = st.one_of(
    st.sampled_from(["1/3", "-1/3", "0.333333", 0.5, -1, 0, 1, "0.1"]),
    st.decimals(-1, 1, places=5).map(str),
)
NUMBERS = st.decimals(-(10**9), 10**9, places=3).map(str)


@st.composite
def choices(draw, least_right, most_right):
    count = draw(st.integers(2, 7))
    right = draw(
        st.sets(st.integers(0, count - 1), min_size=least_right, max_size=most_right or count)
    )
    rows = []
    for index in range(count):
        row = {"text": f"Choice {index}", "correct": index in right}
        if index not in right and draw(st.booleans()):
            row["weight"] = draw(WEIGHTS)
        if draw(st.integers(0, 4)) == 0:
            row["keep_last"] = True
        rows.append(row)
    return {"choices": rows}


def answers(first, others):
    """`{"answers": […]}` with one answer of full weight and up to three of any."""
    return st.tuples(first, st.lists(others, max_size=3)).flatmap(
        lambda rows: st.permutations([rows[0], *rows[1]]).map(lambda all_: {"answers": all_})
    )


TAMED = re.compile(r"([}#~={\\])")


def escaped(text):
    """A text as it stands in a gap."""
    return TAMED.sub(r"\\\1", text)


@st.composite
def pairs(draw):
    """Pairs of which some share a right side, and some have no left one."""
    count = draw(st.integers(2, 6))
    rights = st.sampled_from(["Right", "Other", "a", "b", "c"])
    rows = [{"left": f"Left {index}", "right": draw(rights)} for index in range(count)]
    extra = [{"right": right} for right in draw(st.lists(rights, max_size=2))]
    return {"pairs": draw(st.permutations([*rows, *extra]))}


GAPS = st.one_of(
    st.builds(
        "{{{}:SHORTANSWER:={}~%50%{}}}".format, *[st.integers(1, 9), *[WORDS.map(escaped)] * 2]
    ),
    st.builds("{{{}:NUMERICAL:={}:2~%50%{}:9}}".format, st.integers(1, 9), NUMBERS, NUMBERS),
    st.builds(
        "{{{}:{}:~first~=second~%-50%third#no}}".format,
        st.integers(1, 9),
        st.sampled_from(["MULTICHOICE", "MCS", "MCV", "MCHS"]),
    ),
    st.builds("{{{}:{}:=a~=b~c}}".format, st.integers(1, 9), st.sampled_from(["MR", "MRHS"])),
)


def scored(rules, contents):
    """Contents with one of these rules, or with none said."""
    return st.tuples(contents, st.sampled_from([{}, *({"scoring": rule} for rule in rules)])).map(
        lambda both: both[0] | both[1]
    )


CONTENTS = {
    "single": choices(1, 1),
    "multiple": scored(kind("multiple").scoring, choices(1, None)),
    "true-false": st.fixed_dictionaries({"answer": st.booleans()}),
    "numeric": answers(
        st.fixed_dictionaries({"value": NUMBERS}),
        st.fixed_dictionaries(
            {"value": NUMBERS, "weight": WEIGHTS, "tolerance": st.sampled_from(["0", "2", 0.5])}
        ),
    ),
    "short-answer": answers(
        st.fixed_dictionaries({"text": WORDS}),
        st.fixed_dictionaries(
            {"text": WORDS, "weight": WEIGHTS, "case_sensitive": st.booleans()},
        ),
    ),
    "matching": pairs(),
    "ordering": scored(
        kind("ordering").scoring,
        st.integers(2, 7).map(lambda count: {"items": [f"Item {n}" for n in range(count)]}),
    ),
    "cloze": st.lists(GAPS, min_size=1, max_size=4).map(lambda gaps: {"text": " or ".join(gaps)}),
}
POSITIONS = st.lists(st.integers(0, 8).map(str), max_size=8)
PLACES = st.lists(st.builds("{}={}".format, st.integers(0, 7), st.integers(0, 7)), max_size=8)
SENT = {
    "single": POSITIONS,
    "multiple": POSITIONS,
    "true-false": st.lists(st.sampled_from(["true", "false"]), max_size=2),
    "numeric": st.lists(st.one_of(NUMBERS, TEXTS), max_size=1),
    "short-answer": st.lists(st.one_of(WORDS, TEXTS), max_size=1),
    "matching": PLACES,
    "ordering": PLACES,
    "cloze": st.lists(
        st.builds("{}={}".format, st.integers(0, 4), st.one_of(st.integers(0, 3), NUMBERS, WORDS)),
        max_size=6,
    ),
}
KEYS = [
    "choices",
    "answers",
    "answer",
    "text",
    "value",
    "weight",
    "pairs",
    "left",
    "right",
    "items",
    "scoring",
    "x",
]
CHOICES = ["single", "multiple"]
PARTS = ["matching", "ordering", "cloze"]

calm = settings(deadline=None, max_examples=50)
every_kind = pytest.mark.parametrize("name", KINDS)


def content_of(name, data):
    """Content without blocking faults."""
    return data.draw(
        CONTENTS[name].filter(
            lambda content: not any(fault.blocking for fault in kind(name).faults(content))
        )
    )


def question(name, data):
    """The kind, some content, and how it was dealt."""
    content = content_of(name, data)
    rng = data.draw(st.randoms(use_true_random=False))
    return kind(name), content, kind(name).deal(content, rng, shuffle=True)


def test_every_kind_is_tried_here():
    assert set(CONTENTS) == set(SENT) == set(KINDS)


@every_kind
def test_a_kind_is_known_by_its_name(name):
    assert kind(name).name == name
    assert kind(name).label
    assert kind(name).instruction.endswith(".")


def test_an_unknown_kind_is_named():
    with pytest.raises(LookupError, match="essay"):
        kind("essay")


@every_kind
@calm
@given(data=st.data())
def test_a_score_is_between_nothing_and_everything(name, data):
    asked, content, dealt = question(name, data)
    try:
        response = asked.parse(content, dealt, data.draw(SENT[name]))
    except BadResponse:
        return
    fraction = asked.grade(content, dealt, response)
    assert isinstance(fraction, Fraction)
    assert 0 <= fraction <= 1


@every_kind
@calm
@given(data=st.data())
def test_only_a_bad_response_is_raised_and_what_is_stored_is_json(name, data):
    asked, content, dealt = question(name, data)
    sent = data.draw(st.lists(st.one_of(st.text(max_size=600), st.just("0")), max_size=20))
    try:
        response = asked.parse(content, dealt, sent)
    except BadResponse:
        return
    assert json.loads(json.dumps(response)) == response
    assert asked.grade(content, dealt, response) <= 1
    assert isinstance(asked.hint(response), str)
    asked.review(content, dealt, response)


@every_kind
@calm
@given(data=st.data())
def test_the_key_scores_everything(name, data):
    asked, content, dealt = question(name, data)
    key = asked.key(content, dealt)
    shadowed = name in {"short-answer", "cloze"} and asked.faults(content)
    assert key or shadowed
    assert not key or asked.grade(content, dealt, key) == 1


@every_kind
@calm
@given(data=st.data())
def test_unanswered_scores_nothing(name, data):
    asked, content, dealt = question(name, data)
    for sent in ([], [""]):
        assert asked.parse(content, dealt, sent) == {}
    assert asked.grade(content, dealt, {}) == 0
    assert not any(line.chosen for line in asked.review(content, dealt, {}))


@pytest.mark.parametrize("name", CHOICES)
@calm
@given(data=st.data())
def test_the_order_of_sending_does_not_matter(name, data):
    asked, content, dealt = question(name, data)
    most = 1 if name == "single" else len(dealt)
    places = st.integers(0, len(dealt) - 1).map(str)
    sent = data.draw(st.lists(places, unique=True, max_size=most))
    shuffled = data.draw(st.permutations(sent))
    assert asked.parse(content, dealt, sent) == asked.parse(content, dealt, shuffled)


@pytest.mark.parametrize("name", PARTS)
@calm
@given(data=st.data())
def test_the_parts_come_in_any_order_and_empty_ones_are_left_out(name, data):
    asked, content, dealt = question(name, data)
    try:
        response = asked.parse(content, dealt, data.draw(SENT[name]))
    except BadResponse:
        return
    sent = values_of(response)
    empty = [f"{n}=" for n in range(len(dealt[0] if name == "matching" else dealt))]
    assert asked.parse(content, dealt, data.draw(st.permutations([*sent, *empty]))) == response


@pytest.mark.parametrize("name", PARTS)
@calm
@given(data=st.data())
def test_a_part_that_was_not_dealt_is_refused(name, data):
    asked, content, dealt = question(name, data)
    count = len(dealt[0] if name == "matching" else dealt)
    for sent in (["3"], ["0"], [f"{count}=0"], ["-1=0"], ["00=0"], ["=0"], ["", "0=0"], ["x=0"]):
        with pytest.raises(BadResponse):
            asked.parse(content, dealt, sent)


@pytest.mark.parametrize("name", ["matching", "ordering"])
@calm
@given(data=st.data())
def test_a_place_that_is_not_there_is_refused(name, data):
    asked, content, dealt = question(name, data)
    offered = len(dealt[1] if name == "matching" else dealt)
    for sent in ([f"0={offered}"], ["0=-1"], ["0=x"], ["0=0", "0=1"], ["0=0", "0=0"]):
        with pytest.raises(BadResponse):
            asked.parse(content, dealt, sent)


@pytest.mark.parametrize("name", ["multiple", "matching", "ordering"])
@calm
@given(data=st.data())
def test_only_the_full_key_scores_everything(name, data):
    """Explicit weights of an author may add up to 1 in many ways; nothing else may."""
    asked, content, dealt = question(name, data)
    if any("weight" in row for row in content.get("choices", ())):
        return
    try:
        response = asked.parse(content, dealt, data.draw(SENT[name]))
    except BadResponse:
        return
    if asked.grade(content, dealt, response) == 1:
        assert response == asked.key(content, dealt)


@pytest.mark.parametrize("name", ["single", "multiple", "true-false", "numeric", "short-answer"])
@calm
@given(data=st.data())
def test_a_deal_is_a_permutation_with_the_last_kept_last(name, data):
    _, content, dealt = question(name, data)
    rows = content.get("choices", [])
    assert sorted(dealt) == list(range(len(rows)))
    kept = [bool(rows[index].get("keep_last")) for index in dealt]
    assert kept == sorted(kept)


@every_kind
@calm
@given(data=st.data(), seed=st.integers())
def test_the_same_seed_deals_the_same(name, data, seed):
    content = content_of(name, data)
    first, second = (
        kind(name).deal(content, random.Random(seed), shuffle=True)  # noqa: S311
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("name", CHOICES)
@calm
@given(data=st.data())
def test_shuffled_and_unshuffled_score_the_same(name, data):
    asked, content, dealt = question(name, data)
    most = 1 if name == "single" else len(dealt)
    chosen = data.draw(st.sets(st.sampled_from(dealt), max_size=most))
    plain = {"positions": sorted(chosen)}
    shuffled = {"positions": sorted(dealt.index(index) for index in chosen)}
    unshuffled = list(range(len(dealt)))
    assert asked.grade(content, dealt, shuffled) == asked.grade(content, unshuffled, plain)


@every_kind
@calm
@given(
    content=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_faults_never_raise(name, content):
    for fault in kind(name).faults(content):
        assert fault.message.endswith((".", "?"))
        assert isinstance(fault.path, tuple)


@every_kind
@calm
@given(data=st.data())
def test_content_survives_being_stored(name, data):
    asked, content, dealt = question(name, data)
    stored = json.loads(json.dumps(content))
    assert asked.faults(stored) == asked.faults(content)
    assert asked.key(stored, dealt) == asked.key(content, dealt)
