"""Text in a spreadsheet is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaching.spreadsheet import guarded, plain


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1",
        "\nx",
        "  =1",
        "\N{NO-BREAK SPACE}=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "'=1",
        "''=1",
        '=HYPERLINK("https://evil.example")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_a_program_would_take_for_a_formula_is_guarded(text):
    assert guarded(text) == f"'{text}"
    assert plain(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Ada", "'tis", "O'Hara", "a=b", "1-2", "李小龍", "''", "'"])
def test_other_text_is_left_alone(text):
    assert guarded(text) == text
    assert plain(text) == text


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\n ＝a1"), st.characters())))
def test_there_and_back(text):
    assert plain(guarded(text)) == text
    assert guarded(text).lstrip()[:1] not in set("=+-@＝＋－＠")
