"""brat's standoff files: a .txt file with the text, an .ann file with one annotation per line."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.brat.files import FilePair, pairs_of
from jointre.formats.brat.record import BratOptions, BratRecord, document_of
from jointre.formats.brat.writer import record_of
from jointre.formats.common.files import read_characters
from jointre.formats.common.leading_mark import MARK, without_mark
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.reader import Reader

_LOOKS = re.compile(r"\A(?:[TRENAM][0-9]+|#[0-9]*|\*)\t")


@final
@Reader.register("brat")
class BratReader(Reader):
    """A folder of brat's ``.ann`` and ``.txt`` files (standoff format of version 1.3), or one pair.

    A path is the folder, which is read with its subfolders except hidden ones, or an ``.ann`` file
    with its ``.txt`` file beside it. The id of a document is its path in the folder, without the
    ending; documents are read in the order of their ids. Mentions (``T``), also triggers of events,
    become entities, relations (``R``) become relations, and equivalences (``*``) become clusters.
    The first normalisation (``N``) of a mention becomes its entity's id, without ``id:``. An event
    (``E``) stands for its trigger wherever a line names it. Attributes, notes and, by default,
    arguments of events are counted. Offsets are code points; those that count line ends as one
    character are corrected. Words and sentences come from spaCy's rules, and words are cut where a
    mention begins or ends. ``extra`` keeps the annotation lines if writing would change them.

    Paper: https://aclanthology.org/E12-2021

    Source: https://brat.nlplab.org/standoff.html

    Args:
        types: Types file, see :class:`SpertReader`.
        discontinuous: What happens to a mention of several parts with more than white space between
            them. ``"skip"``: it is skipped; ``"cover"``: it is read as one mention from its first
            to its last word; ``"error"``: it is an error. The first two are counted.
        clusters: ``"keep"``: one entity per mention, with equivalences as clusters; ``"merge"``:
            one entity per equivalence, with all its mentions and their most frequent label, as
            document models need it.
        events: ``"triggers"``: only the trigger of an event is read; ``"relations"``: each argument
            is also a relation from the trigger, labelled with its role. The number of a repeated
            role (``Theme2``) is not part of the label.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such lines and documents are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".ann",)
    folders: ClassVar[bool] = True

    def __init__(
        self,
        types: Path | None = None,
        discontinuous: Literal["skip", "cover", "error"] = "skip",
        clusters: Literal["keep", "merge"] = "keep",
        events: Literal["triggers", "relations"] = "triggers",
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.language = check_language(language)
        words = WordRules(language, inside_words)
        self.options = BratOptions(discontinuous, clusters, events, words)

    def files(self, path: Path) -> list[Path]:
        """The .ann files, each followed by its .txt file.

        Raises:
            DataError: There is no .ann file, or one has no .txt file.
        """
        reading = Reading(path, self.on_error, SkippedData())
        try:
            pairs = pairs_of(path, reading)
        except DataError as error:
            raise self._explain(path, error) from error
        reading.finish(len(pairs.documents))
        return [file for pair in pairs.documents for file in (pair.annotations, pair.text)]

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether it is an .ann file, a folder with one, or begins with an annotation line."""
        if path.is_dir():
            return 0.95 if any(path.rglob("*.ann")) else 0.0
        return 0.95 if path.suffix == ".ann" or _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        pairs = pairs_of(reading.path, reading)
        if pairs.lone_texts:
            kind = "texts without an .ann file skipped"
            reading.skipped.add(kind, str(pairs.lone_texts[0]), len(pairs.lone_texts))
        for pair in pairs.documents:
            location = str(pair.annotations)
            with reading.record(path=pair.annotations):
                yield location, self._document(self._record(pair), location, reading)

    def _record(self, pair: FilePair) -> BratRecord:
        content = read_characters(pair.annotations, self.max_unpacked)
        file_lines = content.removeprefix(MARK).split("\n")
        numbered_lines = (
            (f"{pair.annotations}:{number}", line)
            for number, line in enumerate(file_lines, start=1)
        )
        text, lines = without_mark(
            read_characters(pair.text, self.max_unpacked),
            tuple(
                (location, line.removesuffix("\r"))
                for location, line in numbered_lines
                if line.strip()
            ),
        )
        return BratRecord(pair.id, text, lines)

    def _document(self, record: BratRecord, location: str, reading: Reading) -> Document:
        document = document_of(record, self.options, location, reading.skipped, reading)
        lines = [line for _, line in record.lines]
        written_lines = [line for _, line in record_of(document, SkippedData()).lines]
        return (
            document if lines == written_lines else replace(document, extra={"annotations": lines})
        )
