"""Playbooks: all of it for whoever has it, and no word of the rest for anybody else."""

import pytest

from tests.conftest import person, signed_in
from tests.factories import make_lesson, make_playbook

pytestmark = pytest.mark.django_db

CANARY = "a very private canary"


@pytest.fixture
def playbook():
    """A paid playbook with a canary after its opening."""
    lesson = make_lesson(slug="goes-with")
    playbook = make_playbook(
        lesson.module.course,
        slug="steps",
        title="Step by step",
        body=f"The opening.\n\n<!-- more -->\n\n## Then\n\n{CANARY}\n",
    )
    playbook.lessons.add(lesson)
    return playbook


def test_plus_reads_all_of_it(playbook):
    plus = signed_in(person("plus@example.org", "plus"))

    page = plus.get("/playbooks/steps/").text

    assert CANARY in page
    assert "comes with Plus" not in page


def test_a_free_playbook_is_open(client, playbook):
    playbook.access = "free"
    playbook.save()

    assert CANARY in client.get("/playbooks/steps/").text


def test_others_read_the_opening_and_see_what_has_the_rest(client, as_ada, playbook):
    for reader in (client, as_ada):
        page = reader.get("/playbooks/steps/").text
        assert "The opening." in page
        assert "comes with Plus" in page
        assert CANARY not in page


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/playbooks/",
        "/playbooks/steps/",
        "/playbooks/steps/?format=json",
        "/playbooks/Steps/",
        "//playbooks/steps/",
        "/playbooks/steps",
        "/playbooks/steps;x/",
        "/search/?q=canary",
        "/search/?q=private+canary",
        "/search/?q=opening",
        "/feed.xml",
        "/sitemap.xml",
        "/lessons/goes-with/",
        "/me/data/export.json",
    ],
)
def test_no_free_reader_meets_the_canary(client, as_ada, playbook, address):
    """Trials 5 and 11: every spelling and every listing gives the same."""
    for reader in (client, as_ada):
        for headers in ({}, {"HX-Request": "true"}, {"X-HTTP-Method-Override": "GET"}):
            answer = reader.get(address, headers=headers, follow=True)
            assert CANARY.encode() not in answer.content


def test_other_verbs_are_refused(client, playbook):
    assert client.options("/playbooks/steps/").status_code == 405
    assert client.put("/playbooks/steps/").status_code == 405
    assert CANARY.encode() not in client.head("/playbooks/steps/").content


def test_a_lapsed_membership_reads_the_opening(playbook):
    lapsed = person("lapsed@example.org", "plus")
    browser = signed_in(lapsed)
    membership = lapsed.memberships.get()
    membership.end(membership.starts_at)

    assert CANARY not in browser.get("/playbooks/steps/").text
