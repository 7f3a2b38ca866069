"""The desk for quizzes: questions with their choices on one page, and what people answered."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import Script
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts.models import User
from lessons import markdown
from lessons.admin.shared import (
    Archiving,
    Desk,
    StateFilter,
    admin_link,
    count_link,
    in_changelist,
)

from . import (
    admin_media,  # noqa: F401 - it registers its page
    allowances,
)
from .admin_analysis import AnalysisPage, beside, may_see_numbers, of_everybody
from .admin_forms import (
    CONTENT_FIELD,
    SCORING,
    AllowanceForm,
    PoolForm,
    PoolFormSet,
    QuestionForm,
    QuizForm,
)
from .attempts import LOOKING_BACK, settle_grades
from .contradictions import pool_faults
from .display import answered_text, title_of
from .item_reports import Report
from .kinds import KINDS
from .models import Allowance, Answer, Attempt, Pool, Question, QuestionVersion, Quiz

NO_EXPLANATION = Q(current__explanation="")


def short(text: str, length: int = 80) -> str:
    """The beginning of a Markdown text, in one line."""
    return Truncator(" ".join(text.split())).chars(length)


def kind_label(name: str) -> str:
    """A kind's name for people."""
    return KINDS[name].label if name in KINDS else name


class QuestionInline(admin.TabularInline[Question, Quiz]):
    """The questions at a glance; each is edited on its own page."""

    model = Question
    fields = [
        "question",
        "kind",
        "about",
        "points",
        "explained",
        "facility",
        "discrimination",
        "advice",
        "position",
        "archived_at",
    ]
    readonly_fields = [
        "question",
        "kind",
        "about",
        "in_pool",
        "points",
        "explained",
        "facility",
        "discrimination",
        "advice",
        "archived_at",
    ]
    ordering = ["position", "pk"]
    classes = ["plain"]
    extra = 0
    can_delete = False
    verbose_name_plural = "questions"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        """With what the columns show."""
        rows = super().get_queryset(request)
        return rows.select_related("current__tally", "pool").prefetch_related("objectives")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the pool where the quiz has pools."""
        fields = list(super().get_fields(request, obj))
        if getattr(obj, "has_pools", False):
            fields.insert(fields.index("points"), "in_pool")
        return fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Added on a page of its own, to which the quiz's page links."""
        return False

    @admin.display(description="question")
    def question(self, row: Question) -> SafeString:
        """Leads to the question."""
        text = short(title_of(row.current)) if row.current else row.key
        return format_html(
            "{}<br><small>{}</small>", admin_link("quizzes_question_change", row.pk, text), row.key
        )

    @admin.display(description="kind")
    def kind(self, row: Question) -> str:
        """What the learner does."""
        return kind_label(row.current.kind) if row.current else "–"

    @admin.display(description="objectives")
    def about(self, row: Question) -> str:
        """What it checks."""
        return ", ".join(o.key for o in row.objectives.all()) or "none"

    @admin.display(description="pool")
    def in_pool(self, row: Question) -> str:
        """The pool it is drawn from."""
        return row.pool.name if row.pool else "–"

    @admin.display(description="points")
    def points(self, row: Question) -> str:
        """What it counts."""
        return f"{row.current.points.normalize():f}" if row.current else "–"

    @admin.display(description="explained", boolean=True)
    def explained(self, row: Question) -> bool:
        """Whether there is an explanation."""
        return bool(row.current and row.current.explanation)

    def _report(self, row: Any) -> Report | None:
        """What the numbers say of the current version: computed once for the three columns."""
        if row.current is None:
            return None
        if not hasattr(row, "report"):
            row.report = of_everybody(row.current)
        return cast("Report", row.report)

    @admin.display(description="facility")
    def facility(self, row: Question) -> str:
        """The share of the points that learners got."""
        told = self._report(row)
        return "–" if told is None or told.collecting else told.facility_text

    @admin.display(description="discrimination")
    def discrimination(self, row: Question) -> str:
        """Whether it tells learners apart."""
        told = self._report(row)
        return "–" if told is None or told.collecting else told.discrimination_text

    @admin.display(description="what stands out")
    def advice(self, row: Question) -> str:
        """The advice, or how many attempts there are yet."""
        told = self._report(row)
        return "–" if told is None else told.in_short


class PoolInline(admin.TabularInline[Pool, Quiz]):
    """Groups of questions of which an attempt is dealt only some."""

    model = Pool
    form = PoolForm
    formset = PoolFormSet
    fields = ["name", "pick", "question_count"]
    readonly_fields = ["question_count"]
    ordering = ["name"]
    classes = ["plain"]
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        """With the number of questions that are asked."""
        asked = Count("questions", Q(questions__archived_at=None))
        return super().get_queryset(request).annotate(asked=asked)

    @admin.display(description="questions")
    def question_count(self, row: Any) -> SafeString | str:
        """Those that are asked; a question's page puts it into a pool."""
        count = getattr(row, "asked", 0)
        return count_link("quizzes_question_changelist", f"pool__id__exact={row.pk}", count)


@admin.register(Quiz)
class QuizAdmin(AnalysisPage, Archiving):
    """Quizzes."""

    form = QuizForm
    fieldsets = [
        (None, {"fields": ["lesson", "pass_mark"]}),
        (
            "How often",
            {"fields": ["attempts_allowed", "grading_method", ("wait_first", "wait_later")]},
        ),
        (
            "How long",
            {
                "fields": ["time_limit", "overdue", "grace"],
                "description": "Extra time or attempts for one person are an allowance.",
            },
        ),
        (
            "What is shown afterwards",
            {
                "fields": [
                    "feedback",
                    (
                        "show_score",
                        "show_marks",
                        "show_choice_feedback",
                        "show_answers",
                        "show_explanations",
                    ),
                ],
                "description": "When, and then what.",
            },
        ),
        ("How it is dealt", {"fields": [("shuffle_questions", "shuffle_choices")]}),
    ]
    autocomplete_fields = ["lesson"]
    inlines = [PoolInline, QuestionInline]
    list_display = [
        "title",
        "course",
        "state",
        "question_count",
        "unexplained",
        "pass_mark",
        "attempt_count",
        "changed_at",
    ]
    list_filter = [StateFilter, ("lesson__module__course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["lesson__module__course"]
    search_fields = ["lesson__title", "lesson__slug"]
    search_help_text = "Part of a lesson's title or address."
    ordering = ["lesson__module__course__position", "lesson__module__position", "lesson__position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quiz]:
        """With counts, in lists; elsewhere with whether there are pools."""
        quizzes: QuerySet[Quiz] = super().get_queryset(request)
        quizzes = quizzes.select_related("lesson__module__course")
        if not in_changelist(request):
            return quizzes.annotate(has_pools=Exists(Pool.objects.filter(quiz=OuterRef("pk"))))
        asked = Q(questions__archived_at=None)
        attempts = Attempt.objects.filter(quiz=OuterRef("pk")).order_by().values("quiz")
        return quizzes.annotate(
            question_count=Count("questions", asked, distinct=True),
            unexplained=Count(
                "questions", asked & Q(questions__current__explanation=""), distinct=True
            ),
            attempt_count=Coalesce(Subquery(attempts.annotate(n=Count("pk")).values("n")), 0),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A quiz stays with its lesson."""
        return ["lesson"] if obj else []

    @admin.display(description="lesson", ordering="lesson__title")
    def title(self, row: Quiz) -> str:
        """The lesson's title."""
        return row.lesson.title

    @admin.display(description="course")
    def course(self, row: Quiz) -> str:
        """The course's title."""
        return row.lesson.module.course.title

    @admin.display(description="questions", ordering="question_count")
    def question_count(self, row: Any) -> SafeString | str:
        """Those that are asked."""
        query = f"quiz__id__exact={row.pk}"
        return count_link("quizzes_question_changelist", query, row.question_count)

    @admin.display(description="not explained", ordering="unexplained")
    def unexplained(self, row: Any) -> SafeString | str:
        """Those without an explanation."""
        query = f"quiz__id__exact={row.pk}&lacking=explanation"
        return count_link("quizzes_question_changelist", query, row.unexplained)

    @admin.display(description="attempts", ordering="attempt_count")
    def attempt_count(self, row: Any) -> SafeString | str:
        """Begun or submitted."""
        query = f"quiz__id__exact={row.pk}"
        return count_link("quizzes_attempt_changelist", query, row.attempt_count)

    def protection(self, row: Any) -> str:
        """A quiz that people took stays."""
        if row.attempts.exists():
            return (
                "This quiz is not deleted, because people have taken it. "
                "Archive it: their results stay."
            )
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """With the ways to a new question and to what the numbers say."""
        row = context.get("original")
        if row is not None and self.has_change_permission(request, row):
            query = urlencode({"quiz": row.pk})
            context["add_question"] = f"{reverse('admin:quizzes_question_add')}?{query}"
        if row is not None:
            context["analysis"] = reverse("admin:quizzes_quiz_analysis", args=[row.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Quiz, form: Any, change: bool) -> None:
        """Save; another grading method holds for what was graded before too."""
        super().save_model(request, obj, form, change)
        if change and not LOOKING_BACK.isdisjoint(form.changed_data):
            settle_grades(obj)
            if "grading_method" in form.changed_data and (count := obj.final_grades.count()):
                grades = "1 final grade was" if count == 1 else f"{count} final grades were"
                self.message_user(request, f"{grades} made anew.", messages.SUCCESS)
        for warning in form.warnings:
            self.message_user(request, warning, messages.WARNING)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the pools, and say which of them deal otherwise than it seems."""
        super().save_related(request, form, formsets, change)
        asked = Question.objects.asked().select_related("current")
        for pool in form.instance.pools.prefetch_related(Prefetch("questions", asked)):
            points = [row.current.points for row in pool.questions.all() if row.current]
            for fault in pool_faults(pool.name, pool.pick, points):
                self.message_user(request, fault.message, messages.WARNING)


class LackingFilter(admin.SimpleListFilter):
    """What an author has still to do."""

    title = "what is lacking"
    parameter_name = "lacking"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two."""
        return [("explanation", "No explanation"), ("objective", "No objective")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The questions that lack it."""
        if self.value() == "explanation":
            return queryset.filter(NO_EXPLANATION)
        if self.value() == "objective":
            return queryset.filter(objectives=None)
        return queryset


class KindFilter(admin.SimpleListFilter):
    """By kind."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All kinds."""
        return [(kind.name, kind.label) for kind in KINDS.values()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The questions of the kind."""
        return queryset.filter(current__kind=self.value()) if self.value() in KINDS else queryset


@admin.register(Question)
class QuestionAdmin(Archiving):
    """Questions: what is asked, the choices, and why, on one page."""

    form = QuestionForm
    fieldsets = [
        (None, {"fields": ["quiz", "kind", "prompt", "points"]}),
        ("Choices", {"fields": ["choices"], "classes": ["for-single", "for-multiple"]}),
        ("Scoring", {"fields": ["multiple_scoring"], "classes": ["for-multiple"]}),
        ("True or false", {"fields": ["answer"], "classes": ["for-true-false"]}),
        ("Number", {"fields": ["numbers"], "classes": ["for-numeric"]}),
        ("Short answer", {"fields": ["texts"], "classes": ["for-short-answer"]}),
        ("Matching", {"fields": ["pairs"], "classes": ["for-matching"]}),
        ("Ordering", {"fields": ["items", "ordering_scoring"], "classes": ["for-ordering"]}),
        ("Text with gaps", {"fields": ["text"], "classes": ["for-cloze"]}),
        ("After answering", {"fields": ["explanation"]}),
        (
            "What it belongs to",
            {"fields": ["objectives", "section", "pool", "key", "position", "archived_at"]},
        ),
    ]
    autocomplete_fields = ["quiz"]
    list_display = [
        "prompt",
        "kind",
        "lesson",
        "explained",
        "state",
        "version",
        "answer_count",
        "changed_at",
    ]
    list_filter = [
        StateFilter,
        KindFilter,
        LackingFilter,
        ("quiz__lesson__module__course", admin.RelatedOnlyFieldListFilter),
        ("quiz__lesson", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["quiz__lesson", "current"]
    search_fields = ["key", "current__prompt", "current__explanation", "quiz__lesson__title"]
    search_help_text = "Part of a question, an explanation, an id or a lesson's title."
    ordering = ["quiz", "position", "pk"]

    class Media:
        js = [Script("js/admin/question.js", defer=True)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        """With the current version, and in lists how often it was answered."""
        questions: QuerySet[Question] = super().get_queryset(request)
        questions = questions.select_related("current", "quiz__lesson")
        if not in_changelist(request):
            return questions
        answers = (
            Answer.objects.filter(version__question=OuterRef("pk"))
            .order_by()
            .values("version__question")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return questions.annotate(answer_count=Coalesce(Subquery(answers), 0))

    @admin.display(description="question")
    def prompt(self, row: Question) -> str:
        """Its beginning; its id where it has no text yet."""
        return short(title_of(row.current)) if row.current else row.key

    @admin.display(description="kind", ordering="current__kind")
    def kind(self, row: Question) -> str:
        """What the learner does."""
        return kind_label(row.current.kind) if row.current else "–"

    @admin.display(description="lesson", ordering="quiz__lesson__title")
    def lesson(self, row: Question) -> SafeString:
        """Leads to the quiz."""
        return admin_link("quizzes_quiz_change", row.quiz_id, row.quiz.lesson.title)

    @admin.display(description="explained", boolean=True)
    def explained(self, row: Question) -> bool:
        """Whether there is an explanation."""
        return bool(row.current and row.current.explanation)

    @admin.display(description="version", ordering="current__number")
    def version(self, row: Question) -> str:
        """The number of the current one."""
        return str(row.current.number) if row.current else "–"

    @admin.display(description="answers", ordering="answer_count")
    def answer_count(self, row: Any) -> int:
        """How often it was dealt, in all its versions."""
        return int(row.answer_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A question stays in its quiz."""
        return ["quiz"] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees the question as it stands, not the form."""
        if obj is not None and not self.has_change_permission(request, obj):
            fields = ["quiz", "kind", "prompt_now", "content_now", "explanation_now"]
            fields += ["objectives", "section", "pool", "key", "position", "archived_at"]
            return [(None, {"fields": fields})]
        return super().get_fieldsets(request, obj)

    @admin.display(description="question")
    def prompt_now(self, row: Question) -> str:
        """The Markdown."""
        return row.current.prompt if row.current else ""

    @admin.display(description="explanation")
    def explanation_now(self, row: Question) -> str:
        """The Markdown."""
        return row.current.explanation if row.current else ""

    @admin.display(description="answers")
    def content_now(self, row: Question) -> str:
        """In words, one line each."""
        return "\n".join(content_in_words(row.current)) if row.current else ""

    def protection(self, row: Any) -> str:
        """A question that people were asked stays."""
        if Answer.objects.filter(version__question=row).exists():
            return (
                "This question is not deleted, because people were asked it. "
                "Archive it: their results stay."
            )
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Say what saving will do to what people answered."""
        row = context.get("original")
        context["version_note"] = version_note(row) if row is not None and row.current else ""
        if row is not None and row.current and may_see_numbers(self, request):
            context["numbers"] = beside(row.current)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        """Save what belongs to the question; its text goes into a version."""
        obj.key = form.cleaned_data.get("key") or obj.key
        before = obj.current
        super().save_model(request, obj, form, change)
        version = obj.revise(form.library, **form.version_content())
        # The quiz's page shows how many questions there are.
        obj.quiz.save(update_fields=["changed_at"])
        if before is not None and version.pk != before.pk:
            text = (
                f"Saved as version {version.number}. Results of earlier versions stay as they are."
            )
            self.message_user(request, text, messages.SUCCESS)
        for warning in form.warnings:
            self.message_user(request, warning, messages.WARNING)


def version_note(question: Question) -> str:
    """What saving does to what was answered."""
    version = question.current
    assert version is not None  # noqa: S101 - asked before
    people = version.answers.values("attempt__user").distinct().count()
    if not people:
        return ""
    who = "One person has" if people == 1 else f"{people} people have"
    newest = question.versions.order_by("-number").values_list("number", flat=True)[0]
    return (
        f"{who} been asked this version ({version.number}). Saving a change makes version "
        f"{newest + 1}; their results stay as they are."
    )


def content_in_words(version: QuestionVersion) -> list[str]:
    """The choices, answers or parts of a version, a line each."""
    _, key = CONTENT_FIELD.get(version.kind, ("", ""))
    held = version.content.get(key)
    if isinstance(held, bool):
        return ["True" if held else "False"]
    if isinstance(held, str):
        return held.splitlines()
    rows = held if isinstance(held, list) else []
    lines = [
        f"{number}. {markdown.plain(row)}" if isinstance(row, str) else row_in_words(row)
        for number, row in enumerate(rows, 1)
    ]
    rule = SCORING.get(version.kind, {}).get(version.content.get("scoring", ""))
    return [*lines, f"Score: {rule}"] if rule else lines


def row_in_words(row: dict[str, Any]) -> str:
    """A choice, an answer or a pair in one line."""
    if "right" in row:
        left, right = (markdown.plain(str(row.get(name, ""))) for name in ("left", "right"))
        return f"{left} – {right}" if left else f"{right} (belongs to none)"
    words = markdown.plain(str(row.get("text", row.get("value", ""))))
    notes = [
        "right" if row.get("correct") else "",
        f"± {row['tolerance']}" if row.get("tolerance") else "",
        f"weight {row['weight']}" if "weight" in row else "",
        f"feedback: {row['feedback']}" if row.get("feedback") else "",
    ]
    said = ", ".join(note for note in notes if note)
    return f"{words} ({said})" if said else words


@admin.register(Allowance)
class AllowanceAdmin(Desk):
    """Extra time and attempts for single people."""

    form = AllowanceForm
    fields = ["user", "quiz", "time_factor", "extra_attempts", "reason"]
    autocomplete_fields = ["user", "quiz"]
    list_display = ["person", "where", "time_factor", "extra_attempts", "reason", "made_at"]
    list_filter = ["time_factor"]
    list_select_related = ["user", "quiz__lesson"]
    search_fields = ["user__email", "user__name", "quiz__lesson__title"]
    search_help_text = "Part of an address, a name or a lesson's title."
    ordering = ["user__email", "pk"]
    may_delete_in_lists = True

    @admin.display(description="person", ordering="user__email")
    def person(self, row: Allowance) -> str:
        """The address."""
        return row.user.email

    @admin.display(description="quiz", ordering="quiz__lesson__title")
    def where(self, row: Allowance) -> str:
        """The lesson's title, or that it holds everywhere."""
        return row.quiz.lesson.title if row.quiz else "every quiz"

    def save_model(self, request: HttpRequest, obj: Allowance, form: Any, change: bool) -> None:
        """Save, settle what reviews may show now, and say where it has no effect."""
        before = Allowance.objects.select_related("quiz").filter(pk=obj.pk).first()
        obj.made_by = cast("User", request.user)
        super().save_model(request, obj, form, change)
        for row in filter(None, (before, obj)):
            allowances.settle(row.user_id, [row.quiz])
        for warning in form.warnings:
            self.message_user(request, warning, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Allowance) -> None:
        """Take it back, and settle what reviews may show now."""
        allowances.take_back(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Allowance]) -> None:
        """Take each back."""
        for row in queryset.select_related("quiz"):
            allowances.take_back(row)


class AnswerInline(admin.TabularInline[Answer, Attempt]):
    """What was asked and answered, as it was."""

    model = Answer
    fields = ["asked", "version_number", "given", "earned", "saved_at"]
    readonly_fields = ["asked", "version_number", "given", "earned", "saved_at"]
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        """With the versions."""
        return super().get_queryset(request).select_related("version").order_by("slot")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are not added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor changed."""
        return False

    @admin.display(description="question")
    def asked(self, row: Answer) -> SafeString:
        """Leads to the question."""
        return admin_link(
            "quizzes_question_change", row.version.question_id, short(title_of(row.version))
        )

    @admin.display(description="version")
    def version_number(self, row: Answer) -> int:
        """The one that was dealt."""
        return row.version.number

    @admin.display(description="answer")
    def given(self, row: Answer) -> str:
        """In words."""
        return "; ".join(answered_text(row)) or "no answer"

    @admin.display(description="earned")
    def earned(self, row: Answer) -> str:
        """In percent of the question."""
        return "–" if row.fraction is None else f"{round(100 * row.fraction)} %"


@admin.register(Attempt)
class AttemptAdmin(Desk):
    """What people answered: to look at, never to change."""

    fields = [
        "user",
        "quiz",
        "number",
        "state",
        "percent",
        "pass_mark",
        "passed",
        "started_at",
        "submitted_at",
    ]
    inlines = [AnswerInline]
    list_display = ["person", "lesson", "number", "state", "percent", "passed", "started_at"]
    list_filter = [
        "state",
        "passed",
        "started_at",
        ("quiz__lesson__module__course", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["user", "quiz__lesson"]
    search_fields = ["user__email", "user__name", "quiz__lesson__title"]
    search_help_text = "Part of an address, a name or a lesson's title."
    ordering = ["-started_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        """With person and lesson."""
        attempts: QuerySet[Attempt] = super().get_queryset(request)
        return attempts.select_related("user", "quiz__lesson")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Facts are not added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deleted: erasing a person's account keeps the figures without the person."""
        return False

    @admin.display(description="person", ordering="user__email")
    def person(self, row: Attempt) -> str:
        """The address, or that the person is gone."""
        return row.user.email if row.user else "erased"

    @admin.display(description="lesson", ordering="quiz__lesson__title")
    def lesson(self, row: Attempt) -> str:
        """The lesson's title."""
        return row.quiz.lesson.title
