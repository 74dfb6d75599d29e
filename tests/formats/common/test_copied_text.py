"""What counts as the same text, and what as a small difference of a tool."""

import pytest

from jointre.formats.common.copied_text import same_text, similar_text


@pytest.mark.parametrize(
    ("stands", "copied"), [("a b", "a b"), ("a\nb", "a b"), ("a\n b", "a\\nb"), ("a  b", "ab")]
)
def test_white_space_is_not_compared(stands: str, copied: str) -> None:
    assert same_text(stands, copied)
    assert similar_text(stands, copied)


@pytest.mark.parametrize(
    ("stands", "copied"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("\ufb01n\u00b2", "fin2"),
        ("\u201cA\u2019s\u201d", '"A\'s"'),
        ("5\u201310 \u2212 3", "5-10 - 3"),
        ("A & B <c>", "A &amp; B &lt;c&gt;"),
        ("A &amp; B", "A & B"),
        ("IL\u00ad-2\u200b", "il-2"),
        ("Stra\u00dfe", "STRASSE"),
    ],
)
def test_small_differences(stands: str, copied: str) -> None:
    assert not same_text(stands, copied)
    assert similar_text(stands, copied)


@pytest.mark.parametrize(
    ("stands", "copied"), [("Ada", "Bob"), ("Ada", "Ad"), ("Ada", ""), ("\u200b", ""), ("2", "3")]
)
def test_other_texts(stands: str, copied: str) -> None:
    assert not similar_text(stands, copied)
