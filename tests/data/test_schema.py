import json
from typing import Any

import pytest
import spacy
from hypothesis import HealthCheck, given, settings

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.formats import JsonlWriter
from jointre.formats.docbin.record import records
from jointre.integrations import to_spacy
from tests.data.documents import TYPES_ARE_SAMPLED, rich_documents
from tests.formats.writing import write

ONE = Entity("X", (Span(0, 1),))


def test_the_span_of_an_entity_is_its_first_mention() -> None:
    entity = Entity("X", (Span(2, 5), Span(0, 1)))
    assert entity.span == Span(2, 5)
    assert entity.span.width == 3


def test_scores_flags_and_extra_take_no_part_in_equality() -> None:
    assert Entity("X", (Span(0, 1),), score=0.5, mention_scores=(0.1,)) == ONE
    assert Relation("r", 0, 1, score=0.5) == Relation("r", 0, 1)
    one, other = Document("d", ("a",)), Document("d", ("a",), flags=("long",), extra={"a": 1})
    assert one == other
    assert hash(one) == hash(other)
    assert Entity("X", (Span(0, 1),), id="Q1") != ONE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entities": (Entity("X", ()),)}, "entity 0 has no mention"),
        ({"entities": (Entity("X", (Span(0, 3),)),)}, r"entity 0 spans \[0, 3\), but .* <= 2 tok"),
        ({"entities": (ONE, Entity("X", (Span(1, 1),)))}, r"entity 1 spans \[1, 1\), but"),
        ({"entities": (ONE,), "relations": (Relation("r", 0, 1),)}, "relation 0 has tail 1, but"),
        ({"relations": (Relation("r", 0, 0),)}, "relation 0 has head 0, but there are 0 entities"),
        ({"entities": (ONE,), "clusters": ((0, 1),)}, r"a cluster \(0, 1\) names an entity that"),
        ({"offsets": ((0, 1),)}, "1 offset for 2 tokens"),
        ({"sentences": (Span(0, 3),)}, r"sentence \[0, 3\) outside 2 tokens"),
    ],
)
def test_a_document_refuses_what_lies_outside(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"document 'd': {message}"):
        Document("d", ("a", "b"), **change)


def test_the_text_of_a_span() -> None:
    bare = Document("d", ("Ada", "left", "."))
    assert bare.text_of(Span(0, 3)) == "Ada left ."
    text = Document("d", ("Ada", "left", "."), "Ada  left.", ((0, 3), (5, 9), (9, 10)))
    assert [text.text_of(Span(*span)) for span in ((0, 1), (0, 3))] == ["Ada", "Ada  left."]


@TYPES_ARE_SAMPLED
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=rich_documents())
def test_a_record_holds_all_of_a_document(document: Document) -> None:
    record = document.to_dict()
    again = Document.from_dict(json.loads(json.dumps(record)))
    assert again == document
    assert again.to_dict() == record
    assert repr(again) == repr(document)  # scores, flags and extra too


def test_a_record_is_what_the_reader_reads(tmp_path: Any) -> None:
    document = Document("d", ("Ada",), entities=(ONE,), extra={"note": [1]})
    write(JsonlWriter(), [document], tmp_path / "d.jsonl")
    assert json.loads((tmp_path / "d.jsonl").read_text()) == document.to_dict()


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"id": "d"}, r"a document needs 'tokens' or 'text'; found \['id'\]"),
        ({"tokens": ["a"], "entities": [{"label": "X", "mentions": [[0, 2]]}]}, r"\[0, 2\)"),
        (
            {"tokens": ["a"], "entities": [{"label": "X", "mentions": [[0, 1]], "kind": 1}]},
            "does not fit into a document: 1 unknown key of entities skipped; .*kind",
        ),
    ],
)
def test_what_is_no_record(record: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Document.from_dict(record)


def test_a_record_of_text_is_cut_into_words() -> None:
    found = Document.from_dict(
        {"text": "Ada left.", "entities": [{"label": "P", "chars": [[0, 3]]}]}
    )
    assert found.tokens == ("Ada", "left", ".")
    assert found.entities == (Entity("P", (Span(0, 1),)),)


def test_a_doc_of_spacy_holds_entities_and_relations() -> None:
    nlp = spacy.blank("xx")
    document = Document(
        "d",
        ("The", "Bergen", "Library", "hired", "Ada"),
        entities=(
            Entity("Org", (Span(0, 3),)),
            Entity("Place", (Span(1, 2),)),
            Entity("Person", (Span(4, 5),)),
        ),
        relations=(Relation("works for", 2, 0, 0.5),),
    )
    doc = to_spacy(document, nlp.vocab, key="mine")
    assert doc.vocab is nlp.vocab
    assert doc.text == "The Bergen Library hired Ada "
    assert [(s.text, s.label_) for s in doc.spans["mine"]] == [
        ("The Bergen Library", "Org"),
        ("Bergen", "Place"),
        ("Ada", "Person"),
    ]
    assert [span.text for span in doc.ents] == ["The Bergen Library", "Ada"]
    (kept,) = records(doc.user_data, "mine", "doc")
    (link,) = kept.record.relations
    assert link[:4] == ("works for", 2, 0, 0.5)
