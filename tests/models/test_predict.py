from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.data.split import split
from jointre.evaluation.metric import Metric
from jointre.inference.evaluate import evaluate
from jointre.models import archive
from jointre.models.predict import MAX_PIECES, plan, predict
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


def test_enormous_words_are_shortened_counted_and_keep_their_places(tiny_run: Path) -> None:
    """Neighbouring windows share words; each is counted once."""
    model = archive.load(tiny_run).model
    enormous = "q+Z/9" * 20_000
    words = ("Bergen", enormous, "left", *["."] * 300, enormous, "Bergen")
    skipped = SkippedData()
    units = [Document("d", words), Document("e", ("Bergen",), flags=("truncated:2",))]
    found, other = predict(model, units, model.preparer("predict"), skipped=skipped)
    assert found.tokens == words
    assert all(entity.span.end <= len(words) for entity in found.entities)
    assert found.flags == ("windows:2", "shortened:2")
    assert other.flags == ("truncated:2",)  # of an earlier prediction, which is not reported again
    assert skipped.lines()[1:] == [
        "2 words with more than 256 pieces were read up to that piece only; first: 'd'"
    ]


def test_many_enormous_words_are_read_in_windows_of_bounded_size(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = archive.load(tiny_run).model
    sizes: list[int] = []
    forward = type(model).forward

    def measured(self: Any, stages: Any) -> Any:
        sizes.append(stages.inputs.ids.numel())
        return forward(self, stages)

    monkeypatch.setattr(type(model), "forward", measured)
    words = tuple(f"{i}+" * 5000 for i in range(40))
    (found,) = predict(model, [Document("d", words)], model.preparer("predict"))
    assert found.tokens == words
    assert len(sizes) > 4
    assert max(sizes) < 2 * MAX_PIECES
