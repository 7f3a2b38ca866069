"""A class for the tests: Grace teaches, Ada learns, Eve is in none of it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from teaching.models import Classroom, Seat
from tests.conftest import person, signed_in
from tests.factories import make_lesson, make_quiz


@pytest.fixture
def classroom(grace, ada) -> Classroom:
    """Grace's class, with Ada, in one course of three lessons; the third has a quiz."""
    first = make_lesson(title="First lesson")
    make_lesson(first.module, title="Second lesson")
    make_quiz(make_lesson(first.module, title="Third lesson"))
    room = Classroom.objects.create(name="Grace’s class")
    room.courses.add(first.module.course)
    room.seats.create(user=grace, role=Seat.Role.INSTRUCTOR)
    room.seats.create(user=ada)
    return room


@pytest.fixture
def otto(db) -> User:
    """Otto teaches, too, but a class of his own."""
    user = person("otto@example.org", name="Otto")
    user.user_permissions.add(Permission.objects.get(codename="open_classroom"))
    return user


@pytest.fixture
def as_otto(otto) -> Client:
    """Otto's browser."""
    return signed_in(otto)
