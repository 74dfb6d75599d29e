"""The suite of type embeddings."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.nn.type_embeddings import TypeEmbedding
from jointre.testing.contracts.compare import devices, same
from jointre.testing.contracts.contract import Contract, gradients_reach
from jointre.testing.contracts.reproducible import gradients_are_reproducible
from jointre.testing.contracts.streams import shape_is

LABELS, WIDTH = 4, 6


class TypeEmbeddingContract(Contract):
    """The suite of :class:`~jointre.nn.type_embeddings.TypeEmbedding`."""

    interface = TypeEmbedding
    owner: ClassVar[dict[str, int]] = {"num_labels": LABELS, "prototype_dim": WIDTH}

    def build(self, seed: int = 0) -> Any:
        """The module; its weights depend on the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.factory()(**self.owner)

    def prototypes(self, none_class: bool = False) -> Tensor:
        """Prototypes of the labels, after one for "none" if that is a class."""
        generator = torch.Generator().manual_seed(1)
        return torch.randn(LABELS + 1, WIDTH, generator=generator)[not none_class :]

    def test_one_row_a_label(self) -> None:
        """Rows of ``output_dim``; a class for none has no row and changes no other."""
        module = self.build()
        results = [module(self.prototypes(none_class)) for none_class in (False, True)]
        for rows in results:
            wrong = "a type embedding gives one row of output_dim per label"
            shape_is(rows, (LABELS, module.output_dim), wrong)
        same(
            {"rows": results[1]}, {"rows": results[0]}, "the class for none moves the labels' rows"
        )
        assert len(results[0].unique(dim=0)) == LABELS, "labels have the same row"

    def test_prototypes_get_no_gradient(self) -> None:
        """Relations do not train the entity classifier; they train all that is here."""
        module, prototypes = self.build(), self.prototypes().requires_grad_(True)
        total = (module(prototypes) * torch.arange(1.0, LABELS + 1)[:, None]).sum()
        if total.requires_grad:
            torch.autograd.backward(total)
        assert prototypes.grad is None, "a gradient reaches the prototypes: detach them"
        gradients_reach(module)

    def test_gradient_is_reproducible_on_two_threads(self) -> None:
        """Repeated backward passes give identical gradients."""
        module = self.build()
        gradients_are_reproducible(module(self.prototypes()), list(module.parameters()))

    def test_input_stays_as_it_is(self) -> None:
        """The prototypes are not changed in place."""
        prototypes = self.prototypes()
        self.build()(prototypes)
        same({"p": prototypes}, {"p": self.prototypes()}, "the input is changed in place", 0.0)

    def test_evaluates_alike(self) -> None:
        """Two calls give the same, in training and in evaluation."""
        module, prototypes = self.build(), self.prototypes()
        modes = (True, True, False)
        rows = [{"rows": module.train(training)(prototypes)} for training in modes]
        same(rows[1], rows[0], "two calls on the same input differ", 0.0)
        same(rows[2], rows[0], "training mode differs from evaluation mode", 0.0)

    def test_saved_state_gives_the_same_rows(self) -> None:
        """Another instance with the same state dict computes the same."""
        first, second = self.build(0), self.build(1)
        second.load_state_dict(first.state_dict())
        rows = [{"rows": module(self.prototypes())} for module in (first, second)]
        same(rows[1], rows[0], "the state dict does not hold all that the rows depend on")

    def test_every_device(self) -> None:
        """The rows are on the module's device."""
        for device in devices():
            rows = self.build().to(device)(self.prototypes().to(device))
            assert rows.device.type == device, f"the rows are on {rows.device}, not {device}"
