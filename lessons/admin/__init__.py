"""The desk for courses and what they are made of."""

from . import courses, lessons, reports, things  # noqa: F401 - each registers its pages
