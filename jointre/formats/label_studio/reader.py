"""Label Studio's JSON export: a list of tasks with their annotations."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.fields import identity, mapping, sequence, string
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.common.faults import OnError
from jointre.formats.common.files import dump, replaced, stem
from jointre.formats.common.supported import count_unheld
from jointre.formats.common.texts import count_reread
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.label_studio.record import Record, document_of
from jointre.formats.label_studio.task import OWN_ID, Several, check_task, chosen, text_key
from jointre.formats.label_studio.writer import HELD, record_of
from jointre.formats.reader import Reader

_EXTRA = "label_studio"


@final
@Reader.register("label_studio")
class LabelStudioReader(Reader):
    """Tasks of Label Studio's export as JSON (version 1.0 and later): text regions and relations.

    A region of a ``Labels`` tag becomes an entity for each of its labels, a relation one for each
    label, from right to left where its direction is ``left``, both ways where it is ``bi``. Words
    and sentences come from spaCy's rules, and words are cut where a region begins or ends.
    Offsets count code points; those of older versions, in UTF-16 units or with line ends as one
    character, are told by the text of the regions. A region whose text stands elsewhere is
    counted and left out, as are choices and other results, regions of HTML and audio, cancelled
    annotations, drafts, predictions and tasks that nobody annotated. ``extra`` keeps the task.

    Source: https://labelstud.io/guide/export

    Args:
        types: the types file (the one of :class:`SpertReader`).
        text_key: what the tasks' data calls the text; null: ``text``, else the only string.
        several: of a task's annotations take the ``"first"``, the ``"last"``, or ``"each"`` as a
            document of its own. Those marked as ground truth go before others.
        relation_label: the label of relations without one; null: these are counted and left out.
        language: spaCy's code of the language of the texts, such as ``"zh"``; ``"xx"`` for any.
        inside_words: where a mention begins or ends inside a word, ``"split"`` cuts the
            word, so that the mention keeps its characters; ``"widen"`` makes the mention
            larger, so that words never depend on annotations, as in a text to be predicted.
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such tasks.

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
    ) -> None:
        super().__init__(types, on_error)
        self.text_key = text_key
        self.several = several
        self.relation_label = relation_label
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for number, value in enumerate(self.listed(path), start=1):
            place = f"{path}: task {number}"
            with self.guard(path):
                for document in self._task_documents(value, f"{stem(path)}:{number}", place):
                    yield place, document

    def _task_documents(self, value: Any, default: str, place: str) -> Iterator[Document]:
        task = check_task(value, place)
        name = identity(task.get("id"), default, place, "id")
        name = identity(mapping(task["data"], place, "data").get(OWN_ID), name, place, OWN_ID)
        annotations = chosen(task, self.several, place, self.skipped)
        for count, annotation in enumerate(annotations, start=1):
            own = identity(annotation.get("id"), str(count), place, "annotations.id")
            full = name if len(annotations) == 1 else f"{name}:{own}"
            yield self._document(task, annotation, full, place)

    def _document(
        self, task: dict[str, Any], annotation: dict[str, Any], name: str, place: str
    ) -> Document:
        data = task["data"]
        key = text_key(data, self.text_key, place)
        result = sequence(annotation.get("result"), place, "result")
        record = Record(name, data[key], key, result)
        document = document_of(record, self.relation_label, place, self.skipped, self.words)
        kept = {
            name: value for name, value in task.items() if name not in ("predictions", "drafts")
        }
        kept |= {"annotations": [annotation], "data": {**data, key: None}}
        return replace(document, extra={_EXTRA: {"text_key": key, "task": kept}})

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes tasks; annotations that ``extra`` keeps return if they still hold."""
        skipped = SkippedData()
        with replaced(path) as stream:
            stream.write(b"[")
            for number, document in enumerate(writable(documents, skipped, TEXT)):
                line = dump(self._task(document, skipped), f"document {document.id!r}")
                stream.write((",\n" if number else "\n").encode() + line.encode())
            stream.write(b"\n]\n")
        return skipped

    def _task(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        place = f"document {document.id!r}"
        others = len(document.extra.keys() - {_EXTRA})
        if others:
            skipped.add("keys of documents left out", place, others)
        kept = _kept(document.extra.get(_EXTRA))
        if kept is None:
            key, task = "text", dict[str, Any](data={})
        else:
            key, task = kept
            result = task["annotations"][0]["result"]
            if document.text is not None and self._holds(document, key, result):
                count_unheld(document, HELD, skipped)
                return _named(task, document, key, document.text)
            skipped.add("annotations written anew, the document having changed", place)
        record = record_of(document, key, skipped)
        count_reread(document, self._again(record, None), skipped)
        task = {**task, "annotations": [{"result": record.result}]}
        return _named(task, document, key, record.text)

    def _holds(self, document: Document, key: str, result: list[Any]) -> bool:
        record = Record(document.id, document.text or "", key, result)
        return any(self._again(record, label) == document for label in (None, self.relation_label))

    def _again(self, record: Record, relation_label: str | None) -> Document | None:
        """What reading the record will give, or None when it cannot be read."""
        try:
            return document_of(record, relation_label, "", SkippedData(), self.words)
        except DataError:
            return None


def _kept(extra: Any) -> tuple[str, dict[str, Any]] | None:
    """The key of the text and the task, where ``extra`` has them in the form of reading."""
    try:
        fields = mapping(extra, "", "")
        task = check_task(fields.get("task"), "")
        mapping(task["data"], "", "")
        (annotation,) = sequence(task["annotations"], "", "")
        sequence(mapping(annotation, "", "").get("result"), "", "")
        return string(fields.get("text_key"), "", ""), task
    except (DataError, ValueError):
        return None


def _named(task: dict[str, Any], document: Document, key: str, text: str) -> dict[str, Any]:
    """The task with its text, and the document's id where the task's is another."""
    data = {**task["data"], key: text}
    if data.get(OWN_ID, str(task.get("id"))) != document.id:
        data[OWN_ID] = document.id
    return {**task, "data": data}
