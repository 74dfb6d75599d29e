import json

import pytest

from jointre.errors import DataError
from jointre.evaluation.report import Counts, Ratios, Report, Scores, table

ENTITY = Scores.of({"B": Counts(1, 2, 1), "A": Counts(0, 0, 2), "C": Counts(0, 0, 0)})
REPORT = Report("spert", {"entity": ENTITY, "relation_strict": Scores.of({})})


def test_ratios_of_counts_and_of_nothing() -> None:
    ratios = Ratios.of(Counts(1, 2, 4))
    assert ratios.to_dict() == {
        "precision": 0.5,
        "recall": 0.25,
        "f1": pytest.approx(1 / 3),
        "support": 4,
    }
    assert ratios.counts == (1, 2, 4)
    assert Ratios.of(Counts(0, 0, 0)).to_dict() == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "support": 0,
    }


def test_micro_adds_counts_and_macro_averages_labels_that_occur() -> None:
    assert ENTITY.counts == (1, 2, 3)
    assert ENTITY.f1 == pytest.approx(2 / 5)
    assert list(ENTITY.per_type) == ["A", "B"]
    assert ENTITY.macro_f1 == pytest.approx((0 + 2 / 3) / 2)


def test_to_dict_is_the_contract() -> None:
    assert json.loads(json.dumps(REPORT.to_dict())) == {
        "protocol": "spert",
        "entity": {
            "precision": 0.5,
            "recall": pytest.approx(1 / 3),
            "f1": pytest.approx(0.4),
            "support": 3,
            "macro_f1": pytest.approx(1 / 3),
            "per_type": {
                "A": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 2},
                "B": {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
            },
        },
        "relation_strict": {
            "precision": 0.0,
            "recall": 0.0,
            "f1": 0.0,
            "support": 0,
            "macro_f1": 0.0,
            "per_type": {},
        },
    }


def test_from_dict_reads_to_dict_back() -> None:
    again = Report.from_dict(json.loads(json.dumps(REPORT.to_dict())))
    assert again == REPORT
    assert again.to_dict() == REPORT.to_dict()
    assert again.blocks["entity"].counts is None


def test_from_dict_names_what_is_wrong() -> None:
    with pytest.raises(DataError, match="report: 'protocol' must be a name, but is None"):
        Report.from_dict({"entity": ENTITY.to_dict()})
    record = {"protocol": "spert", "entity": {"precision": 1.0, "per_type": {}}}
    with pytest.raises(DataError, match=r"block 'entity' must have .*but KeyError: 'recall'"):
        Report.from_dict(record)
    with pytest.raises(DataError, match=r"block 'entity' must have precision, recall"):
        Report.from_dict({"protocol": "spert", "entity": 0.5})


def test_flat_names_each_number_by_its_block() -> None:
    assert REPORT.flat() == {
        "entity_precision": 0.5,
        "entity_recall": pytest.approx(1 / 3),
        "entity_f1": pytest.approx(0.4),
        "entity_macro_f1": pytest.approx(1 / 3),
        "relation_strict_precision": 0.0,
        "relation_strict_recall": 0.0,
        "relation_strict_f1": 0.0,
        "relation_strict_macro_f1": 0.0,
    }


def test_table_lists_micro_macro_and_each_label() -> None:
    assert table(REPORT) == [
        ("entity", "micro", pytest.approx(0.4), 0.5, pytest.approx(1 / 3), 3),
        ("entity", "macro", pytest.approx(1 / 3), None, None, 3),
        ("entity", "A", 0.0, 0.0, 0.0, 2),
        ("entity", "B", pytest.approx(2 / 3), 0.5, 1.0, 1),
        ("relation_strict", "micro", 0.0, 0.0, 0.0, 0),
        ("relation_strict", "macro", 0.0, None, None, 0),
    ]
