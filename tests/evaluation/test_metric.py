import re

import numpy as np
import pytest

from jointre.data.schema import Document
from jointre.errors import ConfigError, DataError
from jointre.evaluation import Metric, monitor_keys
from jointre.evaluation.metric import check_pairs
from tests.evaluation.documents import disturbed, random_sentence, sentence

NAMES = ("care", "dygie", "plmarker", "pure", "spert")
GOLD = [random_sentence(seed) for seed in range(20)]
PREDICTED = [disturbed(document, seed) for seed, document in enumerate(GOLD)]


def build(name: str) -> Metric:
    return Metric.by_name(name)(symmetric=frozenset({"s"}))


def test_unknown_protocol_lists_the_choices() -> None:
    with pytest.raises(ConfigError, match=r"spret(.|\n)*spert"):
        Metric.by_name("spret")


@pytest.mark.parametrize("name", NAMES)
def test_report_names_its_protocol_and_blocks(name: str) -> None:
    metric = build(name)
    report = metric.score(GOLD, PREDICTED)
    assert report.protocol == name
    assert tuple(report.blocks) == metric.blocks
    assert {"entity", "relation_cell" if name == "care" else "relation_boundary"} <= set(
        report.blocks
    )


@pytest.mark.parametrize("name", NAMES)
def test_counts_of_the_documents_add_up_to_the_scores(name: str) -> None:
    metric = build(name)
    report = metric.score(GOLD, PREDICTED)
    counts = metric.counts(GOLD, PREDICTED)
    assert tuple(counts) == metric.blocks
    for block, rows in counts.items():
        assert rows.shape == (20, 3)
        assert rows.dtype == np.int64
        assert tuple(rows.sum(0)) == report.blocks[block].counts
        right, predicted, _ = rows.T
        assert (right <= predicted).all()
        alone = metric.score([GOLD[7]], [PREDICTED[7]])
        assert tuple(rows[7]) == alone.blocks[block].counts


@pytest.mark.parametrize("name", NAMES)
def test_values_lie_between_0_and_1_and_no_corpus_scores_0(name: str) -> None:
    metric = build(name)
    assert all(0 < value < 1 for value in metric.score(GOLD, PREDICTED).flat().values())
    empty = metric.score([], [])
    assert set(empty.flat().values()) == {0.0}
    assert {block: rows.shape for block, rows in metric.counts([], []).items()} == dict.fromkeys(
        metric.blocks, (0, 3)
    )


def test_monitor_keys_are_the_names_of_flat() -> None:
    metric = build("spert")
    assert monitor_keys(metric) == list(metric.score(GOLD, PREDICTED).flat())
    assert "relation_strict_f1" in monitor_keys(type(metric))
    assert "relation_strict_f1" not in monitor_keys(build("dygie"))
    assert {"entity_f1", "relation_cell_f1"} <= set(monitor_keys(build("care")))
    # A class tells all it can have; without training facts there is no Ign F1.
    assert {*monitor_keys(Metric.by_name("docred"))} - {*monitor_keys(build("docred"))} == {
        f"relation_ign_{measure}" for measure in ("precision", "recall", "f1", "macro_f1")
    }


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (
            [sentence(id="a"), sentence(id="b")],
            [sentence(id="a"), sentence(id="c")],
            "document 1: gold is 'b', predicted is 'c'; both must hold the same documents",
        ),
        (
            [sentence(id="a"), sentence(id="b")],
            [sentence(id="a")],
            "2 gold documents, but 1 predicted one; both must hold the same documents",
        ),
        (
            [Document("a", ("x", "y"))],
            [Document("a", ("x", "z"))],
            "document 'a': token 1 is 'y' in gold, 'z' in the prediction",
        ),
        (
            [Document("a", ("x", "y"))],
            [Document("a", ("x",))],
            "document 'a': 2 tokens in gold, 1 in the prediction",
        ),
    ],
)
def test_documents_that_do_not_belong_together(gold, predicted, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        build("spert").score(gold, predicted)
    with pytest.raises(DataError, match=re.escape(message)):
        check_pairs(gold, predicted)


@pytest.mark.parametrize(
    ("protocol", "both", "entities"),
    [
        ("spert", ["entity_f1", "relation_strict_f1"], ["entity_f1"]),
        ("pure", ["entity_f1", "relation_strict_f1"], ["entity_f1"]),
        ("plmarker", ["entity_f1", "relation_strict_f1"], ["entity_f1"]),
        ("dygie", ["entity_f1", "relation_boundary_f1"], ["entity_f1"]),
        ("care", ["entity_f1", "relation_cell_f1"], ["entity_f1"]),
        ("jerex", ["entity_f1", "relation_strict_f1"], ["entity_f1"]),
        ("docred", ["entity_f1", "relation_strict_f1"], ["entity_f1"]),
    ],
)
def test_each_protocol_names_its_default_monitor(
    protocol: str, both: list[str], entities: list[str]
) -> None:
    metric = Metric.by_name(protocol)(symmetric=frozenset())
    assert metric.default_monitor(relations=True) == both
    assert metric.default_monitor(relations=False) == entities
    assert set(both) <= set(monitor_keys(metric))
