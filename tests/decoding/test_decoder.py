"""What the decoders share: stages, adjustments, and one family per model."""

from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.data.overlaps import LabelOverlaps
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Calibration, Decoder, TaskCalibration
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


@pytest.mark.parametrize(("temperature", "bias"), [(0.4, 0.0), (1.0, -1.5), (3.0, 0.5)])
def test_temperature_and_bias_change_no_decision(temperature: float, bias: float) -> None:
    """Thresholds of the config are compared with the probabilities of the model."""
    pairs = LabelScores(torch.tensor([[0.55, 0.65], [0.3, 0.8]]), None, False)
    options = {"entity_threshold": {"Org": 0.55}, "relation_threshold": {"in": 0.6}}
    raw, made = decoder(**options), decoder(**options)
    of_task = TaskCalibration(temperature, bias)
    made.calibrate(Calibration(of_task, of_task))
    assert rows(made) == rows(raw)
    expected, found = raw.find_relations(pairs), made.find_relations(pairs)
    assert found.rows.tolist() == expected.rows.tolist() == [0, 1]
    odds = expected.probabilities.logit() / temperature + bias
    torch.testing.assert_close(found.probabilities, odds.sigmoid())
    made.calibrate(None)
    assert made.find_relations(pairs).probabilities.tolist() == expected.probabilities.tolist()


def test_calibrated_thresholds_replace_those_of_the_labels() -> None:
    """They are compared with calibrated probabilities; other labels keep the model's own rule."""
    pairs = LabelScores(torch.tensor([[0.55, 0.55], [0.3, 0.8], [0.2, 0.45]]), None, False)
    made = decoder()
    # 0.3 is 0.4 at temperature 2.1, 0.2 is 0.34.
    made.calibrate(Calibration(relation=TaskCalibration(2.1, 0.0, {"in": 0.39})))
    found = made.find_relations(pairs)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    made.adjust({"of": 0.6})
    found = made.find_relations(pairs)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 0], [1, 0], [1, 1]]
    made.calibrate(None)
    assert len(made.find_relations(pairs).rows) == 3


def test_calibration_of_unknown_labels() -> None:
    with pytest.raises(ConfigError, match="calibration of relation: the model has no label 'at'"):
        decoder().calibrate(Calibration(relation=TaskCalibration(thresholds={"at": 0.5})))


def test_all_relations_while_a_context_lasts() -> None:
    scores = LabelScores(torch.tensor([[0.2, 0.7]]), None, False)
    made = decoder(relation_threshold={"of": 0.9})
    for calibration in (None, Calibration(relation=TaskCalibration(thresholds={"in": 0.9}))):
        made.calibrate(calibration)
        before = made.find_relations(scores).rows.tolist()
        with made.all_relations(0.1):
            assert made.find_relations(scores).labels.tolist() == [0, 1]
        assert made.find_relations(scores).rows.tolist() == before == []
