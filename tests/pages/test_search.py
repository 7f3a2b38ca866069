"""Search: what everybody may read, found by its words."""

import pytest

from pages.search import snippet
from tests.factories import make_lesson, make_playbook, make_tool

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site():
    """A lesson, a tool and a playbook."""
    make_lesson(title="Open weights", body="They run on your own machine. 中文测试。")
    make_tool(name="Llama runner", vendor="Somebody")
    make_playbook(title="First local model", body="Begin here.\n\n<!-- more -->\n\nSecret steps.")


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("weights", "Open weights"),
        ("WEIGHTS open", "Open weights"),
        ("machine", "Open weights"),
        ("中文", "Open weights"),
        ("llama", "Llama runner"),
        ("somebody", "Llama runner"),
        ("local model", "First local model"),
    ],
)
def test_it_is_found(client, query, title):
    assert title in client.get("/search/", {"q": query}).text


@pytest.mark.parametrize("query", ["secret", "steps", "zebra", "%", "_", '"', "' OR 1=1", "\x00"])
def test_it_is_not_found(client, query):
    page = client.get("/search/", {"q": query})

    assert page.status_code == 200
    assert "Secret" not in page.text


def test_an_empty_query_finds_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "results" not in client.get("/search/").text


def test_a_long_query_is_cut(client):
    assert client.get("/search/", {"q": "a " * 50_000}).status_code == 200


def test_what_is_shown_is_escaped(client):
    make_lesson(title="<script>alert(1)</script>", body="`<b onclick=x>` needle")

    page = client.get("/search/", {"q": "needle"}).text

    assert "<script>alert" not in page
    assert "<b onclick" not in page


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("one two three", ["two"], "one <mark>two</mark> three"),
        ("a <b> c", ["b"], "a &lt;<mark>b</mark>&gt; c"),
        ("Straße und Weg", ["weg"], "Straße und Weg"),
        ("nothing", ["else"], "nothing"),
    ],
)
def test_a_snippet_marks_what_was_looked_for(text, terms, expected):
    assert snippet(text, terms) == expected


def test_queries_stay_the_same(client, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/search/?q=weights")
