from pathlib import Path

from jointre.config import LoadedConfig, Problem, check, load_config
from tests.config.toys import Experiment


def line_of(loaded: LoadedConfig, path: str, value: str = "1") -> str | None:
    return loaded.line_of(Problem(path, value, "wrong"))


def test_lines_are_those_of_keys_that_occur_once(folder: Path) -> None:
    loaded = load_config("ex/m.jsonnet", ["model.deep.width=3"])
    assert line_of(loaded, "seed") == "ex/lib/base.libsonnet:3"
    assert line_of(loaded, "name") == "ex/m.jsonnet:2"
    assert line_of(loaded, "model.refiners.0") == "ex/lib/base.libsonnet:7"
    assert line_of(loaded, "model.interaction.heads") is None  # only in a comment
    assert line_of(loaded, "model.deep.width") == "-o model.deep.width=3"
    assert line_of(loaded, "model.max_width", "") == "ex/lib/base.libsonnet:5"  # missing
    assert line_of(loaded, "") is None
    twice = load_config("ex/m.jsonnet", ["{ seed: 3 }"])
    assert line_of(twice, "seed") is None


def test_problems_come_in_the_order_of_the_file(folder: Path) -> None:
    Path("c.jsonnet").write_text(
        "{\n  training: { epochs: 'x' },\n  model: {\n    max_width: 0,\n    type: 'span',\n"
        "    interaction: 'nine',\n  },\n  sed: 1,\n}"
    )
    problems = [str(each) for each in check(Experiment, load_config("c.jsonnet"))]
    assert problems == [
        'training.epochs: "x" is not accepted: an integer, at least 1 (c.jsonnet:2)',
        "model.max_width: 0 is not accepted: an integer, at least 1 (c.jsonnet:4)",
        "model.interaction: no toy interaction is called 'nine'; did you mean 'none'? Choices: "
        "conv, ctam, none (c.jsonnet:6)",
        "sed: Experiment takes no 'sed'; did you mean 'seed'? It takes model, seed, training "
        "(c.jsonnet:8)",
    ]
