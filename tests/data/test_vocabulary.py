import json
from typing import Any

import pytest

from jointre.data.overlaps import LabelOverlaps
from jointre.data.schema import Document, Entity, Span
from jointre.data.vocabulary import LabelSets, Vocabulary
from jointre.errors import DataError
from tests.data.documents import document

TRAIN = [
    document(
        entities=(("Peop", 0, 1), ("Org", 2, 3)),
        relations=(("Work_For", 0, 1), ("Compare", 1, 0)),
        id="first",
    ),
    Document("second", ("x",), entities=(Entity(None, (Span(0, 1),)),)),
]
TYPES = LabelSets(
    ("Peop", "Org", "Loc"), ("Work_For", "Compare"), frozenset({"Compare"}), "types.json"
)


def test_labels_are_sorted_without_a_types_file() -> None:
    vocabulary = Vocabulary.build(iter(TRAIN))
    assert vocabulary.entity_labels == ("Org", "Peop")
    assert vocabulary.relation_labels == ("Compare", "Work_For")
    assert vocabulary.symmetric == frozenset()


def test_the_types_file_gives_order_and_symmetry_and_data_overrides_it() -> None:
    assert Vocabulary.build(TRAIN, TYPES).without_names() == Vocabulary(
        ("Peop", "Org", "Loc"), ("Work_For", "Compare"), frozenset({"Compare"}), LabelOverlaps()
    )
    assert Vocabulary.build(TRAIN, TYPES, []).symmetric == frozenset()
    assert Vocabulary.build(TRAIN, None, ["Work_For"]).symmetric == {"Work_For"}


def test_a_training_label_that_the_types_file_lacks_is_refused() -> None:
    types = LabelSets(("People", "Org"), ("Work_For", "Compare"), source="types.json")
    with pytest.raises(
        DataError,
        match=r"document 'first' has the entity label 'Peop', which types.json lacks; "
        r"it lists People, Org; did you mean 'People'",
    ):
        Vocabulary.build(TRAIN, types)
    types = LabelSets(("Peop", "Org"), (), source="types.json")
    with pytest.raises(DataError, match=r"relation label 'Work_For'.* it lists none"):
        Vocabulary.build(TRAIN, types)


def test_a_symmetric_name_must_be_a_relation() -> None:
    with pytest.raises(
        DataError,
        match="the symmetric relation 'compare' is none of the relation labels "
        "Work_For, Compare; did you mean 'Compare'",
    ):
        Vocabulary.build(TRAIN, TYPES, ["compare"])
    with pytest.raises(DataError, match=r"\(there are none\)"):
        Vocabulary((), (), frozenset({"Compare"}))


def test_labels_must_differ() -> None:
    with pytest.raises(DataError, match="the entity labels name 'Org' twice"):
        Vocabulary(("Org", "Peop", "Org"), ())


def test_indices_are_positions_and_unknown_labels_name_the_nearest() -> None:
    vocabulary = Vocabulary.build(TRAIN, TYPES)
    assert [vocabulary.entity_index(label) for label in TYPES.entities] == [0, 1, 2]
    assert vocabulary.relation_index("Compare") == 1
    with pytest.raises(
        DataError,
        match="'Lok' is not one of the model's entity labels: Peop, Org, Loc; did you",
    ):
        vocabulary.entity_index("Lok")
    with pytest.raises(DataError, match="'Kill' is not one of the model's relation labels"):
        vocabulary.relation_index("Kill")


def test_unknown_labels_of_evaluation_data_are_counted() -> None:
    vocabulary = Vocabulary(("Org",), ("Compare",))
    assert vocabulary.unknown_labels(TRAIN * 2) == {
        "entities": {"Peop": 2},
        "relations": {"Work_For": 2},
    }
    assert Vocabulary.build(TRAIN).unknown_labels(TRAIN) == {"entities": {}, "relations": {}}


def test_survives_json() -> None:
    vocabulary = Vocabulary.build(TRAIN, TYPES)
    assert Vocabulary.from_dict(vocabulary.to_dict()) == vocabulary


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ([], r"a vocabulary is an object with the keys entity_labels, .*, not \[\]"),
        ({"symetric": []}, "with the keys .*, not .*'symetric'"),
        ({"entity_labels": "Org"}, "entity_labels must be a list of strings, not 'Org'"),
        ({"relation_labels": [1]}, r"relation_labels must be a list of strings, not \[1\]"),
        ({"symmetric": ["Kill"]}, "the symmetric relation 'Kill' is none"),
        ({"entity_labels": ["A", "A"]}, "name 'A' twice"),
    ],
)
def test_malformed_json_is_refused(change: Any, message: str) -> None:
    content: Any = Vocabulary.build(TRAIN, TYPES).to_dict()
    content = content | change if isinstance(change, dict) else change
    with pytest.raises(DataError, match=message):
        Vocabulary.from_dict(content)


def test_names_of_the_training_data() -> None:
    """They are written only where they are wanted, and come back as they were."""
    vocabulary = Vocabulary.build(TRAIN)
    assert vocabulary.names is not None
    assert sorted(vocabulary.names.concepts) == ["ada", "bob", "x"]
    assert Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict()))) == vocabulary
    assert "names" not in vocabulary.without_names().to_dict()
