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
    """A document in the form in which it is written.

    Args:
        record: Id, title and abstract, without lines.
        document: Document without mentions that the text cannot hold.
        offsets: Characters of each word in the record's text.
    """

    record: PubtatorRecord
    document: Document
    offsets: Offsets


def line_id(id: str) -> str:
    """An id as PubTator's lines, which begin with it, can hold it."""
    return _NOT_IN_ID.sub("_", id) or "_"


def written(document: Document, skipped: SkippedData) -> Written:
    """The text of a document, as title and abstract.

    The text of a document without text and offsets is its words with spaces between them. The
    title has the length ``extra["title_length"]``; without that it is the first sentence, or else
    the whole text.

    Args:
        document: Document to write.
        skipped: Counts what is skipped or changed.

    Raises:
        DataError: The text cannot be written to a file.
    """
    location = f"document {document.id!r}"
    text, offsets = text_of(document, skipped)
    utf8(text, document.id)
    one_line = text.replace("\n", " ").replace("\r", " ")
    if one_line != text:
        skipped.add("texts with line breaks written with spaces", location)
    document = with_words(document, one_line, offsets, skipped)
    title_length = _title_length(document, one_line, offsets)
    return Written(
        PubtatorRecord(document.id, one_line[:title_length], one_line[title_length + 1 :]),
        document,
        offsets,
    )


def annotation_lines(
    document: Document, text: str, offsets: Offsets, skipped: SkippedData
) -> list[str]:
    """The lines of mentions, in the order of the text, then those of relations, without the id.

    Entities that share a mention and a label share a line that lists their identifiers, if these
    can be separated (see :func:`join_ids`).

    Args:
        document: Document whose entities all have labels.
        text: Title, space and abstract.
        offsets: Characters of each word.
        skipped: Counts identifiers that are made up, and lines that are skipped because they would
            be read as something else, for example a relation whose label is a number.
    """
    names = _identifiers(document, skipped)
    # The identifiers of each line, by its mention; entities without a concept do not share lines.
    ids_by_mention: dict[tuple[int, int, str, int], dict[str, None]] = {}
    for index, entity in enumerate(document.entities):
        unshared = index + 1 if names[index] in NO_CONCEPT else 0
        for mention in entity.mentions:
            start, end = chars_of(mention, offsets)
            key = (start, end, entity.label or "", unshared)
            ids_by_mention.setdefault(key, {})[names[index]] = None
    lines = [
        "\t".join((str(start), str(end), _column(text[start:end]), _column(label), column))
        for (start, end, label, _), ids in sorted(
            ids_by_mention.items(), key=lambda item: item[0][:2]
        )
        for column in join_ids(ids)
    ]
    for relation in document.relations:
        label = _column(relation.label)
        lines.append("\t".join((label, names[relation.head], names[relation.tail])))
    mention_count = len(lines) - len(document.relations)
    return [
        line
        for index, line in enumerate(lines)
        if _reads(line, text, Mention if index < mention_count else ConceptLink, document, skipped)
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
    """A value without the characters that end a column or a line."""
    return value.replace("\t", " ").replace("\n", " ").replace("\r", " ")


def _identifiers(document: Document, skipped: SkippedData) -> list[str]:
    """One identifier per entity: its id, ``-1`` if none is needed, or else a new one."""
    related = {end for relation in document.relations for end in (relation.head, relation.tail)}
    entity_ids = {entity.id for entity in document.entities}
    new_names = (name for name in map("E{}".format, count(1)) if name not in entity_ids)
    used_names: set[str] = set()
    identifiers = []
    for index, entity in enumerate(document.entities):
        name = entity.id
        if name is None and index not in related and len(entity.mentions) == 1:
            identifiers.append("-1")
            continue
        if name is None or name in NO_CONCEPT or name in used_names or not _writable(name):
            skipped.add("identifiers made up for entities", f"document {document.id!r}")
            name = next(new_names)
        used_names.add(name)
        identifiers.append(name)
    return identifiers


def _writable(name: str) -> bool:
    """Whether reading a column of this identifier gives the identifier."""
    return not set(name) & set("\t\n\r") and split_ids(name) == (name,)


def _title_length(document: Document, text: str, offsets: Offsets) -> int:
    length = document.extra.get("title_length")
    if type(length) is not int or not _divides(text, length):
        first = next((border for border in sentences_of(document) if border.width), None)
        length = offsets[first.end - 1][1] if first else 0
    return length if _divides(text, length) else len(text)


def _divides(text: str, length: int) -> bool:
    """Whether the text can be divided into a title of this length and an abstract."""
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

    Annotation lines in ``extra`` are written unchanged if they still describe the document.

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
        stored_lines = document.extra.get("annotations")
        document = labelled(document, skipped)
        count_unheld(document, _HELD, skipped)
        other_keys = len(document.extra.keys() - _OWN)
        if other_keys:
            skipped.add("keys of documents skipped", f"document {document.id!r}", other_keys)
        record, document, offsets = written(document, skipped)
        if isinstance(stored_lines, list) and all(isinstance(line, str) for line in stored_lines):
            stored_record = with_lines(record, stored_lines)
            if any(
                _same(_reread(stored_record, options), document) for options in self._all_options()
            ):
                return stored_record
        record = with_lines(record, annotation_lines(document, record.text, offsets, skipped))
        count_reread(
            document, _reread(record, PubtatorOptions("all", "singleton", self.words)), skipped
        )
        return record

    def _all_options(self) -> Iterator[PubtatorOptions]:
        """All options with which the lines of a document may have been read."""
        for multi_id in get_args(MultiId):
            for ungrounded in get_args(Ungrounded):
                yield PubtatorOptions(multi_id, ungrounded, self.words)


def _reread(record: PubtatorRecord, options: PubtatorOptions) -> Document | None:
    """The document that reading the record will give; None if it cannot be read."""
    try:
        return document_of(record, options, "", SkippedData())
    except DataError:
        return None


def _same(reread: Document | None, document: Document) -> bool:
    return reread is not None and reread == replace(document, text=reread.text)
