"""The table model learns, is saved, predicts the same however it is batched or chunked."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import jointre.models.table
import jointre.nn.pair_map
from jointre.config import Factory, construct
from jointre.data.schema import Document, Entity, Span
from jointre.data.windows import Limit
from jointre.errors import ConfigError, DataError
from jointre.evaluation.metric import Metric
from jointre.inference import Predictor
from jointre.inference.evaluate import evaluate
from jointre.models import Model, archive
from jointre.models.predict import predict
from jointre.models.table import TableModel, chunk_bounds
from jointre.testing.contracts import ModelContract
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from jointre.training.run import train
from tests.models.found import content, gold
from tests.naive import losses as naive
from tests.tiny_runs import experiment, table_model

CARE = {"training.protocol": "care", "training.monitor": ["entity_f1", "relation_cell_f1"]}
UNITS = [document for document in tiny_documents() if document.tokens]
WORDS = ["Ada", "Bob", "left", "in", "Rome", "and", "for", "the"]  # one piece each


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), layers=1, hidden=16)


def build(encoder: Path, **options: Any) -> TableModel:
    """A model with random weights."""
    torch.manual_seed(0)
    config = table_model(encoder, **options)
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    assert isinstance(model, TableModel)
    return model.eval()


def test_overfits_two_documents(overfitted_table: Path) -> None:
    """F1 is 1.0 on the training data, and the same after saving, loading and predicting."""
    blocks = json.loads((overfitted_table / "metrics.json").read_text())["last"]["dev"]
    assert {name: block["f1"] for name, block in blocks.items() if name != "protocol"} == {
        "entity": 1.0,
        "relation_cell": 1.0,
    }
    documents = gold(overfitted_table)
    assert content(Predictor.load(overfitted_table).documents(documents)) == content(documents)
    assert [len(document.relations) for document in documents] == [2, 2]


class TestTableModel(ModelContract):
    updates = 400
    component = {
        "type": "table",
        **{key: value for key, value in table_model(Path()).items() if key != "encoder"},
    }


class TestTableModelOfDocuments(ModelContract):
    updates = TestTableModel.updates
    component = {"type": "table", **TestTableModel.component, "context": "document"}


class TestTableModelOfWindows(ModelContract):
    updates = TestTableModel.updates
    component = {"type": "table", **TestTableModel.component, "context": 24}


def test_saved_again_it_predicts_the_same_scores(overfitted_table: Path, tmp_path: Path) -> None:
    loaded = archive.load(overfitted_table)
    archive.save(loaded.model, loaded.config, tmp_path / "again")
    documents = gold(overfitted_table)
    one = Predictor(loaded.model).documents(documents)
    other = Predictor.load(tmp_path / "again").documents(documents)
    assert one == other
    assert numbers(one) == numbers(other)


def test_evaluation_says_what_training_said(overfitted_table: Path) -> None:
    loaded = archive.load(overfitted_table)
    metric = construct(Factory[Metric], "care")(symmetric=loaded.model.vocabulary.symmetric)
    report, _ = evaluate(loaded.model, gold(overfitted_table), metric)
    stored = json.loads((overfitted_table / "metrics.json").read_text())["last"]["dev"]
    assert report.to_dict() == stored


def test_given_entities_stay(overfitted_table: Path) -> None:
    """Odd spans and labels are kept; a null label is chosen; relations run between them."""
    document = gold(overfitted_table)[0]
    entities = (
        Entity("Event", (Span(0, 2),)),
        Entity(None, (Span(13, 14),)),
        Entity("Place", (Span(7, 9),)),
    )
    asked = replace(document, entities=entities, relations=())
    found = Predictor.load(overfitted_table)(asked, entities="given")
    assert [entity.mentions for entity in found.entities] == [e.mentions for e in entities]
    assert [entity.label for entity in found.entities] == ["Event", "Place", "Place"]
    assert all(0 <= (entity.score or -1) <= 1 for entity in found.entities)


def test_given_gold_entities_give_gold_relations(overfitted_table: Path) -> None:
    documents = gold(overfitted_table)
    asked = [replace(document, relations=()) for document in documents]
    assert content(Predictor.load(overfitted_table).documents(asked, entities="given")) == content(
        documents
    )


def test_given_labels_must_be_known(overfitted_table: Path) -> None:
    document = Document("d9", ("a", "b"), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError, match="document 'd9': the model has no entity label 'Ship'; it"):
        Predictor.load(overfitted_table)(document, entities="given")


@pytest.mark.parametrize("pooler", [None, "first", "max"])
@pytest.mark.parametrize("interaction", ["conv_co_attention", "none"])
def test_a_unit_alone_is_scored_as_in_a_batch(
    encoder: Path, pooler: str | None, interaction: str
) -> None:
    """All cells of pieces and of words; then what is predicted."""
    model = build(encoder, word_pooler=pooler, interaction={"type": interaction})
    alone = [logits(model, [unit]) for unit in UNITS]
    for order in (UNITS, UNITS[::-1]):
        singles = alone if order is UNITS else alone[::-1]
        for whole, parts in zip(logits(model, order), zip(*singles, strict=True), strict=True):
            torch.testing.assert_close(whole, torch.cat(parts), atol=1e-5, rtol=0)
    preparer = model.preparer("predict")
    together = predict(model, UNITS, preparer)
    single = predict(model, UNITS, preparer, max_units=1)
    assert together == single
    assert len(numbers(together)) > 100
    assert numbers(together) == pytest.approx(numbers(single), abs=1e-5)


@pytest.mark.parametrize("pooler", [None, "first"])
def test_chunks_change_nothing(
    encoder: Path, pooler: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence of 400 words, in a few large and in many odd pieces, and all at once."""
    model = build(encoder, word_pooler=pooler)
    preparer = model.preparer("given")
    entities = tuple(Entity("Loc", (Span(i, i + 1),)) for i in range(0, 400, 3))
    long = Document("long", tuple((WORDS * 50)[:400]), entities=entities)
    batch = preparer([preparer.item(0, long)])
    found = []
    for classified, mapped in ((1 << 30, 1 << 30), (1 << 14, 1 << 16), (777, 3 * 402)):
        monkeypatch.setattr(jointre.models.table, "CELLS_AT_ONCE", classified)
        monkeypatch.setattr(jointre.nn.pair_map, "CELLS_AT_ONCE", mapped)
        with torch.inference_mode():
            output = model(batch)
        found.append((output.entity_logits, output.relation_logits))
    assert found[0][0].shape == (134, 3)
    assert found[0][1].shape == (134**2, 4)
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            torch.testing.assert_close(two, one, atol=1e-5, rtol=0)


def test_a_sentence_of_two_thousand_words(encoder: Path) -> None:
    """Longer than the encoder's 512 positions: it is read in windows, nothing is cut."""
    interaction = {"type": "conv_co_attention", "layers": 1, "channels": 4}
    model = build(encoder, word_pooler="first", interaction=interaction)
    model.decoder.entity_thresholds = [1.0] * 3
    preparer = model.preparer("predict")
    long = Document("long", tuple((WORDS * 250)[:2000]))
    batch = preparer([preparer.item(0, long)])
    assert batch.inputs.ids.shape[0] > 3
    with torch.inference_mode():
        probabilities = model(batch).entity_logits.sigmoid()
    assert probabilities.shape == (2000 * 2001 // 2, 3)
    best = probabilities.flatten().topk(20)
    model.decoder.entity_thresholds = [float(best.values[-1])] * 3
    whole = Limit(words=2000, pieces=20_000, overlap=0)
    (found,) = predict(model, [long], preparer, limit=whole)
    assert (found.tokens, found.flags) == (long.tokens, ())
    starts, lasts = torch.triu_indices(2000, 2000)[:, best.indices // 3].tolist()
    assert {entity.span for entity in found.entities} == {
        Span(start, last + 1) for start, last in zip(starts, lasts, strict=True)
    }
    assert max(lasts) > 1000


def test_short_empty_and_odd_sentences(overfitted_table: Path) -> None:
    extract = Predictor.load(overfitted_table)
    sources = [
        "",
        "Bergen",
        "🎉",
        [],
        ["\u200b"],
        "Ingrid 👩‍👩‍👧 left Bergen 🇳🇴 .",
        Document("none", ()),
    ]
    together = list(extract.pipe(sources))
    assert [len(document.tokens) for document in together][:5] == [0, 1, 1, 0, 1]
    assert [d.entities for d in together] == [extract(source).entities for source in sources]
    model = extract.model
    batch = predict(model, tiny_documents(), model.preparer("predict"))
    assert [document.tokens for document in batch] == [d.tokens for d in tiny_documents()]


def test_a_corpus_without_relations(tiny_data: Path, tmp_path: Path) -> None:
    """Entities are learnt and predicted; one line says that there is nothing else."""
    types = json.loads((tiny_data / "types.json").read_text()) | {"relations": {}}
    (tmp_path / "types.json").write_text(json.dumps(types))
    changes: dict[str, Any] = {"training.epochs": 1}
    for name in ("train", "dev", "test"):
        records = map(json.loads, (tiny_data / f"{name}.jsonl").read_text().splitlines())
        lines = [json.dumps(record | {"relations": []}) for record in records]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        changes[f"data.{name}"] = str(tmp_path / f"{name}.jsonl")
    changes["data.reader"] = {"type": "jsonl", "types": str(tmp_path / "types.json")}
    changes["model"] = table_model(tiny_data / "encoder")
    told: list[str] = []
    train(experiment(tiny_data, CARE | changes), tmp_path / "run", log=told.append)
    assert [line for line in told if "no relation labels" in line] == [
        "train: there are no relation labels; only entities are learnt"
    ]
    extract = Predictor.load(tmp_path / "run")
    assert extract.vocabulary.relation_labels == ()
    entity = Entity("Place", (Span(0, 1),))
    for given in ("predict", "given"):
        found = extract(Document("d", ("Bergen", "left"), entities=(entity,)), entities=given)
        assert found.relations == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"interaction": {"type": "ctam"}},
            "model: interaction 'ctam' changes the summaries only, which the classifiers of this "
            "model do not read: set cell_features.summary to true, or take interaction 'none' or "
            "'conv_co_attention'",
        ),
        (
            {"entity_loss": {"type": "softmax"}},
            "model: loss 'softmax' gives a cell one label, but cells of a table have any number of "
            "them; take 'binary' or 'adaptive'",
        ),
        ({"relation_loss": "softmax"}, "model: loss 'softmax' gives a cell one label, but cells"),
        (
            {"interaction": {"type": "conv_co_attention", "heads": 5}},
            "model.interaction: heads=5 does not divide the width 16; take one of 1, 2, 4, 8, 16",
        ),
    ],
)
def test_what_does_not_fit_together(encoder: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(encoder, **options)
    assert str(caught.value).startswith(message)


def test_ctam_changes_the_cells_once_they_read_the_summary(encoder: Path) -> None:
    features = {"summary": True}
    model = build(encoder, interaction={"type": "ctam"}, cell_features=features)
    plain = build(encoder, interaction={"type": "none"}, cell_features=features)
    plain.load_state_dict(model.state_dict(), strict=False)
    for one, other in zip(logits(model, UNITS), logits(plain, UNITS), strict=True):
        assert ((one - other).abs() > 1e-4).float().mean() > 0.95


def test_the_loss_with_learned_thresholds(encoder: Path) -> None:
    """One more logit than labels per cell; the loss is that of one cell after the other."""
    loss = {"type": "adaptive"}
    model = build(encoder, entity_loss=loss, relation_loss=loss)
    labels = model.vocabulary.relation_labels
    unit = UNITS[0]
    preparer = model.training_preparer()
    batch = preparer([preparer.item(0, unit)])
    output = model(batch.stages)
    first = output.positions.words[0, :, 0].tolist()
    starts = [entity.span.start for entity in unit.entities]
    gold = {
        (first[starts[each.head]], first[starts[each.tail]]): labels.index(each.label)
        for each in unit.relations
    }
    cells = list(
        zip(output.relation_cells.row.tolist(), output.relation_cells.column.tolist(), strict=True)
    )
    assert len(gold) == len(unit.relations) == 3
    assert output.relation_logits.shape == (len(cells), 1 + len(labels))
    targets = torch.zeros(len(cells), len(labels))
    for cell, label in gold.items():
        targets[cells.index(cell), label] = 1
    weight = torch.full((len(cells),), 1 / output.positions.roles.shape[1])
    expected = naive.adaptive(output.relation_logits, targets, weight, None)
    losses = model.losses(output, batch.targets)
    torch.testing.assert_close(losses["relation"], expected)
    assert losses["entity"] > 0


def logits(model: TableModel, units: Sequence[Document]) -> tuple[Tensor, Tensor]:
    """Of all cells of both tables, unit by unit."""
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(units)])
    with torch.no_grad():
        output = model(batch.stages)
    return output.entity_logits, output.relation_logits


def numbers(documents: Sequence[Document]) -> list[float]:
    """The scores of all that was found."""
    found = [each.score for document in documents for each in document.entities]
    found += [each.score for document in documents for each in document.relations]
    assert None not in found
    return [score for score in found if score is not None]


@pytest.mark.parametrize("most", [1, 3, 7, 50])
def test_parts_hold_every_cell_once(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jointre.models.table, "CELLS_AT_ONCE", most)
    chance = random.Random(most)
    for _ in range(300):
        counts = [chance.choice([0, 1, 2, 5, 30]) for _ in range(chance.randint(1, 6))]
        owner = [unit for unit, count in enumerate(counts) for _ in range(count)]
        done = 0
        for low, high, first, last in chunk_bounds(counts):
            assert low == done
            assert high - low <= most
            assert all(first <= unit < last for unit in owner[low:high])
            done = high
        assert done == len(owner)
