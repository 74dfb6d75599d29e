import subprocess
import sys


def run(*lines: str) -> str:
    """What a fresh interpreter prints."""
    code = "\n".join(["import sys", "from jointre.data.spacy_import import spacy_module", *lines])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


COMMAND_LINE = "print([name for name in sys.modules if name.startswith('spacy.cli')])"


def test_the_command_line_is_not_imported() -> None:
    assert run("spacy_module('spacy.tokens')", COMMAND_LINE) == "[]"
    assert run("spacy_module().blank('en').add_pipe('sentencizer')", COMMAND_LINE) == "[]"


def test_the_command_line_is_there_when_it_is_used() -> None:
    assert run("print(spacy_module().cli.download.__module__)") == "spacy.cli.download"
    assert run("print(spacy_module().info(silent=True)['spacy_version'][0])") == "3"
    module = run("spacy_module()", "import spacy.cli.info", "print(spacy.cli.info.__module__)")
    assert module == "spacy.cli.info"


def test_other_names_do_not_exist() -> None:
    assert run("print(hasattr(spacy_module(), 'nothing'))") == "False"


def test_spacy_that_was_imported_before_stays_as_it_is() -> None:
    lines = ("import spacy", "info = spacy.info", "print(spacy_module() is spacy, info)")
    assert run(*lines, "assert spacy.info is info").startswith("True")


def test_a_module_that_does_not_exist() -> None:
    code = "from jointre.data.spacy_import import spacy_module\nspacy_module('spacy.nothing')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "No module named 'spacy.nothing'" in done.stderr
