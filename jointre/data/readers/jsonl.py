"""The project's own record, one document a line: all that a Document holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, final

from jointre.data.losses import Losses
from jointre.data.mentions import renumbered
from jointre.data.readers.faults import OnError
from jointre.data.readers.fields import identity, mapping, string, strings
from jointre.data.readers.files import dump, parse, read_lines, replaced, stem
from jointre.data.readers.jsonl_record import (
    Annotation,
    Offsets,
    read_offsets,
    read_sentences,
    record_of,
)
from jointre.data.readers.reader import Reader
from jointre.data.schema import Document, Span
from jointre.data.words import words_of
from jointre.errors import DataError

_KEYS = frozenset(
    {"text", "tokens", "offsets", "sentences", "entities", "relations", "clusters", "flags"}
)


@final
@Reader.register("jsonl")
class JsonlReader(Reader):
    """Records of ``tokens`` or ``text``, with ``entities``, ``relations``, ``sentences``, ….

    ``{"id", "text"?, "tokens", "offsets"?, "sentences"?, "entities": [{"label", "mentions",
    "chars"?, "score"?, "mention_scores"?, "id"?}], "relations": [{"label", "head", "tail",
    "score"?, "evidence"?}], "clusters"?, "flags"?}``. Spans are half-open. A record with
    only ``text`` is cut into words and sentences by spaCy's English rules and gives its mentions
    as ``chars``; those that are not whole words are counted and left out. Further keys of a
    record are kept in ``extra``.

    Source: this project's own format.

    Args:
        types: the types file (the one of :class:`SpertReader`).
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such records.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(self, types: Path | None = None, on_error: OnError = "stop") -> None:
        super().__init__(types, on_error)

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for line, text in read_lines(path, self.faults.guard):
            place = f"{path}:{line}"
            with self.guard(path):
                record = _checked(parse(text, path, line), place)
                yield place, _document(record, f"{stem(path)}:{line}", place, self.losses)

    def write(self, documents: Iterable[Document], path: Path) -> Losses:
        """Writes documents, whatever they hold."""
        losses = Losses()
        with replaced(path) as stream:
            for document in documents:
                line = dump(record_of(document, losses), f"document {document.id!r}")
                stream.write(f"{line}\n".encode())
        return losses


def document_of(record: Any) -> Document:
    """The document of a record that is in memory.

    Args:
        record: as the reader takes it, and as ``record_of`` makes it.

    Raises:
        DataError: it is no record, or something in it has no place in a document.
    """
    losses = Losses()
    document = _document(_checked(record, "record"), "0", "record", losses)
    for loss in losses.lines():
        raise DataError(f"this record cannot be held as a document whole: {loss}")
    return document


def _checked(record: Any, place: str) -> dict[str, Any]:
    fields = mapping(record, place, "a document")
    if fields.get("tokens") is None and fields.get("text") is None:
        raise DataError(f"{place}: a document needs 'tokens' or 'text'; found {sorted(fields)}")
    return fields


def _document(record: dict[str, Any], default: str, place: str, losses: Losses) -> Document:
    text = record.get("text")
    text = None if text is None else string(text, place, "text")
    words, offsets, sentences = _words(record, text, place)
    found = Annotation(len(words), offsets, place, losses)
    found.cut = record.get("tokens") is None
    found.read_entities(record.get("entities", []))
    found.read_relations(record.get("relations", []))
    found.read_clusters(record.get("clusters", []))
    kept = [index for index, entity in enumerate(found.entities) if entity.mentions]
    relations, clusters = renumbered(kept, found.relations, found.clusters)
    lost = len(found.entities) - len(kept)
    if lost:
        losses.add("entities without a mention left out", place, lost)
    gone = len(found.relations) - len(relations)
    if gone:
        losses.add("relations of entities without a mention left out", place, gone)
    name = record.get("id")
    # Beyond a string id, the extra keeps how the file wrote it.
    unused = _KEYS | ({"id"} if isinstance(name, str) else set())
    return Document(
        id=identity(name, default, place, "id"),
        tokens=words,
        text=text,
        offsets=offsets,
        sentences=sentences,
        entities=tuple(found.entities[index] for index in kept),
        relations=relations,
        clusters=clusters,
        flags=strings(record.get("flags", []), place, "flags"),
        extra={key: value for key, value in record.items() if key not in unused},
    )


def _words(
    record: dict[str, Any], text: str | None, place: str
) -> tuple[tuple[str, ...], Offsets | None, tuple[Span, ...]]:
    if record.get("tokens") is None:
        if record.get("offsets") is not None or record.get("sentences"):
            raise DataError(f"{place}: 'offsets' and 'sentences' need 'tokens'")
        return words_of(text or "")
    words = strings(record["tokens"], place, "tokens")
    offsets = read_offsets(record.get("offsets"), len(words), text, place)
    return words, offsets, read_sentences(record.get("sentences", []), words, place)
