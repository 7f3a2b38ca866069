"""How slugs stand in addresses: letters of every script, digits, hyphens."""

from django.urls import register_converter


class SlugConverter:
    """Django's own takes ASCII only; a Chinese or Arabic title keeps its letters here."""

    regex = r"[\w-]+"

    def to_python(self, value: str) -> str:
        """The slug as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The slug as it is; Django quotes it."""
        return value


register_converter(SlugConverter, "uslug")
