import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

from jointre.config import Factory, construct, load_config, resolve
from jointre.config.build import PlacedError, build, make
from jointre.config.tree import Deferred, Entries, Items, Leaf, Ready, Recipe
from jointre.errors import ConfigError
from tests.config.toys import (
    Convolution,
    CrossTaskAttention,
    Decoder,
    Device,
    Experiment,
    Interaction,
    Model,
    NoInteraction,
    SpanModel,
    Training,
    config,
)


def test_objects_from_a_configuration() -> None:
    experiment = construct(Experiment, config())
    assert experiment.seed == 1
    assert experiment.model.type is SpanModel
    model = experiment.model(labels=5)
    assert (model.labels, model.max_width) == (5, 8)
    assert model.interaction.heads == 2
    assert isinstance(model.refiners[0], NoInteraction)
    assert model.refiners[1].dropout == 0.0
    assert model.decoder == Decoder(0.5, False)


def test_leaves_become_python_values() -> None:
    data = {
        "epochs": 1.0, "lr": 1, "device": "cuda", "log": "a/b", "limits": [3, 1],
        "weights": {"a": 1}, "monitor": ["x", "y"], "extra": {"b": [1.0]}, "batch": 3,
    }  # fmt: skip
    training = construct(Training, data)
    assert training.epochs == 1
    assert type(training.epochs) is int
    assert type(training.lr) is float
    assert training.device is Device.CUDA
    assert training.log == Path("a/b")
    assert training.limits == (3, 1.0)
    assert training.weights == {"a": 1.0}
    assert training.monitor == ["x", "y"]
    assert training.extra == {"b": [1.0]}
    assert training.batch == 3


def test_a_factory_has_type_and_options() -> None:
    factory = construct(Factory[Interaction], {"type": "ctam", "heads": 2})
    assert factory.type is CrossTaskAttention
    assert factory.options == {
        "heads": 2, "agent": "cls", "dropout": 0.2, "directions": ["entity"],
    }  # fmt: skip
    assert repr(factory) == "Factory(ctam at no path)"
    one, other = factory(input_dim=4), factory(input_dim=4)
    assert one is not other


def test_a_name_is_a_component_without_options() -> None:
    assert construct(Factory[Interaction], "ctam").options["heads"] == 4
    assert isinstance(construct(Factory[Interaction], "none")(input_dim=3), NoInteraction)


def test_an_optional_factory() -> None:
    data = config()["model"]
    assert construct(Factory[Model], data)(labels=1).second is None
    second = construct(Factory[Model], {**data, "second": "ctam"})(labels=1).second
    assert isinstance(second, Factory)
    assert second.type is CrossTaskAttention


def test_the_same_from_python() -> None:
    built = Factory(
        SpanModel,
        interaction=Factory(CrossTaskAttention, heads=2, dropout=0.1),
        max_width=8,
        refiners=(Factory(NoInteraction), Factory(CrossTaskAttention, heads=4, dropout=0)),
        decoder=Decoder(0.4),
    )
    data = {**config()["model"], "decoder": {"threshold": 0.4}}
    assert built.options == construct(Factory[Model], data).options
    assert built(labels=2).interaction.heads == 2
    resolved = resolve(Experiment, {"model": built, "training": {"epochs": 1}})
    assert resolved["model"] == resolve(Model, data)


def test_a_finished_object_is_taken_but_cannot_be_written_out() -> None:
    class Owner:
        def __init__(self, interaction: Interaction, training: Training) -> None:
            self.interaction, self.training = interaction, training

    part, training = CrossTaskAttention(8), Training(1)
    factory = Factory(Owner, interaction=part, training=training)
    assert factory().interaction is part
    assert factory().training is training
    with pytest.raises(ConfigError, match=r"toys:CrossTaskAttention was built in Python, so its"):
        _ = factory.options


def test_options_from_python_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"^head: ctam takes no 'head'; did you mean 'heads'\?"):
        Factory(CrossTaskAttention, head=3)
    with pytest.raises(ConfigError, match=r'^heads: "4" is not accepted: an integer, at least 1$'):
        Factory(CrossTaskAttention, heads="4")
    with pytest.raises(ConfigError, match=r"^inner: missing; conv needs it: a toy interaction"):
        Factory(Convolution)
    with pytest.raises(
        ConfigError, match=r"^input_dim: not a config key: whoever builds ctam gives"
    ):
        Factory(CrossTaskAttention, input_dim=3)


@pytest.mark.parametrize("given", [{}, {"width": 3}, {"input_dim": 3, "more": 4}])
def test_an_owner_gives_exactly_what_is_to_be_given(given: dict[str, int]) -> None:
    names = ", ".join(sorted(given)) or "nothing"
    message = rf"^ctam \(.*:CrossTaskAttention\) is to be given input_dim; its owner gave {names}$"
    with pytest.raises(TypeError, match=message):
        Factory(CrossTaskAttention)(**given)


def test_a_constructors_refusal_has_the_path() -> None:
    data = config()
    data["model"]["interaction"]["heads"] = 5
    factory = construct(Experiment, data).model
    with pytest.raises(ConfigError) as caught:
        factory(labels=1)
    assert str(caught.value) == "model.interaction: heads=5 does not divide the width 384"


def test_the_innermost_path_is_the_only_one() -> None:
    data = config()
    inner = {"type": "conv", "inner": {"type": "ctam", "heads": 2}}
    data["model"]["refiners"] = ["none", {"type": "conv", "inner": inner}]
    with pytest.raises(ConfigError) as caught:
        construct(Experiment, data).model(labels=1)
    assert str(caught.value) == (
        "model.refiners.1.inner.inner: heads=2 does not divide the width 3"
    )


def test_a_default_factory_knows_its_path_too() -> None:
    class Owner:
        def __init__(
            self,
            part: Factory[Interaction] = Factory(CrossTaskAttention, heads=3),
        ) -> None:
            part(input_dim=4)

    class Root:
        def __init__(self, owner: Owner) -> None:
            pass

    with pytest.raises(ConfigError, match=r"^owner\.part: heads=3 does not divide the width 4$"):
        construct(Root, {"owner": {}})


def test_a_value_error_is_a_mistake_in_the_config_and_a_type_error_is_not() -> None:
    class Range:
        def __init__(self, low: int, high: int) -> None:
            if low > high:
                raise ValueError(f"low={low} is above high={high}")
            if low == high:
                raise TypeError("a bug")

    class Root:
        def __init__(self, ranges: dict[str, Range]) -> None:
            pass

    with pytest.raises(ConfigError, match=r"^ranges\.a: low=3 is above high=2$"):
        construct(Root, {"ranges": {"a": {"low": 3, "high": 2}}})
    with pytest.raises(TypeError, match="a bug"):
        construct(Root, {"ranges": {"a": {"low": 3, "high": 3}}})


def test_a_path_may_be_given() -> None:
    with pytest.raises(ConfigError, match=r"^archive\.model\.heads: 0 is not accepted"):
        construct(Interaction, {"type": "ctam", "heads": 0}, "archive.model")


def test_plain_classes_may_be_given_things() -> None:
    class Settings:
        given: ClassVar[tuple[str, ...]] = ("labels",)

        def __init__(self, labels: int, rate: float = 0.5) -> None:
            self.total = labels * rate

    factory = construct(Factory[Settings], {"rate": 2})
    assert factory(labels=3).total == 6.0
    with pytest.raises(
        TypeError, match=r"Settings .* is to be given labels; its owner gave nothing"
    ):
        factory()


def test_an_inherited_catch_all_constructor_has_no_options() -> None:
    class Base:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

    class Part(Base):
        pass

    with pytest.raises(ConfigError, match=r"^args: Part takes no 'args'\. It takes no options$"):
        construct(Part, {"args": 1})


def test_an_unregistered_component_cannot_be_written_out() -> None:
    class Secret(Interaction):
        pass

    class Owner:
        def __init__(self, part: Factory[Interaction]) -> None:
            pass

    with pytest.raises(ConfigError, match=r"Secret is not registered, so no config can name it$"):
        resolve(Owner, {"part": Factory(Secret)})


def test_problems_of_a_file_have_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.jsonnet").write_text("{\n  type: 'ctam',\n  heads: 0,\n}")
    message = r"^heads: 0 is not accepted: an integer, at least 1 \(c\.jsonnet:3\)$"
    with pytest.raises(ConfigError, match=message):
        construct(Interaction, load_config("c.jsonnet"))


def test_the_package_is_light() -> None:
    code = (
        "import sys, jointre.config; print(sorted({'torch', 'numpy', 'spacy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_trees_are_built() -> None:
    leaf = Leaf("a", b"a")
    assert build(leaf, "x") == b"a"
    assert build(Items([leaf], tuple), "x") == (b"a",)
    assert build(Entries({"k": leaf}), "x") == {"k": b"a"}
    assert build(Ready(3), "x") == 3
    assert isinstance(build(Deferred(Recipe(NoInteraction, {})), "x"), Factory)


def test_a_refusal_is_placed_once() -> None:
    recipe = Recipe(CrossTaskAttention, {"heads": Leaf(3, 3)})
    with pytest.raises(PlacedError, match=r"^a\.b: heads=3 does not divide the width 4$"):
        make(recipe, "a.b", {"input_dim": 4})
    with pytest.raises(ConfigError, match=r"^heads=3 does not divide the width 4$"):
        make(recipe, "", {"input_dim": 4})


def test_factories_can_be_sent_to_other_processes() -> None:
    factory = pickle.loads(pickle.dumps(Factory(CrossTaskAttention, heads=2)))
    assert factory(input_dim=4).heads == 2
