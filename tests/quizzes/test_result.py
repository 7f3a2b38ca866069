"""The result of an attempt: score, every question explained, where to go on."""

import re
from fractions import Fraction

import pytest
from django.utils import timezone

from lessons.models import Status
from quizzes import attempts, overrides
from quizzes.display import points, rounded
from quizzes.models import Attempt
from tests.desk import ATTACK
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
    make_module,
    make_quiz,
)
from tests.quizzes.sitting import begin, right, submitted, wrong

pytestmark = pytest.mark.django_db


def result(browser, attempt):
    """The result page, its white space folded."""
    page = browser.get(attempt.get_absolute_url())
    assert page["Cache-Control"] == "private, no-store"
    return re.sub(r"\s+", " ", page.text)


def one(ada, spec, values, **fields):
    """A submitted attempt at a quiz of one question."""
    return submitted(make_quiz(specs=[spec], shuffle=False, **fields), ada, lambda answer: values)


def test_passed(as_ada, ada):
    module = make_module()
    lesson = make_lesson(module, slug="open", title="An open lesson", position=1)
    make_lesson(module, slug="draft", position=2, status=Status.DRAFT)
    make_lesson(module, slug="after", position=3)

    page = result(as_ada, submitted(make_quiz(lesson, ALL_KINDS), ada))

    for text in (
        '<h1 id="result" tabindex="-1">You passed: 100 %, the pass mark is 70 %</h1>',
        "8 of 8 questions right",
        'aria-label="Your score: 100%"',
        "Because it is.",
        '<a class="more" href="/lessons/open/#objectives">Read it again in the lesson',
        '<form method="post" action="/lessons/open/quiz/">',
        "Try again",
        '<a class="button" href="/lessons/after/">Next lesson',
    ):
        assert text in page
    assert "/lessons/draft/" not in page
    assert page.count("1 of 1 point") == 8


def test_not_passed(as_ada, ada):
    page = result(as_ada, submitted(make_quiz(specs=ALL_KINDS), ada, wrong))

    assert "Not passed yet: 0 %, the pass mark is 70 %" in page
    assert "0 of 8 questions right" in page
    assert "try again" in page
    assert "Because it is." in page


def marks(page):
    """(text, word) of every marked line."""
    lines = re.findall(r'<li class="marked.*?</li>', page)
    found = []
    for line in lines:
        text = re.search(r"<div[^>]*>(.*?)</div>", line)[1]
        word = re.search(r'"marked-word">(.*?)</p>', line)
        found.append((text, word and word[1]))
    return found


def test_every_choice_is_marked(as_ada, ada):
    assert marks(result(as_ada, one(ada, SINGLE, ["1"]))) == [
        ("right", "The right answer"),
        ("wrong", "Your answer, not right"),
        ("no", None),
    ]
    assert marks(result(as_ada, one(ada, SINGLE, ["0"]))) == [
        ("right", "Your answer, right"),
        ("wrong", None),
        ("no", None),
    ]
    assert marks(result(as_ada, one(ada, MULTIPLE, ["1", "3"]))) == [
        ("first", "Missed: this is right"),
        ("second", "Your answer, right"),
        ("third", None),
        ("fourth", "Your answer, not right"),
    ]
    assert marks(result(as_ada, one(ada, TRUE_FALSE, ["true"]))) == [
        ("True", "Your answer, not right"),
        ("False", "The right answer"),
    ]


def test_what_was_typed_stands_beside_what_is_accepted(as_ada, ada):
    assert marks(result(as_ada, one(ada, NUMERIC, ["49,5"]))) == [
        ("49,5", "Your answer, right"),
        ("49 (± 1)", "Accepted"),
    ]
    page = result(as_ada, one(ada, NUMERIC, ["many"]))
    assert marks(page)[0] == ("many", "Your answer, not right")
    assert "This is not a number" in page
    assert marks(result(as_ada, one(ada, SHORT, ["<b>GLM</b>"]))) == [
        ("&lt;b&gt;GLM&lt;/b&gt;", "Your answer, not right"),
        ("GLM-5", "Accepted"),
    ]


def test_partly_right(as_ada, ada):
    spec = SINGLE | {
        "content": {
            "choices": [{"text": "a", "correct": True}, {"text": "b", "weight": 0.5}]
        },
        "points": 3,
    }  # fmt: skip
    page = result(as_ada, one(ada, spec, ["1"], pass_mark=50))

    assert "Partly right" in page
    assert "1.5 of 3 points" in page
    assert "You passed: 50 %" in page
    assert marks(page)[1] == ("b", "Your answer, partly right")


def test_feedback_of_choices_and_answers(as_ada, ada):
    choices = [{"text": "a", "correct": True, "feedback": "On *a*."}, {"text": "b"}]
    page = result(as_ada, one(ada, SINGLE | {"content": {"choices": choices}}, ["1"]))
    assert "On <em>a</em>." in page

    answers = [{"text": "x"}, {"text": "y*", "weight": 0, "feedback": "Not *y*."}]
    page = result(as_ada, one(ada, SHORT | {"content": {"answers": answers}}, ["yes"]))
    assert "Not <em>y</em>." in page


def test_not_answered(as_ada, ada):
    page = result(as_ada, one(ada, SINGLE, []))

    assert "Not answered" in page
    assert marks(page)[0] == ("right", "The right answer")


def test_a_problem_can_be_reported(as_ada, ada):
    attempt = one(ada, SINGLE, ["0"])
    key = attempt.answers.get().version.question.key
    slug = attempt.quiz.lesson.slug

    assert f"/lessons/{slug}/report/?question={key}" in result(as_ada, attempt)


def test_trial_24_an_old_attempt_shows_what_it_was_dealt(as_ada, ada):
    attempt = one(ada, SINGLE, ["0"])
    question = attempt.quiz.questions.get()
    question.revise(content={"choices": [{"text": "x"}, {"text": "y", "correct": True}]})
    question.archived_at = timezone.now()
    question.save()

    page = result(as_ada, attempt)

    assert marks(page)[0] == ("right", "Your answer, right")
    assert "You passed: 100 %" in page


def test_a_mark_that_was_raised_later_does_not_count(as_ada, ada):
    attempt = one(ada, SINGLE, ["0"], pass_mark=80)
    type(attempt.quiz).objects.update(pass_mark=100)

    assert "the pass mark is 80 %" in result(as_ada, attempt)


def test_just_below_the_mark_is_not_rounded_up(as_ada, ada):
    attempt = one(ada, SINGLE, ["1"])
    Attempt.objects.update(percent="69.99")

    page = result(as_ada, attempt)

    assert "Not passed yet: 69.99 %" in page
    assert 'aria-label="Your score: 69%"' in page


def test_a_quiz_that_is_gone_offers_no_second_try(as_ada, ada):
    attempt = one(ada, SINGLE, ["0"])
    type(attempt.quiz).objects.update(archived_at=timezone.now())
    assert "Try again" not in result(as_ada, attempt)

    type(attempt.quiz.lesson).objects.update(status=Status.DRAFT)
    page = result(as_ada, attempt)
    assert "Because it is." in page
    assert "Read it again" not in page


def test_the_next_lesson_may_stand_in_the_next_module(as_ada, ada):
    first = make_module(position=1)
    second = make_module(first.course, position=2)
    lesson = make_lesson(first, position=5)
    make_lesson(first, slug="earlier", position=4)
    make_lesson(second, slug="next-one", position=1)
    make_lesson(slug="elsewhere")

    page = result(as_ada, submitted(make_quiz(lesson), ada, right))

    assert "/lessons/next-one/" in page
    assert "/lessons/earlier/" not in page
    assert "/lessons/elsewhere/" not in page


@pytest.mark.parametrize(
    ("number", "text"),
    [(Fraction(2, 3), "0.67"), (Fraction(1, 8), "0.12"), (Fraction(10), "10"), (Fraction(0), "0")],
)
def test_numbers_have_two_places_at_most(number, text):
    assert rounded(number) == text
    assert points(Fraction(1), 1) == "1 of 1 point"


def parts(page):
    """(label, words, right) of every marked part."""
    found = []
    for line in re.findall(r'<li class="marked.*?</li>', page):
        bare = [
            re.sub(r"<[^>]+>", "", text)
            for text in re.findall(r"<(?:div|p)\b[^>]*>.*?</(?:div|p)>", line)
        ]
        found.append(tuple(text.strip() for text in bare))
    return found


def test_every_pair_is_marked(as_ada, ada):
    attempt = begin(make_quiz(specs=[MATCHING], shuffle=False), ada)
    rights = attempt.answers.get().dealt[1]
    values = [f"0={rights.index(0)}", f"1={rights.index(3)}"]
    attempts.submit(attempt, {1: attempts.Sent(0, values)}, timezone.now())

    page = result(as_ada, attempt)
    assert parts(page) == [
        ("GLM-5", "Your answer: Zhipu AI, right"),
        ("Kimi", "Your answer: Baidu, not right", "The right answer: Moonshot AI"),
        ("Qwen", "Not answered", "The right answer: Alibaba"),
    ]
    assert "Partly right" in page
    assert "0.33 of 1 point" in page


def test_every_item_is_marked_in_the_right_order(as_ada, ada):
    attempt = begin(make_quiz(specs=[ORDERING]), ada)
    places = {0: 0, 1: 2, 2: 1}
    dealt = attempt.answers.get().dealt
    values = [f"{dealt.index(index)}={place}" for index, place in places.items()]
    attempts.submit(attempt, {1: attempts.Sent(0, values)}, timezone.now())

    page = result(as_ada, attempt)
    assert parts(page) == [
        ("GPT-2", "Your place: 1, right"),
        ("BLOOM", "Your place: 3, not right", "The right place: 2"),
        ("R1", "Your place: 2, not right", "The right place: 3"),
        ("GLM-5", "Not answered", "The right place: 4"),
    ]
    assert "Not all of these have a place." in page
    assert "0.33 of 1 point" in page


def test_every_gap_is_marked_in_its_text_and_below(as_ada, ada):
    text = (
        "In {1:SA:=o1~%50%o3#Its **successor**.} and {1:MC:`a`~=b} and {1:MR:=c~=d~e#No, not e.}"
        " and {1:NM:=49:1}."
    )
    values = ["0=<b>o3", "0=o3", "1=1", "2=0", "2=2"]
    page = result(as_ada, one(ada, CLOZE | {"content": {"text": text}}, values[1:]))

    assert parts(page) == [
        ("Gap 1", "Your answer: o3, partly right", "The right answer: o1", "Its successor."),
        ("Gap 2", "Your answer: b, right"),
        ("Gap 3", "Your answer: c; e, not right", "The right answer: c; d", "No, not e."),
        ("Gap 4", "Not answered", "The right answer: 49 (± 1)"),
    ]
    assert page.count('class="gap-given"') == 4
    assert "<strong>successor</strong>" in page
    assert "&lt;b&gt;o3" in result(
        as_ada, one(ada, CLOZE | {"content": {"text": text}}, values[:1])
    )


@pytest.mark.parametrize("spec", [MATCHING, ORDERING, CLOZE], ids=lambda spec: spec["kind"])
def test_of_parts_no_more_is_told_than_the_quiz_says(as_ada, ada, spec):
    hidden = {"show_marks": False, "show_answers": False, "show_choice_feedback": False}
    content = spec["content"]
    if "text" in content:
        content = {"text": "R1 matched {1:SA:=o1~o3#No.} under {1:MC:Apache~=MIT#Yes.}."}
    quiz = make_quiz(specs=[spec | {"content": content}], **hidden)

    page = result(as_ada, submitted(quiz, ada, wrong))
    assert page.count("Your answer: ") + page.count("Your place: ") == len(parts(page)) > 0
    for word in ("not right", "The right", 'data-mark="wrong"', "circle-x", "marked-feedback"):
        assert word not in page


def test_items_stand_in_the_order_that_was_given_where_the_right_one_is_not_told(as_ada, ada):
    """In the right order their list would be the answer."""
    page = result(as_ada, submitted(make_quiz(specs=[ORDERING], show_answers=False), ada, wrong))

    assert [row[:2] for row in parts(page)] == [
        ("GLM-5", "Your place: 1, not right"),
        ("R1", "Your place: 2, not right"),
        ("BLOOM", "Your place: 3, not right"),
        ("GPT-2", "Your place: 4, not right"),
    ]
    assert "The right place" not in page


def test_a_question_leads_to_its_place_in_the_lesson(as_ada, ada):
    lesson = make_lesson(slug="open", body="## Weights, in the open\n\nWords.\n\n## Costs\n\nMore.")
    quiz = make_quiz(lesson, (SINGLE, NUMERIC, SHORT), shuffle=False)
    for question, section in zip(
        quiz.questions.all(), ("weights-in-the-open", "gone", ""), strict=True
    ):
        question.section = section
        question.save()

    page = result(as_ada, submitted(quiz, ada))

    assert '/lessons/open/#weights-in-the-open">Read it again: <bdi lang="en">Weights, in' in page
    assert page.count('/lessons/open/#objectives">Read it again in the lesson') == 2


# Marks changed by hand ----------------------------------------------------------------------------


def changed(attempt, by, fraction, reason, slot=1):
    """The mark of one answer, changed."""
    answer = attempt.answers.select_related("attempt__quiz", "version").get(slot=slot)
    overrides.override(answer, Fraction(fraction), by, reason, timezone.now())


def test_a_changed_mark_says_who_when_and_why(as_ada, ada, grace):
    attempt = submitted(make_quiz(specs=[SHORT, SINGLE], shuffle=False), ada, wrong)
    changed(attempt, grace, "1/2", f"Nearly right. {ATTACK}")
    changed(attempt, grace, 1, "Quite right, after all.")
    page = result(as_ada, attempt)
    assert "Not passed yet: 50 %" in page
    assert 'an instructor changed the mark of question <a href="#q1">1</a>;' in page
    assert "from 0 to 0.5 of 1 point by <bdi>Grace</bdi> on <time" in page
    assert "from 0.5 to 1 of 1 point by <bdi>Grace</bdi> on <time" in page
    assert page.index("Nearly right.") < page.index("Quite right, after all.")
    assert ATTACK not in page
    assert page.count("The mark was changed") == 2

    grace.delete()
    assert "by an instructor whose account is gone" in result(as_ada, attempt)


@pytest.mark.parametrize(
    "hidden", [{"show_marks": False}, {"feedback": "never"}, {"feedback": "after-passing"}]
)
def test_nothing_is_said_of_marks_that_are_not_shown(as_ada, ada, grace, hidden):
    attempt = submitted(make_quiz(specs=[SHORT, SINGLE], shuffle=False, **hidden), ada, wrong)
    changed(attempt, grace, "1/2", "Nearly right.")
    page = result(as_ada, attempt)
    assert "Nearly right." not in page
    assert "changed" not in page.partition("<main")[2].partition("</main>")[0]
    assert "Grace" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_changes_cost_one_query(as_ada, ada, grace, count, django_assert_num_queries):
    attempt = submitted(make_quiz(specs=[SHORT, SINGLE], shuffle=False), ada, wrong)
    with django_assert_num_queries(7):
        result(as_ada, attempt)
    for number in range(count):
        changed(attempt, grace, f"1/{number + 2}", "Nearly right.")
        changed(attempt, grace, f"1/{number + 2}", "Nearly right.", slot=2)
    with django_assert_num_queries(8):
        result(as_ada, attempt)
