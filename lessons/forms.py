"""What people send about lessons."""

from django import forms

from .models import ProblemReport


class PlaceForm(forms.Form):
    """Where in a lesson a reader is: a heading's id, and how far down (0 to 1)."""

    heading = forms.CharField(max_length=200, required=False)
    fraction = forms.FloatField(min_value=0, max_value=1)


class ReportForm(forms.ModelForm[ProblemReport]):
    """What somebody found wrong."""

    class Meta:
        model = ProblemReport
        fields = ["text", "question"]
        labels = {"text": "What is wrong?"}
        widgets = {"question": forms.HiddenInput, "text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"text": "The sentence or the figure, and what it should say."}
