"""/healthz and /readyz: what a supervisor and a load balancer ask."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder


def raising(*args, **kwargs):
    raise OperationalError("gone")


@pytest.fixture
def broken():
    """A database that does not answer; it does again before the test's own is put away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", raising)
        yield


def test_healthz_needs_no_database(client, broken):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_readyz_with_every_migration(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True})
    assert "no-store" in response["Cache-Control"]


def test_readyz_without_a_database(client, db, broken):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "why": "the database does not answer"}


def test_readyz_recovers_without_a_restart(client, db):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", raising)
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


def test_readyz_with_a_migration_waiting(client, db):
    MigrationRecorder(connection).record_unapplied("teaching", "0004_course_leads")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "manage.py migrate" in response.json()["why"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_check_over_plain_http_is_not_sent_on(client, db, settings, path):
    """A supervisor asks the process itself, without TLS."""
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/").status_code == 301


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_only_read(client, db, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
