from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document
from jointre.display.render import STYLES, render
from jointre.errors import DataError
from tests.display.scenes import SVG, harmless, hostile, parsed, plain


@pytest.mark.parametrize("style", ["relations", "entities"])
@pytest.mark.parametrize("format", ["svg", "html"])
def test_all_styles_in_all_formats(style: Any, format: Any, tmp_path: Path) -> None:
    for document in (plain(), hostile()):
        picture = render(document, style, format)
        assert harmless(picture)
        assert picture.startswith({"svg": "<svg", "html": "<!DOCTYPE html>"}[format])
    file = tmp_path / f"picture.{format}"
    assert render(plain(), style, output=file) == file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith(render(plain(), style, format)[:20])


def test_entities_alone() -> None:
    both, alone = (parsed(render(plain(), style)) for style in STYLES)
    assert len(list(both.iter(f"{SVG}path"))) == 6
    assert list(alone.iter(f"{SVG}path")) == []
    assert len(list(alone.iter(f"{SVG}title"))) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "arcs"}, "style='arcs' is unknown; take 'relations' or 'entities'"),
        ({"format": "png"}, "format='png' is unknown; take 'svg' or 'html'"),
        ({"output": "a.png"}, r"a.png: a picture's name ends in .svg or .html; or give format="),
        ({"colors": {"X": "url(a)"}}, r"colors\['X'\]='url\(a\)' is not a colour"),
        ({"output": "no/such/folder.svg"}, "folder no/such does not exist"),
    ],
)
def test_what_cannot_be_drawn(
    options: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        render(plain(), **options)
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_relations() -> None:
    shown = plain()._repr_html_()
    assert shown is not None
    assert shown.startswith("<div")
    assert "works for" in shown


def test_a_picture_never_replaces_a_file_of_another_kind(tmp_path: Path) -> None:
    data, picture = tmp_path / "train.jsonl", tmp_path / "picture"
    data.write_text('{"tokens": ["Ada"]}\n')
    document = Document("d", ("Ada",))
    with pytest.raises(DataError, match="this file is not a picture, and the picture would rep"):
        render(document, format="svg", output=data)
    assert data.read_text() == '{"tokens": ["Ada"]}\n'
    for format in ("svg", "html", "svg"):  # its own picture is replaced
        assert picture.write_text(render(document, format=format))
        render(document, format=format, output=picture)
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in ("model.safetensors", "checksums.json"):
        (archive / name).touch()
    with pytest.raises(DataError, match=r"lies in the archive .*archive, which could not be loa"):
        render(document, output=archive / "a.svg")
    assert not (archive / "a.svg").exists()
