"""The site as a whole: brings its system checks along."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site."""

    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register the checks."""
        from . import checks  # noqa: F401, PLC0415 - Django's own way to register them
