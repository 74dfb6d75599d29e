"""Evaluate jsonnet in a process of its own, whose memory and time are limited.

:mod:`jointre.config.jsonnet.evaluation` runs it as a script, without site packages. A config may
make jsonnet run forever or fill the memory, and deeply nested text makes its process crash.
Requests and answers are lines of JSON.
"""

import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def _limit(memory: int) -> None:
    """Limit the memory of this process, as far as the system can."""
    for name, limit in (("RLIMIT_AS", memory), ("RLIMIT_DATA", memory), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is None:  # not on every system
            continue
        with suppress(OSError, ValueError):  # macOS refuses limits of memory
            resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _send(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _import(folder: str, name: str) -> tuple[str, bytes]:
    _send({"import": [folder, name]})
    answer = json.loads(sys.stdin.readline())
    if "failure" in answer:
        raise RuntimeError(answer["failure"])
    return answer["path"], answer["text"].encode()


class Rjsonnet:
    """The package rjsonnet with the behaviour of jsonnet's own module.

    Args:
        module: The imported package.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    def evaluate_snippet(
        self,
        name: str,
        text: str,
        import_callback: Callable[[str, str], tuple[str, bytes]],
        ext_vars: dict[str, str],
    ) -> str:
        """The JSON that a jsonnet text evaluates to.

        Args:
            name: What messages call the text.
            text: Jsonnet.
            import_callback: Gives the path and the content of a file for a folder and a name.
            ext_vars: External variables.

        Raises:
            RuntimeError: There is an error, in the form in which jsonnet reports it.
        """

        def imported(folder: str, file: str) -> tuple[str, str]:
            if folder == os.getcwd():  # rjsonnet's folder of a text that is in no file
                folder = name[: name.rfind("/") + 1]
            path, content = import_callback(folder, file)
            return path, with_this_file(content.decode(), path)

        try:
            result: str = self._module.evaluate_snippet(
                name, with_this_file(text, name), import_callback=imported, ext_vars=ext_vars
            )
        except RuntimeError as error:
            raise RuntimeError(as_jsonnet_reports(str(error))) from None
        return result


_THIS_FILE = re.compile(
    r"""( //[^\n]* | \#[^\n]* | /\*.*?\*/
    | @"(?:""|[^"])*" | @'(?:''|[^'])*' | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
    | \|\|\|-?[ \t]*\n.*?\n[ \t]*\|\|\| ) | \bstd\s*\.\s*thisFile\b""",
    re.DOTALL | re.VERBOSE,
)
_WORDING = (
    (r"runtime error: ", ""),
    (r"assert failed: ", ""),
    (r"external variable is not defined: ", "undefined external variable: "),
    (r"no such field: ", "field does not exist: "),
    (r"stack overflow, .*", "max stack frames exceeded."),
)


def with_this_file(text: str, path: str) -> str:
    """Jsonnet in which ``std.thisFile``, which rjsonnet does not have, is the path itself.

    Args:
        text: Jsonnet; comments and strings stay as they are.
        path: The path of its file.
    """
    return _THIS_FILE.sub(lambda match: match[1] or json.dumps(path), text)


def as_jsonnet_reports(message: str) -> str:
    """An error of rjsonnet in jsonnet's form: the message, then one line per place, after a tab.

    Args:
        message: The text of rjsonnet's error.
    """
    head, *lines = message.split("\n    ")
    places = [match for line in lines if (match := re.match(r"([^<].*?|<o.*?):(\d+):(\d+)", line))]
    if head.startswith("syntax error: ") and places:
        return f"STATIC ERROR: {places[0][0]}: {head.removeprefix('syntax error: ')}"
    for rjsonnet_words, jsonnet_words in _WORDING:
        head = re.sub(f"^{rjsonnet_words}", jsonnet_words, head)
    return "\n".join([f"RUNTIME ERROR: {head}", *(f"\t{match[0]}" for match in places)])


def library(name: str, file: str) -> Any:
    """A jsonnet library.

    Args:
        name: ``_jsonnet`` or ``rjsonnet``.
        file: The file of that module or package.
    """
    folders = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=folders)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return Rjsonnet(module) if name == "rjsonnet" else module


def main(name: str, file: str, memory: str) -> None:
    """Answer requests until the input ends.

    Args:
        name: The module, ``_jsonnet`` or ``rjsonnet``.
        file: The file of that module or package.
        memory: The most memory of this process, in bytes.
    """
    jsonnet = library(name, file)
    _limit(int(memory))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = jsonnet.evaluate_snippet(
                request["name"],
                request["text"],
                import_callback=_import,
                ext_vars=request["variables"],
            )
        except RuntimeError as error:
            _send({"error": str(error)})
        except MemoryError:
            _send({"memory": True})
        else:
            _send({"result": result})


if __name__ == "__main__":
    main(*sys.argv[1:])
