import pytest

from jointre.cli.readers import reader_of
from jointre.errors import ConfigError


def test_options_are_json_or_text() -> None:
    reader = reader_of("spert", ["types=types.json"])
    assert str(reader.types) == "types.json"


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="'x': write KEY=VALUE, label_case=keep for exam"):
        reader_of("jsonl", ["x"])
    with pytest.raises(ConfigError, match="did you mean 'types'"):
        reader_of("jsonl", ["type_s=1"])
