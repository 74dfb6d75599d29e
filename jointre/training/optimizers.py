"""Optimizers, over parameter groups with and without weight decay."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, final

import torch
from torch import nn
from torch.optim import Adam, AdamW
from torch.optim import Optimizer as TorchOptimizer

from jointre.config import Registrable
from jointre.config.bounds import Beta, Decay, Epsilon, LearningRate
from jointre.errors import ConfigError

SETTLED = 1e9  # an optimizer step after which Adam's bias corrections are exactly 1
Groups = list[dict[str, Any]]
_FORMER_NO_DECAY: Mapping[str, Any] = MappingProxyType({"no_decay": ["bias", "LayerNorm"]})


class Optimizer(Registrable, ABC, interface="optimizer"):
    """Optimizer: settings from which :meth:`build` makes a torch optimizer.

    Attributes:
        former_defaults: Default of an earlier version of each option whose default has changed; a
            run that was started with it is recovered with it.
    """

    former_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    @abstractmethod
    def build(
        self, model: nn.Module, encoder: Iterable[nn.Parameter] = (), fused: bool = True
    ) -> TorchOptimizer:
        """The optimizer of a model's parameters.

        Args:
            model: The model; frozen parameters are skipped.
            encoder: Its pretrained parameters, which may have a rate of their own.
            fused: Use one kernel for all parameters; float16 gradients, which are scaled, cannot be
                clipped before it.
        """


def groups(
    model: nn.Module,
    encoder: Iterable[nn.Parameter],
    lr: float,
    encoder_lr: float | None = None,
    decay: float = 0.0,
    no_decay: Sequence[str] | None = None,
) -> Groups:
    """Groups of parameters with the same rate and decay, in the order of their first parameters.

    Args:
        model: The model; frozen parameters are skipped.
        encoder: Pretrained parameters among its own.
        lr: Learning rate.
        encoder_lr: Learning rate of the pretrained parameters; None: the same.
        decay: Weight decay.
        no_decay: Parameters whose name contains one of these are not decayed; None: biases and
            the parameters of normalisation layers.
    """
    pretrained = {id(parameter) for parameter in encoder}
    pretrained_lr = lr if encoder_lr is None else encoder_lr
    undecayed = biases_and_norms(model) if no_decay is None else named_like(model, no_decay)
    parameters: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, value in model.named_parameters():
        if value.requires_grad:
            rate = pretrained_lr if id(value) in pretrained else lr
            weight_decay = 0.0 if name in undecayed else decay
            parameters.setdefault((rate, weight_decay), []).append(value)
    return [
        {"params": values, "lr": rate, "weight_decay": weight_decay}
        for (rate, weight_decay), values in parameters.items()
    ]


def named_like(model: nn.Module, parts: Sequence[str]) -> set[str]:
    """Names of parameters that contain any of several strings.

    Args:
        model: The model.
        parts: The strings.
    """
    names = (name for name, _ in model.named_parameters())
    return {name for name in names if any(part in name for part in parts)}


def biases_and_norms(model: nn.Module) -> set[str]:
    """Names of parameters that no published recipe decays, in whatever module they are.

    These are the parameters of normalisation layers, and biases: the parameters that a module
    calls ``bias`` or ``…_bias``, and the embeddings that it calls so (T5's and MPNet's
    ``relative_attention_bias`` holds biases of the attention scores).

    Args:
        model: The model.
    """
    names = set()
    for path, module in model.named_modules():
        norm = is_norm(module)
        bias = isinstance(module, nn.Embedding) and _is_bias(path.rpartition(".")[2])
        for name, _ in module.named_parameters(recurse=False):
            if norm or bias or _is_bias(name):
                names.add(f"{path}.{name}" if path else name)
    return names


def _is_bias(attribute: str) -> bool:
    return attribute == "bias" or attribute.endswith("_bias")


_TORCH_NORMS = (nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.modules.batchnorm._NormBase)
_NORM = re.compile(r"(?<!Weight)(?<!Spectral)[Nn]orm(alization)?(Gated|[1-3]d)?$")


def is_norm(module: nn.Module) -> bool:
    """Whether a module normalises its input: one of torch's layers, or a class that is named so.

    Models of transformers bring their own classes (``T5LayerNorm``, ``EuroBertRMSNorm``,
    ``MambaRMSNormGated``), which have no common base; only their names say what they are.

    Args:
        module: The module.
    """
    names = (cls.__name__ for cls in type(module).__mro__)
    return isinstance(module, _TORCH_NORMS) or any(_NORM.search(name) for name in names)


class UncorrectedAdamW(AdamW):
    """Adam without bias correction, the decay applied after the step as BERT's release has it.

    ``m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²;  p ← p - lr m/(√v+ε);  p ← p - lr λ p``.
    torch's fused AdamW computes the same when its step count is so large that both
    corrections are 1, and its rate and decay are ``lr (1 - lr λ)`` and ``λ / (1 - lr λ)``:
    it decays first, and ``(p - u)(1 - lr λ) = p (1 - lr λ) - u (1 - lr λ)``.
    """

    def step(self, closure: Any = None) -> Any:
        """One update."""
        loss = None
        if closure is not None:  # it makes the gradients, so it comes first
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                self._settle(parameter)
        settings = [(group["lr"], group["weight_decay"]) for group in self.param_groups]
        for group, (lr, decay) in zip(self.param_groups, settings, strict=True):
            shrink = 1 - lr * decay
            group["lr"], group["weight_decay"] = lr * shrink, decay / shrink
        try:
            super().step()
        finally:
            for group, (lr, decay) in zip(self.param_groups, settings, strict=True):
                group["lr"], group["weight_decay"] = lr, decay
        return loss

    def _settle(self, parameter: nn.Parameter) -> None:
        state = self.state[parameter]
        if parameter.grad is not None and not state:
            state["step"] = torch.full((), SETTLED, dtype=torch.float32, device=parameter.device)
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)


@final
@Optimizer.register("bert_adamw")
class BertAdamW(Optimizer):
    """The optimizer of BERT's release: no bias correction, decay after the step.

    Paper: https://arxiv.org/abs/1810.04805

    Args:
        lr: Peak learning rate.
        encoder_lr: Learning rate of the encoder; null: the same. New parameters often need a higher
            rate than pretrained ones.
        weight_decay: Factor λ of the decay, which is multiplied by the learning rate.
        no_decay: Parameters whose name contains one of these are not decayed; null: biases and
            the parameters of normalisation layers, found by the type of their module.
        betas: Decay rates of the running means of gradients and squared gradients.
        eps: Number added to the root of the second moment.
    """

    former_defaults = _FORMER_NO_DECAY

    def __init__(
        self,
        lr: LearningRate,
        encoder_lr: LearningRate | None = None,
        weight_decay: Decay = 0.01,
        no_decay: list[str] | None = None,
        betas: tuple[Beta, Beta] = (0.9, 0.999),
        eps: Epsilon = 1e-6,
    ) -> None:
        if max(lr, encoder_lr or 0) * weight_decay >= 1:
            raise ConfigError(
                f"weight_decay={weight_decay}: with a learning rate of {max(lr, encoder_lr or 0)} "
                "it removes every weight in one step; their product must be below 1"
            )
        self.lr, self.encoder_lr = lr, encoder_lr
        self.weight_decay, self.no_decay = weight_decay, no_decay
        self.betas, self.eps = betas, eps

    def build(
        self, model: nn.Module, encoder: Iterable[nn.Parameter] = (), fused: bool = True
    ) -> TorchOptimizer:
        """The optimizer of a model's parameters."""
        parameter_groups = groups(
            model, encoder, self.lr, self.encoder_lr, self.weight_decay, self.no_decay
        )
        return UncorrectedAdamW(
            parameter_groups, lr=self.lr, betas=self.betas, eps=self.eps, fused=fused
        )


@final
@Optimizer.register("adamw")
class PlainAdamW(Optimizer):
    """Adam with bias correction and decoupled weight decay.

    Paper: https://arxiv.org/abs/1711.05101

    Args:
        lr: Peak learning rate.
        encoder_lr: Learning rate of the encoder; null: the same. New parameters often need a higher
            rate than pretrained ones.
        weight_decay: Factor λ of the decay, which is multiplied by the learning rate.
        no_decay: Parameters whose name contains one of these are not decayed; null: biases and
            the parameters of normalisation layers, found by the type of their module.
        betas: Decay rates of the running means of gradients and squared gradients.
        eps: Number added to the root of the second moment.
    """

    former_defaults = _FORMER_NO_DECAY

    def __init__(
        self,
        lr: LearningRate,
        encoder_lr: LearningRate | None = None,
        weight_decay: Decay = 0.01,
        no_decay: list[str] | None = None,
        betas: tuple[Beta, Beta] = (0.9, 0.999),
        eps: Epsilon = 1e-8,
    ) -> None:
        self.lr, self.encoder_lr = lr, encoder_lr
        self.weight_decay, self.no_decay = weight_decay, no_decay
        self.betas, self.eps = betas, eps

    def build(
        self, model: nn.Module, encoder: Iterable[nn.Parameter] = (), fused: bool = True
    ) -> TorchOptimizer:
        """The optimizer of a model's parameters."""
        parameter_groups = groups(
            model, encoder, self.lr, self.encoder_lr, self.weight_decay, self.no_decay
        )
        return AdamW(parameter_groups, lr=self.lr, betas=self.betas, eps=self.eps, fused=fused)


@final
@Optimizer.register("adam")
class PlainAdam(Optimizer):
    """Adam, with weight decay (if any) as part of the gradient.

    Paper: https://arxiv.org/abs/1412.6980

    Args:
        lr: Peak learning rate.
        encoder_lr: Learning rate of the encoder; null: the same. New parameters often need a higher
            rate than pretrained ones.
        weight_decay: Factor of the parameters in the gradient.
        betas: Decay rates of the running means of gradients and squared gradients.
        eps: Number added to the root of the second moment.
    """

    def __init__(
        self,
        lr: LearningRate,
        encoder_lr: LearningRate | None = None,
        weight_decay: Decay = 0.0,
        betas: tuple[Beta, Beta] = (0.9, 0.999),
        eps: Epsilon = 1e-8,
    ) -> None:
        self.lr, self.encoder_lr = lr, encoder_lr
        self.weight_decay, self.betas, self.eps = weight_decay, betas, eps

    def build(
        self, model: nn.Module, encoder: Iterable[nn.Parameter] = (), fused: bool = True
    ) -> TorchOptimizer:
        """The optimizer of a model's parameters."""
        parameter_groups = groups(
            model, encoder, self.lr, self.encoder_lr, self.weight_decay, no_decay=[]
        )
        return Adam(parameter_groups, lr=self.lr, betas=self.betas, eps=self.eps, fused=fused)
