"""Running a suite's checks by hand, on components with a fault."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jointre.config import Factory
from jointre.testing.contracts import Contract


def suite(base: type[Contract], component: type, **attributes: Any) -> Contract:
    """A suite over a class that is not registered."""
    made: Contract = type("Toy", (base,), {"component": Factory(component), **attributes})()
    return made


def passes(contract: Contract, folder: Callable[[], Path] | None = None) -> None:
    """Run every check of a suite.

    Args:
        contract: whose checks need no fixture but ``tmp_path``.
        folder: makes an empty folder; without it, checks that need one are skipped.
    """
    found = [name for name, _ in inspect.getmembers(contract, inspect.ismethod) if "test_" in name]
    run = 0
    for name in found:
        check = getattr(contract, name)
        needs = bool(inspect.signature(check).parameters)
        if folder is not None or not needs:
            check(*([folder()] if folder is not None and needs else []))
            run += 1
    assert run > 4


def fails(contract: Contract, check: str, message: str, *given: object) -> None:
    """The check must fail with the message.

    Args:
        contract: the suite.
        check: name of the method.
        message: pattern that the message has.
        given: fixtures of the check.
    """
    with pytest.raises(AssertionError, match=message):
        getattr(contract, check)(*given)
