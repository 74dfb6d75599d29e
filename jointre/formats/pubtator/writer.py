"""The writer of PubTator's files: text, mentions by characters, relations by concepts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import ClassVar, NamedTuple, final, get_args

from jointre.data.char_spans import InsideWords, Offsets, WordRules, chars_of
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.common.supported import count_unheld, labelled
from jointre.formats.common.texts import count_reread, text_of, utf8, with_words
from jointre.formats.common.writable import Form, writable
from jointre.formats.pubtator.concepts import MultiId, Ungrounded
from jointre.formats.pubtator.ids import NO_CONCEPT, join_ids, split_ids
from jointre.formats.pubtator.lines import (
    ConceptLink,
    Mention,
    PubtatorRecord,
    parse_line,
    with_lines,
)
from jointre.formats.pubtator.record import PubtatorOptions, document_of
from jointre.formats.writer import Writer
from jointre.outputs import replaced

_NOT_IN_ID = re.compile("[|\t\n\r\ufeff]")


class Written(NamedTuple):
    """What is written of a document.

    Args:
        record: id, title and abstract, no lines.
        document: without what had to go.
        offsets: characters of each word in the record's text.
    """

    record: PubtatorRecord
    document: Document
    offsets: Offsets


def line_id(id: str) -> str:
    """An id as PubTator's lines, which begin with it, can hold it."""
    return _NOT_IN_ID.sub("_", id) or "_"


def written(document: Document, skipped: SkippedData) -> Written:
    """The text of a document, as title and abstract.

    A document without text and offsets gets its words with spaces between. The title is as
    long as ``extra["title_length"]`` says, else the first sentence, else the whole text.

    Args:
        document: Document to write.
        skipped: Counts what is skipped or changed.

    Raises:
        DataError: the text cannot stand in a file.
    """
    place = f"document {document.id!r}"
    text, offsets = text_of(document, skipped)
    utf8(text, document.id)
    line = text.replace("\n", " ").replace("\r", " ")
    if line != text:
        skipped.add("texts with line breaks written with spaces", place)
    document = with_words(document, line, offsets, skipped)
    cut = _title_length(document, line, offsets)
    return Written(PubtatorRecord(document.id, line[:cut], line[cut + 1 :]), document, offsets)


def annotation_lines(
    document: Document, text: str, offsets: Offsets, skipped: SkippedData
) -> list[str]:
    """The lines of mentions, in the order of the text, then those of relations, without the id.

    Entities that share a mention and a label share a line, which lists their identifiers, where
    a sign separates these (see :func:`join_ids`).

    Args:
        document: all of its entities have labels.
        text: title, space and abstract.
        offsets: characters of each word.
        skipped: counts identifiers that are made up, and lines that would be read as something
            else, such as a relation whose label is a number: they are skipped.
    """
    names = _identifiers(document, skipped)
    # Under a key, the identifiers of one line; what has no concept shares none.
    lines: dict[tuple[int, int, str, int], dict[str, None]] = {}
    for index, entity in enumerate(document.entities):
        alone = index + 1 if names[index] in NO_CONCEPT else 0
        for mention in entity.mentions:
            start, end = chars_of(mention, offsets)
            key = (start, end, entity.label or "", alone)
            lines.setdefault(key, {})[names[index]] = None
    found = [
        "\t".join((str(start), str(end), _column(text[start:end]), _column(label), column))
        for (start, end, label, _), ids in sorted(lines.items(), key=lambda item: item[0][:2])
        for column in join_ids(ids)
    ]
    for relation in document.relations:
        label = _column(relation.label)
        found.append("\t".join((label, names[relation.head], names[relation.tail])))
    mentions = len(found) - len(document.relations)
    return [
        line
        for index, line in enumerate(found)
        if _reads(line, text, Mention if index < mentions else ConceptLink, document, skipped)
    ]


def _reads(
    line: str,
    text: str,
    kind: type[Mention | ConceptLink],
    document: Document,
    skipped: SkippedData,
) -> bool:
    """Whether a line is read as the mention or relation that it stands for."""
    try:
        if isinstance(parse_line(line, text, ""), kind):
            return True
    except DataError:
        pass
    noun = "mentions" if kind is Mention else "relations"
    skipped.add(f"{noun} that PubTator's lines cannot hold skipped", f"document {document.id!r}")
    return False


def _column(value: str) -> str:
    """A value without what ends a column or a line."""
    return value.replace("\t", " ").replace("\n", " ").replace("\r", " ")


def _identifiers(document: Document, skipped: SkippedData) -> list[str]:
    """One an entity: its id, ``-1`` where none is needed, else a new one."""
    related = {end for relation in document.relations for end in (relation.head, relation.tail)}
    taken = {entity.id for entity in document.entities}
    new = (name for name in map("E{}".format, count(1)) if name not in taken)
    names: dict[str, int] = {}
    found = []
    for index, entity in enumerate(document.entities):
        name = entity.id
        if name is None and index not in related and len(entity.mentions) == 1:
            found.append("-1")
            continue
        if name is None or name in NO_CONCEPT or name in names or not _writable(name):
            skipped.add("identifiers made up for entities", f"document {document.id!r}")
            name = next(new)
        names[name] = index
        found.append(name)
    return found


def _writable(name: str) -> bool:
    """Whether reading a column of this identifier gives the identifier."""
    return not set(name) & set("\t\n\r") and split_ids(name) == (name,)


def _title_length(document: Document, text: str, offsets: Offsets) -> int:
    length = document.extra.get("title_length")
    if type(length) is not int or not _parts(text, length):
        first = next((border for border in sentences_of(document) if border.width), None)
        length = offsets[first.end - 1][1] if first else 0
    return length if _parts(text, length) else len(text)


def _parts(text: str, length: int) -> bool:
    """Whether the text is that of a title so long, or of such a title and an abstract."""
    if length < 0 or length >= len(text) - 1:
        return length == len(text)
    return text[length] == " "


_OWN = frozenset({"title_length", "annotations", "hypernym_pairs"})
_FORM = Form(utf8=True, empty_words=False, id=line_id)
_HELD = frozenset({"text", "offsets", "sentences", "entity_ids"})


@final
@Writer.register("pubtator")
class PubtatorWriter(Writer):
    """Writes titles and abstracts, mentions by characters and relations by concepts.

    Annotation lines that ``extra`` keeps are written again if they still hold what the document
    holds.

    Paper: https://doi.org/10.1093/database/baw068

    Args:
        language: Language with which the files will be read, as a spaCy code; differences in words
            and sentences are counted.
        inside_words: What the reader will do if a mention begins or ends inside a word.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".PubTator.txt", ".pubtator")

    def __init__(self, language: str = "en", inside_words: InsideWords = "split") -> None:
        self.words = WordRules(check_language(language), inside_words)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        with replaced(path) as stream:
            for document in writable(documents, skipped, _FORM):
                record = self._record(document, skipped)
                lines = [f"{record.id}|t|{record.title}", f"{record.id}|a|{record.abstract}"]
                lines += [f"{record.id}\t{line}" for _, line in record.lines]
                content = "".join(f"{line}\n" for line in [*lines, ""])
                stream.write(utf8(content, document.id))

    def _record(self, document: Document, skipped: SkippedData) -> PubtatorRecord:
        kept = document.extra.get("annotations")
        document = labelled(document, skipped)
        count_unheld(document, _HELD, skipped)
        others = len(document.extra.keys() - _OWN)
        if others:
            skipped.add("keys of documents skipped", f"document {document.id!r}", others)
        record, document, offsets = written(document, skipped)
        if isinstance(kept, list) and all(isinstance(line, str) for line in kept):
            before = with_lines(record, kept)
            if any(_same(_again(before, way), document) for way in self._ways()):
                return before
        record = with_lines(record, annotation_lines(document, record.text, offsets, skipped))
        count_reread(
            document, _again(record, PubtatorOptions("all", "singleton", self.words)), skipped
        )
        return record

    def _ways(self) -> Iterator[PubtatorOptions]:
        """The ways in which the lines of a document may have been read."""
        for multi_id in get_args(MultiId):
            for ungrounded in get_args(Ungrounded):
                yield PubtatorOptions(multi_id, ungrounded, self.words)


def _again(record: PubtatorRecord, options: PubtatorOptions) -> Document | None:
    """What reading the record will give, or None when it cannot be read."""
    try:
        return document_of(record, options, "", SkippedData())
    except DataError:
        return None


def _same(found: Document | None, document: Document) -> bool:
    return found is not None and found == replace(document, text=found.text)
