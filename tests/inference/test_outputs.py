import json
from pathlib import Path

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.inference.outputs import partial_of, pictured, triples, whole_records, write

DOCUMENTS = [
    Document("a", ("Zürich",), "Zürich", ((0, 6),), entities=(Entity("Loc", (Span(0, 1),), 0.5),)),
    Document("b", ()),
]


def test_file_and_standard_output_agree(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    steps: list[int] = []
    write(DOCUMENTS, tmp_path / "out.jsonl", steps.append)
    write(DOCUMENTS, None)
    out = capfdbinary.readouterr().out
    assert out == (tmp_path / "out.jsonl").read_bytes()
    assert steps == [1, 1]
    first, second = map(json.loads, out.decode().splitlines())
    assert first["entities"] == [
        {"label": "Loc", "mentions": [[0, 1]], "chars": [[0, 6]], "score": 0.5}
    ]
    assert second["tokens"] == []


def test_a_failure_keeps_whole_records(tmp_path: Path) -> None:
    def fails() -> object:
        yield DOCUMENTS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(fails(), tmp_path / "out.jsonl")
    (kept,) = tmp_path.iterdir()
    assert kept == partial_of(tmp_path / "out.jsonl")
    assert [json.loads(line)["id"] for line in kept.read_text().splitlines()] == ["a"]


def test_a_partial_output_is_cut_after_whole_groups(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    assert whole_records(output, 2) == 0
    partial_of(output).write_bytes(b"1\n2\n3\n4\n5\n6")
    assert whole_records(output, 2) == 4
    assert partial_of(output).read_bytes() == b"1\n2\n3\n4\n"


def test_words_for_people() -> None:
    first, second = DOCUMENTS
    assert list(triples(first)) == ["a:", "  Loc: Zürich (50%)"]
    assert list(triples(second)) == ["b:", "  nothing found"]


def test_documents_are_drawn_on_their_way(tmp_path: Path) -> None:
    documents = [Document("a", ("Ada",)), Document("<b>", ("Bob",))]
    page = tmp_path / "page.html"
    stream = pictured(documents, page)
    assert next(stream) == documents[0]
    assert not page.exists()  # it appears when it is whole
    assert list(stream) == documents[1:]
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 2
    assert "&lt;b&gt;" in text
    assert text.endswith("</html>\n")


def test_a_page_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    stream = pictured([Document("a", ("Ada",))] * 2, tmp_path / "page.html")
    next(stream)
    stream.close()
    assert list(tmp_path.iterdir()) == []
