"""A model field for exact scores."""

from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class FractionField(models.CharField[Any, Any]):
    """An exact fraction, kept as text such as `2/3`; no rounding ever decides a pass."""

    _pyi_private_set_type: Any  # for the type checker: a Fraction, or text that is one
    _pyi_private_lookup_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> Fraction | None:
        """What the database holds, as a Fraction."""
        return None if value is None else Fraction(value)

    def to_python(self, value: Any) -> Fraction | None:
        """A Fraction from text, a number or a Fraction."""
        if value is None or isinstance(value, Fraction):
            return value
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError, TypeError) as error:
            raise ValidationError("Write a fraction such as 2/3.") from error

    def get_prep_value(self, value: Any) -> str | None:
        """The text that the database keeps."""
        fraction = self.to_python(value)
        return None if fraction is None else str(fraction)
