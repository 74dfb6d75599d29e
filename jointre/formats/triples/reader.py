"""Triple lists of NYT and WebNLG: a text, and triples of strings without offsets."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.fields import further_keys, identity, mapping, shown, string
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.files import begins_list, parse, read_lines, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.reader import Reader
from jointre.formats.triples.alignment import split_words
from jointre.formats.triples.label_map import read_labels
from jointre.formats.triples.record import (
    FORMS,
    UNALIGNED,
    Occurrence,
    TriplesAnnotation,
    triples_of,
)

_LOOKS = re.compile(r'\A\s*[\[{](?=.*"(triple_list|sentText)"\s*:)', re.DOTALL)


@final
@Reader.register("triples")
class TriplesReader(Reader):
    """Sentences of ``text`` with ``triple_list``, or of ``sentText`` with ``relationMentions``.

    The file is one JSON list or JSON lines; blanks separate the words of a text. A triple is a list
    of three strings, [head, relation, tail]; in the starred corpora (NYT*, WebNLG*) head and tail
    are the last words of names. The words of a name are searched in the sentence: unchanged, then
    without accents, then without punctuation. A name that occurs more than once can become several
    entities of one mention each. Triples listed twice are kept once. All of this is counted.
    Triples that cannot be aligned are kept in ``extra["unaligned"]``, further keys in ``extra``.

    Paper: https://aclanthology.org/P18-1047

    Args:
        types: Types file, see :class:`SpertReader`, or the label map of the corpus.
        entity_label: Label of all entities, because the files have none.
        unaligned: What happens to triples whose head or tail is not in the sentence: ``"count"``
            skips and counts them, ``"error"`` raises an error.
        occurrence: Which occurrence of a repeated name is used. ``"closest"``: for each triple, the
            head and the tail with the fewest words between them, the first pair on ties.
            ``"first"``: always the first occurrence of a name, as in published scores. Head and
            tail of a triple that relates a name to itself are one mention.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".json", ".jsonl")

    def __init__(
        self,
        types: Path | None = None,
        entity_label: str = "Entity",
        unaligned: Literal["count", "error"] = "count",
        occurrence: Occurrence = "closest",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.entity_label = entity_label
        self.unaligned = unaligned
        self.occurrence: Occurrence = occurrence

    def label_sets(self) -> LabelSets | None:
        """The labels of the types file or the label map, or None without one."""
        return None if self.types is None else read_labels(self.types, self.entity_label)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.8 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        if begins_list(path, self.max_unpacked):
            for number, value in enumerate(self.listed(path), start=1):
                location = f"{path}: record {number}"
                with reading.record():
                    record = _checked(value, location)
                    name = f"{stem(path)}:{number}"
                    yield location, self._document(record, name, location, reading.skipped)
            return
        for number, (line, text) in enumerate(
            read_lines(path, reading.guard, self.max_unpacked), start=1
        ):
            location = f"{path}:{line}"
            with reading.record():
                record = _checked(parse(text, path, line), location)
                name = f"{stem(path)}:{number}"
                yield location, self._document(record, name, location, reading.skipped)

    def _document(
        self, record: dict[str, Any], default: str, location: str, skipped: SkippedData
    ) -> Document:
        text_key, triples_key = FORMS[0] if record.keys() >= set(FORMS[0]) else FORMS[1]
        text = string(record[text_key], location, text_key)
        tokens = split_words(text)
        if " ".join(tokens) != text.strip():
            skipped.add("texts with other blanks than single spaces, read as words", location)
        annotation = TriplesAnnotation(
            tokens, self.entity_label, self.occurrence, location, skipped
        )
        triples = triples_of(record, triples_key, location, skipped)
        annotation.read(triples, self.unaligned == "error")
        if UNALIGNED in record:
            skipped.add(f"keys {UNALIGNED!r}, which reading fills, skipped", location)
        extra = further_keys(record, {text_key, triples_key, UNALIGNED}, "id")
        if annotation.unaligned:
            extra[UNALIGNED] = annotation.unaligned
        return Document(
            id=identity(record.get("id"), default, location, "id"),
            tokens=tokens,
            entities=tuple(annotation.entities),
            relations=tuple(annotation.relations),
            extra=extra,
        )


def _checked(value: Any, location: str) -> dict[str, Any]:
    """The record, if it has the keys of one of the forms."""
    record = mapping(value, location, "a sentence")
    if not any(record.keys() >= set(form) for form in FORMS):
        raise DataError(
            f"{location}: a sentence needs 'text' and 'triple_list', or 'sentText' and "
            f"'relationMentions'; found {shown(sorted(record))}"
        )
    return record
