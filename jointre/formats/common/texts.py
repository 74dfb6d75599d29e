"""The texts of documents for formats that count characters, and whether reading restores them."""

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
        document: Document to write, see :func:`text_of` and :func:`with_words`.
        skipped: Counts what is skipped.
    """
    text, offsets = text_of(document, skipped)
    return with_words(document, text, offsets, skipped), text, offsets


def text_of(document: Document, skipped: SkippedData) -> tuple[str, Offsets]:
    """The text and the characters of each word, for a format that counts characters.

    Args:
        document: Document to write. If it has no text, or its words do not follow one another in
            the text, its text is its words with spaces between them.
        skipped: Counts texts that are replaced by their words.
    """
    text, offsets = document.text, document.offsets
    if text is not None and offsets is not None and _apart(offsets, len(text)):
        return text, offsets
    if text is not None:
        kind = "texts replaced by their words with spaces between"
        skipped.add(kind, f"document {document.id!r}")
    word_offsets, offset = [], 0
    for token in document.tokens:
        word_offsets.append((offset, offset + len(token)))
        offset += len(token) + 1
    return " ".join(document.tokens), word_offsets


def with_words(document: Document, text: str, offsets: Offsets, skipped: SkippedData) -> Document:
    """The document without mentions that are white space only.

    Args:
        document: Document to write.
        text: Text that will be written.
        offsets: Characters of the words in this text.
        skipped: Counts what is skipped.
    """
    location = f"document {document.id!r}"
    document, mentions, relations = keep_mentions(
        document, lambda span: bool(text[slice(*chars_of(span, offsets))].strip())
    )
    if mentions:
        skipped.add("mentions without a word skipped", location, mentions)
    if relations:
        skipped.add("relations of entities without a mention skipped", location, relations)
    return document


def utf8(text: str, id: str) -> bytes:
    """The text as a file holds it.

    Raises:
        DataError: The text has half a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"document {id!r}: cannot be written as UTF-8: {error.reason} at character "
            f"{error.start}; write 'jsonl' instead"
        ) from error


def spaced(text: str, offsets: Offsets) -> tuple[list[str], list[bool], list[int]]:
    """Words and white space as spaCy has them: all white space except one space after a word.

    Args:
        text: Text of the words.
        offsets: Characters of the words, in order and without overlaps.

    Returns:
        The pieces of the text, whether a space follows each, and the indices of the pieces that are
        words.

    Example:
        >>> spaced("Ada  left", [(0, 3), (5, 9)])
        (['Ada', ' ', 'left'], [True, False, False], [0, 2])
    """
    words: list[str] = []
    spaces: list[bool] = []
    word_indices: list[int] = []
    end = 0
    for left, right in [*offsets, (len(text), len(text))]:
        gap = text[end:left]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        pieces = [(gap, False)] if gap else []
        if left < right:
            pieces.append((text[left:right], True))
        for piece, is_word in pieces:
            if is_word:
                word_indices.append(len(words))
            words.append(piece)
            spaces.append(False)
        end = right
    return words, spaces, word_indices


def _apart(offsets: Offsets, size: int) -> bool:
    """Whether the words follow one another within the text, and none is empty."""
    edges = [0, *(edge for offset in offsets for edge in offset), size]
    return all(a <= b for a, b in pairwise(edges)) and all(a < b for a, b in offsets)


def same_annotations(reread: Document | None, document: Document) -> bool:
    """Whether reading gives the words, entities and relations of the document.

    Args:
        reread: Document that reading will give; None: it cannot be read.
        document: Document in the form in which it is written.
    """
    return reread is not None and (reread.tokens, reread.entities, reread.relations) == (
        document.tokens,
        document.entities,
        document.relations,
    )


def count_reread(document: Document, reread: Document | None, skipped: SkippedData) -> None:
    """Count words and sentences that the format does not store and its reader makes differently.

    Args:
        document: Document in the form in which it is written.
        reread: Document that reading will give; None: it cannot be read.
        skipped: Counts what is lost.
    """
    location = f"document {document.id!r}"
    same_words = reread is not None and reread.tokens == document.tokens
    if not same_words:
        skipped.add("lists of words skipped, because the reader makes them again", location)
    borders = sentences_of(document)
    if len(borders) > 1 and not (same_words and reread is not None and reread.sentences == borders):
        skipped.add("lists of sentences skipped, because the reader makes them again", location)
