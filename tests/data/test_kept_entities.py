from jointre.data.annotation import Relation
from jointre.data.kept_entities import links_of_kept
from jointre.data.skipped import SkippedData


def test_relations_of_other_entities_are_counted() -> None:
    skipped = SkippedData()
    relations = [Relation("met", 0, 1), Relation("met", 2, 0), Relation("met", 1, 2)]
    linked, clusters = links_of_kept([0, 2], relations, [(0, 1), (1,)], "a.jsonl:1", skipped)
    assert linked == (Relation("met", 1, 0),)
    assert clusters == ((0,),)
    assert skipped["relations of entities without a mention skipped"] == 2


def test_nothing_is_counted_if_all_entities_are_kept() -> None:
    skipped = SkippedData()
    relations = [Relation("met", 0, 1)]
    assert links_of_kept([0, 1], relations, [], "a.jsonl:1", skipped) == (tuple(relations), ())
    assert not skipped
