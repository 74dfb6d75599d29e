"""A Document as a task of Label Studio's."""

from typing import Any

from jointre.data.char_spans import chars_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.supported import plain
from jointre.formats.common.texts import utf8, with_text
from jointre.formats.label_studio.record import Record

HELD = frozenset({"text", "offsets", "sentences"})


def record_of(document: Document, key: str, skipped: SkippedData) -> Record:
    """The text of a document and its results.

    Args:
        document: about to be written.
        key: what the task calls the text.
        skipped: counts what is left out or changed.

    Raises:
        DataError: the text cannot stand in a file.
    """
    document = plain(document, HELD, skipped)
    document, text, offsets = with_text(document, skipped)
    utf8(text, document.id)
    result: list[dict[str, Any]] = []
    for number, entity in enumerate(document.entities, start=1):
        start, end = chars_of(entity.span, offsets)
        value = {"start": start, "end": end, "text": text[start:end], "labels": [entity.label]}
        names = {"id": f"r{number}", "from_name": "label", "to_name": key}
        result.append({**names, "type": "labels", "value": value})
    for relation in document.relations:
        ends = {"from_id": f"r{relation.head + 1}", "to_id": f"r{relation.tail + 1}"}
        result.append(
            {**ends, "type": "relation", "direction": "right", "labels": [relation.label]}
        )
    return Record(document.id, text, key, result)
