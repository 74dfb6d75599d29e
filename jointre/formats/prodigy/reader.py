"""Prodigy's JSONL, as ``prodigy db-out`` writes it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.fields import identity, mapping, shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.common.files import parse, read_lines, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.prodigy.record import read_record
from jointre.formats.reader import Reader

_MARKS = frozenset({"tokens", "spans", "relations", "answer", "_input_hash", "_task_hash"})


_LOOKS = re.compile(
    r'\A\s*\{(?=.*"(_input_hash|_task_hash|_view_id|token_start|answer)"\s*:)', re.DOTALL
)


@final
@Reader.register("prodigy")
class ProdigyReader(Reader):
    """One example per line, of ``ner.manual``, ``spans.manual``, ``rel.manual`` and the like.

    As Prodigy 1.10 to 1.18 export it: ``{"text", "tokens": [{"text", "start", "end", "id", "ws"}],
    "spans": [{"start", "end", "token_start", "token_end", "label"}], "relations": [{"head",
    "child", "head_span", "child_span", "label"}], "answer", "_input_hash", …}``. Only what was
    accepted is read; what was rejected or ignored, and binary decisions, which cover one span of a
    text, are counted. Words are the tokens but for white space, or spaCy's rules' where there are
    none, and are cut where a span begins or ends; sentences come from these rules. A relation's end
    that is no span is an entity, without a label where it has none. An example is called by its
    ``id``, else by file and line. Further keys stay in ``extra``, the rows under ``"prodigy"``;
    they are written again while they hold what the document holds.

    Source: https://prodi.gy/docs/api-interfaces#relations

    Args:
        types: Types file, see :class:`SpertReader`.
        repeated: Which examples of a text are read if it occurs several times, as when several
            people annotate it: all (``"keep"``) or the ``"first"``. Both are counted.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(
        self,
        types: Path | None = None,
        repeated: Literal["keep", "first"] = "keep",
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
    ) -> None:
        super().__init__(types, on_error)
        self.repeated = repeated
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.6 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        texts: set[str] = set()
        ids: set[str] = set()
        for number, line in read_lines(path, reading.guard):
            place = f"{path}:{number}"
            with reading.record():
                record = mapping(parse(line, path, number), place, "an example")
                if not record.keys() & _MARKS or not isinstance(record.get("text"), str):
                    raise DataError(
                        f"{place}: an example needs 'text' and one of the keys "
                        f"{', '.join(sorted(_MARKS))}; found {shown(sorted(record))}"
                    )
                if not _accepted(record, place, reading.skipped):
                    continue
                if not self._fresh(record, texts, place, reading.skipped):
                    continue
                id = identity(record.get("id"), f"{stem(path)}:{number}", place, "id")
                id = f"{id}:{number}" if id in ids else id
                document = read_record(record, id, self.words, place, reading.skipped)
                ids.add(id)
                yield place, document

    def _fresh(
        self, record: dict[str, Any], texts: set[str], place: str, skipped: SkippedData
    ) -> bool:
        """Whether the example is kept as the first of its text, or in spite of being none."""
        repeated = record["text"] in texts
        texts.add(record["text"])
        if repeated:
            kept = "kept" if self.repeated == "keep" else "skipped"
            skipped.add(f"further examples of a text {kept}", place)
        return not repeated or self.repeated == "keep"


def _accepted(record: dict[str, Any], place: str, skipped: SkippedData) -> bool:
    """Whether the example is gold; one without an answer is, as it was given to Prodigy."""
    answer = record.get("answer", "accept")
    if answer not in ("accept", "reject", "ignore"):
        raise DataError(f"{place}: answer must be accept, reject or ignore, not {shown(answer)}")
    if answer != "accept":
        skipped.add(f"examples with the answer {answer!r} skipped", place)
    elif record.get("_is_binary"):
        skipped.add("binary decisions about one span of a text skipped", place)
    return answer == "accept" and not record.get("_is_binary")
