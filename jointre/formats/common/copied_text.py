"""Whether the text that a tool gives with a mention is the one that stands at its offsets."""

import unicodedata
from html import unescape

_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′´`ʼ", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)


def same_text(stands: str, copied: str) -> bool:
    """Whether two texts differ in white space at most.

    Tools show a line feed as a space, as nothing, or as a backslash and an n.
    """
    return stands == copied or _bare(stands) == _bare(copied)


def similar_text(stands: str, copied: str) -> bool:
    r"""Whether two texts differ only in ways in which tools change what they copy.

    These are white space, composed and compatible forms of characters (NFC, NFKC), the shapes of
    quotation marks and dashes, entities of HTML, invisible characters, and case.

    Args:
        stands: What stands at the offsets of a mention.
        copied: What the tool says stands there.

    Example:
        >>> similar_text("Café “A&B”", 'Cafe\u0301 "A&amp;B"'), similar_text("Ada", "Bob")
        (True, False)
    """
    if same_text(stands, copied):
        return True
    plain = _plain(stands)
    return bool(plain) and plain == _plain(copied)


def _plain(text: str) -> str:
    # Marks before and after: NFKC makes some of them from others, and a space and a mark of some.
    text = unescape(text).translate(_PLAIN)
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold()
    text = unicodedata.normalize("NFKC", text)
    return _bare("".join(char for char in text if unicodedata.category(char) != "Cf"))


def _bare(text: str) -> str:
    """The text without white space, written as such or as a backslash and an n."""
    return "".join(text.replace("\\n", " ").split())
