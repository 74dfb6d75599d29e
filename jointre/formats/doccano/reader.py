"""doccano's JSONL exports: sequence labelling, with relations or without."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.words import check_language
from jointre.formats.common.files import begins_list, parse, read_lines, stem
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.doccano.offsets import CountedIn, LineEnds
from jointre.formats.doccano.record import DoccanoLine
from jointre.formats.reader import Reader

_LOOKS = re.compile(
    r'\A\s*[\[{](?=.*"(text|data)"\s*:)(?=.*"(start_offset|labels?"\s*:\s*\[))', re.DOTALL
)


@final
@Reader.register("doccano")
class DoccanoReader(Reader):
    """One text per line: ``label`` of ``[start, end, label]``, or ``entities`` and ``relations``.

    The exports "JSONL" and "JSONL(Relation)" of doccano 1.5 to 1.8: ``all.jsonl``, or one file per
    annotator (``admin.jsonl``); "JSON" is one list of the same objects. A record is ``{"id",
    "text", "label": [[start, end, label]]}``, or ``{"id", "text", "entities": [{"id", "label",
    "start_offset", "end_offset"}], "relations": [{"id", "from_id", "to_id", "type"}]}``. The older
    keys ``data``, ``labels`` and ``annotations``, whose labels are numbers, are read too. Words and
    sentences come from spaCy's rules, and words are cut where a mention begins or ends. Further
    keys are kept in ``extra``, and the rows under ``"doccano"``; the rows are written unchanged if
    they still describe the document, and otherwise get new numbers.

    Source: https://github.com/doccano/doccano, https://github.com/doccano/doccano/issues/2290

    Args:
        types: Types file, see :class:`SpertReader`.
        offsets: Unit of the offsets. doccano counts ``"utf16"`` units like browsers, of which an
            emoji has two; with its setting "Count grapheme clusters as one character" it counts
            ``"graphemes"``; versions before 1.5 count ``"code_points"``.
        line_ends: Whether a carriage return with its line feed counts as ``"one"`` character or
            ``"two"``. ``"auto"``: in each text, the choice with which more mentions begin and end
            between words; these choices are counted.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such lines are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".json")

    def __init__(
        self,
        types: Path | None = None,
        offsets: CountedIn = "utf16",
        line_ends: LineEnds = "auto",
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.offsets: CountedIn = offsets
        self.line_ends: LineEnds = line_ends
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first record has the keys of the format."""
        return 0.65 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        line = DoccanoLine(self.offsets, self.words, self.line_ends)
        if begins_list(path, self.max_unpacked):
            for number, value in enumerate(self.listed(path), start=1):
                location = f"{path}: record {number}"
                with reading.record():
                    yield (
                        location,
                        line.read(value, f"{stem(path)}:{number}", location, reading.skipped),
                    )
            return
        for number, text in read_lines(path, reading.guard, self.max_unpacked):
            location = f"{path}:{number}"
            with reading.record():
                value = parse(text, path, number)
                yield (
                    location,
                    line.read(value, f"{stem(path)}:{number}", location, reading.skipped),
                )
