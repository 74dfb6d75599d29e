import zipfile
from pathlib import Path

from tests.cli.command import Command


def test_writes_a_wheel_once(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    arguments = ("package", tiny_run, "-n", "news", "-v", "1.0.0", "-o", tmp_path / "wheels")
    ended = jointre(*arguments, "--license", "CC0")
    target = tmp_path / "wheels" / "en_news-1.0.0-py3-none-any.whl"
    assert (ended.code, ended.out, ended.err) == (0, f"{target}: written\n", "")
    assert zipfile.is_zipfile(target)
    jointre(*arguments).told("en_news-1.0.0-py3-none-any.whl exists; take another version")
    assert jointre(*arguments, "--force").code == 0


def test_what_is_wrong_is_told(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    wheel = ("-o", tmp_path, "-v", "1.0.0")
    jointre("package", tiny_run, "-n", "my-news", *wheel).told("name='my-news': Python must be")
    jointre("package", tmp_path / "no", "-n", "news", *wheel).told("no such archive")
    assert list(tmp_path.iterdir()) == []
    assert jointre("package", tiny_run).code == 2
