"""Triple lists of NYT and WebNLG: a text, and triples of strings without offsets."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.fields import identity, mapping, shown, string
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.files import begins_list, parse, read_lines, stem
from jointre.formats.common.reading import OnError, Reading
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

    One JSON list or JSON lines, whose words are parted by blanks. A triple is [head, relation,
    tail], strings; in the starred corpora (NYT*, WebNLG*) each the last word of a name. The
    words of a name are looked for in the sentence: as they stand, without accents, at last
    without punctuation. A name that occurs more than once can become several entities, each
    of one mention. Triples listed twice are kept once. All of this is counted.
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
    """

    suffixes: ClassVar[tuple[str, ...]] = (".json", ".jsonl")

    def __init__(
        self,
        types: Path | None = None,
        entity_label: str = "Entity",
        unaligned: Literal["count", "error"] = "count",
        occurrence: Occurrence = "closest",
        on_error: OnError = "stop",
    ) -> None:
        super().__init__(types, on_error)
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
        if begins_list(path):
            for number, value in enumerate(self.listed(path), start=1):
                place = f"{path}: record {number}"
                with reading.record():
                    record = _checked(value, place)
                    name = f"{stem(path)}:{number}"
                    yield place, self._document(record, name, place, reading.skipped)
            return
        for number, (line, text) in enumerate(read_lines(path, reading.guard), start=1):
            place = f"{path}:{line}"
            with reading.record():
                record = _checked(parse(text, path, line), place)
                name = f"{stem(path)}:{number}"
                yield place, self._document(record, name, place, reading.skipped)

    def _document(
        self, record: dict[str, Any], default: str, place: str, skipped: SkippedData
    ) -> Document:
        form = FORMS[0] if record.keys() >= set(FORMS[0]) else FORMS[1]
        text = string(record[form[0]], place, form[0])
        tokens = split_words(text)
        if " ".join(tokens) != text.strip():
            skipped.add("texts with other blanks than single spaces, read as words", place)
        found = TriplesAnnotation(tokens, self.entity_label, self.occurrence, place, skipped)
        found.read(triples_of(record, form[1], place, skipped), self.unaligned == "error")
        name = record.get("id")
        # Beyond a string id, the extra keeps how the file wrote it.
        unused = {*form, UNALIGNED} | ({"id"} if isinstance(name, str) else set())
        if UNALIGNED in record:
            skipped.add(f"keys {UNALIGNED!r}, which reading fills, skipped", place)
        extra = {key: value for key, value in record.items() if key not in unused}
        if found.unaligned:
            extra[UNALIGNED] = found.unaligned
        return Document(
            id=identity(name, default, place, "id"),
            tokens=tokens,
            entities=tuple(found.entities),
            relations=tuple(found.relations),
            extra=extra,
        )


def _checked(value: Any, place: str) -> dict[str, Any]:
    """The record, when it has the keys of either form."""
    record = mapping(value, place, "a sentence")
    if not any(record.keys() >= set(form) for form in FORMS):
        raise DataError(
            f"{place}: a sentence needs 'text' and 'triple_list', or 'sentText' and "
            f"'relationMentions'; found {shown(sorted(record))}"
        )
    return record
