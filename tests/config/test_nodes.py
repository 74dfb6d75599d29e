import pickle

import pytest

from jointre.config import Factory
from jointre.config.nodes import Deferred, Entries, Items, Leaf, PlacedError, Ready, Recipe, join
from jointre.errors import ConfigError
from tests.config.toys import CrossTaskAttention, NoInteraction


def test_paths() -> None:
    assert join("", "model") == "model"
    assert join("model.refiners", 0) == "model.refiners.0"


def test_nodes_resolve_and_build() -> None:
    leaf = Leaf("a", b"a")
    assert (leaf.resolved(), leaf.build("x")) == ("a", b"a")
    assert Items([leaf], tuple).build("x") == (b"a",)
    assert Items([leaf], tuple).resolved() == ["a"]
    assert Entries({"k": leaf}).build("x") == {"k": b"a"}
    recipe = Recipe(NoInteraction, {})
    assert recipe.resolved() == Deferred(recipe, Factory).resolved() == {"type": "none"}
    assert isinstance(Deferred(recipe, Factory).build("x"), Factory)
    assert Ready(3).build("x") == 3


def test_a_refusal_is_placed_once() -> None:
    recipe = Recipe(CrossTaskAttention, {"heads": Leaf(3, 3)})
    with pytest.raises(PlacedError, match=r"^a\.b: heads=3 does not divide the width 4$"):
        recipe.make("a.b", {"input_dim": 4})
    with pytest.raises(ConfigError, match=r"^heads=3 does not divide the width 4$"):
        recipe.make("", {"input_dim": 4})


def test_factories_can_be_sent_to_other_processes() -> None:
    factory = pickle.loads(pickle.dumps(Factory(CrossTaskAttention, heads=2)))
    assert factory(input_dim=4).heads == 2
