"""The sampling of documents, rule by rule (memory §4.1)."""

from collections import Counter
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.config import Factory, construct
from jointre.data.candidates import DocumentCandidates
from jointre.data.document_index import DocumentIndex
from jointre.data.samplers import DocumentSampler, Sampler
from jointre.data.schema import Document, Entity, Span
from jointre.data.sentences import sentences_of
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError
from jointre.formats import DocredReader, PubtatorReader
from jointre.span_enumerators import AllSpans
from jointre.testing.contracts import DocumentSamplerContract
from jointre.testing.tiny import tiny_texts, tiny_vocabulary
from tests.data.documents import TYPES_ARE_SAMPLED, clustered_documents
from tests.data.real import real
from tests.naive import document_pools as naive

NAMES = ("Org", "Peop", "a b", "Ünit")  # of drawn documents
FIRST, SHARED = tiny_texts()[:2]


class TestDocumentSampler(DocumentSamplerContract):
    component = {
        "type": "document",
        "mention_negatives": 10,
        "coreference_negatives": 3,
        "relation_negatives": 2,
    }


class TestAllSpans(DocumentSamplerContract):
    component = {"type": "document", "mention_negatives": 4, "all_spans": True}


class TestManyNegatives(DocumentSamplerContract):
    component = {"type": "document", "mention_negatives": 30}


class TestPerturbedClusters(DocumentSamplerContract):
    component = {
        "type": "document",
        "mention_negatives": 10,
        "coreference_negatives": 3,
        "relation_negatives": 2,
        "drop_mention": 0.3,
        "add_mention": 0.3,
    }

    def test_gold_is_all_there(self) -> None:
        """The suite compares the gold; here clusters differ from it on purpose."""
        with pytest.raises(
            AssertionError, match=r"mention_entity is not the gold|each gold mention once"
        ):
            super().test_gold_is_all_there()


def draw(document: Document, max_width: int = 4, seed: Any = 0, **options: Any) -> Any:
    sampler = DocumentSampler(tiny_vocabulary(), AllSpans(max_width), **options)
    return sampler(sampler.index(document), np.random.default_rng(seed))


def spans(found: DocumentCandidates) -> list[tuple[int, int]]:
    return [(start, end) for start, end in found.spans.tolist()]


def rows(array: Any) -> list[tuple[int, ...]]:
    return [tuple(row) for row in array.tolist()]


def test_published_settings() -> None:
    sampler = construct(Factory[Sampler], "document")(
        vocabulary=tiny_vocabulary(), span_enumerator=AllSpans(10)
    )
    assert isinstance(sampler, DocumentSampler)
    counts = sampler.mention_negatives, sampler.coreference_negatives, sampler.relation_negatives
    assert (*counts, sampler.inside_ratio) == (200, 100, 200, 0.5)


def test_all_spans_are_there_and_the_same_are_drawn() -> None:
    few, found = (draw(FIRST, mention_negatives=4, all_spans=every) for every in (False, True))
    count = len(few.spans)
    assert rows(found.spans[:count]) == rows(few.spans)
    assert found.mention_targets.tolist() == [
        *few.mention_targets.tolist(),
        *[-1.0] * (len(found.spans) - count),
    ]
    assert sorted(rows(found.spans)) == sorted(
        rows(AllSpans(4).spans(FIRST.tokens, sentences_of(FIRST)))
    )


@pytest.mark.parametrize("option", ["mention_negatives", "inside_ratio", "relation_negatives"])
def test_options_are_bounded(option: str) -> None:
    with pytest.raises(ConfigError, match=rf"{option}.*-1"):
        construct(Factory[Sampler], {"type": "document", option: -1})


def test_gold_comes_first_entity_after_entity() -> None:
    """A span of two entities is there for each, and both point to its first row."""
    found = draw(SHARED, mention_negatives=3)
    gold = [(0, 4), (8, 9), (1, 6), (11, 12), (3, 4), (8, 9)]
    assert spans(found)[:6] == gold
    assert found.mention_targets.tolist() == [1.0] * 6 + [0.0] * 3
    assert found.mention_rows.tolist() == [0, 1, 2, 3, 4]
    assert rows(found.mention_entity) == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (1, 2)]
    assert found.entity_targets.tolist() == [1, 1, 0]  # labels: entities have no class for none


@pytest.mark.parametrize(
    ("most", "ratio", "inside", "outside"),
    [
        *((6, 0.5, 3, 3), (7, 0.5, 3, 4), (6, 0.0, 0, 6), (6, 1.0, 6, 0), (0, 1.0, 0, 0)),
        *((34, 0.5, 16, 18), (40, 0.5, 16, 24), (99, 0.1, 9, 24)),
    ],
)
def test_a_share_is_drawn_inside_mentions(
    most: int, ratio: float, inside: int, outside: int
) -> None:
    """int(most · ratio), or as many as there are; the others fill up, but not the reverse."""
    pools = naive.negatives(SHARED, 4)
    assert [len(pool) for pool in pools] == [16, 24]
    found = draw(SHARED, mention_negatives=most, inside_ratio=ratio)
    negative = spans(found)[6:]
    assert [sum(span in pool for span in negative) for pool in pools] == [inside, outside]
    assert len(set(negative)) == len(negative) == inside + outside


def test_all_coreferent_pairs_and_some_others() -> None:
    found = draw(FIRST, coreference_negatives=5)
    assert found.coreference_targets.tolist() == [1.0] * (6 + 2 + 2) + [0.0] * 5
    assert len(set(rows(found.coreference_pairs))) == 15
    owner = dict(rows(found.mention_entity))
    same = [owner[i] == owner[j] for i, j in rows(found.coreference_pairs)]
    assert same == [True] * 10 + [False] * 5


def test_distances_are_those_of_the_pairs() -> None:
    found = draw(FIRST)
    words = [" ".join(FIRST.tokens[start:end]) for start, end in found.spans[found.mention_rows]]
    assert found.edit_distances.tolist() == [
        naive.levenshtein(words[i], words[j]) for i, j in rows(found.coreference_pairs)
    ]
    assert 0 in found.edit_distances


@pytest.mark.parametrize("most", [0, 1, 8, 20])
def test_negative_pairs_of_entities(most: int) -> None:
    """4 related pairs of 12; only those of gold entities, in either direction."""
    found = draw(FIRST, relation_negatives=most)
    pairs = rows(found.pairs)
    assert pairs[:4] == [(0, 1), (0, 2), (2, 1), (2, 3)]
    assert len(set(pairs)) == len(pairs) == 4 + min(most, 8)
    assert not found.relation_targets[4:].any()
    assert found.relation_targets[:4].argmax(1).tolist() == [1, 2, 1, 1]


def test_nothing_is_drawn_where_all_is_taken() -> None:
    """Then chance has no part in it."""
    first, second = draw(FIRST, seed=1), draw(FIRST, seed=2)
    assert spans(first) == spans(second)
    assert rows(first.pairs) == rows(second.pairs)


def test_generator_of_seed_epoch_and_index() -> None:
    options = {"mention_negatives": 6, "coreference_negatives": 4, "relation_negatives": 3}
    first = draw(FIRST, seed=(0, 3, 7), **options)
    again = draw(FIRST, seed=(0, 3, 7), **options)
    for field in fields(DocumentCandidates):
        assert np.array_equal(getattr(first, field.name), getattr(again, field.name))
    for other in ((1, 3, 7), (0, 4, 7), (0, 3, 8)):
        found = draw(FIRST, seed=other, **options)
        assert spans(found) != spans(first)
        assert rows(found.coreference_pairs) != rows(first.coreference_pairs)
        assert rows(found.pairs) != rows(first.pairs)


def test_spans_are_drawn_alike_often() -> None:
    """4 of 16 inside and 4 of 24 others, 480 times (standard deviations 9.5 and 8.2)."""
    inside, outside = naive.negatives(SHARED, 4)
    counts = Counter(
        span
        for seed in range(480)
        for span in spans(draw(SHARED, seed=seed, mention_negatives=8))[6:]
    )
    assert set(counts) == {*inside, *outside}
    assert all(78 <= counts[span] <= 162 for span in inside), counts
    assert all(44 <= counts[span] <= 116 for span in outside), counts


@TYPES_ARE_SAMPLED
@settings(max_examples=80, deadline=None)
@given(clustered_documents(), st.integers(1, 4), st.integers(0, 9), st.floats(0, 1))
def test_against_loops(document: Document, max_width: int, most: int, ratio: float) -> None:
    """Every number of rows is the rule's, and every row comes from its pool."""
    sampler = DocumentSampler(
        Vocabulary(NAMES, NAMES), AllSpans(max_width), most, ratio, most, most
    )
    found: Any = sampler(sampler.index(document), np.random.default_rng(0))
    gold = [tuple(span) for own in naive.gold(document) for span in own]
    assert spans(found)[: len(gold)] == gold
    inside, outside = naive.negatives(document, max_width)
    within = min(len(inside), int(most * ratio))
    drawn = spans(found)[len(gold) :]
    assert set(drawn[:within]) <= set(inside)
    assert set(drawn[within:]) <= set(outside)
    assert len(set(drawn)) == len(drawn) == within + min(len(outside), most - within)
    assert found.mention_targets.sum() == len(gold)

    mention_rows = [spans(found)[row] for row in found.mention_rows]
    links = Counter(
        (mention_rows[i], mention_rows[j]) for i, j in found.coreference_pairs[: _positive(found)]
    )
    same, different = naive.mention_pairs(document)
    assert links == Counter(same)
    others = Counter(
        (mention_rows[i], mention_rows[j]) for i, j in found.coreference_pairs[_positive(found) :]
    )
    assert others <= Counter(different)
    assert others.total() == min(most, len(different))

    related, unrelated = naive.entity_pairs(document, frozenset())
    hot = found.relation_targets.any(1)
    assert rows(found.pairs[hot]) == list(related)
    assert set(rows(found.pairs[~hot])) <= set(unrelated)
    assert len(found.pairs) == len(related) + min(most, len(unrelated))


def _positive(found: Any) -> int:
    return int(found.coreference_targets.sum())


def indexed(documents: list[Document]) -> list[DocumentIndex]:
    """With the published settings, which draws of all documents agree with."""
    sampler = DocumentSampler(Vocabulary.build(documents), AllSpans(10))
    made = [sampler.index(document) for document in documents]
    for number, one in enumerate(made):
        found: Any = sampler(one, np.random.default_rng((0, 0, number)))
        inside = min(100, len(one.inside))
        assert len(found.spans) == len(one.mentions) + inside + min(200 - inside, len(one.outside))
        linked = len(one.coreferent) + min(100, len(one.distinct))
        assert len(found.coreference_pairs) == len(found.edit_distances) == linked
        assert len(found.pairs) == len(one.related) + min(200, len(one.unrelated))
    return made


def sharing(one: DocumentIndex) -> int:
    """Entities that have a mention in common with another."""
    owners = np.bincount(one.mention_entity[:, 0], minlength=len(one.mention_rows))
    return len(set(one.mention_entity[owners[one.mention_entity[:, 0]] > 1, 1].tolist()))


def mention_pairs(one: DocumentIndex) -> int:
    """Pairs of mentions of all ordered pairs of entities."""
    sizes = np.bincount(one.mention_entity[:, 1])
    return int(sizes.sum() ** 2 - (sizes**2).sum())


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("Training", [1467, 1965, 9412, 9309, 119, 52, 1038, 19, 60, 336, 2840, 49]),
        ("Development", [1507, 1864, 9635, 9532, 114, 52, 1012, 12, 59, 351, 2912, 46]),
    ],
)
def test_cdr(split: str, expected: list[int]) -> None:
    """The specification's counts (memory §4.1, §9.1), whatever words the reader makes.

    It counts 9,414 mentions, as one of train names the same concept three times.
    """
    path = real(f"cdr/pubtator/CDR_{split}Set.PubTator.txt.gz")
    made = indexed(list(PubtatorReader().read(path)))
    labels = Counter(int(label) for one in made for label in one.labels)
    assert len(made) == 500
    assert [
        labels[0],
        labels[1],
        sum(len(one.mentions) for one in made),
        sum(len(one.mention_rows) for one in made),
        sum(sharing(one) for one in made),
        sum(sharing(one) > 0 for one in made),
        sum(len(one.related) for one in made),
        sum(len(one.unrelated) > 200 for one in made),
        max(len(one.mentions) for one in made),
        round(np.mean([mention_pairs(one) for one in made])),
        max(mention_pairs(one) for one in made),
        round(np.mean([len(one.unrelated) for one in made])),
    ] == expected


@pytest.mark.realdata
def test_redocred() -> None:
    """The specification's counts of dev (memory §4.1, §9.2).

    It has 708 pairs of mentions in the mean, counting the 35 mentions listed twice.
    """
    documents = list(DocredReader().read(real("redocred/dev_revised.json.gz")))
    made = indexed(documents)
    assert sum(len(one.related) for one in made) == 13_362
    assert sum(len(one.unrelated) > 200 for one in made) == 374
    assert round(np.mean([len(one.unrelated) for one in made])) == 360
    assert round(np.mean([mention_pairs(one) for one in made])) == 705
    assert max(mention_pairs(one) for one in made) == 3642
    candidates = [
        len(AllSpans(10).spans(document.tokens, sentences_of(document))) for document in documents
    ]
    assert (round(np.mean(candidates)), max(candidates)) == (1670, 4136)


UNPERTURBED = [
    field.name
    for field in fields(DocumentCandidates)
    if field.name not in ("mention_rows", "mention_entity")
]


def clusters_of(found: DocumentCandidates) -> list[list[tuple[int, int]]]:
    """The spans of each entity."""
    mentions = [spans(found)[row] for row in found.mention_rows]
    order = found.mention_entity[:, 1]
    assert (np.diff(order) >= 0).all()
    return [
        [mentions[row] for row in found.mention_entity[order == entity, 0]]
        for entity in range(len(found.entity_targets))
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("document", [FIRST, SHARED])
def test_perturbed_clusters(document: Document, seed: int) -> None:
    """Certain changes: one mention fewer, never the last, and one wrong; targets are the same."""
    options = {"mention_negatives": 5, "coreference_negatives": 2, "relation_negatives": 2}
    plain = draw(document, seed=seed, **options)
    found = draw(document, seed=seed, drop_mention=1.0, add_mention=1.0, **options)
    for name in UNPERTURBED:
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    known = len(plain.mention_rows)
    np.testing.assert_array_equal(found.mention_rows[:known], plain.mention_rows)
    assert len(set(found.mention_rows.tolist())) == len(found.mention_rows)
    assert (found.mention_targets[found.mention_rows[known:]] == 0).all()
    gold = {span for cluster in clusters_of(plain) for span in cluster}
    for before, after in zip(clusters_of(plain), clusters_of(found), strict=True):
        *kept, wrong = after
        assert set(kept) <= set(before)
        assert len(kept) == max(1, len(before) - 1)
        assert wrong not in before
        assert wrong in gold or wrong in spans(found)[len(gold) :]


def test_perturbation_is_drawn_again_for_every_seed() -> None:
    """The same seed gives the same clusters; wrong mentions are of both kinds."""
    options = {"drop_mention": 0.5, "add_mention": 0.5}
    draws = [draw(FIRST, seed=seed, **options) for seed in range(40)]
    again = [draw(FIRST, seed=seed, **options) for seed in range(40)]
    assert [clusters_of(found) for found in draws] == [clusters_of(found) for found in again]
    plain = clusters_of(draw(FIRST))
    gold = {span for cluster in plain for span in cluster}
    added = [
        span
        for found in draws
        for before, after in zip(plain, clusters_of(found), strict=True)
        for span in set(after) - set(before)
    ]
    assert 0.3 < len(added) / (40 * len(plain)) < 0.7
    assert {span in gold for span in added} == {True, False}


def test_nothing_to_add() -> None:
    """One entity and no negative span: its cluster only loses a mention."""
    entity = Entity("Loc", (Span(0, 1), Span(1, 2)))
    document = Document("one", ("Rome", "Rome"), entities=(entity,))
    found = draw(document, max_width=1, drop_mention=1.0, add_mention=1.0)
    assert len(found.mention_entity) == 1
