"""The labels that a corpus declares, and the vocabulary of a model: labels and indices."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from jointre.data.name_dictionary import NameDictionary
from jointre.data.nearest import did_you_mean
from jointre.data.overlaps import LabelOverlaps
from jointre.data.schema import Document
from jointre.errors import DataError


@dataclass(frozen=True, slots=True)
class LabelSets:
    """The labels a corpus declares.

    Args:
        entities: Entity labels, in file order.
        relations: Relation labels, in file order.
        symmetric: Relation labels that hold in both directions.
        source: Name of the place where they were declared, for messages.
    """

    entities: tuple[str, ...]
    relations: tuple[str, ...]
    symmetric: frozenset[str] = frozenset()
    source: str = "the types file"


@dataclass(frozen=True)
class Vocabulary:
    """The entity and relation labels of a model, in the order of its outputs.

    Args:
        entity_labels: Distinct entity labels; the index of a label is its position.
        relation_labels: Distinct relation labels; the index of a label is its position.
        symmetric: Relation labels that hold in both directions.
        overlaps: Which labels overlap in the training data; None if that is not known.
        names: The names of the training data's entities; None if they are not known. An archive
            keeps them only if its model reads them.

    Raises:
        DataError: A label occurs twice, or a symmetric label is not a relation label.

    Example:
        >>> vocabulary = Vocabulary(("Org", "Peop"), ("Live_In", "Work_For"), frozenset())
        >>> vocabulary.relation_index("Work_For")
        1
    """

    entity_labels: tuple[str, ...]
    relation_labels: tuple[str, ...]
    symmetric: frozenset[str] = frozenset()
    overlaps: LabelOverlaps | None = None
    names: NameDictionary | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for kind, labels in (("entity", self.entity_labels), ("relation", self.relation_labels)):
            repeated = [label for label, count in Counter(labels).items() if count > 1]
            if repeated:
                raise DataError(f"the {kind} labels name {repeated[0]!r} twice; labels must differ")
        for label in sorted(self.symmetric - set(self.relation_labels)):
            raise DataError(
                f"the symmetric relation {label!r} is none of the relation labels "
                f"{', '.join(self.relation_labels) or '(there are none)'}"
                f"{did_you_mean(label, self.relation_labels)}"
            )

    @cached_property
    def _entities(self) -> dict[str, int]:
        return {label: index for index, label in enumerate(self.entity_labels)}

    @cached_property
    def _relations(self) -> dict[str, int]:
        return {label: index for index, label in enumerate(self.relation_labels)}

    def entity_index(self, label: str) -> int:
        """The label's position among the entity labels.

        Raises:
            DataError: The label is not among them.
        """
        return _index(self._entities, label, "entity")

    def relation_index(self, label: str) -> int:
        """The label's position among the relation labels.

        Raises:
            DataError: The label is not among them.
        """
        return _index(self._relations, label, "relation")

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        labels: LabelSets | None = None,
        symmetric: Sequence[str] | None = None,
    ) -> "Vocabulary":
        """The vocabulary of training documents.

        Args:
            documents: Training documents, which are read once.
            labels: Labels of the types file, which determine the order; None: labels are sorted.
            symmetric: Labels of the symmetric relations; None: those of ``labels``.

        Raises:
            DataError: A document has a label that ``labels`` lacks, or a label of ``symmetric`` is
                not a relation label.
        """
        entities: dict[str, str] = {}
        relations: dict[str, str] = {}
        documents = list(documents)
        for document in documents:
            for entity in document.entities:
                if entity.label is not None:
                    entities.setdefault(entity.label, document.id)
            for relation in document.relations:
                relations.setdefault(relation.label, document.id)
        if labels is None:
            return cls(
                tuple(sorted(entities)),
                tuple(sorted(relations)),
                frozenset(symmetric or ()),
                LabelOverlaps.of(documents),
                NameDictionary.of(documents),
            )
        _require(entities, labels.entities, "entity", labels.source)
        _require(relations, labels.relations, "relation", labels.source)
        names = labels.symmetric if symmetric is None else frozenset(symmetric)
        return cls(
            labels.entities,
            labels.relations,
            names,
            LabelOverlaps.of(documents),
            NameDictionary.of(documents),
        )

    def without_names(self) -> "Vocabulary":
        """The vocabulary without the names of the training data."""
        return replace(self, names=None)

    def unknown_labels(self, documents: Iterable[Document]) -> dict[str, dict[str, int]]:
        """Labels of evaluation documents that the vocabulary lacks; they count as missed gold.

        Returns:
            ``{"entities": {label: count}, "relations": {label: count}}``, both possibly empty.
        """
        entities: Counter[str] = Counter()
        relations: Counter[str] = Counter()
        for document in documents:
            entities.update(
                entity.label
                for entity in document.entities
                if entity.label is not None and entity.label not in self._entities
            )
            relations.update(
                relation.label
                for relation in document.relations
                if relation.label not in self._relations
            )
        return {"entities": dict(entities), "relations": dict(relations)}

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        overlaps = {} if self.overlaps is None else {"overlaps": self.overlaps.to_dict()}
        names = {} if self.names is None else {"names": self.names.to_dict()}
        return {
            "entity_labels": list(self.entity_labels),
            "relation_labels": list(self.relation_labels),
            "symmetric": sorted(self.symmetric),
            **overlaps,
            **names,
        }

    @classmethod
    def from_dict(cls, content: Any) -> "Vocabulary":
        """The vocabulary that :meth:`to_dict` wrote.

        Raises:
            DataError: The content is anything else.
        """
        keys = ("entity_labels", "relation_labels", "symmetric")
        if not isinstance(content, dict) or set(content) - {"overlaps", "names"} != set(keys):
            content_shown = (
                sorted(map(str, content)) if isinstance(content, dict) else repr(content)[:60]
            )
            raise DataError(
                f"a vocabulary is an object with the keys {', '.join(keys)}, not {content_shown}"
            )
        for key in keys:
            value = content[key]
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise DataError(f"vocabulary: {key} must be a list of strings, not {value!r:.60}")
        return cls(
            tuple(content["entity_labels"]),
            tuple(content["relation_labels"]),
            frozenset(content["symmetric"]),
            LabelOverlaps.from_dict(content["overlaps"]) if "overlaps" in content else None,
            NameDictionary.from_dict(content["names"]) if "names" in content else None,
        )


def _index(known: dict[str, int], label: str, kind: str) -> int:
    if label not in known:
        raise DataError(
            f"{label!r} is not one of the model's {kind} labels: "
            f"{', '.join(known) or 'none'}{did_you_mean(label, known)}"
        )
    return known[label]


def _require(
    document_by_label: dict[str, str], known: tuple[str, ...], kind: str, source: str
) -> None:
    for label, document in document_by_label.items():
        if label not in known:
            raise DataError(
                f"document {document!r} has the {kind} label {label!r}, which {source} lacks; "
                f"it lists {', '.join(known) or 'none'}{did_you_mean(label, known)}"
            )
