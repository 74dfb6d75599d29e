"""The suite of encoders, which runs on tiny encoders that it makes itself."""

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.batch import EncoderInput
from jointre.data.pieces import PieceMaker
from jointre.nn.encoders import Encoder
from jointre.nn.streams import Stream
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS
from jointre.testing.contracts.streams import shape_is
from jointre.testing.tiny import Kind, tiny_encoder, tiny_words

SENTENCES = ("Ada Lovelace left", "Rome", "The University of London hired Bob", "Carol 🎉")
POSITIONS = 24


@cache
def tiny_folder(kind: Kind, positions: int = POSITIONS) -> Path:
    """The folder of a tiny encoder, made once per process and removed at its end.

    It lies in the folder for temporary files; set ``tempfile.tempdir`` to have it elsewhere.
    """
    folder = Path(tempfile.mkdtemp(prefix="jointre-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return tiny_encoder(folder, tiny_words(), kind, hidden=16, heads=2, positions=positions)


class EncoderContract(ModuleContract):
    """The suite of :class:`~jointre.nn.encoders.Encoder`.

    Attributes:
        kind: Family of the tiny encoder whose folder is the ``model_name``, unless the component
            names another one.
        positions: Maximum number of pieces of the tiny encoder; the longest sample unit has about
            14 pieces, so that with fewer positions it is read in windows.
    """

    interface = Encoder
    kind: ClassVar[Kind] = "bert"
    copies: ClassVar[int] = 25
    positions: ClassVar[int] = POSITIONS

    def factory(self) -> Factory[Any]:
        """The component on the tiny encoder."""
        if not isinstance(self.component, Mapping):
            return super().factory()
        folder = str(tiny_folder(self.kind, self.positions))
        # The interface is only known here: a type checker cannot follow.
        factory: Factory[Any] = construct(
            Factory[self.interface],  # type: ignore[name-defined]
            {"model_name": folder} | dict(self.component),
        )
        return factory

    @cached_property
    def pieces(self) -> PieceMaker:
        """The encoder's tokenisation."""
        encoder = self.factory()()
        return PieceMaker(
            encoder.tokenizer,
            encoder.special_tokens,
            encoder.max_pieces,
            encoder.stride,
            encoder.long_inputs,
        )

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> EncoderInput:
        """Pieces of sample sentences, with random pieces as padding."""
        maker = self.pieces
        batch = maker.batch([maker(SENTENCES[unit].split()) for unit in units])
        ids, mask = batch.ids, batch.mask
        if batch.window_index is None and padding:
            room = maker.room + len(maker.first) + len(maker.last) - ids.shape[1]
            room = min(padding, room)
            ids = torch.nn.functional.pad(ids, (0, room))
            mask = torch.nn.functional.pad(mask, (0, room))
            roles = torch.nn.functional.pad(batch.positions.roles, (0, room))
            batch = replace(batch, positions=replace(batch.positions, roles=roles))
        generator = torch.Generator().manual_seed(garbage)
        noise = torch.randint(0, len(maker.tokenizer), ids.shape, generator=generator)
        return replace(batch, ids=torch.where(mask, ids, noise), mask=mask)

    def call(self, module: Any, batch: EncoderInput) -> Stream:
        """Run the encoder."""
        stream: Stream = module(batch.ids, batch.mask, batch.window_index, batch.positions)
        return stream

    def view(self, result: Stream, batch: EncoderInput, row: int) -> View:
        """The states and the summary of a unit."""
        real = batch.positions.roles[row] > 0
        return {"states": result.states[row][real], "summary": result.summary[row]}

    def test_declared_width(self) -> None:
        """One state of the declared width per position; the positions do not change."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result = self.call(module, batch)
        shape = (*batch.positions.roles.shape, module.output_dim)
        shape_is(result.states, shape, "an encoder gives one state of output_dim per position")
        shape_is(result.summary, (len(UNITS), module.output_dim), "one summary per unit")
        same_roles = torch.equal(result.positions.roles, batch.positions.roles)
        assert same_roles, "the encoder must not change the positions"

    def test_restored_without_weights(self, tmp_path: Path) -> None:
        """What is saved rebuilds the encoder; with the state dict it computes the same."""
        module = self.build()
        module.save(tmp_path)
        factory = self.factory()
        options = module.restored(factory.options, tmp_path)
        again = factory.type(**options).eval()
        again.load_state_dict(module.state_dict())
        assert again.max_pieces == module.max_pieces, "the restored encoder has other windows"
        expected, actual = self.everything(module), self.everything(again)
        for unit, view in expected.items():
            gap = float((view["states"] - actual[unit]["states"]).abs().max())
            assert gap <= 1e-6, f"the restored encoder's states differ by {gap:.2g}"
        words = ["London", "🎉", "[CLS]"]
        before: list[Tensor] = module.tokenizer(words, add_special_tokens=False)["input_ids"]
        after = again.tokenizer(words, add_special_tokens=False)["input_ids"]
        assert before == after, "the restored tokenizer cuts words into other pieces"
