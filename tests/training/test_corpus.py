import json
from pathlib import Path
from typing import Any

import pytest

from jointre.config import construct
from jointre.data.overlaps import LabelOverlaps
from jointre.data.pieces import PieceMaker
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError, DataError
from jointre.models import archive
from jointre.training.corpus import cut_off, read_corpus, training_units
from jointre.training.experiment import DataSettings

RECORD: dict[str, Any] = {
    "tokens": ["Ada", "left", "Rome"],
    "entities": [
        {"label": "Per", "mentions": [[0, 1]]},
        {"label": "Loc", "mentions": [[2, 3]]},
    ],
    "relations": [{"label": "leaves", "head": 0, "tail": 1}],
}


def write(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def settings(tmp_path: Path, **options: Any) -> DataSettings:
    train = write(tmp_path / "train.jsonl", *({**RECORD, "id": f"t{i}"} for i in range(10)))
    config = {"reader": {"type": "jsonl"}, "train": train, **options}
    return construct(DataSettings, config)


def test_splits_and_files(tmp_path: Path) -> None:
    dev = write(tmp_path / "dev.jsonl", RECORD)
    told: list[str] = []
    corpus = read_corpus(settings(tmp_path, dev=dev), told.append)
    assert [len(part) for part in (corpus.train, corpus.dev, corpus.test)] == [10, 1, 0]
    files = [str(tmp_path / "train.jsonl"), str(tmp_path / "dev.jsonl")]
    assert list(corpus.origin.sources) == list(corpus.origin.deciding) == files
    assert list(corpus.origin.trained_on) == files[:1]
    assert corpus.vocabulary.entity_labels == ("Loc", "Per")
    assert told == []


def test_a_fraction_and_a_fold(tmp_path: Path) -> None:
    """The fold is held out first; then the fraction is drawn from the rest."""
    fold = {"number": 2, "of": 5}
    corpus = read_corpus(settings(tmp_path, fold=fold, fraction=0.5, fraction_seed=1), print)
    assert (len(corpus.train), len(corpus.test)) == (4, 2)
    assert not {item.id for item in corpus.train} & {item.id for item in corpus.test}
    other = read_corpus(settings(tmp_path, fold={"number": 3, "of": 5}), print)
    assert len(other.train) == 8
    assert not {item.id for item in other.test} & {item.id for item in corpus.test}


def test_a_fold_beside_test_data(tmp_path: Path) -> None:
    test = write(tmp_path / "test.jsonl", RECORD)
    with pytest.raises(ConfigError, match="fold and test exclude each other"):
        settings(tmp_path, test=test, fold={"number": 1, "of": 2})
    with pytest.raises(ConfigError, match="number=3: there are 2 folds, from 1 to 2"):
        settings(tmp_path, fold={"number": 3, "of": 2})


def test_files_of_a_folder_and_the_types_file_are_listed(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    for name, content in (("a.txt", "Ada left Rome"), ("a.ann", "T1\tPer 0 3\tAda\n")):
        (tmp_path / "train" / name).write_text(content)
    types = tmp_path / "types.json"
    types.write_text('{"entities": {"Per": {}}, "relations": {}}')
    config = {"reader": {"type": "brat", "types": str(types)}, "train": str(tmp_path / "train")}
    corpus = read_corpus(construct(DataSettings, config), print)
    folder = tmp_path / "train"
    files = [str(folder / "a.ann"), str(folder / "a.txt"), str(types)]
    assert list(corpus.origin.sources) == files
    assert list(corpus.origin.trained_on) == files[:2]
    assert [document.id for document in corpus.train] == ["a"]


def test_dev_fraction_carves_by_document(tmp_path: Path) -> None:
    corpus = read_corpus(settings(tmp_path, dev_fraction=0.3, dev_seed=1), print)
    train, dev = ({document.id for document in part} for part in (corpus.train, corpus.dev))
    assert (len(train), len(dev)) == (7, 3)
    assert not train & dev
    again = read_corpus(settings(tmp_path, dev_fraction=0.3, dev_seed=1), print)
    assert {document.id for document in again.dev} == dev
    other = read_corpus(settings(tmp_path, dev_fraction=0.3, dev_seed=2), print)
    assert {document.id for document in other.dev} != dev


def test_train_and_dev(tmp_path: Path) -> None:
    dev = write(tmp_path / "dev.jsonl", {**RECORD, "id": "d"})
    corpus = read_corpus(settings(tmp_path, dev=dev, train_on="train+dev"), print)
    assert [document.id for document in corpus.train][-2:] == ["t9", "d"]
    assert [document.id for document in corpus.dev] == ["d"]


def test_labels_that_training_lacks_are_told(tmp_path: Path) -> None:
    strange = {
        **RECORD,
        "entities": [{"label": "Org", "mentions": [[0, 1]]}] * 2,
        "relations": [{"label": "joins", "head": 0, "tail": 1}],
    }
    told: list[str] = []
    read_corpus(settings(tmp_path, test=write(tmp_path / "test.jsonl", strange)), told.append)
    assert told == [
        "test: 2 entities with label 'Org', which the training data does not have; "
        "they count as missed",
        "test: 1 relation with label 'joins', which the training data does not have; "
        "it counts as missed",
    ]


def test_a_corpus_without_relations_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    train = write(tmp_path / "entities.jsonl", {**RECORD, "relations": []})
    vocabulary = read_corpus(settings(tmp_path, train=train), told.append).vocabulary
    assert vocabulary.without_names() == Vocabulary(("Loc", "Per"), (), overlaps=LabelOverlaps())
    assert told == ["train: there are no relation labels; only entities are learnt"]
    told.clear()
    read_corpus(settings(tmp_path), told.append)
    assert told == []


def test_missing_files_say_what_paths_are_relative_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        read_corpus(settings(tmp_path, train="data/train.jsonl", dev="dev.jsonl"), print)
    assert str(caught.value) == (
        "data/train.jsonl, dev.jsonl: no such file; data paths are relative to the working "
        f"directory, {tmp_path}, imports to the file that has them"
    )
    with pytest.raises(DataError, match=r"^/.*/trian\.jsonl: no such file in .*'train\.jsonl'\?$"):
        read_corpus(settings(tmp_path, train=str(tmp_path / "trian.jsonl")), print)


def test_missing_files_come_with_the_hint(tmp_path: Path) -> None:
    options = {"dev": str(tmp_path / "d"), "test": str(tmp_path / "e"), "hint": "Buy it at LDC."}
    with pytest.raises(DataError) as caught:
        read_corpus(settings(tmp_path, **options), print)
    assert str(caught.value) == f"missing: {tmp_path}/d, {tmp_path}/e\nBuy it at LDC."


def test_no_words(tmp_path: Path) -> None:
    made = settings(tmp_path)
    write(tmp_path / "train.jsonl", {"tokens": [], "entities": [], "relations": []})
    with pytest.raises(DataError, match=r"train\.jsonl: no words to train on"):
        read_corpus(made, print)


def test_units_leave_out_what_is_empty() -> None:
    documents = [Document("a", ("x", "y"), sentences=(Span(0, 1), Span(1, 2))), Document("b", ())]
    assert [unit.document.id for unit in training_units(documents, "sentence", print)] == [
        "a#0",
        "a#1",
    ]
    assert [unit.document.id for unit in training_units(documents, "document", print)] == ["a"]


def test_units_tell_what_no_sentence_holds() -> None:
    told: list[str] = []
    entity = Entity("Per", (Span(0, 2),))
    document = Document("a", ("x", "y"), sentences=(Span(0, 1), Span(1, 2)), entities=(entity,))
    training_units([document], "sentence", told.append)
    assert len(told) == 1
    assert told[0].startswith("train: ")
    assert "1 mention across sentences skipped" in told[0]


def test_an_entity_without_a_label_cannot_be_learnt() -> None:
    document = Document("a", ("x", "y"), entities=(Entity(None, (Span(1, 2),)),))
    with pytest.raises(DataError) as caught:
        training_units([document], "sentence", print)
    assert str(caught.value) == (
        "document 'a': entity 0 ('y') has no label, so it cannot be learnt; give it one or "
        "leave it out"
    )


@pytest.mark.parametrize("declared", [False, True])
def test_a_corpus_without_entities_is_refused(tmp_path: Path, declared: bool) -> None:
    types = tmp_path / "types.json"
    types.write_text('{"entities": {"Per": {}}, "relations": {}}')
    reader = {"type": "jsonl", "types": str(types) if declared else None}
    train = write(tmp_path / "none.jsonl", {**RECORD, "entities": [], "relations": []})
    with pytest.raises(DataError) as caught:
        read_corpus(settings(tmp_path, train=train, reader=reader), print)
    assert str(caught.value) == (
        f"{train}: no entities in 1 training document, so there is nothing to learn; "
        "annotate entities, or check that data.reader is the file's format"
    )


def test_what_the_encoder_does_not_see_is_counted(tiny_run: Path) -> None:
    model = archive.load(tiny_run).model
    ends = tuple(Entity("Person", (Span(i, i + 1),)) for i in (0, 8))
    links = (Relation("knows", 0, 1),)
    long = Document("a", ("Ada",) * 9, entities=ends, relations=links)
    preparer, encoder = model.preparer("predict"), model.encoder
    preparer.make_pieces = PieceMaker(encoder.tokenizer, True, 8, encoder.stride, "truncate")
    items = [preparer.item(0, long), preparer.item(1, Document("b", ("Ada",)))]
    assert cut_off(items).lines() == [
        "1 unit longer than the encoder's input is cut (long_inputs); first: document 'a'",
        "1 mention beyond the cut; first: document 'a'",
        "1 relation beyond the cut; first: document 'a'",
    ]
    preparer.make_pieces = PieceMaker(encoder.tokenizer, True, 512, encoder.stride, "truncate")
    enormous = [preparer.item(2, Document("c", ("Ada", "+" * 300)))]
    assert cut_off(enormous).lines()[0] == (
        "1 word with more than 256 pieces was read up to that piece only; first: document 'c'"
    )
