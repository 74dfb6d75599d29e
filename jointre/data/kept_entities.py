"""Relations and clusters of the entities that still have a mention after reading."""

from collections.abc import Sequence

from jointre.data.annotation import Relation, renumbered
from jointre.data.skipped import SkippedData


def links_of_kept(
    kept_rows: Sequence[int],
    relations: Sequence[Relation],
    clusters: Sequence[Sequence[int]],
    location: str,
    skipped: SkippedData,
) -> tuple[tuple[Relation, ...], tuple[tuple[int, ...], ...]]:
    """Relations and clusters among the entities that are kept, by their new indices.

    Args:
        kept_rows: Indices of the entities that have a mention, among all that were read.
        relations: Relations of all entities.
        clusters: Clusters of all entities.
        location: Location of the relations, for messages.
        skipped: Counts the relations of entities without a mention.

    Example:
        >>> relations = [Relation("met", 0, 2), Relation("met", 0, 1)]
        >>> links_of_kept([0, 2], relations, [(1, 2)], "a.jsonl:1", SkippedData())
        ((Relation(label='met', head=0, tail=1, score=None, evidence=()),), ((1,),))
    """
    linked, groups = renumbered(kept_rows, relations, clusters)
    if len(linked) < len(relations):
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, location, len(relations) - len(linked))
    return linked, groups
