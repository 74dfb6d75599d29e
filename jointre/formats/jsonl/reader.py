"""The project's own record, one document a line: all that a Document holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.record import checked_record, read_arguments
from jointre.data.schema import Document, record_of
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.formats.common.faults import OnError
from jointre.formats.common.files import dump, parse, read_lines, replaced, stem
from jointre.formats.common.writable import writable
from jointre.formats.reader import Reader


@final
@Reader.register("jsonl")
class JsonlReader(Reader):
    """Records of ``tokens`` or ``text``, with ``entities``, ``relations``, ``sentences``, ….

    ``{"id", "text"?, "tokens", "offsets"?, "sentences"?, "entities": [{"label", "mentions",
    "chars"?, "score"?, "mention_scores"?, "id"?}], "relations": [{"label", "head", "tail",
    "score"?, "evidence"?}], "clusters"?, "flags"?}``. Spans are half-open. A record with
    only ``text`` is cut into words and sentences by spaCy's rules and gives its mentions
    as ``chars``; words are cut where these begin or end, given ``tokens`` too. Further keys of
    a record are kept in ``extra``.

    Source: this project's own format.

    Args:
        types: the types file (the one of :class:`SpertReader`).
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such records.
        language: spaCy's code of the language of the texts, such as ``"zh"``; ``"xx"`` for any.
        inside_words: where a mention begins or ends inside a word, ``"split"`` cuts the
            word, so that the mention keeps its characters; ``"widen"`` makes the mention
            larger, so that words never depend on annotations, as in a text to be predicted.

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
    ) -> None:
        super().__init__(types, on_error)
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for line, text in read_lines(path, self.faults.guard):
            place = f"{path}:{line}"
            with self.guard(path):
                record = checked_record(parse(text, path, line), place)
                name = f"{stem(path)}:{line}"
                yield (
                    place,
                    Document(**read_arguments(record, name, place, self.skipped, self.words)),
                )

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes documents, whatever they hold."""
        skipped = SkippedData()
        with replaced(path) as stream:
            for document in writable(documents, skipped):
                line = dump(record_of(document, skipped), f"document {document.id!r}")
                stream.write(f"{line}\n".encode())
        return skipped
