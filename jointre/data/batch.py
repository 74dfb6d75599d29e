"""Batch: what a model reads. A stage's candidates are given, or None: the model decides."""

from dataclasses import dataclass, fields
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.layout import Layout, Spans


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces of some units, with the candidates and targets of each stage.

    Args:
        ids, mask: piece ids of the windows, and where they are real.
        gather: flat index of each position into the windows; None: window i is unit i.
        layout: roles of the positions, words of the units.
        spans: spans to classify; None: all of at most the model's width.
        entity_targets: a class for each span; in documents, a label for each entity.
        kept: rows of ``spans`` that are mentions; None: decided by the decoder.
        kept_labels: labels of the kept spans, where they are given.
        pairs: (head, tail) rows of ``kept``, in documents of the entities, to classify;
            None: all ordered pairs.
        relation_targets: multi-hot labels of the pairs.
        tokens: the words of each unit of documents; they stay on the host.
        sentences: the sentence of each word of documents, counted in its unit; 0 past the
            last word.
        mention_targets: 1 for each span that is a mention, 0 for others, -1 where not asked.
        coreference_pairs: rows of ``kept``.
        coreference_targets: 1 for pairs of mentions of one entity.
        edit_distances: of the pairs' words, in characters.
        members: (row of ``kept``, entity), ordered by entity; a mention may belong to
            several; None: decided by the decoder.
        entity_cells, relation_cells: (unit, row, column, label) of every gold cell of the
            tables, whose cells are then all classified; None: decided by the decoder.
        audible: Words that may begin or end a predicted mention; None: all of them.

    Shapes:
        ids and mask ``"w p"``, gather ``"b t"``, spans and mention_targets ``"s"``,
        entity_targets ``"e"`` (of documents; else ``"s"``), kept ``"m"``, pairs ``"q 2"``,
        relation_targets ``"q r"``, sentences ``"b n"``, coreference_pairs ``"z 2"``,
        coreference_targets and edit_distances ``"z"``, members ``"l 2"``, entity_cells
        ``"g 4"``, relation_cells ``"h 4"``, audible ``"b n"``.
    """

    ids: Int[Tensor, "w p"]
    mask: Bool[Tensor, "w p"]
    gather: Int[Tensor, "b t"] | None
    layout: Layout
    spans: Spans | None = None
    entity_targets: Int[Tensor, " e"] | None = None
    kept: Int[Tensor, " m"] | None = None
    kept_labels: Int[Tensor, " m"] | None = None
    pairs: Int[Tensor, "q 2"] | None = None
    relation_targets: Float[Tensor, "q r"] | None = None
    tokens: tuple[tuple[str, ...], ...] | None = None
    sentences: Int[Tensor, "b n"] | None = None
    mention_targets: Float[Tensor, " s"] | None = None
    coreference_pairs: Int[Tensor, "z 2"] | None = None
    coreference_targets: Float[Tensor, " z"] | None = None
    edit_distances: Int[Tensor, " z"] | None = None
    members: Int[Tensor, "l 2"] | None = None
    entity_cells: Int[Tensor, "g 4"] | None = None
    relation_cells: Int[Tensor, "h 4"] | None = None
    audible: Bool[Tensor, "b n"] | None = None

    def candidates(self, spans: Spans) -> Spans:
        """The spans that begin and end with a word that the encoder sees something of."""
        if self.audible is None:
            return spans
        audible, unit = self.audible, spans.unit
        kept = audible[unit, spans.start] & audible[unit, spans.end - 1]
        return spans[kept.nonzero().flatten()]

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.layout.roles)

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device; words stay where they are."""
        target = torch.device(device)
        moved: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            stays = value is None or field.name == "tokens"
            moved[field.name] = value if stays else value.to(target)
        return type(self)(**moved)
