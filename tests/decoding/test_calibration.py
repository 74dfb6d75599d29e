"""The file of a calibration: what is written is read, and what a stranger writes is checked."""

from typing import Any

import pytest

from jointre.decoding import Calibration, TaskCalibration
from jointre.errors import DataError

MADE = Calibration(TaskCalibration(1.5, -0.5, {"Person": 0.25}), TaskCalibration(0.5), {"folds": 5})


def read(content: Any) -> Calibration:
    return Calibration.from_dict(content, ("Person", "Place"), ("in",))


def test_what_is_written_is_read() -> None:
    assert read(MADE.to_dict()) == MADE


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ((), [], "a calibration is an object with 'entity', 'relation' and 'about'"),
        (("more",), 1, "a calibration is an object with 'entity', 'relation' and 'about'"),
        (("about",), 1, "about must be an object"),
        (("entity",), {}, "entity must be an object with 'temperature', 'bias' and 'thresholds'"),
        (("entity", "temperature"), 0, "entity.temperature is 0, but must be a number from 0.01"),
        (("entity", "temperature"), True, "entity.temperature is True"),
        (("entity", "temperature"), float("nan"), "entity.temperature is nan"),
        (("entity", "temperature"), "1", "entity.temperature is '1'"),
        (("entity", "bias"), 1e9, "entity.bias is 1000000000.0, but must be a number from -100"),
        (("relation", "thresholds"), [], "relation.thresholds must be an object"),
        (("relation", "thresholds"), {"on": 0.5}, "relation.thresholds has the unknown label 'on'"),
        (("relation", "thresholds"), {"in": 2}, "must be a probability from 0 to 1"),
        (("relation", "thresholds"), {"in": None}, "must be a probability from 0 to 1"),
    ],
)
def test_wrong_content(path: tuple[str, ...], value: Any, message: str) -> None:
    content: Any = MADE.to_dict()
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    if path:
        inner[path[-1]] = value
    with pytest.raises(DataError, match=message):
        read(content if path else value)
