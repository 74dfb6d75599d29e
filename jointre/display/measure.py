"""Text as it is drawn: its XML form, its width and its direction."""

import re
from html import escape
from typing import NamedTuple
from unicodedata import bidirectional, category, east_asian_width, normalize

from jointre.data.schema import Document

LONGEST = 60  # characters of a word; a longer one is shortened, and its title shows it in full
# Thousandths of the font size: the widths of Arial, Helvetica and Liberation Sans.
_WIDTHS = {
    **dict.fromkeys("'", 191),
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys("|", 260),
    **dict.fromkeys(" !,./:;I[]\\ft", 278),
    **dict.fromkeys("()-`r{}", 333),
    **dict.fromkeys('"', 355),
    **dict.fromkeys("*", 389),
    **dict.fromkeys("^", 469),
    **dict.fromkeys("Jcksvxyz", 500),
    **dict.fromkeys("#$0123456789?L_abdeghnopqu", 556),
    **dict.fromkeys("+<=>~", 584),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("&ABEKPSVXY", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("%", 889),
    **dict.fromkeys("W", 944),
    **dict.fromkeys("@", 1015),
}
_OTHER, _WIDE = 650, 1000
_JOINER = "\u200d"
# XML cannot hold these characters, not even escaped.
_OUTSIDE = re.compile("[\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Width(NamedTuple):
    """How wide a text is.

    Args:
        size: Width in pixels.
        known: Whether all letters are in the table, so that browsers can be made to keep the width.
    """

    size: float
    known: bool


def width(text: str, font: int) -> Width:
    """The width of a text; for scripts that are not in the table it is an estimate.

    Args:
        text: Text of one line.
        font: Size of the letters in pixels.
    """
    size, known, before = 0, True, ""
    for letter in normalize("NFD", text):
        # A mark stands above its letter; a family of emoji is one sign.
        if category(letter) not in ("Mn", "Me", "Cf") and before != _JOINER:
            letter_width = _WIDTHS.get(letter)
            known &= letter_width is not None
            wide = east_asian_width(letter) in "WF"
            size += letter_width if letter_width is not None else _WIDE if wide else _OTHER
        before = letter
    return Width(size * font / 1000, known)


def clean(text: str) -> str:
    """The text as it can be shown: control characters as their pictures."""
    shown = "".join(
        chr(0x2400 + ord(c)) if c < " " else "\u2421" if c == "\x7f" else c for c in text
    )
    return _OUTSIDE.sub("\ufffd", shown)


def short(text: str) -> str:
    """The cleaned text, without its middle if it is very long."""
    shown = clean(text)
    half = LONGEST // 2
    return shown if len(shown) <= LONGEST else f"{shown[: half - 1]}…{shown[-half:]}"


def markup(text: str) -> str:
    """The cleaned text, escaped for XML and HTML."""
    return escape(clean(text))


def right_to_left(document: Document) -> bool:
    """Whether more letters of a document run to the left than to the right."""
    kinds = [bidirectional(letter) for token in document.tokens for letter in token]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")
