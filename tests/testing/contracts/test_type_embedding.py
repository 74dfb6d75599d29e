"""The suite of type embeddings finds seeded faults."""

import pytest
import torch
from torch import Tensor, nn

from jointre.nn.type_embeddings import TypeEmbedding
from jointre.testing.contracts import TypeEmbeddingContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(TypeEmbedding):
    """A table beside the prototypes."""

    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__()
        self.output_dim = prototype_dim + 2
        self.table = nn.Embedding(num_labels, 2)

    def labels(self, prototypes: Tensor) -> Tensor:
        return prototypes[len(prototypes) - len(self.table.weight) :].detach()

    def forward(self, prototypes: Tensor) -> Tensor:
        return torch.cat([self.labels(prototypes), self.table.weight], 1)


class WrongWidth(Sound):
    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__(num_labels, prototype_dim)
        self.output_dim = 2


class CountsNone(Sound):
    def labels(self, prototypes: Tensor) -> Tensor:
        return prototypes[: len(self.table.weight)].detach()


class Constant(Sound):
    def forward(self, prototypes: Tensor) -> Tensor:
        return super().forward(prototypes).mean(0, keepdim=True).expand(4, -1)


class TrainsPrototypes(Sound):
    def labels(self, prototypes: Tensor) -> Tensor:
        return prototypes[len(prototypes) - len(self.table.weight) :]


class IdleTable(Sound):
    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__(num_labels, prototype_dim)
        self.unused = nn.Parameter(torch.zeros(3))


class NotSaved(Sound):
    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__(num_labels, prototype_dim)
        self.shift = torch.randn(1)

    def labels(self, prototypes: Tensor) -> Tensor:
        return super().labels(prototypes) + self.shift


class DropsAlways(Sound):
    def labels(self, prototypes: Tensor) -> Tensor:
        return nn.functional.dropout(super().labels(prototypes), 0.5)


class TrainsDifferently(Sound):
    def labels(self, prototypes: Tensor) -> Tensor:
        return super().labels(prototypes) * (2 if self.training else 1)


class InPlace(Sound):
    def labels(self, prototypes: Tensor) -> Tensor:
        return super().labels(prototypes.detach().sub_(1))


def test_sound_embedding() -> None:
    passes(suite(TypeEmbeddingContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (WrongWidth, "test_one_row_a_label", r"one row of output_dim per label: shape \(4, 8\)"),
        (CountsNone, "test_one_row_a_label", "the class for none moves the labels' rows"),
        (Constant, "test_one_row_a_label", "labels have the same row"),
        (TrainsPrototypes, "test_prototypes_get_no_gradient", "reaches the prototypes: detach"),
        (IdleTable, "test_prototypes_get_no_gradient", "no gradient reaches unused"),
        (DropsAlways, "test_evaluates_alike", "two calls on the same input differ"),
        (TrainsDifferently, "test_evaluates_alike", "training mode differs from evaluation"),
        (InPlace, "test_input_stays_as_it_is", "the input is changed in place"),
        (NotSaved, "test_saved_state_gives_the_same_rows", "the state dict does not hold all"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(TypeEmbeddingContract, component), check, message)
