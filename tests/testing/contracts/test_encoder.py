"""The suite of encoders finds seeded faults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jaxtyping import Bool, Int
from torch import Tensor

from jointre.nn.encoders import Encoder, TransformerEncoder
from jointre.nn.streams import Stream
from jointre.positions import Positions
from jointre.testing.contracts import EncoderContract
from jointre.testing.contracts.encoder import tiny_folder
from tests.testing.contracts.faults import fails, suite


class Sound(Encoder):
    """TransformerEncoder with hooks for faults."""

    long_inputs = "windows"
    stride = 2
    special_tokens = True

    def __init__(self, folder: str | None = None) -> None:
        super().__init__()
        self.inner = TransformerEncoder(folder or str(tiny_folder("bert")), stride=2)
        self.tokenizer = self.inner.tokenizer

    @property
    def output_dim(self) -> int:
        return self.inner.output_dim

    @property
    def max_pieces(self) -> int:
        return self.inner.max_pieces

    @property
    def initializer_range(self) -> float:
        return self.inner.initializer_range

    def forward(
        self,
        ids: Int[Tensor, "w p"],
        mask: Bool[Tensor, "w p"],
        window_index: Int[Tensor, "b t"] | None,
        positions: Positions,
    ) -> Stream:
        return self.inner(ids, mask, window_index, positions)

    def save(self, folder: Path) -> None:
        self.inner.save(folder)

    @staticmethod
    def restored(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        return {"folder": str(tiny_folder("bert"))}


class NoMask(Sound):
    def forward(
        self,
        ids: Int[Tensor, "w p"],
        mask: Bool[Tensor, "w p"],
        window_index: Int[Tensor, "b t"] | None,
        positions: Positions,
    ) -> Stream:
        return self.inner(ids, mask | True, window_index, positions)


class WrongWidth(Sound):
    @property
    def output_dim(self) -> int:
        return self.inner.output_dim + 1


class OtherTokenizer(Sound):
    @staticmethod
    def restored(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        return {"folder": str(tiny_folder("electra"))}

    def load_state_dict(self, *args: Any, **options: Any) -> Any:
        return None


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (NoMask, "test_padding_does_not_matter", "padding leaks into the result"),
        (NoMask, "test_unit_alone_equals_unit_in_a_batch", "depends on the longer units"),
        (WrongWidth, "test_declared_width", "one state of output_dim per position: shape"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(EncoderContract, component), check, message)


def test_another_encoder_comes_back(tmp_path: Path) -> None:
    suite(EncoderContract, Sound).test_restored_without_weights(tmp_path)
    contract = suite(EncoderContract, OtherTokenizer)
    with pytest.raises(AssertionError, match="the restored encoder's states differ by"):
        contract.test_restored_without_weights(tmp_path)


def test_folders_are_made_once() -> None:
    assert tiny_folder("bert") is tiny_folder("bert")
    assert (tiny_folder("bert") / "model.safetensors").is_file()
