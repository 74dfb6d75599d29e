"""The writer of Label Studio's tasks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, final

from jointre.data.char_spans import InsideWords, WordRules, chars_of
from jointre.data.fields import mapping, sequence, string
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.common.files import write_list
from jointre.formats.common.supported import count_unheld, plain
from jointre.formats.common.texts import count_reread, utf8, with_text
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.label_studio.record import TaskRecord, document_of
from jointre.formats.label_studio.task import EXTRA, OWN_ID, check_task
from jointre.formats.writer import Writer

HELD = frozenset({"text", "offsets", "sentences"})


def record_of(document: Document, key: str, skipped: SkippedData) -> TaskRecord:
    """The text of a document and its results.

    Args:
        document: Document to write.
        key: Key of the text in the task.
        skipped: Counts what is skipped or changed.

    Raises:
        DataError: The text cannot be written to a file.
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
    return TaskRecord(document.id, text, key, result)


@final
@Writer.register("label_studio")
class LabelStudioWriter(Writer):
    """Writes tasks with annotations; those in ``extra`` are written if they are still right.

    Source: https://labelstud.io/guide/export

    Args:
        language: Language with which the files will be read, as a spaCy code; differences in words
            and sentences are counted.
        inside_words: What the reader will do if a mention begins or ends inside a word.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    def __init__(self, language: str = "en", inside_words: InsideWords = "split") -> None:
        self.words = WordRules(check_language(language), inside_words)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", self._task(document, skipped))
            for document in writable(documents, skipped, TEXT)
        )
        write_list(path, records)

    def _task(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        location = f"document {document.id!r}"
        other_keys = len(document.extra.keys() - {EXTRA})
        if other_keys:
            skipped.add("keys of documents skipped", location, other_keys)
        stored = _stored_task(document.extra.get(EXTRA))
        if stored is None:
            key, task = "text", dict[str, Any](data={})
        else:
            key, task = stored
            result = task["annotations"][0]["result"]
            if document.text is not None and self._describes(document, key, result):
                count_unheld(document, HELD, skipped)
                return _with_text_and_id(task, document, key, document.text)
            skipped.add("annotations replaced, because the document has changed", location)
        record = record_of(document, key, skipped)
        count_reread(document, self._reread(record, None), skipped)
        task = {**task, "annotations": [{"result": record.result}]}
        return _with_text_and_id(task, document, key, record.text)

    def _describes(self, document: Document, key: str, result: list[Any]) -> bool:
        """Whether reading the results gives the document."""
        record = TaskRecord(document.id, document.text or "", key, result)
        labels = [None, *dict.fromkeys(relation.label for relation in document.relations)]
        return any(self._reread(record, label) == document for label in labels)

    def _reread(self, record: TaskRecord, relation_label: str | None) -> Document | None:
        """The document that reading the record will give; None if it cannot be read."""
        try:
            return document_of(record, relation_label, "", SkippedData(), self.words)
        except DataError:
            return None


def _stored_task(extra: Any) -> tuple[str, dict[str, Any]] | None:
    """The key of the text and the task in ``extra``; None if they do not have the reader's form."""
    try:
        fields = mapping(extra, "", "")
        task = check_task(fields.get("task"), "")
        mapping(task["data"], "", "")
        (annotation,) = sequence(task["annotations"], "", "")
        sequence(mapping(annotation, "", "").get("result"), "", "")
        return string(fields.get("text_key"), "", ""), task
    except (DataError, ValueError):
        return None


def _with_text_and_id(
    task: dict[str, Any], document: Document, key: str, text: str
) -> dict[str, Any]:
    """The task with its text, and with the document's id if the task has a different one."""
    data = {**task["data"], key: text}
    if data.get(OWN_ID, str(task.get("id"))) != document.id:
        data[OWN_ID] = document.id
    return {**task, "data": data}
