"""A Document as a PubTator document: text, mentions by characters, relations by concepts."""

import re
from itertools import count
from typing import NamedTuple

from jointre.data.char_spans import Offsets, chars_of
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.texts import text_of, utf8, with_words
from jointre.formats.pubtator.ids import NO_CONCEPT, join_ids, split_ids
from jointre.formats.pubtator.lines import Link, Mention, Record, parse_line

_NOT_IN_ID = re.compile("[|\t\n\r\ufeff]")


class Written(NamedTuple):
    """What is written of a document.

    Args:
        record: id, title and abstract, no lines.
        document: without what had to go.
        offsets: characters of each word in the record's text.
    """

    record: Record
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
        document: about to be written.
        skipped: counts what is left out or changed.

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
    return Written(Record(document.id, line[:cut], line[cut + 1 :]), document, offsets)


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
            else, such as a relation whose label is a number: they are left out.
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
        if _reads(line, text, Mention if index < mentions else Link, document, skipped)
    ]


def _reads(
    line: str, text: str, kind: type[Mention | Link], document: Document, skipped: SkippedData
) -> bool:
    """Whether a line is read as the mention or relation that it stands for."""
    try:
        if isinstance(parse_line(line, text, ""), kind):
            return True
    except DataError:
        pass
    noun = "mentions" if kind is Mention else "relations"
    skipped.add(f"{noun} that PubTator's lines cannot hold left out", f"document {document.id!r}")
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
