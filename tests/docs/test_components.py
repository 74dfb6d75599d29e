from pathlib import Path

import pytest
from jointre_docs import components, options, places, rst

from jointre.config import Registrable, describe
from jointre.nn.interactions import CrossTaskAttention, Interaction
from jointre.training.experiment import DataSettings
from tests.markdown import registry_restored


def test_no_docstring_leaves_a_question_open() -> None:
    assert components.gaps() == []


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        (None, "has no docstring"),
        ("Waits.\n\nArgs:\n    depth: of it.", "names neither a 'Paper:' nor a 'Source:'"),
        ("Waits.\n\nSource: this test.", "does not say under 'Args:' what 'depth' means"),
        ("Waits.\n\nSource: this test.\n\nArgs:\n    depth: of it.", None),
    ],
)
def test_gaps_are_noticed(text: str | None, gap: str | None) -> None:
    class Waiting(Interaction):
        def __init__(self, depth: int = 1) -> None:
            super().__init__()

    Waiting.__doc__ = text
    found = list(components.open_in(Waiting))
    assert (found == []) if gap is None else (gap in " ".join(found))


def test_gaps_name_the_component() -> None:
    with registry_restored():

        @Interaction.register("undocumented")
        class Undocumented(Interaction):
            pass

        (gap,) = components.gaps()
    assert "test_components:" in gap
    assert "the interaction 'undocumented' has no docstring" in gap


def test_every_interface_and_every_component_has_its_place() -> None:
    pages = components.pages()
    for name, interface in Registrable.interfaces().items():
        page = pages[f"components/{name}.rst"]
        for each in interface.names():
            assert f".. _{name}.{each}:" in page
            assert f".. autoclass:: {components.dotted(interface.by_name(each))}\n" in page
        assert f":doc:`{name}`" in pages["components/index.rst"]
        assert f"\n   {name}\n" in pages["components/index.rst"]
    assert all(Path(name).suffix == ".rst" for name in pages)


def test_an_interface_says_where_configs_name_it_and_how_it_is_tested() -> None:
    page = components.interface_page(Interaction)
    assert "In a config: ``interaction (model document, span, table)``." in page
    assert ":py:class:`jointre.testing.contracts.InteractionContract`" in page
    assert "come from the owner and are not config keys: ``input_dim``." in page
    assert components.suites_of(Interaction) == ["InteractionContract"]


def test_purposes_stand_alone() -> None:
    class Hook:
        """Settings; :meth:`build` makes
        an :class:`~one.Other`.

        More.
        """

    assert components.first_sentence(Hook) == "Settings; ``build`` makes an ``one.Other``."


def test_sections_of_an_experiment() -> None:
    found = dict(places.sections())
    assert found["data"] is DataSettings
    assert {
        "",
        "data",
        "training",
        "model table.cell_features",
        "model document.loss_weights",
    } <= found.keys()
    reader = Registrable.interfaces()["reader"]
    assert places.keys_of(reader) == ["data.reader"]
    assert "``reader``" in "\n".join(options.table(DataSettings))
    page = components.experiment_page()
    assert ".. autoclass:: jointre.training.experiment.DataSettings" in page
    assert "``model span.loss_weights``, ``model table.loss_weights``" in page  # one class, once
    assert page.count(".. autoclass:: jointre.models.backbone_model.TaskWeights") == 1


def test_arguments_become_a_table() -> None:
    lines = ["Purpose.", "", "Args:", "    layers: depth;", "        more.", "", "Shapes:", "    x"]
    options.replace_arguments(None, "class", "", CrossTaskAttention, None, lines)
    assert lines[:3] == ["Purpose.", "", ".. list-table::"]
    assert lines[-2:] == ["Shapes:", "    x"]
    assert sum(line.startswith("   * -") for line in lines) == 1 + len(describe(CrossTaskAttention))
    row = lines.index("   * - ``layers``")
    kind = "     - an integer, at least 1, at most 100"
    assert lines[row + 1 : row + 3] == [kind, "     - ``1``"]


def test_other_docstrings_stay() -> None:
    lines = ["Purpose.", "", "Args:", "    x: a number."]
    options.replace_arguments(None, "class", "", Path, None, lines)
    options.replace_arguments(None, "class", "", Interaction, None, lines)
    assert lines == ["Purpose.", "", "Args:", "    x: a number."]
    # napoleon would take "One" for the type of a property.
    options.replace_arguments(None, "property", "", None, None, lines)
    assert lines[:2] == ["\\", "Purpose."]


def test_a_table_needs_no_signature() -> None:
    for cls in (CrossTaskAttention, DataSettings, Interaction):
        assert options.hide_signature(None, "class", "", cls, None, "(x)", "") == ("", "")
    for what, other in (("class", Path), ("method", CrossTaskAttention.forward)):
        assert options.hide_signature(None, what, "", other, None, "(x)", "") is None


def test_without_arguments_the_table_comes_last() -> None:
    lines = ["Purpose."]
    options.replace_arguments(
        None, "class", "", Registrable.interfaces()["entity_pooler"].by_name("max"), None, lines
    )
    assert lines == ["Purpose.", "", "It has no options.", ""]


def test_code() -> None:
    assert rst.code("a b") == "``a b``"
    assert rst.code(" a") == "``' a'``"
    assert rst.code("") == "``''``"
