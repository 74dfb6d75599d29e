import json
from dataclasses import replace
from typing import Any

import pytest
import torch

from jointre.analysis.attention import (
    AttentionMap,
    AttentionRow,
    GoldMention,
    attention_of,
    place_of,
    unit_of,
)
from jointre.analysis.attention_readings import readings
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import ConfigError, DataError
from jointre.testing.tiny import tiny_documents, tiny_texts
from tests.analysis.attentive import (
    CTAM,
    FLOW,
    batch_of,
    build,
    document_model,
    encoder_of,
    span_model,
)

SENTENCE = tiny_documents()[1]
TEXT = tiny_texts()[0]
KEYS = ["tokens", "bert", "ner", "re", "entities"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return encoder_of(tmp_path_factory.mktemp("encoder"))


def test_the_three_rows_of_sinet(encoder: dict[str, Any]) -> None:
    found = attention_of(span_model(encoder), SENTENCE)
    assert found.tokens == ("[CLS]", *SENTENCE.tokens)
    assert [row.key for row in found.rows] == [("bert",), ("ner",), ("re",)]
    for row in found.rows:
        assert len(row.weights) == len(found.tokens)
        assert min(row.weights) > 0
        assert row.unshown > 0  # [SEP] is not drawn, and nothing is scaled up for it
        assert sum(row.weights) + row.unshown == pytest.approx(1, abs=1e-6)


def test_pieces_are_summed_to_words(encoder: dict[str, Any]) -> None:
    model = span_model(encoder)
    batch = batch_of(model, SENTENCE)
    starts = batch.inputs.positions.words[0].tolist()
    assert max(end - start for start, end in starts) > 1
    found = attention_of(model, SENTENCE)
    for row, reading in zip(found.rows, readings(model, batch), strict=True):
        weights = reading.weights[0, 0].tolist()
        wanted = [sum(weights[start:end]) for start, end in starts]
        assert row.weights[1:] == pytest.approx(wanted, abs=1e-7)
        own = float(reading.agent_weights[0, 0])
        assert row.weights[0] == pytest.approx(weights[0] + own, abs=1e-7)
        assert row.unshown == pytest.approx(weights[-1], abs=1e-7)
        assert (own > 0, weights[0] > 0) == (row.key != ("bert",), row.key == ("bert",))


def test_the_export(encoder: dict[str, Any]) -> None:
    found = attention_of(span_model(encoder), SENTENCE)
    record = json.loads(json.dumps(found.to_dict()))
    assert [key for key in record if key in KEYS] == KEYS
    assert record["id"] == SENTENCE.id
    assert record["re"] == list(found.rows[2].weights)
    assert record["sep"] == {row.key[0]: row.unshown for row in found.rows}
    assert record["notes"] == []
    first, *_, last = record["entities"]
    assert first == {"label": "Peop", "start": 1, "end": 2, "related": True}
    assert last == {"label": "Peop", "start": 9, "end": 10, "related": False}
    assert record["tokens"][9] == "Bob"


def test_a_slot_for_each_label(encoder: dict[str, Any]) -> None:
    model = document_model(encoder)
    found = attention_of(model, TEXT)
    assert found.tokens == TEXT.tokens  # nothing reads [CLS], which this model does not add
    record = found.to_dict()
    assert "sep" not in record
    assert list(record["memory"]) == ["entity", "relation"]
    assert list(record["memory"]["entity"]) == list(model.vocabulary.entity_labels)
    assert list(record["memory"]["relation"]) == list(model.vocabulary.relation_labels)
    for row in found.rows:
        assert sum(row.weights) == pytest.approx(1, abs=1e-6)
    gains = sum(torch.tensor(row.weights) for row in found.rows)
    assert float(torch.as_tensor(gains).sum()) == pytest.approx(7, abs=1e-5)  # one a slot


def test_a_memory_in_sinet_has_a_slot_for_none(encoder: dict[str, Any]) -> None:
    model = span_model(encoder, token_refiners=[FLOW, FLOW], interaction=CTAM | {"layers": 2})
    record = attention_of(model, SENTENCE).to_dict()
    readers = [key for key in record if key not in ("id", "tokens", "sep", "entities", "notes")]
    assert readers == ["bert", "memory", "memory_2", "ner", "ner_2", "re", "re_2"]
    assert list(record["memory_2"]["entity"]) == ["(none)", "Loc", "Org", "Peop"]
    assert list(record["memory_2"]["relation"]) == list(model.vocabulary.relation_labels)
    assert record["sep"]["memory"]["entity"]["Loc"] > 0


@pytest.mark.parametrize(
    ("agent", "special", "first"),
    [
        ("cls", True, "[CLS]"),
        ("max", True, "[CLS]/[MAX]"),
        ("mean", True, "[CLS]/[MEAN]"),
        ("cls", False, "[MEAN]"),
        ("max", False, "[MAX]"),
    ],
)
def test_what_stands_first(encoder: dict[str, Any], agent: str, special: bool, first: str) -> None:
    interaction = CTAM | {"agent": agent}
    model = span_model(encoder | {"special_tokens": special}, interaction=interaction)
    found = attention_of(model, SENTENCE)
    assert found.tokens[0] == first
    assert [row.key[0] for row in found.rows] == ["bert"] * special + ["ner", "re"]
    assert (found.rows[-1].unshown > 0) == special


def test_words_as_positions_in_a_table_model(encoder: dict[str, Any]) -> None:
    model = build(
        "table",
        encoder,
        projection="mlp",
        interaction=CTAM,
        word_pooler="max",
        token_refiners=[FLOW],
        cell_features={"summary": True},
    )
    found = attention_of(model, SENTENCE)
    assert found.tokens == ("[CLS]", *SENTENCE.tokens)
    rests = {row.key[0]: row.unshown for row in found.rows}
    assert rests["bert"] > 0
    assert rests["ner"] == rests["memory"] == 0  # words only
    for row in found.rows:
        assert sum(row.weights) + row.unshown == pytest.approx(1, abs=1e-6)
        assert (row.weights[0] == 0) == (row.key[0] == "memory")


def test_marks() -> None:
    mentions = [(0, 3, True), (2, 5, False), (2, 3, True), (6, 7, False)]
    found = AttentionMap(
        "x",
        tuple("abcdefg"),
        (),
        tuple(GoldMention("L", start, end, related) for start, end, related in mentions),
        (),
    )
    r, e = "related", "entity"
    assert found.marks == (r, r, r, e, e, None, e)


def test_all_mentions_of_a_related_entity(encoder: dict[str, Any]) -> None:
    found = attention_of(document_model(encoder), TEXT)
    words = [
        token for token, mark in zip(found.tokens, found.marks, strict=True) if mark == "related"
    ]
    assert words == ["Ada", "Lovelace", "London", "She", "Bob", "there", "Bob", "Ada", "Rome"]


def test_windows_and_cuts_are_told(encoder: dict[str, Any]) -> None:
    short = encoder | {"max_length": 12, "stride": 4}
    found = attention_of(span_model(short), SENTENCE)
    assert len(found.tokens) == len(SENTENCE.tokens) + 1
    assert found.notes == (
        f"bert: the encoder read {windows(short)} windows; this is the first one's [CLS]",
    )
    found = attention_of(span_model(short | {"long_inputs": "truncate"}), SENTENCE)
    cut = len(SENTENCE.tokens) + 1 - len(found.tokens)
    assert cut > 0
    assert found.notes == (f"{cut} words were cut off, because the model truncates long inputs",)
    assert all(mention.end <= len(found.tokens) for mention in found.entities)
    assert len(found.entities) < len(SENTENCE.entities)


def windows(encoder: dict[str, Any]) -> int:
    return len(batch_of(span_model(encoder), SENTENCE).inputs.ids)


def test_a_word_too_long_for_the_model(encoder: dict[str, Any]) -> None:
    model = span_model(encoder | {"max_length": 12, "stride": 4, "long_inputs": "truncate"})
    with pytest.raises(DataError, match="document 'x': the model cuts it within its first word"):
        attention_of(model, Document("x", ("London" * 10,)))


def test_a_model_without_attention(encoder: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"no attention to show: no encoder with \[CLS\], no int"):
        attention_of(document_model(encoder, token_refiners=[]), TEXT)


def split_in_two(id: str) -> Document:
    entities = (Entity("A", (Span(0, 1),)), Entity("B", (Span(1, 2),)))
    return Document(
        id,
        ("a", "b", "c", "d"),
        sentences=(Span(0, 2), Span(2, 4)),
        entities=entities,
        relations=(Relation("r", 0, 1),),
    )


def test_units_by_id() -> None:
    documents = [split_in_two("x"), Document("y", ("e",))]
    assert unit_of(documents, "document", "x") == documents[0]
    assert unit_of(documents, "sentence", "x#1").tokens == ("c", "d")
    assert unit_of(documents, "sentence", "y") == documents[1]
    assert unit_of(documents[:1], "document", None) == documents[0]


@pytest.mark.parametrize(
    ("id", "message"),
    [
        (None, "name one of the 4 units. Units: 'x#0', 'x#1', 'why', 'empty'"),
        ("x", "'x' has 2 sentences; name one of them. Units: 'x#0', 'x#1'"),
        ("wy", "no unit is called 'wy'. Units: 'x#0', 'x#1', 'why', 'empty'; did you mean 'why'?"),
        ("empty", "document 'empty' has no words"),
    ],
)
def test_ids_that_name_no_unit(id: str | None, message: str) -> None:
    documents = [split_in_two("x"), Document("why", ("e",)), Document("empty", ())]
    with pytest.raises(DataError) as caught:
        unit_of(documents, "sentence", id)
    assert str(caught.value) == message


def test_many_or_twice_the_same_id() -> None:
    with pytest.raises(DataError, match=r"'x' is the id of 2 units; ids must differ"):
        unit_of([Document("x", ("a",)), Document("x", ("b",))], "sentence", "x")
    many = [Document(str(number), ("a",)) for number in range(30)]
    with pytest.raises(DataError, match=r"of the 30 units. Units: '0', .*, '7', …$"):
        unit_of(many, "sentence", None)


def test_rows_are_plain_values() -> None:
    row = AttentionRow(("memory", "entity", "A"), (0.75, 0.25), 0.0)
    record = AttentionMap("x", ("a", "b"), (row,), (), ("note",)).to_dict()
    assert record == {
        "id": "x",
        "tokens": ["a", "b"],
        "memory": {"entity": {"A": [0.75, 0.25]}},
        "entities": [],
        "notes": ["note"],
    }


def test_a_sentence_in_its_document(encoder: dict[str, Any]) -> None:
    """Its [CLS] is the document's; what that reads outside the sentence is told, not drawn."""
    model = span_model(encoder, context="document")
    sentence = unit_of([TEXT], "sentence", "text-0#1")
    found = attention_of(model, sentence, place_of([TEXT], "sentence", sentence))
    assert found.tokens == ("[CLS]", *sentence.tokens)
    rows = {row.key: row for row in found.rows}
    bert = rows["bert",]
    assert 0 < bert.outside < 1
    assert sum(bert.weights) + bert.unshown + bert.outside == pytest.approx(1, abs=1e-6)
    whole = attention_of(model, replace(TEXT, sentences=()))
    start = sentence_start(sentence)
    drawn = whole.rows[0].weights[start + 1 : start + 1 + len(sentence.tokens)]
    assert bert.weights[1:] == pytest.approx(drawn, abs=1e-6)
    assert whole.rows[0].outside == 0
    for key in (("ner",), ("re",)):
        assert rows[key].outside == 0
        assert sum(rows[key].weights) + rows[key].unshown == pytest.approx(1, abs=1e-6)
    record = found.to_dict()
    assert record["context"] == {"bert": bert.outside}
    assert record["notes"] == [
        f"bert: {bert.outside:.0%} of the attention is on words around the unit"
    ]


def sentence_start(sentence: Document) -> int:
    """The first word of a sentence of ``TEXT``."""
    return next(start for start, end in TEXT.sentences if TEXT.tokens[start:end] == sentence.tokens)
