"""Evaluate jsonnet in a process of its own, whose memory and time are limited.

Run by :mod:`jointre.config.jsonnet.evaluation` as a script, without site packages: jsonnet runs for
ever or fills the memory where a config says so, and text that is nested deeply ends the process
itself. Requests and answers are lines of JSON.
"""

import importlib.util
import json
import sys
from contextlib import suppress
from typing import Any

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def _limit(memory: int) -> None:
    """Limit the memory of this process, as far as the system can."""
    for name, most in (("RLIMIT_AS", memory), ("RLIMIT_DATA", memory), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is None:  # not on every system
            continue
        with suppress(OSError, ValueError):  # macOS refuses limits of memory
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _import(folder: str, name: str) -> tuple[str, bytes]:
    _say({"import": [folder, name]})
    answer = json.loads(sys.stdin.readline())
    if "failure" in answer:
        raise RuntimeError(answer["failure"])
    return answer["path"], answer["text"].encode()


def main(module: str, memory: str) -> None:
    """Answer requests until the input ends.

    Args:
        module: The file of the compiled module ``_jsonnet``.
        memory: The most memory of this process, in bytes.
    """
    spec = importlib.util.spec_from_file_location("_jsonnet", module)
    assert spec is not None
    assert spec.loader is not None
    jsonnet = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(jsonnet)
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
            _say({"error": str(error)})
        except MemoryError:
            _say({"memory": True})
        else:
            _say({"result": result})


if __name__ == "__main__":
    main(*sys.argv[1:])
