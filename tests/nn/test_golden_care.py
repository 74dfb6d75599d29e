"""The co-attention and the table model give the values of the published modules (CARE §10)."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from jointre.config import Factory, construct
from jointre.data.batch import EncoderInput
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Model
from jointre.models.table import TableModel, TableOutput
from jointre.models.table_stages import TableStages, TableTargets
from jointre.nn.interactions import ConvCoAttention
from jointre.nn.streams import Stream, Streams
from jointre.positions import Positions, Role
from jointre.testing.tiny import tiny_encoder
from tests.naive import care as naive
from tests.naive.table_model import classify
from tests.nn import golden_care as golden
from tests.nn.golden import set_weights
from tests.nn.golden_care import TOLERANCE

CLASSIFIER = {"type": "feedforward", "layer_norm": True, "activation": "elu"}
LOSS = {"type": "binary", "over_labels": "sum"}


class Given(nn.Module):
    """Stands for an encoder: the golden states, and padding that is not zero."""

    def forward(
        self, ids: Tensor, mask: Tensor, window_index: Tensor | None, positions: Positions
    ) -> Stream:
        padded = positions.roles.shape[1] > 4
        states = torch.cat([golden.STATES, golden.PADDING], 1) if padded else golden.STATES
        return Stream.of(states, positions)


def positions(padding: int) -> Positions:
    roles = [Role.WORD] * 4 + [Role.PAD] * padding
    words = [[[i, i + 1] for i in range(4)]]
    return Positions(torch.tensor([[int(role) for role in roles]]), torch.tensor(words))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_encoder(tmp_path_factory.mktemp("tiny"), ["a"], hidden=4, heads=1))


def model_of(encoder: str, normalise_by: str) -> TableModel:
    config: dict[str, Any] = {
        "type": "table",
        "encoder": {"type": "transformer", "model_name": encoder},
        "projection": "identity",
        "interaction": {
            "type": "conv_co_attention",
            "layers": 2,
            "channels": 3,
            "pair_features": {"type": "distance", "dim": 2},
        },
        "entity_classifier": CLASSIFIER,
        "relation_classifier": CLASSIFIER,
        "entity_loss": LOSS,
        "relation_loss": LOSS,
        "normalise_by": normalise_by,
    }
    model = construct(Factory[Model], config)(vocabulary=Vocabulary(("e", "f"), ("r", "s")))
    assert isinstance(model, TableModel)
    set_weights(model.backbone.interaction, golden.CO_ATTENTION)
    set_weights(model.entity_classifier, golden.ENTITY_CLASSIFIER)
    set_weights(model.relation_classifier, golden.RELATION_CLASSIFIER)
    model.backbone.encoder = Given()  # type: ignore[assignment]
    return model.eval()


def run(model: TableModel, padding: int) -> tuple[TableOutput, dict[str, float]]:
    ids = torch.zeros(1, 4 + padding, dtype=torch.long)
    stages = TableStages(EncoderInput(ids, ids == 0, None, positions(padding)), whole=True)
    with torch.no_grad():
        output = model(stages)
        losses = model.losses(output, TableTargets(golden.GOLD_ENTITY, golden.GOLD_RELATION))
    return output, {name: loss.item() for name, loss in losses.items()}


@pytest.mark.parametrize("padding", [0, 1])
def test_streams_and_map(encoder: str, padding: int) -> None:
    """Padding, which the published code mixes in, moves nothing."""
    module = model_of(encoder, "padded_length").backbone.interaction
    assert isinstance(module, ConvCoAttention)
    assert module.features is not None
    assert torch.equal(module.features.index(4), golden.DISTANCES)
    stream = Given()(torch.zeros(1), torch.zeros(1), None, positions(padding))
    with torch.no_grad():
        after = module(Streams.without_pairs(stream, stream, stream))
    for found, expected in (
        (after.entity.states[0, :4], golden.ENTITY_STATES),
        (after.relation.states[0, :4], golden.RELATION_STATES),
        (after.pair[0, 0, :4], golden.MAP[0]),
        (after.pair[0, 3, :4], golden.MAP[3]),
    ):
        torch.testing.assert_close(found, expected, **TOLERANCE)


@pytest.mark.parametrize("padding", [0, 1])
def test_probabilities(encoder: str, padding: int) -> None:
    output, _ = run(model_of(encoder, "padded_length"), padding)
    cells = output.entity_cells
    assert [*zip(cells.row.tolist(), cells.column.tolist(), strict=True)] == [
        (i, j) for i in range(4) for j in range(i, 4)
    ]
    torch.testing.assert_close(output.entity_logits.sigmoid(), golden.ENTITY, **TOLERANCE)
    assert len(output.relation_cells) == 16
    relation = output.relation_logits.sigmoid().view(4, 4, 2)
    for row, expected in golden.RELATION.items():
        torch.testing.assert_close(relation[row], expected, **TOLERANCE)


@pytest.mark.parametrize(
    ("normalise_by", "padding", "factor"),
    [
        ("padded_length", 0, 1.0),
        ("padded_length", 1, 0.8),  # the same sum over 5 positions
        ("sentence_length", 0, 1.0),
        ("sentence_length", 1, 1.0),
    ],
)
def test_losses(encoder: str, normalise_by: str, padding: int, factor: float) -> None:
    _, losses = run(model_of(encoder, normalise_by), padding)
    expected = {name: factor * value for name, value in golden.LOSSES.items()}
    assert losses == pytest.approx(expected, abs=1e-5)


def test_the_published_leak(encoder: str) -> None:
    """The naive form reads padding as the published code does, to the same amount."""
    model = model_of(encoder, "padded_length")
    module = model.backbone.interaction
    assert isinstance(module, ConvCoAttention)
    states = torch.cat([golden.STATES, golden.PADDING], 1)[0]
    real = torch.tensor([True, True, True, True, False])
    found, _ = run(model, 0)
    with torch.no_grad():
        x, y, shared = (part[:4] for part in naive.co_attention(module, states, states, real))
        for task, own, logits in (
            ("entity", x, found.entity_logits),
            ("relation", y, found.relation_logits),
        ):
            first, second = own[:, None].expand(4, 4, 4), own[None].expand(4, 4, 4)
            features = torch.cat([first, second, shared[:, :4]], 2)
            part = getattr(model, f"{task}_classifier")
            leaking = classify(part, features, normalise=True, activation="elu").sigmoid()
            rows = torch.ones(4, 4).triu() if task == "entity" else torch.ones(4, 4)
            gap = (leaking[rows.bool()] - logits.sigmoid()).abs().max().item()
            assert gap == pytest.approx(golden.LEAKS[task], abs=1e-5)
