from pathlib import Path

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.split import split
from jointre.evaluation.metric import Metric
from jointre.inference.evaluate import evaluate
from jointre.models import archive
from jointre.models.predict import plan, predict
from jointre.training.run import train
from tests.tiny_runs import experiment


@pytest.fixture(scope="module")
def cutting(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose encoder reads 16 pieces and cuts the rest."""
    changes = {"model.encoder.long_inputs": "truncate", "model.encoder.max_length": 16}
    path = tmp_path_factory.mktemp("cutting") / "run"
    train(experiment(tiny_data, {**changes, "training.epochs": 1}), path)
    return path


def test_plan_sorts_by_length(tiny_run: Path) -> None:
    preparer = archive.load(tiny_run).model.preparer("predict")
    items = [preparer.item(i, Document(f"{i}", ("a",) * n)) for i, n in enumerate((1, 9, 4))]
    two = plan(items, preparer, max_units=2)
    assert [[item.number for item in batch] for batch in two] == [[1, 2], [0]]
    assert [len(batch) for batch in plan(items, preparer, max_pieces=1)] == [1, 1, 1]


def test_plan_counts_pairs_where_the_preparer_does(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells for two units leave the third to a batch of its own."""
    preparer = archive.load(tiny_run).model.preparer("predict")
    items = [preparer.item(i, Document(f"{i}", ("Bergen",))) for i in range(3)]
    size = len(items[0].pieces.ids)
    assert [len(batch) for batch in plan(items, preparer)] == [3]
    monkeypatch.setattr(type(preparer), "max_cells", 2 * size**2)
    assert [len(batch) for batch in plan(items, preparer)] == [2, 1]


def test_progress_and_empty_units(tiny_run: Path) -> None:
    model = archive.load(tiny_run).model
    units = [Document("a", ("x",)), Document("b", ()), Document("c", ("y", "z"))]
    done: list[int] = []
    found = predict(model, units, model.preparer("predict"), max_units=1, progress=done.append)
    assert [document.id for document in found] == ["a", "b", "c"]
    assert found[1] == units[1]
    assert done == [1, 1]


def test_what_is_cut_is_flagged_and_missed(cutting: Path) -> None:
    model = archive.load(cutting).model
    words = tuple(["Bergen"] * 40)
    entities = (Entity("Place", (Span(0, 1),)), Entity("Place", (Span(39, 40),)))
    relation = Relation("based_in", 0, 1)
    gold = Document("long", words, entities=entities, relations=(relation,))
    short = Document("short", ("Bergen",), entities=entities[:1])
    metric = Metric.by_name("spert")(symmetric=frozenset({"married_to"}))
    report, predicted = evaluate(model, [gold, short], metric)
    seen = len(words) - int(predicted[0].flags[0].removeprefix("truncated:"))
    assert 0 < seen < 15
    assert predicted[0].tokens == words
    assert all(entity.span.end <= seen for entity in predicted[0].entities)
    assert predicted[1].flags == ()
    assert report.blocks["entity"].support == 3
    assert report.blocks["relation_strict"].support == 1
    assert report.blocks["relation_strict"].recall == 0.0


def test_a_first_word_that_does_not_fit(cutting: Path) -> None:
    """Nothing of the unit can be read; it comes back empty, with the flag."""
    model = archive.load(cutting).model
    units = [unit.document for unit in split([Document("d", ("e" * 90, "y"))], "sentence")]
    (found,) = predict(model, units, model.preparer("predict"))
    assert (found.entities, found.flags) == ((), ("truncated:2",))
