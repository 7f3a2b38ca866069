"""The forms of the desk: what is checked beside each field."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify

from lessons import markdown, media
from lessons.drafts import TAKEAWAYS
from lessons.library import Library
from lessons.models import (
    Asset,
    Course,
    Lesson,
    LessonTool,
    Module,
    Objective,
    Playbook,
    RelatedLesson,
    Tool,
)
from lessons.rows import RowsField

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
LONGEST_KEY = 40
MEDIA_PATH = re.compile(r"media/(?:[\w .-]+/)*[\w .-]*\w\.\w+")
SAME_MODULE = "Another module of this course has this address."


class MarkdownWidget(AdminTextareaWidget):
    """A text in Markdown: what is wrong with it stands below, a preview of the page beside it."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            {"rows": 28, "spellcheck": "true", "class": "markdown-source", **(attrs or {})}
        )
        self.problems: tuple[markdown.Problem, ...] = ()
        self.preview_url = ""

    class Media:
        js = [forms.Script("js/admin/preview.js", defer=True)]

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The text area with what belongs to it."""
        return render_to_string(
            "admin/markdown.html",
            {
                "textarea": super().render(name, value, dict(attrs or {}), renderer),
                "problems": self.problems,
                "preview_url": self.preview_url,
            },
        )


class TagsField(forms.CharField):
    """A list of words, edited as one line with commas."""

    widget = AdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        """The line."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The list, without blanks and repetitions."""
        words = value if isinstance(value, list) else (value or "").split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lists differ."""
        return bool(self.to_python(initial) != self.to_python(data))

    def run_validators(self, value: Any) -> None:
        """Those of a text don't fit a list."""


class TextForm(forms.ModelForm[Any]):
    """Something with an address, a language and a text in Markdown."""

    text_field = "body"
    named_by = "title"
    siblings_by = "course"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if "position" in self.fields:
            self.fields["position"].required = False
            self.fields["position"].help_text = "The order among its neighbours. Empty: at the end."
            if not self.instance.pk:
                self.initial["position"] = None
        if isinstance(text := self.fields.get(self.text_field), forms.CharField):
            text.strip = False  # four spaces at its start are code
        widget = self.text_widget()
        if widget is not None and self.instance.pk:
            widget.problems = self.problems_of(getattr(self.instance, self.text_field))

    def text_widget(self) -> MarkdownWidget | None:
        """The widget of the text; None where it is only shown."""
        field = self.fields.get(self.text_field)
        return field.widget if field and isinstance(field.widget, MarkdownWidget) else None

    def problems_of(self, text: str) -> tuple[markdown.Problem, ...]:
        """What is wrong with the text as it stands."""
        try:
            return markdown.render(text, Library(self.course()).references(self.module())).problems
        except markdown.TooLarge:
            return ()

    def course(self) -> Course | None:
        """The course whose tools and images the text may name."""
        return getattr(self.instance, "course", None) if self.instance.pk else None

    def module(self) -> int | None:
        """The module whose images the text may name."""
        return None

    def clean_slug(self) -> str:
        """Made from the title where it is empty; as it was, on a row that has one."""
        slug: str = self.cleaned_data["slug"] or self.instance.slug
        name = self.cleaned_data.get(self.named_by, "")
        if not slug and name and not (slug := slugify(name, allow_unicode=True)[:120].strip("-_")):
            raise forms.ValidationError("Write an address: none can be made from the title.")
        return slug.replace("_", "-") if slug != self.instance.slug else slug

    def clean_language(self) -> str:
        """A tag such as `en` or `zh-hans`."""
        language: str = self.cleaned_data["language"].strip().lower()
        if language and not LANGUAGE.fullmatch(language):
            raise forms.ValidationError("Write a language tag, such as en, de, pt-br or zh-hans.")
        return language

    def clean_position(self) -> int:
        """After its neighbours where it is empty."""
        position = self.cleaned_data["position"]
        if position is not None:
            return int(position)
        parent = self.cleaned_data.get(self.siblings_by)
        rows = type(self.instance)._default_manager.all()
        if self.siblings_by:
            if parent is None or parent.pk is None:
                return 0
            rows = rows.filter(**{self.siblings_by: parent})
        return (rows.aggregate(last=Max("position"))["last"] or 0) + 1

    def clean_body(self) -> str:
        """Any text is saved, unless no page could hold it."""
        text: str = self.cleaned_data["body"]
        try:
            markdown.render(text)
        except markdown.TooLarge as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Line ends as files have them; browsers send others."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in data.items():
            if isinstance(value, str):
                data[name] = kept(getattr(self.instance, name, ""), value)
        return data


def kept(old: str | None, new: str) -> str:
    """The text with plain line ends; the old one where it differs at its outer ends only."""
    new = new.replace("\r\n", "\n")
    return old if old is not None and old.strip() == new.strip() else new


class CourseForm(TextForm):
    """A course."""

    siblings_by = ""

    class Meta:
        model = Course
        fields = [
            "title",
            "summary",
            "body",
            "status",
            "slug",
            "language",
            "position",
            "archived_at",
        ]
        widgets = {
            "body": MarkdownWidget({"rows": 12}),
            "summary": AdminTextareaWidget({"rows": 3}),
        }

    def course(self) -> Course | None:
        """Itself."""
        return self.instance if self.instance.pk else None


class ModuleForm(TextForm):
    """A module."""

    class Meta:
        model = Module
        fields = ["course", "title", "summary", "slug", "position", "archived_at"]
        widgets = {"summary": AdminTextareaWidget({"rows": 3})}

    def clean(self) -> dict[str, Any]:
        """An address once in a course."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course = data.get("course")
        if course is not None and course.pk:
            same = course.modules.filter(slug=data.get("slug")).exclude(pk=self.instance.pk)
            if same.exists():
                self.add_error("slug", SAME_MODULE)
        return data

    def validate_constraints(self) -> None:
        """Looked at in `clean`, and said beside the field."""


class ModuleFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The modules of a course."""

    def clean(self) -> None:
        """Each address once, also among those that are new."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            slug: str = getattr(form, "cleaned_data", {}).get("slug") or ""
            if slug and slug in seen and "slug" not in form.errors:
                form.add_error("slug", SAME_MODULE)
            seen.add(slug)


class LessonForm(TextForm):
    """A lesson."""

    siblings_by = "module"
    takeaways = RowsField(
        TAKEAWAYS,
        noun="takeaway",
        flat=True,
        label="Key takeaways",
        help_text="What a reader should keep, one sentence each. Markdown in one line.",
    )
    tags = TagsField(required=False, help_text="Words with commas between them.")

    class Meta:
        model = Lesson
        fields = [
            "title",
            "summary",
            "body",
            "takeaways",
            "status",
            "publish_at",
            "updated",
            "archived_at",
            "module",
            "position",
            "slug",
            "language",
            "tags",
            "narration",
            "video",
            "captions",
            "poster",
        ]
        widgets = {"body": MarkdownWidget, "summary": AdminTextareaWidget({"rows": 3})}

    def course(self) -> Course | None:
        """The course of its module."""
        return self.instance.module.course if self.instance.module_id else None

    def module(self) -> int | None:
        """Its module."""
        key: int | None = self.instance.module_id
        return key

    def _clean_path(self, name: str) -> str:
        path: str = self.cleaned_data[name].strip()
        if path and (path.startswith("/") or ":" in path or ".." in PurePosixPath(path).parts):
            raise forms.ValidationError("Write a path under media/, such as media/talk.mp4.")
        return path

    def clean_narration(self) -> str:
        """A path inside the media folder."""
        return self._clean_path("narration")

    def clean_video(self) -> str:
        """A path inside the media folder."""
        return self._clean_path("video")

    def clean_captions(self) -> str:
        """A path inside the media folder."""
        return self._clean_path("captions")

    def clean_poster(self) -> str:
        """A path inside the media folder."""
        return self._clean_path("poster")


class ToolForm(TextForm):
    """A tool."""

    named_by = "name"
    text_field = ""

    class Meta:
        model = Tool
        fields = [
            "name",
            "vendor",
            "licence",
            "strengths",
            "context_window",
            "pricing",
            "url",
            "course",
            "slug",
            "position",
            "archived_at",
        ]
        widgets = {"strengths": AdminTextareaWidget({"rows": 3})}


class PlaybookForm(TextForm):
    """A playbook."""

    class Meta:
        model = Playbook
        fields = [
            "title",
            "summary",
            "access",
            "body",
            "lessons",
            "status",
            "updated",
            "archived_at",
            "course",
            "position",
            "slug",
        ]
        widgets = {"body": MarkdownWidget, "summary": AdminTextareaWidget({"rows": 3})}


class AssetForm(forms.ModelForm[Asset]):
    """An image or a sound, with its file."""

    file = forms.FileField(
        required=False,
        help_text="An image (PNG, JPEG, WebP, GIF or AVIF; data about the camera and the place is "
        "taken out) or a sound (MP3, Ogg, M4A, AAC or WAV; its tags stay).",
        widget=forms.FileInput(
            {"accept": "image/png,image/jpeg,image/webp,image/gif,image/avif,audio/*"}
        ),
    )

    class Meta:
        model = Asset
        fields = ["course", "module", "path"]
        help_texts = {
            "path": "As texts name it. Empty: media/ and the file’s name.",
            "module": "Empty: every module of the course may use it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.medium: media.Medium | None = None
        if "path" in self.fields:
            self.fields["path"].required = False
        if "file" in self.fields:
            self.fields["file"].required = not self.instance.pk
            if self.instance.pk:
                self.fields["file"].label = "Replace the file"

    def clean_file(self) -> Any:
        """What is taken is judged by its bytes."""
        file = self.cleaned_data["file"]
        if file:
            try:
                if file.size > media.MAX_BYTES:
                    raise media.Refused(f"At most {media.MAX_BYTES // 1024**2} MB are taken.")
                self.medium = media.inspect(file.read())
            except media.Refused as error:
                raise forms.ValidationError(str(error)) from error
        return file

    def clean(self) -> dict[str, Any]:
        """A path, once; a module of this course."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            return data
        if not data.get("path") and data.get("file"):
            data["path"] = f"media/{data['file'].name}"
        path, course, module = (data.get(name) for name in ("path", "course", "module"))
        if path and not MEDIA_PATH.fullmatch(path):
            self.add_error("path", "Write media/ and a name, such as media/figure.webp.")
        if module and course and module.course_id != course.pk:
            self.add_error("module", "This module is of another course.")
        if path and course and course.assets.filter(module=module, path=path).exists():
            self.add_error("path", "There is a file of this path: open it to replace its file.")
        return data


class ObjectiveForm(forms.ModelForm[Objective]):
    """An objective in a lesson's page; its id comes from its text where it is empty."""

    class Meta:
        model = Objective
        fields = ["text", "key", "position"]
        widgets = {"text": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False
        self.fields["position"].required = False
        if not self.instance.pk:
            self.initial["position"] = None

    def clean_position(self) -> int:
        """Empty: at the end; the formset numbers anew."""
        position = self.cleaned_data["position"]
        return 1_000_000 if position is None else int(position)

    def validate_constraints(self) -> None:
        """The formset looks at the ids of all rows together and says it beside the field."""


class ObjectiveFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The objectives of a lesson: one id each; what questions point at is retired, not deleted."""

    def clean(self) -> None:
        """Give ids to those without, refuse one that another has."""
        super().clean()
        kept = [form for form in self.initial_forms + self.extra_forms if self._stays(form)]
        stored = (
            dict(self.instance.objectives.current().values_list("key", "pk"))
            if self.instance.pk
            else {}
        )
        taken: set[str] = {
            form.cleaned_data["key"] for form in kept if form.cleaned_data.get("key")
        }
        seen: set[str] = set()
        for form in kept:
            key = form.cleaned_data.get("key") or ""
            if not key:
                key = free_key(form.cleaned_data.get("text", ""), taken | set(stored))
                form.cleaned_data["key"] = form.instance.key = key
                taken.add(key)
            elif key in seen or stored.get(key, form.instance.pk) != form.instance.pk:
                form.add_error("key", "Another objective of this lesson has this id.")
            seen.add(key)

    def _stays(self, form: Any) -> bool:
        return (
            bool(form.has_changed() or form.instance.pk)
            and not deleted(self, form)
            and hasattr(form, "cleaned_data")
        )

    def save_new(self, form: Any, commit: bool = True) -> Objective:
        """An objective that was retired comes back with its id."""
        retired = self.instance.objectives.filter(key=form.instance.key).first()
        if retired is not None:
            retired.text, retired.position = form.instance.text, form.instance.position
            retired.archived_at = None
            form.instance = retired
        objective: Objective = super().save_new(form, commit)
        return objective

    def save(self, commit: bool = True) -> Any:
        """Save, and number them from 0 in the order given."""
        saved = super().save(commit)
        for place, objective in enumerate(self.instance.objectives.current()):
            if objective.position != place:
                objective.position = place
                objective.save(update_fields=["position", "text_html", "changed_at"])
        return saved

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        """Retire what a question points at, so that results keep their meaning."""
        if commit and obj.questions.exists():
            obj.retire()
        else:
            super().delete_existing(obj, commit)


def free_key(text: str, taken: set[str]) -> str:
    """A short id from a text that no neighbour has."""
    base = slugify(markdown.plain(text), allow_unicode=True)[:LONGEST_KEY].strip("-_") or "item"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def deleted(formset: Any, form: Any) -> bool:
    """Whether the row is marked for deletion."""
    return bool(formset.can_delete and formset._should_delete_form(form))


class LinkForm(forms.ModelForm[Any]):
    """A row of an ordered list of links."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        if not self.instance.pk:
            self.initial["position"] = None

    def clean_position(self) -> int:
        """Empty: at the end."""
        position = self.cleaned_data["position"]
        return 1_000_000 if position is None else int(position)

    def validate_constraints(self) -> None:
        """The formset looks at all rows together and says it beside the field."""


class LinkFormSet(BaseInlineFormSet[Any, Lesson, Any]):
    """Ordered links of a lesson, written as one list: no order of saving can clash."""

    target: str

    def clean(self) -> None:
        """The same twice, or the lesson itself, is refused beside the field."""
        super().clean()
        seen: set[int] = set()
        for form in self._kept():
            other = form.cleaned_data[self.target]
            if other.pk in seen:
                form.add_error(self.target, "This is in the list already.")
            elif isinstance(other, Lesson) and other.pk == self.instance.pk:
                form.add_error(self.target, "This is the lesson itself.")
            seen.add(other.pk)

    def _kept(self) -> list[Any]:
        return [
            form
            for form in self.forms
            if getattr(form, "cleaned_data", {}).get(self.target) and not deleted(self, form)
        ]

    def save(self, commit: bool = True) -> list[Any]:
        """Write the list as it is now."""
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        if self.has_changed():
            kept = sorted(self._kept(), key=lambda form: form.cleaned_data["position"])
            self.write([form.cleaned_data[self.target].pk for form in kept])
        return []

    def write(self, keys: list[int]) -> None:
        """Store the links, in this order."""
        raise NotImplementedError


class ToolLinkFormSet(LinkFormSet):
    """The tools that the author named; the carded ones follow by themselves."""

    target = "tool"

    def write(self, keys: list[int]) -> None:
        """By the lesson's own verb."""
        carded = self.instance.tool_links.filter(carded=True).values_list("tool", flat=True)
        self.instance.link_tools(keys, list(carded))


class RelatedFormSet(LinkFormSet):
    """The lessons that the author recommends."""

    target = "to"

    def write(self, keys: list[int]) -> None:
        """All anew: these rows carry nothing but the order."""
        self.instance.related_links.all().delete()
        RelatedLesson.objects.bulk_create(
            RelatedLesson(lesson=self.instance, to_id=key, position=position)
            for position, key in enumerate(keys)
        )


class ToolLinkForm(LinkForm):
    """A tool in a lesson's list."""

    class Meta:
        model = LessonTool
        fields = ["tool", "position"]


class RelatedForm(LinkForm):
    """A lesson in a lesson's list."""

    class Meta:
        model = RelatedLesson
        fields = ["to", "position"]
