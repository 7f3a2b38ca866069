"""The settings of a quiz in course files: read, written back, and what an author gets wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interchange import quiz_settings, writer
from interchange.folder import quiz_state
from interchange.states import digest
from interchange.text import check, parse, schema
from quizzes.admin_forms import BOUNDS, MOST_PICKED, QuizForm
from quizzes.models import FinalGrade, Pool, Question, Quiz
from tests import factories
from tests.interchange.folder import exported, files_in, imported, refused, said, small, swap
from tests.quizzes.sitting import submitted

QUIZ = "01-one/01-first.quiz.yaml"
NOTHING = "created 0, updated 0, unchanged 7, removed 0"
QUESTIONS = "".join(
    f"  - id: q{n}\n    type: true-false\n    prompt: Is it {n}?\n    answer: true\n"
    f"    explanation: It is.\n{pool}"
    for n, pool in enumerate(["", "    pool: easy\n", "    pool: easy\n", "    pool: hard\n"])
)
POOLS = "pools: {easy: 1, hard: 1}\n"
PLAIN = re.sub(r"    pool: \w+\n", "", QUESTIONS)


def with_quiz(tmp_path: Path, top: str, questions: str = PLAIN) -> Path:
    """The small course with this quiz."""
    return small(tmp_path, {QUIZ: f"{top}questions:\n{questions}"})


def read(text: str) -> dict[str, Any]:
    """A quiz file by its schema, without a problem."""
    doc = parse("f", text)
    data = check(doc, "quiz")
    assert doc.problems == []
    return data


def complaints(text: str) -> list[str]:
    """What is said of a quiz file."""
    doc = parse("f", text)
    quiz_state(doc, check(doc, "quiz"), set())
    return [str(problem) for problem in doc.problems]


SETTINGS = [
    ("pass_mark: 0\n", {"pass_mark": 0}),
    ("attempts: 3\n", {"attempts_allowed": 3}),
    ("grading: average\n", {"grading_method": "average"}),
    ("wait: 10\n", {"wait_first": 10, "wait_later": 10}),
    ("wait: {first: 10, later: 60}\n", {"wait_first": 10, "wait_later": 60}),
    ("wait: {later: 60}\n", {"wait_first": 0, "wait_later": 60}),
    ("time_limit: 30\n", {"time_limit": 30}),
    ("time_limit: 30\noverdue: discard\n", {"time_limit": 30, "overdue": "discard"}),
    ("time_limit: 9\noverdue: grace\ngrace: 2\n", {"overdue": "grace", "grace": 2}),
    ("feedback: at-once\n", {"feedback": "at-once"}),
    ("show: []\n", dict.fromkeys(quiz_settings.SHOW.values(), False)),
    (
        "show: [marks, score]\n",
        {"show_score": True, "show_marks": True, "show_choice_feedback": False,
         "show_answers": False, "show_explanations": False},
    ),
    ("shuffle: true\n", {"shuffle_questions": True, "shuffle_choices": True}),
    ("shuffle: false\n", {"shuffle_questions": False, "shuffle_choices": False}),
    ("shuffle: questions\n", {"shuffle_questions": True, "shuffle_choices": False}),
    ("shuffle: choices\n", {"shuffle_questions": False, "shuffle_choices": True}),
    ("show:\nattempts: ~\n", {"show_score": True, "attempts_allowed": None}),
]  # fmt: skip
USUAL = quiz_settings.state(quiz_settings.DEFAULTS) | {"questions": []}
# Every key once, and again where it has several forms.
FILES = [
    (
        "pass_mark: 80\nattempts: 3\ngrading: average\nwait: 10\ntime_limit: 9\noverdue: grace\n"
        "grace: 2\nfeedback: after-passing\nshow: [marks, score]\nshuffle: choices\n",
        {
            "pass_mark": 80,
            "attempts_allowed": 3,
            "grading_method": "average",
            "wait_first": 10,
            "wait_later": 10,
            "time_limit": 9,
            "overdue": "grace",
            "grace": 2,
            "feedback": "after-passing",
            "show_score": True,
            "show_marks": True,
            "show_choice_feedback": False,
            "show_answers": False,
            "show_explanations": False,
            "shuffle_questions": False,
            "shuffle_choices": True,
        },
    ),
    (
        "wait:  # longer each time\n  first: 10\n  later: 60\nshow: []\nshuffle: false\n",
        {"wait_first": 10, "wait_later": 60, "show_score": False, "shuffle_choices": False},
    ),
]


@pytest.mark.parametrize(("top", "fields"), SETTINGS, ids=[top for top, _ in SETTINGS])
def test_every_setting_is_read_and_written(top, fields):
    values = quiz_settings.fields(read(f"{top}questions:\n{PLAIN}"))
    assert {name: values[name] for name in fields} == fields
    state = quiz_settings.state(values) | {"questions": []}
    assert quiz_settings.fields(quiz_settings.state(values)) == values
    edited = writer.edit_quiz("# mine\nquestions: []\n", writer.quiz_keys(state), USUAL, state)
    assert edited is not None
    assert edited.startswith("# mine\n")
    assert quiz_settings.fields(check(parse("f", edited), "quiz")) == values


@pytest.mark.django_db
@pytest.mark.parametrize(("top", "fields"), FILES)
def test_settings_go_in_and_come_out(tmp_path, top, fields):
    root = with_quiz(tmp_path, "# mine\n")
    imported(root)
    (root / QUIZ).write_text(f"# mine\n{top}questions:\n{PLAIN}")
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    quiz = Quiz.objects.get()
    assert {name: getattr(quiz, name) for name in fields} == fields
    assert imported(root) == NOTHING
    exported("small", tmp_path / "out/small")
    assert files_in(tmp_path / "out/small") == files_in(root)
    assert imported(tmp_path / "out/small") == NOTHING
    Quiz.objects.update(**quiz_settings.DEFAULTS)
    exported("small", tmp_path / "out/small")
    assert (tmp_path / "out/small" / QUIZ).read_text() == f"# mine\nquestions:\n{PLAIN}"


@pytest.mark.django_db
def test_pools_go_in_and_come_out(tmp_path):
    root = with_quiz(tmp_path, POOLS, QUESTIONS)
    imported(root)
    assert dict(Pool.objects.values_list("name", "pick")) == {"easy": 1, "hard": 1}
    pools = Question.objects.order_by("key").values_list("pool__name", flat=True)
    assert list(pools) == [None, "easy", "easy", "hard"]
    assert imported(root) == NOTHING
    exported("small", tmp_path / "out/small")
    assert files_in(tmp_path / "out/small") == files_in(root)


@pytest.mark.django_db
def test_a_pool_that_leaves_the_file_leaves_its_questions(tmp_path):
    root = with_quiz(tmp_path, POOLS, QUESTIONS)
    imported(root)
    easy = Pool.objects.get(name="easy")
    swap(root / QUIZ, "{easy: 1, hard: 1}", "{easy: 2}")
    swap(root / QUIZ, "    pool: hard\n", "")
    assert imported(root) == "created 0, updated 1, unchanged 6, removed 0"
    assert list(Pool.objects.values_list("pk", "pick")) == [(easy.pk, 2)]
    question = Question.objects.get(key="q3")
    assert (question.pool, question.archived_at) == (None, None)


@pytest.mark.django_db
def test_pools_made_in_the_admin_are_written(tmp_path):
    root = with_quiz(tmp_path, "# mine\n")
    imported(root)
    pool = Pool.objects.create(quiz=Quiz.objects.get(), name="2026: new", pick=2)
    Pool.objects.create(quiz=Quiz.objects.get(), name="nobody is in it", pick=2)
    Question.objects.exclude(key="q0").update(pool=pool)
    exported("small", tmp_path / "out")
    text = (tmp_path / "out" / QUIZ).read_text()
    assert text.startswith("# mine\npools:\n  '2026: new': 2\nquestions:\n")
    assert "    type: true-false\n    pool: '2026: new'\n    prompt: Is it 3?\n" in text
    assert imported(tmp_path / "out") == NOTHING
    pool.delete()
    exported("small", tmp_path / "out")
    assert "pool" not in (tmp_path / "out" / QUIZ).read_text()


@pytest.mark.django_db
def test_the_place_in_the_lesson_goes_in_and_comes_out(tmp_path):
    lesson = "---\ntitle: First\n---\n## Weights, in the open\n\nWords.\n\n## Costs\n\nMore.\n"
    where = "    section: costs\n"
    root = small(tmp_path, {"01-one/01-first.md": lesson, QUIZ: f"questions:\n{PLAIN}{where}"})
    imported(root)
    assert Question.objects.get(key="q3").section == "costs"
    exported("small", tmp_path / "out")
    assert files_in(tmp_path / "out") == files_in(root)

    Question.objects.filter(key="q3").update(section="")
    Question.objects.filter(key="q0").update(section="weights-in-the-open")
    exported("small", tmp_path / "out")
    text = (tmp_path / "out" / QUIZ).read_text()
    assert text.count("section:") == 1
    assert "    type: true-false\n    section: weights-in-the-open\n    prompt: Is it 0?\n" in text


@pytest.mark.django_db
def test_a_place_that_the_lesson_lacks_is_a_warning(tmp_path):
    lesson = "---\ntitle: First\n---\n## Costs\n\nMore.\n"
    quiz = f"questions:\n{PLAIN}    section: cost\n"
    root = small(tmp_path, {"01-one/01-first.md": lesson, QUIZ: quiz})

    assert f"{QUIZ}:22: warning: the lesson has no heading “cost”; did you mean “costs”?" in said(
        root
    )
    assert Question.objects.get(key="q3").section == "cost"


@pytest.mark.django_db
def test_what_a_file_is_kept_by_does_not_change_with_new_settings(tmp_path):
    """An update of the site must not make every quiz look as if somebody had edited it."""
    imported(small(tmp_path))
    lesson = factories.Lesson.objects.get(slug="first")
    source = lesson.module.course.source_files.get(kind="quiz")
    question = {
        "id": "which",
        "type": "single",
        "objectives": ["aim"],
        "prompt": "Which?",
        "explanation": "So it is.",
        "points": "1.000",
        "content": {"choices": [{"text": "this", "correct": True}, {"text": "that"}]},
    }
    before = {"pass_mark": 70, "shuffle": True, "questions": [question]}
    assert source.states == {"": digest(before)}


@pytest.mark.django_db
def test_another_grading_method_makes_the_final_grades_anew(tmp_path, ada, eve):
    root = with_quiz(tmp_path, "")
    imported(root)
    quiz = Quiz.objects.get()
    for percent in (40, 70, 55):
        factories.make_result(quiz, ada, percent)
    factories.make_result(quiz, eve, 30)
    swap(root / QUIZ, "questions:", "grading: average\nquestions:")
    said(root, "--check")
    assert FinalGrade.objects.get(user=ada).percent == 70
    imported(root)
    finals = FinalGrade.objects.order_by("user__email").values_list("percent", flat=True)
    assert list(finals) == [55, 30]


@pytest.mark.django_db
def test_another_time_for_feedback_holds_for_the_review(tmp_path, ada):
    root = with_quiz(tmp_path, "")
    imported(root)
    submitted(Quiz.objects.get(), ada)
    swap(root / QUIZ, "questions:", "feedback: never\nquestions:")
    imported(root)
    assert not ada.review_cards.filter(revealed=True).exists()


# ---- what an author gets wrong ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "line", "message"),
    [
        ("atempts: 3\n", 1, "unknown key “atempts”; did you mean “attempts”?"),
        ("attempts: unlimited\n", 1, "“unlimited” is not a whole number"),
        ("attempts: 0\n", 1, "“attempts” 0 is less than the minimum of 1"),
        ("grading: best\n", 1, "“grading” cannot be “best”: highest, last, first, average"),
        ("feedback: at once\n", 1, "“feedback” cannot be “at once”: at-once, after-submission, "
         "after-passing, never; did you mean “at-once”?"),
        ("show: score\n", 1, "“show” should be a list"),
        ("pass_mark: 1\nshow:\n  - score\n  - mark\n", 4, "“show” cannot be “mark”: score, marks, "
         "feedback, answers, explanations; did you mean “marks”?"),
        ("shuffle: question\n", 1, "“shuffle” cannot be “question”: true, false, questions, "
         "choices; did you mean “questions”?"),
        ("wait: soon\n", 1, "“soon” is not a whole number"),
        ("wait: -1\n", 1, "“wait” -1 is less than the minimum of 0"),
        ("wait: [1, 2]\n", 1, "“wait” is not understood. Minutes between two attempts: one number, "
         "or “first” and “later”."),
        ("wait:\n  first: 1\n  latter: 2\n", 3, "unknown key “latter”; did you mean “later”?"),
        ("wait:\n  first: -1\n", 2, "“first” -1 is less than the minimum of 0"),
        ("time_limit: 30 min\n", 1, "“30 min” is not a whole number"),
        ("time_limit: 0\n", 1, "“time_limit” 0 is less than the minimum of 1"),
        ("overdue: submitt\n", 1, "“overdue” cannot be “submitt”: submit, grace, discard; did you "
         "mean “submit”?"),
        ("pools: [easy]\n", 1, "“pools” should be keys with values"),
        ("pools:\n  easy: all\n", 2, "“all” is not a whole number"),
        ("pools:\n  easy: 0\n", 2, "“easy” 0 is less than the minimum of 1"),
        ("pools:\n  easy:\n", 2, "“easy” should be a whole number"),
        ("pools:\n  easy: 1\n  hart: 1\n", 3, "The pool “hart” has no question."),
        ("show: []\nfeedback: at-once\n", 2,
         "Nothing of the questions is shown: there is nothing to say at once."),
    ],
)  # fmt: skip
def test_errors_have_their_line(top, line, message):
    in_pool = PLAIN.replace("prompt: Is it 1?", "prompt: Is it 1?\n    pool: easy")
    questions = in_pool if "easy:" in top else PLAIN
    assert complaints(f"{top}questions:\n{questions}") == [f"f:{line}: {message}"]


@pytest.mark.django_db
def test_a_question_of_an_unknown_pool(tmp_path):
    root = with_quiz(tmp_path, "pools: {easy: 1, hart: 1}\n", QUESTIONS)
    assert refused(root) == [f"{QUIZ}:25: there is no pool “hard”; did you mean “hart”?"]
    root = with_quiz(tmp_path, "", QUESTIONS)
    assert [line.split(": ")[1] for line in refused(root)] == [
        "there is no pool “easy”",
        "there is no pool “easy”",
        "there is no pool “hard”",
    ]


@pytest.mark.parametrize(
    ("top", "line", "message"),
    [
        ("attempts: 1\nwait: 10\n", 2, "There is one attempt: nobody waits for another."),
        ("attempts: 2\nwait: {first: 5,\n  later: 10}\n", 3,
         "There are two attempts: nobody waits for a third."),
        ("attempts: 1\ngrading: last\n", 2, "There is one attempt: it counts by every method."),
        ("overdue: discard\n", 1, "There is no time limit: the time is never up."),
        ("time_limit: 30\ngrace: 5\n", 2,
         "No minutes to hand in are given: that takes “grace” when the time is up."),
        ("feedback: never\nshow: [score, answers]\n", 2,
         "With feedback “never” only the score can be shown."),
        ("pass_mark: 0\nfeedback: after-passing\n", 2,
         "Everybody passes at 0 %: this is the same as after submission."),
        ("attempts: 1\nfeedback: after-passing\n", 2, "There is one attempt, and it is the last: "
         "this is the same as after submission."),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_warned_of(top, line, message):
    assert complaints(f"{top}questions:\n{PLAIN}") == [f"f:{line}: warning: {message}"]


@pytest.mark.django_db
def test_pools_that_deal_otherwise_than_it_seems(tmp_path):
    questions = QUESTIONS.replace("prompt: Is it 1?", "prompt: Is it 1?\n    points: 2")
    _, err, _ = said(with_quiz(tmp_path, "pools:\n  easy: 1\n  hard: 3\n", questions))
    assert err.split("\n") == [
        f"{QUIZ}:2: warning: The questions of the pool “easy” count differently: attempts are out "
        "of different totals.",
        f"{QUIZ}:3: warning: The pool “hard” deals 3 but has 1 question: each attempt gets all.",
    ]


# ---- random settings ----------------------------------------------------------------------------


def values() -> st.SearchStrategy[dict[str, Any]]:
    """Fields of a quiz, as the admin's form would take them."""
    minutes = st.integers(0, 525_600)
    return st.fixed_dictionaries(
        {
            "pass_mark": st.integers(0, 100),
            "attempts_allowed": st.none() | st.integers(1, 1000),
            "grading_method": st.sampled_from(Quiz.GradingMethod.values),
            "wait_first": st.just(0) | minutes,
            "wait_later": st.just(0) | minutes,
            "time_limit": st.none() | st.integers(1, 525_600),
            "overdue": st.sampled_from(Quiz.Overdue.values),
            "grace": st.integers(1, 1440),
            "feedback": st.sampled_from(Quiz.Feedback.values),
            **{name: st.booleans() for name in quiz_settings.PLACES if name[:2] == "sh"},
        }
    )


names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80)


@settings(max_examples=40, deadline=None)
@given(values(), st.dictionaries(names, st.integers(1, 1000), max_size=4))
def test_settings_are_written_as_they_read(values, pools):
    state = quiz_settings.state(values)
    assert quiz_settings.fields(state) == values
    question = {"id": "a", "type": "true-false", "objectives": [], "prompt": "Is it?",
                "explanation": "", "points": "1.000", "content": {"answer": True}}  # fmt: skip
    questions = [question, *({**question, "id": f"p{n}", "pool": p} for n, p in enumerate(pools))]
    state |= {"pools": pools} if pools else {}
    data = read(writer.quiz_text(writer.quiz_keys(state | {"questions": questions})))
    assert quiz_settings.fields(data) == values
    assert data.get("pools", {}) == pools
    assert [row.get("pool") for row in data["questions"][1:]] == list(pools)


@settings(max_examples=40, deadline=None)
@given(values(), values())
def test_an_edited_text_says_the_new_settings(before, after):
    question = {"id": "a", "type": "true-false", "objectives": [], "prompt": "Is it?",
                "explanation": "", "points": "1.000", "content": {"answer": True}}  # fmt: skip
    old, new = (quiz_settings.state(each) | {"questions": [question]} for each in (before, after))
    text = "# mine\n" + writer.quiz_text(writer.quiz_keys(old))
    edited = writer.edit_quiz(text, writer.quiz_keys(new), old, new)
    assert edited is not None
    assert edited.startswith("# mine\n")
    assert quiz_settings.fields(read(edited)) == after


@pytest.mark.django_db
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values())
def test_importing_an_export_changes_nothing(tmp_path_factory, values):
    root = tmp_path_factory.mktemp("course")
    said(small(root))
    possible = values["feedback"] != "at-once" or values["show_marks"]
    Quiz.objects.update(**values if possible else {**values, "show_marks": True})
    exported("small", root / "out/small")
    assert said(root / "out/small")[0] == NOTHING


def test_the_manual_s_example_is_without_fault():
    manual = (Path(__file__).parent.parent.parent / "docs/authoring.md").read_text()
    examples = [
        text for text in re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL) if "pools" in text
    ]
    (example,) = examples
    assert complaints(example) == []
    assert read(example).keys() == schema("quiz")["properties"].keys()


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_the_admin_takes_what_a_file_can_say(name):
    """Otherwise an export could not be imported."""
    rules = schema("quiz")["properties"][quiz_settings.PLACES[name][0]]
    rules = rules.get("anyOf", [rules])[0]
    field = QuizForm().fields[name]
    assert (field.min_value, field.max_value) == (rules["minimum"], rules["maximum"])


def test_the_admin_takes_the_pools_that_a_file_can_say():
    rules = schema("quiz")["properties"]["pools"]["additionalProperties"]
    assert (rules["minimum"], rules["maximum"]) == (1, MOST_PICKED)
