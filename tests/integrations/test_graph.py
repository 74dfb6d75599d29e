import sys
from pathlib import Path

import networkx
import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.integrations import to_networkx
from tests.display.scenes import plain


def test_nodes_are_entities_and_edges_relations() -> None:
    graph = to_networkx(plain())
    assert isinstance(graph, networkx.MultiDiGraph)
    assert graph.graph == {"id": "plain"}
    assert dict(graph.nodes(data=True)) == {
        0: {"label": "Person", "score": 0.9312, "text": "Ada Byron", "mentions": [(0, 2)]},
        1: {"label": "Place", "text": "Ockham", "mentions": [(4, 5)]},
        2: {"label": "Person", "text": "Babbage", "mentions": [(8, 9)]},
    }
    assert list(graph.edges(data=True)) == [
        (0, 1, {"label": "lives in", "score": 0.875}),
        (0, 2, {"label": "works for"}),
    ]


def test_several_relations_of_one_pair_stay() -> None:
    entities = (Entity(None, (Span(0, 1), Span(2, 3)), id="Q1"), Entity("Y", (Span(1, 2),)))
    relations = (Relation("r", 0, 1), Relation("s", 0, 1), Relation("r", 0, 1), Relation("r", 1, 1))
    graph = to_networkx(Document("d", ("a", "b", "c"), None, None, (), entities, relations))
    assert [label for _, _, label in graph.edges(data="label")] == ["r", "s", "r", "r"]
    assert graph.nodes[0] == {"id": "Q1", "text": "a", "mentions": [(0, 1), (2, 3)]}


def test_no_entities_no_nodes() -> None:
    assert len(to_networkx(Document("d", ("a",)))) == 0


def test_without_networkx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(DataError, match=r"not installed: pip install 'jointre\[graph\]'"):
        to_networkx(plain())


def test_the_extra_is_there() -> None:
    setup = Path(__file__).parents[2].joinpath("setup.cfg").read_text(encoding="utf-8")
    assert "graph =\n    networkx>=" in setup
