"""The room's name for people."""

from django.apps import AppConfig


class TeachingConfig(AppConfig):
    """Classes."""

    name = "teaching"
    verbose_name = "Classes"
