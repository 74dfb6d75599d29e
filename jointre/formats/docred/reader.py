"""DocRED's JSON: one list of documents, offsets in the sentence, ends exclusive."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, final

from jointre.data.fields import identity, mapping, sequence, shown, strings
from jointre.data.schema import Document, Span, extra_keys
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.faults import OnError
from jointre.formats.common.files import dump, replaced, stem
from jointre.formats.common.supported import count_unheld, labelled
from jointre.formats.common.writable import writable
from jointre.formats.docred.record import (
    Annotation,
    entities_of,
    inside_sentences,
    relations_of,
)
from jointre.formats.docred.rel_info import name_of, read_rel_info
from jointre.formats.reader import LabelSets, Reader

_ANNOTATED = ("vertexSet", "labels")
_KEYS = frozenset({"sents", *_ANNOTATED})


@final
@Reader.register("docred")
class DocredReader(Reader):
    """Documents of ``sents``, ``vertexSet`` and ``labels``: DocRED, Re-DocRED, JEREX's split.

    ``title`` names a document. An entity has all mentions of its vertex, each once, in file
    order; a span may serve two entities. A pair of entities may have several relations.
    Files without ``labels`` or ``vertexSet`` are read too. ``extra`` keeps the vertices and
    labels of a document as the file has them where writing would not give them back (names
    that are not the joined tokens, types that differ, further keys), and all other keys.

    Paper: https://arxiv.org/abs/1906.06127

    Args:
        types: the types file (the one of :class:`SpertReader`); its relations are codes.
        rel_info: names of the relations' codes, ``{"P17": "country", …}`` or a types file with
            ``"verbose"`` names; relations are then called by their names, those of ``types``
            too. Without it they keep their codes.
        mixed_types: the label of an entity whose mentions differ in type: ``"majority"``, the
            first among equals, or ``"first"``, its first mention's. Such entities are counted.
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such records.
    """

    def __init__(
        self,
        types: Path | None = None,
        rel_info: Path | None = None,
        mixed_types: Literal["majority", "first"] = "majority",
        on_error: OnError = "stop",
    ) -> None:
        super().__init__(types, on_error)
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
        place = f"{labels.source}: a relation"
        return replace(
            labels,
            relations=tuple(name_of(code, self._names, place) for code in labels.relations),
            symmetric=frozenset(name_of(code, self._names, place) for code in labels.symmetric),
        )

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for number, record in enumerate(self.listed(path), start=1):
            place = f"{path}: record {number}"
            with self.guard(path):
                checked = _checked(record, place)
                yield place, self._document(checked, f"{stem(path)}:{number}", place)

    def _document(self, record: dict[str, Any], default: str, place: str) -> Document:
        tokens: list[str] = []
        borders: list[Span] = []
        for index, words in enumerate(sequence(record["sents"], place, "sents")):
            start = len(tokens)
            tokens += strings(words, place, f"sents[{index}]")
            borders.append(Span(start, len(tokens)))
        found = self._annotation(record, borders, place, self.skipped)
        name = record.get("title")
        # Beyond a string title, the extra keeps how the file wrote it.
        unused = _KEYS | ({"title"} if isinstance(name, str) else set())
        document = Document(
            id=identity(name, default, place, "title"),
            tokens=tuple(tokens),
            sentences=tuple(borders),
            entities=tuple(found.entities),
            relations=tuple(found.relations),
        )
        again = self._annotated(document)
        own = {key: record.get(key) for key in _ANNOTATED if record.get(key) != again[key]}
        extra = {key: value for key, value in record.items() if key not in unused}
        return replace(document, extra=extra | own)

    def _annotation(
        self, record: dict[str, Any], borders: list[Span], place: str, skipped: SkippedData
    ) -> Annotation:
        found = Annotation(borders, place, skipped, self.mixed_types)
        found.read_entities(_or_empty(record.get("vertexSet")))
        found.read_relations(_or_empty(record.get("labels")), self._names)
        return found

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes documents; what ``extra`` keeps of the annotations returns if it still holds."""
        skipped = SkippedData()
        with replaced(path) as stream:
            stream.write(b"[")
            for number, document in enumerate(writable(documents, skipped)):
                line = dump(self._record(document, skipped), f"document {document.id!r}")
                stream.write((",\n" if number else "\n").encode() + line.encode())
            stream.write(b"\n]\n")
        return skipped

    def _record(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        document = labelled(document, skipped)
        count_unheld(document, frozenset({"sentences", "evidence"}), skipped)
        document = inside_sentences(document, skipped)
        other = {key: item for key, item in document.extra.items() if key not in _ANNOTATED}
        plain = replace(document, extra=other)
        name = other.get("title", document.id)
        return {
            **extra_keys(plain, _KEYS, skipped),
            "title": document.id if name is None or str(name) != document.id else name,
            **self._kept(document, skipped),
            "sents": [list(document.tokens[a:b]) for a, b in sentences_of(document)],
        }

    def _kept(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        """The annotations as ``extra`` keeps them, as far as they still say the same."""
        made = self._annotated(document)
        unnamed = {item.label for item in document.relations} - set(self._names.values())
        if self._names and unnamed:
            kind = "labels of relations that rel_info does not name written as they are"
            skipped.add(kind, f"{min(unnamed)!r} in document {document.id!r}", len(unnamed))
        for keys in (_ANNOTATED, _ANNOTATED[:1]):
            kept = {key: document.extra[key] for key in keys if key in document.extra}
            if kept and self._says(made | kept, document):
                made |= kept
                break
        return {key: value for key, value in made.items() if value is not None}

    def _annotated(self, document: Document) -> dict[str, Any]:
        codes = {name: code for code, name in self._names.items()}
        return {"vertexSet": entities_of(document), "labels": relations_of(document, codes)}

    def _says(self, record: dict[str, Any], document: Document) -> bool:
        borders = list(sentences_of(document))
        try:
            found = self._annotation(record, borders, "", SkippedData())
        except DataError:
            return False
        same = tuple(found.entities) == document.entities
        return same and tuple(found.relations) == document.relations


def _checked(value: Any, place: str) -> dict[str, Any]:
    """The record, when it is one of a document."""
    record = mapping(value, place, "a document")
    if "sents" in record:
        return record
    if "h_idx" in record:
        raise DataError(
            f"{place}: 'h_idx' instead of 'sents': this is a file of results, which "
            "has no text; name the file of the documents"
        )
    raise DataError(f"{place}: a document needs 'sents'; found {shown(sorted(record))}")


def _or_empty(value: Any) -> Any:
    """What was not annotated is as good as empty."""
    return [] if value is None else value
