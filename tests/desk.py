"""How the tests use the author's desk: as a person would, page by page."""

from typing import Any

from django.contrib.auth.models import Permission
from django.forms import MultiWidget
from django.urls import reverse

from lessons.rows import RowsField
from tests.conftest import person, signed_in

ATTACK = "<img src=x onerror=alert(1)>"


def staff(*rights: str):
    """Somebody with these rights and no more."""
    user = person("author@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return signed_in(user)


def sent(page, **changes) -> dict[str, Any]:
    """What a browser would send for the form of an admin page, with these changes."""
    form = page.context["adminform"].form
    data: dict[str, Any] = {}
    for bound in form:
        data |= _field(bound)
    for inline in page.context["inline_admin_formsets"]:
        for part in [inline.formset.management_form, *inline.formset.forms]:
            for bound in part:
                value = bound.value()
                if value is not False:
                    data[bound.html_name] = "" if value is None else str(value)
    return {**data, **changes}


def _field(bound) -> dict[str, Any]:
    """What one field sends: rows, a date with its time, several choices, or one value."""
    name, value, widget = bound.name, bound.value(), bound.field.widget
    if isinstance(bound.field, RowsField):
        return {
            f"{name}-{number}-{key}": str(cell)
            for number, row in enumerate(bound.field.prepare_value(value))
            for key, cell in row.items()
            if cell is not None and cell is not False
        }
    if isinstance(widget, MultiWidget):
        parts = zip("01", widget.decompress(value) or [], strict=True)
        return {f"{name}_{suffix}": str(part or "") for suffix, part in parts}
    if value is None or value is False:
        return {}
    return {name: value if isinstance(value, list) else str(value)}


def edit(client, row, **changes):
    """Change a row on its page and follow to what comes next."""
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    page = client.get(url)
    assert page.status_code == 200
    return client.post(url, sent(page, **changes, _continue="1"), follow=True)


def said(page) -> list[str]:
    """The messages of a page."""
    return [str(message) for message in page.context["messages"]]


def problems_beside(page) -> dict[str, list[str]]:
    """The errors of a refused form by field."""
    assert page.status_code == 200
    return dict(page.context["adminform"].form.errors)


def act(client, url, action, *rows):
    """Choose rows in a list and run an action."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url, data, follow=True)
