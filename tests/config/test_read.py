from typing import Any, Literal

import pytest

from jointre.config import Factory
from jointre.config.read import Reader
from tests.config.toys import Decoder, Experiment, Interaction, config


def test_objects_are_seen_with_their_classes() -> None:
    reader = Reader()
    reader.read(Experiment, config(), "")
    seen = {each.path: each for each in reader.seen}
    assert list(seen)[:3] == ["", "model", "model.interaction"]
    assert seen["model.decoder"].cls is Decoder
    assert [path for path, each in seen.items() if each.by_default] == ["model.decoder"]
    assert reader.mistakes == 0


def test_mistakes_count_keys_too() -> None:
    data = config()
    data["sed"] = 1
    del data["training"]
    data["model"]["max_width"] = 0
    reader = Reader()
    assert reader.read(Experiment, data, "") is None
    assert reader.mistakes == 3


@pytest.mark.parametrize(
    ("hint", "value", "said"),
    [
        (Factory[Interaction] | Literal["auto"], "auot",
         'is not accepted: a toy interaction (conv, ctam, none) or "auto"; did you mean "auto"?'),
        (Factory[Interaction] | Literal["auto"], "ctm", 'did you mean "ctam"?'),
        (Decoder | float, {"threshold": 2},
         "at.threshold: 2 is not accepted: a number, at least 0"),
        (Decoder | float, "x",
         '"x" is not accepted: an object with keys among all_spans, threshold '
         "or a number"),
        (list[int] | dict[str, int], {"a": "b"}, 'at.a: "b" is not accepted: an integer'),
    ],
)  # fmt: skip
def test_unions_say_what_helps_most(hint: Any, value: Any, said: str) -> None:
    reader = Reader()
    assert reader.read(hint, value, "at") is None
    (problem,) = reader.problems
    assert said in str(problem)


def test_unions_take_what_fits() -> None:
    for hint, value, taken in [
        (Factory[Interaction] | Literal["auto"], "auto", "Leaf"),
        (Factory[Interaction] | Literal["auto"], "ctam", "Deferred"),
        (Decoder | float, 0.5, "Leaf"),
        (Decoder | float, {"threshold": 0.5}, "Recipe"),
        (int | str, "4", "Leaf"),
    ]:
        reader = Reader()
        assert type(reader.read(hint, value, "at")).__name__ == taken
        assert reader.mistakes == 0


def test_a_factory_without_a_class_is_the_authors_fault() -> None:
    with pytest.raises(TypeError, match=r"^at: Factory needs a class, as in Factory\[Encoder\]$"):
        Reader().read(Factory, {}, "at")
