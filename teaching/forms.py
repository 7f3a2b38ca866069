"""The forms around a class: opening it, inviting people, typing a code."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q

from accounts.forms import zone_choices
from lessons.models import Course

from .addresses import MOST_BYTES, Invitee, Invitees, from_csv, from_text
from .models import Classroom, Seat

SHOWN_PROBLEMS = 20
CODE_LENGTH = 10  # of a link


class ClassForm(forms.ModelForm[Classroom]):
    """Name, courses, time zone and first day of a class."""

    class Meta:
        model = Classroom
        fields = ["name", "courses", "time_zone", "starts_on"]
        labels = {"starts_on": "First day"}
        help_texts = {
            "courses": "Their published lessons are the lessons of the class.",
            "starts_on": "Runs of a course are compared from this day.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "courses": forms.CheckboxSelectMultiple,
            "starts_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the class has already stays choosable, also when it is taken off the site.
        here = self.instance.courses.values("pk") if self.instance.pk else []
        courses = Course.objects.filter(
            Q(pk__in=Course.objects.published().values("pk")) | Q(pk__in=here)
        )
        self.fields["courses"] = forms.ModelMultipleChoiceField(
            courses,
            widget=forms.CheckboxSelectMultiple,
            help_text=self.fields["courses"].help_text,
            error_messages={"required": "Choose at least one course."},
        )
        zone = self.fields["time_zone"]
        zone.widget = forms.Select(choices=zone_choices(self.instance.time_zone))

    def clean_name(self) -> str:
        """The name in one line."""
        return " ".join(self.cleaned_data["name"].split())


class LinkForm(forms.Form):
    """How long a new link leads in."""

    valid_for = forms.TypedChoiceField(
        label="Leads in for",
        choices=[("1", "1 day"), ("7", "1 week"), ("30", "1 month"), ("0", "until it is revoked")],
        initial="30",
        coerce=int,
    )

    def expires_at(self, now: datetime) -> datetime | None:
        """When it ends; None: never by itself."""
        days = self.cleaned_data["valid_for"]
        return now + timedelta(days=days) if days else None


class InviteForm(forms.Form):
    """Whom to invite, as text, as a file, or both; nobody while anything is wrong."""

    addresses = forms.CharField(
        label="Addresses",
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="One to a line, or with commas between them: ada@example.org, or Ada "
        "&lt;ada@example.org&gt;.",
    )
    roll = forms.FileField(
        label="CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        help_text="With the columns email and name; at most 1,000 people and 1 MB.",
    )
    role = forms.ChoiceField(
        label="They are invited as",
        choices=Seat.Role.choices,
        initial=Seat.Role.LEARNER,
        widget=forms.RadioSelect,
        help_text="An instructor sees everything in the class. Who is not an instructor at this "
        "site yet is asked to turn to an admin first.",
    )

    people: list[Invitee]

    def clean_roll(self) -> Any:
        """The file, if it is small enough to be read."""
        roll = self.cleaned_data["roll"]
        if roll and roll.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 1 MB.")
        return roll

    def clean(self) -> dict[str, Any]:
        """Everybody named, or what is wrong with the lists, line by line."""
        data = super().clean() or {}
        found = Invitees()
        lists = {"addresses": from_text(data.get("addresses") or "")}
        if roll := data.get("roll"):
            lists["roll"] = from_csv(roll.read())
        for name, part in lists.items():
            found.people += part.people
            for problem in part.problems[:SHOWN_PROBLEMS]:
                self.add_error(name, problem)
            if len(part.problems) > SHOWN_PROBLEMS:
                more = len(part.problems) - SHOWN_PROBLEMS
                self.add_error(name, f"And {more:,} more like these.")
        settled = found.settle()
        for problem in settled.problems:
            self.add_error(None, problem)
        self.people = settled.people
        if not self.errors and not self.people:
            self.add_error("addresses", "Name at least one address, here or in a file.")
        return data


class CodeForm(forms.Form):
    """The code of a class, as somebody types it."""

    code = forms.CharField(
        label="Code of the class",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text="Ten letters and digits. Capitals, spaces and hyphens don’t matter.",
    )

    def clean_code(self) -> str:
        """The code as it is stored."""
        return as_stored(self.cleaned_data["code"])


def as_stored(code: str) -> str:
    """A typed code as it is stored: that of a link in capitals, that of an invitation in small
    letters, both without anything between the letters.
    """
    letters = re.sub(r"[\W_]", "", code)
    return letters.upper() if len(letters) <= CODE_LENGTH else letters.lower()
