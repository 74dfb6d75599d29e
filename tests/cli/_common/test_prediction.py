from pathlib import Path
from typing import Any

import pytest

from jointre.cli._common.prediction import Prediction, prints_text
from jointre.cli._common.sources import STDIN
from jointre.errors import DataError


def prediction(**options: Any) -> Prediction:
    defaults: dict[str, Any] = {
        "sources": [Path("a.txt")],
        "format": None,
        "split_by": None,
        "entities": "predict",
        "reader_options": {},
        "output": None,
        "render": None,
        "colors": {},
        "resume": False,
    }
    return Prediction(**{**defaults, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entities": "given", "sources": [STDIN]}, "--entities given needs records with entities"),
        ({"sources": [STDIN], "format": "spert"}, "--format spert: standard input is read as text"),
        ({"render": Path("a.png")}, "--render a.png: the pictures are a page"),
        ({"colors": {"Per": "#112233"}}, "--colors needs --render"),
        ({"resume": True}, "--resume needs --output"),
        (
            {"resume": True, "output": Path("o.jsonl"), "render": Path("a.html")},
            "--resume and --render are mutually exclusive",
        ),
        (
            {"resume": True, "output": Path("o.jsonl"), "sources": [STDIN]},
            "--resume needs files: standard input cannot be read again",
        ),
    ],
)
def test_options_that_contradict_each_other(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        prediction(**options)


@pytest.mark.parametrize("format", [None, "jsonl"])
def test_only_texts_have_lines(tmp_path: Path, format: str | None) -> None:
    """The content of a file says whether it is a text, not its name."""
    records, text = tmp_path / "records.txt", tmp_path / "a.text"
    records.write_text('{"tokens": ["a"], "entities": [{"label": "A", "mentions": [[0, 1]]}]}\n')
    text.write_text("A text.\n")
    with pytest.raises(DataError, match="--documents line: is for texts"):
        prediction(sources=[records], split_by="line", format=format)
    assert prediction(sources=[records], entities="given", format=format).entities == "given"
    assert prediction(sources=[text], split_by="line").split_by == "line"
    with pytest.raises(DataError, match="--entities given needs records"):
        prediction(sources=[records, text], entities="given")


def test_an_unfinished_output_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl.partial").write_text("{}\n")
    with pytest.raises(DataError, match=r"o\.jsonl\.partial"):
        prediction(output=tmp_path / "o.jsonl")
    assert prediction(output=tmp_path / "o.jsonl", resume=True).resumable


def test_what_can_be_resumed() -> None:
    assert prediction().resumable
    assert not prediction(render=Path("a.html")).resumable
    assert not prediction(sources=[Path("a.txt"), STDIN]).resumable


def test_records_are_printed_where_nobody_reads() -> None:
    assert not prints_text(None, json=False)  # standard output of a test is no terminal
    assert not prints_text(Path("a.jsonl"), json=False)
