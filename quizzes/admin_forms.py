"""The forms of the desk for quizzes: a question of every kind, a quiz's settings, extra time."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Max
from django.forms.models import BaseInlineFormSet

from lessons.admin.forms import MarkdownWidget, deleted, free_key, kept
from lessons.library import Library
from lessons.models import Lesson, Objective
from lessons.rows import Column, RowsField

from .contradictions import setting_faults
from .kinds import KINDS, Fault
from .kinds.cloze import with_blanks
from .models import Allowance, Pool, Question, Quiz
from .rendering import Place, Texts, rendered

FEEDBACK = Column("feedback", "Feedback", "long", "Shown after answering")
WEIGHT = Column("weight", "Weight", help="Empty: by “right”; else −1 to 1, such as 0.5 or 1/3")
ROWS: dict[str, Sequence[Column]] = {
    "choices": [
        Column("text", "Choice", "long", "Markdown in one line"),
        Column("correct", "Right", "check"),
        WEIGHT,
        FEEDBACK,
        Column("keep_last", "Keep last", "check", "Not shuffled"),
    ],
    "numbers": [
        Column("value", "Number", help="Such as 1234.5, 1.5e6, or a range: 3.1..3.2"),
        Column("tolerance", "Tolerance", help="Empty: exactly"),
        Column("weight", "Weight", help="Empty: 1; else 0 to 1"),
        FEEDBACK,
    ],
    "texts": [
        Column("text", "Text", help="* stands for any text"),
        Column("weight", "Weight", help="Empty: 1; else 0 to 1"),
        Column("case_sensitive", "Capitals count", "check"),
        FEEDBACK,
    ],
    "pairs": [
        Column("left", "Left side", "long", "Empty: an extra right side, to mislead"),
        Column("right", "Right side", "long", "Markdown in one line"),
    ],
    "items": [Column("text", "Item", "long", "Markdown in one line")],
}
# Which field of the form holds a kind's content, and under which key the content has it.
CONTENT_FIELD = {
    "single": ("choices", "choices"),
    "multiple": ("choices", "choices"),
    "true-false": ("answer", "answer"),
    "numeric": ("numbers", "answers"),
    "short-answer": ("texts", "answers"),
    "matching": ("pairs", "pairs"),
    "ordering": ("items", "items"),
    "cloze": ("text", "text"),
}
# The kinds whose score can be worked out in several ways, each in words; the default first.
SCORING = {
    "multiple": {
        "weights": "The weights of the chosen add up",
        "all-or-nothing": "All or nothing",
        "every-decision": "Every choice rightly chosen or left counts",
        "halves": "One mistake leaves a half, two a quarter",
    },
    "ordering": {
        "pairs": "Each pair in the right order counts",
        "exact": "All or nothing",
        "place": "Each item at its right place counts",
        "adjacent": "Each item that follows the right one counts",
    },
}
TRUE_OR_FALSE = [("true", "True"), ("false", "False")]


def tidy(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as course files have it: only what is given."""
    return {name: value for name, value in row.items() if value not in {"", False, None}}


def same(ours: Any, theirs: Any) -> bool:
    """Whether two contents say the same: 0.5 and "0.5" do, a missing key and `false` do."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        left, right = tidy_all(ours), tidy_all(theirs)
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return str(ours) == str(theirs)


def tidy_all(content: Mapping[str, Any]) -> dict[str, Any]:
    """A content or a row without what means nothing; a true-or-false answer stays."""
    return {
        name: value
        for name, value in content.items()
        if name == "answer" or not (value is False or value is None or value == "")
    }


def in_words(place: Place) -> str:
    """Where a text of a question stands: “In choice 2”."""
    names = {
        "prompt": "the question",
        "text": "the text with gaps",
        "explanation": "the explanation",
    }
    part, *rest = place
    if not rest:
        return f"In {names[str(part)]}"
    number, *side = rest
    where = f"In {str(part).removesuffix('s')} {int(number) + 1}"
    return f"In the feedback of {where[3:]}" if side == ["feedback"] else where


def scoring_field(kind: str) -> forms.ChoiceField:
    """How a kind's score is worked out; the default unless said."""
    choices = list(SCORING[kind].items())
    return forms.ChoiceField(label="Score", choices=choices, initial=choices[0][0], required=False)


class QuestionForm(forms.ModelForm[Question]):
    """A question with the content of its current version."""

    kind = forms.ChoiceField(
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        help_text="What the learner does to answer.",
    )
    prompt = forms.CharField(
        required=False,
        widget=MarkdownWidget({"rows": 5}),
        help_text="The question itself. Markdown. Above a text with gaps it may be left out.",
    )
    points = forms.DecimalField(
        initial=Decimal(1),
        max_digits=7,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0))],
        help_text="What it counts beside the others.",
    )
    choices = RowsField(ROWS["choices"], noun="choice")
    answer = forms.ChoiceField(
        label="The statement is",
        choices=TRUE_OR_FALSE,
        widget=forms.RadioSelect,
        required=False,
    )
    numbers = RowsField(
        ROWS["numbers"],
        noun="answer",
        label="Accepted numbers",
        help_text="The best that fits counts; bounds belong to it.",
    )
    texts = RowsField(
        ROWS["texts"],
        noun="answer",
        label="Accepted texts",
        help_text="The first that fits counts. Outer spaces don't matter.",
    )
    multiple_scoring = scoring_field("multiple")
    pairs = RowsField(
        ROWS["pairs"],
        noun="pair",
        label="What belongs together",
        help_text="Equal right sides are one option, and any of them is right.",
    )
    items = RowsField(
        ROWS["items"],
        noun="item",
        flat=True,
        label="In the right order",
        help_text="They are always dealt in an order of chance.",
    )
    ordering_scoring = scoring_field("ordering")
    text = forms.CharField(
        required=False,
        label="Text with gaps",
        widget=MarkdownWidget({"rows": 8}),
        help_text="Markdown with gaps as in Moodle: {1:SHORTANSWER:=right}, {1:NUMERICAL:=49:1}, "
        "{1:MULTICHOICE:=right~wrong#Why not.~%50%half}.",
    )
    explanation = forms.CharField(
        required=False,
        widget=MarkdownWidget({"rows": 5}),
        help_text="Why it is so: shown after answering. It teaches more than the mark. Markdown.",
    )
    objectives = forms.ModelMultipleChoiceField(
        queryset=Objective.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What it checks, of the objectives of its lesson.",
    )

    class Meta:
        model = Question
        fields = ["quiz", "key", "position", "objectives", "section", "pool", "archived_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []
        self.library: Library | None = None  # once the quiz is known
        version = self.instance.current if self.instance.pk else None
        if version is not None:
            self.initial.update(
                {name: getattr(version, name) for name in ("kind", "prompt")}
                | {"points": f"{version.points.normalize():f}"}
                | {"explanation": version.explanation}
            )
            if version.kind in CONTENT_FIELD:
                field, key = CONTENT_FIELD[version.kind]
                held = version.content.get(key)
                self.initial[field] = str(held).lower() if field == "answer" else held
                if version.kind in SCORING and "scoring" in version.content:
                    self.initial[f"{version.kind}_scoring"] = version.content["scoring"]
        for name in ("key", "position"):
            if name in self.fields:
                self.fields[name].required = False
        if not self.instance.pk:
            self.initial["position"] = None
        quiz = self.instance.quiz_id or self.data.get("quiz") or self.initial.get("quiz")
        quiz = str(getattr(quiz, "pk", quiz) or "")
        known = int(quiz) if quiz.isdecimal() else None
        self._offer_objectives(known)
        self._offer_pools(known)
        self._offer_sections(known)

    def _offer_sections(self, quiz: int | None) -> None:
        """The headings of the lesson, and the one that is set even if it is gone."""
        field = self.fields.get("section")
        if field is None:
            return
        toc = Lesson.objects.filter(quiz=quiz).values_list("toc", flat=True).first() or []
        headings = {anchor: f"{'– ' * (level - 2)}{title}" for level, anchor, title in toc}
        if (now := self.instance.section) and now not in headings:
            headings[now] = f"{now} (no longer in the lesson)"
        choices = [("", "None: results link to the lesson’s objectives"), *headings.items()]
        field.widget = forms.Select(choices=choices)

    def _offer_pools(self, quiz: int | None) -> None:
        """Those of the quiz; they are made on its page."""
        field = self.fields.get("pool")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Pool.objects.filter(quiz=quiz)
            field.empty_label = "None: it is asked in every attempt"
            field.help_text = "Each attempt is dealt only some of a pool; the quiz’s page has them."

    def _offer_objectives(self, quiz: int | None) -> None:
        """Those of the lesson; it is known once the quiz is."""
        field = self.fields.get("objectives")
        if not isinstance(field, forms.ModelMultipleChoiceField):
            return
        if quiz is not None:
            field.queryset = Objective.objects.current().filter(lesson__quiz=quiz)
        else:
            field.help_text = (
                "Choose the quiz and save; then the objectives of its lesson are here."
            )

    def clean_key(self) -> str:
        """Made from the prompt where it is empty, in `clean`."""
        key: str = self.cleaned_data["key"].strip() or (
            self.instance.key if self.instance.pk else ""
        )
        return key

    def clean_position(self) -> int:
        """After the others where it is empty."""
        position = self.cleaned_data["position"]
        if position is not None:
            return int(position)
        quiz = self.cleaned_data.get("quiz") or (self.instance.quiz_id and self.instance.quiz)
        if not quiz:
            return 0
        return (quiz.questions.aggregate(last=Max("position"))["last"] or 0) + 1

    def clean(self) -> dict[str, Any]:
        """The key, and the content by the kind's own rules."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        quiz: Quiz | None = data.get("quiz") or (
            self.instance.quiz if self.instance.quiz_id else None
        )
        if quiz is not None and "key" in data:
            others = quiz.questions.exclude(pk=self.instance.pk)
            taken = set(others.values_list("key", flat=True))
            if not data["key"]:
                data["key"] = free_key(
                    data.get("prompt") or with_blanks(data.get("text", "")), taken
                )
            elif data["key"] in taken:
                self.add_error("key", "Another question of this quiz has this id.")
        if data.get("kind") != "cloze" and data.get("prompt") == "":
            self.add_error("prompt", self.fields["prompt"].error_messages["required"])
        if data.get("kind") in CONTENT_FIELD:
            self._check_content(data)
        self._check_texts(data, quiz)
        if not data.get("explanation", "").strip():
            self.warnings.append(
                "There is no explanation. Learners remember most from reading why: add one."
            )
        return data

    def _check_content(self, data: dict[str, Any]) -> None:
        """Turn the fields of the kind into content, and ask the kind what is wrong with it."""
        version = self.instance.current if self.instance.pk else None
        held = version.content if version is not None else None
        name, _ = CONTENT_FIELD[data["kind"]]
        content = self._content(data, held or {})
        for fault in KINDS[data["kind"]].faults(content):
            if fault.blocking:
                self._say(name, fault)
            else:
                self.warnings.append(fault.message)
        data["content"] = held if held is not None and same(held, content) else content

    def _check_texts(self, data: dict[str, Any], quiz: Quiz | None) -> None:
        """Warn of what is wrong in the texts; one that no page can hold is refused."""
        texts = Texts()
        if quiz is not None:
            module = quiz.lesson.module
            self.library = Library(module.course)
            texts = Texts(self.library.references(module.pk))
        for name in ("prompt", "explanation"):
            texts.page(data.get(name, ""), (name,), "")
        rendered(data.get("content", {}), "", texts)
        for place, problem in texts.problems:
            if problem.kind == "too-large":
                self.add_error(str(place[0]), problem.message)
            else:
                self.warnings.append(f"{in_words(place)}, line {problem.line}: {problem.message}")

    def _content(self, data: dict[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
        """The content that the fields of the kind say; `held` is what the question has now."""
        name, key = CONTENT_FIELD[data["kind"]]
        given = data.get(name)
        if name == "answer":
            return {key: given == "true"} if given else {}
        if name == "text":
            return {key: kept(held.get(key), given or "")}
        rows = [tidy(row) if isinstance(row, dict) else row for row in given or []]
        content: dict[str, Any] = {key: rows}
        scoring = data.get(f"{data['kind']}_scoring")
        default = next(iter(SCORING.get(data["kind"], {})), None)
        # What goes without saying is said only where it was.
        if scoring and (scoring != default or held.get("scoring") == default):
            content["scoring"] = scoring
        return content

    def _say(self, name: str, fault: Fault) -> None:
        """Beside the row where the fault has one, and above the field."""
        index = fault.path[1] if len(fault.path) > 1 else None
        widget: Any = self.fields[name].widget
        if isinstance(index, int) and hasattr(widget, "errors"):
            widget.errors.setdefault(index, []).append(fault.message)
        self.add_error(name, fault.message)

    def version_content(self) -> dict[str, Any]:
        """What `Question.revise` takes; a text that differs at its ends only is the old one."""
        data = self.cleaned_data
        now = self.instance.current
        return {
            "kind": data["kind"],
            "prompt": kept(now.prompt if now else None, data["prompt"]),
            "content": data["content"],
            "explanation": kept(now.explanation if now else None, data["explanation"]),
            "points": data["points"],
        }


# The numbers that a quiz may have, as in course files: least and most.
LONGEST_WAIT = 525_600  # minutes: a year
BOUNDS = {
    "pass_mark": (0, 100),
    "attempts_allowed": (1, 1000),
    "wait_first": (0, LONGEST_WAIT),
    "wait_later": (0, LONGEST_WAIT),
    "time_limit": (1, LONGEST_WAIT),
    "grace": (1, 1440),
}
MOST_PICKED = 1000


class QuizForm(forms.ModelForm[Quiz]):
    """A quiz: how often, how long, what is shown, what is dealt."""

    class Meta:
        model = Quiz
        fields = [
            "lesson",
            "pass_mark",
            "attempts_allowed",
            "grading_method",
            "wait_first",
            "wait_later",
            "time_limit",
            "overdue",
            "grace",
            "feedback",
            "show_score",
            "show_marks",
            "show_choice_feedback",
            "show_answers",
            "show_explanations",
            "shuffle_questions",
            "shuffle_choices",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []
        for name, (least, most) in BOUNDS.items():
            if name in self.fields:
                bound(self.fields[name], least, most)

    def clean(self) -> dict[str, Any]:
        """Settings that contradict each other are refused; those without effect are warned of."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        settings = set(self.Meta.fields) - {"lesson"}
        if settings <= data.keys():
            usual = Quiz()
            given = {name for name in settings if data[name] != getattr(usual, name)}
            for fault in setting_faults(data, given):
                if fault.blocking:
                    self.add_error(str(fault.path[0]), fault.message)
                else:
                    self.warnings.append(fault.message)
        return data


def bound(field: Any, least: int, most: int) -> None:
    """Let a number field take these numbers, and its widget say so."""
    field.min_value, field.max_value = least, most
    field.validators = [*field.validators, MinValueValidator(least), MaxValueValidator(most)]
    field.widget.attrs |= {"min": least, "max": most}


class PoolForm(forms.ModelForm[Pool]):
    """A pool in a quiz's page."""

    class Meta:
        model = Pool
        fields = ["name", "pick"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "pick" in self.fields:
            bound(self.fields["pick"], 1, MOST_PICKED)

    def validate_constraints(self) -> None:
        """The formset looks at the names of all rows together and says it beside the field."""


class PoolFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The pools of a quiz."""

    def clean(self) -> None:
        """Each name once; one that a stored row has is free only after saving."""
        super().clean()
        stored = dict(self.instance.pools.values_list("name", "pk")) if self.instance.pk else {}
        seen: set[str] = set()
        for form in self.forms:
            name: str = getattr(form, "cleaned_data", {}).get("name") or ""
            if not name or deleted(self, form):
                continue
            if name in seen or stored.get(name, form.instance.pk) != form.instance.pk:
                form.add_error("name", "Another pool of this quiz has this name.")
            seen.add(name)


class AllowanceForm(forms.ModelForm[Allowance]):
    """Extra time or attempts for one person."""

    class Meta:
        model = Allowance
        fields = ["user", "quiz", "time_factor", "extra_attempts", "reason"]
        labels = {"user": "person"}
        help_texts = {
            "quiz": "Empty: every quiz.",
            "time_factor": "Of the quiz’s time, for attempts that begin afterwards.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []

    def clean(self) -> dict[str, Any]:
        """One for a person in a quiz, and one in all; it gives something."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        user, quiz = data.get("user"), data.get("quiz")
        same = Allowance.objects.filter(user=user, quiz=quiz).exclude(pk=self.instance.pk)
        if user is not None and "quiz" in data and same.exists():
            where = "in this quiz" if quiz else "in every quiz"
            self.add_error("quiz", f"This person has something extra {where} already: change that.")
        factor, more = data.get("time_factor"), data.get("extra_attempts")
        if factor == 1 and more == 0:
            self.add_error("time_factor", "Choose more time, or give at least one attempt.")
        if quiz is not None and quiz.time_limit is None and factor != 1:
            self.warnings.append("This quiz has no time limit: extra time has no effect.")
        if quiz is not None and quiz.attempts_allowed is None and more:
            self.warnings.append("This quiz does not limit the attempts: more have no effect.")
        return data

    def validate_constraints(self) -> None:
        """Looked at in `clean`, and said beside the field."""
