"""Tensors are found, moved and compared wherever they stand."""

from typing import Any

import pytest
import torch

from jointre.testing.contracts.compare import devices, differ, leaves, moved, same
from jointre.testing.contracts.inputs import stream_of


def test_comparison_names_the_place() -> None:
    nested: dict[str, Any] = {"a": {"b": torch.zeros(2)}}
    assert [name for name, _ in leaves(nested)] == ["a b"]
    with pytest.raises(AssertionError, match=r"wrong: a b differs by 0\.5"):
        same({"a": {"b": torch.tensor([0.0, 0.5])}}, nested, "wrong")
    with pytest.raises(AssertionError, match=r"wrong: a b has shape \(3,\), not \(2,\)"):
        same({"a": {"b": torch.zeros(3)}}, nested, "wrong")
    with pytest.raises(AssertionError, match="wrong: a b differs by inf"):
        same({"a": {"b": torch.tensor([0.0, torch.nan])}}, nested, "wrong")
    same({"a": {"b": torch.tensor([0.0, 1e-6])}}, nested, "wrong")
    differ({"a": {"b": torch.tensor([0.0, 0.1])}}, nested, "right")
    with pytest.raises(AssertionError, match="wrong: flag differs by 1"):
        same({"flag": torch.tensor(True)}, {"flag": torch.tensor(False)}, "wrong")


def test_tensors_are_found_in_lists_and_dataclasses() -> None:
    found = dict(leaves([{"one": stream_of([0], 3)}, None, 4]))
    assert list(found) == [
        "0 one states",
        "0 one summary",
        "0 one positions roles",
        "0 one positions words",
    ]


def test_devices_and_moving() -> None:
    assert devices()[0] == "cpu"
    item = moved({"a": [torch.zeros(1), 3]}, "meta")
    assert item["a"][0].device.type == "meta"
    assert item["a"][1] == 3
