"""Keys of names: equal for spellings of a name that differ in case, hyphens or number."""

from collections.abc import Sequence


def name_key(words: Sequence[str]) -> str:
    """The key of a name: lower case, spaces for hyphens, the last word in the singular.

    Args:
        words: Words of the name.

    Example:
        >>> name_key(["Beta-Blockers"]), name_key(["beta", "-", "blocker"])
        ('beta blocker', 'beta blocker')
        >>> name_key(["arrhythmias"]), name_key(["allergies"]), name_key(["loss"])
        ('arrhythmia', 'allergy', 'loss')
    """
    text = " ".join(words).lower()
    parts = text.replace("-", " ").split()
    if not parts:
        return text
    return " ".join([*parts[:-1], _singular(parts[-1])])


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
