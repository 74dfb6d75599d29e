"""What a study file may say, and all of its mistakes at once."""

from typing import Any

import pytest

from jointre.config import construct
from jointre.errors import ConfigError
from jointre.studies.study import FoldFiles, Study


def test_defaults() -> None:
    study = construct(Study, {"variants": [{"name": "a"}, {"name": "b", "title": "B & C"}]})
    assert (study.base, study.seeds, study.show, study.folds) == ("a", [0], None, None)
    assert [variant.title for variant in study.variants] == ["a", "B & C"]


def test_folds() -> None:
    folds = [{"train": "1.txt", "test": "2.txt"}, {"train": "2.txt", "test": "1.txt", "dev": "d"}]
    study = construct(Study, {"variants": [{"name": "a"}], "folds": folds})
    assert isinstance(study.folds, list)
    assert all(isinstance(fold, FoldFiles) for fold in study.folds)
    assert [str(fold.dev) for fold in study.folds] == ["None", "d"]
    assert construct(Study, {"variants": [{"name": "a"}], "folds": 5}).folds == 5


@pytest.mark.parametrize(
    ("study", "message"),
    [
        ({}, "variants: missing"),
        ({"variants": [{"name": "../up"}]}, r"name='../up': a variant is named by letters, digits"),
        ({"variants": [{"name": "a"}] * 2}, "variants: 2 of them have the name 'a'"),
        ({"variants": [{"name": "a"}], "base": "b"}, "base='b' is not a variant; there are a"),
        ({"variants": [{"name": "a"}], "seeds": [1, 2, 1]}, "seeds: 1 is there 2 times"),
        ({"variants": [{"name": "a"}], "folds": 1}, "folds: 1 is not accepted"),
        ({"variants": [{"name": "a", "titel": "A"}]}, "variants.0.titel: .* mean 'title'"),
    ],
)
def test_mistakes(study: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        construct(Study, study)
