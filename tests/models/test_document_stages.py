"""Batches of documents: samples, all spans, or given entities beside all spans."""

from collections.abc import Sequence
from typing import Any

import pytest

from jointre.config import construct
from jointre.data.pieces import PieceMaker
from jointre.data.samplers import DocumentSampler
from jointre.data.schema import Document, Entity, Span
from jointre.errors import DataError
from jointre.models import TrainingBatch
from jointre.models.document_stages import (
    DocumentPreparer,
    DocumentStages,
    DocumentTrainingPreparer,
)
from jointre.nn.encoders import Encoder
from jointre.span_enumerators import AllSpans
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_texts, tiny_vocabulary
from tests.models.prepared import Mode
from tests.naive import document_pools as naive

TEXTS = tiny_texts()
VOCABULARY = tiny_vocabulary()


def preparer_of(mode: Mode, seed: int = 0, width: int = 3, **options: Any) -> Any:
    config = {"type": "transformer", "model_name": str(tiny_folder("bert")), **options}
    encoder = construct(Encoder, {"special_tokens": False, "stride": 2, **config})
    sampler = DocumentSampler(VOCABULARY, AllSpans(width), mention_negatives=6)
    make = PieceMaker(
        encoder.tokenizer,
        encoder.special_tokens,
        encoder.max_pieces,
        encoder.stride,
        encoder.long_inputs,
    )
    if mode == "train":
        return DocumentTrainingPreparer(make, seed, sampler)
    return DocumentPreparer(make, mode, VOCABULARY, AllSpans(width))


def prepared(preparer: Any, units: Sequence[Document] = TEXTS) -> Any:
    made = preparer([preparer.item(i, unit) for i, unit in enumerate(units)])
    return made.stages if isinstance(made, TrainingBatch) else made


def rows(batch: DocumentStages) -> list[tuple[int, ...]]:
    """Spans with their unit."""
    columns = batch.spans.unit, batch.spans.start, batch.spans.end
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_all_spans() -> None:
    """In the specification's order; words and sentences come along, nothing is decided."""
    batch = prepared(preparer_of("predict"))
    assert rows(batch) == [
        (number, *span) for number, text in enumerate(TEXTS) for span in naive.candidates(text, 3)
    ]
    assert batch.tokens == tuple(text.tokens for text in TEXTS)
    for line, text in zip(batch.sentences.tolist(), TEXTS, strict=True):
        numbers = [i for i, (start, end) in enumerate(text.sentences) for _ in range(start, end)]
        assert line == numbers + [0] * (len(line) - len(numbers))
    assert (batch.entities, batch.pairs) == (None, None)


def test_given_entities() -> None:
    """All spans first; then those that are none of them, each once, as their mentions."""
    batch = prepared(preparer_of("given"))
    everything = [dict.fromkeys(naive.candidates(text, 3)) for text in TEXTS]
    for text, spans in zip(TEXTS, everything, strict=True):
        spans |= dict.fromkeys(span for entity in text.entities for span in entity.mentions)
    assert sum(map(len, everything)) == len(rows(prepared(preparer_of("predict")))) + 2
    assert rows(batch) == [(i, *span) for i, spans in enumerate(everything) for span in spans]
    found = [rows(batch)[row] for row in batch.entities.rows.tolist()]
    assert len(set(found)) == len(found)
    owners = [(i, entity) for i, text in enumerate(TEXTS) for entity in text.entities]
    expected = [
        ((unit, *span), number)
        for number, (unit, entity) in enumerate(owners)
        for span in dict.fromkeys(entity.mentions)
    ]
    assert [
        (found[row], number) for row, number in batch.entities.mention_entity.tolist()
    ] == expected
    labels = [VOCABULARY.entity_index(str(entity.label)) for _, entity in owners]
    assert batch.entities.labels.tolist() == labels
    assert batch.pairs is None


def test_given_labels() -> None:
    """-1 where the model is to choose; unknown ones are refused by name."""
    entities = (Entity(None, (Span(0, 1),)), Entity("Org", (Span(1, 2),)))
    batch = prepared(preparer_of("given"), [Document("d", ("a", "b"), entities=entities)])
    assert batch.entities.labels.tolist() == [-1, 1]
    wrong = Document("d", ("a",), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError, match="document 'd': the model has no entity label 'Ship'; it"):
        prepared(preparer_of("given"), [wrong])


def test_samples_depend_on_seed_epoch_and_number() -> None:
    units = [text for text in TEXTS if len(text.tokens) > 10]

    def sampled(seed: int, epoch: int, order: Sequence[int] = (0, 1)) -> set[tuple[int, ...]]:
        preparer = preparer_of("train", seed)
        items = [preparer.item(i, unit) for i, unit in enumerate(units)]
        batch = preparer([items[i] for i in order], epoch).stages
        return {(order[unit], start, end) for unit, start, end in rows(batch)}

    assert sampled(0, 0) == sampled(0, 0, order=(1, 0))
    assert sampled(0, 0) != sampled(0, 1)
    assert sampled(0, 0) != sampled(1, 0)
    gold = {(i, *s) for i, u in enumerate(units) for e in u.entities for s in e.mentions}
    assert all(gold <= sampled(seed, 0) for seed in range(4))


def test_nothing_is_sampled_unless_it_is_trained() -> None:
    """Documents with labels that the model lacks can be predicted, but not learnt."""
    entity = Entity("Ship", (Span(0, 1),))
    strange = Document("d", ("a", "b"), entities=(entity,))
    assert rows(prepared(preparer_of("predict"), [strange])) == [(0, 0, 1), (0, 1, 2), (0, 0, 2)]
    with pytest.raises(DataError, match="'Ship' is not one of the model's entity labels"):
        prepared(preparer_of("train"), [strange])


@pytest.mark.parametrize("mode", ["train", "predict", "given"])
def test_truncated_documents(mode: Mode) -> None:
    """Only what the encoder sees is a candidate or gold."""
    preparer = preparer_of(mode, long_inputs="truncate", max_length=9)
    item = preparer.item(0, TEXTS[0])
    cut = len(item.visible.tokens)
    assert 2 < cut < len(TEXTS[0].tokens)
    made = preparer([item])
    batch = made.stages if mode == "train" else made
    assert max(end for _, _, end in rows(batch)) == cut
    assert batch.tokens == (TEXTS[0].tokens[:cut],)
    assert batch.inputs.positions.lengths.tolist() == [cut]
