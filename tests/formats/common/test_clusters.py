from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.common.clusters import merged_clusters


def test_clusters_become_entities_and_changes_are_counted() -> None:
    skipped = SkippedData()
    document = Document(
        "d",
        ("Ada", "she", "Bob"),
        entities=(
            Entity("Person", (Span(0, 1),)),
            Entity("Pronoun", (Span(1, 2),)),
            Entity("Person", (Span(2, 3),)),
        ),
        relations=(Relation("met", 0, 2), Relation("met", 1, 2)),
        clusters=((0, 1),),
    )
    merged = merged_clusters(document, "a.ann", skipped)
    assert merged.entities == (
        Entity("Person", (Span(0, 1), Span(1, 2))),
        Entity("Person", (Span(2, 3),)),
    )
    assert merged.relations == (Relation("met", 0, 1),)
    assert skipped.lines() == [
        "1 cluster of different labels given the most frequent; first: a.ann",
        "1 relation of merged mentions kept once; first: a.ann",
    ]
