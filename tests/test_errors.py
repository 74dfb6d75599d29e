"""One base for everything a user can put right, and the tree that the module draws."""

import inspect
import re

import pytest

from jointre import errors
from jointre.errors import JointreError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Exception) and kind is not JointreError
]


@pytest.mark.parametrize("kind", KINDS)
def test_one_except_clause_catches_all(kind: type[Exception]) -> None:
    with pytest.raises(JointreError, match=r"^heads=5 does not divide 32$"):
        raise kind("heads=5 does not divide 32")


def test_the_tree_names_every_kind() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS)


def test_a_mistake_in_code_is_none_of_them() -> None:
    assert not any(issubclass(kind, ValueError | TypeError | OSError) for kind in KINDS)


def test_values_are_abbreviated() -> None:
    assert errors.abbreviated(["Ada", 1]) == "['Ada', 1]"
    assert errors.abbreviated("a" * 2000) == "'" + "a" * 56 + "..."
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]
    assert errors.abbreviated(nested) == "a deeply nested list"
