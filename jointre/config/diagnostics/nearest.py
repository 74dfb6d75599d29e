"""The nearest of some words: what a user probably meant."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that ``word`` is probably a misspelling of, or None if none is similar.

    One slip (a letter too many, too few, wrong, or two swapped) is allowed for every
    three letters; case and hyphens do not count.

    Args:
        word: Word that was written.
        choices: Words that are accepted.
    """

    def plain(text: str) -> str:
        return text.lower().replace("-", "_").strip()

    best: tuple[int, str] | None = None
    for choice in sorted(choices):
        slips = OSA.distance(plain(word), plain(choice))
        allowed = max(1, max(len(word), len(choice)) // 3)
        if slips <= allowed and slips < len(choice) and (best is None or slips < best[0]):
            best = (slips, choice)
    return None if best is None else best[1]
