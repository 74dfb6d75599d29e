from pathlib import Path

import pytest

from jointre.cli._common.colors import colors_of
from jointre.errors import DataError


def test_labels_and_files(tmp_path: Path) -> None:
    file = tmp_path / "colors.json"
    file.write_text('{"Person": "gold", "a=b": "#123456"}')
    assert colors_of([str(file), "Person=#77aadd", "x=y=#777"]) == {
        "Person": "#77aadd",
        "a=b": "#123456",
        "x=y": "#777",
    }
    assert colors_of(None) == {}


@pytest.mark.parametrize(
    ("content", "item", "message"),
    [
        (None, "Person", "--colors Person: write LABEL=#rrggbb, or name a .json file"),
        (None, "Person=#12", "is not a colour"),
        ("[]", "colors.json", "expected an object of labels and colours"),
    ],
)
def test_what_is_no_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, item: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / item).write_text(content)
    with pytest.raises(DataError, match=message):
        colors_of([item])
