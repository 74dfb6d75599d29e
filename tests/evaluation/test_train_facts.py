import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document, Span
from jointre.errors import DataError
from jointre.evaluation.train_facts import Fact, names_of, read_train_facts
from jointre.formats import JsonlWriter
from tests.evaluation.clustered import document
from tests.formats.writing import write

VERTICES = [
    [{"name": "Ada Lovelace"}, {"name": "Ada"}],
    [{"name": "Rome"}],
    [{"name": "Baden - Baden"}],
]


def docred(*labels: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"title": "t", "sents": [["w"]], "vertexSet": VERTICES, "labels": list(labels)}]


def saved(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_every_name_of_the_head_with_every_name_of_the_tail(tmp_path: Path) -> None:
    content = docred({"r": "P27", "h": 0, "t": 1}, {"r": "P19", "h": 2, "t": 0, "evidence": [0]})
    path = saved(tmp_path / "train.json", content)
    assert read_train_facts([path]) == {
        ("AdaLovelace", "Rome", "P27"),
        ("Ada", "Rome", "P27"),
        ("Baden-Baden", "AdaLovelace", "P19"),
        ("Baden-Baden", "Ada", "P19"),
    }


def test_a_list_of_facts_and_several_files(tmp_path: Path) -> None:
    facts = saved(tmp_path / "train.fact", [["Ada L .", "Rome", "P27"], ["a", "b", "P1"]])
    zipped = tmp_path / "train.json.gz"
    zipped.write_bytes(gzip.compress(json.dumps(docred({"r": "P5", "h": 1, "t": 2})).encode()))
    assert read_train_facts([facts]) == {("AdaL.", "Rome", "P27"), ("a", "b", "P1")}
    assert read_train_facts([facts, zipped]) == {
        *read_train_facts([facts]),
        ("Rome", "Baden-Baden", "P5"),
    }


def test_jsonl_has_names_from_its_tokens(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    one = document([("A", (0, 2), (4, 5)), ("B", (2, 3))], [(0, 1, "r")])
    write(JsonlWriter(), [one, document(id="e")], path)
    assert read_train_facts([path]) == {Fact("ab", "c", "r"), Fact("e", "c", "r")}
    assert names_of(one, [Span(0, 2), Span(1, 4)]) == ["ab", "bcd"]
    assert names_of(Document("d", ("a", "\u00a0", "b")), [Span(0, 3), Span(1, 3)]) == ["ab", "b"]


def test_documents_without_labels_add_nothing(tmp_path: Path) -> None:
    content = [*docred({"r": "P5", "h": 1, "t": 2}), {"vertexSet": VERTICES}]
    assert len(read_train_facts([saved(tmp_path / "train.json", content)])) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (docred(), "no relation in it; training facts come from the annotated training file"),
        ([], "no training facts; accepted are DocRED's JSON, a JSON list of"),
        ([{"tokens": ["a"]}], "no training facts; accepted are DocRED's JSON, a JSON list of"),
        ({"entities": {}}, "no training facts; accepted are DocRED's JSON, a JSON list of"),
        ([["a", "b"]], "fact 0 must be [head name, tail name, label], not ['a', 'b']"),
        ([["a", "b", "P1"], "x"], "fact 1: a fact must be a list, not 'x'"),
        ([["a", "b", 7]], "fact 0: a fact[2] must be a string, not 7"),
        (
            docred({"r": "P5", "h": 1, "t": 3}),
            "document 0: labels[0].t is 3, but there are 3 entities",
        ),
        (
            docred({"r": "P5", "h": -1, "t": 2}),
            "document 0: labels[0].h is -1, but there are 3 entities",
        ),
        (docred({"h": 1, "t": 2}), "document 0: labels[0].r must be a string, not None"),
        ([{"vertexSet": [[{"type": "PER"}]]}], "document 0: a name must be a string, not None"),
        ("", "the file is empty"),
        ("[[", "not JSON"),
    ],
)
def test_what_is_no_training_file(tmp_path: Path, content: Any, message: str) -> None:
    path = saved(tmp_path / "train.json", content)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        read_train_facts([path])
    assert str(caught.value).startswith(f"{path}:")


def test_a_missing_file_and_a_file_that_is_not_whole(tmp_path: Path) -> None:
    saved(tmp_path / "train.json", docred())
    with pytest.raises(DataError, match=r"no such file .* did you mean 'train\.json'\?"):
        read_train_facts([tmp_path / "trian.json"])
    record = {"text": "Ada left .", "entities": [{"label": "A", "chars": [[0, 20]]}]}
    path = saved(tmp_path / "train.jsonl", record)
    with pytest.raises(DataError, match=r"train\.jsonl: not all of it .*outside its text"):
        read_train_facts([path])
