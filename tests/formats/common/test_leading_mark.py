from pathlib import Path

import pytest

from jointre.formats import Reader
from jointre.formats.common.leading_mark import without_mark


@pytest.mark.parametrize("first", [0, 1])
def test_offsets_with_and_without_the_mark(tmp_path: Path, first: int) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfAda left.\n")
    (tmp_path / "a.ann").write_text(f"T1\tP {first} {first + 3}\tAda\n")
    (document,) = Reader.by_name("brat")().read(tmp_path)
    assert document.text == "Ada left.\n"
    (entity,) = document.entities
    assert document.text_of(entity.span) == "Ada"


def test_other_texts_stay_as_they_are() -> None:
    lines = (("a.ann:1", "T1\tP 0 3\tAda"), ("a.ann:2", "R1\tr Arg1:T1 Arg2:T1"))
    assert without_mark("Ada", lines) == ("Ada", lines)
    assert without_mark("\ufeffAda", lines) == ("Ada", lines)
