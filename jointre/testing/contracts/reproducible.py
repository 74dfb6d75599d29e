"""Gradients that have the same bits however many threads share the work."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from jointre.testing.contracts.compare import leaves

RUNS = 20  # backward passes
THREADS = 2
REMEDY = "select rows by jointre.nn.take.take, index_select, gather or an embedding instead"


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch compute with some threads, and restore their number afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _AtomicAdditions(TorchDispatchMode):
    """Notes whether ``index_put`` adds several rows to one place, in an undefined order.

    Two runs may differ by chance only, so comparing them is not enough on a busy machine.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.found = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(func)
        if "index_put" in name and len(args) > 3 and args[3]:  # accumulate
            target, indices = args[0], args[1]
            self.found = self.found or (target.is_floating_point() and _repeat(target, indices))
        return func(*args, **(kwargs or {}))


def _repeat(target: Tensor, indices: Sequence[Tensor | None]) -> bool:
    """Whether the indices select an element of the target more than once."""
    numbers = torch.arange(target.numel(), device=target.device).view(target.shape)
    selected = numbers[tuple(slice(None) if index is None else index for index in indices)]
    return len(torch.unique(selected)) < selected.numel()


def gradients_are_reproducible(result: Any, inputs: Sequence[Tensor]) -> None:
    """Fail unless repeated backward passes on two threads give identical gradients.

    Args:
        result: Nested values with tensors; the gradient is that of their randomly weighted sum.
        inputs: Tensors to differentiate by. Those that the result does not depend on are skipped.
    """
    generator = torch.Generator().manual_seed(0)
    parts = [
        (value * torch.randn(value.shape, generator=generator)).sum()
        for _, value in leaves(result)
        if value.requires_grad
    ]
    trained = [value for value in inputs if value.requires_grad]
    if not parts or not trained:
        return
    total = torch.stack(parts).sum()

    def gradients() -> tuple[Tensor, ...]:
        return torch.autograd.grad(
            total, trained, retain_graph=True, allow_unused=True, materialize_grads=True
        )

    with threads(THREADS):
        with _AtomicAdditions() as additions:
            expected = gradients()
        assert not additions.found, (
            "the backward pass adds rows of a repeated index atomically (x[index]), so that the "
            f"gradient differs from run to run on several threads: {REMEDY}"
        )
        for _ in range(RUNS - 1):
            same = all(map(torch.equal, gradients(), expected))
            assert same, f"two backward passes on {THREADS} threads differ: {REMEDY}"
