"""Batch: its size, and moving it."""

from dataclasses import fields

import torch

from jointre.data.batch import Batch
from jointre.layout import Layout, Spans


def sample() -> Batch:
    rows = torch.zeros(2, dtype=torch.long)
    layout = Layout(torch.ones(2, 3, dtype=torch.long), torch.zeros(2, 3, 2, dtype=torch.long))
    return Batch(
        ids=torch.zeros(4, 3, dtype=torch.long),
        mask=torch.ones(4, 3, dtype=torch.bool),
        gather=torch.zeros(2, 3, dtype=torch.long),
        layout=layout,
        spans=Spans(rows, rows, rows + 1),
        entity_targets=rows,
        kept=rows,
        kept_labels=rows,
        pairs=torch.zeros(1, 2, dtype=torch.long),
        relation_targets=torch.zeros(1, 5),
        tokens=(("a", "b"), ("c",)),
        sentences=torch.zeros(2, 3, dtype=torch.long),
        mention_targets=torch.zeros(2),
        coreference_pairs=torch.zeros(4, 2, dtype=torch.long),
        coreference_targets=torch.zeros(4),
        edit_distances=torch.zeros(4, dtype=torch.long),
        members=torch.zeros(6, 2, dtype=torch.long),
        entity_cells=torch.zeros(3, 4, dtype=torch.long),
        relation_cells=torch.zeros(0, 4, dtype=torch.long),
        audible=torch.ones(2, 3, dtype=torch.bool),
    )


def test_size_counts_units_not_windows() -> None:
    assert sample().size == 2


def test_every_field_moves() -> None:
    """But for the words, which are no tensor."""
    moved = sample().to("meta")
    for field in fields(moved):
        value = getattr(moved, field.name)
        assert value is not None, f"sample() leaves {field.name} out"
        if field.name == "tokens":
            assert value == (("a", "b"), ("c",))
            continue
        tensors = (
            [value]
            if isinstance(value, torch.Tensor)
            else [getattr(value, part.name) for part in fields(value)]
        )
        assert {tensor.device.type for tensor in tensors} == {"meta"}, field.name


def test_what_is_none_stays_none() -> None:
    whole = sample()
    bare = Batch(whole.ids, whole.mask, None, whole.layout).to("cpu")
    assert [f.name for f in fields(bare) if getattr(bare, f.name) is not None] == [
        "ids",
        "mask",
        "layout",
    ]
