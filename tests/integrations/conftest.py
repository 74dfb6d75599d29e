"""What the tests of the spaCy component share."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from jointre.data.schema import Document
from jointre.formats import Reader


@pytest.fixture(autouse=True)
def extensions() -> Iterator[None]:
    """Each test registers ``doc._`` anew."""
    yield
    for name in ("entities", "relations"):
        if Doc.has_extension(name):
            Doc.remove_extension(name)


def gold(run: Path) -> list[Document]:
    """The documents that a memorised run knows."""
    return list(Reader.by_name("jsonl")().read(run.with_name("two.jsonl")))


def pipeline(run: Path, **config: Any) -> Language:
    """English rules, sentences and a component."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("jointre", config={"model": str(run), **config})
    return nlp


def triples(doc: Doc) -> list[tuple[str, str, str]]:
    """The relations of a Doc in words."""
    return [(one.head.text, one.label, one.tail.text) for one in doc._.relations]


def records(path: Path) -> list[Any]:
    """The lines of a jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
