"""What each convention calls gold on the SciERC development set."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jointre.evaluation import Metric
from jointre.formats import Reader

FOLDER = Path(
    os.environ.get("JOINTRE_REAL_DATA", Path(__file__).parents[3].parent / "shared" / "data")
)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("protocol", "options", "wide", "symmetric"),
    [
        ("spert", {}, 1, 1),
        ("pure", {}, 1, 1),
        ("plmarker", {}, 1, 2),
        ("dygie", {}, 1, 1),
        ("dygie", {"max_width": 8}, 0, 1),
        ("care", {}, 1, 1),
    ],
)
def test_support_on_scierc(
    protocol: str, options: dict[str, Any], wide: int, symmetric: int
) -> None:
    """``wide`` and ``symmetric`` say how often such an item counts."""
    folder = FOLDER / "scierc" / "spert"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set JOINTRE_REAL_DATA")
    reader = Reader.by_name("spert")(types=folder / "scierc_types.json")
    labels = reader.label_sets()
    assert labels is not None
    gold = list(reader.read(folder / "scierc_dev.json"))
    report = Metric.by_name(protocol)(symmetric=labels.symmetric, **options).score(gold, gold)
    # The corpus has 811 entities, 5 of them wider than 8 tokens, and 455 relations.
    assert report.blocks["entity"].support == 811 - 5 + 5 * wide
    both_ways = [
        relation["type"] in labels.symmetric
        for record in json.loads((folder / "scierc_dev.json").read_text())
        for relation in record["relations"]
    ]
    assert 0 < sum(both_ways) < len(both_ways) == 455
    expected = 455 + (symmetric - 1) * sum(both_ways)
    relations = report.blocks["relation_cell" if protocol == "care" else "relation_boundary"]
    assert relations.support == expected
    assert relations.f1 == 1.0
