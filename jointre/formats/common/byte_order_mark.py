"""A byte-order mark at the beginning of a text that stands inside a record."""

from dataclasses import replace

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.leading_mark import MARK
from jointre.formats.common.writable import without_empty_words


def without_text_mark(document: Document, skipped: SkippedData) -> Document:
    r"""The document without a byte-order mark before its text; offsets count what remains.

    Args:
        document: Document that was read; one without offsets is returned unchanged.
        skipped: Counts a word that was only the mark.

    Example:
        >>> marked = Document("d", ("Ada",), text="\ufeffAda", offsets=((1, 4),))
        >>> bare = without_text_mark(marked, SkippedData())
        >>> bare.text, bare.offsets
        ('Ada', ((0, 3),))
    """
    text, offsets = document.text, document.offsets
    if text is None or offsets is None or not text.startswith(MARK):
        return document
    tokens = document.tokens
    only_mark = tokens[:1] == (MARK,)
    if offsets and offsets[0][0] == 0 and tokens[0].startswith(MARK):
        tokens = (tokens[0].removeprefix(MARK), *tokens[1:])
    extra = dict(document.extra)
    if type(title := extra.get("title_length")) is int and title > 0:
        extra["title_length"] = title - 1
    document = replace(
        document,
        tokens=tokens,
        text=text.removeprefix(MARK),
        offsets=tuple((max(left - 1, 0), max(right - 1, 0)) for left, right in offsets),
        extra=extra,
    )
    return without_empty_words(document, skipped) if only_mark else document
