"""The desk's page of images and sounds, once questions show them too."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from lessons.admin import things
from lessons.models import Asset

from .models import Question
from .settling import settle_questions

admin.site.unregister(Asset)


@admin.register(Asset)
class AssetAdmin(things.AssetAdmin):
    """The images and sounds of courses: which there are, and how a text shows one."""

    def protection(self, row: Any) -> str:
        """What a lesson or a question shows or plays stays."""
        if text := super().protection(row):
            return text
        address = row.digest[:32]
        questions = Question.objects.filter(quiz__lesson__module__course=row.course_id)
        questions = questions.annotate(parts=Cast("current__content_html", TextField()))
        named = (
            Q(current__prompt_html__contains=address)
            | Q(current__explanation_html__contains=address)
            | Q(parts__contains=address)
        )
        if questions.filter(named).exists():
            return "Questions show this. Take it out of their texts first."
        return ""

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        """Save, and write the new address into the questions that show it."""
        super().save_model(request, obj, form, change)
        if settled := settle_questions(obj.course):
            text = f"Questions that show it, rendered anew: {settled}. Earlier results stay."
            self.message_user(request, text)
