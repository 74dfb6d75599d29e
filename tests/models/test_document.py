"""The document model learns, is saved, predicts the same however it is batched or chunked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import mention_pairs
from jointre.errors import ConfigError, DataError
from jointre.evaluation.metric import Metric
from jointre.inference import Predictor
from jointre.inference.evaluate import evaluate
from jointre.models import Model, archive
from jointre.models.document import DocumentModel, DocumentOutput
from jointre.models.predict import predict
from jointre.nn.refiners import Refiner
from jointre.nn.split_linear import FeatureBlock
from jointre.testing.contracts import ModelContract
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_encoder, tiny_texts, tiny_vocabulary, tiny_words
from jointre.training.run import train
from tests.models.found import clustered, gold
from tests.models.prepared import stages_of
from tests.naive import clustering as naive
from tests.tiny_runs import document_model, experiment

JEREX = {"training.protocol": "jerex", "training.monitor": "mention_f1"}
UNITS = [document for document in tiny_texts() if document.tokens]
PARTS = ("mention_logits", "coreference_logits", "entity_logits", "relation_logits")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), layers=1, hidden=16)


def build(encoder: Path, /, **options: Any) -> DocumentModel:
    """A model with random weights."""
    torch.manual_seed(0)
    config = document_model(encoder, **options)
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    assert isinstance(model, DocumentModel)
    return model.eval()


def run(model: DocumentModel, mode: Any, units: Sequence[Document] = UNITS) -> DocumentOutput:
    output = model(stages_of(model, mode, units))
    assert isinstance(output, DocumentOutput)
    return output


def logits(output: DocumentOutput) -> list[Tensor]:
    return [getattr(output, part) for part in PARTS]


def middle(values: Tensor, rank: int) -> float:
    """A number between two of the greatest values."""
    first, second = values.flatten().topk(rank + 1).values[-2:].tolist()
    return (first + second) / 2


def keep_some(model: DocumentModel, units: Sequence[Document], mentions: int) -> None:
    """Thresholds by which so many spans, and a share of the rest, are kept."""
    decoder = model.decoder
    with torch.inference_mode():
        for name, part, count in (
            ("mention", PARTS[0], lambda size: mentions),
            ("coreference", PARTS[1], lambda size: size // 2),
            ("relation", PARTS[3], lambda size: size // 2),
        ):
            values = getattr(run(model, "predict", units), part).sigmoid()
            threshold = middle(values, count(values.numel()))
            if name == "relation":
                decoder.adjust(threshold)
            else:
                setattr(decoder, f"{name}_threshold", threshold)


def test_overfits_two_documents(overfitted_documents: Path) -> None:
    """F1 is 1.0 on the training data, and the same after saving, loading and predicting."""
    metrics = json.loads((overfitted_documents / "metrics.json").read_text())
    blocks = metrics["last"]["dev"]
    assert {name: block["f1"] for name, block in blocks.items() if name != "protocol"} == (
        dict.fromkeys(construct(Factory[Metric], "jerex").type.blocks, 1.0)
    )
    documents = gold(overfitted_documents)
    predicted = Predictor.load(overfitted_documents).documents(documents)
    assert clustered(predicted) == clustered(documents)
    assert [len(document.relations) for document in documents] == [2, 1]
    assert max(len(entity.mentions) for entity in documents[0].entities) == 4


class TestDocumentModel(ModelContract):
    updates = 200
    component = {
        "type": "document",
        **{key: value for key, value in document_model(Path()).items() if key != "encoder"},
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_folder("bert", 512)),
            "special_tokens": False,
        },
        "decoder": {
            "type": "document",
            "mention_threshold": 0.5,
            "coreference_threshold": 0.5,
            "relation_threshold": 0.5,
        },
    }


RELATED = {"type": "feedforward", "dropout": 0.0}


class TestDocumentModelWithRelatedMentions(TestDocumentModel):
    """Coreference that reads the relations of mentions."""

    component = {
        **TestDocumentModel.component,
        "type": "document",
        "mention_relation_classifier": RELATED,
        "decoder": {**TestDocumentModel.component["decoder"], "relation_consistency": 0.5},
    }


class TestDocumentModelWithNames(TestDocumentModel):
    """Coreference by names, the dictionary of the training data, and consistent decoding."""

    component = {
        **TestDocumentModel.component,
        "type": "document",
        "coreference": {
            "type": "pairwise",
            "distance_dim": 8,
            "dropout": 0.0,
            "name_dim": 4,
            "dictionary": True,
        },
        "decoder": {
            **TestDocumentModel.component["decoder"],
            "must_link": ["equal", "abbreviation"],
            "consistency": "string",
        },
    }


@pytest.mark.parametrize(
    ("scorer", "decoder", "dictionary"),
    [
        ({"dictionary": True}, {}, True),
        ({}, {"must_link": ["equal", "dictionary"]}, True),
        ({}, {"cannot_link": ["dictionary"]}, True),
        ({}, {"must_link": ["equal", "abbreviation"]}, False),
    ],
)
def test_an_archive_has_the_names_that_its_model_reads(
    encoder: Path,
    tmp_path: Path,
    scorer: dict[str, Any],
    decoder: dict[str, Any],
    dictionary: bool,
) -> None:
    """Names of the training data reach nobody who gets the archive of another model."""
    config = document_model(
        encoder,
        coreference={"type": "pairwise", "name_dim": 4, **scorer},
        decoder={"type": "document", **decoder},
    )
    vocabulary = Vocabulary.build(UNITS)
    assert vocabulary.names is not None
    model = construct(Factory[Model], config, "model")(vocabulary=vocabulary)
    archive.save(model, config, tmp_path / "archive")
    stored = (tmp_path / "archive" / "vocabulary.json").read_text(encoding="utf-8")
    assert ("names" in json.loads(stored)) == dictionary
    read = archive.load(tmp_path / "archive").model.vocabulary
    assert read == (vocabulary if dictionary else vocabulary.without_names())


def test_saved_again_it_predicts_the_same_scores(
    overfitted_documents: Path, tmp_path: Path
) -> None:
    loaded = archive.load(overfitted_documents)
    archive.save(loaded.model, loaded.config, tmp_path / "again")
    documents = gold(overfitted_documents)
    one = Predictor(loaded.model).documents(documents)
    other = Predictor.load(tmp_path / "again").documents(documents)
    assert one == other
    assert numbers(one) == numbers(other)


def test_evaluation_says_what_training_said(overfitted_documents: Path) -> None:
    loaded = archive.load(overfitted_documents)
    metric = construct(Factory[Metric], "jerex")(symmetric=loaded.model.vocabulary.symmetric)
    report, _ = evaluate(loaded.model, gold(overfitted_documents), metric)
    metrics = json.loads((overfitted_documents / "metrics.json").read_text())
    assert report.to_dict() == metrics["last"]["dev"]


def test_given_entities_stay(overfitted_documents: Path) -> None:
    """Odd mentions and labels are kept; a null label is chosen; relations run between them."""
    document = gold(overfitted_documents)[0]
    entities = (
        Entity("Damage", (Span(0, 30), Span(2, 3))),  # wider than any candidate, two sentences
        Entity(None, document.entities[0].mentions),
        Entity("Substance", (Span(0, 2),)),  # a mention of the one before too
    )
    asked = replace(document, entities=entities, relations=())
    found = Predictor.load(overfitted_documents)(asked, entities="given")
    assert [entity.mentions for entity in found.entities] == [e.mentions for e in entities]
    assert [entity.label for entity in found.entities] == ["Damage", "Substance", "Substance"]
    assert len(numbers([found])) == 3 + 2 + 4 + 1 + len(found.relations)
    assert all(0 <= number <= 1 for number in numbers([found]))


def test_given_gold_entities_give_gold_relations(overfitted_documents: Path) -> None:
    documents = gold(overfitted_documents)
    asked = [replace(document, relations=()) for document in documents]
    found = Predictor.load(overfitted_documents).documents(asked, entities="given")
    assert clustered(found) == clustered(documents)
    assert [[e.label for e in d.entities] for d in found] == [
        [e.label for e in d.entities] for d in documents
    ]


def test_given_labels_must_be_known(overfitted_documents: Path) -> None:
    document = Document("d9", ("a", "b"), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError, match="document 'd9': the model has no entity label 'Ship'; it"):
        Predictor.load(overfitted_documents)(document, entities="given")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"projection": "linear"},
        {"word_pooler": "max"},
        {
            "pair_encoder": {"type": "localized_context", "groups": 2, "group_size": 4},
            "entity_pooler": "logsumexp",
            "relation_loss": "adaptive",
        },
        {
            "mention_relation_classifier": RELATED,
            "decoder": {"type": "document", "relation_consistency": 0.5},
        },
    ],
)
def test_a_document_alone_is_scored_as_in_a_batch(encoder: Path, options: dict[str, Any]) -> None:
    model = build(encoder, **options)
    keep_some(model, UNITS, 40)
    with torch.inference_mode():
        for mode in ("predict", "given"):
            alone = [logits(run(model, mode, [unit])) for unit in UNITS]
            for order in (UNITS, UNITS[::-1]):
                singles = alone if order is UNITS else alone[::-1]
                whole = logits(run(model, mode, order))
                for one, parts in zip(whole, zip(*singles, strict=True), strict=True):
                    torch.testing.assert_close(one, torch.cat(parts), atol=1e-5, rtol=0)
    preparer = model.preparer("predict")
    together = predict(model, UNITS, preparer)
    single = predict(model, UNITS, preparer, max_units=1)
    assert together == single
    assert len(numbers(together)) > 100
    assert numbers(together) == pytest.approx(numbers(single), abs=1e-5)
    backwards = predict(model, UNITS[::-1], preparer)[::-1]
    assert backwards == together
    assert numbers(backwards) == pytest.approx(numbers(together), abs=1e-5)


def test_little_to_find(encoder: Path) -> None:
    """No word, no mention, one mention, one entity of two, and something, in one batch."""
    model = build(encoder)
    entities = Entity("Loc", (Span(0, 1),)), Entity("Peop", (Span(2, 3),))
    both = Entity("Loc", (Span(0, 1), Span(2, 3)))
    words = ("Rome", "and", "Ada")
    given = [
        Document("no word", ()),
        Document("no mention", words),
        Document("one mention", words, entities=entities[:1]),
        Document("one entity", words, entities=(both,)),
        Document("two entities", words, entities=entities),
        Document("no word again", ()),
    ]
    output = run(model, "given", given)
    assert (len(output.mention_rows), len(output.units), len(output.relation_logits)) == (5, 4, 2)
    found = predict(model, given, model.preparer("given"))
    assert [document.entities for document in found] == [d.entities for d in given]
    model.decoder.mention_threshold = 1.0
    output = run(model, "predict", given)
    assert [len(part) for part in logits(output)] == [4 * 6, 0, 0, 0]
    assert not any(d.entities for d in predict(model, given, model.preparer("predict")))
    model.decoder.mention_threshold, model.decoder.coreference_threshold = 0.0, 0.0
    assert [len(d.entities) for d in predict(model, given, model.preparer("predict"))] == (
        [0, 1, 1, 1, 1, 0]
    )


@pytest.mark.parametrize("count", range(6))
def test_little_to_learn(encoder: Path, count: int) -> None:
    """Every loss is finite, 0 without samples, and can be learnt from."""
    model = build(encoder).train()
    entities = (Entity("Loc", (Span(0, 1),)), Entity("Peop", (Span(2, 3),)))
    words = ("Rome", "and", "Ada")
    units = [
        [Document("no word", ())],
        [Document("no mention", words)],
        [Document("one mention", words, entities=entities[:1])],
        [Document("one word", ("Rome",), entities=entities[:1])],
        [Document("two entities", words, entities=entities)],
        [Document("related", words, entities=entities, relations=(Relation("Spouse", 0, 1),))],
    ][count]
    preparer = model.training_preparer()
    for one in (units, [*units, Document("no word", ())], [Document("no word", ()), *units]):
        batch = preparer([preparer.item(i, each) for i, each in enumerate(one)])
        losses = model.losses(model(batch.stages), batch.targets)
        assert [name for name, loss in losses.items() if loss] == [
            ["mention"][: count > 0],
            ["mention"][: count > 0],
            ["mention", "entity"],
            ["mention", "entity"],
            ["mention", "coreference", "entity", "relation"],
            ["mention", "coreference", "entity", "relation"],
        ][count]
        model.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("memory_grad", [True, False])
def test_who_trains_the_memory(encoder: Path, memory_grad: bool) -> None:
    """The table of memory §3.4: reading may train a memory, type embeddings never do."""
    flow = {"type": "memory_flow", "memory_grad": memory_grad}
    model = build(encoder, token_refiners=[flow], span_refiners=[flow]).train()
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(UNITS)])
    losses = model.losses(model(batch.stages), batch.targets)
    memories = list(model.prototypes.values())
    reached = {
        name: [
            gradient is not None and bool(gradient.any())
            for gradient in torch.autograd.grad(
                loss, memories, retain_graph=True, allow_unused=True
            )
        ]
        for name, loss in losses.items()
    }
    assert reached == {
        "mention": [memory_grad, memory_grad],
        "coreference": [memory_grad, memory_grad],
        "entity": [True, memory_grad],
        "relation": [memory_grad, True],
    }


@pytest.mark.parametrize("options", [{}, {"mention_relation_classifier": RELATED}])
def test_every_parameter_learns(encoder: Path, options: dict[str, Any]) -> None:
    model = build(encoder, **options).train()
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(UNITS)])
    torch.stack(list(model.losses(model(batch.stages), batch.targets).values())).sum().backward()
    still = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert not still


def test_the_warm_up_is_in_the_archive(overfitted_documents: Path, tmp_path: Path) -> None:
    """A model whose refiners rest is loaded as one whose refiners rest."""
    documents = gold(overfitted_documents)
    loaded = archive.load(overfitted_documents)
    refiners = [module for module in loaded.model.modules() if isinstance(module, Refiner)]
    assert len(refiners) == 2
    assert all(bool(refiner.active) for refiner in refiners)
    awake = run(loaded.model, "given", documents).relation_logits  # type: ignore[arg-type]
    for refiner in refiners:
        refiner.active.fill_(False)
    resting = run(loaded.model, "given", documents).relation_logits  # type: ignore[arg-type]
    assert not torch.allclose(awake, resting, atol=1e-3)
    archive.save(loaded.model, loaded.config, tmp_path / "resting")
    again = archive.load(tmp_path / "resting").model
    assert torch.equal(run(again, "given", documents).relation_logits, resting)  # type: ignore[arg-type]


def test_short_empty_and_odd_documents(overfitted_documents: Path) -> None:
    extract = Predictor.load(overfitted_documents)
    sources = [
        "",
        "Foxing",
        "🎉",
        [],
        ["\u200b"],
        "AVC removes 👩‍👩‍👧 foxing 🇳🇴 .",
        Document("none", ()),
    ]
    together = list(extract.pipe(sources))
    assert [len(document.tokens) for document in together][:5] == [0, 1, 1, 0, 1]
    assert [d.entities for d in together] == [extract(source).entities for source in sources]
    model = extract.model
    batch = predict(model, tiny_texts(), model.preparer("predict"))
    assert [document.tokens for document in batch] == [d.tokens for d in tiny_texts()]


def test_a_corpus_without_relations(overfitted_documents: Path, tmp_path: Path) -> None:
    """Mentions and entities are learnt and predicted; one line says that there is nothing else."""
    data = overfitted_documents.parent
    types = json.loads((data / "types.json").read_text()) | {"relations": {}}
    (tmp_path / "types.json").write_text(json.dumps(types))
    record = json.loads((data / "two.jsonl").read_text().splitlines()[0])
    (tmp_path / "one.jsonl").write_text(json.dumps(record | {"relations": []}) + "\n")
    changes = {
        "training.epochs": 1,
        "model": document_model(data / "encoder"),
        "data.reader": {"type": "jsonl", "types": str(tmp_path / "types.json")},
        "data.train": str(tmp_path / "one.jsonl"),
        "data.dev": str(tmp_path / "one.jsonl"),
        "data.test": None,
    }
    told: list[str] = []
    train(experiment(data, JEREX | changes), tmp_path / "run", log=told.append)
    assert [line for line in told if "no relation labels" in line] == [
        "train: there are no relation labels; only entities are learnt"
    ]
    extract = Predictor.load(tmp_path / "run")
    assert extract.vocabulary.relation_labels == ()
    entities = Entity("Damage", (Span(0, 1),)), Entity(None, (Span(1, 2),))
    found = extract(Document("d", ("Foxing", "left"), entities=entities), entities="given")
    assert ([e.mentions for e in found.entities], found.relations) == (
        [entity.mentions for entity in entities],
        (),
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"pair_encoder": {"type": "between_context"}},
            "model: pair_encoder 'between_context' looks at one mention of an entity, but entities "
            "of documents have several: take 'multi_instance', 'localized_context' or 'global'",
        ),
        (
            {"interaction": {"type": "ctam"}},
            "model: interaction 'ctam' changes the summaries only, which this model does not read: "
            "take 'none' or 'conv_co_attention'",
        ),
        (
            {"decoder": {"type": "document", "relation_consistency": 0.5}},
            "model: decoder.relation_consistency=0.5 compares the relations of mentions, which "
            "nothing scores: give the model a mention_relation_classifier",
        ),
        (
            {"entity_loss": {"type": "binary"}},
            "model: entity_loss 'binary' allows any number of labels, but here a candidate has one",
        ),
        (
            {"entity_loss": {"type": "softmax"}},
            "model: entity_loss 'softmax' must have none_class false: here a candidate always",
        ),
        (
            {"relation_loss": {"type": "softmax", "none_class": False}},
            "model: relation_loss 'softmax' must have none_class true: here a candidate may have",
        ),
        (
            {"entity_loss": {"type": "arcface", "none_class": False}},
            "model: entity_loss 'arcface' compares cosines, which entity_classifier 'similarity'",
        ),
        (
            {"span_enumerator": {"type": "all_spans", "max_width": 60}},
            "model: span_enumerator proposes spans of up to 60 words, but this model's width "
            "embedding ends at 59; take a smaller max_width",
        ),
        (
            {
                "entity_classifier": {"type": "similarity", "slot_dim": 8},
                "token_refiners": [{"type": "memory_flow", "similarity": "dot"}],
            },
            "model.token_refiners.0: similarity='dot' compares rows of width 16 with the entity",
        ),
    ],
)
def test_what_does_not_fit_together(encoder: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(encoder, **options)
    assert str(caught.value).startswith(message)


def test_pairs_of_mentions_have_the_relations_of_their_entities(encoder: Path) -> None:
    """The loss over the pairs of mentions is that of a loop over entities and their mentions."""
    model = build(encoder, mention_relation_classifier=RELATED, relation_loss="binary").train()
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(UNITS)])
    output = model(batch.stages)
    mentions: dict[int, list[int]] = {}
    for mention, entity in output.mention_entity.tolist():
        mentions.setdefault(entity, []).append(mention)
    expected = [
        batch.targets.relations[pair]
        for pair, (head, tail) in enumerate(output.pairs.tolist())
        for _ in mentions[head]
        for _ in mentions[tail]
    ]
    assert len(expected) > len(output.pairs)
    assert output.mention_relation_logits is not None
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        output.mention_relation_logits, torch.stack(expected)
    )
    torch.testing.assert_close(model.losses(output, batch.targets)["mention_relation"], loss)


def test_different_relations_keep_mentions_apart(encoder: Path) -> None:
    """A pair above the threshold loses what its relations differ in, other pairs nothing."""
    model = build(
        encoder,
        mention_relation_classifier=RELATED,
        decoder={"type": "document", "relation_consistency": 0.7},
    )
    keep_some(model, UNITS, 40)
    with torch.inference_mode():
        output = run(model, "predict")
        model.decoder.relation_consistency = 0.0
        without = run(model, "predict")
    threshold = model.decoder.coreference_threshold
    assert torch.equal(output.coreference_logits, without.coreference_logits)
    assert len(output.units) > len(without.units)

    model.decoder.relation_consistency = 0.7
    stages = stages_of(model, "predict", UNITS)
    mentions = output.spans[output.mention_rows]
    rows = model._rows(model.backbone(stages.inputs, model.prototypes).entity, mentions)
    units = mentions.unit.tolist()
    pairs = mention_pairs(mentions.unit.numpy())
    probabilities = output.coreference_logits.sigmoid()
    lowered = model._consistent(probabilities, torch.from_numpy(pairs), rows, mentions.unit)
    for (one, other), before, after in zip(pairs.tolist(), probabilities, lowered, strict=True):
        expected = before.item()
        if expected >= threshold:
            of_unit = [mention for mention, unit in enumerate(units) if unit == units[one]]
            scores = [[relation_scores(model, rows, i, j) for j in of_unit] for i in of_unit]
            places = of_unit.index(one), of_unit.index(other)
            expected = max(0.0, expected - 0.7 * naive.relation_difference(scores, *places))
        assert after.item() == pytest.approx(expected, abs=1e-5)


def relation_scores(model: DocumentModel, rows: Tensor, head: int, tail: int) -> list[float]:
    """The relation probabilities of a pair of mentions, all 0 for a mention with itself."""
    assert model.mention_relation_classifier is not None
    blocks = [FeatureBlock(rows[[head]]), FeatureBlock(rows[[tail]])]
    scores: list[float] = model.mention_relation_classifier(blocks)[0].sigmoid().tolist()
    return scores if head != tail else [0.0] * len(scores)


def test_arcface_for_relations(encoder: Path) -> None:
    """One label a pair, none among the classes: trained, and decided without a threshold."""
    arcface = {"type": "arcface", "none_class": True}
    model = build(encoder, relation_classifier={"type": "cosine"}, relation_loss=arcface).train()
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(UNITS)])
    losses = model.losses(model(batch.stages), batch.targets)
    assert losses["relation"] > 0
    losses["relation"].backward()
    assert model.relation_classifier.prototypes.shape == (5, 16)
    output = run(model.eval(), "given")
    found = predict(model, UNITS, model.preparer("given"))
    related = [(r.head, r.tail) for document in found for r in document.relations]
    assert len(related) == int((output.relation_logits.argmax(1) > 0).sum())


def numbers(documents: Sequence[Document]) -> list[float]:
    """The scores of all that was found."""
    found = []
    for document in documents:
        for entity in document.entities:
            found += [entity.score, *(entity.mention_scores or ())]
        found += [relation.score for relation in document.relations]
    assert None not in found
    return [score for score in found if score is not None]
