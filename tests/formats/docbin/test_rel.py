from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import DocBin, Span

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader
from jointre.formats.docbin.rel import KEY


def read(path: Path, rel: Any) -> tuple[Document, list[str]]:
    """A Doc as the tutorial's project stores it, and what was lost in reading it."""
    doc = spacy.blank("en")("Ada lives in Rome near Bob.")
    doc.set_ents([Span(doc, 0, 1, "P"), Span(doc, 3, 4, "L"), Span(doc, 5, 6, "P")])
    doc.user_data[KEY] = rel
    DocBin(docs=[doc], store_user_data=True).to_disk(path)
    reader = Reader.by_name("docbin")()
    skipped = SkippedData()
    (document,) = reader.read(path, skipped)
    return document, skipped.lines()


def test_relations_of_spacy_s_tutorial(tmp_path: Path) -> None:
    rel = {
        (0, 3): {"lives_in": 1.0, "left": 0.0},
        (3, 0): {"lives_in": 0.4999},
        (5, 3): {"lives_in": 0.75},
    }
    document, skipped = read(tmp_path / "a.spacy", rel)
    assert [(one.label, one.head, one.tail, one.score) for one in document.relations] == [
        ("lives_in", 0, 1, None),
        ("lives_in", 2, 1, 0.75),
    ]
    assert skipped == []


def test_no_relations_and_tokens_without_an_entity(tmp_path: Path) -> None:
    assert read(tmp_path / "a.spacy", {})[0].relations == ()
    document, skipped = read(tmp_path / "b.spacy", {(0, 2): {"in": 1.0}})
    assert document.relations == ()
    (loss,) = skipped
    assert loss.startswith("1 relation skipped, because no entity starts at its tokens; first: ")
    assert loss.endswith("in of the tokens 0 and 2")


@pytest.mark.parametrize(
    ("rel", "message"),
    [
        ([1], r"doc\._\.rel must be a dict of pairs of tokens"),
        ({(0, 70): {"in": 1.0}}, "must be two of the Doc's 7 tokens"),
        ({(0, 1): [1.0]}, "must be a dict of labels and scores"),
        ({(0, 1): {"in": "yes"}}, "must be a score"),
    ],
)
def test_another_form(tmp_path: Path, rel: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a.spacy", rel)
