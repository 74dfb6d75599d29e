from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import final

import catalogue
import pytest

from jointre.config import Registrable
from jointre.errors import ConfigError
from tests.config.toys import CrossTaskAttention, Interaction, NoInteraction


@pytest.fixture
def shape() -> Iterator[type[Registrable]]:
    """An interface that is forgotten after the test."""

    class Shape(Registrable, interface="toy_shape"):
        pass

    yield Shape
    del Registrable._interfaces["toy_shape"]
    for key in [key for key in catalogue.REGISTRY if key[:2] == ("jointre", "toy_shape")]:
        del catalogue.REGISTRY[key]


def plug_in(monkeypatch: pytest.MonkeyPatch, *entries: tuple[str, str]) -> None:
    points = EntryPoints(
        EntryPoint(name=name, value=value, group="jointre_toy_shape") for name, value in entries
    )
    monkeypatch.setattr(catalogue, "AVAILABLE_ENTRY_POINTS", points)


def test_names_and_classes_by_name() -> None:
    assert Interaction.names() == ["conv", "ctam", "none"]
    assert Interaction.by_name("ctam") is CrossTaskAttention
    assert CrossTaskAttention.registered_name == "ctam"
    assert NoInteraction.interface == "toy_interaction"


def test_interfaces_are_listed_by_name(shape: type[Registrable]) -> None:
    assert Registrable.interfaces()["toy_shape"] is shape
    assert list(Registrable.interfaces()) == sorted(Registrable.interfaces())


def test_two_interfaces_of_one_name_are_refused(shape: type[Registrable]) -> None:
    with pytest.raises(ConfigError, match=r"two interfaces are called 'toy_shape': .*Shape and "):

        class Other(Registrable, interface="toy_shape"):
            pass


def test_a_duplicate_name_tells_both_places(shape: type[Registrable]) -> None:
    @final
    @shape.register("round")
    class Circle(shape):  # type: ignore[valid-type, misc]
        pass

    message = (
        r"two toy_shape components are called 'round': tests\.config\.test_registrable:"
        r".*Circle and tests\.config\.test_registrable:.*Disc; give one another name"
    )
    with pytest.raises(ConfigError, match=message):

        @shape.register("round")
        class Disc(shape):  # type: ignore[valid-type, misc]
            pass

    assert shape.by_name("round") is Circle


def test_registering_the_same_class_again_is_harmless(shape: type[Registrable]) -> None:
    class Circle(shape):  # type: ignore[valid-type, misc]
        pass

    shape.register("round")(Circle)
    shape.register("round")(Circle)
    assert shape.names() == ["round"]


def test_a_stranger_is_refused(shape: type[Registrable]) -> None:
    with pytest.raises(TypeError, match=r"Stranger does not inherit from .*Shape"):

        @shape.register("stranger")
        class Stranger:
            pass


def test_an_unknown_name_lists_the_choices_and_the_nearest() -> None:
    message = (
        r"^no toy interaction is called 'ctm'; did you mean 'ctam'\? Choices: conv, ctam, none$"
    )
    with pytest.raises(ConfigError, match=message):
        Interaction.by_name("ctm")
    with pytest.raises(ConfigError, match=r"^no toy interaction is called 'xyz'\. Choices: conv,"):
        Interaction.by_name("xyz")
    with pytest.raises(ConfigError, match=r"^no toy interaction is called 'xxx") as caught:
        Interaction.by_name("x" * 3000)
    assert len(str(caught.value)) < 200


def test_a_name_of_another_interface_is_recognised(shape: type[Registrable]) -> None:
    @shape.register("rectangle")
    class Rectangle(shape):  # type: ignore[valid-type, misc]
        pass

    message = r"no toy interaction is called 'rectangle' \('rectangle' is a toy shape\)\. Choices"
    with pytest.raises(ConfigError, match=message):
        Interaction.by_name("rectangle")


def test_an_empty_interface_says_so(shape: type[Registrable]) -> None:
    with pytest.raises(ConfigError, match="Choices: none is registered; is a package to be"):
        shape.by_name("round")


def test_an_entry_point_adds_a_component(
    shape: type[Registrable], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "toy_plug.py").write_text(
        "from jointre.config import Registrable\n"
        "Shape = Registrable.interfaces()['toy_shape']\n"
        "class Oval(Shape): pass\n"
        "class Loose: pass\n"
    )
    plug_in(monkeypatch, ("oval", "toy_plug:Oval"), ("loose", "toy_plug:Loose"))
    assert shape.names() == ["loose", "oval"]
    oval = shape.by_name("oval")
    assert oval.__qualname__ == "Oval"
    assert oval.registered_name == "oval"
    message = r"the toy_shape 'loose' \(entry point toy_plug:Loose\) is not a subclass of .*Shape"
    with pytest.raises(ConfigError, match=message):
        shape.by_name("loose")


def test_a_broken_entry_point_tells_why(
    shape: type[Registrable], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, ("oval", "toy_absent:Oval"))
    with pytest.raises(
        ConfigError, match=r"\(entry point toy_absent:Oval\) cannot be imported: Mod"
    ):
        shape.by_name("oval")


def test_an_entry_point_cannot_shadow_a_component(
    shape: type[Registrable], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Circle(shape):  # type: ignore[valid-type, misc]
        pass

    shape.register("round")(Circle)
    plug_in(monkeypatch, ("round", "elsewhere.shapes:Round"))
    message = r"called 'round': tests.*Circle and the entry point elsewhere\.shapes:Round; rename"
    with pytest.raises(ConfigError, match=message):
        shape.by_name("round")
    with pytest.raises(ConfigError, match=message):
        shape.register("round")(Circle)


def test_two_entry_points_of_one_name_are_refused(
    shape: type[Registrable], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, ("round", "one:Round"), ("round", "two:Round"))
    with pytest.raises(
        ConfigError, match="the entry point one:Round and the entry point two:Round"
    ):
        shape.by_name("round")


def test_a_package_may_declare_a_class_both_ways(
    shape: type[Registrable], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Circle(shape):  # type: ignore[valid-type, misc]
        pass

    plug_in(monkeypatch, ("round", "tests.config:Circle"))
    shape.register("round")(Circle)
    assert shape.by_name("round") is Circle
