"""The lists that the page's script reads."""

import json

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.reports import ErrorReport, System
from jointre.reports.page_data import KINDS, page_data
from jointre.reports.system import Predictions
from tests.reports.planted import METRIC, WORDS, gold_document, planted, planted_report, scored


def test_texts_with_errors_alone() -> None:
    gold, _, counts = planted(2)
    data = page_data(planted_report(2))
    assert len(data["texts"]) == sum(counts.values()) == len(gold) - 5
    assert json.loads(json.dumps(data)) == data


def test_a_text() -> None:
    gold = gold_document(0)
    predicted = scored(gold)
    missed = Document(
        gold.id, gold.tokens, entities=predicted.entities[:3], relations=predicted.relations[:1]
    )
    system = System.of("s", Predictions([missed]), [gold], METRIC)
    data = page_data(ErrorReport.of("d", [gold], METRIC, [system]))
    person = data["entityLabels"].index("Person")
    works = data["relationLabels"].index("works_for")
    (text,) = data["texts"]
    id, words, sentences, annotated, side, outcomes, changes = text
    assert (id, tuple(words), sentences, changes) == ("d0", WORDS, [], [])
    assert annotated[0][0] == [person, None, 0, 2]
    assert side[0][0] == [person, 75, 0, 2]
    assert side[1] == [[works, 75, 0, 1]]
    missed_kind = KINDS.index("missed")
    assert outcomes == [[0, missed_kind, 3, None], [1, missed_kind, 1, None]]


def test_clusters_and_sentences() -> None:
    one = Entity("A", (Span(0, 1), Span(5, 6)))
    other = Entity(None, (Span(7, 9),))
    gold = Document(
        "d",
        tuple("abcdefghij"),
        sentences=(Span(0, 4), Span(4, 10)),
        entities=(one, other),
        relations=(Relation("r", 0, 1),),
    )
    nothing = Document("d", gold.tokens, sentences=gold.sentences)
    metric = JerexMetric(frozenset())
    system = System.of("s", Predictions([nothing]), [gold], metric)
    (text,) = page_data(ErrorReport.of("d", [gold], metric, [system]))["texts"]
    assert text[2] == [4]
    assert text[3] == [[[0, None, 0, 1, 5, 6], [-1, None, 7, 9]], [[0, None, 0, 1]]]
    assert text[5] == [[0, KINDS.index("missed"), 0, None], [1, KINDS.index("missed"), 0, None]]


def test_changes_have_the_number_of_the_item_on_each_side() -> None:
    data = page_data(planted_report(1, other=True))
    for text in data["texts"]:
        sides, changes = text[3:6], text[-1]
        assert changes
        for task, fixed, *numbers in changes:
            assert fixed == 1
            assert any(number is not None for number in numbers)
            for side, number in zip(sides, numbers, strict=True):
                assert number is None or 0 <= number < len(side[task])
