"""Mail from a class: to one learner, to the quiet ones, what waits, and how to have no more."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest, personal
from teaching import outbox
from teaching.access import class_of, learner_in, learners_in, running_class_of
from teaching.facts import Sight, Sums, sums
from teaching.models import Classroom, Message, Seat
from teaching.risk import QUIET_DAYS, signs_of

PER_PAGE = 50
HISTORY = 20  # messages shown beside the form for the next one
RECENT = timedelta(days=7)  # a reminder within this time is enough for now
TEXT = (
    "Dear {name},\n\n"
    "I have not seen you in our class for a while. Is something in the way, or is a lesson hard to "
    "get into? Answer this mail and tell me; I am glad to help.\n"
)


class MessageForm(forms.Form):
    """What is written: a line and a text."""

    subject = forms.CharField(max_length=150)
    text = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 10}))

    def clean_subject(self) -> str:
        """On one line, as a header stands."""
        return outbox.one_line(self.cleaned_data["subject"])


class NudgeForm(MessageForm):
    """The same to many: {name} stands for the name of each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = "{name} stands for the name of each."

    def clean_text(self) -> str:
        """Refuse placeholders that nothing would be put in for."""
        text: str = self.cleaned_data["text"]
        if unknown := outbox.unknown_placeholders(text):
            raise forms.ValidationError(
                f"Only {{name}} is filled in; this would be sent as it stands: "
                f"{', '.join(unknown)}."
            )
        return text


# To one -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_message(request: LearnerRequest, public_id: str, seat: int) -> HttpResponse:
    """Write to one learner who is in the class; what was written to them before stands below."""
    classroom, now = running_class_of(request.user, public_id), timezone.now()
    to = learner_in(classroom, seat)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and to.left_at is None:
        texts = [(to, form.cleaned_data["text"])]
        subject = form.cleaned_data["subject"]
        try:
            outbox.write(request.user, Message.Kind.PERSONAL, subject, texts, now)
        except outbox.TooMuch as error:
            form.add_error(None, str(error))
        else:
            _tell(request, outbox.send(now, classroom=classroom))
            return redirect("class_message", public_id, to.pk)
    history = outbox.with_held(now).filter(seat=to).exclude(kind=Message.Kind.SUMMARY)
    context = {
        "classroom": classroom,
        "tab": "class_people",
        "seat": to,
        "form": form,
        "history": history.select_related("sender")[:HISTORY],
    }
    return personal(render(request, "teaching/message.html", context))


def _tell(request: HttpRequest, done: outbox.Sent) -> None:
    """Say what came of sending, and what to do where something did not go out."""
    if done.sent:
        messages.success(request, f"Sent: {_mails(done.sent)}.")
    if done.failed:
        messages.error(
            request,
            f"{_mails(done.failed).capitalize()} could not be sent. Nothing is lost: what was "
            "written is kept and tried again within the hour. You can try at once on the page "
            "“Mail”, which says why.",
        )


def _mails(count: int) -> str:
    return "one mail" if count == 1 else f"{count:,} mails"


# To many ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_nudge(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Remind learners: those named by `seat`, else those without a visit for 14 days.

    POST with `preview` shows the first mail; any other writes to those ticked and sends the first
    twenty.
    """
    classroom, now = running_class_of(request.user, public_id), timezone.now()
    posted = request.method == "POST"
    asked = request.POST if posted else request.GET
    people = _Recipients(classroom, asked, now, posted=posted)
    form = NudgeForm(
        request.POST if posted else None,
        initial={"subject": f"We miss you in “{outbox.one_line(classroom.name)}”", "text": TEXT},
    )
    if posted and form.is_valid():
        chosen = people.ticked
        if not chosen:
            form.add_error(None, "Nobody is chosen. Tick who is to get it.")
        elif "preview" not in request.POST:
            text = form.cleaned_data["text"]
            texts = [(seat, outbox.filled(text, seat.user)) for seat in chosen]
            subject = form.cleaned_data["subject"]
            try:
                written = outbox.write(request.user, Message.Kind.NUDGE, subject, texts, now)
            except outbox.TooMuch as error:
                form.add_error(None, str(error))
            else:
                waiting = outbox.waiting(now, classroom)
                of = waiting.count()
                held = len(written) - waiting.filter(made_at=now).count()
                if held:
                    messages.info(request, f"Not sent: {_mails(held)}. The list says why.")
                _tell(request, outbox.send(now, classroom=classroom))
                return redirect(f"{reverse('class_mail', args=[public_id])}?of={of}")
    context = {
        "classroom": classroom,
        "tab": "class_attention",
        "form": form,
        "people": people,
        "preview": _preview(form, people, classroom),
        "quiet_days": QUIET_DAYS,
        "most": outbox.MOST_RECIPIENTS,
        "most_a_day": outbox.MOST_A_DAY,
    }
    return personal(render(request, "teaching/nudge.html", context))


def _preview(form: NudgeForm, people: "_Recipients", classroom: Classroom) -> dict[str, str] | None:
    """The first of the mails as the form stands; None while it cannot be sent."""
    if form.errors or not people.ticked:
        return None
    sheet = form.cleaned_data if form.is_bound else form.initial
    user = people.ticked[0].user
    return {
        "to": user.display_name,
        "subject": sheet["subject"],
        "text": outbox.filled(sheet["text"], user),
    }


class _Recipients:
    """Who may get a reminder: asked for by key, or quiet. Two queries, or those of the sums."""

    def __init__(
        self, classroom: Classroom, asked: QueryDict, now: datetime, *, posted: bool
    ) -> None:
        keys = {int(key) for key in asked.getlist("seat") if key.isdecimal() and len(key) < 18}
        shown = {int(key) for key in asked.getlist("shown") if key.isdecimal() and len(key) < 18}
        self.are_quiet = not (keys or shown)
        rows: Any = (
            learners_in(classroom)
            .filter(left_at=None)
            .annotate(
                reminded_at=Max(
                    "messages__made_at",
                    filter=Q(messages__kind=Message.Kind.NUDGE, messages__made_at__gt=now - RECENT),
                )
            )
        )
        if self.are_quiet:
            rows = _quiet(rows, classroom, now)
        else:
            rows = rows.filter(pk__in=sorted(keys | shown)[: 2 * outbox.MOST_RECIPIENTS])
        seats = sorted(rows, key=lambda seat: (seat.user.display_name.casefold(), seat.pk))
        may = [seat for seat in seats if seat.wants_mail and seat.user.is_active]
        self.total = len(may)
        self.may = may if posted else may[: outbox.MOST_RECIPIENTS]
        self.unreachable = [seat for seat in seats if seat not in may]
        if posted:
            self.ticked = [seat for seat in self.may if seat.pk in keys]
        else:
            self.ticked = [seat for seat in self.may if seat.reminded_at is None]


def _quiet(rows: QuerySet[Any], classroom: Classroom, now: datetime) -> list[Any]:
    """Those with the sign “gone quiet”."""
    sight = Sight(classroom)
    doings, lessons = sums(sight), len(sight.lessons)
    return [
        seat
        for seat in rows
        if signs_of(
            doings.get(seat.user_id, Sums()), classroom.expects_from(seat), lessons, 0, now
        ).quiet
    ]


# What was sent, and what waits --------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def class_mail(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Every mail of the class, newest first; POST sends what waits, or turns one's summary."""
    now = timezone.now()
    if request.method == "POST":
        classroom = running_class_of(request.user, public_id)
        of = _number(request.POST.get("of"))
        if request.POST.get("action") == "send":
            done = outbox.send(now, classroom=classroom)
            if done.failed or not done.waiting:
                _tell(request, done)
        elif request.POST.get("action") == "summary":
            wants = request.POST.get("wants_mail") == "1"
            classroom.seats.filter(user=request.user).update(wants_mail=wants)
            messages.success(
                request,
                "You get the summary of this class on Mondays."
                if wants
                else "You get no more summaries of this class.",
            )
        at = reverse("class_mail", args=[public_id])
        return redirect(f"{at}?of={of}" if of else at)
    classroom = class_of(request.user, public_id)
    rows = (
        outbox.with_held(now)
        .filter(seat__classroom=classroom)
        .select_related("seat__user", "sender")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page", "1"))
    waiting = outbox.waiting(now, classroom).count()
    failed = outbox.waiting(now, classroom).exclude(error="").count()
    of = max(_number(request.GET.get("of")), waiting)
    context = {
        "classroom": classroom,
        "tab": "class_mail",
        "page": page,
        "waiting": waiting,
        "failed": failed,
        "of": of,
        "gone": of - waiting,
        "mine": classroom.seats.get(user=request.user),
    }
    return personal(render(request, "teaching/mail.html", context))


def _number(text: str | None) -> int:
    """How many mails a page says it began with; 0 for anything that is no such number."""
    if text and text.isdecimal() and len(text) < 5:
        return min(int(text), outbox.MOST_RECIPIENTS)
    return 0


# No more of it ------------------------------------------------------------------------------------


# Mail programs send the one click of RFC 8058 without cookies: the signature stands for the person.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def class_mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """Switch the mail of a class off by the link in a mail, signed in or not. Twice is once."""
    seat = outbox.seat_of(token)
    if request.method == "POST":
        Seat.objects.filter(pk=seat.pk).update(wants_mail=False)
        seat.wants_mail = False
    return personal(render(request, "teaching/mail_off.html", {"seat": seat}))
