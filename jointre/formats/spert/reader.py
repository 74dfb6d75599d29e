"""SpERT's JSON: one list of sentences with token offsets, ends exclusive."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.fields import (
    entity,
    identity,
    mapping,
    relation,
    sequence,
    shown,
    strings,
)
from jointre.data.schema import Document, extra_keys
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.faults import OnError
from jointre.formats.common.files import dump, replaced, stem
from jointre.formats.common.supported import plain
from jointre.formats.common.writable import writable
from jointre.formats.reader import Reader

_KEYS = frozenset({"tokens", "entities", "relations"})
_ENTITY = frozenset({"type", "start", "end"})
_RELATION = frozenset({"type", "head", "tail"})


@final
@Reader.register("spert")
class SpertReader(Reader):
    """Sentences of ``tokens``, ``entities`` {type, start, end}, ``relations`` {type, head, tail}.

    ``orig_id`` names a sentence; where it is absent the id is ``{file}:{record}``, counted
    from 1. Further keys of a sentence are kept in ``extra``.

    Paper: https://arxiv.org/abs/1909.07755

    Args:
        types: the types file, ``{"entities": {…}, "relations": {…}}``.
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such records.
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"

    def __init__(self, types: Path | None = None, on_error: OnError = "stop") -> None:
        super().__init__(types, on_error)

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for number, record in enumerate(self.listed(path), start=1):
            place = f"{path}: record {number}"
            with self.guard(path):
                yield place, self._document(record, f"{stem(path)}:{number}", place)

    def _document(self, value: Any, default: str, place: str) -> Document:
        record = mapping(value, place, "a sentence")
        if "tokens" not in record:
            raise DataError(f"{place}: a sentence needs 'tokens'; found {shown(sorted(record))}")
        tokens = strings(record.get("tokens"), place, "tokens")
        if "tags" in record and "entities" not in record:
            raise DataError(
                f"{place}: 'tags' instead of 'entities': this is the BILOU variant of the format; "
                "use the file whose sentences list 'entities' with start and end"
            )
        entities = tuple(
            entity(item, "type", len(tokens), place, f"entities[{index}]")
            for index, item in enumerate(sequence(record.get("entities", []), place, "entities"))
        )
        relations = tuple(
            relation(item, "type", len(entities), place, f"relations[{index}]")
            for index, item in enumerate(sequence(record.get("relations", []), place, "relations"))
        )
        for key, known in (("entities", _ENTITY), ("relations", _RELATION)):
            unknown = sum(len(item.keys() - known) for item in record.get(key, []))
            if unknown:
                self.skipped.add(f"unknown keys of {key} left out", place, unknown)
        return Document(
            id=identity(record.get("orig_id"), default, place, "orig_id"),
            tokens=tokens,
            entities=entities,
            relations=relations,
            extra={key: value for key, value in record.items() if key not in _KEYS},
        )

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes sentences; a document with several becomes one record without borders."""
        skipped = SkippedData()
        with replaced(path) as stream:
            stream.write(b"[")
            for number, document in enumerate(writable(documents, skipped)):
                record = _record(plain(document, frozenset(), skipped), skipped)
                line = dump(record, f"document {document.id!r}")
                stream.write((",\n" if number else "\n").encode() + line.encode())
            stream.write(b"\n]\n")
        return skipped


def _record(document: Document, skipped: SkippedData) -> dict[str, Any]:
    name = document.extra.get("orig_id", document.id)
    return {
        "tokens": list(document.tokens),
        "entities": [
            {"type": item.label, "start": item.span.start, "end": item.span.end}
            for item in document.entities
        ],
        "relations": [
            {"type": item.label, "head": item.head, "tail": item.tail}
            for item in document.relations
        ],
        **extra_keys(document, _KEYS, skipped),
        "orig_id": document.id if name is None or str(name) != document.id else name,
    }
