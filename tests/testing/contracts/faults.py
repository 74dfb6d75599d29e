"""Running a suite's checks by hand, on components with a fault."""

import inspect
from typing import Any

import pytest

from jointre.config import Factory
from jointre.testing.contracts import Contract


def suite(base: type[Contract], component: type, **attributes: Any) -> Contract:
    """A suite over a class that is not registered."""
    made: Contract = type("Toy", (base,), {"component": Factory(component), **attributes})()
    return made


def checks(contract: Contract) -> list[str]:
    """The names of the suite's checks that need no fixture."""
    return [
        name
        for name, check in inspect.getmembers(contract, inspect.ismethod)
        if name.startswith("test_") and not inspect.signature(check).parameters
    ]


def passes(contract: Contract) -> None:
    """Run every check of a suite."""
    found = checks(contract)
    assert len(found) > 4
    for name in found:
        getattr(contract, name)()


def fails(contract: Contract, check: str, message: str) -> None:
    """The check must fail with the message."""
    with pytest.raises(AssertionError, match=message):
        getattr(contract, check)()
