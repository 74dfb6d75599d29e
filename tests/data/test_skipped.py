import pytest

from jointre.data.skipped import SkippedData


def test_counts_by_kind_and_keeps_the_first_example() -> None:
    skipped = SkippedData()
    skipped.add("relations across sentences skipped", "train.json:12")
    skipped.add("scores skipped", "train.json:13", 1500)
    skipped.add("relations across sentences skipped", "train.json:14", 2)
    assert skipped.lines() == [
        "3 relations across sentences skipped; first: train.json:12",
        "1,500 scores skipped; first: train.json:13",
    ]
    assert skipped["scores skipped"] == 1500
    assert skipped["clusters skipped"] == 0
    assert skipped.to_dict()["scores skipped"] == {"count": 1500, "first": "train.json:13"}


def test_is_false_when_nothing_was_lost() -> None:
    skipped = SkippedData()
    assert not skipped
    skipped.add("texts skipped", "document 'a'")
    assert skipped


def test_merge_adds_counts_and_keeps_the_own_examples() -> None:
    one, other = SkippedData(), SkippedData()
    one.add("texts skipped", "a")
    other.add("texts skipped", "b")
    other.add("flags skipped", "c")
    one.merge(other)
    assert one.to_dict() == {
        "texts skipped": {"count": 2, "first": "a"},
        "flags skipped": {"count": 1, "first": "c"},
    }
    assert other["texts skipped"] == 1
    assert one != other


def test_cannot_be_a_key_because_it_changes() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(SkippedData())


def test_repr_shows_the_counts() -> None:
    skipped = SkippedData()
    skipped.add("texts skipped", "a")
    assert repr(skipped) == "SkippedData({'texts skipped': (1, 'a')})"


def test_further_examples_are_kept_where_they_are_wanted() -> None:
    skipped, other = SkippedData(), SkippedData()
    for example in "abc":
        skipped.add("lines skipped", example, examples=2)
    assert skipped.lines() == ["3 lines skipped; first: a\n  b"]
    other.merge(skipped)
    assert other.lines() == skipped.lines()
    before = skipped.copy()
    skipped.add("lines skipped", "d")
    skipped.restore(before)
    assert skipped["lines skipped"] == 3


def test_long_examples_are_cut() -> None:
    skipped = SkippedData()
    skipped.add("texts skipped", "a" * 2000)
    assert len(skipped.lines()[0]) < 600
