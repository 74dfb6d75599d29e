"""Parameters and multiply-adds by part, compared with formulas."""

from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.analysis.efficiency import items_of
from jointre.analysis.parts import OTHER, UNITS, Part, flop_counter, parts_of, total
from jointre.config import construct
from jointre.formats import Reader
from jointre.models import archive


def test_the_encoder_costs_what_its_formula_says(tiny_run: Path) -> None:
    """Four projections, the products of attention, and two layers, for each layer and piece."""
    model = archive.load(tiny_run).model
    documents = list(construct(Reader, "jsonl").read(tiny_run.parent / "test.jsonl"))
    parts = parts_of(model, documents)
    encoder = parts[0]
    assert encoder.name == "backbone.encoder"
    config: Any = model.encoder.get_submodule("model").config
    width, inner = config.hidden_size, config.intermediate_size
    preparer = model.preparer("predict")
    items = items_of(documents, model, preparer)
    sizes = [preparer([item]).inputs.ids.shape[1] for item in items]
    expected = sum(
        config.num_hidden_layers
        * (4 * size * width * width + 2 * size * width * inner + 2 * size * size * width)
        for size in sizes
    )
    assert encoder.multiply_adds == pytest.approx(expected / len(sizes))
    assert encoder.parameters == sum(p.numel() for p in model.encoder.parameters())


@pytest.mark.parametrize("fixture", ["tiny_run", "overfitted_table", "overfitted_documents"])
def test_parts_add_up(fixture: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(fixture)
    model = archive.load(run).model
    documents = list(construct(Reader, "jsonl").read(run.parent / "test.jsonl"))[:3]
    parts = parts_of(model, documents)
    names = [part.name for part in parts]
    assert len(set(names)) == len(names)
    assert names[0] == "backbone.encoder"
    assert OTHER not in names[:-1]
    whole = total(parts)
    assert whole.parameters == sum(p.numel() for p in model.parameters())
    preparer = model.preparer("predict")
    flops = 0
    items = items_of(documents, model, preparer)
    for item in items:
        with torch.no_grad(), flop_counter() as counter:
            stages = preparer([item])
            model.documents(model(stages), stages, [item.document])
        flops += counter.get_total_flops()
    assert whole.multiply_adds == pytest.approx(flops / 2 / len(items))


def test_a_part_of_the_units_is_enough(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jointre.analysis import parts as module

    model = archive.load(tiny_run).model
    documents = list(construct(Reader, "jsonl").read(tiny_run.parent / "train.jsonl"))
    assert len(documents) < UNITS
    monkeypatch.setattr(module, "UNITS", 3)
    found = parts_of(model, documents)
    assert found == parts_of(model, documents[::8])
    assert found[0].to_dict()["name"] == "backbone.encoder"
    assert total([Part("a", 1, 2.0), Part("b", 3, 4.0)]) == Part("model", 4, 6.0)
