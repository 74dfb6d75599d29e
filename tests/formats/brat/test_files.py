from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.brat.files import FilePair, Names, pairs_of


def corpus(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_a_folder_and_those_below_it(tmp_path: Path) -> None:
    root = corpus(
        tmp_path / "c",
        *("b.ann", "b.txt", "a.b.ann.gz", "a.b.txt.gz", "sub/c.ann", "sub/c.txt"),
        *("annotation.conf", "alone.txt", ".hidden/d.ann", ".e.ann", ".ann"),
    )
    found, alone = pairs_of(root)
    assert [pair.id for pair in found] == ["a.b", "b", "sub/c"]
    assert found[0] == FilePair("a.b", root / "a.b.ann.gz", root / "a.b.txt.gz")
    assert alone == (root / "alone.txt",)


def test_one_pair(tmp_path: Path) -> None:
    root = corpus(tmp_path, "sub/a.ann", "sub/a.txt", "sub/b.ann")
    path = root / "sub" / "a.ann"
    assert pairs_of(path) == (((FilePair("a", path, path.with_suffix(".txt"))),), ())


def test_what_is_no_corpus_is_named(tmp_path: Path) -> None:
    root = corpus(tmp_path, "a/b.txt", "c/d.ann", "c/e.txt", "f/g.json")
    with pytest.raises(DataError, match=r"no \.ann file in this .*only \.txt files; brat has one"):
        pairs_of(root / "a")
    with pytest.raises(DataError, match=r"no \.ann file in this folder or below it$"):
        pairs_of(root / "f")
    with pytest.raises(DataError, match=r"d\.ann: the text is missing.*as d\.txt; did you mean 'e"):
        pairs_of(root / "c")
    with pytest.raises(DataError, match=r"b\.txt: a brat corpus is a folder of \.ann and \.txt"):
        pairs_of(root / "a" / "b.txt")
    with pytest.raises(DataError, match="no such file"):
        pairs_of(root / "none")


def test_links_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = corpus(tmp_path / "outside", "secret.txt", "a.ann", "a.txt")
    root = corpus(tmp_path / "c", "a.ann")
    (root / "a.txt").symlink_to(outside / "secret.txt")
    with pytest.raises(DataError, match=r"a\.txt: a link that leads out of the folder .*c, which"):
        pairs_of(root)
    with pytest.raises(DataError, match="a link that leads out of the folder"):
        pairs_of(root / "a.ann")
    (root / "a.txt").unlink()
    corpus(root, "text.txt")
    (root / "a.txt").symlink_to(root / "text.txt")
    assert pairs_of(root).documents == (FilePair("a", root / "a.ann", root / "a.txt"),)
    (root / "more").symlink_to(outside)
    with pytest.raises(DataError, match="more: a link to a folder, which is not followed; put"):
        pairs_of(root)


def test_ids_are_names_where_they_can_be() -> None:
    skipped = SkippedData()
    names = Names(skipped)
    plain = ["a", "sub/b", "a.ann", "ein Wort é", "d#0"]
    assert [names.of(id) for id in plain] == plain
    assert not skipped
    assert names.of("A") == "A-2"
    assert names.of("train:1") == "train_1"
    assert names.of("../../x") == "_./_./x"
    assert names.of("/etc/passwd") == "_/etc/passwd"
    assert names.of("a.ann/b") == "a.ann_/b"
    assert names.of(".hidden") == "_hidden"
    assert names.of("x" * 300) == "x" * 200
    assert skipped["ids changed to be names of files"] == 7
    assert skipped.lines()[0].endswith("document 'A', 'A-2'")


IDS = st.text(alphabet=[*"aAé\u0301/.\\:\x00-1 ß\ud800"], max_size=8)


@given(st.lists(IDS, unique=True, max_size=12))
def test_no_name_leads_out_of_the_folder_or_serves_twice(ids: list[str]) -> None:
    skipped = SkippedData()
    names = Names(skipped)
    found = [names.of(id) for id in ids]
    assert len({name.casefold() for name in found}) == len(ids)
    for name in found:
        assert all(part and part[0] != "." for part in name.split("/"))
        assert name.encode()
        assert not set(name) & set("\\:\x00")
    changed = sum(a != b for a, b in zip(ids, found, strict=True))
    assert skipped["ids changed to be names of files"] == changed
