"""The gold cells of CARE's two tables."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.data.schema import Document
from jointre.data.symmetric import left_to_right
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError, abbreviated


def entity_cells(units: Sequence[Document], vocabulary: Vocabulary) -> Int[Tensor, "g 4"]:
    """(unit, first word, last word, label) of every entity.

    Raises:
        DataError: An entity has no label.
    """
    rows = []
    for number, document in enumerate(units):
        for entity in document.entities:
            if entity.label is None:
                location = f"document {abbreviated(document.id)}"
                raise DataError(f"{location}: an entity without a label cannot be learnt")
            start, end = entity.span
            rows.append((number, start, end - 1, vocabulary.entity_index(entity.label)))
    return torch.tensor(rows, dtype=torch.long).reshape(-1, 4)


def relation_cells(units: Sequence[Document], vocabulary: Vocabulary) -> Int[Tensor, "g 4"]:
    """(unit, first word of the head, first word of the tail, label) of every relation.

    A symmetric relation is marked once, with its left argument as head.
    """
    rows = []
    for number, document in enumerate(units):
        for relation in left_to_right(document, vocabulary.symmetric).relations:
            head, tail = document.entities[relation.head], document.entities[relation.tail]
            label = vocabulary.relation_index(relation.label)
            rows.append((number, head.span.start, tail.span.start, label))
    return torch.tensor(rows, dtype=torch.long).reshape(-1, 4)
