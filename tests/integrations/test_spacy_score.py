from itertools import pairwise

import pytest
import spacy
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.training import Example

from jointre.errors import ConfigError, DataError
from jointre.integrations import set_relations, to_spacy
from jointre.integrations.spacy_score import pair, score
from jointre.testing.tiny import tiny_documents

VOCAB = spacy.blank("en").vocab


def doc(words: str, spans: list[tuple[int, int, str]], links: list[tuple[int, str, int]]) -> Doc:
    """Words with ``_`` where no space follows; entities; relations between them."""
    parts = words.replace("_", " _ ").split()
    spaces = [after != "_" for one, after in pairwise([*parts, ""]) if one != "_"]
    made = Doc(VOCAB, words=[one for one in parts if one != "_"], spaces=spaces)
    entities = [DocSpan(made, start, end, label=label) for start, end, label in spans]
    set_relations(made, [(entities[a], name, entities[b]) for a, name, b in links], entities)
    return made


GOLD = doc(
    "Ada left Rome and Bob_'s home",
    [(0, 1, "Peop"), (2, 3, "Loc"), (4, 5, "Peop")],
    [(0, "Left", 1), (2, "Left", 1)],
)


def test_by_hand() -> None:
    found = doc(
        "Ada left Rome and Bob_'s home",
        [(0, 1, "Peop"), (2, 3, "Org"), (3, 4, "Loc")],
        [(0, "Left", 1)],
    )
    scores = score([Example(found, GOLD)])
    third = pytest.approx(1 / 3)
    assert [scores[f"jointre_ents_{letter}"] for letter in "prf"] == [third, third, third]
    assert [scores[f"jointre_rel_{letter}"] for letter in "prf"] == [1.0, 0.5, pytest.approx(2 / 3)]
    assert scores["jointre_rel_strict_f"] == 0.0
    half = {"p": 1.0, "r": 0.5, "f": pytest.approx(2 / 3)}
    assert scores["jointre_ents_per_type"]["Peop"] == half
    assert scores["jointre_rel_per_type"] == {"Left": half}


def test_other_tokens_of_the_same_text() -> None:
    found = doc(
        "Ada left Rome and Bob's home",
        [(0, 1, "Peop"), (2, 3, "Loc"), (4, 5, "Peop")],
        [(0, "Left", 1), (2, "Left", 1)],
    )
    scores = score([Example(found, GOLD)])
    assert scores["jointre_ents_r"] == pytest.approx(2 / 3)  # Bob's is not Bob
    assert scores["jointre_rel_strict_r"] == 0.5
    gold, predicted = pair(Example(found, GOLD), "jointre", "0")
    assert gold.tokens == predicted.tokens == ("Ada", "left", "Rome", "and", "Bob", "'s", "home")
    assert [len(one.entities) for one in (gold, predicted)] == [3, 3]


def test_a_perfect_score_and_other_keys() -> None:
    examples = [
        Example(to_spacy(one, VOCAB, "b"), to_spacy(one, VOCAB, "b")) for one in tiny_documents()
    ]
    scores = score(examples, spans_key="b", protocol="pure")
    assert scores["b_ents_f"] == scores["b_rel_f"] == scores["b_rel_strict_f"] == 1.0
    assert score(examples, unit="document", spans_key="b")["b_cluster_f"] == 1.0
    assert score([])["jointre_ents_f"] == 0.0


def test_what_cannot_be_compared_is_told() -> None:
    with pytest.raises(DataError, match="example 0: the texts differ"):
        score([Example(Doc(VOCAB, words=["a"]), Doc(VOCAB, words=["b"]))])
    with pytest.raises(ConfigError, match=r"scorer\.protocol.*spurt.*did you mean 'spert'"):
        score([], protocol="spurt")
