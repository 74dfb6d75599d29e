"""The writer of DocRED's format."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, final, get_args

from jointre.data.schema import Document, extra_keys, written_id
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.files import write_list
from jointre.formats.common.supported import count_unheld, labelled
from jointre.formats.common.writable import writable
from jointre.formats.docred.record import (
    ANNOTATED,
    KEYS,
    DocredAnnotation,
    MixedTypes,
    annotated,
    inside_sentences,
)
from jointre.formats.docred.rel_info import read_rel_info
from jointre.formats.writer import Writer


@final
@Writer.register("docred")
class DocredWriter(Writer):
    """Writes one list of documents, with the annotations in ``extra`` if they are still right.

    Paper: https://arxiv.org/abs/1906.06127

    Args:
        rel_info: Names of the relations' codes, see :class:`DocredReader`; relations with one of
            these names are written by their codes.
    """

    def __init__(self, rel_info: Path | None = None) -> None:
        self.rel_info = None if rel_info is None else Path(rel_info)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {} if self.rel_info is None else read_rel_info(self.rel_info)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", self._record(document, skipped))
            for document in writable(documents, skipped)
        )
        write_list(path, records)

    def _record(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        document = labelled(document, skipped)
        count_unheld(document, frozenset({"sentences", "evidence"}), skipped)
        document = inside_sentences(document, skipped)
        other_keys = {key: item for key, item in document.extra.items() if key not in ANNOTATED}
        return {
            **extra_keys(replace(document, extra=other_keys), KEYS, skipped),
            "title": written_id(document, "title"),
            **self._annotations(document, skipped),
            "sents": [list(document.tokens[a:b]) for a, b in sentences_of(document)],
        }

    def _annotations(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        """The vertices and labels; those in ``extra`` if they still describe the document."""
        annotations = annotated(document, self._names)
        unnamed = {item.label for item in document.relations} - set(self._names.values())
        if self._names and unnamed:
            kind = "labels of relations that rel_info does not name written as they are"
            skipped.add(kind, f"{min(unnamed)!r} in document {document.id!r}", len(unnamed))
        for keys in (ANNOTATED, ANNOTATED[:1]):
            stored = {key: document.extra[key] for key in keys if key in document.extra}
            if stored and _describes(annotations | stored, document, self._names):
                annotations |= stored
                break
        return {key: value for key, value in annotations.items() if value is not None}


def _describes(record: dict[str, Any], document: Document, names: Mapping[str, str]) -> bool:
    """Whether reading the annotations of a record gives those of the document."""
    return any(_read_as(record, document, names, mixed) for mixed in get_args(MixedTypes))


def _read_as(
    record: dict[str, Any], document: Document, names: Mapping[str, str], mixed_types: MixedTypes
) -> bool:
    annotation = DocredAnnotation(sentences_of(document), "", SkippedData(), mixed_types)
    try:
        annotation.read_record(record, names)
    except DataError:
        return False
    same = tuple(annotation.entities) == document.entities
    return same and tuple(annotation.relations) == document.relations
