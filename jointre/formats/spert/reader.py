"""SpERT's JSON: one list of sentences with token offsets, ends exclusive."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, final

from jointre.data.fields import (
    entity,
    identity,
    mapping,
    relation,
    sequence,
    shown,
    strings,
)
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.files import stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.reader import Reader

KEYS = frozenset({"tokens", "entities", "relations"})
_ENTITY = frozenset({"type", "start", "end"})
_RELATION = frozenset({"type", "head", "tail"})


_LOOKS = re.compile(r'\A\s*\[\s*\{(?=.*"tokens"\s*:\s*\[)(?!.*"start_offset"\s*:)', re.DOTALL)


@final
@Reader.register("spert")
class SpertReader(Reader):
    """Sentences of ``tokens``, ``entities`` {type, start, end}, ``relations`` {type, head, tail}.

    ``orig_id`` is the id of a sentence; without it the id is ``{file}:{record}``, counted from 1.
    Further keys of a sentence are kept in ``extra``.

    Paper: https://arxiv.org/abs/1909.07755

    Args:
        types: Types file, ``{"entities": {…}, "relations": {…}}``.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
    """

    def __init__(
        self,
        types: Path | None = None,
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.75 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        for number, record in enumerate(self.listed(path), start=1):
            location = f"{path}: record {number}"
            with reading.record():
                yield (
                    location,
                    _document(record, f"{stem(path)}:{number}", location, reading.skipped),
                )


def _document(value: Any, default: str, location: str, skipped: SkippedData) -> Document:
    record = mapping(value, location, "a sentence")
    if "tokens" not in record:
        raise DataError(f"{location}: a sentence needs 'tokens'; found {shown(sorted(record))}")
    tokens = strings(record.get("tokens"), location, "tokens")
    if "tags" in record and "entities" not in record:
        raise DataError(
            f"{location}: 'tags' instead of 'entities': this is the BILOU variant of the format; "
            "use the file whose sentences list 'entities' with start and end"
        )
    entities = tuple(
        entity(item, "type", len(tokens), location, f"entities[{index}]")
        for index, item in enumerate(sequence(record.get("entities", []), location, "entities"))
    )
    relations = tuple(
        relation(item, "type", len(entities), location, f"relations[{index}]")
        for index, item in enumerate(sequence(record.get("relations", []), location, "relations"))
    )
    for key, known_keys in (("entities", _ENTITY), ("relations", _RELATION)):
        unknown_keys = sum(len(item.keys() - known_keys) for item in record.get(key, []))
        if unknown_keys:
            skipped.add(f"unknown keys of {key} skipped", location, unknown_keys)
    return Document(
        id=identity(record.get("orig_id"), default, location, "orig_id"),
        tokens=tokens,
        entities=entities,
        relations=relations,
        extra={key: value for key, value in record.items() if key not in KEYS},
    )
