"""The project's own format: one record per line with everything that a Document holds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.record import checked_record, read_arguments
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.formats.common.files import parse, read_lines, refuse_value_over_lines, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.tool_offsets import without_uncounted_mark
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.reader import Reader

_SPECIAL = re.compile(r'\A\s*\{(?=.*"(mentions|chars)"\s*:)', re.DOTALL)
_GENERAL = re.compile(r'\A\s*\{(?=.*"(tokens|text)"\s*:)', re.DOTALL)


@final
@Reader.register("jsonl")
class JsonlReader(Reader):
    """Records of ``tokens`` or ``text``, with ``entities``, ``relations``, ``sentences``, ….

    ``{"id", "text"?, "tokens", "offsets"?, "sentences"?, "entities": [{"label", "mentions",
    "chars"?, "score"?, "mention_scores"?, "id"?}], "relations": [{"label", "head", "tail",
    "score"?, "evidence"?}], "clusters"?, "flags"?}``. Spans are half-open. A text without
    ``tokens`` is cut into words and sentences by spaCy's rules, and its mentions are given as
    ``chars``. Words, also those of ``tokens``, are cut where ``chars`` begin or end. Further keys
    of a record are kept in ``extra``.

    Source: this project's own format.

    Args:
        types: Types file, see :class:`SpertReader`.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such records are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(
        self,
        types: Path | None = None,
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has keys of this format only, or at least words or a text."""
        if _SPECIAL.match(head):
            return 0.7
        return 0.1 if _GENERAL.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        refuse_value_over_lines(path, self.max_unpacked)
        for line, text in read_lines(path, reading.guard, self.max_unpacked):
            location = f"{path}:{line}"
            with reading.record():
                record = checked_record(parse(text, path, line), location)
                record = _without_uncounted_mark(record, location, reading.skipped)
                name = f"{stem(path)}:{line}"
                yield (
                    location,
                    Document(**read_arguments(record, name, location, reading.skipped, self.words)),
                )


def _without_uncounted_mark(
    record: dict[str, Any], location: str, skipped: SkippedData
) -> dict[str, Any]:
    """The record without a byte-order mark that its offsets do not count."""
    text = record.get("text")
    if not isinstance(text, str):
        return record
    return record | {"text": without_uncounted_mark(text, _given_ends(record), location, skipped)}


def _given_ends(record: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """Start and end of each word and mention in characters as the record has them, unchecked."""
    entities = record.get("entities")
    lists = [record.get("offsets")]
    if isinstance(entities, list):
        lists += [entity.get("chars") for entity in entities if isinstance(entity, dict)]
    for items in lists:
        for item in items if isinstance(items, list) else ():
            if isinstance(item, list) and len(item) == 2:
                yield item[0], item[1]
