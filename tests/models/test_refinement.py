"""Refiners of a model: in their order, over the real positions, by the classifiers' prototypes."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from jointre.config import Factory, construct
from jointre.models.refinement import Refinement
from jointre.nn.classifiers import Classifier, LinearClassifier, SimilarityClassifier
from jointre.nn.refiners import MemoryFlow, MemoryRead, Refiner
from jointre.nn.streams import Stream
from jointre.positions import Role
from jointre.testing.contracts.inputs import layout_of, stream_of
from tests.naive import memory as naive

WIDTH = 4
UNITS = (0, 1, 2)
FLOW = {"type": "memory_flow"}
READ = {"type": "memory_read"}


def classifiers() -> dict[str, Classifier]:
    """Of different numbers of classes and widths."""
    torch.manual_seed(3)
    return {
        "entity": SimilarityClassifier(WIDTH, WIDTH, 3, slot_dim=5),
        "relation": LinearClassifier(7, WIDTH, 2),
    }


def refinement_of(*options: Any, std: float = 0.5) -> Refinement:
    torch.manual_seed(1)
    refiners = [construct(Factory[Refiner], each) for each in options]
    return Refinement(refiners, WIDTH, classifiers(), std)


def prototypes() -> dict[str, Tensor]:
    return {task: each.prototypes for task, each in classifiers().items()}


def rows_of() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(4)
    return torch.randn(7, WIDTH, generator=generator), torch.tensor([0, 0, 0, 2, 2, 3, 3])


@pytest.mark.parametrize("options", [[FLOW, READ], [READ, FLOW], [FLOW, FLOW, FLOW]])
def test_one_after_the_other(options: list[dict[str, Any]]) -> None:
    module = refinement_of(*options)
    rows, segment = rows_of()
    expected = rows
    for refiner in module.refiners:
        if isinstance(refiner, MemoryFlow):
            expected = naive.flow(refiner, expected, segment.tolist(), prototypes())
        else:
            assert isinstance(refiner, MemoryRead)
            expected = naive.read(refiner, expected, prototypes())
    found = module(rows, segment, prototypes())
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(found, rows, atol=1e-3)


def test_without_refiners() -> None:
    module = refinement_of()
    rows, segment = rows_of()
    stream = stream_of(UNITS, WIDTH)
    assert module(rows, segment, prototypes()) is rows
    assert module.stream(stream, prototypes()) is stream


def test_weights_are_drawn_with_the_given_range() -> None:
    module = refinement_of(*[READ] * 20, std=0.03)
    weights = [each.weight for each in module.modules() if isinstance(each, nn.Linear)]
    spread = torch.cat([weight.flatten() for weight in weights]).std().item()
    assert spread == pytest.approx(0.03, rel=0.1)
    biases = [each.bias for each in module.modules() if isinstance(each, nn.Linear)]
    assert not any(bias.any() for bias in biases if bias is not None)


def test_the_classifiers_stay_outside() -> None:
    """Their prototypes are given in each call: they are no parameters of the refiners."""
    names = {name for name, _ in refinement_of(FLOW).named_parameters()}
    assert names == {f"refiners.0.memories.{task}.key.weight" for task in ("entity", "relation")}


@pytest.mark.parametrize("options", [FLOW, READ])
@pytest.mark.parametrize("special", [True, False])
def test_streams(options: dict[str, Any], special: bool) -> None:
    """Each unit's own positions, [CLS] too; padding is no part of any unit."""
    module = refinement_of(options)
    stream = stream_of(UNITS, WIDTH, padding=2, garbage=1, special=special)
    found = module.stream(stream, prototypes())
    other = module.stream(
        stream_of(UNITS, WIDTH, padding=2, garbage=9, special=special), prototypes()
    )
    real = stream.positions.roles != Role.PAD
    for unit in range(len(UNITS)):
        own = stream.states[unit][real[unit]]
        expected = module(own, torch.zeros(len(own), dtype=torch.long), prototypes())
        torch.testing.assert_close(found.states[unit][real[unit]], expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(found.states[real], other.states[real])
    assert torch.equal(found.states[~real], stream.states[~real])
    assert torch.equal(found.summary, found.states[:, 0] if special else stream.summary)


def test_streams_of_which_nothing_is_read() -> None:
    positions = layout_of([1], special=False)
    empty = type(positions)(torch.zeros_like(positions.roles), torch.zeros_like(positions.words))
    stream = Stream.of(torch.randn(*positions.roles.shape, WIDTH), empty)
    found = refinement_of(FLOW, READ).stream(stream, prototypes())
    assert torch.equal(found.states, stream.states)
