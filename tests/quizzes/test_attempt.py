"""An open attempt: its page, saving the whole form, flags, handing in."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import get_resolver
from django.utils import timezone

from quizzes.models import Answer, Question, QuestionVersion
from tests.factories import (
    ALL_KINDS,
    CLOZE,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    make_lesson,
    make_quiz,
)
from tests.quizzes.sitting import begin, form, submitted, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(ada):
    """Ada's open attempt at a quiz of all kinds, dealt in the author's order."""
    lesson = make_lesson(slug="open", title="An open lesson")
    return begin(make_quiz(lesson, ALL_KINDS, shuffle=False), ada)


@pytest.fixture
def here(attempt):
    """Its address."""
    return attempt.get_absolute_url()


def responses(attempt):
    return list(attempt.answers.order_by("slot").values_list("response", flat=True))


def test_every_question_is_on_the_page(as_ada, here):
    page = as_ada.get(here)

    assert page.text.count("<fieldset") == page.text.count("<legend") == 8
    for text in (
        "Which one is right?",
        "Question 8 of 8",
        'type="radio" name="s1" value="0"',
        'type="checkbox" name="s2" value="3"',
        'type="radio" name="s3" value="false"',
        '<input id="s4" type="text" name="s4"',
        '<select id="s6_2" name="s6_2"',
        '<select id="s7_3" name="s7_3"',
        '<label class="visually-hidden" for="s8_0" lang="en">Gap 1</label>',
        '<select id="s8_2" name="s8_2"',
        'name="b5" value="0"',
        "Submit answers",
        "Save answers",
        "Flag for later",
    ):
        assert text in page.text
    assert page["Cache-Control"] == "private, no-store"
    assert "Cookie" in page["Vary"]


def test_save_keeps_the_answers_and_grades_nothing(as_ada, attempt, here):
    answer = as_ada.post(here, form(attempt, slots=[1, 4], action="save", f2="1"), follow=True)

    assert "Your answers are saved" in answer.text
    assert responses(attempt) == [{"positions": [0]}, {}, {}, {"text": "49"}, *[{}] * 4]
    assert list(attempt.answers.filter(flagged=True).values_list("slot", flat=True)) == [2]
    assert 'value="0" checked' in answer.text
    assert 'value="49"' in answer.text
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("in_progress", None)


def test_saving_again_changes_and_clears(as_ada, attempt, here):
    as_ada.post(here, form(attempt, action="save"))
    as_ada.post(here, form(attempt, wrong, slots=[1], action="save"))

    assert responses(attempt) == [{"positions": [1]}, *[{}] * 7]
    assert list(attempt.answers.values_list("revision", flat=True)) == [2] * 8


def test_what_did_not_change_keeps_its_revision(as_ada, attempt, here):
    for _ in range(2):
        as_ada.post(here, form(attempt, action="save"))

    assert set(attempt.answers.values_list("revision", flat=True)) == {1}


def test_submit_grades_and_leads_to_the_result(as_ada, attempt, here):
    answer = as_ada.post(here, form(attempt, action="submit"))

    assert answer["Location"] == f"{here}#result"
    attempt.refresh_from_db()
    assert (attempt.score, attempt.percent, attempt.passed) == (1, 100, True)
    assert attempt.submitted_at is not None
    assert "You passed: 100 %, the pass mark is 70 %" in as_ada.get(here).text


def test_unanswered_questions_are_named_first(as_ada, attempt, here):
    page = as_ada.post(here, form(attempt, slots=[1, 2, 3], action="submit"))

    assert page.status_code == 200
    assert re.search(r"<title>\s*Not yet submitted", page.text)
    for text in ('<a href="#q4">Question 4</a>', "Submit anyway", "Go on answering"):
        assert text in page.text
    assert '<a href="#q3">Question 3</a>' not in page.text
    assert responses(attempt)[:2] == [{"positions": [0]}, {"positions": [0, 1]}]
    attempt.refresh_from_db()
    assert attempt.state == "in_progress"


def test_trial_21_the_score_is_out_of_everything_dealt(as_ada, attempt, here):
    as_ada.post(here, form(attempt, slots=[1], action="submit-anyway"))

    attempt.refresh_from_db()
    assert (attempt.score, attempt.percent, attempt.passed) == (
        Fraction(1, 8),
        Decimal("12.5"),
        False,
    )
    assert list(attempt.answers.values_list("fraction", flat=True)) == [1] + [0] * 7


def test_trial_21_a_form_with_one_slot_grades_all(as_ada, attempt, here):
    as_ada.post(here, {"action": "submit-anyway", "b1": "0", "s1": "0"})

    attempt.refresh_from_db()
    assert attempt.score == Fraction(1, 8)


def test_trial_17_a_replay_changes_nothing(as_ada, attempt, here):
    as_ada.post(here, form(attempt, wrong, action="submit"))
    attempt.refresh_from_db()
    before = (attempt.submitted_at, attempt.score, responses(attempt))

    for action in ("submit", "submit-anyway", "save"):
        answer = as_ada.post(here, form(attempt, action=action))
        assert answer["Location"] == f"{here}#result"

    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.score, responses(attempt)) == before


def test_trial_18_a_form_from_another_tab_keeps_the_newer_answer(as_ada, attempt, here):
    old = form(attempt, wrong, action="submit")
    as_ada.post(here, form(attempt, slots=[1], action="save"))

    page = as_ada.post(here, old, follow=True).text

    assert "Answered in another tab since this page was opened: question 1." in page
    assert responses(attempt)[0] == {"positions": [0]}
    attempt.refresh_from_db()
    assert attempt.score == Fraction(1, 8)


BAD = [
    {"b1": "0", "s99": "0"},
    {"b1": "0", "s0": "0"},
    {"b1": "0", "s-1": "0"},
    {"b1": "0", "s1[]": "0"},
    {"b1": "0", "s１": "0"},
    {"b1": "0", "s1": "3"},
    {"b1": "0", "s1": "-1"},
    {"b1": "0", "s1": "0.0"},
    {"b1": "0", "s1": "true"},
    {"b1": "0", "s1": ["0", "1"]},
    {"b1": "0", "s1": ["0", "0"]},
    {"b2": "0", "s2": ["0", "0"]},
    {"b2": "0", "s2": ["4"]},
    {"b2": "0", "s2": [str(place) for place in range(2000)]},
    {"b3": "0", "s3": "maybe"},
    {"b3": "0", "s3": ["true", "false"]},
    {"b4": "0", "s4": ["1", "2"]},
    {"b5": "0", "s5": "a" * 501},
    {"b5": "0", "s5": "a\0b"},
    {"b1": "0", "s1_0": "0"},
    {"b6": "0", "s6": "0"},
    {"b6": "0", "s6_0": "4"},
    {"b6": "0", "s6_3": "0"},
    {"b6": "0", "s6_0": ["0", "1"]},
    {"b6": "0", "s6_00": "0"},
    {"b6": "0", "s6_": "0"},
    {"b6": "0", "b6_0": "0"},
    {"b6": "0", "f6_0": "1"},
    {"b7": "0", "s7_0": "4"},
    {"b7": "0", "s7_0": "1.0"},
    {"b8": "0", "s8_3": "x"},
    {"b8": "0", "s8_2": "2"},
    {"b8": "0", "s8_0": ["o1", "o3"]},
    {"s1": "0"},
    {"b1": "x", "s1": "0"},
    {"b1": "-1", "s1": "0"},
    {"b1": "1e3", "s1": "0"},
    {"b1": "9" * 30, "s1": "0"},
    {"b1": ["0", "1"], "s1": "0"},
    {"b1": "0", "f1": "maybe"},
    {"f1": "1"},
]


@pytest.mark.parametrize("action", ["save", "submit", "submit-anyway"])
@pytest.mark.parametrize("fields", BAD)
def test_trial_20_what_was_not_dealt_is_refused(as_ada, attempt, here, fields, action):
    as_ada.post(here, form(attempt, slots=[3], action="save"))
    before = list(attempt.answers.values())

    answer = as_ada.post(here, {"action": action, "b4": "0", "s4": "5"} | fields)

    assert answer.status_code == 400
    assert "Nothing of it was stored" in answer.text
    assert "The one answer saved before is kept." in answer.text
    assert list(attempt.answers.values()) == before
    attempt.refresh_from_db()
    assert attempt.state == "in_progress"


@pytest.mark.parametrize("action", ["", "grade", "submit "])
def test_an_unknown_action_is_refused(as_ada, attempt, here, action):
    assert as_ada.post(here, form(attempt, action=action)).status_code == 400
    assert responses(attempt) == [{}] * 8


def test_too_many_fields_are_refused(as_ada, here):
    assert as_ada.post(here, {f"x{n}": "" for n in range(4000)}).status_code == 400


def test_trial_22_scores_and_times_that_a_client_makes_up_are_not_read(as_ada, attempt, here):
    made_up = {
        "score": "100", "percent": "1e999", "passed": "1", "fraction": "NaN", "points": "Infinity",
        "started_at": "1999-01-01", "submitted_at": "1999-01-01", "duration": "0", "state": "x",
        "user": "1", "pass_mark": "0", "slots": "1", "base": "7", "flagged": "1",
    }  # fmt: skip
    started = attempt.started_at
    as_ada.post(here, form(attempt, wrong, action="submit") | made_up)

    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed, attempt.pass_mark) == (0, False, 70)
    assert attempt.started_at == started
    assert attempt.submitted_at > started


def test_flag_and_unflag(as_ada, attempt, here):
    fetch = {"X-Requested-With": "fetch"}
    answer = as_ada.post(here, {"action": "flag", "slot": "2", "flagged": "1"}, headers=fetch)
    assert answer.json() == {"flagged": True}
    assert attempt.answers.get(slot=2).flagged

    answer = as_ada.post(here, {"action": "flag", "slot": "2", "flagged": "0"})
    assert answer["Location"] == f"{here}#q2"
    assert not attempt.answers.get(slot=2).flagged


@pytest.mark.parametrize("fields", [{"slot": "9"}, {"slot": "x"}, {"slot": "1", "flagged": "2"}])
def test_a_flag_on_nothing_is_refused(as_ada, here, fields):
    assert as_ada.post(here, {"action": "flag", "flagged": "1"} | fields).status_code == 400


def test_a_flag_after_submission_is_too_late(as_ada, attempt, here):
    as_ada.post(here, form(attempt, action="submit"))

    fields = {"action": "flag", "slot": "2", "flagged": "1"}
    answer = as_ada.post(here, fields, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.json()) == (409, {"result": f"{here}#result"})


def twin(spec, change):
    """A question's specification with another key."""
    return spec | {"content": change(spec["content"])}


def _last_is_right(content):
    texts = [row["text"] for row in content["choices"]]
    right = sum(bool(row.get("correct")) for row in content["choices"])
    rows = [{"text": text, "feedback": f"On {text}"} for text in texts]
    for row in rows[-right:]:
        row["correct"] = True
    return {"choices": rows}


def _other_way_round(pairs):
    """The same sides, of which other ones belong together, in another order."""
    rights = [row["right"] for row in pairs]
    rows = [row | {"right": right} for row, right in zip(pairs, rights[1:] + rights, strict=False)]
    return rows[::-1]


OTHER_KEYS = (
    twin(SINGLE, _last_is_right) | {"explanation": "A much longer explanation of another kind."},
    twin(MULTIPLE, _last_is_right),
    twin(TRUE_FALSE, lambda content: {"answer": not content["answer"]}),
    twin(NUMERIC, lambda content: {"answers": [{"value": "-3.5e4"}, {"value": "1"}]}),
    twin(SHORT, lambda content: {"answers": [{"text": "something * longer", "weight": 1}]}),
    twin(MATCHING, lambda content: {"pairs": _other_way_round(content["pairs"])}),
    twin(ORDERING, lambda content: {"items": content["items"][::-1], "scoring": "exact"}),
    twin(
        CLOZE,
        lambda _: {
            "text": "R1 matched {:SAC:=a longer answer~%50%half#Nearly.} in {9:NM:=1..2#Right.},\n"
            "under the {3:MULTICHOICE:=Apache#The first.~%-50%MIT} licence."
        },
    ),
)


def dealt_alike(attempt):
    """Deal the attempt's parts by their texts, so that chance does not tell two attempts apart."""
    for answer in attempt.answers.select_related("version"):
        content = answer.version.content
        if "pairs" in content:
            for side, places in zip(("left", "right"), answer.dealt, strict=True):
                places.sort(key=lambda index, side=side: content["pairs"][index][side])
        elif "items" in content:
            answer.dealt.sort(key=content["items"].__getitem__)
        answer.save()


def bare(response, attempt):
    """An answer without what must differ: the token and the attempt's random id."""
    text = response.text.replace(attempt.public_id, "ID")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", text)
    text = re.sub(r'"saved_at": "[^"]+"', "TIME", text)
    headers = {name: response[name] for name in response.headers if name != "Content-Length"}
    return response.status_code, text, {**headers, "length": len(response.content)}


def test_trial_13_nothing_before_submission_depends_on_the_key(as_ada, ada):
    quiz = make_quiz(specs=ALL_KINDS, shuffle=False)
    told = []
    for specs in (ALL_KINDS, OTHER_KEYS):
        for question, spec in zip(quiz.questions.all(), specs, strict=True):
            question.revise(**spec)
        attempt = begin(quiz, ada)
        dealt_alike(attempt)
        here = attempt.get_absolute_url()
        sheet = {"b1": "0", "s1": "0", "b4": "0", "s4": "49", "b5": "0", "s5": "GLM-5"}
        sheet |= {"b6": "0", "s6_0": "1", "b7": "0", "s7_1": "2", "s7_2": "2"}
        sheet |= {"b8": "0", "s8_0": "o1", "s8_2": "1"}
        save = {"base": "0", "save_id": "a" * 16, "value": "false"}
        answers = [
            as_ada.get(here),
            as_ada.post(f"{here}answers/3/", save),
            as_ada.post(f"{here}answers/3/", save | {"save_id": "b" * 16}),
            as_ada.post(f"{here}answers/1/", save | {"save_id": "c" * 16, "value": "7"}),
            as_ada.post(f"{here}answers/6/", save | {"value": ["0=3", "1=0"]}),
            as_ada.post(f"{here}answers/7/", save | {"value": ["0=3", "1=3"]}),
            as_ada.post(f"{here}answers/8/", save | {"value": ["0=o1", "2=0"]}),
            as_ada.post(f"{here}answers/8/", save | {"save_id": "d" * 16, "value": "1=7"}),
            as_ada.post(here, sheet | {"action": "submit"}),
            as_ada.post(here, sheet | {"s1": "8", "action": "submit"}),
        ]
        codes = [answer.status_code for answer in answers]
        assert codes == [200, 200, 412, 400, 200, 200, 200, 412, 200, 400]
        told.append([bare(answer, attempt) for answer in answers])
        attempt.delete()

    assert told[0] == told[1]


def test_nothing_of_the_key_is_on_the_page(as_ada, ada):
    specs = [
        twin(SINGLE, _last_is_right) | {"explanation": "Because of secret one."},
        SHORT | {"content": {"answers": [{"text": "secret-two", "feedback": "secret three"}]}},
        NUMERIC | {"content": {"answers": [{"value": "271828", "tolerance": "31415"}]}},
        CLOZE | {"content": {"text": "It is {1:SA:=secret-four~%50%half#secret five}."}},
        ORDERING | {"content": ORDERING["content"] | {"scoring": "adjacent"}},
    ]
    page = as_ada.get(begin(make_quiz(specs=specs), ada).get_absolute_url()).text

    for secret in (
        "secret",
        "On right",
        "correct",
        "weight",
        "271828",
        "31415",
        "explanation",
        "adjacent",
    ):
        assert secret not in page


def test_trial_24_an_open_attempt_keeps_its_versions(as_ada, attempt, here):
    question = Question.objects.get(quiz=attempt.quiz, current__kind="single")
    question.revise(
        prompt="Another question now?",
        content={"choices": [{"text": "new"}, {"text": "newer", "correct": True}]},
    )
    attempt.quiz.questions.update(archived_at=timezone.now())

    page = as_ada.get(here).text
    assert "Which one is right?" in page
    assert "Another question now?" not in page
    as_ada.post(here, form(attempt, action="submit"))
    attempt.refresh_from_db()
    assert attempt.score == 1


@pytest.mark.parametrize(
    ("was", "kind"),
    [
        ("single", "single"),
        ("single", "gone"),
        *((spec["kind"], spec["kind"]) for spec in (MATCHING, ORDERING, CLOZE)),
    ],
)
def test_trial_26_a_question_that_breaks_counts_as_not_answered(as_ada, attempt, here, was, kind):
    slot = attempt.answers.get(version__kind=was)
    QuestionVersion.objects.filter(pk=slot.version_id).update(
        kind=kind, content={}, content_html={}
    )

    page = as_ada.get(here)
    assert (page.status_code, "This question cannot be shown" in page.text) == (200, True)
    as_ada.post(here, form(attempt, slots=[]) | {"action": "save"})
    for answer in attempt.answers.exclude(pk=slot.pk):
        answer.response = {"text": "49"} if answer.version.kind == "numeric" else {}
        answer.save()
    as_ada.post(here, {"action": "submit-anyway"})

    attempt.refresh_from_db()
    assert attempt.score == Fraction(1, 8)
    assert Answer.objects.get(pk=slot.pk).fraction == 0
    assert as_ada.get(here).status_code == 200


def test_an_odd_score_fits(as_ada, ada):
    weights = ["0.1234567890123456789", "1/997", "1/991"]
    right = {"text": "a", "correct": True}
    specs = [
        SINGLE | {"content": {"choices": [right, {"text": "b", "weight": weight}]}}
        for weight in weights
    ]
    quiz = make_quiz(specs=specs * 3, pass_mark=4, shuffle=False)
    quiz.questions.first().revise(points="0.377")

    attempt = submitted(quiz, ada, lambda answer: ["1"])

    assert attempt.percent == pytest.approx(4, abs=1)
    assert attempt.score is not None


def attempt_addresses():
    """Every address that names an attempt, from the URL configuration: a new one is tried too."""
    found = []
    for name in get_resolver().reverse_dict:
        if isinstance(name, str):
            for possibilities, *_ in get_resolver().reverse_dict.getlist(name):
                for path, parameters in possibilities:
                    if "public_id" in parameters and path.startswith("quizzes/"):
                        found.append((path, parameters))
    assert len(found) >= 2
    return found


@pytest.mark.parametrize("state", ["open", "submitted"])
def test_trial_1_an_attempt_is_its_owner_s_alone(as_eve, ada, state):
    quiz = make_quiz(specs=ALL_KINDS)
    attempt = begin(quiz, ada) if state == "open" else submitted(quiz, ada)
    before = list(attempt.answers.values())

    for path, parameters in attempt_addresses():
        address = f"/{path}" % {**dict.fromkeys(parameters, 1), "public_id": attempt.public_id}
        for method in ("get", "head", "post", "put", "delete", "patch", "options"):
            for headers in ({}, {"HX-Request": "true"}, {"X-Requested-With": "fetch"}):
                answer = getattr(as_eve, method)(address, headers=headers)
                assert answer.status_code in {404, 405}
    assert list(attempt.answers.values()) == before


def test_signed_out_is_sent_to_sign_in(client, attempt, here):
    answer = client.get(here)

    assert answer["Location"] == f"/accounts/login/?next={here}"
    assert answer["Cache-Control"] == "private, no-store"
    answer = client.post(here, {"action": "flag"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(as_ada, here, method):
    assert getattr(as_ada, method)(here).status_code == 405


@pytest.mark.parametrize("size", [5, 50])
def test_the_number_of_queries(as_ada, ada, django_assert_num_queries, size):
    attempt = begin(make_quiz(specs=(SINGLE,) * size), ada)
    here = attempt.get_absolute_url()

    with django_assert_num_queries(4):
        as_ada.get(here)
    save = form(attempt, action="save")
    with django_assert_num_queries(9):
        as_ada.post(here, save)
    submit = form(attempt, action="submit")
    with django_assert_num_queries(16):  # four of them for the review cards
        as_ada.post(here, submit)
    with django_assert_num_queries(7):
        assert "You passed" in as_ada.get(here).text
