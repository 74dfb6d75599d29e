"""Small components for the tests of construction; not listed in `Registrable.interfaces()`."""

import enum
from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, final

from annotated_types import Ge, Le, MinLen
from pydantic import Field

from jointre.config import Factory, Registrable
from jointre.errors import ConfigError


class Device(enum.Enum):
    CPU = "cpu"
    CUDA = "cuda"


class Interaction(Registrable, ABC, interface="toy_interaction"):
    given: ClassVar[tuple[str, ...]] = ("input_dim",)


@final
@Interaction.register("ctam")
class CrossTaskAttention(Interaction):
    """Attention between tasks.

    Args:
        input_dim: width of the states.
        heads: number of heads; they
            divide the width.
        agent: what stands for the other task.
        dropout: probability.
        directions: the streams that are updated.
    """

    def __init__(
        self,
        input_dim: int,
        heads: Annotated[int, Ge(1)] = 4,
        agent: Literal["cls", "max", "mean"] = "cls",
        dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2,
        directions: Annotated[Sequence[Literal["entity", "relation"]], MinLen(1)] = ("entity",),
    ) -> None:
        if input_dim % heads:
            raise ConfigError(f"heads={heads} does not divide the width {input_dim}")
        self.heads, self.agent, self.dropout = heads, agent, dropout
        self.directions = directions


@final
@Interaction.register("none")
class NoInteraction(Interaction):
    """Takes nothing, needs nothing."""


@final
@Interaction.register("conv")
class Convolution(Interaction):
    def __init__(self, input_dim: int, inner: Factory[Interaction], channels: int = 3) -> None:
        self.inner = inner(input_dim=channels)


class Model(Registrable, ABC, interface="toy_model"):
    given: ClassVar[tuple[str, ...]] = ("labels",)


@dataclass(frozen=True)
class Decoder:
    """Plain: no type, no name."""

    threshold: Annotated[float, Ge(0), Le(1)] = 0.5
    all_spans: bool = False


@final
@Model.register("span")
class SpanModel(Model):
    def __init__(
        self,
        labels: int,
        interaction: Factory[Interaction],
        max_width: Annotated[int, Ge(1)],
        refiners: Sequence[Factory[Interaction]] = (),
        second: Factory[Interaction] | None = None,
        decoder: Decoder = Decoder(),
    ) -> None:
        self.labels, self.max_width, self.decoder = labels, max_width, decoder
        self.interaction = interaction(input_dim=384)
        self.refiners = [each(input_dim=8) for each in refiners]
        self.second = second


class Training:
    def __init__(
        self,
        epochs: Annotated[int, Ge(1)],
        lr: float = 1e-5,
        monitor: str | list[str] = "f1",
        weights: dict[str, float] | None = None,
        device: Device = Device.CPU,
        log: Path = Path("log.txt"),
        limits: tuple[int, float] = (1, 0.5),
        extra: Any = None,
        batch: int | Literal["auto"] = "auto",
    ) -> None:
        self.epochs, self.lr, self.monitor, self.weights = epochs, lr, monitor, weights
        self.device, self.log, self.limits, self.extra, self.batch = (
            device,
            log,
            limits,
            extra,
            batch,
        )


class Experiment:
    def __init__(self, model: Factory[Model], training: Training, seed: int = 0) -> None:
        self.model, self.training, self.seed = model, training, seed


def config() -> dict[str, Any]:
    """A correct configuration of the experiment; a fresh one each time."""
    return {
        "seed": 1,
        "model": {
            "type": "span",
            "interaction": {"type": "ctam", "heads": 2, "dropout": 0.1},
            "max_width": 8,
            "refiners": ["none", {"type": "ctam", "heads": 4, "dropout": 0.0}],
        },
        "training": {"epochs": 3},
    }


def edited(path: str, value: Any) -> dict[str, Any]:
    """The toy configuration with one key set; `...` removes it."""
    data = config()
    *parents, key = path.split(".")
    target: Any = data
    for each in parents:
        target = target[int(each) if each.isdigit() else each]
    if value is ...:
        del target[key]
    else:
        target[int(key) if key.isdigit() else key] = value
    return data


for interface in (Interaction, Model):
    # Tests that list the registry shall not meet the toys.
    del Registrable._interfaces[interface.interface]
