import json
from typing import Any, Literal

import pytest

from jointre.config import Factory, check, construct, resolve
from jointre.config.check import Checker, fits
from jointre.errors import ConfigError
from tests.config.toys import Decoder, Experiment, Interaction, Model, Training, config, edited


def test_the_toy_configuration_is_right() -> None:
    assert check(Experiment, config()) == []


CTAM = "It takes agent, directions, dropout, heads"
SPAN = "It takes decoder, interaction, max_width, refiners, second"
NAMES = "conv, ctam, none"


@pytest.mark.parametrize(
    ("path", "value", "message", "suggestion"),
    [
        ("model.interaction.head", 3,
         f"model.interaction.head: ctam takes no 'head'; did you mean 'heads'? {CTAM}", "heads"),
        ("model.interaction.zebra", 3,
         f"model.interaction.zebra: ctam takes no 'zebra'. {CTAM}", None),
        ("model.interaction.heads", "4",
         'model.interaction.heads: "4" is not accepted: an integer, at least 1',
         "an integer, at least 1"),
        ("model.interaction.heads", 0,
         "model.interaction.heads: 0 is not accepted: an integer, at least 1",
         "an integer, at least 1"),
        ("model.interaction.heads", True,
         "model.interaction.heads: true is not accepted: an integer, at least 1",
         "an integer, at least 1"),
        ("model.interaction.heads", 2.5,
         "model.interaction.heads: 2.5 is not accepted: an integer, at least 1",
         "an integer, at least 1"),
        ("model.interaction.agent", "maxx",
         'model.interaction.agent: "maxx" is not accepted: "cls", "max" or "mean"; '
         'did you mean "max"?', "max"),
        ("model.interaction.dropout", 1,
         "model.interaction.dropout: 1 is not accepted: a number, at least 0, below 1",
         "a number, at least 0, below 1"),
        ("model.interaction.directions", [],
         'model.interaction.directions: [] is not accepted: a list, each item: "entity" or '
         '"relation", of length 1 or more',
         'a list, each item: "entity" or "relation", of length 1 or more'),
        ("model.interaction.directions", ["entity", "relatoin"],
         'model.interaction.directions.1: "relatoin" is not accepted: "entity" or "relation"; '
         'did you mean "relation"?', "relation"),
        ("model.interaction.type", "ctm",
         "model.interaction.type: no toy interaction is called 'ctm'; did you mean 'ctam'? "
         f"Choices: {NAMES}", "ctam"),
        ("model.interaction", "ctm",
         f"model.interaction: no toy interaction is called 'ctm'; did you mean 'ctam'? "
         f"Choices: {NAMES}", "ctam"),
        ("model.interaction.type", 4,
         f"model.interaction.type: 4 is not accepted: the name of a toy interaction ({NAMES})",
         NAMES),
        ("model.interaction.type", ...,
         f"model.interaction.type: missing; it names a toy interaction: {NAMES}; "
         f"these keys fit 'ctam'",
         "ctam"),
        ("model.interaction", {},
         f"model.interaction.type: missing; it names a toy interaction: {NAMES}", NAMES),
        ("model.interaction", {"tpye": "ctam", "heads": 3},
         "model.interaction.tpye: not a key here; did you mean 'type', which names a toy "
         "interaction?", "type"),
        ("model.interaction", 4,
         f"model.interaction: 4 is not accepted: a toy interaction ({NAMES})",
         f"a toy interaction ({NAMES})"),
        ("model.interaction", None,
         f'model.interaction: null is not accepted: a toy interaction ({NAMES}); '
         'did you mean "none"?',
         "none"),
        ("model.interaction", ["ctam"],
         f'model.interaction: ["ctam"] is not accepted: a toy interaction ({NAMES})',
         f"a toy interaction ({NAMES})"),
        ("model.interaction", "conv",
         f"model.interaction.inner: missing; conv needs it: a toy interaction ({NAMES})",
         f"a toy interaction ({NAMES})"),
        ("model.second", 4,
         f"model.second: 4 is not accepted: a toy interaction ({NAMES}) or null",
         f"a toy interaction ({NAMES}) or null"),
        ("model.second", {"type": "ctam", "heads": 0},
         "model.second.heads: 0 is not accepted: an integer, at least 1", "an integer, at least 1"),
        ("model.refiners", "none",
         f'model.refiners: "none" is not accepted: a list, each item: a toy interaction ({NAMES})',
         f"a list, each item: a toy interaction ({NAMES})"),
        ("model.refiners.1.heads", -1,
         "model.refiners.1.heads: -1 is not accepted: an integer, at least 1",
         "an integer, at least 1"),
        ("model.decoder", {"treshold": 0.4},
         "model.decoder.treshold: Decoder takes no 'treshold'; did you mean 'threshold'? It takes "
         "all_spans, threshold", "threshold"),
        ("model.decoder", "greedy",
         'model.decoder: "greedy" is not accepted: an object with keys among all_spans, threshold',
         "an object with keys among all_spans, threshold"),
        ("model.max_width", ...,
         "model.max_width: missing; span needs it: an integer, at least 1",
         "an integer, at least 1"),
        ("model.interaction", ...,
         f"model.interaction: missing; span needs it: a toy interaction ({NAMES})",
         f"a toy interaction ({NAMES})"),
        ("model", ...,
         "model: missing; Experiment needs it: a toy model (span)", "a toy model (span)"),
        ("model.labels", 3,
         "model.labels: not a config key: whoever builds span gives it; leave it out", None),
        ("training.monitor", 3,
         "training.monitor: 3 is not accepted: a string or a list, each item: a string",
         "a string or a list, each item: a string"),
        ("training.monitor", ["f1", 3],
         "training.monitor.1: 3 is not accepted: a string", "a string"),
        ("training.weights", {"a": "b"},
         'training.weights.a: "b" is not accepted: a number', "a number"),
        ("training.weights", 3,
         "training.weights: 3 is not accepted: an object, each value: a number or null",
         "an object, each value: a number or null"),
        ("training.device", "cud",
         'training.device: "cud" is not accepted: "cpu" or "cuda"; did you mean "cuda"?', "cuda"),
        ("training.log", 4, "training.log: 4 is not accepted: a path", "a path"),
        ("training.limits", [1],
         "training.limits: [1] is not accepted: a list of 2: an integer; a number",
         "a list of 2: an integer; a number"),
        ("training.batch", "atuo",
         'training.batch: "atuo" is not accepted: an integer or "auto"; did you mean "auto"?',
         "auto"),
        ("training.lr", float("nan"), "training.lr: NaN is not accepted: a number", "a number"),
        ("training.epochs", "x" * 80,
         f'training.epochs: "{"x" * 58}… is not accepted: an integer, at least 1',
         "an integer, at least 1"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(
    path: str, value: Any, message: str, suggestion: str | None
) -> None:
    problems = check(Experiment, edited(path, value))
    assert [str(problem) for problem in problems] == [message]
    assert problems[0].suggestion == suggestion


def test_all_mistakes_are_reported_at_once() -> None:
    data = {"model": {"type": "span", "interaction": {"type": "cta", "x": 1}}, "sead": "1"}
    with pytest.raises(ConfigError) as caught:
        construct(Experiment, data)
    assert sorted(str(caught.value).splitlines()) == [
        "model.interaction.type: no toy interaction is called 'cta'; did you mean 'ctam'? "
        "Choices: conv, ctam, none",
        "model.max_width: missing; span needs it: an integer, at least 1",
        "sead: Experiment takes no 'sead'; did you mean 'seed'? It takes model, seed, training",
        "training: missing; Experiment needs it: an object with keys among batch, device, epochs, "
        "extra, limits, log, lr, monitor, weights",
    ]


def test_the_root_has_no_path() -> None:
    assert [str(each) for each in check(Experiment, 4)] == [
        "4 is not accepted: an object with keys among model, seed, training"
    ]


def test_resolve_fills_in_every_default() -> None:
    ctam = {"agent": "cls", "directions": ["entity"]}
    resolved = resolve(Experiment, config())
    assert resolved == {
        "model": {
            "type": "span",
            "interaction": {"type": "ctam", "heads": 2, **ctam, "dropout": 0.1},
            "max_width": 8,
            "refiners": [{"type": "none"}, {"type": "ctam", "heads": 4, **ctam, "dropout": 0}],
            "second": None,
            "decoder": {"threshold": 0.5, "all_spans": False},
        },
        "training": {
            "epochs": 3, "lr": 1e-5, "monitor": "f1", "weights": None, "device": "cpu",
            "log": "log.txt", "limits": [1, 0.5], "extra": None, "batch": "auto",
        },
        "seed": 1,
    }  # fmt: skip
    assert next(iter(resolved["model"]["interaction"])) == "type"
    assert resolve(Experiment, json.loads(json.dumps(resolved))) == resolved
    assert resolve(Interaction, "ctam") == resolve(Interaction, {"type": "ctam"})


def test_any_is_left_as_it_is() -> None:
    data = {"deep": [1, {"type": "x"}], "real": 1.0}
    assert resolve(Training, {"epochs": 1, "extra": data})["extra"] == data


def test_the_data_are_not_changed() -> None:
    data = config()
    resolve(Experiment, data)
    assert data == config()


def test_checking_builds_nothing() -> None:
    class Explosive:
        def __init__(self, size: int = 1) -> None:
            raise AssertionError("built")

    assert check(Explosive, {"size": 3}) == []
    assert resolve(Factory[Explosive], {}) == {"size": 1}


def test_a_constructor_that_cannot_be_configured_is_the_authors_fault() -> None:
    class NoHint:
        def __init__(self, size) -> None:  # type: ignore[no-untyped-def]
            pass

    class BadDefault:
        def __init__(self, size: int = "big") -> None:  # type: ignore[assignment]
            pass

    with pytest.raises(TypeError, match=r"NoHint: the argument 'size' has no type hint"):
        check(NoHint, {})
    with pytest.raises(
        TypeError, match=r"BadDefault: the default of 'size' does not fit its type "
    ):
        check(BadDefault, {})
    with pytest.raises(TypeError, match=r"the type hint .* is not supported in a constructor"):
        check(dict[str, 3], {"a": 1})  # type: ignore[valid-type]


def test_a_plain_class_takes_its_own_registered_name() -> None:
    span = Model.by_name("span")
    data = config()["model"]
    assert resolve(span, data) == resolve(Model, data)
    (problem,) = check(span, {**data, "type": "table"})
    assert problem.message == f"span takes no 'type'. {SPAN}"


def test_dataclasses_are_plain_classes() -> None:
    assert resolve(Decoder, {"threshold": 1}) == {"threshold": 1, "all_spans": False}


def test_objects_are_noted_with_their_classes() -> None:
    checker = Checker()
    checker.check(Experiment, config(), "")
    objects = {each.path: each for each in checker.objects}
    assert list(objects)[:3] == ["", "model", "model.interaction"]
    assert objects["model.decoder"].cls is Decoder
    assert [path for path, each in objects.items() if each.by_default] == ["model.decoder"]
    assert checker.mistakes == 0


def test_mistakes_count_keys_too() -> None:
    data = config()
    data["sed"] = 1
    del data["training"]
    data["model"]["max_width"] = 0
    checker = Checker()
    assert checker.check(Experiment, data, "") is None
    assert checker.mistakes == 3


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
    checker = Checker()
    assert checker.check(hint, value, "at") is None
    (problem,) = checker.problems
    assert said in str(problem)


def test_unions_take_what_fits() -> None:
    for hint, value, taken in [
        (Factory[Interaction] | Literal["auto"], "auto", "Leaf"),
        (Factory[Interaction] | Literal["auto"], "ctam", "Deferred"),
        (Decoder | float, 0.5, "Leaf"),
        (Decoder | float, {"threshold": 0.5}, "Recipe"),
        (int | str, "4", "Leaf"),
    ]:
        checker = Checker()
        assert type(checker.check(hint, value, "at")).__name__ == taken
        assert checker.mistakes == 0


def test_a_factory_without_a_class_is_the_authors_fault() -> None:
    with pytest.raises(TypeError, match=r"^at: Factory needs a class, as in Factory\[Encoder\]$"):
        Checker().check(Factory, {}, "at")


def test_a_hint_and_a_value() -> None:
    assert fits(Factory[Interaction] | None, "ctam")
    assert not fits(Factory[Interaction], {"type": "ctam", "zebra": 1})
    assert not fits(int, "4")
