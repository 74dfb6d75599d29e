"""What the decoders share: stages, adjustments, and one family per model."""

from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.data.overlaps import LabelOverlaps
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Decoder
from jointre.errors import ConfigError
from jointre.nn.losses import LabelScores
from jointre.positions import Spans

VOCABULARY = Vocabulary(("Org", "Place"), ("in", "of"), overlaps=LabelOverlaps())
SPANS = Spans(torch.tensor([0, 0]), torch.tensor([0, 2]), torch.tensor([3, 3]))
SCORES = LabelScores(torch.tensor([[0.6, 0.1], [0.1, 0.7]]), torch.tensor([0.3, 0.2]), True)


def decoder(**options: Any) -> Decoder:
    factory: Factory[Decoder] = construct(Factory[Decoder], {"type": "spans", **options})
    return factory(vocabulary=VOCABULARY)


def rows(made: Decoder) -> list[tuple[int, int]]:
    found = made.find_mentions(SPANS, SCORES)
    return list(zip(found.rows.tolist(), found.labels.tolist(), strict=True))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [(0, 0), (1, 1)]),
        ({"entity_threshold": 0.65}, [(1, 1)]),
        ({"entity_threshold": {"Place": 0.75}}, [(0, 0)]),
        ({"entity_threshold": {"default": 0.65, "Org": 0.5}}, [(0, 0), (1, 1)]),
        ({"overlap": "flat"}, [(1, 1)]),
        ({"overlap": "nested"}, [(0, 0), (1, 1)]),
        ({"overlap": "learned"}, [(1, 1)]),
    ],
)
def test_mentions(options: dict[str, Any], expected: list[tuple[int, int]]) -> None:
    assert rows(decoder(**options)) == expected


def test_relations_have_a_threshold_per_label() -> None:
    scores = LabelScores(torch.tensor([[0.55, 0.55], [0.3, 0.8]]), None, False)
    found = decoder(relation_threshold={"in": 0.5, "default": 0.7}).find_relations(scores)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 0], [1, 1]]
    assert found.probabilities.tolist() == pytest.approx([0.55, 0.8])


def test_adjust() -> None:
    scores = LabelScores(torch.tensor([[0.55, 0.55], [0.3, 0.8]]), None, False)
    made = decoder()
    made.adjust({"default": 0.6, "in": 0.2, "Place": 0.9}, overlap="flat")
    found = made.find_relations(scores)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 0], [1, 0], [1, 1]]
    assert rows(made) == [(0, 0)]
    made.adjust(0.5)
    assert len(made.find_relations(scores).rows) == 3
    made.adjust()
    assert rows(made) == [(0, 0)]


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (
            {"Plce": 0.5},
            r"threshold Plce=0.5: the model has no label 'Plce'; did you mean 'Place'\?",
        ),
        ({"in": 1.5}, "threshold in=1.5: a probability is from 0 to 1"),
        (-0.1, "threshold default=-0.1: a probability is from 0 to 1"),
    ],
)
def test_adjust_changes_nothing_after_a_mistake(threshold: Any, message: str) -> None:
    made = decoder()
    with pytest.raises(ConfigError, match=message):
        made.adjust({"of": 0.9, **threshold} if isinstance(threshold, dict) else threshold)
    scores = LabelScores(torch.tensor([[0.55, 0.55]]), None, False)
    assert len(made.find_relations(scores).rows) == 2
