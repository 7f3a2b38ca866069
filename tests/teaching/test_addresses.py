"""Lists of people, as text and as CSV: what is understood, and what is said of the rest."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaching.addresses import Invitee, from_csv, from_text

ADA, EVE = Invitee("ada@example.org", "Ada"), Invitee("eve@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "Ada <ada@example.org>\neve@example.org",
        "Ada <ada@example.org>, eve@example.org",
        '"Ada" <ada@example.org>; eve@example.org;',
        "\r\n  Ada   <Ada@Example.org>\r\n\r\n\tEVE@example.org \r\n",
        "Ada <ada@example.org>\n<eve@example.org>",
    ],
)
def test_addresses_are_read_from_text(text):
    found = from_text(text)
    assert (found.people, found.problems) == ([ADA, EVE], [])


def test_several_addresses_may_stand_with_spaces_between():
    assert [p.email for p in from_text("a@example.org b@example.org").people] == [
        "a@example.org",
        "b@example.org",
    ]


def test_a_quoted_name_may_have_a_comma():
    assert from_text('"Lovelace, Ada" <ada@example.org>').people == [
        Invitee("ada@example.org", "Lovelace, Ada")
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ada@example.org\nnobody", "Line 2, email: “nobody” is not an e-mail address."),
        ("Ada <>", "Line 1, email: there is no address."),
        ("Ada ada@example.org", "Line 1, email: “Ada ada@example.org” is not an e-mail address."),
        ("a@b@c.org", "Line 1, email: “a@b@c.org” is not an e-mail address."),
        (f"{'x' * 300}@example.org", "Line 1, email: the address is too long."),
        (f"{'n' * 121} <ada@example.org>", "Line 1, name: it is longer than 120 characters."),
        ("A\x1bda <ada@example.org>", "Line 1, name: there are control characters in it."),
        ("ada@example.org\x00", "is not an e-mail address."),
    ],
)
def test_what_is_wrong_in_a_text_is_said_with_line_and_field(text, problem):
    [said] = from_text(text).problems
    assert problem in said


# CSV ----------------------------------------------------------------------------------------------

TABLES = {
    "with headings": "email,name\nada@example.org,Ada\neve@example.org,\n",
    "without": "ada@example.org,Ada\neve@example.org\n",
    "semicolons": "email;name\nada@example.org;Ada\neve@example.org;\n",
    "tabs": "email\tname\nada@example.org\tAda\neve@example.org\t\n",
    "another order, other columns": "Name,Group,E-Mail Address\n"
    "Ada,1,ada@example.org\n,2,eve@example.org\n",
    "quotes and blank lines": '"Email","Name"\r\n\r\n"ada@example.org","Ada"\r\n'
    '"eve@example.org",""\r\n,\r\n',
    "old line ends": "email,name\rada@example.org,Ada\reve@example.org,\r",
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_table_is_read_as_programs_write_it(name, encoding):
    found = from_csv(TABLES[name].encode(encoding))
    assert (found.people, found.problems) == ([ADA, EVE], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "latin-1"])
def test_names_keep_their_letters(encoding):
    found = from_csv("email;name\nzoe@example.org;Zoë Müller-Åström\n".encode(encoding))
    assert found.people == [Invitee("zoe@example.org", "Zoë Müller-Åström")]


@pytest.mark.parametrize("name", ["=1+1", "+49 30", "-5", "@ada", '=HYPERLINK("x")'])
def test_what_an_export_kept_from_calculating_comes_back(name):
    file = io.StringIO()
    csv.writer(file).writerows([["email", "name"], ["ada@example.org", f"'{name}"]])
    assert from_csv(file.getvalue().encode()).people == [Invitee("ada@example.org", name)]


def test_an_address_may_begin_like_a_formula():
    assert from_csv(b"email\n'+ada@example.org\n").people[0].email == "+ada@example.org"


def test_an_apostrophe_of_a_name_stays():
    assert from_csv(b"email,name\nada@example.org,'t Hooft\n").people[0].name == "'t Hooft"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"email,name\nada@example.org,Ada\nnobody,Eve\n", "Line 3, email: “nobody” is not"),
        (b"email,name\n,Eve\n", "Line 2, email: there is no address."),
        (b"name,group\nAda,1\n", "Line 1: no column is named “email”."),
        (b"ada@example.org,Ada,7\n", "Line 1: more than an address and a name."),
        (b'email,name\nada@example.org,"Ada\n', "Line 2: this can't be read as CSV"),
        (b'"a\nb",x\n"c\nd@example.org",Ada\n', "Line 1, email:"),
        (b"email,name\nada@example.org," + b"n" * 121, "Line 2, name: it is longer"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x01" * 80, ""),
        (b"PK\x03\x04" + b"\x00" * 90, ""),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_line_and_field(data, problem):
    found = from_csv(data)
    assert problem in found.problems[0]
    assert found.people == [] or found.people[0].email == "ada@example.org"


def test_a_row_over_two_lines_is_named_by_its_first():
    found = from_csv(b'email,name\nada@example.org,"A\nda"\nnobody,x\n')
    assert found.people == [Invitee("ada@example.org", "A da")]
    assert found.problems[0].startswith("Line 4, email")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"email,name\n", b"\xef\xbb\xbf"])
def test_an_empty_table_names_nobody(data):
    found = from_csv(data)
    assert (found.people, found.problems) == ([], [])


def test_each_address_counts_once_and_a_thousand_are_enough():
    twice = from_text("ada@example.org, ADA@example.org")
    assert len(twice.settle().people) == 1
    many = "".join(f"p{n}@example.org\n" for n in range(1001))
    assert from_text(many).settle().problems == ["These are 1,001 people; 1,000 at a time go."]
    assert from_text(many.removesuffix("p1000@example.org\n")).settle().problems == []


@settings(max_examples=100)
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_bytes_break_it(data):
    found = from_csv(data)
    assert all("@" in person.email and "\n" not in person.email for person in found.people)
    assert all("\n" not in person.name and "\r" not in person.name for person in found.people)


@settings(max_examples=100)
@given(st.text(alphabet='ab@.<>",;\n é', max_size=60))
def test_no_text_breaks_it(text):
    assert all(person.email.count("@") == 1 for person in from_text(text).people)


def test_a_long_line_takes_no_time_and_little_memory():
    tracemalloc.start()
    from_text('"' * 50_000 + "<" * 50_000)
    from_text("a" + " " * 99_000 + "b<")
    from_csv(b'"' + b"a," * 500_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000
