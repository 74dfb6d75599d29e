import os
from pathlib import Path

import pytest

from jointre.cli._common.pipes import OpenPipe, groups
from jointre.data.text_parts import SplitBy


def test_items_that_wait_are_grouped() -> None:
    waiting = iter([True, True, True, True, False])
    assert list(groups("abcdefg", 3, lambda: next(waiting))) == [
        ["a", "b", "c"],
        ["d", "e", "f"],
        ["g"],
    ]
    assert list(groups("abc", 3, lambda: False)) == [["a"], ["b"], ["c"]]
    assert list(groups("", 3, lambda: True)) == []


@pytest.mark.parametrize(
    ("sent", "line", "paragraph"),
    [
        (b"", False, False),
        (b"a", False, False),
        (b"\n \n", False, False),
        (b"\na\n", True, False),
        (b"a\nb\n \n", True, True),
    ],
)
def test_only_whole_lines_and_paragraphs_have_arrived(
    sent: bytes, line: bool, paragraph: bool
) -> None:
    left, right = os.pipe()
    os.write(right, sent)
    pipe = OpenPipe(left)
    parts: tuple[SplitBy, ...] = ("line", "paragraph")
    assert [pipe.has(part) for part in parts] == [line, paragraph]
    os.close(right)
    read = list(iter(pipe.readline, b""))
    assert b"".join(read) == sent
    assert len(read) == len(sent.splitlines())
    os.close(left)


def test_a_long_line_comes_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"a" * 200_000 + b"\nb")
    with (tmp_path / "long").open("rb") as file:
        pipe = OpenPipe(file.fileno())
        assert [len(pipe.readline()) for _ in range(3)] == [200_001, 1, 0]
