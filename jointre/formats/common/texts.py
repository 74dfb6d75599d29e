"""The texts of documents for formats that count characters."""

from itertools import pairwise

from jointre.data.char_spans import Offsets, chars_of
from jointre.data.mentions import keep_mentions
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError


def with_text(document: Document, skipped: SkippedData) -> tuple[Document, str, Offsets]:
    """The document, its text and the characters of each word, for a format of characters.

    Args:
        document: about to be written, see :func:`text_of` and :func:`with_words`.
        skipped: Counts what is skipped.
    """
    text, offsets = text_of(document, skipped)
    return with_words(document, text, offsets, skipped), text, offsets


def text_of(document: Document, skipped: SkippedData) -> tuple[str, Offsets]:
    """The text and the characters of each word, for a format that counts characters.

    Args:
        document: about to be written. One without text, or whose words do not follow one
            another in it, gets its words with spaces between.
        skipped: counts texts that are skipped.
    """
    text, offsets = document.text, document.offsets
    if text is not None and offsets is not None and _apart(offsets, len(text)):
        return text, offsets
    if text is not None:
        kind = "texts replaced by their words with spaces between"
        skipped.add(kind, f"document {document.id!r}")
    made, at = [], 0
    for token in document.tokens:
        made.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(document.tokens), made


def with_words(document: Document, text: str, offsets: Offsets, skipped: SkippedData) -> Document:
    """The document without mentions that are white space only.

    Args:
        document: Document to write.
        text: Text that will be written.
        offsets: Characters of the words in this text.
        skipped: Counts what is skipped.
    """
    place = f"document {document.id!r}"
    document, mentions, relations = keep_mentions(
        document, lambda span: bool(text[slice(*chars_of(span, offsets))].strip())
    )
    if mentions:
        skipped.add("mentions without a word skipped", place, mentions)
    if relations:
        skipped.add("relations of entities without a mention skipped", place, relations)
    return document


def utf8(text: str, id: str) -> bytes:
    """The text as a file holds it.

    Raises:
        DataError: it has half a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"document {id!r}: cannot be written as UTF-8: {error.reason} at character "
            f"{error.start}; write 'jsonl' instead"
        ) from error


def spaced(text: str, offsets: Offsets) -> tuple[list[str], list[bool], list[int]]:
    """Words and white space as spaCy has them: a space after a word is none, other space is.

    Args:
        text: Text of the words.
        offsets: Characters of the words, in order and without overlaps.

    Returns:
        The parts of the text, whether a space follows each, and which of the parts are words.

    Example:
        >>> spaced("Ada  left", [(0, 3), (5, 9)])
        (['Ada', ' ', 'left'], [True, False, False], [0, 2])
    """
    words: list[str] = []
    spaces: list[bool] = []
    places: list[int] = []
    end = 0
    for left, right in [*offsets, (len(text), len(text))]:
        gap = text[end:left]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        parts = [(gap, False)] if gap else []
        if left < right:
            parts.append((text[left:right], True))
        for part, own in parts:
            if own:
                places.append(len(words))
            words.append(part)
            spaces.append(False)
        end = right
    return words, spaces, places


def _apart(offsets: Offsets, size: int) -> bool:
    """Whether the words follow one another within the text, and none is empty."""
    edges = [0, *(edge for offset in offsets for edge in offset), size]
    return all(a <= b for a, b in pairwise(edges)) and all(a < b for a, b in offsets)


def count_reread(document: Document, found: Document | None, skipped: SkippedData) -> None:
    """Count words and sentences that the format cannot store and its reader will make again.

    Args:
        document: Document in the form in which it is written.
        found: Document that reading will give; None: it cannot be read.
        skipped: Counts what is lost.
    """
    place = f"document {document.id!r}"
    same = found is not None and found.tokens == document.tokens
    if not same:
        skipped.add("lists of words skipped, because the reader makes them again", place)
    borders = sentences_of(document)
    if len(borders) > 1 and not (same and found is not None and found.sentences == borders):
        skipped.add("lists of sentences skipped, because the reader makes them again", place)
