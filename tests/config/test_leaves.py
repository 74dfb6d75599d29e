from pathlib import Path
from typing import Annotated, Any

import pytest
from annotated_types import Ge
from pydantic import Field

from jointre.config.leaves import parse, plain
from tests.config.toys import Device


@pytest.mark.parametrize(
    ("hint", "value", "fits"),
    [
        (int, 4, True),
        (int, "4", False),
        (int, True, False),
        (float, 4, True),
        (float, False, False),
        (bool, 1, False),
        (str, 4, False),
        (Annotated[int, Ge(1)], 0, False),
        (Annotated[int, Field(ge=1)], 0, False),
        (Annotated[int, Field(ge=1)], 1, True),
        (Annotated[int, Ge(1), ["not hashable"]], 1, True),
        (Path, "a/b", True),
        (Device, "cpu", True),
        (Device, "tpu", False),
        (str, object(), False),
    ],
)
def test_strict_json(hint: Any, value: Any, fits: bool) -> None:
    assert parse(hint, value)[0] is fits


def test_values_from_python_in_the_terms_of_json() -> None:
    values = [Path("a/b"), Device.CPU, (1, 2), 4.0, 1.5]
    assert [plain(value) for value in values] == ["a/b", "cpu", [1, 2], 4, 1.5]
    assert type(plain(4.0)) is int
