"""What a learner should know before an attempt: a quiz's settings in words."""

from decimal import Decimal

from .models import Quiz

COUNTS = {
    Quiz.GradingMethod.HIGHEST: "the best result counts",
    Quiz.GradingMethod.LAST: "the last result counts",
    Quiz.GradingMethod.FIRST: "the first result counts",
    Quiz.GradingMethod.AVERAGE: "the average of all counts",
}


def minutes(count: int | Decimal) -> str:
    """“1 minute”, “22.5 minutes”."""
    return f"{Decimal(count).normalize():f} minute{'' if count == 1 else 's'}"


def terms(
    quiz: Quiz, left: int | None, extra: int = 0, time_factor: Decimal = Decimal(1)
) -> list[str]:
    """Sentences on time, attempts, waiting and feedback.

    `left` attempts may still begin; `extra` ones are for this person alone.
    """
    return [
        *_time(quiz, time_factor),
        *_attempts(quiz, left, extra),
        *_keeping(quiz),
        *_feedback(quiz),
    ]


def _time(quiz: Quiz, factor: Decimal) -> list[str]:
    if quiz.time_limit is None:
        return ["There is no clock."]
    extra = ", your extra time among them" if factor > 1 else ""
    said = [f"You have {minutes(quiz.time_limit * factor)} from the start{extra}."]
    match quiz.overdue:
        case Quiz.Overdue.SUBMIT:
            said.append("When they are over, what is saved is submitted.")
        case Quiz.Overdue.GRACE:
            said.append(f"After them you have {minutes(quiz.grace)} to submit, not to answer.")
        case Quiz.Overdue.DISCARD:
            said.append("What is not submitted by then is discarded.")
    return said


def _attempts(quiz: Quiz, left: int | None, extra: int) -> list[str]:
    counts = COUNTS[Quiz.GradingMethod(quiz.grading_method)]
    allowed = None if quiz.attempts_allowed is None else quiz.attempts_allowed + extra
    if allowed is None:
        said = [f"You may try as often as you like; {counts}."]
    elif allowed == 1:
        said = ["There is one attempt."]
    else:
        yours = f", with {extra} extra for you" if extra else ""
        said = [f"{left} of {allowed} attempts are left{yours}; {counts}."]
    if allowed != 1:
        if quiz.wait_first == quiz.wait_later != 0:
            said.append(f"Between attempts you wait {minutes(quiz.wait_first)}.")
        else:
            if quiz.wait_first:
                said.append(f"After the first attempt you wait {minutes(quiz.wait_first)}.")
            if quiz.wait_later and allowed != 2:
                said.append(f"After each later attempt you wait {minutes(quiz.wait_later)}.")
    return said


def _keeping(quiz: Quiz) -> list[str]:
    kept = "Your answers are kept as you go, so you can leave and come back"
    return [f"{kept}; the clock goes on meanwhile." if quiz.time_limit else f"{kept}."]


def _feedback(quiz: Quiz) -> list[str]:
    seen = quiz.switches
    parts = [
        "what was right" if seen.marks or seen.answers else "",
        "why" if seen.explanations or seen.choice_feedback else "",
    ]
    what = " and ".join(part for part in parts if part)
    if quiz.feedback == Quiz.Feedback.NEVER or not what:
        return ["The answers are not discussed afterwards."]
    match quiz.feedback:
        case Quiz.Feedback.AT_ONCE:
            said = f"You can check each question when you have answered it, and see {what}."
            return [f"{said} A checked answer is final."]
        case Quiz.Feedback.AFTER_PASSING:
            last = "" if quiz.attempts_allowed is None else ", or after your last attempt"
            return [f"Once you have passed{last}, you see {what} in every question."]
        case _:
            return [f"After you submit, you see every question with your answer, {what}."]
