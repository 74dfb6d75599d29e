import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.util import registry

from jointre.integrations.spacy_entry import DEFAULTS, make_scorer
from tests.integrations.conftest import gold, pipeline

HEAVY = "{'torch', 'transformers', 'lightning', 'sklearn', 'pydantic', 'jointre.models'}"


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_entry_imports_nothing_that_spacy_has_not_imported() -> None:
    # thinc imports torch where it is installed, so what spaCy alone brings is taken away first.
    code = f"""
import sys, spacy
for name in [name for name in sys.modules if name.partition('.')[0] in {HEAVY}]:
    del sys.modules[name]
class Refuse:
    def find_spec(self, name, path=None, target=None):
        assert name not in {HEAVY}, name
sys.meta_path.insert(0, Refuse())
spacy.blank('en')
assert 'jointre.integrations.spacy_entry' in sys.modules
print(*({HEAVY} & sys.modules.keys()))
"""
    assert fresh(code).strip() == ""


def test_a_fresh_process_needs_no_import_of_jointre(overfitted: Path) -> None:
    document = gold(overfitted)[0]
    text = " ".join(document.tokens)
    code = f"""
import spacy
nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
ruler = nlp.add_pipe("entity_ruler")
ruler.add_patterns([{{"label": "ROLE", "pattern": "shipping group"}}])
nlp.add_pipe("jointre", config={{"model": {str(overfitted)!r}}})
doc = nlp({text!r})
for relation in doc._.relations:
    print(relation.head, relation.label, relation.tail, sep="|")
print(*sorted(ent.label_ for ent in doc.ents))
"""
    *relations, labels = fresh(code).splitlines()
    words = [" ".join(document.tokens[slice(*entity.span)]) for entity in document.entities]
    assert set(relations) == {
        f"{words[one.head]}|{one.label}|{words[one.tail]}" for one in document.relations
    }
    assert labels.split() == ["Organization", "Person", "Place", "ROLE"]


def test_the_config_has_every_key(overfitted: Path) -> None:
    nlp = pipeline(overfitted, batch_size=3)
    config = nlp.config["components"]["jointre"]
    assert config == {
        **DEFAULTS,
        "factory": "jointre",
        "model": str(overfitted),
        "batch_size": 3,
        "scorer": {"@scorers": "jointre.scorer.v1", "protocol": None},
    }
    weights = nlp.config["training"]["score_weights"]
    assert weights["jointre_rel_strict_f"] == weights["sents_f"] == 0.5
    assert nlp.get_pipe_meta("jointre").assigns == [
        "doc.spans",
        "doc.ents",
        "doc._.entities",
        "doc._.relations",
    ]


@pytest.mark.parametrize(
    "config", [{"batch_size": "four"}, {"use_ents": 3}, {"modle": "runs"}, {"threshold": "high"}]
)
def test_a_wrong_config_is_told_by_its_key(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(config))):
        spacy.blank("en").add_pipe("jointre", config=config)


def test_the_scorer_is_registered() -> None:
    assert registry.scorers.get("jointre.scorer.v1")()([], spans_key="a")["a_ents_f"] == 0.0
    assert make_scorer("dygie")([])["jointre_rel_f"] == 0.0
