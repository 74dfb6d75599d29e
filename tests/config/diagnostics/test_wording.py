from typing import Annotated, Any, Literal

import pytest
from annotated_types import Interval, Len

from jointre.config import check
from jointre.config.diagnostics.wording import shorten


@pytest.mark.parametrize(
    ("hint", "value", "accepted"),
    [
        (Annotated[int, Interval(gt=0, le=5)], 6, "an integer, above 0, at most 5"),
        (Annotated[list[int], Len(2, 3)], [1], "a list, each item: an integer, of length 2 or more,"
         " of length 3 or less"),
        (Annotated[str, Len(1)], "", "a string that is not empty"),
        (bool, 1, "true or false"),
        (Literal["a", 1, None], "b", '"a", 1 or null'),
        (dict, [], "an object"),
        (list, {}, "a list"),
        (int | str | None, 1.5, "an integer, a string or null"),
    ],
)  # fmt: skip
def test_what_is_accepted_in_words(hint: Any, value: Any, accepted: str) -> None:
    (problem,) = check(hint, value)
    assert problem.message.partition(" is not accepted: ")[2].partition("; did")[0] == accepted


def test_long_values_are_cut() -> None:
    assert shorten({"a": "é"}) == '{"a": "é"}'
    assert len(shorten("x" * 100)) == 60
    assert shorten("x" * 100).endswith("x…")
    assert shorten({1, 2}) == "{1, 2}"
