import json
from pathlib import Path
from typing import Any

import pytest

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.errors import ConfigError, DataError
from jointre.evaluation import Metric, monitor_keys
from jointre.evaluation.protocols.docred import DocredMetric, arguments_of
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.train_facts import read_train_facts
from tests.data.real import real
from tests.evaluation.checks import counts_of, numbers
from tests.evaluation.clustered import disturbed, document, random_document, related
from tests.naive import clusters as naive

PLAIN = DocredMetric(frozenset())
COUNTED = ("mention", "cluster", "entity", "relation_boundary", "relation_strict")
WORDS = "Ada Lovelace left Rome ; she saw New York ."
ENTITIES = [("PER", (0, 2), (5, 6)), ("LOC", (3, 4)), ("LOC", (7, 9))]
GOLD = document(ENTITIES, [(0, 1, "P1"), (0, 2, "P2"), (1, 2, "P1")], words=WORDS)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """Training data that state the first relation by another mention of its head."""
    vertices = [[{"name": "she"}, {"name": "Grace"}], [{"name": "Rome"}], [{"name": "NewYork"}]]
    labels = [{"r": "P1", "h": 0, "t": 1}, {"r": "P2", "h": 1, "t": 2}]
    path = tmp_path / "train.json"
    path.write_text(json.dumps([{"vertexSet": vertices, "labels": labels}]))
    return path


def given(*relations: tuple[int, int, str]) -> Document:
    return document(ENTITIES, list(relations), words=WORDS)


def test_registered_with_its_blocks_and_monitor_keys(facts: Path) -> None:
    assert Metric.by_name("docred") is DocredMetric
    assert {*DocredMetric.blocks} == {*JerexMetric.blocks, "relation_ign"}
    assert "relation_ign_f1" in monitor_keys(DocredMetric)
    assert "relation_ign_f1" in monitor_keys(DocredMetric(frozenset(), facts))


def test_without_training_facts_there_is_no_ign_f1() -> None:
    report = PLAIN.score([GOLD], [GOLD])
    assert set(report.blocks) == set(JerexMetric.blocks)
    assert "relation_ign_f1" not in monitor_keys(PLAIN)
    assert "relation_ign_f1" not in report.flat()


def test_f1_and_ign_f1_with_given_entities(facts: Path) -> None:
    predicted = given((0, 1, "P1"), (0, 2, "P2"), (2, 1, "P1"), (1, 0, "P1"))
    report = DocredMetric(frozenset(), facts).score([GOLD], [predicted])
    assert numbers(report, "relation_boundary") == pytest.approx((2 / 4, 2 / 3, 4 / 7, 3))
    # (0, 1, P1) is known, as "she" and Rome; (1, 2, P2) is, but was not predicted.
    assert numbers(report, "relation_ign") == pytest.approx((1 / 3, 2 / 3, 4 / 9, 3))
    assert report.blocks["cluster"].f1 == report.blocks["coreference"].f1 == 1


def test_names_with_other_spaces_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps([["AdaLovelace", "New  York", "P2"]]))
    report = DocredMetric(frozenset(), [path]).score([GOLD], [GOLD])
    assert numbers(report, "relation_ign") == (1, 1, 1, 3)
    one = document(ENTITIES, [(0, 2, "P2")], words=WORDS)
    found = DocredMetric(frozenset(), [path]).score([one], [one])
    assert numbers(found, "relation_ign") == (0, 1, 0, 1)


def test_predicted_entities_must_have_all_mentions(facts: Path) -> None:
    """Joint extraction: in another order; one cluster is not whole."""
    predicted = document(
        [("LOC", (7, 9)), ("ORG", (3, 4)), ("PER", (5, 6), (0, 2)), ("PER", (5, 6))],
        [(2, 1, "P1"), (3, 0, "P2"), (1, 0, "P1")],
        words=WORDS,
    )
    report = DocredMetric(frozenset(), facts).score([GOLD], [predicted])
    assert numbers(report, "relation_boundary") == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert numbers(report, "relation_strict") == (0, 0, 0, 3)
    assert numbers(report, "relation_ign") == pytest.approx((1 / 2, 2 / 3, 4 / 7, 3))
    assert numbers(report, "cluster") == (3 / 4, 1, 6 / 7, 3)


def test_given_entities_with_the_same_mentions_stay_apart() -> None:
    entities = [("PER", (0, 1)), ("LOC", (0, 1)), ("LOC", (3, 4))]
    gold = document(entities, [(0, 2, "P1"), (1, 2, "P1")])
    predicted = document(entities, [(0, 2, "P1"), (2, 1, "P1")])
    assert counts_of(PLAIN, gold, predicted)["relation_boundary"] == (1, 2, 2)
    assert arguments_of(gold, predicted) == (range(3), range(3))
    other = document([*entities[1:], entities[0]], [(2, 1, "P1"), (0, 1, "P1")])
    assert counts_of(PLAIN, gold, other)["relation_boundary"] == (1, 1, 1)
    joint = document([entities[0], entities[2]], [(0, 1, "P1")])
    assert counts_of(PLAIN, gold, joint)["relation_boundary"] == (1, 1, 1)


def test_duplicates_and_evidence_make_no_difference() -> None:
    predicted = given((0, 1, "P1"), (0, 1, "P1"))
    assert counts_of(PLAIN, GOLD, predicted)["relation_boundary"] == (1, 1, 3)
    assert counts_of(PLAIN, predicted, predicted)["relation_boundary"] == (1, 1, 1)


def test_no_prediction_and_no_gold(facts: Path) -> None:
    metric = DocredMetric(frozenset(), facts)
    report = metric.score([GOLD], [given()])
    assert numbers(report, "relation_ign") == numbers(report, "relation_boundary") == (0, 0, 0, 3)
    assert numbers(metric.score([given()], [GOLD]), "relation_ign") == (0, 0, 0, 0)
    assert set(metric.score([], []).flat().values()) == {0}
    shapes = {block: rows.shape for block, rows in metric.counts([], []).items()}
    assert shapes == dict.fromkeys(COUNTED, (0, 3))


def test_symmetric_relations_get_no_treatment() -> None:
    metric = DocredMetric(frozenset({"P1", "P2"}))
    assert counts_of(metric, GOLD, given((1, 0, "P1")))["relation_boundary"] == (0, 1, 3)


def test_from_a_config(facts: Path) -> None:
    for value in (str(facts), [str(facts), str(facts)]):
        factory = construct(Factory[Metric], {"type": "docred", "train_facts": value})
        assert factory(symmetric=frozenset()).facts == read_train_facts([facts])
    assert construct(Factory[Metric], "docred")(symmetric=frozenset()).facts is None
    with pytest.raises(ConfigError, match="train_facts"):
        construct(Factory[Metric], {"type": "docred", "train_facts": []})


def test_bad_training_facts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        DocredMetric(frozenset(), tmp_path / "train.json")
    path = tmp_path / "facts.json"
    path.write_text(json.dumps([["a", "b", "country"], ["a", "b", "capital"]]))
    with pytest.raises(DataError, match=r"\('capital', 'country'\) occurs in gold \('P1', 'P2'\)"):
        DocredMetric(frozenset(), path).score([GOLD], [GOLD])


def test_equals_naive_loops(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    known = {
        ("a", "b", "r"),
        ("c d", "a", "s"),
        ("e", "c", "r"),
        ("b", "b c", "s"),
        ("d", "d", "r"),
    }
    path.write_text(json.dumps(sorted(known)))
    metric = DocredMetric(frozenset(), path)
    matched, apart, corpus = dict.fromkeys(COUNTED, 0), 0, []
    for seed in range(400):
        gold = related(random_document(seed), seed)
        predicted = disturbed(gold, 1000 + seed)
        found = counts_of(metric, gold, predicted)
        assert found == naive.docred(gold, predicted), (seed, gold, predicted)
        apart += found != naive.jerex(gold, predicted)
        for block, (tp, guessed, wanted) in found.items():
            matched[block] += 0 < tp < min(guessed, wanted)
        if isinstance(arguments_of(gold, predicted)[0], range):
            corpus.append((gold, predicted))
    assert min(matched.values()) > 10, matched
    assert apart > 0
    report = metric.score(*map(list, zip(*corpus, strict=True)))
    expected = naive.ign(corpus, known)
    assert numbers(report, "relation_ign")[:3] == pytest.approx(expected)
    assert expected[0] < report.blocks["relation_boundary"].precision


@pytest.mark.realdata
def test_names_from_tokens_are_those_of_the_corpus() -> None:
    """Facts by the corpus' names know what facts by the mentions' tokens know."""
    import gzip

    records = json.loads(gzip.decompress(real("docred/dev_hwe.json.gz").read_bytes()))
    known = read_train_facts([real("docred/dev_hwe.json.gz")])
    strange: list[Any] = []
    for record in records:
        names = [
            {
                "".join("".join(record["sents"][one["sent_id"]][slice(*one["pos"])]).split())
                for one in vertex
            }
            for vertex in record["vertexSet"]
        ]
        for label in record["labels"]:
            ends = (names[label["h"]], names[label["t"]])
            if not any((a, b, label["r"]) in known for a in ends[0] for b in ends[1]):
                strange.append(label)
    assert len(known) > 3830
    assert len(strange) <= 1
