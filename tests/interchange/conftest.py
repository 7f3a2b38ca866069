"""Images of these tests stay among themselves."""

import pytest


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """A media folder of its own for each test."""
    settings.MEDIA_ROOT = tmp_path / "kept"
    return settings.MEDIA_ROOT
