"""Forms for what is due, and for more time and attempts."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from quizzes.models import Allowance, Quiz

from .local_time import NoSuchTime, comes_twice, to_local, to_utc
from .models import Assignment, Classroom

LAST_MINUTE = time(23, 59)
EVERY_QUIZ = "every"


def due_fields(classroom: Classroom, due_at: datetime | None, *, required: bool) -> dict[str, Any]:
    """A date and a time by the clock of the class."""
    clock = due_at and to_local(due_at, classroom.zone)
    day = forms.DateField(
        label="Due date",
        required=required,
        initial=clock and clock.date(),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))],
    )
    hour = forms.TimeField(
        label="Due time",
        required=False,
        initial=clock.time() if clock else LAST_MINUTE,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=f"In the class’s time: {classroom.zone}. The whole minute counts.",
    )
    return {"due_date": day, "due_time": hour}


class DueForm(forms.Form):
    """A due date in the class's time. `due_at` and `said_twice` are known when it is valid."""

    def __init__(
        self,
        *args: Any,
        classroom: Classroom,
        due_at: datetime | None = None,
        due_required: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.classroom = classroom
        self.due_at: datetime | None = None
        self.said_twice = ""
        self.fields |= due_fields(classroom, due_at, required=due_required)

    def clean(self) -> dict[str, Any]:
        """Find the moment that is meant."""
        data = super().clean() or self.cleaned_data
        day, hour = data.get("due_date"), data.get("due_time", LAST_MINUTE) or LAST_MINUTE
        if day is None or "due_time" in self.errors:
            return data
        clock = datetime.combine(day, hour).replace(second=59, microsecond=0)
        zone = self.classroom.zone
        try:
            self.due_at = to_utc(clock, zone)
        except NoSuchTime as error:
            self.add_error("due_time", str(error))
            return data
        if comes_twice(clock, zone):
            self.said_twice = (
                f"{clock:%H:%M} comes twice on {clock:%B} {clock.day}, {clock.year}, when the "
                "clocks are put back: the second one is taken."
            )
        return data


class AssignmentForm(DueForm):
    """What one assignment asks, and until when."""

    what = forms.ChoiceField(choices=Assignment.What.choices, initial=Assignment.What.DONE)
    note = forms.CharField(
        max_length=300, required=False, help_text="A line for the learners, shown with it."
    )
    field_order = ("what", "due_date", "due_time", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*self.fields])
        self.order_fields(self.field_order)


class AssignForm(AssignmentForm):
    """Several lessons at once, single ones or whole modules, with one due date."""

    modules = forms.TypedMultipleChoiceField(coerce=int, required=False)
    lessons = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, modules: list[tuple[Any, list[Any]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_module = {module.pk: [lesson.pk for lesson in rows] for module, rows in modules}
        listed = [lesson for _, rows in modules for lesson in rows]
        for name, rows in (("modules", [module for module, _ in modules]), ("lessons", listed)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101 - declared above
            field.choices = [(row.pk, row.title) for row in rows]

    def clean(self) -> dict[str, Any]:
        """At least one lesson."""
        data = super().clean()
        if not self.chosen and not {"modules", "lessons"} & self.errors.keys():
            self.add_error("lessons", "Choose at least one lesson or a whole module.")
        return data

    @property
    def chosen(self) -> list[int]:
        """The keys of the lessons chosen, by themselves or with their module."""
        modules = self.cleaned_data.get("modules", [])
        single = self.cleaned_data.get("lessons", [])
        whole = [lesson for module in modules for lesson in self.by_module[module]]
        return list(dict.fromkeys([*whole, *single]))

    @property
    def ticked_modules(self) -> set[str]:
        """What was ticked, for the page."""
        return set(self["modules"].value() or [])

    @property
    def ticked_lessons(self) -> set[str]:
        """What was ticked, for the page."""
        return set(self["lessons"].value() or [])


class ExtraForm(forms.Form):
    """More time or attempts for one learner, in one quiz or in every quiz of the class."""

    quiz = forms.ChoiceField()
    time_factor = forms.TypedChoiceField(
        label="Time",
        coerce=Decimal,
        choices=Allowance.Factor.choices,
        initial=Allowance.Factor.NONE.value,
        help_text="Of the quiz’s time, for attempts that begin afterwards.",
    )
    extra_attempts = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=0,
        help_text="On top of those that the quiz allows, where it limits them.",
    )
    reason = forms.CharField(
        max_length=200, required=False, help_text="For whoever looks later; the learner can see it."
    )

    def __init__(self, *args: Any, quizzes: list[Quiz], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["quiz"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (EVERY_QUIZ, f"Every quiz of this class ({len(quizzes)} now)"),
            *((str(quiz.pk), quiz.lesson.title) for quiz in quizzes),
        ]
        self.quizzes = quizzes

    def clean(self) -> dict[str, Any]:
        """It gives something."""
        data = super().clean() or self.cleaned_data
        if data.get("time_factor") == 1 and data.get("extra_attempts") == 0:
            self.add_error("time_factor", "Choose more time, or give at least one attempt.")
        return data

    @property
    def chosen(self) -> list[Quiz]:
        """The quizzes it is for."""
        wish = self.cleaned_data["quiz"]
        return [quiz for quiz in self.quizzes if wish in {EVERY_QUIZ, str(quiz.pk)}]


class LaterForm(DueForm):
    """A later due date for one learner."""

    assignment = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: Any, assignments: list[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, due_required=True, **kwargs)
        self.assignments = {row.pk: row for row in assignments}
        field = self.fields["assignment"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (row.pk, f"{row.lesson.title}, due {self._clock(row.due_at):%B %-d, %H:%M}")
            for row in assignments
            if row.due_at
        ]

    def _clock(self, moment: datetime) -> datetime:
        return to_local(moment, self.classroom.zone)

    def clean(self) -> dict[str, Any]:
        """Later than that of the class."""
        data = super().clean()
        row = self.chosen
        if row and row.due_at and self.due_at and self.due_at <= row.due_at:
            self.add_error("due_date", "That is not later than the due date of the class.")
        return data

    @property
    def chosen(self) -> Assignment | None:
        """The assignment it is for."""
        return self.assignments.get(self.cleaned_data.get("assignment", 0))
