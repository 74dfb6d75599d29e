from pathlib import Path

import pytest

from jointre.cli._common.readers import format_of, reader_of
from jointre.errors import ConfigError, DataError


def test_options_are_json_or_text() -> None:
    reader = reader_of("spert", ["types=types.json"])
    assert str(reader.types) == "types.json"


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="'x': write KEY=VALUE, label_case=keep for exam"):
        reader_of("jsonl", ["x"])
    with pytest.raises(ConfigError, match="did you mean 'types'"):
        reader_of("jsonl", ["type_s=1"])


def test_the_format_is_detected_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "corpus"
    path.write_text('{"tokens": ["a"], "entities": []}\n')
    assert format_of(path, "spert") == "spert"
    assert capsys.readouterr().err == ""
    assert format_of(path, None) == "jsonl"
    assert capsys.readouterr().err == f"{path}: detected the format jsonl\n"


def test_a_format_that_cannot_be_detected(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("word,tag\n")
    with pytest.raises(
        DataError, match=r"cannot be detected; name it with --from, .*brat, .*jsonl"
    ):
        format_of(path, None, "--from")
    with pytest.raises(DataError, match="no such file"):
        format_of(tmp_path / "absent.csv", None)
