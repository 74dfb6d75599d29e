"""Build modules without random initial values, for weights that are read from a file afterwards."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

# Names, because transformers replaces the functions of torch.nn.init while it builds a model.
_RANDOM = {
    *("normal_", "uniform_"),  # of tensors and of torch.nn.init
    *("trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"),
}


class ZeroInit(TorchFunctionMode):
    """A context in which modules start with zeros instead of random numbers.

    Drawing the initial values of an encoder takes longer than reading its weights. The context
    applies to the thread that enters it, other threads draw as usual, and torch's random number
    generator keeps its state.

    Source: torch's ``TorchFunctionMode``, by which ``torch.device`` works as a context too.

    Example:
        >>> with ZeroInit():
        ...     layer = torch.nn.Linear(2, 2)
        >>> layer.weight.tolist()
        [[0.0, 0.0], [0.0, 0.0]]
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of torch, or fill with zeros instead of drawing."""
        options = dict(kwargs or {})
        if func in (torch.randn, torch.rand):
            options.pop("generator", None)
            return torch.zeros(*args, **options)
        if getattr(func, "__name__", None) in _RANDOM:
            tensor: torch.Tensor = args[0] if args else options["tensor"]
            with torch.no_grad():
                return tensor.zero_()
        return func(*args, **options)
