"""Time over length: what is measured, and its figure."""

from pathlib import Path

import pytest

from jointre.analysis import growth as module
from jointre.analysis.efficiency import Measure
from jointre.analysis.growth import Growth, draw, growth
from jointre.config import construct
from jointre.data.schema import Document
from jointre.formats import Reader
from jointre.models import archive


@pytest.mark.parametrize(
    ("fixture", "count"), [("tiny_run", 8), ("overfitted_pairs", 1), ("overfitted_documents", 1)]
)
def test_units_have_the_length(
    fixture: str, count: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = request.getfixturevalue(fixture)
    model = archive.load(run).model
    documents = list(construct(Reader, "jsonl").read(run.parent / "dev.jsonl"))
    measured: list[list[Document]] = []

    def timed(model: object, units: list[Document], *options: object) -> Measure:
        measured.append(units)
        return Measure("m", 8.0, "s", 4.0, 2.0, 1)

    monkeypatch.setattr(module, "prediction", timed)
    points = growth(model, documents, 1, 4096, [5, 12])
    assert points == [Growth(words, 8.0 / count, 4.0 / count) for words in (5, 12)]
    for words, units in zip((5, 12), measured, strict=True):
        assert [len(unit.tokens) for unit in units] == [words] * count


def test_real_times(tiny_run: Path) -> None:
    model = archive.load(tiny_run).model
    documents = list(construct(Reader, "jsonl").read(tiny_run.parent / "dev.jsonl"))
    (point,) = growth(model, documents, 1, 4096, [4])
    assert 0 < point.encoder_seconds < point.seconds
    assert point.to_dict()["words"] == 4


def test_the_figure(tmp_path: Path) -> None:
    points = [Growth(10, 0.01, 0.005), Growth(20, 0.02, 0.01)]
    draw({"one": points, "two": points}, tmp_path / "g.svg")
    text = (tmp_path / "g.svg").read_text()
    assert text.count("<path") > 4
    draw({"one": points}, tmp_path / "g.png")
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
