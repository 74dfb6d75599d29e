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
from jointre.formats.common.unpacked import MaxUnpacked
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

    The export of Prodigy 1.10 to 1.18: ``{"text", "tokens": [{"text", "start", "end", "id", "ws"}],
    "spans": [{"start", "end", "token_start", "token_end", "label"}], "relations": [{"head",
    "child", "head_span", "child_span", "label"}], "answer", "_input_hash", …}``. Only accepted
    examples are read; rejected and ignored ones, and binary decisions, which cover one span of a
    text, are counted. Words are the tokens except white space, or come from spaCy's rules if
    tokens are missing, and are cut where a span begins or ends; sentences come from these rules. An
    end of a relation that is not a span becomes an entity, without a label if it has none. The id
    of an example is its ``id``, or else file and line. Further keys are kept in ``extra``, and the
    rows under ``"prodigy"``; the rows are written unchanged if they still describe the document.

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
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

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
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
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
        for number, line in read_lines(path, reading.guard, self.max_unpacked):
            location = f"{path}:{number}"
            with reading.record():
                record = mapping(parse(line, path, number), location, "an example")
                if not record.keys() & _MARKS or not isinstance(record.get("text"), str):
                    raise DataError(
                        f"{location}: an example needs 'text' and one of the keys "
                        f"{', '.join(sorted(_MARKS))}; found {shown(sorted(record))}"
                    )
                if not _accepted(record, location, reading.skipped):
                    continue
                if not self._is_read(record, texts, location, reading.skipped):
                    continue
                id = identity(record.get("id"), f"{stem(path)}:{number}", location, "id")
                id = f"{id}:{number}" if id in ids else id
                document = read_record(record, id, self.words, location, reading.skipped)
                ids.add(id)
                yield location, document

    def _is_read(
        self, record: dict[str, Any], texts: set[str], location: str, skipped: SkippedData
    ) -> bool:
        """Whether the example is read: the first one of its text, or a further one by option."""
        repeated = record["text"] in texts
        texts.add(record["text"])
        if repeated:
            outcome = "kept" if self.repeated == "keep" else "skipped"
            skipped.add(f"further examples of a text {outcome}", location)
        return not repeated or self.repeated == "keep"


def _accepted(record: dict[str, Any], location: str, skipped: SkippedData) -> bool:
    """Whether the example is gold; so is one without an answer, which was input to Prodigy."""
    answer = record.get("answer", "accept")
    if answer not in ("accept", "reject", "ignore"):
        raise DataError(f"{location}: answer must be accept, reject or ignore, not {shown(answer)}")
    if answer != "accept":
        skipped.add(f"examples with the answer {answer!r} skipped", location)
    elif record.get("_is_binary"):
        skipped.add("binary decisions about one span of a text skipped", location)
    return answer == "accept" and not record.get("_is_binary")
