"""spaCy's DocBin: Docs in one file, ``.spacy``."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, final

from jointre.data.fields import shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.spacy_import import spacy_module
from jointre.errors import DataError
from jointre.formats.common.files import opened, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked, check_zlib
from jointre.formats.docbin.doc import ABOUT, DocbinOptions, document_of
from jointre.formats.docbin.record import PREFIX
from jointre.formats.docbin.rel import KEY as REL
from jointre.formats.docbin.spacy_errors import as_data_errors
from jointre.formats.reader import Reader

_WORD_LAYERS = ("TAG", "POS", "MORPH", "LEMMA", "DEP")


_LOOKS = re.compile("\\Ax\ufffd", re.DOTALL)  # zlib's first bytes, which are not UTF-8


@final
@Reader.register("docbin")
class DocbinReader(Reader):
    """spaCy's binary corpora, as ``spacy train`` reads them (spaCy 3, DocBin version 0.1).

    Words and sentences are those of the Docs, without white space; words are cut only where an
    entity from ``user_data`` begins or ends inside one. Entities and relations are those that
    jointre stores in ``user_data``, as its spaCy component does, followed by those of ``doc.ents``
    and of other groups of ``doc.spans`` that are not among them, each once. The knowledge base id
    of a span becomes its entity's id. The relations of ``doc._.rel``, as in spaCy's tutorial on
    relation extraction, are read too. Everything else that a Doc holds is counted. Writing a
    Document and reading it again gives the same Document. Reading a file does not run any code
    from it: the file is msgpack.

    Source: https://spacy.io/api/docbin

    Args:
        types: Types file, see :class:`SpertReader`.
        spans_key: Group of ``doc.spans`` that has the entities, for example ``"sc"``; null: all
            groups.
        ents: Whether ``doc.ents`` are also entities.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such Docs are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".spacy",)

    def __init__(
        self,
        types: Path | None = None,
        spans_key: str | None = None,
        ents: bool = True,
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.options = DocbinOptions(spans_key, ents)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the file is compressed as a DocBin is."""
        return 1.0 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        with opened(path, self.max_unpacked) as stream:
            content = stream.read()
        if not content:
            raise DataError(f"{path}: the file is empty")
        tokens = spacy_module("spacy.tokens")
        try:
            with as_data_errors(f"{path}: not a DocBin"):
                with suppress(zlib.error):  # spaCy's own message is clearer
                    check_zlib(path, content, self.max_unpacked)
                docs = tokens.DocBin().from_bytes(content)
        except DataError as error:
            raise self._explain(path, error) from error
        spacy_docs = docs.get_docs(spacy_module("spacy.vocab").Vocab())
        for number in range(1, len(docs) + 1):
            location = f"{path}: Doc {number}"
            with as_data_errors(f"{location}: not whole"):
                doc = next(spacy_docs)
            with reading.record():
                with as_data_errors(f"{location}: not whole"):
                    document = document_of(
                        doc, self.options, f"{stem(path)}:{number}", location, reading.skipped
                    )
                _count_others(doc, location, reading.skipped)
                yield location, document


def _count_others(doc: Any, location: str, skipped: SkippedData) -> None:
    """Count what a Document cannot hold."""
    # Of an empty Doc, spaCy says that it has every annotation.
    layers = [name for name in _WORD_LAYERS if len(doc) and doc.has_annotation(name)]
    if layers:
        kind = "layers of words (tags, lemmas and the like) skipped"
        skipped.add(kind, f"{location}, {layers[0]}", len(layers))
    if doc.cats:
        skipped.add("categories skipped", location, len(doc.cats))
    other_keys = [key for key in doc.user_data if not _ours(key)]
    if other_keys:
        skipped.add(
            "user data of others skipped", f"{location}, {shown(other_keys[0])}", len(other_keys)
        )


def _ours(key: Any) -> bool:
    return (
        isinstance(key, tuple)
        and len(key) == 4
        and (key == REL or key[1] == ABOUT or str(key[1]).startswith(PREFIX))
    )
