"""The brat annotation tool's standoff files: .txt with the text, .ann with a line an annotation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.brat.files import Names, Pair, pairs_of
from jointre.formats.brat.lines import Event, Other, parse_line
from jointre.formats.brat.record import Options, Record, document_of
from jointre.formats.brat.writer import HELD, record_of
from jointre.formats.common.faults import Faults, OnError
from jointre.formats.common.files import read_characters, replaced_folder
from jointre.formats.common.leading_mark import MARK, without_mark
from jointre.formats.common.supported import count_unheld
from jointre.formats.common.texts import count_reread, utf8
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.reader import Reader

_WAYS = [
    Options(parts, clusters, events)
    for events in ("triggers", "relations")
    for clusters in ("keep", "merge")
    for parts in ("skip", "cover")
]
"""How the kept lines of a document may have been read."""


@final
@Reader.register("brat")
class BratReader(Reader):
    """A folder of brat's ``.ann`` and ``.txt`` files (standoff format of version 1.3), or one pair.

    A path is the folder, with those below it but for hidden ones, or an ``.ann`` file, whose
    ``.txt`` stands beside it. A document is called by its path in the folder, without the ending;
    documents are read in the order of these names. Mentions (``T``) become entities, triggers of
    events too, relations (``R``) relations, equivalences (``*``) clusters, the first normalisation
    (``N``) of a mention its entity's id, without ``id:``. An event (``E``) stands for its trigger
    wherever a line names it. Attributes, notes and, by default, arguments of events are counted.
    Offsets are code points; those that count line ends as one character are corrected. Words
    and sentences come from spaCy's rules, and words are cut where a mention begins or ends.
    ``extra`` keeps the annotation lines where writing would not give them back.

    Paper: https://aclanthology.org/E12-2021

    Source: https://brat.nlplab.org/standoff.html

    Args:
        types: the types file (the one of :class:`SpertReader`).
        discontinuous: a mention of several parts, with more than white space between them, is
            left out (``"skip"``), read as all from its first to its last word (``"cover"``), or
            an error. The first two are counted.
        clusters: ``"keep"``: an entity a mention, equivalences as clusters beside them;
            ``"merge"``: an entity an equivalence, with all its mentions and their most frequent
            label, as document models have it.
        events: ``"triggers"``: of an event, only the trigger is read; ``"relations"``: each
            argument is also a relation from the trigger, labelled by its role. The number of a
            repeated role (``Theme2``) is not part of the label.
        language: spaCy's code of the language of the texts, such as ``"zh"``; ``"xx"`` for any.
        inside_words: where a mention begins or ends inside a word, ``"split"`` cuts the
            word, so that the mention keeps its characters; ``"widen"`` makes the mention
            larger, so that words never depend on annotations, as in a text to be predicted.
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such lines
            and documents.

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
    ) -> None:
        super().__init__(types, on_error)
        self.language = check_language(language)
        words = WordRules(language, inside_words)
        self.options = Options(discontinuous, clusters, events, words)

    def files(self, path: Path) -> list[Path]:
        """The .ann files, each followed by its .txt file.

        Raises:
            DataError: there is none, or one without its text.
        """
        faults = Faults(self.on_error, SkippedData())
        try:
            pairs = pairs_of(path, faults)
        except DataError as error:
            raise self._misread(path, error) from error
        faults.finish(path, len(pairs.found))
        return [file for pair in pairs.found for file in (pair.annotations, pair.text)]

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        pairs = pairs_of(path, self.faults)
        if pairs.alone:
            kind = "texts without an .ann file left out"
            self.skipped.add(kind, str(pairs.alone[0]), len(pairs.alone))
        for pair in pairs.found:
            with self.guard(pair.annotations):
                yield str(pair.annotations), self._document(_record(pair), str(pair.annotations))

    def _document(self, record: Record, place: str) -> Document:
        document = document_of(record, self.options, place, self.skipped, self.faults)
        lines = [line for _, line in record.lines]
        again = [line for _, line in record_of(document, SkippedData()).lines]
        return document if lines == again else replace(document, extra={"annotations": lines})

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes a new folder; annotation lines that ``extra`` keeps return if they still hold.

        Raises:
            DataError: the folder is there already and not empty, or cannot be written.
        """
        skipped = SkippedData()
        names = Names(skipped)
        with replaced_folder(path) as folder:
            for document in writable(documents, skipped, TEXT):
                record = self._written(document, skipped)
                name = names.of(document.id)
                text = folder / f"{name}.txt"
                text.parent.mkdir(parents=True, exist_ok=True)
                # Reading removes one mark, so a text that begins with one is written with another.
                mark = MARK if record.text.startswith(MARK) else ""
                text.write_bytes(utf8(mark + record.text, document.id))
                content = "".join(f"{line}\n" for _, line in record.lines)
                text.with_name(f"{text.name[:-4]}.ann").write_bytes(utf8(content, document.id))
        return skipped

    def _written(self, document: Document, skipped: SkippedData) -> Record:
        kept = document.extra.get("annotations")
        others = len(document.extra.keys() - {"annotations"})
        if others:
            skipped.add("keys of documents left out", f"document {document.id!r}", others)
        if isinstance(kept, list) and all(isinstance(line, str) for line in kept):
            if document.text is not None and "\n" not in "".join(kept):
                lines = tuple(("", line) for line in kept)
                before = Record(document.id, document.text, lines)
                if self._read_as(before, document):
                    count_unheld(document, HELD, skipped)
                    return before
            _count_changed(kept, document, skipped)
        record = record_of(document, skipped)
        count_reread(document, _again(record, Options(words=self.options.words)), skipped)
        return record

    def _read_as(self, record: Record, document: Document) -> bool:
        """Whether some way of reading the record gives the document."""
        ways = [self.options, *(replace(way, words=self.options.words) for way in _WAYS)]
        return any(_again(record, way) == document for way in dict.fromkeys(ways))


def _record(pair: Pair) -> Record:
    rows = read_characters(pair.annotations).removeprefix(MARK).split("\n")
    placed = ((f"{pair.annotations}:{number}", line) for number, line in enumerate(rows, start=1))
    text, lines = without_mark(
        read_characters(pair.text),
        tuple((place, line.removesuffix("\r")) for place, line in placed if line.strip()),
    )
    return Record(pair.id, text, lines)


def _again(record: Record, options: Options) -> Document | None:
    """What reading the record will give, or None when it cannot be read."""
    try:
        return document_of(record, options, "", SkippedData())
    except DataError:
        return None


def _count_changed(kept: list[str], document: Document, skipped: SkippedData) -> None:
    """Counts kept lines that only their like could give back."""
    for line in kept:
        try:
            found = parse_line(line, "")
        except DataError:
            continue
        if isinstance(found, Event | Other):
            kind = f"{found.kind}s left out, the document having changed"
            skipped.add(kind, f"document {document.id!r}")
