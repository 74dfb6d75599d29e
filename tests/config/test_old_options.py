"""Options in an old form are read and reported with the new line."""

import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from jointre.config import Factory, Registrable, check, construct, old_options, resolve


class Ruler(Registrable, interface="test_old_options_ruler"):
    """An interface."""


@Ruler.register("straight")
class Straight(Ruler):
    """A component that has taken over an option.

    Source: jointre

    Args:
        length: Length of the ruler.
        unit: Unit of the length.
    """

    def __init__(self, length: int = 3, unit: str = "cm") -> None:
        self.length, self.unit = length, unit


@Ruler.register("bent")
class Bent(Ruler):
    """A component without the option.

    Source: jointre
    """


class Desk:
    """The class that had the option."""

    old_options: ClassVar[dict[str, str]] = {"ruler_length": "ruler.length"}

    def __init__(self, ruler: Factory[Ruler] = Factory(Straight)) -> None:
        self.ruler = ruler()


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    old_options._reported.clear()
    yield
    old_options._reported.clear()


@pytest.mark.parametrize(
    ("given", "length", "unit", "line"),
    [
        (
            {"ruler_length": 8},
            8,
            "cm",
            "ruler_length is the old form of ruler.length: write ruler: "
            "{ type: 'straight', length: 8 }",
        ),
        (
            {"ruler": {"type": "straight", "length": 4, "unit": "in"}, "ruler_length": 8},
            8,
            "in",
            "ruler_length is the old form of ruler.length: write ruler: "
            "{ type: 'straight', length: 8, unit: 'in' }",
        ),
        (
            {"ruler": "straight", "ruler_length": 2},
            2,
            "cm",
            "ruler_length is the old form of ruler.length: write ruler: "
            "{ type: 'straight', length: 2 }",
        ),
    ],
)
def test_the_old_form_is_read_and_reported_once(
    given: Any, length: int, unit: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "jointre"):
        desk = construct(Desk, given)
        construct(Desk, given)
    assert (desk.ruler.length, desk.ruler.unit) == (length, unit)
    assert [record.getMessage() for record in caplog.records] == [line]
    assert resolve(Desk, given)["ruler"]["length"] == length


def test_nothing_is_reported_of_a_stored_config(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "jointre"):
        construct(Desk, {"ruler_length": 8}, warn=False)
    assert not caplog.records


def test_mistakes_are_reported_at_the_new_place() -> None:
    (problem,) = check(Desk, {"ruler_length": "long"})
    assert problem.path == "ruler.length"
    (problem,) = check(Desk, {"ruler": {"type": "bent"}, "ruler_length": 8})
    assert problem.path == "ruler.length"
    assert "bent takes no 'length'" in problem.message
