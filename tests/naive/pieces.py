"""Pieces and windows one position at a time (SINET §2): the plain way."""

from typing import Any


def pieces_of(tokenizer: Any, word: str, prefix: str = "") -> list[int]:
    """A word's pieces; the unknown piece where there are none. No word may look special."""
    ids = tokenizer.encode(prefix + word, add_special_tokens=False)
    return ids or [tokenizer.unk_token_id]


def windows_of(count: int, room: int, stride: int) -> list[tuple[int, int]]:
    """Windows of ``room`` pieces, each sharing ``stride`` with the one before it."""
    found = [(0, min(room, count))]
    while found[-1][1] < count:
        start = found[-1][1] - stride
        found.append((start, min(start + room, count)))
    return found


def best_window(windows: list[tuple[int, int]], position: int) -> int:
    """The window in which a position is farthest from an edge, the first of equals."""
    depth = [
        min(position - start, end - 1 - position) if start <= position < end else -1
        for start, end in windows
    ]
    return depth.index(max(depth))
