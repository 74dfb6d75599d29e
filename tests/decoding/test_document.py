"""What mentions, clusters and relations of documents are made of probabilities."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.config import Factory, construct
from jointre.data.names import NameRelation
from jointre.data.schema import Document, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import DocumentDecoder
from jointre.decoding.document import FoundEntities, consistent_mentions, mention_pairs
from jointre.errors import ConfigError
from jointre.nn.losses import LabelScores
from jointre.positions import Spans
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.naive import clustering as naive
from tests.naive import mentions

VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In", "Spouse"))
UNITS = [
    Document("a", tuple("abcdefgh"), sentences=(Span(0, 4), Span(4, 8)), flags=("kept",)),
    Document("none", ("x",)),
    Document("b", tuple("klmn"), text="klmn", extra={"k": 1}),
]
Mention = tuple[int, int, float]


def decode(
    entities: Sequence[tuple[int, int, float, list[Mention]]],
    relations: dict[tuple[int, int], list[float]] | None = None,
    threshold: float = 0.6,
    units: Sequence[Document] = UNITS,
) -> list[Document]:
    """Entities are (unit, label, score, mentions); relations scores of each label by entities."""
    spans = sorted({(unit, s, e, p) for unit, _, _, own in entities for s, e, p in own})
    mention_entity = [
        (spans.index((unit, *mention)), number)
        for number, (unit, _, _, own) in enumerate(entities)
        for mention in own
    ]
    columns = torch.tensor([span[:3] for span in spans], dtype=torch.long).reshape(-1, 3)
    found = FoundEntities(
        Spans(*columns.unbind(1)),
        torch.tensor([span[3] for span in spans]),
        torch.tensor(mention_entity, dtype=torch.long).reshape(-1, 2),
        torch.tensor([entity[0] for entity in entities], dtype=torch.long),
        torch.tensor([entity[1] for entity in entities], dtype=torch.long),
        torch.tensor([entity[2] for entity in entities]),
        torch.ones(len(entities), dtype=torch.bool),
    )
    relations = relations or {}
    pairs = torch.tensor(list(relations), dtype=torch.long).reshape(-1, 2)
    scores = torch.tensor(list(relations.values())).reshape(-1, 2)
    decoder = DocumentDecoder(VOCABULARY, relation_threshold=threshold)
    related = decoder.find_relations(LabelScores(scores, None, exclusive=False))
    return decoder.documents(units, found, pairs, related)


THREE = [
    (0, 1, 0.75, [(5, 6, 0.5), (0, 2, 0.875)]),
    (0, 0, 0.625, [(1, 2, 1.0)]),
    (2, 1, 0.5, [(3, 4, 0.25)]),
    (2, 0, 0.5, [(0, 4, 0.25)]),
]


def test_entities_of_each_unit() -> None:
    """Mentions are in reading order, each with its own probability; nested ones stay."""
    first, none, last = decode(THREE)
    assert [(e.label, e.mentions) for e in first.entities] == [
        ("Peop", (Span(0, 2), Span(5, 6))),
        ("Loc", (Span(1, 2),)),
    ]
    assert [e.score for e in first.entities] == [0.75, 0.625]
    assert [e.mention_scores for e in first.entities] == [(0.875, 0.5), (1.0,)]
    assert none.entities == ()
    assert [(e.label, e.mentions) for e in last.entities] == [
        ("Peop", (Span(3, 4),)),
        ("Loc", (Span(0, 4),)),
    ]


def test_a_mention_of_two_entities() -> None:
    (found, *_) = decode([(0, 0, 0.5, [(1, 2, 0.5)]), (0, 1, 0.5, [(1, 2, 0.5), (0, 1, 0.75)])])
    assert [e.mentions for e in found.entities] == [(Span(1, 2),), (Span(0, 1), Span(1, 2))]
    assert found.entities[1].mention_scores == (0.75, 0.5)


@pytest.mark.parametrize(("threshold", "count"), [(0.0, 8), (0.25, 4), (0.5, 2), (1.0, 0)])
def test_every_label_of_a_pair_is_decided_alone(threshold: float, count: int) -> None:
    related = {(0, 1): [0.5, 0.0], (1, 0): [0.25, 0.125], (2, 3): [0.0, 0.25], (3, 2): [0.5, 0.0]}
    found = decode(THREE, related, threshold)
    assert sum(len(document.relations) for document in found) == count


def test_relations_count_entities_in_their_unit() -> None:
    found = decode(THREE, {(1, 0): [0.75, 0.875], (3, 2): [0.625, 0.0]})
    assert found[0].relations == (Relation("Live_In", 1, 0), Relation("Spouse", 1, 0))
    assert [relation.score for relation in found[0].relations] == [0.75, 0.875]
    assert found[1].relations == ()
    assert found[2].relations == (Relation("Live_In", 1, 0),)


def test_gold_does_not_stay_and_the_text_does() -> None:
    gold = decode(THREE, {(1, 0): [1.0, 1.0]})
    found = decode([THREE[1]], units=gold)
    assert [len(document.entities) for document in found] == [1, 0, 0]
    assert not any(document.relations for document in found)
    assert (found[0].sentences, found[0].flags) == (UNITS[0].sentences, ("kept",))
    assert (found[2].text, found[2].extra) == ("klmn", {"k": 1})


def test_keep() -> None:
    """The threshold is inclusive."""
    decoder = DocumentDecoder(VOCABULARY, mention_threshold=0.5)
    apart = Spans(torch.zeros(4).long(), torch.arange(4), torch.arange(1, 5))
    found = decoder.find_spans(apart, torch.tensor([0.5, 0.4999, 1.0, 0.0]), ["abcd"])
    assert found.tolist() == [0, 2]
    assert decoder.find_spans(apart[:0], torch.zeros(0), ["abcd"]).tolist() == []


def unrelated(pairs: np.ndarray) -> np.ndarray:
    """Names that have nothing in common."""
    return np.full(len(pairs), NameRelation.OTHER)


def clustered(
    units: list[int], scores: dict[tuple[int, int], float], threshold: float = 0.85
) -> tuple[list[list[int]], list[int]]:
    """Clusters as lists of mentions, and their units."""
    array = np.array(units, np.int64)
    pairs = mention_pairs(array)
    linked = torch.tensor([scores[i, j] for i, j in pairs.tolist()])
    decoder = DocumentDecoder(VOCABULARY, coreference_threshold=threshold)
    mention_entity, owners = decoder.cluster(array, pairs, linked, unrelated(pairs), None)
    assert mention_entity[:, 1].tolist() == sorted(mention_entity[:, 1].tolist())
    groups: list[list[int]] = [[] for _ in owners]
    for mention, entity in mention_entity.tolist():
        groups[entity].append(mention)
    return groups, owners.tolist()


def test_clusters_by_hand() -> None:
    """The examples of memory §3.14 as documents of one batch, with others between them."""
    units = [0, 2, 2, 2, 3, 3, 3, 5, 5, 5, 9]
    values = [0.95, 0.5, 0.9, 0.95, 0.86, 0.9, 0.9, 0.5, 0.95]
    pairs = [(i, j) for a in (1, 4, 7) for i, j in ((a, a + 1), (a, a + 2), (a + 1, a + 2))]
    groups, owners = clustered(units, dict(zip(pairs, values, strict=True)))
    assert groups == [[0], [1, 2], [3], [4, 5, 6], [7], [8, 9], [10]]
    assert owners == [0, 2, 2, 3, 5, 5, 9]


def test_the_threshold_is_not_included() -> None:
    assert clustered([0, 0], {(0, 1): 0.5}, 0.5)[0] == [[0], [1]]
    assert clustered([0, 0], {(0, 1): 0.75}, 0.5)[0] == [[0, 1]]


def test_no_mentions() -> None:
    assert clustered([], {}) == ([], [])


@TYPES_ARE_SAMPLED
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 6), max_size=5),
    st.integers(0, 10**6),
    st.sampled_from([0.2, 0.5, 0.85]),
)
def test_clusters_equal_complete_linkage(sizes: list[int], seed: int, threshold: float) -> None:
    units = [unit for unit, size in enumerate(sizes) for _ in range(size)]
    pairs = [
        (i, j) for j in range(len(units)) for i in range(j) if units[i] == units[j]
    ]  # other order
    assert sorted(map(tuple, mention_pairs(np.array(units, np.int64)).tolist())) == sorted(pairs)
    generator = np.random.default_rng(seed)
    scores = dict(zip(pairs, generator.permutation(len(pairs)) / max(1, len(pairs)), strict=True))
    scores = {pair: float(np.float32(score)) for pair, score in scores.items()}
    expected = []
    for unit in sorted(set(units)):
        rows = [row for row, own in enumerate(units) if own == unit]
        own = {(i - rows[0], j - rows[0]): s for (i, j), s in scores.items() if i in rows}
        number = naive.cluster(len(rows), own, threshold)
        expected += [
            [row for row, n in zip(rows, number, strict=True) if n == c]
            for c in range(len(set(number)))
        ]
    groups, owners = clustered(units, scores, threshold)
    assert groups == expected
    assert owners == [units[group[0]] for group in groups]


@pytest.mark.parametrize(
    ("must_link", "types", "expected"),
    [
        ([], None, [[0], [1, 2], [3]]),
        (["equal"], [0, 0, 0, 0], [[0, 1, 2], [3]]),  # 0-1 by name, then (0.3 + 0.9) / 2
        (["equal"], [1, 0, 0, 0], [[0], [1, 2], [3]]),  # different types are not linked
        (["abbreviation"], [0, 0, 0, 0], [[0], [1, 2, 3]]),
        (["equal", "abbreviation"], [0, 0, 0, 0], [[0, 1, 2, 3]]),
        (["dictionary"], [0, 0, 0, 0], [[0, 3], [1, 2]]),
    ],
)
def test_names_that_must_be_linked(
    must_link: list[str], types: list[int] | None, expected: list[list[int]]
) -> None:
    units = np.zeros(4, np.int64)
    pairs = mention_pairs(units)
    names = {
        (0, 1): NameRelation.EQUAL,
        (1, 3): NameRelation.ABBREVIATION,
        (0, 3): NameRelation.SAME_CONCEPT,
    }
    scores = {(0, 1): 0.1, (0, 2): 0.3, (1, 2): 0.9, (2, 3): 0.57}
    mention_entity, _ = DocumentDecoder(
        VOCABULARY, coreference_threshold=0.55, must_link=must_link
    ).cluster(
        units,
        pairs,
        torch.tensor([scores.get((i, j), 0.0) for i, j in pairs.tolist()]),
        np.array([names.get((i, j), NameRelation.OTHER) for i, j in pairs.tolist()]),
        None if types is None else np.array(types),
    )
    groups: list[list[int]] = [[] for _ in range(int(mention_entity[:, 1].max()) + 1)]
    for mention, entity in mention_entity.tolist():
        groups[entity].append(mention)
    assert groups == expected


def test_names_of_different_concepts_are_never_linked() -> None:
    units, pairs = np.zeros(3, np.int64), mention_pairs(np.zeros(3, np.int64))
    names = np.array([NameRelation.DIFFERENT_CONCEPT, NameRelation.OTHER, NameRelation.OTHER])
    probabilities = torch.tensor([0.99, 0.9, 0.95])
    for cannot_link, expected in (([], [0, 0, 0]), (["dictionary"], [0, 1, 1])):
        decoder = DocumentDecoder(VOCABULARY, cannot_link=cannot_link)
        found, _ = decoder.cluster(units, pairs, probabilities, names, None)
        assert dict(found.tolist()) == dict(enumerate(expected))


def test_consistency_by_hand() -> None:
    """Word 4 repeats word 0; word 6 is too improbable; [1, 3) is inside [1, 4)."""
    tokens = ["Pain", "renal", "pain", "failure", "pains", "x", "pain", "renal", "pain"]
    spans = [(0, 1), (4, 5), (6, 7), (1, 4), (1, 3), (7, 9)]
    columns = torch.tensor([(0, *span) for span in spans])
    probabilities = torch.tensor([0.9, 0.4, 0.29, 0.9, 0.8, 0.9])
    candidates = Spans(*columns.unbind(1))
    decoder = DocumentDecoder(VOCABULARY, consistency="string")
    assert decoder.find_spans(candidates, probabilities, [tokens]).tolist() == [0, 1, 3, 5]
    alone = DocumentDecoder(VOCABULARY).find_spans(candidates, probabilities, [tokens])
    assert alone.tolist() == [0, 3, 5]
    other_unit = Spans(torch.tensor([0, 1, 1, 0, 0, 0]), candidates.start, candidates.end)
    units = decoder.find_spans(other_unit, probabilities, [tokens, tokens])
    assert units.tolist() == [0, 3, 5]  # names count within their own unit


@given(st.integers(0, 12), st.integers(0, 10**6))
def test_consistency_equals_the_definition(size: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    start = generator.integers(0, 8, size)
    spans = np.stack(
        [generator.integers(0, 2, size), start, start + generator.integers(1, 4, size)], 1
    )
    probabilities = (generator.integers(3, 11, size) / 10).astype(np.float32)
    kinds = [(int(unit), int(generator.integers(0, 3))) for unit in spans[:, 0]]
    names = np.array([sorted(set(kinds)).index(kind) for kind in kinds], np.int64)
    found = consistent_mentions(spans, names, probabilities, 0.8, 0.3)
    assert found.tolist() == mentions.consistent(
        spans.tolist(), names.tolist(), probabilities.tolist(), 0.8, 0.3
    )


def test_thousands_of_mentions() -> None:
    """Half a second or so for a document of 1,500 mentions and a thousand small ones."""
    units = np.repeat(np.arange(1001), [1500] + [2] * 1000)
    began = time.perf_counter()
    pairs = mention_pairs(units)
    assert len(pairs) == 1500 * 1499 // 2 + 1000
    probabilities = torch.rand(len(pairs), generator=torch.Generator().manual_seed(0))
    mention_entity, owners = DocumentDecoder(VOCABULARY).cluster(
        units, pairs, probabilities, unrelated(pairs), None
    )
    spans = Spans(torch.from_numpy(units), torch.zeros(3500).long(), torch.ones(3500).long())
    found = FoundEntities(
        spans,
        torch.rand(3500),
        mention_entity,
        owners,
        torch.zeros_like(owners),
        torch.rand(len(owners)),
        torch.ones_like(owners, dtype=torch.bool),
    )
    decoder = DocumentDecoder(VOCABULARY)
    nothing = decoder.find_relations(LabelScores(torch.zeros(0, 2), None, exclusive=False))
    documents = decoder.documents(
        [Document(f"{i}", ("a",)) for i in range(1001)],
        found,
        torch.zeros(0, 2, dtype=torch.long),
        nothing,
    )
    assert sum(len(entity.mentions) for d in documents for entity in d.entities) == 3500
    assert time.perf_counter() - began < 20  # loops over pairs in Python take minutes


def test_a_transfer_for_a_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clustering reads one tensor from the device, documents one of integers, one of scores."""
    transfers: list[Any] = []
    plain = torch.Tensor.cpu

    def counted(tensor: torch.Tensor) -> torch.Tensor:
        transfers.append(tensor.dtype)
        return plain(tensor)

    monkeypatch.setattr(torch.Tensor, "cpu", counted)
    clustered([0, 0, 1, 1], {(0, 1): 0.9, (2, 3): 0.1})
    assert transfers == [torch.float32]
    transfers.clear()
    decode(THREE, {(0, 1): [1.0, 1.0]})
    assert sorted(transfers, key=str) == [torch.float32, torch.int64]


@pytest.mark.parametrize("name", ["mention", "coreference", "relation"])
def test_thresholds_are_probabilities(name: str) -> None:
    key = f"{name}_threshold"
    message = rf"decoder.{key}: 1.5 is not .*0.*1"
    with pytest.raises(ConfigError, match=message):
        construct(Factory[DocumentDecoder], {key: 1.5}, "decoder")
    made = construct(Factory[DocumentDecoder], {key: 0.25})(vocabulary=VOCABULARY)
    assert isinstance(made, DocumentDecoder)
