"""What a trained model attends to in a text: tables of words, ready to draw or to export."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from jointre.analysis.attention_readings import Reading, readings
from jointre.data.batch import EncoderInput
from jointre.data.context import Place, places_of
from jointre.data.nearest import did_you_mean
from jointre.data.pieces import LONG_WORDS
from jointre.data.schema import Document
from jointre.data.split import split
from jointre.errors import ConfigError, DataError
from jointre.models.model import Item, Model
from jointre.nn.interactions import CrossTaskAttention
from jointre.plurals import counted
from jointre.positions import Role

Mark = Literal["related", "entity"]
SHOWN_IDS = 8  # of the choices in a message
ROUNDING = 1e-6
"""Attention weight that is a rounding error of a sum that should be 0."""


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One attention distribution over the tokens of the picture.

    Args:
        key: Name of what attends: ``("bert",)``, ``("ner",)``, ``("re",)``, or the slot of a
            memory, ``("memory", "entity", LABEL)``.
        weights: Attention weight of each token of the picture.
        rest: Weight of the end tokens ([SEP]), which the picture does not show.
        outside: Weight of the words around the unit, which the picture does not show either.
    """

    key: tuple[str, ...]
    weights: tuple[float, ...]
    rest: float
    outside: float = 0.0

    @property
    def top(self) -> float:
        """The greatest of the weights."""
        return max(self.weights)


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A gold mention in the picture.

    Args:
        label: Label of its entity.
        start, end: Half-open range of tokens of the picture.
        related: Whether the entity takes part in a gold relation.
    """

    label: str | None
    start: int
    end: int
    related: bool


@dataclass(frozen=True, slots=True)
class AttentionMap:
    """All attention distributions over the words of one unit.

    Args:
        id: Id of the unit.
        tokens: Words of the unit, after ``"[CLS]"`` or its counterpart if a row attends to it.
        rows: Attention distributions; the weights and the rest of each sum to 1.
        entities: Gold mentions.
        notes: Sentences about what the rows do not show.
    """

    id: str
    tokens: tuple[str, ...]
    rows: tuple[AttentionRow, ...]
    entities: tuple[GoldMention, ...]
    notes: tuple[str, ...]

    @property
    def marks(self) -> tuple[Mark | None, ...]:
        """For each token: in a related gold entity, in another one, in none."""
        marks: list[Mark | None] = [None] * len(self.tokens)
        for mention in sorted(self.entities, key=lambda one: one.related):  # related wins
            for place in range(mention.start, mention.end):
                marks[place] = "related" if mention.related else "entity"
        return tuple(marks)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON: a list of weights under each reader's key."""
        rest = _nested(self.rows, lambda row: row.rest) if any(r.rest for r in self.rows) else {}
        around = [row for row in self.rows if row.outside]
        return {
            "id": self.id,
            "tokens": list(self.tokens),
            **_nested(self.rows, lambda row: list(row.weights)),
            **({"sep": rest} if rest else {}),
            **({"context": _nested(around, lambda row: row.outside)} if around else {}),
            "entities": [asdict(mention) for mention in self.entities],
            "notes": list(self.notes),
        }


def unit_of(
    documents: Sequence[Document], by: Literal["sentence", "document"], id: str | None
) -> Document:
    """The unit with an id, or the only unit if no id is given.

    See :func:`place_of` for its place in its document.

    Args:
        documents: Documents of the file.
        by: Unit that the model reads at once.
        id: Id of a document with a single unit, or of a unit: ``ID#2`` is sentence 2 of the
            document ID, counted from 0.

    Raises:
        DataError: No unit or several units have the id, or the unit has no words.
    """
    units = [unit.document for unit in split(documents, by)]
    found = [unit for unit in units if id in (None, unit.id)]
    if len(found) != 1:
        sentences = [unit.id for unit in units if id and unit.id.rpartition("#")[0] == id]
        if id is None:
            problem = f"name one of the {len(found)} units"
        elif sentences:
            problem = f"{id!r} has {len(sentences)} sentences; name one of them"
        elif found:
            problem = f"{id!r} is the id of {len(found)} units; ids must differ"
        else:
            problem = f"no unit is called {id!r}"
        choices = [repr(one) for one in sentences or [unit.id for unit in units]]
        more = ", …" if len(choices) > SHOWN_IDS else ""
        hint = did_you_mean(id, [unit.id for unit in units]) if id and not found else ""
        raise DataError(f"{problem}. Units: {', '.join(choices[:SHOWN_IDS])}{more}{hint}")
    if not found[0].tokens:
        raise DataError(f"document {found[0].id!r} has no words")
    return found[0]


def place_of(
    documents: Sequence[Document], by: Literal["sentence", "document"], unit: Document
) -> Place:
    """Where a unit of :func:`unit_of` stands in its document.

    Args:
        documents: Documents of the file.
        by: Unit that the model reads at once.
        unit: The unit.
    """
    units = split(documents, by)
    places = places_of(documents, units)
    return next(place for one, place in zip(units, places, strict=True) if one.document == unit)


def attention_of(model: Model, unit: Document, place: Place | None = None) -> AttentionMap:
    """What the model attends to in a unit (SINET §10, memory §3.4).

    Args:
        model: Model in evaluation mode; it is not changed.
        unit: Sentence or document, whichever the model reads; its gold mentions are marked.
        place: Where the unit stands in its document, for a model that reads context; None: it is a
            document of its own.

    Raises:
        ConfigError: The model has no attention that can be shown.
        DataError: The encoder refuses the unit, or would read none of its words.
    """
    preparer = model.preparer("predict")
    item = preparer.item(0, unit, place)
    tokens = item.visible.tokens
    if not tokens:
        raise DataError(f"document {unit.id!r}: the model cuts it within its first word")
    stages = preparer([item]).to(next(model.parameters()).device)
    found = readings(model, stages)
    if not found:
        raise ConfigError(
            "this model has no attention to show: no encoder with [CLS], no interaction "
            "'ctam', and no 'memory_flow' among its token_refiners that is active"
        )
    first = _first(model, stages.inputs) if any(_reads_first(one) for one in found) else None
    rows = tuple(row for one in found for row in _rows(model, one, len(tokens), first is not None))
    return AttentionMap(
        unit.id,
        tokens if first is None else (first, *tokens),
        rows,
        _mentions(unit, int(first is not None), len(tokens)),
        tuple(_notes(item, stages.inputs, rows)),
    )


def _nested(rows: Sequence[AttentionRow], value: Callable[[AttentionRow], Any]) -> dict[str, Any]:
    """The rows' values by their keys, one level a part."""
    nested: dict[str, Any] = {}
    for row in rows:
        place = nested
        for part in row.key[:-1]:
            place = place.setdefault(part, {})
        place[row.key[-1]] = value(row)
    return nested


def _reads_first(reading: Reading) -> bool:
    """Whether it reads [CLS], or itself."""
    summary = bool((reading.positions.roles == Role.SUMMARY).any())
    return summary or reading.key[0].partition("_")[0] in ("ner", "re")


def _first(model: Model, inputs: EncoderInput) -> str:
    """What stands before the words: [CLS], and what CTAM's agent is instead."""
    ctam = next((one for one in model.modules() if isinstance(one, CrossTaskAttention)), None)
    names = ["[CLS]"] if bool((inputs.positions.roles == Role.SUMMARY).any()) else []
    if ctam is not None and ctam.agent != "cls":
        names.append(f"[{ctam.agent.upper()}]")
    return "/".join(names) or "[MEAN]"


def _rows(model: Model, reading: Reading, words: int, first: bool) -> Iterator[AttentionRow]:
    """The rows of a reading of one unit; pieces are summed to words, the mass stays 1."""
    weights, roles = reading.weights[0].double(), reading.positions.roles[0]
    bounds = reading.positions.words[0, :words].tolist()
    columns = [weights[:, start:end].sum(1) for start, end in bounds]
    if first:
        columns.insert(0, weights[:, roles == Role.SUMMARY].sum(1) + reading.own[0].double())
    table: Float[Tensor, "r n"] = torch.stack(columns, 1)
    rest = weights[:, roles == Role.SPECIAL].sum(1)
    outside = 0.0 if reading.outside is None else float(reading.outside[0].sum())
    outside = outside if outside > ROUNDING else 0.0
    for name, values, left in zip(
        _slots(model, reading), table.tolist(), rest.tolist(), strict=True
    ):
        yield AttentionRow((*reading.key, *name), tuple(values), left, outside)


def _slots(model: Model, reading: Reading) -> list[tuple[str, ...]]:
    """The labels of a memory's slots, including "none"; () if there is a single distribution."""
    if len(reading.key) == 1:
        return [()]
    known = model.vocabulary
    labels = known.entity_labels if reading.key[1] == "entity" else known.relation_labels
    none = ["(none)"] if reading.weights.shape[1] > len(labels) else []
    return [(label,) for label in [*none, *labels]]


def _mentions(unit: Document, offset: int, words: int) -> tuple[GoldMention, ...]:
    related = {end for relation in unit.relations for end in (relation.head, relation.tail)}
    return tuple(
        GoldMention(entity.label, start + offset, end + offset, number in related)
        for number, entity in enumerate(unit.entities)
        for start, end in entity.mentions
        if end <= words
    )


def _notes(item: Item, inputs: EncoderInput, rows: Sequence[AttentionRow]) -> Iterator[str]:
    if item.pieces.truncated:
        yield f"{item.pieces.truncated} words were cut off, because the model truncates long inputs"
    if item.pieces.shortened:
        yield counted(len(item.pieces.shortened), LONG_WORDS)
    for row in rows:
        if row.outside:
            yield f"{row.key[0]}: {row.outside:.0%} of the attention is on words around the unit"
    summary = bool((inputs.positions.roles == Role.SUMMARY).any())
    if inputs.window_index is not None and len(inputs.ids) > 1 and summary:
        yield f"bert: the encoder read {len(inputs.ids)} windows; this is the first one's [CLS]"
