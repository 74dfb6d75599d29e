"""Whether the text that a tool gives with a mention is the text at its offsets."""

import unicodedata
from html import unescape

_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′´`ʼ", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)


def same_text(text_there: str, copied: str) -> bool:
    """Whether two texts are equal except for white space.

    Tools show a line feed as a space, as nothing, or as a backslash and an n.
    """
    return text_there == copied or _bare(text_there) == _bare(copied)


def similar_text(text_there: str, copied: str) -> bool:
    r"""Whether two texts differ only in ways in which tools change what they copy.

    These are white space, composed and compatible forms of characters (NFC, NFKC), the shapes of
    quotation marks and dashes, entities of HTML, invisible characters, and case.

    Args:
        text_there: The text at the offsets of a mention.
        copied: The text that the tool gives with the mention.

    Example:
        >>> similar_text("Café “A&B”", 'Cafe\u0301 "A&amp;B"'), similar_text("Ada", "Bob")
        (True, False)
    """
    if same_text(text_there, copied):
        return True
    plain_text = _plain(text_there)
    return bool(plain_text) and plain_text == _plain(copied)


def _plain(text: str) -> str:
    # Before and after: NFKC makes some of these characters from others, and a space and a mark
    # from some.
    text = unescape(text).translate(_PLAIN)
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold()
    text = unicodedata.normalize("NFKC", text)
    return _bare("".join(char for char in text if unicodedata.category(char) != "Cf"))


def _bare(text: str) -> str:
    """The text without white space, written as such or as a backslash and an n."""
    return "".join(text.replace("\\n", " ").split())
