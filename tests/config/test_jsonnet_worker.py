"""The worker as a process: lines of JSON in, lines of JSON out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import _jsonnet

from jointre.config import jsonnet_worker


def test_requests_imports_and_errors() -> None:
    def request(text: str) -> str:
        return json.dumps({"name": "text", "text": text, "variables": {}}) + "\n"

    lines = request("1 + import 'a'") + json.dumps({"path": "a", "text": "2"}) + "\n"
    lines += request("error 'no'") + request("'ä'")
    result = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            str(Path(str(jsonnet_worker.__file__))),
            str(_jsonnet.__file__),
            str(2**30),
        ],
        input=lines.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    answers: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers[:2] == [{"import": ["", "a"]}, {"result": "3\n"}]
    assert answers[2]["error"].startswith("RUNTIME ERROR: no")
    assert answers[3] == {"result": '"ä"\n'}
