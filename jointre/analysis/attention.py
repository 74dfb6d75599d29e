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
        unshown: Weight of the end tokens ([SEP]), which the picture does not show.
        outside: Weight of the words around the unit, which the picture does not show either.
    """

    key: tuple[str, ...]
    weights: tuple[float, ...]
    unshown: float
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
        rows: Attention distributions; shown and unshown weights of each sum to 1.
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
        """For each token, whether it is in a related gold entity, in another one, or in none."""
        marks: list[Mark | None] = [None] * len(self.tokens)
        for mention in sorted(self.entities, key=lambda mention: mention.related):
            for token in range(mention.start, mention.end):  # a related mention comes later
                marks[token] = "related" if mention.related else "entity"
        return tuple(marks)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON: a list of weights under each reader's key."""
        unshown = {}
        if any(row.unshown for row in self.rows):
            unshown = {"sep": _nested(self.rows, lambda row: row.unshown)}
        around = [row for row in self.rows if row.outside]
        return {
            "id": self.id,
            "tokens": list(self.tokens),
            **_nested(self.rows, lambda row: list(row.weights)),
            **unshown,
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
    matches = [unit for unit in units if id in (None, unit.id)]
    if len(matches) != 1:
        sentences = [unit.id for unit in units if id and unit.id.rpartition("#")[0] == id]
        if id is None:
            problem = f"name one of the {len(matches)} units"
        elif sentences:
            problem = f"{id!r} has {len(sentences)} sentences; name one of them"
        elif matches:
            problem = f"{id!r} is the id of {len(matches)} units; ids must differ"
        else:
            problem = f"no unit is called {id!r}"
        choices = [repr(choice) for choice in sentences or [unit.id for unit in units]]
        more = ", …" if len(choices) > SHOWN_IDS else ""
        hint = did_you_mean(id, [unit.id for unit in units]) if id and not matches else ""
        raise DataError(f"{problem}. Units: {', '.join(choices[:SHOWN_IDS])}{more}{hint}")
    if not matches[0].tokens:
        raise DataError(f"document {matches[0].id!r} has no words")
    return matches[0]


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
    places = zip(units, places_of(documents, units), strict=True)
    return next(place for candidate, place in places if candidate.document == unit)


def attention_of(model: Model, unit: Document, place: Place | None = None) -> AttentionMap:
    """What the model attends to in a unit; see ``docs/specs`` (sinet.md, memory.md).

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
    maps = readings(model, stages)
    if not maps:
        raise ConfigError(
            "this model has no attention to show: no encoder with [CLS], no interaction "
            "'ctam', and no 'memory_flow' among its token_refiners that is active"
        )
    has_first = any(_reads_first(reading) for reading in maps)
    rows = [row for reading in maps for row in _rows(model, reading, len(tokens), has_first)]
    return AttentionMap(
        unit.id,
        (_first(model, stages.inputs), *tokens) if has_first else tokens,
        tuple(rows),
        _mentions(unit, int(has_first), len(tokens)),
        tuple(_notes(item, stages.inputs, tuple(rows))),
    )


def _nested(rows: Sequence[AttentionRow], value: Callable[[AttentionRow], Any]) -> dict[str, Any]:
    """The rows' values in nested dicts, one level per component of their keys."""
    nested: dict[str, Any] = {}
    for row in rows:
        parent = nested
        for name in row.key[:-1]:
            parent = parent.setdefault(name, {})
        parent[row.key[-1]] = value(row)
    return nested


def _reads_first(reading: Reading) -> bool:
    """Whether a row has a weight for [CLS], or for an agent itself."""
    summary = bool((reading.positions.roles == Role.SUMMARY).any())
    return summary or reading.key[0].partition("_")[0] in ("ner", "re")


def _first(model: Model, inputs: EncoderInput) -> str:
    """The name of the column before the words: [CLS], or the agent that CTAM has instead."""
    modules = model.modules()
    ctam = next((module for module in modules if isinstance(module, CrossTaskAttention)), None)
    names = ["[CLS]"] if bool((inputs.positions.roles == Role.SUMMARY).any()) else []
    if ctam is not None and ctam.agent != "cls":
        names.append(f"[{ctam.agent.upper()}]")
    return "/".join(names) or "[MEAN]"


def _rows(model: Model, reading: Reading, words: int, first: bool) -> Iterator[AttentionRow]:
    """The rows of a reading of one unit; weights of pieces are added up to those of words."""
    weights, roles = reading.weights[0].double(), reading.positions.roles[0]
    bounds = reading.positions.words[0, :words].tolist()
    columns = [weights[:, start:end].sum(1) for start, end in bounds]
    if first:
        columns.insert(
            0, weights[:, roles == Role.SUMMARY].sum(1) + reading.agent_weights[0].double()
        )
    table: Float[Tensor, "r n"] = torch.stack(columns, 1)
    special = weights[:, roles == Role.SPECIAL].sum(1)
    outside = 0.0 if reading.outside is None else float(reading.outside[0].sum())
    outside = outside if outside > ROUNDING else 0.0
    slots = _slots(model, reading)
    for slot, values, unshown in zip(slots, table.tolist(), special.tolist(), strict=True):
        yield AttentionRow((*reading.key, *slot), tuple(values), unshown, outside)


def _slots(model: Model, reading: Reading) -> list[tuple[str, ...]]:
    """The labels of a memory's slots, including "none"; () if there is a single distribution."""
    if len(reading.key) == 1:
        return [()]
    vocabulary = model.vocabulary
    of_entities = reading.key[1] == "entity"
    labels = vocabulary.entity_labels if of_entities else vocabulary.relation_labels
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
