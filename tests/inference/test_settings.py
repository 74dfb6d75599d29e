import json
from pathlib import Path

import pytest

from jointre.errors import ArchiveError, ConfigError
from jointre.inference.settings import RunSettings


def test_the_runs_own(tiny_run: Path) -> None:
    settings = RunSettings.of(tiny_run, None, None)
    assert type(settings.reader).registered_name == "jsonl"
    assert settings.reader.types is None  # the types file may have stayed behind
    assert settings.metric(frozenset()).registered_name == "spert"


def test_others(tiny_run: Path, tmp_path: Path) -> None:
    settings = RunSettings.of(tiny_run, "spert", "pure")
    assert type(settings.reader).registered_name == "spert"
    assert settings.metric(frozenset()).registered_name == "pure"
    assert RunSettings.of(tmp_path, "dygie", None).metric(frozenset()).registered_name == "spert"


def test_another_format_in_the_runs_language(tmp_path: Path) -> None:
    config = {"data": {"reader": {"type": "jsonl", "language": "de"}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert RunSettings.of(tmp_path, "doccano", "spert").reader.language == "en"
    assert RunSettings.of(tmp_path, "doccano", None).reader.language == "de"
    assert RunSettings.of(tmp_path, "spert", None).reader.language == "en"


def test_a_run_that_read_no_files(tmp_path: Path) -> None:
    """It was trained on documents in memory, whose form is that of jsonl records."""
    config = {"data": {"language": "de"}, "training": {"protocol": "pure"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    settings = RunSettings.of(tmp_path, None, None)
    assert type(settings.reader).registered_name == "jsonl"
    assert settings.reader.language == "de"
    assert RunSettings.of(tmp_path, "doccano", None).reader.language == "de"
    data = tmp_path / "data.json"
    data.write_text('[{"tokens": ["Ada"], "entities": [], "relations": []}]')
    settings = RunSettings.of(tmp_path, None, None, data=data)
    assert type(settings.reader).registered_name == "spert"


def test_mistakes(tiny_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"so the data's format is unknown; name it with --for"):
        RunSettings.of(tiny_run / "archive", None, None)
    with pytest.raises(ConfigError, match="did you mean 'jsonl'"):
        RunSettings.of(tiny_run, "json", None)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ArchiveError, match=r"config\.json is not JSON \("):
        RunSettings.of(tmp_path, None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"data": 3}', "data is 3, not an object"),
        ('{"data": {"reader": "jsonl"}}', "data.reader is 'jsonl', not an object"),
        ('{"data": {}, "training": []}', r"training is \[\], not an object"),
        ("[" * 100_000, r"config\.json is not JSON \("),
    ],
)
def test_a_damaged_config_of_a_run(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ArchiveError, match=message):
        RunSettings.of(tmp_path, None, None)


def test_training_facts(tiny_run: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('[["a", "b", "lives_in"]]')
    metric = RunSettings.of(tiny_run, None, "docred", [facts]).metric(frozenset())
    assert "relation_ign" in metric.reported
    metric = RunSettings.of(tiny_run, None, "docred").metric(frozenset())
    assert "relation_ign" not in metric.reported
    with pytest.raises(ConfigError, match="spert takes no 'train_facts'"):
        RunSettings.of(tiny_run, None, None, [facts])
