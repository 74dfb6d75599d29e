from dataclasses import dataclass

import pytest
from torch import nn

from jointre.config.options import argument_docs, arguments, options_of, title_of
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


def test_docs_of_arguments_come_from_all_bases() -> None:
    class Base:
        """Base.

        Args:
            one: the first,
                over two lines.
            two (int): the second.

        Raises:
            ValueError: never.
        """

    class Child(Base):
        """Child.

        Args:
            two: said better: with a colon.
        """

    assert argument_docs(Child) == {
        "one": "the first, over two lines.",
        "two": "said better: with a colon.",
    }
