"""SkippedData: counts of what reading, splitting or writing could not represent."""

import logging
from collections.abc import Iterator

from jointre.plurals import counted

_LONGEST = 500  # characters of an example
_MOST_EXAMPLES = 20


class SkippedData:
    """Counts of skipped or changed data by kind, with the first example of each kind.

    A kind is a plural phrase that says what was done with the data, for example
    ``"relations across sentences skipped"``.

    Example:
        >>> skipped = SkippedData()
        >>> skipped.add("scores skipped", "document 'a'", count=2)
        >>> skipped.lines()
        ["2 scores skipped; first: document 'a'"]
    """

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[int, str]] = {}
        self._further: dict[str, list[str]] = {}

    def add(self, kind: str, example: str, count: int = 1, examples: int = 1) -> None:
        """Increase the count of a kind.

        Args:
            kind: Plural phrase that says what was done with the data.
            example: Location of the data; long ones are cut.
            count: Number to add.
            examples: Maximum number of examples of the kind that are kept; the first ones are.
        """
        example = example if len(example) <= _LONGEST else f"{example[: _LONGEST - 3]}..."
        earlier_count, first = self._kinds.get(kind, (0, example))
        if kind in self._kinds and 1 + len(self._further.get(kind, ())) < examples:
            self._further.setdefault(kind, []).append(example)
        self._kinds[kind] = (earlier_count + count, first)

    def merge(self, other: "SkippedData") -> None:
        """Add the counts of another object; its examples are added at the end."""
        for kind, (count, example) in other:
            self.add(kind, example, count)
            for further in other._further.get(kind, ()):
                self.add(kind, further, 0, _MOST_EXAMPLES)

    def copy(self) -> "SkippedData":
        """The counts so far, which later counting does not change."""
        copied = SkippedData()
        copied.restore(self)
        return copied

    def restore(self, earlier: "SkippedData") -> None:
        """Return to the counts of an earlier :meth:`copy`."""
        self._kinds = dict(earlier._kinds)
        self._further = {kind: list(examples) for kind, examples in earlier._further.items()}

    def __iter__(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yields each kind with its count and first example, in order of appearance."""
        return iter(tuple(self._kinds.items()))

    def __getitem__(self, kind: str) -> int:
        return self._kinds.get(kind, (0, ""))[0]

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SkippedData) and self._kinds == other._kinds

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"SkippedData({self._kinds!r})"

    def lines(self) -> list[str]:
        """One printable line per kind: its count, the kind, its first examples."""
        return [
            "\n  ".join([f"{counted(count, kind)}; first: {example}", *self._further.get(kind, ())])
            for kind, (count, example) in self
        ]

    def log(self, location: str) -> None:
        """Log each line as a warning of the logger ``jointre``.

        Args:
            location: The file that was read or written.
        """
        for line in self.lines():
            logging.getLogger("jointre").warning("%s: %s", location, line)

    def to_dict(self) -> dict[str, dict[str, int | str]]:
        """Kind -> ``{"count", "first"}``, for JSON."""
        return {kind: {"count": count, "first": example} for kind, (count, example) in self}
