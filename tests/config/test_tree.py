import pytest

from jointre.config import Factory
from jointre.config.tree import Deferred, Entries, Items, Leaf, Ready, Recipe, join
from jointre.errors import ConfigError
from tests.config.toys import CrossTaskAttention, NoInteraction


def test_paths() -> None:
    assert join("", "model") == "model"
    assert join("model.refiners", 0) == "model.refiners.0"


def test_trees_are_written_out() -> None:
    leaf = Leaf("a", b"a")
    assert leaf.resolved() == "a"
    assert Items([leaf], tuple).resolved() == ["a"]
    assert Entries({"k": leaf}).resolved() == {"k": "a"}
    recipe = Recipe(NoInteraction, {})
    assert recipe.resolved() == Deferred(recipe).resolved() == {"type": "none"}


def test_an_object_from_python_has_no_options() -> None:
    with pytest.raises(ConfigError, match=r"an object of builtins:int was built in Python"):
        Ready(3).resolved()


def test_a_factory_knows_its_class_and_options() -> None:
    factory = Factory(CrossTaskAttention, heads=2)
    assert factory.type is CrossTaskAttention
    assert factory.options["heads"] == 2
    assert repr(factory) == "Factory(ctam at no path)"
