from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.label_studio.writer import record_of
from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestLabelStudio as Sample


def test_a_record() -> None:
    document = Document(
        "d",
        ("😀", "Ada", " ", "she"),
        entities=(
            Entity("Per", (Span(1, 2), Span(3, 4)), 0.5, id="Q1"),
            Entity("Blank", (Span(2, 3),)),
            Entity(None, (Span(0, 1),)),
            Entity("Icon", (Span(0, 1),)),
        ),
        relations=(Relation("has", 0, 3),),
        clusters=((0, 3),),
    )
    skipped = SkippedData()
    record = record_of(document, "body", skipped)
    assert (record.text, record.key) == ("😀 Ada   she", "body")
    names = {"from_name": "label", "to_name": "body", "type": "labels"}
    assert record.result == [
        {"id": "r1", **names, "value": {"start": 2, "end": 5, "text": "Ada", "labels": ["Per"]}},
        {"id": "r2", **names, "value": {"start": 8, "end": 11, "text": "she", "labels": ["Per"]}},
        {"id": "r3", **names, "value": {"start": 0, "end": 1, "text": "😀", "labels": ["Icon"]}},
        {
            "from_id": "r1",
            "to_id": "r3",
            "type": "relation",
            "direction": "right",
            "labels": ["has"],
        },
    ]
    assert {kind: count for kind, (count, _) in skipped} == {
        "entities without a label skipped": 1,
        "clusters skipped": 1,
        "scores skipped": 1,
        "ids of entities skipped": 1,
        "entities with several mentions taken apart into mentions": 1,
        "mentions without a word skipped": 1,
    }


class TestLabelStudioWriter(WriterContract):
    component = "label_studio"
    sample = Sample.sample
