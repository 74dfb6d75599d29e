"""DocRED's JSON: one list of documents, offsets in the sentence, ends exclusive."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, final

from jointre.data.fields import further_keys, identity, mapping, shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.files import stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.sentence_lists import read_sentence_lists
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.docred.record import ANNOTATED, KEYS, DocredAnnotation, annotated
from jointre.formats.docred.rel_info import name_of, read_rel_info
from jointre.formats.reader import Reader

_LOOKS = re.compile(r'\A\s*\[(?=.*"(vertexSet|sents)"\s*:)', re.DOTALL)


@final
@Reader.register("docred")
class DocredReader(Reader):
    """Documents of ``sents``, ``vertexSet`` and ``labels``: DocRED, Re-DocRED, JEREX's split.

    ``title`` is the id of a document. An entity has all mentions of its vertex, each once, in file
    order; two entities may share a span. A pair of entities may have several relations. Files
    without ``labels`` or ``vertexSet`` are read too. ``extra`` keeps the vertices and labels of a
    document as the file has them if writing would change them (names that are not the joined
    tokens, types that differ, further keys), and all other keys.

    Paper: https://arxiv.org/abs/1906.06127

    Args:
        types: Types file, see :class:`SpertReader`; its relations are codes.
        rel_info: File with the names of the relations' codes, ``{"P17": "country", …}``, or a types
            file with ``"verbose"`` names. Relations, also those of ``types``, then have these names
            as labels; without it, the codes.
        mixed_types: Label of an entity whose mentions have different types: ``"majority"`` (the
            first of equally frequent ones), or ``"first"``, that of its first mention. Such
            entities are counted.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
    """

    def __init__(
        self,
        types: Path | None = None,
        rel_info: Path | None = None,
        mixed_types: Literal["majority", "first"] = "majority",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.rel_info = None if rel_info is None else Path(rel_info)
        self.mixed_types: Literal["majority", "first"] = mixed_types

    @cached_property
    def _names(self) -> dict[str, str]:
        return {} if self.rel_info is None else read_rel_info(self.rel_info)

    def label_sets(self) -> LabelSets | None:
        """The labels of the types file, relations by name where ``rel_info`` says them."""
        labels = super().label_sets()
        if labels is None or not self._names:
            return labels
        location = f"{labels.source}: a relation"
        return replace(
            labels,
            relations=tuple(name_of(code, self._names, location) for code in labels.relations),
            symmetric=frozenset(name_of(code, self._names, location) for code in labels.symmetric),
        )

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.85 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        for number, record in enumerate(self.listed(path), start=1):
            location = f"{path}: record {number}"
            with reading.record():
                checked = _checked(record, location)
                name = f"{stem(path)}:{number}"
                yield location, self._document(checked, name, location, reading.skipped)

    def _document(
        self, record: dict[str, Any], default: str, location: str, skipped: SkippedData
    ) -> Document:
        tokens, borders = read_sentence_lists(record["sents"], location, "sents")
        annotation = DocredAnnotation(borders, location, skipped, self.mixed_types)
        annotation.read_record(record, self._names)
        document = Document(
            id=identity(record.get("title"), default, location, "title"),
            tokens=tuple(tokens),
            sentences=tuple(borders),
            entities=tuple(annotation.entities),
            relations=tuple(annotation.relations),
        )
        written = annotated(document, self._names)
        changed = {key: record.get(key) for key in ANNOTATED if record.get(key) != written[key]}
        return replace(document, extra=further_keys(record, KEYS, "title") | changed)


def _checked(value: Any, location: str) -> dict[str, Any]:
    """The record, if it is one of a document."""
    record = mapping(value, location, "a document")
    if "sents" in record:
        return record
    if "h_idx" in record:
        raise DataError(
            f"{location}: 'h_idx' instead of 'sents': this is a file of results, which "
            "has no text; name the file of the documents"
        )
    raise DataError(f"{location}: a document needs 'sents'; found {shown(sorted(record))}")
