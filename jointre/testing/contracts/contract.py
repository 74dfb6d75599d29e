"""Checks for the modules of all interfaces, on which the suites of the interfaces build."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from jointre.config import Factory, construct
from jointre.testing.contracts.compare import devices, differ, leaves, moved, same
from jointre.testing.contracts.inputs import UNITS
from jointre.testing.contracts.reproducible import gradients_are_reproducible

View = dict[str, Tensor]
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


class Contract(ABC):
    """A suite: a test class inherits it and names a component; pytest finds its checks.

    Attributes:
        component: Config of the component, ``{"type": "ctam", "layers": 2}`` or ``"max"``; or a
            ``Factory`` of a class that is not registered.
        interface: Interface that the component implements.
        owner: Arguments that the owner gives, such as widths and numbers of labels.

    Example:
        >>> from jointre.testing.contracts import InteractionContract
        >>> class TestCrossTaskAttention(InteractionContract):
        ...     component = {"type": "ctam", "layers": 2}
    """

    component: ClassVar[Any] = None
    interface: ClassVar[type[Any]]
    owner: ClassVar[Mapping[str, Any]] = {}

    def factory(self) -> Factory[Any]:
        """The component with its options, as its owner gets it from the config."""
        component = self.component
        assert component is not None, (
            f'{type(self).__name__} names no component; write component = {{"type": …}}'
        )
        if isinstance(component, Factory):
            return component
        # The interface is only known here: a type checker cannot follow.
        factory: Factory[Any] = construct(
            Factory[self.interface],  # type: ignore[name-defined]
            component,
        )
        return factory

    def test_implements_the_interface(self) -> None:
        """The config names a class below the interface, and its owner can build it."""
        component = self.factory()(**self.owner)
        assert isinstance(component, self.interface), (
            f"{type(component).__name__} is not a subclass of {self.interface.__name__}: inherit "
            "from it"
        )


class ModuleContract(Contract):
    """A suite for a module that reads units of a batch.

    Attributes:
        leaks_padding: Whether the options reproduce released code whose results depend on the
            padding; the suite then checks that they do.
        copies: How often the sample units are repeated in :meth:`large_batch`: torch
            shares work between threads from 32,768 numbers on.
    """

    leaks_padding: ClassVar[bool] = False
    copies: ClassVar[int] = 50

    @abstractmethod
    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Any:
        """Input for some of the sample units, in this order.

        Args:
            units: Numbers of the units.
            padding: Number of positions added to the longest unit.
            garbage: Random seed of the values in the padding.
        """

    @abstractmethod
    def view(self, result: Any, batch: Any, row: int) -> View:
        """The part of a result that belongs to one unit, without padding."""

    def large_batch(self) -> Any:
        """Input that is large enough for several threads to share the work."""
        return self.batch([*range(len(UNITS))] * self.copies)

    def call(self, module: Any, batch: Any) -> Any:
        """Run the module."""
        return module(batch)

    def sources(self, batch: Any) -> list[Tensor]:
        """The states in the batch that the gradient must reach; none for an encoder."""
        return []

    def build(self, seed: int = 0) -> Any:
        """The module in evaluation mode; its weights differ from any initial value."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = self.factory()(**self.owner)
            with torch.no_grad():
                for parameter in module.parameters():
                    parameter.add_(0.1 * torch.randn_like(parameter))
        return module.eval()

    def run(self, module: Any, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Any:
        """The view of each unit of one batch, by the unit's number."""
        batch = self.batch(units, padding, garbage)
        with torch.no_grad():
            result = self.call(module, batch)
        return {unit: self.view(result, batch, row) for row, unit in enumerate(units)}

    def everything(self, module: Any, seed: int = 0) -> Any:
        """All units' views, with torch's generators seeded."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.run(module, range(len(UNITS)))

    def test_unit_alone_equals_unit_in_a_batch(self) -> None:
        """A unit's result does not depend on the other units of its batch."""
        module = self.build()
        together = self.everything(module)
        alone = {unit: self.run(module, [unit])[unit] for unit in together}
        if self.leaks_padding:
            differ(alone, together, "the options are said to leak padding into short units")
        else:
            same(alone, together, "a unit's result depends on the longer units in its batch")

    def test_padding_does_not_matter(self) -> None:
        """Neither the amount of padding nor its values change a result."""
        module = self.build()
        plain = self.everything(module)
        padded = [self.run(module, range(len(UNITS)), 3, garbage) for garbage in (1, 2)]
        for result in padded:
            if self.leaks_padding:
                differ(result, plain, "the options are said to leak padding")
            else:
                same(result, plain, "padding leaks into the result")

    def test_order_of_units_does_not_matter(self) -> None:
        """Reversing a batch reverses the results, nothing more."""
        module = self.build()
        backwards = self.run(module, range(len(UNITS))[::-1])
        same(
            backwards,
            self.everything(module),
            "a unit's result depends on its place in the batch",
        )

    def test_every_parameter_learns(self) -> None:
        """With dropout off, a gradient reaches every trainable parameter and the input."""
        module = without_dropout(self.build().train())
        batch = self.batch(range(len(UNITS)))
        sources = self.sources(batch)
        self.backward(module, batch)
        gradients_reach(module)
        for source in sources:
            gradient = torch.zeros(1) if source.grad is None else source.grad
            assert gradient.any(), (
                "no gradient reaches the input states, so the encoder would not learn"
            )
            assert gradient.isfinite().all(), "the gradient of the input states is not finite"

    def test_zeros_are_harmless(self) -> None:
        """States that are all zero give finite results and gradients."""
        module, batch = without_dropout(self.build().train()), self.batch(range(len(UNITS)))
        for source in self.sources(batch):
            source.zero_()
        total = self.backward(module, batch)
        assert total.isfinite(), "states of zeros give a result that is not finite"
        gradients = [tensor.grad for tensor in (*self.sources(batch), *module.parameters())]
        finite = all(gradient is None or gradient.isfinite().all() for gradient in gradients)
        assert finite, "states of zeros give a gradient that is not finite"

    def backward(self, module: Any, batch: Any) -> Tensor:
        """Run the module, and the backward pass of a randomly weighted sum of its outputs."""
        for source in self.sources(batch):
            source.requires_grad_(True)
        result = self.call(module, batch)
        generator = torch.Generator().manual_seed(0)
        total = torch.zeros(())
        for row in range(len(UNITS)):
            for value in self.view(result, batch, row).values():
                total = total + (value * torch.randn(value.shape, generator=generator)).sum()
        if total.requires_grad:
            torch.autograd.backward(total)
        return total.detach()

    def test_gradient_is_reproducible_on_two_threads(self) -> None:
        """Repeated backward passes give identical gradients, so that equal seeds train equally."""
        module, batch = without_dropout(self.build().train()), self.large_batch()
        sources = self.sources(batch)
        for source in sources:
            source.requires_grad_(True)
        gradients_are_reproducible(self.call(module, batch), [*sources, *module.parameters()])

    def test_training_differs_by_dropout_only(self) -> None:
        """Without dropout, training mode gives what evaluation mode gives."""
        module = self.build()
        evaluated = self.everything(module)
        trained = self.everything(without_dropout(copy.deepcopy(module).train()))
        same(trained, evaluated, "training mode differs from evaluation by more than nn.Dropout")

    def test_dropout_acts_in_training(self) -> None:
        """Training draws random numbers if and only if there is a dropout."""
        module = self.build().train()
        dropouts = [layer for layer in module.modules() if isinstance(layer, DROPOUTS) and layer.p]
        for dropout in dropouts:
            dropout.p = 0.5  # so that even few numbers are hit
        first, second = (dict(leaves(self.everything(module, seed))) for seed in (1, 2))
        drawn = any(not torch.equal(value, second[name]) for name, value in first.items())
        assert drawn or not dropouts, "the dropout changes nothing in training: apply it"
        assert dropouts or not drawn, "training draws random numbers without an nn.Dropout"

    def test_seed_decides_the_weights(self) -> None:
        """The constructor uses torch's generator and does not seed it."""
        first, second = (self.build().state_dict() for _ in range(2))
        same(second, first, "two constructions from one seed have different weights", 0.0)
        states = []
        for seed in (0, 1):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                self.factory()(**self.owner)
                states.append(torch.get_rng_state())
        assert not torch.equal(*states), "the constructor seeds torch's generator: leave that out"

    def test_tensors_are_registered(self) -> None:
        """Every tensor is a parameter or a buffer, so that it moves and is saved."""
        loose = [
            f"{name}.{key}".strip(".")
            for name, module in self.build().named_modules()
            for key, value in vars(module).items()
            if key not in ("_parameters", "_buffers", "_modules") and leaves(value)
        ]
        assert not loose, (
            f"{', '.join(loose)} is a tensor that stays behind when the module moves to a device; "
            "make it a parameter, or use register_buffer"
        )

    def test_input_stays_as_it_is(self) -> None:
        """The module does not change its input in place."""
        batch = self.batch(range(len(UNITS)))
        before = dict(leaves(copy.deepcopy(batch)))
        for module in (self.build(), self.build().train()):
            with torch.no_grad():
                self.call(module, batch)
            changed = [
                name for name, value in leaves(batch) if not torch.equal(value, before[name])
            ]
            assert not changed, f"the input is changed in place: {', '.join(changed)}"

    def test_saved_state_gives_the_same_output(self) -> None:
        """Another instance with the same state dict computes the same."""
        first, second = self.build(seed=0), self.build(seed=1)
        second.load_state_dict(first.state_dict())
        same(
            self.everything(second),
            self.everything(first),
            "the state dict does not hold all that the result depends on",
        )

    def test_same_input_gives_the_same_output(self) -> None:
        """Evaluation uses no random numbers and keeps no memory of earlier calls."""
        module = self.build()
        state = copy.deepcopy(module.state_dict())
        first, second = self.everything(module, seed=0), self.everything(module, seed=1)
        same(second, first, "two calls on the same input differ", tolerance=0.0)
        same(module.state_dict(), state, "evaluation changes the module's state", tolerance=0.0)

    def test_float32_on_every_device(self) -> None:
        """The module follows its input to every device here, in float32."""
        expected = self.everything(self.build())
        for device in devices():
            module = self.build().to(device)
            batch = moved(self.batch(range(len(UNITS))), device)
            with torch.no_grad():
                result = self.call(module, batch)
            views = {row: self.view(result, batch, row) for row in expected}
            for name, value in leaves(views):
                assert value.dtype == torch.float32, f"{name} is {value.dtype} on {device}"
                assert value.device.type == device, f"{name} is on {value.device}, not {device}"
            same(moved(views, "cpu"), expected, f"{device} computes something else", 1e-4)

    def test_mixed_precision_is_finite(self) -> None:
        """Mixed precision mixes no types and overflows nowhere, masked entries included."""
        for device in devices():
            module = self.build().to(device)
            batch = moved(self.batch(range(len(UNITS)), 2, 1), device)
            for half in (torch.bfloat16, torch.float16):
                at = f"in {str(half).removeprefix('torch.')} on {device}"
                try:
                    with torch.no_grad(), torch.autocast(device, half):
                        result = self.call(module, batch)
                except RuntimeError as error:
                    raise AssertionError(f"mixed precision fails {at}: {error}") from error
                for row in range(len(UNITS)):
                    for name, value in leaves(self.view(result, batch, row)):
                        assert value.isfinite().all(), f"{name} is not finite {at}"


def gradients_reach(module: nn.Module) -> None:
    """Fail unless every trainable parameter has a finite gradient that is not zero."""
    trainable = {n: p for n, p in module.named_parameters() if p.requires_grad and p.numel()}
    idle = [name for name, p in trainable.items() if p.grad is None or not p.grad.any()]
    assert not idle, f"no gradient reaches {', '.join(idle)}: remove it, or use it"
    wild = [n for n, p in trainable.items() if p.grad is not None and not p.grad.isfinite().all()]
    assert not wild, f"the gradient of {', '.join(wild)} is not finite"


def without_dropout(module: nn.Module) -> nn.Module:
    """The module with the probability of every dropout set to 0."""
    for layer in module.modules():
        if isinstance(layer, DROPOUTS):
            layer.p = 0.0
        for name, value in vars(layer).items():
            # Encoders of transformers keep the attention's probability in plain attributes.
            if "dropout" in name and isinstance(value, float):
                setattr(layer, name, 0.0)
    return module
