"""What every test may ask for."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client

from accounts.models import Membership, User
from accounts.tiers import Tier
from pages.caching import pages

PASSWORD = "a-long-enough-secret"
DATABASE = {"db", "transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what depends on the database: `-m database` is what a second database is tried with.

    A test depends on it that uses it, by its mark or by any of its fixtures.
    """
    for item in items:
        if DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords():
    """A slow hash protects real people; here it would be most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _no_search_for_files():
    """Each client would first look through all static files; the live server serves its own."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(autouse=True)
def public_pages():
    """Rate limits and kept pages of one test don't reach the next."""
    cache.clear()
    pages.forget()
    return pages


def person(email: str, tier: Tier = Tier.FREE, **fields) -> User:
    """A person with `PASSWORD`, of this tier."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    if tier != Tier.FREE:
        Membership.objects.create(user=user, tier=tier)
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user


@pytest.fixture
def ada(db) -> User:
    """Ada learns."""
    return person("ada@example.org", name="Ada")


@pytest.fixture
def grace(db) -> User:
    """Grace teaches."""
    user = person("grace@example.org", name="Grace")
    instructors = Group.objects.get_or_create(name="Instructors")[0]
    instructors.permissions.add(Permission.objects.get(codename="open_classroom"))
    user.groups.add(instructors)
    return user


@pytest.fixture
def eve(db) -> User:
    """Eve must see nothing."""
    return person("eve@example.org", name="Eve")


@pytest.fixture
def admin(db) -> User:
    """Somebody who may do everything in the admin."""
    user = User.objects.create_superuser("root@example.org", PASSWORD)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_ada(ada) -> Client:
    """Ada's browser."""
    return signed_in(ada)


@pytest.fixture
def as_eve(eve) -> Client:
    """Eve's browser."""
    return signed_in(eve)


@pytest.fixture
def as_grace(grace) -> Client:
    """Grace's browser."""
    return signed_in(grace)


@pytest.fixture
def as_admin(admin) -> Client:
    """The admin's browser."""
    return signed_in(admin)
