"""The way into a class: what one sees before joining, joining, and codes that lead nowhere."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from teaching import joining
from teaching.models import Seat
from tests.conftest import PASSWORD, person, signed_in
from tests.desk import ATTACK, said

pytestmark = pytest.mark.django_db
NOWHERE = "This code leads into no class"


@pytest.fixture
def link(classroom):
    """The address of a link into Grace's class."""
    return f"/join/{classroom.join_links.create().code}/"


@pytest.fixture
def invitation(classroom):
    """An invitation to learn there."""
    return classroom.invitations.create(
        email="eve@example.org", expires_at=timezone.now() + timedelta(days=1)
    )


def is_in(classroom, user) -> bool:
    return classroom.seats.current().filter(user=user).exists()


# Looking ------------------------------------------------------------------------------------------


def test_a_visitor_sees_the_class_and_comes_back_after_signing_in(client, classroom, link, eve):
    page = client.get(link)
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    assert "Grace’s class" in page.text
    assert "grace@example.org" not in page.text
    assert "Join the class" not in page.text
    login = f"/accounts/login/?next=%2Fjoin%2F{link.split('/')[2]}%2F"
    assert f'href="{login}"' in page.text

    answer = client.post(login, {"login": eve.email, "password": PASSWORD})
    assert answer["Location"] == link
    assert not is_in(classroom, eve)


def test_a_visitor_who_presses_anyway_signs_in_first(client, classroom, link):
    assert client.post(link)["Location"] == f"/accounts/login/?next={link}"
    assert classroom.seats.count() == 2


def test_a_person_reads_what_instructors_will_see_and_joins(as_eve, classroom, link, eve):
    page = as_eve.get(link).text
    for text in ("Grace", "What your instructors will see", "every answer", "eve@example.org"):
        assert text in page
    assert not is_in(classroom, eve)

    answer = as_eve.post(link)

    assert answer["Location"] == f"/me/classes/{classroom.public_id}/"
    seat = classroom.seats.get(user=eve)
    assert (seat.role, seat.left_at) == ("learner", None)
    assert "You are in this class" in as_eve.get(link).text
    assert as_eve.post(link).status_code == 200
    assert classroom.seats.count() == 3


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_joins_nobody(as_eve, classroom, link, invitation, eve, method):
    for address in (link, f"/join/{invitation.code}/"):
        assert getattr(as_eve, method)(address).status_code == 200
    assert as_eve.put(link).status_code == 405
    assert not is_in(classroom, eve)


def test_a_form_of_another_site_joins_nobody(classroom, link, eve):
    """TRIALS 39."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(eve)
    assert browser.post(link).status_code == 403
    assert browser.post("/join/", {"code": link.split("/")[2]}).status_code == 403
    assert not is_in(classroom, eve)


def test_an_instructor_is_told_that_they_teach_it(as_grace, classroom, link, grace):
    assert "You teach this class" in as_grace.get(link).text
    as_grace.post(link)
    assert classroom.seats.get(user=grace).role == "instructor"


def test_a_hostile_name_is_inert(client, as_eve, classroom, link, grace):
    classroom.name = grace.name = ATTACK
    classroom.save()
    grace.save()
    for browser in (client, as_eve):
        assert ATTACK not in browser.get(link).text


@pytest.mark.parametrize("size", [1, 20])
def test_the_page_takes_the_same_queries_at_any_size(
    as_eve, classroom, link, size, django_assert_num_queries
):
    for n in range(size):
        classroom.seats.create(user=person(f"p{n}@example.org"))
        classroom.seats.create(user=person(f"i{n}@example.org"), role="instructor")
    with django_assert_num_queries(6):
        as_eve.get(link)


# Invitations --------------------------------------------------------------------------------------


def test_an_invitation_is_taken_up_once(as_eve, as_otto, classroom, invitation, eve):
    address = f"/join/{invitation.code}/"
    as_eve.post(address)
    assert is_in(classroom, eve)
    assert as_otto.get(address).status_code == 404
    assert "You are in this class" in as_eve.get(address).text


def test_an_instructors_seat_needs_the_permission(as_eve, classroom, invitation, eve):
    invitation.role = Seat.Role.INSTRUCTOR
    invitation.save()
    address = f"/join/{invitation.code}/"
    page = as_eve.get(address).text
    assert "An admin has to make you an instructor first" in page
    assert "Teach the class</button>" not in page
    answer = as_eve.post(address, follow=True)
    assert "An admin has to make you an instructor first." in said(answer)
    assert not is_in(classroom, eve)

    eve.user_permissions.add(Permission.objects.get(codename="open_classroom"))
    assert "Teach the class</button>" in as_eve.get(address).text
    assert as_eve.post(address)["Location"] == classroom.get_absolute_url()
    assert classroom.seats.get(user=eve).role == "instructor"


def test_a_learner_may_be_asked_to_teach(as_ada, ada, grace, classroom, invitation):
    ada.groups.add(grace.groups.get())
    invitation.role = Seat.Role.INSTRUCTOR
    invitation.save()
    assert "You learn in it now" in as_ada.get(f"/join/{invitation.code}/").text
    as_ada.post(f"/join/{invitation.code}/")
    assert classroom.seats.get(user=ada).role == "instructor"


# Typing a code ------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.5}-{1}", "{0:.5} {1}", "lower", "–{}–"])
def test_a_code_is_typed_as_people_type(client, classroom, typed):
    link = classroom.join_links.create()
    code = link.code.lower() if typed == "lower" else typed.format(link.code, link.code[5:])
    answer = client.post("/join/", {"code": code})
    assert answer["Location"] == f"/join/{link.code}/"
    assert client.get(f"/join/{link.code.lower()}/").status_code == 200


def test_the_form_says_what_it_wants(client):
    assert "Type the code" in client.get("/join/").text
    assert "Error:" in client.post("/join/", {"code": ""}).text


# Nowhere ------------------------------------------------------------------------------------------


def ended(classroom) -> list[str]:
    """Codes that led in once, and one that never did."""
    now = timezone.now()
    gone, later = now - timedelta(days=1), now + timedelta(days=1)
    return [
        "ABCDEFGHJK",
        classroom.join_links.create(expires_at=gone).code,
        classroom.join_links.create(revoked_at=gone).code,
        classroom.invitations.create(email="a@example.org", expires_at=gone).code,
        classroom.invitations.create(email="b@example.org", expires_at=later, revoked_at=gone).code,
        classroom.invitations.create(
            email="c@example.org", expires_at=later, accepted_at=gone
        ).code,
    ]


def test_all_codes_that_lead_nowhere_get_one_answer(as_eve, client, classroom, eve):
    for browser in (client, as_eve):
        answers = set()
        for code in ended(classroom):
            page = browser.get(f"/join/{code}/")
            assert page.status_code == 404
            assert NOWHERE in page.text
            assert classroom.name not in page.text
            body = page.text.split("<main")[1].split("</main>")[0].replace(code, "CODE")
            answers.add(body.split("csrfmiddlewaretoken")[0])
        assert len(answers) == 1
        classroom.invitations.all().delete()
    for code in ended(classroom):
        assert as_eve.post(f"/join/{code}/").status_code in {404, 429}
    assert not is_in(classroom, eve)


def test_an_archived_class_lets_nobody_in(as_eve, classroom, link, invitation):
    joining.archive(classroom, timezone.now())
    for address in (link, f"/join/{invitation.code}/"):
        assert as_eve.get(address).status_code == 404
        assert as_eve.post(address).status_code == 404


def test_a_wrong_code_is_kept_to_be_put_right(client):
    page = client.post("/join/", {"code": ATTACK})
    assert page.status_code == 404
    assert ATTACK not in page.text
    assert "&lt;img src=x" in page.text


@pytest.mark.parametrize("code", ["//evil.example", "https://evil.example", "\\evil", "x" * 61])
def test_no_code_leads_off_the_site(client, code):
    answer = client.post("/join/", {"code": code, "next": "https://evil.example"})
    assert "Location" not in answer


def test_a_person_who_guesses_is_stopped_and_nobody_else(as_eve, as_otto, client, link):
    for n in range(10):
        assert as_eve.get(f"/join/ABCDEFGHJ{n}/").status_code == 404
    for answer in (
        as_eve.get("/join/ABCDEFGHJK/"),
        as_eve.get(link),
        as_eve.post("/join/", {"code": "ABCDEFGHJK"}),
    ):
        assert answer.status_code == 429
    assert as_otto.get(link).status_code == 200
    assert client.get(link).status_code == 200


def test_visitors_who_guess_are_stopped_and_a_class_of_people_is_not(client, as_eve, link):
    for _ in range(60):
        client.post("/join/", {"code": "ABCDEFGHJK"})
    assert client.get(link).status_code == 429
    assert client.post("/join/", {"code": "ABCDEFGHJK"}).status_code == 429
    assert as_eve.get(link).status_code == 200


def test_codes_that_are_right_do_not_count(as_eve, link):
    assert {as_eve.get(link).status_code for _ in range(30)} == {200}


def test_who_was_removed_comes_back_by_a_link(as_eve, eve, classroom, link):
    as_eve.post(link)
    joining.leave(classroom.seats.get(user=eve), timezone.now())
    assert "Join the class" in as_eve.get(link).text
    as_eve.post(link)
    assert is_in(classroom, eve)
    assert signed_in(eve).get(f"/me/classes/{classroom.public_id}/").status_code == 200
