"""Records of a batch: their size, and moving them."""

from dataclasses import dataclass

import torch

from jointre.data.batch import EncoderInput, GivenMentions, Movable, Stages
from jointre.positions import Positions, Spans


def inputs() -> EncoderInput:
    positions = Positions(
        torch.ones(2, 3, dtype=torch.long), torch.zeros(2, 3, 2, dtype=torch.long)
    )
    return EncoderInput(
        ids=torch.zeros(4, 3, dtype=torch.long),
        mask=torch.ones(4, 3, dtype=torch.bool),
        window_index=torch.zeros(2, 3, dtype=torch.long),
        positions=positions,
        audible=torch.ones(2, 3, dtype=torch.bool),
    )


@dataclass(frozen=True, slots=True)
class Parts(Stages):
    spans: Spans
    mentions: GivenMentions | None
    words: tuple[str, ...]


def test_size_counts_units_not_windows() -> None:
    assert inputs().size == 2


def test_tensors_move_and_the_rest_stays() -> None:
    rows = torch.zeros(2, dtype=torch.long)
    parts = Parts(inputs(), Spans(rows, rows, rows + 1), GivenMentions(rows, None), ("a", "b"))
    moved = parts.to("meta")
    assert isinstance(moved, Parts)
    assert moved.words == ("a", "b")
    assert moved.mentions is not None
    assert moved.mentions.labels is None
    assert moved.inputs.window_index is not None
    assert moved.inputs.audible is not None
    tensors = [
        *(moved.inputs.ids, moved.inputs.mask, moved.inputs.window_index, moved.inputs.audible),
        *(moved.inputs.positions.roles, moved.inputs.positions.words),
        *(moved.spans.unit, moved.spans.start, moved.spans.end, moved.mentions.rows),
    ]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert parts.inputs.ids.device.type == "cpu"


def test_what_is_none_stays_none() -> None:
    bare = EncoderInput(inputs().ids, inputs().mask, None, inputs().positions).to("cpu")
    assert (bare.window_index, bare.audible) == (None, None)
    assert isinstance(bare, Movable)


def test_candidates_begin_and_end_with_audible_words() -> None:
    whole = inputs()
    audible = torch.tensor([[True, False, True], [True, True, True]])
    some = EncoderInput(whole.ids, whole.mask, None, whole.positions, audible)
    unit, start, end = torch.tensor([[0, 0, 1], [0, 0, 2], [0, 0, 3], [1, 0, 2]]).T
    spans = Spans(unit, start, end)
    assert some.candidates(spans).end.tolist() == [1, 3, 2]
    bare = EncoderInput(whole.ids, whole.mask, None, whole.positions)
    assert bare.candidates(spans) is spans
