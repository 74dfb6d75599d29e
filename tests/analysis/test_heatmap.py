import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jointre.analysis.attention import AttentionMap, AttentionRow, GoldMention
from jointre.analysis.heatmap import check_output, html, write
from jointre.errors import ConfigError, DataError

ODD = AttentionMap(
    "<odd> & id",
    ("[CLS]", "Ada", "<b>", "&amp;", "a$b$", "🎉", "London"),
    (
        AttentionRow(("bert",), (0.4, 0.1, 0.0, 0.0, 0.1, 0.1, 0.2), 0.1),
        AttentionRow(("memory", "entity", "<L>"), (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0.0),
    ),
    (GoldMention("Peop", 1, 2, True), GoldMention("Loc", 6, 7, False)),
    ("a <note>",),
)


class Page(HTMLParser):
    """Elements with their attributes and the text directly in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data.strip("\n"))

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def test_the_words_and_their_marks() -> None:
    heads = Page(html(ODD)).all("th")
    words = [(text, marks["class"]) for marks, text in heads if "class" in marks]
    kinds = ["", "related", "", "", "", "", "entity"]
    assert words == list(zip(ODD.tokens, kinds, strict=True))
    assert ".related, thead th.related { font-weight: bold; color: #c00000; }" in html(ODD)
    assert ".entity, thead th.entity { font-weight: bold; color: #0040d0; }" in html(ODD)


def test_the_cells_of_a_row_are_scaled_to_its_maximum() -> None:
    cells = Page(html(ODD)).all("td")
    figures = "40.0 10.0 0.00 0.00 10.0 10.0 20.0 0.00 100 0.00 0.00 0.00 0.00 0.00"
    assert " ".join(text for _, text in cells) == figures
    styles = [str(attributes["style"]) for attributes, _ in cells]
    dark, white = "background: #00441b; color: #ffffff", "background: #ffffff; color: #202020"
    assert [style == dark for style in styles] == [i in (0, 8) for i in range(14)]
    assert [style == white for style in styles] == [
        i in (2, 3, *range(9, 14), 7) for i in range(14)
    ]
    assert cells[6][0]["title"] == "London: 20 %"
    names = [text for marks, text in Page(html(ODD)).all("th") if "class" not in marks]
    assert [name.strip() for name in names] == ["", "BERT", "entity: <L>"]
    assert [text for _, text in Page(html(ODD)).all("small")] == ["max 40.0 %", "max 100 %"]


def test_a_page_needs_nothing_else() -> None:
    page = Page(html(ODD))
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("img")
    assert "http" not in html(ODD)
    assert [text for _, text in page.all("h1")] == ["Attention: <odd> & id"]
    assert page.all("li")[-1][1] == "a <note>"


def test_long_units_wrap() -> None:
    tokens = tuple(f"token{number}" for number in range(60))
    rows = (AttentionRow(("ner",), tuple([1 / 60] * 60), 0.0),)
    page = Page(html(AttentionMap("x", tokens, rows, (), ())))
    assert len(page.all("table")) == 5
    assert [text for marks, text in page.all("th") if "class" in marks] == list(tokens)
    assert sum(text.strip() == "NER" for _, text in page.all("th")) == 5


def test_each_ending_has_its_content(tmp_path: Path) -> None:
    for name in ("a.html", "a.png", "a.json", "B.PNG"):
        write(ODD, tmp_path / name)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == html(ODD)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == ODD.to_dict()
    for name in ("a.png", "B.PNG"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG\r\n")


def test_half_a_surrogate_pair_does_no_harm(tmp_path: Path) -> None:
    rows = (AttentionRow(("ner",), (1.0,), 0.0),)
    for name in ("a.html", "a.json", "a.png"):
        write(AttentionMap("x", ("\ud800",), rows, (), ()), tmp_path / name)
    assert b"&#55296;" in (tmp_path / "a.html").read_bytes()


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.html.gz"])
def test_an_unknown_ending(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a picture's name ends in \.html, \.png or \.json"):
        check_output(tmp_path / name)


def test_a_png_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    message = r"a\.png: a PNG is drawn by matplotlib.*pip install 'jointre\[plots\]'.*\.html"
    with pytest.raises(ConfigError, match=message):
        check_output(tmp_path / "a.png")
    check_output(tmp_path / "a.html")
    check_output(tmp_path / "a.json")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be written; the folder .*no does not exist"):
        write(ODD, tmp_path / "no" / "a.html")
