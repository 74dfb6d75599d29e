"""Standard input from an open pipe: lines are read as they arrive, and waiting lines together."""

import os
import re
import select
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from jointre.data.text_parts import SplitBy

Item = TypeVar("Item")
_BLOCK = 1 << 16
_WHOLE = {
    "line": re.compile(r"\S[^\n]*\n"),
    "paragraph": re.compile(r"\S[^\n]*\n[^\S\n]*\n"),
}


class OpenPipe:
    """Lines of a pipe, and whether further lines have arrived.

    Args:
        descriptor: Number of the open file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._arrived = b""
        self._ended = False

    def readline(self) -> bytes:
        """The next line with its end, waiting for it; empty at the end of the input."""
        while b"\n" not in self._arrived and not self._ended:
            self._receive()
        line, end, self._arrived = self._arrived.partition(b"\n")
        return line + end

    def has(self, split_by: SplitBy) -> bool:
        """Whether a whole line or paragraph can be read without waiting.

        Args:
            split_by: What becomes a document: a line or a paragraph.
        """
        while not self._ended and len(self._arrived) < _BLOCK and self._readable():
            self._receive()
        text = self._arrived[: self._arrived.rfind(b"\n") + 1].decode(errors="replace")
        return _WHOLE[split_by].search(text) is not None

    def _receive(self) -> None:
        block = os.read(self._descriptor, _BLOCK)
        self._ended = not block
        self._arrived += block

    def _readable(self) -> bool:
        if sys.platform == "win32":  # select knows sockets alone there
            return False
        return bool(select.select([self._descriptor], [], [], 0)[0])


def groups(
    items: Iterable[Item], size: int, more_arrived: Callable[[], bool]
) -> Iterator[list[Item]]:
    """Group items: a list ends when the next item would have to be waited for.

    Args:
        items: Items as they arrive.
        size: Largest number of items in a list.
        more_arrived: Says whether the next item is available without waiting.
    """
    group: list[Item] = []
    for item in items:
        group.append(item)
        if len(group) == size or not more_arrived():
            yield group
            group = []
    if group:
        yield group
