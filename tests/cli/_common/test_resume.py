"""An interrupted prediction is continued with the same model, files and options only."""

from pathlib import Path
from typing import Any

import pytest

from jointre.cli._common.resume import begin, finish, record_of, require_same, settings_of
from jointre.errors import DataError
from jointre.models import archive
from tests.cli.command import Command


def test_differences_are_listed(tiny_run: Path, tmp_path: Path) -> None:
    text, output = tmp_path / "a.txt", tmp_path / "out.jsonl"
    text.write_text("One.")
    model = archive.load(tiny_run).model
    settings = settings_of(model, [text], {"threshold": {"works_for": 0.5}, "overlap": None})
    begin(output, settings)
    require_same(output, settings)
    other: dict[str, Any] = {**settings, "overlap": "flat"}
    text.write_text("One more.")
    other["inputs"] = settings_of(model, [text], {})["inputs"]
    with pytest.raises(DataError) as caught:
        require_same(output, other)
    message = str(caught.value)
    assert "--resume must continue with the same model, files and options" in message
    assert "overlap: None there, 'flat' now" in message
    assert "inputs: " in message
    assert "model: " not in message


def test_the_note_is_there_as_long_as_the_partial_output(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    begin(output, {"a": 1})
    (tmp_path / "out.jsonl.partial").write_text("{}")
    finish(output)
    assert record_of(output).exists()
    (tmp_path / "out.jsonl.partial").unlink()
    finish(output)
    assert not record_of(output).exists()
    begin(Path("/dev/null"), {"a": 1})
    assert not record_of(Path("/dev/null")).exists()


def test_a_damaged_note_is_refused(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    record_of(output).write_text("{")
    with pytest.raises(DataError, match="it is damaged"):
        require_same(output, {"a": 1})


def test_predict_refuses_other_options(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    text, output = tmp_path / "a.txt", tmp_path / "out.jsonl"
    text.write_text("Ingrid lives in Bergen.")
    assert jointre("predict", tiny_run, text, "--output", output).code == 0
    assert not record_of(output).exists()
    output.rename(tmp_path / "out.jsonl.partial")
    begin(output, settings_of(archive.load(tiny_run).model, [text], {"overlap": None}))
    again = jointre("predict", tiny_run, text, "--output", output, "--resume", "--overlap", "flat")
    again.told("overlap: None there, 'flat' now")


def test_bad_records_can_be_skipped(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    records, output = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    records.write_text('{"id": "a", "tokens": ["Ingrid"]}\n{"id": "b"}\n')
    assert jointre("predict", tiny_run, records, "--output", output).code == 1
    (tmp_path / "out.jsonl.partial").unlink(missing_ok=True)
    ended = jointre("predict", tiny_run, records, "--output", output, "--on-error", "skip")
    assert ended.code == 0
    assert "1 record with errors skipped" in ended.err
    assert output.read_text().count("\n") == 1
