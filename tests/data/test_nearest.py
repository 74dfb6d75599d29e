import pytest

from jointre.data.nearest import did_you_mean


@pytest.mark.parametrize(
    ("value", "ending"),
    [
        ("Metod", "; did you mean 'Method'?"),
        ("METHOD", "; did you mean 'Method'?"),
        ("Location", ""),
    ],
)
def test_names_a_close_choice_or_none(value: str, ending: str) -> None:
    assert did_you_mean(value, ["Task", "Method"]) == ending
