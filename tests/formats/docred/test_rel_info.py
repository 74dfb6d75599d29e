import json
from pathlib import Path
from typing import Any

import pytest

from jointre.errors import DataError
from jointre.formats.docred.rel_info import name_of, read_rel_info
from tests.data.real import real


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "rel_info.json"
    path.write_text(json.dumps(content))
    return path


def test_reads_codes_and_names_in_order(tmp_path: Path) -> None:
    names = read_rel_info(written(tmp_path, {"P17": "country", "P6": "head of government"}))
    assert list(names.items()) == [("P17", "country"), ("P6", "head of government")]


def test_reads_the_names_of_a_types_file(tmp_path: Path) -> None:
    types = {"entities": {}, "relations": {"P17": {"short": "P17", "verbose": "country"}}}
    assert read_rel_info(written(tmp_path, types)) == {"P17": "country"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], r"the names of relations must be an object, not \[\]"),
        ({"P17": 3}, "P17 must be a string, not 3"),
        ({"P1": "a", "P2": "a"}, "'P1' and 'P2' are both called 'a'; names must differ; or omit"),
        ({"relations": {"P1": {}}}, r"relations\.P1\.verbose must be a string, not None"),
        ({"relations": {"P1": "a"}}, r"relations\.P1 must be an object, not 'a'"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"rel_info\.json: {message}"):
        read_rel_info(written(tmp_path, content))


def test_codes_are_their_own_names_when_there_are_none() -> None:
    assert name_of("P17", {}, "here") == "P17"
    assert name_of("P17", {"P17": "country"}, "here") == "country"


def test_a_code_without_a_name_is_refused() -> None:
    with pytest.raises(DataError, match=r"here is 'P171', which the names.*did you mean 'P17'\?"):
        name_of("P171", {"P17": "country"}, "here")


@pytest.mark.realdata
def test_both_published_files_say_the_same() -> None:
    names = read_rel_info(real("docred/rel_info.json"))
    assert len(names) == 96
    assert read_rel_info(real("docred_joint/types.json")) == names
