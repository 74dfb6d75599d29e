import pytest

from jointre.data.losses import Losses


def test_counts_by_kind_and_keeps_the_first_example() -> None:
    losses = Losses()
    losses.add("relations across sentences left out", "train.json:12")
    losses.add("scores left out", "train.json:13", 1500)
    losses.add("relations across sentences left out", "train.json:14", 2)
    assert losses.lines() == [
        "3 relations across sentences left out; first: train.json:12",
        "1,500 scores left out; first: train.json:13",
    ]
    assert losses["scores left out"] == 1500
    assert losses["clusters left out"] == 0
    assert losses.to_dict()["scores left out"] == {"count": 1500, "first": "train.json:13"}


def test_is_false_when_nothing_was_lost() -> None:
    losses = Losses()
    assert not losses
    losses.add("texts left out", "document 'a'")
    assert losses


def test_merge_adds_counts_and_keeps_the_own_examples() -> None:
    one, other = Losses(), Losses()
    one.add("texts left out", "a")
    other.add("texts left out", "b")
    other.add("flags left out", "c")
    one.merge(other)
    assert one.to_dict() == {
        "texts left out": {"count": 2, "first": "a"},
        "flags left out": {"count": 1, "first": "c"},
    }
    assert other["texts left out"] == 1
    assert one != other


def test_cannot_be_a_key_because_it_changes() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Losses())


def test_repr_shows_the_counts() -> None:
    losses = Losses()
    losses.add("texts left out", "a")
    assert repr(losses) == "Losses({'texts left out': (1, 'a')})"


def test_further_examples_are_kept_where_they_are_wanted() -> None:
    losses, other = Losses(), Losses()
    for example in "abc":
        losses.add("lines skipped", example, examples=2)
    assert losses.lines() == ["3 lines skipped; first: a\n  b"]
    other.merge(losses)
    assert other.lines() == losses.lines()
    before = losses.copy()
    losses.add("lines skipped", "d")
    losses.restore(before)
    assert losses["lines skipped"] == 3


def test_long_examples_are_cut() -> None:
    losses = Losses()
    losses.add("texts left out", "a" * 2000)
    assert len(losses.lines()[0]) < 600
