"""The encoder component that wraps a pretrained encoder of transformers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, final

from annotated_types import Ge, Gt, Le
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from jointre.errors import ConfigError
from jointre.nn.encoders import positions, sources, stored
from jointre.nn.encoders.encoder import Encoder, LongInputs
from jointre.nn.streams import Stream
from jointre.nn.take import take
from jointre.plurals import counted
from jointre.positions import Positions


@final
@Encoder.register("transformer")
class TransformerEncoder(Encoder):
    """A pretrained encoder: BERT, SciBERT, ALBERT, RoBERTa, DeBERTa, T5's encoder half, ….

    Paper: https://arxiv.org/abs/1810.04805

    Args:
        model_name: Folder, name of a hub model, or ``package:NAME`` for weights in an installed
            package.
        pretrained: Whether to load the weights; false builds the encoder from its configuration.
        special_tokens: Whether to surround a unit with [CLS] and [SEP]. T5 has only an end token,
            so the summary is the mean over the words.
        long_inputs: What happens to units longer than ``max_length``. ``"windows"``: they are read
            in overlapping windows. ``"truncate"``: they are cut off, and the document is flagged.
            ``"extend"``: the encoder gets ``max_length`` positions, and longer units are refused.
        stride: Number of pieces that neighbouring windows share.
        max_length: Maximum number of pieces in a window; null: the number of positions of the
            encoder.
        extension: Initial values of the positions that ``"extend"`` adds: drawn from N(0, 1), as in
            JEREX, or from N(0, 0.02²), or copies of the pretrained rows.
        gradient_checkpointing: Whether to recompute layers in the backward pass to save memory.
        frozen: Number of lowest layers that are not trained, together with the embeddings and added
            positions; ``"all"``: all layers; null: none.

    Shapes:
        ids and mask ``"w p"``, window_index ``"b t"`` → Stream over ``"b t"``.

    Raises:
        ConfigError: The encoder cannot be loaded, has no padding token, has fewer layers
            than are to be frozen, cannot recompute layers, has positions that cannot be
            extended, or windows and stride do not fit.
    """

    def __init__(
        self,
        model_name: str,
        pretrained: bool = True,
        special_tokens: bool = True,
        long_inputs: LongInputs = "windows",
        stride: Annotated[int, Ge(0), Le(100_000)] = 128,
        max_length: Annotated[int, Gt(2), Le(100_000)] | None = None,
        extension: positions.Extension = "normal_1",
        gradient_checkpointing: bool = False,
        frozen: Literal["all"] | Annotated[int, Ge(0), Le(1000)] | None = None,
    ) -> None:
        super().__init__()
        self.special_tokens = special_tokens
        self.long_inputs = long_inputs
        self.stride = stride
        self.tokenizer = sources.load_tokenizer(model_name)
        if pretrained:
            self.model = sources.load_weights(model_name)
        else:
            self.model = sources.build(sources.load_config(model_name))
        if model_name.startswith(stored.PREFIX):
            stored.check_sizes(self.tokenizer, self.model.config)
        if long_inputs == "extend":
            if max_length is None:
                raise ConfigError("long_inputs='extend' needs max_length, the pieces of a unit")
            self.model = positions.extended(self.model, max_length, extension)
        if getattr(self.model, "pooler", None) is not None:
            self.model.pooler = None  # for next-sentence prediction; unused here
        available = positions.count(self.model)
        self._max_pieces = min(max_length or available, available)
        room = self._max_pieces - 2 * special_tokens
        if stride >= room and long_inputs == "windows":
            raise ConfigError(f"stride={stride} must be less than a window's {room} pieces")
        if gradient_checkpointing:
            self._recompute()
        self._freeze(frozen)

    @property
    def output_dim(self) -> int:
        """Width of the states."""
        return int(self.model.config.hidden_size)

    @property
    def max_pieces(self) -> int:
        """Maximum number of pieces in a window, including special ones."""
        return self._max_pieces

    @property
    def initializer_range(self) -> float:
        """The encoder's own initialisation."""
        return float(getattr(self.model.config, "initializer_range", 0.02))

    def forward(
        self,
        ids: Int[Tensor, "w p"],
        mask: Bool[Tensor, "w p"],
        window_index: Int[Tensor, "b t"] | None,
        layout: Positions,
    ) -> Stream:
        """States of the positions, in float32."""
        hidden: Float[Tensor, "w p d"] = self.model(
            input_ids=ids, attention_mask=mask.long()
        ).last_hidden_state
        states = hidden if window_index is None else take(hidden.flatten(0, 1), window_index)
        return Stream.of(states.float(), layout)

    def save(self, folder: Path) -> None:
        """Write the encoder's configuration and tokenizer."""
        self.model.config.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        stored.clean(folder)

    @staticmethod
    def restored(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """The same options with the folder's configuration instead of pretrained weights."""
        return {**options, "model_name": f"{stored.PREFIX}{folder}", "pretrained": False}

    def _recompute(self) -> None:
        if not self.model.supports_gradient_checkpointing:
            name = type(self.model).__name__
            raise ConfigError(
                f"gradient_checkpointing=true, but transformers' {name} cannot do it; set it false"
            )
        # The method was renamed within version 5 of transformers.
        enable = getattr(self.model, "activation_checkpointing_enable", None)
        enable = enable or self.model.gradient_checkpointing_enable
        enable({"use_reentrant": False})

    def _freeze(self, frozen: Literal["all"] | int | None) -> None:
        if frozen is None:
            return
        modules: list[nn.Module] = [self.model]
        if frozen != "all":
            layers = _layers(self.model)
            if frozen > len(layers):
                raise ConfigError(
                    f"frozen={frozen}, but the encoder has {counted(len(layers), 'layers')}"
                )
            modules = [self.model.get_input_embeddings(), *layers[:frozen]]
            if isinstance(getattr(self.model, "embeddings", None), nn.Module):
                modules.append(self.model.embeddings)
        for module in modules:
            module.requires_grad_(False)


def _layers(model: nn.Module) -> list[nn.Module]:
    """The encoder's layers, lowest first: its longest list of modules that is in no other list."""
    lists = {
        name: module for name, module in model.named_modules() if isinstance(module, nn.ModuleList)
    }
    outer_lists = [
        list(module)
        for name, module in lists.items()
        if not any(name.startswith(f"{other}.") for other in lists)
    ]
    return max(outer_lists, key=len, default=[])
