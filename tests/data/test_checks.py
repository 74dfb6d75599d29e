from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from jointre.data.checks import check_corpus
from jointre.data.schema import Document
from jointre.formats import DygieReader, SpertReader
from tests.data.documents import TYPES_ARE_SAMPLED, document, plain_documents
from tests.data.real import real

pytestmark = TYPES_ARE_SAMPLED

# Two sentences and an empty one; worked through by hand in the tests below.
ODD = document(
    "a b c d e f g",
    (("X", 0, 3), ("Y", 1, 2), ("X", 2, 5), ("Y", 0, 3), ("X", 5, 6), ("X", 0, 3)),
    (("r", 0, 1), ("s", 1, 0), ("r", 0, 1), ("r", 4, 4), ("r", 0, 4), ("s", 2, 4)),
    sentences=((0, 4), (4, 4), (4, 7)),
)


def test_counts_what_a_document_holds() -> None:
    report = check_corpus([ODD, document(entities=(("Y", 0, 1),), id="e")])
    assert (report.documents, report.sentences, report.tokens) == (2, 4, 13)
    assert (report.entities, report.mentions, report.relations) == (7, 7, 6)
    assert report.entity_labels == Counter(X=4, Y=3)
    assert report.relation_labels == Counter(r=4, s=2)
    assert (report.longest_document, report.longest_sentence, report.longest_entity) == (7, 6, 3)


def test_counts_overlaps_by_kind() -> None:
    report = check_corpus([ODD])
    # [1, 2) lies in [0, 3), as X and as Y; [2, 5) crosses both; the copy of X counts once.
    assert (report.nested_pairs, report.crossing_pairs, report.two_label_spans) == (2, 2, 1)
    assert report.nested_sentences == 1
    assert report.duplicate_entities == 1


def test_counts_odd_relations() -> None:
    report = check_corpus([ODD])
    assert report.duplicate_relations == 1
    assert report.self_relations == 1
    assert report.both_directions == 1
    assert report.cross_sentence_mentions == 1
    assert report.cross_sentence_relations == 2


def test_counts_sentences_that_hold_nothing() -> None:
    report = check_corpus([ODD, document(entities=(("X", 0, 1),), id="e")])
    assert report.empty_sentences == 1
    assert report.sentences_without_entities == 1
    assert report.sentences_without_relations == 2


def test_counts_what_is_wide_or_long() -> None:
    report = check_corpus([ODD], max_width=2, max_words=3, max_pieces=7, count_pieces=_twice)
    assert (report.wide_entities, report.wide_relations) == (4, 5)
    assert (report.long_sentences, report.longest_sentence) == (1, 4)
    assert (report.long_sentences_pieces, report.longest_sentence_pieces) == (1, 8)


def test_limits_that_are_not_given_are_not_exceeded() -> None:
    report = check_corpus([ODD])
    assert (report.wide_entities, report.long_sentences, report.long_sentences_pieces) == (0, 0, 0)
    assert report.longest_sentence_pieces is None
    assert (report.max_width, report.max_pieces) == (None, None)


def test_counts_ids_that_occur_again() -> None:
    assert check_corpus([ODD, ODD, replace(ODD, id="e")]).duplicate_ids == 1


def test_unlabelled_entities_and_clusters_are_counted() -> None:
    bare = replace(ODD, entities=tuple(replace(item, label=None) for item in ODD.entities))
    report = check_corpus([replace(bare, clusters=((0, 1), (2,)))])
    assert report.entity_labels == Counter({"(none)": 6})
    assert (report.clusters, report.cluster_mentions) == (2, 3)


def test_report_is_plain_and_sorted_by_frequency() -> None:
    content = check_corpus([ODD], max_width=8).to_dict()
    assert list(content["entity_labels"].items()) == [("X", 4), ("Y", 2)]
    assert type(content["entity_labels"]) is dict
    assert content["max_width"] == 8


@given(plain_documents(split=True))
def test_overlaps_agree_with_all_pairs(whole: Document) -> None:
    found = sorted({(e.span, e.label or "") for e in whole.entities})
    expected: Counter[str] = Counter()
    for index, (a, _) in enumerate(found):
        for b, _ in found[index + 1 :]:
            both = set(range(*a)) & set(range(*b))
            if a == b:
                expected["same"] += 1
            elif both in (set(range(*a)), set(range(*b))):
                expected["nested"] += 1
            elif both:
                expected["crossing"] += 1
    report = check_corpus([whole])
    counts = (report.two_label_spans, report.nested_pairs, report.crossing_pairs)
    assert counts == (expected["same"], expected["nested"], expected["crossing"])


def _twice(tokens: tuple[str, ...]) -> int:
    return 2 * len(tokens)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "counts"),
    [
        (
            "scierc/spert/scierc_train.json",
            {
                "nested_pairs": 61,
                "nested_sentences": 51,
                "duplicate_relations": 4,
                "sentences_without_entities": 99,
                "sentences_without_relations": 495,
                "longest_sentence": 101,
                "longest_entity": 13,
                "both_directions": 0,
            },
        ),
        ("scierc/spert/scierc_dev.json", {"nested_pairs": 7, "sentences_without_entities": 15}),
        ("scierc/dygie/train.json", {"longest_document": 334, "cross_sentence_relations": 0}),
        ("conll04/spert/conll04_train.json", {"both_directions": 1, "nested_pairs": 0}),
        ("ade/spert/ade_split_0_train.json", {"nested_pairs": 108, "nested_sentences": 107}),
    ],
)
def test_published_corpora_show_their_known_oddities(name: str, counts: dict[str, Any]) -> None:
    reader = DygieReader() if "dygie" in name else SpertReader()
    report = check_corpus(reader.read(real(name))).to_dict()
    assert {key: report[key] for key in counts} == counts
