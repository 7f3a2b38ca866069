"""The instructor's first page."""

import pytest

from teaching.models import Seat
from tests.conftest import person

pytestmark = pytest.mark.django_db


def test_the_classes_one_teaches(as_grace, as_otto, classroom):
    page = as_grace.get("/teach/").text

    assert "Grace’s class" in page
    assert f"/teach/classes/{classroom.public_id}/" in page
    assert "1 learner" in page
    assert "No class yet" in as_otto.get("/teach/").text


def test_learners_and_strangers_are_refused(as_ada, client, classroom):
    assert as_ada.get("/teach/").status_code == 403
    assert client.get("/teach/").status_code == 302


@pytest.mark.parametrize("size", [2, 40])
def test_queries_stay_the_same(as_grace, classroom, size, django_assert_max_num_queries):
    for n in range(size):
        learner = person(f"learner-{n}@example.org")
        Seat.objects.create(classroom=classroom, user=learner)

    with django_assert_max_num_queries(9):
        as_grace.get("/teach/")
