from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.models import Model, archive
from jointre.models.backbone import Backbone
from jointre.testing.tiny import tiny_vocabulary
from tests.tiny_runs import experiment


def backbone(folder: Path, changes: dict[str, Any]) -> tuple[Model, Backbone]:
    config = experiment(folder, changes)["model"]
    model: Any = construct(Factory[Model], config)(vocabulary=tiny_vocabulary())
    return model, model.backbone


@pytest.mark.parametrize("pooler", [None, "first", "max"])
def test_widths_and_positions(tiny_data: Path, pooler: str | None) -> None:
    model, made = backbone(tiny_data, {"model.word_pooler": pooler})
    make = model.piece_maker()
    batch = make.batch([make(["Ingrid", "left"]), make(["Bergen"])])
    streams = made(batch, {})
    positions = 2 if pooler else batch.positions.roles.shape[1]
    assert streams.entity.states.shape == (2, positions, made.output_dim)
    assert streams.relation.summary.shape == (2, made.output_dim)
    assert streams.shared.states.shape[-1] == made.shared_dim == 32
    assert made.pair_dim == streams.pair.shape[-1] == 0


def test_heads_that_do_not_divide_the_width(tiny_data: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.interaction.*heads=5.*32"):
        construct(
            Factory[Model],
            experiment(tiny_data, {"model.interaction.heads": 5})["model"],
            path="model",
        )(vocabulary=tiny_vocabulary())


def test_new_parts_are_drawn_like_the_encoder(tiny_data: Path) -> None:
    torch.manual_seed(0)
    _, made = backbone(tiny_data, {})
    weight = made.projection.state_dict()
    stacked = torch.cat([value.flatten() for name, value in weight.items() if "weight" in name])
    assert stacked.std().item() == pytest.approx(made.encoder.initializer_range, rel=0.1)


def test_the_archive_rebuilds_it(tiny_run: Path) -> None:
    model: Any = archive.load(tiny_run).model
    assert isinstance(model.backbone, Backbone)
