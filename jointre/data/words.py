"""Raw text → words, by spaCy's blank English tokenizer."""

from functools import cache

from spacy.lang.en import English

Offsets = tuple[tuple[int, int], ...]


@cache
def _english() -> English:
    return English()


def words_of(text: str) -> tuple[tuple[str, ...], Offsets]:
    """The words of a text and their character offsets; white space is no word.

    Args:
        text: of any length.

    Example:
        >>> words_of("She left.")
        (('She', 'left', '.'), ((0, 3), (4, 8), (8, 9)))
    """
    words = [word for word in _english().tokenizer(text) if not word.is_space]
    offsets = tuple((word.idx, word.idx + len(word.text)) for word in words)
    return tuple(word.text for word in words), offsets
