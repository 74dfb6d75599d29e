"""Keys of names."""

import pytest

from jointre.data.name_keys import name_key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Renal Failure", "renal failures"),
        ("beta-blocker", "beta - blockers"),
        ("allergies", "allergy"),
        ("ACE inhibitors", "ace inhibitor"),
    ],
)
def test_spellings_of_one_name_have_one_key(first: str, second: str) -> None:
    assert name_key(first.split()) == name_key(second.split())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("loss", "los"),  # ss is no plural
        ("gas", "ga"),  # nor is the end of a short word
        ("kidneys failure", "kidney failure"),  # only the last word is made singular
        ("renal failure", "failure renal"),
    ],
)
def test_different_names_have_different_keys(first: str, second: str) -> None:
    assert name_key(first.split()) != name_key(second.split())


def test_a_name_of_hyphens_is_its_own_key() -> None:
    assert name_key(["-", "--"]) == "- --"
