from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Len
from torch import nn

from jointre.config import Factory
from jointre.config.registrable import title_of
from jointre.config.schema import (
    arguments,
    choices_of,
    factory_target,
    interfaces_of,
    is_factory,
    is_interface,
    is_list,
    is_mapping,
    is_plain_class,
    item_hints,
    lengths,
    members,
    options_of,
    peel,
)
from tests.config.toys import CrossTaskAttention, Interaction


def test_options_are_arguments_that_the_owner_does_not_give() -> None:
    assert list(arguments(CrossTaskAttention))[:2] == ["input_dim", "heads"]
    assert list(options_of(CrossTaskAttention)) == ["heads", "agent", "dropout", "directions"]
    assert not options_of(CrossTaskAttention)["heads"].required


def test_a_module_without_a_constructor_has_no_options() -> None:
    class Part(nn.Module):
        pass

    assert options_of(Part) == {}


def test_a_constructor_may_be_inherited() -> None:
    class Special(nn.Linear):
        pass

    assert "in_features" in arguments(Special)


def test_dataclasses() -> None:
    @dataclass
    class Point:
        x: int
        y: int = 0

    assert [option.required for option in options_of(Point).values()] == [True, False]
    assert title_of(Point) == "Point"


def test_no_option_is_called_type() -> None:
    class Typed(Interaction):
        def __init__(self, type: str) -> None:
            pass

    with pytest.raises(TypeError, match="Typed: no option can be called 'type', the name's key"):
        options_of(Typed)


def test_hints_are_taken_apart() -> None:
    assert peel(Annotated[int, Ge(1)]) == (int, (Ge(1),))
    assert members(int | str | None) == [int, str, type(None)]
    assert factory_target(Factory[Interaction]) is Interaction
    assert interfaces_of(Factory[Interaction] | Literal["auto"]) == [Interaction]
    assert item_hints(tuple[int, str], 2) == [int, str]
    assert item_hints(tuple[int, str], 3) is None
    assert item_hints(list[int], 2) == [int, int]
    assert lengths((Len(2, 3),)) == (2, 3)
    assert choices_of(Literal["a", 1]) == ["a", 1]


def test_kinds_of_hints() -> None:
    assert is_factory(Factory[Interaction])
    assert is_interface(Interaction)
    assert not is_interface(CrossTaskAttention)
    assert is_plain_class(CrossTaskAttention)
    assert not is_plain_class(str)
    assert is_list(tuple[int, ...])
    assert is_mapping(dict[str, int])
