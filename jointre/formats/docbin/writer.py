"""The writer of spaCy's DocBin files."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.spacy_import import spacy_module
from jointre.formats.common.writable import Form, writable
from jointre.formats.docbin.doc import KEY, doc_of
from jointre.formats.docbin.spacy_errors import as_data_errors
from jointre.formats.writer import Writer
from jointre.outputs import replaced

_FORM = Form(utf8=True, empty_words=False, longest_integer=2**63)  # msgpack's integers


@final
@Writer.register("docbin")
class DocbinWriter(Writer):
    """Writes a binary corpus of spaCy 3; a document comes back from it whole.

    Source: https://spacy.io/api/docbin

    Args:
        spans_key: Group of ``doc.spans`` that holds the entities; null: ``"jointre"``.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".spacy",)

    def __init__(self, spans_key: str | None = None) -> None:
        self.spans_key = spans_key or KEY

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        docs = spacy_module("spacy.tokens").DocBin(store_user_data=True)
        vocab = spacy_module("spacy.vocab").Vocab()
        with replaced(path) as stream:
            for document in writable(documents, skipped, _FORM):
                with as_data_errors(f"document {document.id!r}: cannot be written as a Doc"):
                    docs.add(doc_of(document, vocab, self.spans_key, skipped))
            stream.write(docs.to_bytes())
