"""Slices: groups by hand, and their counts add up to those of the protocol."""

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.evaluation.errors_by_kind import outcomes
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.protocols.spert import SpertMetric
from jointre.evaluation.report import Counts
from jointre.evaluation.slices import TrainingItems, slices
from tests.evaluation.documents import disturbed, random_sentence, sentence


def test_groups_by_hand() -> None:
    training = sentence([(0, 1, "A"), (1, 2, "B"), (1, 2, "B")], [(0, 1, "r")])
    gold = sentence([(0, 1, "A"), (1, 2, "A"), (4, 7, "B")], [(0, 1, "r"), (1, 2, "r")])
    predicted = sentence([(0, 1, "A"), (4, 7, "A"), (5, 6, "B")], [(0, 1, "s")])
    found = {
        each.name: {name: group.counts for name, group in each.groups.items()}
        for each in slices(
            [gold],
            outcomes([gold], [predicted], SpertMetric(frozenset())),
            clustered=False,
            training=TrainingItems.of([training]),
        )
    }
    assert found["words of the entity"] == {"1": Counts(1, 2, 2), "3": Counts(0, 1, 1)}
    assert found["words of its sentence"] == {"11–20": Counts(1, 3, 3)}
    assert found["times that its text is annotated in training"] == {
        "0": Counts(0, 2, 1),
        "1": Counts(1, 1, 1),
        "2–4": Counts(0, 0, 1),
    }
    assert found["its text in training"] == {
        "not annotated": Counts(0, 2, 1),
        "annotated with another label": Counts(0, 0, 1),
        "annotated": Counts(1, 1, 1),
    }
    assert found["words between the arguments"] == {
        "0": Counts(0, 0, 1),
        "1–2": Counts(0, 0, 1),
        "3–5": Counts(0, 1, 0),
    }
    assert found["relations of its label in training"] == {
        "0": Counts(0, 1, 0),
        "1–9": Counts(0, 0, 2),
    }
    assert found["arguments annotated in training"] == {
        "one": Counts(0, 1, 1),
        "both": Counts(0, 0, 1),
    }
    assert found["the same relation of the same texts in training"] == {
        "no": Counts(0, 1, 1),
        "yes": Counts(0, 0, 1),
    }


def test_clusters() -> None:
    """Distances are those of the closest mentions."""
    one = Entity("A", (Span(0, 1), Span(5, 6)))
    other = Entity("B", (Span(7, 9),))
    document = Document(
        "d",
        tuple("abcdefghij"),
        sentences=(Span(0, 4), Span(4, 7), Span(7, 10)),
        entities=(one, other),
        relations=(Relation("r", 0, 1),),
    )
    metric = JerexMetric(frozenset())
    found = {
        each.name: list(each.groups)
        for each in slices([document], outcomes([document], [document], metric), clustered=True)
    }
    assert found["mentions of the entity"] == ["1", "2"]
    assert found["words of its sentence"] == ["1–10"]
    assert found["words between the arguments"] == ["1–2"]
    assert found["sentences between the arguments"] == ["1"]
    assert "its text in training" not in found


@pytest.mark.parametrize("symmetric", [frozenset[str](), frozenset({"s"})])
def test_counts_add_up_to_those_of_the_protocol(symmetric: frozenset[str]) -> None:
    gold = [random_sentence(seed) for seed in range(80)]
    predicted = [disturbed(one, seed) for seed, one in enumerate(gold)]
    metric = SpertMetric(symmetric)
    counts = metric.counts(gold, predicted)
    training = TrainingItems.of(gold[:20])
    found = slices(gold, outcomes(gold, predicted, metric), clustered=False, training=training)
    assert len(found) == 9
    for each in found:
        block = "entity" if each.task == "entity" else "relation_strict"
        total = Counts(0, 0, 0)
        for group in each.groups.values():
            assert group.counts is not None
            total = total.plus(group.counts)
        assert list(total) == counts[block].sum(0).tolist(), each.name
        assert each.to_dict()["name"] == each.name
