import pytest

from jointre.config import Registrable
from tests.cli.command import Command


def test_list_names_everything(jointre: Command) -> None:
    ended = jointre("components", "list")
    assert ended.code == 0
    for interface, kind in Registrable.interfaces().items():
        assert interface in ended.out
        assert all(name in ended.out for name in kind.names())
    assert "ctam" in ended.out


def test_list_of_one_interface(jointre: Command) -> None:
    ended = jointre("components", "list", "schedule")
    assert all(name in ended.out for name in ("constant", "cosine", "linear"))
    assert "ctam" not in ended.out


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("dataset reader", ["brat", "spert"]),
        ("span enumerator", ["all_spans", "arxiv.org/abs/1707.07045"]),
        ("task-aware projection", ["linear", "mlp"]),
        ("Co-attention block", ["ctam", "conv_co_attention", "arxiv.org/abs/2308.12531"]),
        ("memory module", ["memory_flow", "arxiv.org/abs/2307.11762"]),
        ("classifier", ["similarity", "feedforward"]),
        ("metric", ["spert", "docred"]),
    ],
)
def test_parts_are_found_by_the_terms_of_the_field(
    jointre: Command, words: str, names: list[str]
) -> None:
    ended = jointre("components", "list", words)
    assert ended.code == 0
    text = "".join(ended.out.split())
    assert words.lower() in ended.out.lower()
    assert all(name in text for name in names)


def test_show(jointre: Command) -> None:
    ended = jointre("components", "show", "interaction", "ctam")
    assert ended.code == 0
    for text in ("aclanthology.org/2024.lrec-main.1343", "heads", "dropout", "option"):
        assert text in ended.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("list", "interacton"),
            "no interface is called 'interacton'; did you mean 'interaction'?",
        ),
        (("show", "interaction", "ctan"), "did you mean 'ctam'?"),
        (("show", "zzz", "ctam"), "no interface is called 'zzz'. Choices: "),
    ],
)
def test_unknown_names(jointre: Command, arguments: tuple[str, ...], message: str) -> None:
    jointre("components", *arguments).told(message)


def test_a_package_registers_its_own(
    jointre: Command, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "tests_own_parts.py").write_text(
        "from typing import final\n"
        "from jointre.training.schedules import Schedule\n"
        "@final\n"
        "@Schedule.register('tests_own_halves')\n"
        "class Halves(Schedule):\n"
        "    '''Halves the rate.'''\n"
        "    def factor(self, step: int, total: int) -> float:\n"
        "        return 0.5**step\n"
    )
    try:
        ended = jointre(
            "components",
            "show",
            "schedule",
            "tests_own_halves",
            "--include-package",
            "tests_own_parts",
        )
        assert ended.code == 0, ended.err
        assert "Halves the rate." in ended.out
    finally:
        forget("tests_own_halves")


def forget(name: str) -> None:
    """Registered names are compared with a snapshot elsewhere."""
    import catalogue

    from jointre.training.schedules import Schedule

    for key in [key for key in catalogue.REGISTRY if key[-1] == name]:
        del catalogue.REGISTRY[key]
    assert name not in Schedule.names()
