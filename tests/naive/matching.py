"""The scoring conventions once more, as loops over lists, without any shared code.

Each function returns ``{block: (right, predicted, gold)}`` for one document.
"""

from typing import Any

from jointre.data.schema import Document

Found = dict[str, tuple[int, int, int]]


def entities_of(document: Document) -> list[Any]:
    """(start, end, label, score) of each labelled entity."""
    return [
        (one.mentions[0][0], one.mentions[0][1], one.label, one.score)
        for one in document.entities
        if one.label is not None
    ]


def relations_of(document: Document) -> list[Any]:
    """(head, tail, label, score) with head and tail as (start, end, label)."""
    rows = []
    for relation in document.relations:
        head, tail = document.entities[relation.head], document.entities[relation.tail]
        rows.append(
            (
                (*head.mentions[0], head.label),
                (*tail.mentions[0], tail.label),
                relation.label,
                relation.score,
            )
        )
    return rows


def distinct(rows: list[Any]) -> list[Any]:
    """Without repetitions."""
    kept: list[Any] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return kept


def compare(gold: list[Any], predicted: list[Any]) -> tuple[int, int, int]:
    """Right, predicted and gold rows of two lists without repetitions."""
    gold, predicted = distinct(gold), distinct(predicted)
    return sum(row in gold for row in predicted), len(predicted), len(gold)


def untyped(row: Any) -> Any:
    """A relation without entity types and score."""
    return (row[0][:2], row[1][:2], row[2])


def overlap(one: Any, other: Any) -> bool:
    """Whether two spans share a token, by enumerating the tokens."""
    return bool(set(range(one[0], one[1])) & set(range(other[0], other[1])))


def spert(
    gold: Document, predicted: Document, symmetric: frozenset[str], no_overlapping: bool = False
) -> Found:
    """Sets; symmetric relations from left to right."""
    sides = []
    for document in (gold, predicted):
        entities = distinct([row[:3] for row in entities_of(document)])
        relations = []
        for head, tail, label, _ in relations_of(document):
            if no_overlapping and overlap(head, tail):
                continue
            if label in symmetric and tail[0] < head[0]:
                head, tail = tail, head
            relations.append((head, tail, label))
        if no_overlapping:
            entities = [
                one
                for one in entities
                if not any(overlap(one, other) for other in entities if other != one)
            ]
        sides.append((entities, relations))
    (gold_entities, gold_relations), (entities, relations) = sides
    return {
        "entity": compare(gold_entities, entities),
        "relation_boundary": compare(
            [untyped(row) for row in gold_relations], [untyped(row) for row in relations]
        ),
        "relation_strict": compare(gold_relations, relations),
    }


def pure(gold: Document, predicted: Document) -> Found:
    """Lists: each gold row is crossed out once it is found."""
    found: Found = {}
    gold_entities = [row[:3] for row in entities_of(gold)]
    entities = [row[:3] for row in entities_of(predicted)]
    right_spans = [row[:2] for row in entities if row in gold_entities]
    found["entity"] = (_crossed_out(gold_entities, entities), len(entities), len(gold_entities))
    gold_rows = [untyped(row) for row in relations_of(gold)]
    rows = [untyped(row) for row in relations_of(predicted)]
    found["relation_boundary"] = (_crossed_out(gold_rows, rows), len(rows), len(gold_rows))
    strict = [row for row in rows if row[0] in right_spans and row[1] in right_spans]
    found["relation_strict"] = (_crossed_out(gold_rows, strict), len(rows), len(gold_rows))
    return found


def _crossed_out(gold: list[Any], predicted: list[Any]) -> int:
    left = list(gold)
    for row in predicted:
        if row in left:
            left.remove(row)
    return len(gold) - len(left)


def plmarker(gold: Document, predicted: Document, symmetric: frozenset[str]) -> Found:
    """Thinned predictions, one by one; symmetric relations add two to every count."""
    kept: list[Any] = []
    for row in _best_first(entities_of(predicted)):
        if not any(row[2] == other[2] and overlap(row, other) for other in kept):
            kept.append(row)
    found = {"entity": compare([row[:3] for row in entities_of(gold)], [row[:3] for row in kept])}
    chosen: list[Any] = []
    for row in _best_first(relations_of(predicted)):
        if not any(
            row[2] == other[2] and overlap(row[0], other[0]) and overlap(row[1], other[1])
            for other in chosen
        ):
            chosen.append(row)
    for block, view in (("relation_boundary", untyped), ("relation_strict", lambda row: row[:3])):
        sides = [
            _double([view(row) for row in rows], symmetric) for rows in (relations_of(gold), chosen)
        ]
        found[block] = compare(sides[0], sides[1])
    return found


def _double(rows: list[Any], symmetric: frozenset[str]) -> list[Any]:
    return rows + [(tail, head, label) for head, tail, label in rows if label in symmetric]


def _best_first(rows: list[Any]) -> list[Any]:
    # Selection by hand: the first of the highest scores; without a score comes last.
    left, ranked = list(rows), []
    while left:
        best = left[0]
        for row in left:
            if row[3] is not None and (best[3] is None or row[3] > best[3]):
                best = row
        ranked.append(best)
        del left[next(index for index, row in enumerate(left) if row is best)]
    return ranked


def dygie(gold: Document, predicted: Document, max_width: int | None) -> Found:
    """Wide gold entities dropped; one label for each ordered pair."""
    entities = [row[:3] for row in entities_of(gold)]
    if max_width is not None:
        entities = [row for row in entities if row[1] - row[0] <= max_width]
    labels: dict[Any, Any] = {}
    for row in relations_of(gold):
        labels[row[0][:2], row[1][:2]] = row[2]
    best: dict[Any, Any] = {}
    for row in relations_of(predicted):
        pair = (row[0][:2], row[1][:2])
        score = -1.0 if row[3] is None else row[3]
        if pair not in best or score > best[pair][0]:
            best[pair] = (score, row[2])
    right = sum(labels.get(pair) == label for pair, (_, label) in best.items())
    return {
        "entity": compare(entities, [row[:3] for row in entities_of(predicted)]),
        "relation_boundary": (right, len(best), len(labels)),
    }


def care(gold: Document, predicted: Document) -> Found:
    """Cells of starts; positions are looked up among all entities, one by one."""
    gold_entities = [row[:3] for row in entities_of(gold)]
    entities = [row[:3] for row in entities_of(predicted)]
    gold_cells = distinct([(row[0][0], row[1][0], row[2]) for row in relations_of(gold)])
    cells = []
    for row in distinct([(row[0][0], row[1][0], row[2]) for row in relations_of(predicted)]):
        if all(any(one[0] == position for one in entities) for position in row[:2]):
            cells.append(row)
    right = 0
    for row in cells:
        found = [
            any(one[0] == position and one in gold_entities for one in entities)
            for position in row[:2]
        ]
        right += row in gold_cells and found == [True, True]
    return {
        "entity": compare(gold_entities, entities),
        "relation_cell": (right, len(cells), len(gold_cells)),
    }
