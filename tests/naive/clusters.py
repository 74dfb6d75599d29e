"""Document protocols once more, as loops over lists, without any shared code.

Each function returns ``{block: (right, predicted, gold)}`` for one document.
"""

from typing import Any

from jointre.data.schema import Document
from tests.naive.matching import Found, compare, distinct


def same(one: Any, other: Any) -> bool:
    """Whether two lists of mentions hold the same ones."""
    return all(span in other for span in one) and all(span in one for span in other)


def named(document: Document, every: list[Any]) -> list[int]:
    """For each entity the first position in ``every`` of a list with the same mentions."""
    return [
        next(index for index, spans in enumerate(every) if same(spans, entity.mentions))
        for entity in document.entities
    ]


def jerex(gold: Document, predicted: Document, by_index: bool = False) -> Found:
    """Clusters numbered over both sides; tuples of numbers are compared."""
    every = [entity.mentions for entity in (*gold.entities, *predicted.entities)]
    sides = []
    for document in (gold, predicted):
        numbers = named(document, every)
        types = [entity.label for entity in document.entities]
        ends = list(range(len(numbers))) if by_index else numbers
        links = [(one.head, one.tail, one.label) for one in document.relations]
        sides.append(
            {
                "mention": [span for entity in document.entities for span in entity.mentions],
                "cluster": numbers,
                "entity": [
                    (number, label)
                    for number, label in zip(numbers, types, strict=True)
                    if label is not None
                ],
                "relation_boundary": [(ends[h], ends[t], label) for h, t, label in links],
                "relation_strict": [
                    (ends[h], types[h], ends[t], types[t], label) for h, t, label in links
                ],
            }
        )
    return {block: compare(sides[0][block], sides[1][block]) for block in sides[0]}


def docred(gold: Document, predicted: Document) -> Found:
    """As ``jerex``, by index where the entities are the same one by one."""
    pairs = list(zip(gold.entities, predicted.entities, strict=False))
    given = len(gold.entities) == len(predicted.entities) and all(
        same(one.mentions, other.mentions) for one, other in pairs
    )
    return jerex(gold, predicted, by_index=given)


def ign(
    documents: list[tuple[Document, Document]], facts: set[tuple[str, str, str]]
) -> tuple[float, float, float]:
    """Precision, recall and F1 as the official scorer computes them; entities given.

    Facts are names, here the tokens joined by a space, with a label.
    """
    right = known = predicted = total = 0
    for gold, guess in documents:
        wanted = distinct([(one.head, one.tail, one.label) for one in gold.relations])
        given = distinct([(one.head, one.tail, one.label) for one in guess.relations])
        total += len(wanted)
        predicted += len(given)
        for head, tail, label in given:
            if (head, tail, label) not in wanted:
                continue
            right += 1
            in_train = False
            for one in gold.entities[head].mentions:
                for other in gold.entities[tail].mentions:
                    names = [" ".join(gold.tokens[slice(*span)]) for span in (one, other)]
                    in_train = in_train or (*names, label) in facts
            known += in_train
    precision = (right - known) / max(predicted - known, 1)
    recall = right / max(total, 1)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1
