"""Names of mentions: abbreviations by hand, relations against the pair-by-pair definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.name_dictionary import NameDictionary
from jointre.data.names import MentionNames, NameRelation, abbreviates
from tests.naive import names as naive


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("ARF", "acute renal failure"),
        ("BP", "blood pressure"),
        ("HIT", "heparin-induced thrombocytopenia"),
        ("5-HT", "5-hydroxytryptamine"),
        ("MPTP", "1-methyl-4-phenyl-1,2,3,6-tetrahydropyridine"),
    ],
)
def test_abbreviations(short: str, name: str) -> None:
    assert abbreviates(short.split(), name.split())


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("ARF", "kidney failure"),
        ("PB", "blood pressure"),  # wrong order
        ("LP", "blood pressure"),  # the first letter is inside a word
        ("A", "acute renal failure"),  # too short
        ("12", "group 1 and 2"),  # no letter
        ("ARF", "arf"),  # no longer than its short form
        ("BP", "b one two three four pressure"),  # too many words for two letters
    ],
)
def test_not_abbreviations(short: str, name: str) -> None:
    assert not abbreviates(short.split(), name.split())


def test_an_abbreviation_stands_in_brackets_behind_its_name() -> None:
    tokens = [
        "acute",
        "renal",
        "failure",
        "(",
        "ARF",
        ")",
        "and",
        "heart",
        "failure",
        ",",
        "HF",
        ",",
        "or",
        "[",
        "BP",
        "]",
    ]
    spans = np.array([[0, 3], [4, 5], [7, 9], [10, 11], [14, 15]])
    names = MentionNames.of(tokens, spans)
    assert np.argwhere(names.abbreviations).tolist() == [[0, 1], [1, 0]]
    reverse = MentionNames.of(words("ARF ( acute renal failure )"), np.array([[0, 1], [2, 5]]))
    assert reverse.abbreviations[0, 1]


WORDS = st.sampled_from(["renal", "failure", "Failures", "RF", "rf", "heart", "(", ")", "hf", "-"])


@given(st.lists(WORDS, min_size=1, max_size=14), st.data())
def test_relations_equal_the_definition(tokens: list[str], data: st.DataObject) -> None:
    size = len(tokens)
    starts = data.draw(st.lists(st.integers(0, size - 1), max_size=6))
    spans = np.array(
        [(start, data.draw(st.integers(start + 1, size))) for start in starts], np.int64
    ).reshape(-1, 2)
    names = MentionNames.of(tokens, spans)
    concepts = {
        key: data.draw(st.dictionaries(st.sampled_from(["D1", "D2"]), st.just(1), max_size=2))
        for key in names.keys
    }
    related = names.relations(NameDictionary(concepts))
    for i, one in enumerate(names.keys):
        for j, other in enumerate(names.keys):
            expected = naive.relation(one, other, bool(names.abbreviations[i, j]), concepts)
            assert related[i, j] == expected, (one, other)
    assert (related == related.T).all()


def test_relations_by_hand() -> None:
    tokens = [
        "renal",
        "failure",
        ";",
        "heart",
        "failure",
        ";",
        "hf",
        ";",
        "RENAL",
        "failures",
        ";",
        "pain",
    ]
    spans = np.array([[0, 2], [3, 5], [6, 7], [8, 10], [11, 12]])
    names = MentionNames.of(tokens, spans)
    related = names.relations()[np.ix_(names.number, names.number)]
    assert related[0, 3] == NameRelation.EQUAL
    assert related[0, 1] == NameRelation.LAST_WORD
    assert related[1, 2] == NameRelation.INITIALS
    assert related[0, 4] == NameRelation.OTHER
