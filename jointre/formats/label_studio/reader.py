"""Label Studio's JSON export: a list of tasks with their annotations."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.fields import identity, mapping, sequence
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.formats.common.files import stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.label_studio.record import TaskRecord, document_of
from jointre.formats.label_studio.task import (
    EXTRA,
    OWN_ID,
    Several,
    annotations_to_read,
    check_task,
    text_key,
)
from jointre.formats.reader import Reader

_LOOKS = (
    re.compile(r'\A\s*\[\s*\{(?=.*"annotations"\s*:)(?=.*"data"\s*:\s*\{)', re.DOTALL),
    re.compile(
        r'\A\s*\[\s*\{(?=.*"annotations"\s*:\s*\[\s*\{\s*"(id|result|completed_by)")', re.DOTALL
    ),
)


@final
@Reader.register("label_studio")
class LabelStudioReader(Reader):
    """Tasks of Label Studio's export as JSON (version 1.0 and later): text regions and relations.

    A region of a ``Labels`` tag becomes one entity per label, and a relation becomes one relation
    per label: from right to left if its direction is ``left``, in both directions if it is ``bi``.
    Words and sentences come from spaCy's rules, and words are cut where a region begins or ends.
    Offsets count code points; those of older versions, in UTF-16 units or with line ends as one
    character, are recognised by the text of the regions. A region whose text is not at its offsets
    is skipped and counted, as are choices and other results, regions of HTML and audio, cancelled
    annotations, drafts, predictions and tasks that nobody annotated. ``extra`` keeps the task.

    Source: https://labelstud.io/guide/export

    Args:
        types: Types file, see :class:`SpertReader`.
        text_key: Key of the text in the tasks' data; null: ``text``, or else the only string.
        several: Annotation to read if a task has several: the ``"first"``, the ``"last"``, or
            ``"each"`` as a separate document. Those marked as ground truth are preferred.
        relation_label: Label for relations that have none; null: these are skipped and counted.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such tasks are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    def __init__(
        self,
        types: Path | None = None,
        text_key: str | None = None,
        several: Several = "first",
        relation_label: str | None = None,
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.text_key = text_key
        self.several = several
        self.relation_label = relation_label
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.9 if any(pattern.match(head) for pattern in _LOOKS) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        for number, value in enumerate(self.listed(path), start=1):
            location = f"{path}: task {number}"
            with reading.record():
                name = f"{stem(path)}:{number}"
                for document in self._task_documents(value, name, location, reading.skipped):
                    yield location, document

    def _task_documents(
        self, value: Any, default: str, location: str, skipped: SkippedData
    ) -> Iterator[Document]:
        task = check_task(value, location)
        name = identity(task.get("id"), default, location, "id")
        name = identity(mapping(task["data"], location, "data").get(OWN_ID), name, location, OWN_ID)
        annotations = annotations_to_read(task, self.several, location, skipped)
        for number, annotation in enumerate(annotations, start=1):
            annotation_id = identity(annotation.get("id"), str(number), location, "annotations.id")
            document_id = name if len(annotations) == 1 else f"{name}:{annotation_id}"
            yield self._document(task, annotation, document_id, location, skipped)

    def _document(
        self,
        task: dict[str, Any],
        annotation: dict[str, Any],
        name: str,
        location: str,
        skipped: SkippedData,
    ) -> Document:
        data = task["data"]
        key = text_key(data, self.text_key, location)
        result = sequence(annotation.get("result"), location, "result")
        record = TaskRecord(name, data[key], key, result)
        document = document_of(record, self.relation_label, location, skipped, self.words)
        stored_task = {
            field: value for field, value in task.items() if field not in ("predictions", "drafts")
        }
        stored_task |= {"annotations": [annotation], "data": {**data, key: None}}
        return replace(document, extra={EXTRA: {"text_key": key, "task": stored_task}})
