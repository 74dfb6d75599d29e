from dataclasses import replace

from jointre.data.schema import Document, Entity, Relation, Span, extra_keys
from jointre.data.skipped import SkippedData
from jointre.formats.common.supported import count_unheld, plain
from tests.data.documents import document

FULL = Document(
    "d",
    ("a", "b"),
    text="a b",
    offsets=((0, 1), (2, 3)),
    sentences=(Span(0, 1), Span(1, 2)),
    entities=(Entity("X", (Span(0, 1),), 0.5, (0.5,), "Q1"),),
    relations=(Relation("r", 0, 0, 0.5, (0, 1)),),
    clusters=((0,),),
    flags=("long", "odd"),
)
KINDS = {
    "text": ("texts skipped", 1),
    "offsets": ("lists of character offsets skipped", 1),
    "sentences": ("lists of sentences skipped", 1),
    "clusters": ("clusters skipped", 1),
    "flags": ("flags skipped", 2),
    "scores": ("scores skipped", 3),
    "entity_ids": ("ids of entities skipped", 1),
    "evidence": ("lists of evidence skipped", 1),
}


def test_counts_each_thing_that_is_not_held() -> None:
    skipped = SkippedData()
    count_unheld(FULL, frozenset(), skipped)
    assert {kind: count for kind, (count, _) in skipped} == dict(KINDS.values())
    for key, (kind, _) in KINDS.items():
        skipped = SkippedData()
        count_unheld(FULL, KINDS.keys() - {key}, skipped)
        assert [name for name, _ in skipped] == [kind]


def test_a_plain_sentence_loses_nothing() -> None:
    skipped = SkippedData()
    bare = document(entities=(("X", 0, 1),), relations=(("r", 0, 0),), sentences=((0, 6),))
    assert plain(bare, frozenset(), skipped) is bare
    assert not skipped


def test_plain_takes_apart_and_drops_what_has_no_label() -> None:
    skipped = SkippedData()
    whole = replace(
        document(),
        entities=(Entity(None, (Span(0, 1),)), Entity("X", (Span(1, 2), Span(2, 3)))),
        relations=(Relation("r", 0, 1), Relation("r", 1, 1)),
    )
    single = plain(whole, frozenset(), skipped)
    assert single.entities == (Entity("X", (Span(1, 2),)), Entity("X", (Span(2, 3),)))
    assert single.relations == (Relation("r", 0, 0),)
    assert skipped.lines() == [
        "1 entity without a label skipped; first: document 'd'",
        "1 relation of entities without a label skipped; first: document 'd'",
        "1 entity with several mentions taken apart into mentions; first: document 'd'",
    ]


def test_extra_keys_that_mean_something_are_left_out() -> None:
    skipped = SkippedData()
    whole = replace(document(), extra={"ner": 1, "_x": 2, "tokens": 3})
    assert extra_keys(whole, frozenset({"ner", "tokens"}), skipped) == {"_x": 2}
    assert [count for _, (count, _) in skipped] == [2]
    assert "'ner' of document 'd'" in skipped.lines()[0]
