"""Losses: what reading, splitting or writing could not represent, counted by kind."""

from collections.abc import Iterator


class Losses:
    """How often each kind of loss occurred, with the first example of each.

    A kind is a plural phrase that says what became of the things counted, such as
    ``"relations across sentences left out"``.

    Example:
        >>> losses = Losses()
        >>> losses.add("scores left out", "document 'a'", count=2)
        >>> losses.lines()
        ["2 scores left out; first: document 'a'"]
    """

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[int, str]] = {}

    def add(self, kind: str, example: str, count: int = 1) -> None:
        """Counts ``count`` more of a kind; ``example`` is kept when it is the first."""
        before, first = self._kinds.get(kind, (0, example))
        self._kinds[kind] = (before + count, first)

    def merge(self, other: "Losses") -> None:
        """Adds all that another one counted; its examples come after the own."""
        for kind, (count, example) in other:
            self.add(kind, example, count)

    def __iter__(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yields each kind with its count and first example, in order of appearance."""
        return iter(tuple(self._kinds.items()))

    def __getitem__(self, kind: str) -> int:
        return self._kinds.get(kind, (0, ""))[0]

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Losses) and self._kinds == other._kinds

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Losses({self._kinds!r})"

    def lines(self) -> list[str]:
        """One printable line a kind: its count, the kind, its first example."""
        return [f"{count:,} {kind}; first: {example}" for kind, (count, example) in self]

    def to_dict(self) -> dict[str, dict[str, int | str]]:
        """Kind -> ``{"count", "first"}``, for JSON."""
        return {kind: {"count": count, "first": example} for kind, (count, example) in self}
