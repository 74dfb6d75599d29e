from collections import Counter
from pathlib import Path

import pytest

from jointre.data.partition import partition, parts_in
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError


def corpus(count: int = 100) -> list[Document]:
    """Each tenth document has a rare label, each fifth a relation."""
    documents = []
    for number in range(count):
        label = "Rare" if number % 10 == 3 else "Common"
        entities = (Entity(label, (Span(0, 1),)), Entity("Common", (Span(1, 2),)))
        relations = (Relation("r", 0, 1),) if number % 5 == 0 else ()
        tokens = ("word", f"w{number}")
        documents.append(Document(f"d{number}", tokens, entities=entities, relations=relations))
    return documents


def test_every_part_has_its_share_of_every_label() -> None:
    parts = partition(corpus(), dev=0.2, test=0.1, seed=4)
    assert {name: len(part) for name, part in parts.items()} == {"train": 70, "dev": 20, "test": 10}
    for kind, shares in (("Rare", (7, 2, 1)), ("r", (14, 4, 2))):
        counts = [
            sum(
                kind in {item.label for item in (*document.entities, *document.relations)}
                for document in part
            )
            for part in parts.values()
        ]
        assert tuple(counts) == shares


def test_the_seed_decides_and_the_order_in_the_file_does_not() -> None:
    def ids(documents: list[Document], seed: int) -> list[str]:
        return sorted(item.id for item in partition(documents, 0.2, 0.0, seed)["dev"])

    assert ids(corpus(), 1) == ids(corpus()[::-1], 1)
    assert ids(corpus(), 1) != ids(corpus(), 2)


def test_documents_with_the_same_words_stay_together() -> None:
    documents = corpus(20)
    copies = [Document(f"copy {number}", ("WORD", f"w{number % 20}")) for number in range(20, 40)]
    parts = partition([*documents, *copies], dev=0.3, test=0.2)
    home = Counter(
        (" ".join(item.tokens).lower(), part) for part, own in parts.items() for item in own
    )
    assert sum(home.values()) == 40
    assert len(home) == 20


def test_a_part_is_never_empty_unless_its_share_is() -> None:
    for seed in range(20):
        parts = partition(corpus(4), dev=0.1, test=0.1, seed=seed)
        assert all(parts.values())
    assert partition(corpus(4), dev=0.25, test=0.0)["test"] == []


def test_mistakes() -> None:
    with pytest.raises(DataError, match=r"the shares of dev \(0.6\) and test \(0.4\)"):
        partition(corpus(), dev=0.6, test=0.4)
    with pytest.raises(DataError, match="2 different documents cannot be split into train, dev, t"):
        partition(corpus(2), dev=0.2, test=0.2)


def test_files_that_are_split_already(tmp_path: Path) -> None:
    for name in ("my_train.json", "my-validation.json", "test.json", "README.md", "latest.json"):
        (tmp_path / name).write_text("[]")
    parts = parts_in(tmp_path)
    assert {part: path.name for part, path in parts.items()} == {
        "train": "my_train.json",
        "dev": "my-validation.json",
        "test": "test.json",
    }
    (tmp_path / "dev.json").write_text("[]")
    with pytest.raises(DataError, match=r"dev.json and my-validation.json both look like the dev"):
        parts_in(tmp_path)


def test_documents_of_brat_are_not_parts(tmp_path: Path) -> None:
    for name in ("train.ann", "train.txt", "test.ann", "test.txt"):
        (tmp_path / name).write_text("")
    assert parts_in(tmp_path) == {}
    assert parts_in(tmp_path / "train.txt") == {}
