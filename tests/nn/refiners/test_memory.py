"""Scores of rows and slots: by hand, and what a config can get wrong."""

import re

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.nn.refiners import Refiner
from jointre.nn.refiners.memory import Memory, memories_of
from tests.nn.refiners.samples import ROWS, SLOTS


def scores(similarity: str, scale: float | None = None) -> torch.Tensor:
    memory = Memory("entity", 2, 2, similarity, scale)  # type: ignore[arg-type]
    if similarity == "bilinear":
        memory.key.weight.data = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    found: torch.Tensor = memory(ROWS, SLOTS)
    return found.detach()


def test_scores_by_hand() -> None:
    """Keys of the golden flow: W (1, 0) = (1, 1), W (0, 2) = (0, 2)."""
    assert scores("bilinear").tolist() == [[1.0, 0.0], [1.0, 2.0], [2.0, 2.0]]
    assert scores("dot").tolist() == [[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]
    root = 0.5**0.5
    expected = 16 * torch.tensor([[1.0, 0.0], [0.0, 1.0], [root, root]])
    torch.testing.assert_close(scores("cosine"), expected)


@pytest.mark.parametrize(("similarity", "own"), [("bilinear", 1), ("dot", 1), ("cosine", 16)])
def test_scale(similarity: str, own: float) -> None:
    torch.testing.assert_close(scores(similarity, 0.5) * (own / 0.5), scores(similarity))


def test_cosine_of_nothing() -> None:
    """A row of zeros is similar to no slot; its gradient is finite."""
    memory = Memory("entity", 2, 2, "cosine", None)
    rows = torch.zeros(1, 2, requires_grad=True)
    found = memory(rows, SLOTS)
    assert found.tolist() == [[0.0, 0.0]]
    found.sum().backward()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()


def test_only_bilinear_has_a_map() -> None:
    for similarity, shapes in (("bilinear", [(2, 3)]), ("dot", []), ("cosine", [])):
        width = 3 if shapes else 2
        memory = Memory("relation", 2, width, similarity, None)  # type: ignore[arg-type]
        assert [tuple(p.shape) for p in memory.parameters()] == shapes


def test_a_memory_named_twice_counts_once() -> None:
    tasks = ["relation", "entity", "relation"]
    found = memories_of(tasks, 2, {"entity": 3, "relation": 4}, "bilinear", None)  # type: ignore[arg-type]
    assert list(found) == ["relation", "entity"]


@pytest.mark.parametrize("name", ["memory_flow", "memory_read"])
@pytest.mark.parametrize("similarity", ["dot", "cosine"])
def test_widths_must_be_equal(name: str, similarity: str) -> None:
    config = {"type": name, "similarity": similarity}
    factory = construct(Factory[Refiner], config, "model.token_refiners[0]")
    text = (
        f"model.token_refiners[0]: similarity='{similarity}' compares rows of width 6 with the "
        "relation classifier's prototypes of width 4; take similarity 'bilinear', or prototypes "
        "of width 6"
    )
    with pytest.raises(ConfigError, match=re.escape(text)):
        factory(input_dim=6, prototype_dims={"entity": 6, "relation": 4})
    entity = {**config, "memories": ["entity"]}  # the relation memory's width does not matter
    made = construct(Factory[Refiner], entity)(
        input_dim=6, prototype_dims={"entity": 6, "relation": 4}
    )
    assert isinstance(made, Refiner)


@pytest.mark.parametrize("name", ["memory_flow", "memory_read"])
@pytest.mark.parametrize(
    ("option", "value"),
    [("memories", []), ("memories", ["tokens"]), ("similarity", "dots"), ("scale", 0.0)],
)
def test_options_that_are_refused(name: str, option: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"refiner.{option}"):
        construct(Factory[Refiner], {"type": name, option: value}, "refiner")
