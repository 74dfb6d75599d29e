"""DyGIE and DyGIE++ JSON lines: one document per line, offsets in the document, ends inclusive."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.fields import further_keys, identity, mapping, shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.clusters import merged_clusters
from jointre.formats.common.files import parse, read_lines, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.sentence_lists import read_sentence_lists
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.dygie.record import KEYS, DygieAnnotation
from jointre.formats.reader import Reader

_BRACKETS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
}


_LOOKS = re.compile(
    r'\A\s*\{(?=.*"sentences"\s*:)(?=.*"(ner|doc_key|clusters|predicted_ner)"\s*:)', re.DOTALL
)


@final
@Reader.register("dygie")
class DygieReader(Reader):
    """Documents of ``sentences`` with ``ner``, ``relations`` and ``clusters``.

    An entity listed twice is kept once. A span with two types gives two entities, of which
    relations and clusters use the last. Spans outside the document, and relations and cluster
    mentions that are not in ``ner``, are skipped and counted. Relations across sentences are kept.
    All other keys are kept in ``extra``. Prediction files hold ``predicted_ner``,
    ``predicted_relations`` and ``predicted_clusters`` beside the gold annotations; with
    ``predictions`` these are read instead, and the last value of an item is its probability.

    Paper: https://arxiv.org/abs/1909.03546

    Args:
        types: Types file, see :class:`SpertReader`.
        unescape_brackets: Whether to read ``-LRB-`` as ``(`` and so on, for six kinds of brackets.
        label_case: ``"capitalize"`` reads the relation label ``USED-FOR`` as ``Used-for``; entity
            labels do not change.
        predictions: Whether to read the predictions of another tool instead of the gold
            annotations.
        clusters: ``"keep"``: one entity per mention, with clusters in addition; ``"merge"``: one
            entity per cluster, with all its mentions and their most frequent label, as document
            models need it. Members with different labels, and relations that become equal, are
            counted.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".json")

    def __init__(
        self,
        types: Path | None = None,
        unescape_brackets: bool = False,
        label_case: Literal["keep", "capitalize"] = "keep",
        predictions: bool = False,
        clusters: Literal["keep", "merge"] = "keep",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.clusters = clusters
        self.unescape_brackets = unescape_brackets
        self.label_case = label_case
        self.predictions = predictions

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.55 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        for line, text in read_lines(path, reading.guard, self.max_unpacked):
            location = f"{path}:{line}"
            with reading.record():
                record = mapping(parse(text, path, line), location, "a document")
                if "sentences" not in record:
                    raise DataError(
                        f"{location}: a document needs 'sentences'; found {shown(sorted(record))}"
                    )
                name = f"{stem(path)}:{line}"
                yield location, self._document(record, name, location, reading.skipped)

    def _document(
        self, record: dict[str, Any], default: str, location: str, skipped: SkippedData
    ) -> Document:
        tokens, borders = read_sentence_lists(record["sentences"], location, "sentences")
        annotation = DygieAnnotation(borders, location, skipped, self.predictions)
        annotation.read_ner(self._list(record, "ner", location))
        relations = self._list(record, "relations", location)
        annotation.read_relations(relations, self.label_case == "capitalize")
        annotation.read_clusters(self._clusters(record))
        if self.unescape_brackets:
            tokens = [_BRACKETS.get(token, token) for token in tokens]
        document = Document(
            id=identity(record.get("doc_key"), default, location, "doc_key"),
            tokens=tuple(tokens),
            sentences=tuple(borders),
            entities=tuple(annotation.entities),
            relations=tuple(annotation.relations),
            clusters=tuple(annotation.clusters),
            extra=further_keys(record, KEYS, "doc_key"),
        )
        return (
            merged_clusters(document, location, skipped) if self.clusters == "merge" else document
        )

    def _clusters(self, record: dict[str, Any]) -> Any:
        return record.get("predicted_clusters" if self.predictions else "clusters", [])

    def _list(self, record: dict[str, Any], key: str, location: str) -> Any:
        """The gold or the predicted list of a document."""
        if not self.predictions:
            return record.get(key, [])
        if "predicted_ner" not in record and "predicted_relations" not in record:
            raise DataError(
                f"{location}: predictions are to be read, but there is no 'predicted_ner' and no "
                "'predicted_relations'"
            )
        return record.get(f"predicted_{key}", [])
