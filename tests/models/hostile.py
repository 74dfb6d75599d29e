"""Load archives and print what each did: the error, requests, connections and processes.

An archive may also be the folder of a spaCy pipeline, or the bytes of its component. Run as
``python -m tests.models.hostile ARCHIVE...`` in a process of its own, because an audit hook cannot
be removed. The hub's address leads to a server on loopback that counts requests.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

EVENTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "pty.spawn")
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.sendto")


class Hub(BaseHTTPRequestHandler):
    """Answers nothing and remembers the addresses that were asked for."""

    requests: list[str] = []

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.send_error(404)

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


def read(path: Path) -> None:
    """Load an archive, the folder of a pipeline, or the bytes of a component."""
    import spacy

    from jointre.models import archive

    if (path / "meta.json").exists():
        spacy.load(path)
    elif path.suffix == ".bytes":
        spacy.blank("en").add_pipe("jointre").from_bytes(path.read_bytes())
    else:
        archive.load(path)


def main(archives: list[str]) -> None:
    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.pop(name, None)
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    from huggingface_hub import constants

    from jointre.errors import ArchiveError

    read(Path(archives[0]))  # so that everything is imported
    events: list[str] = []

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in EVENTS or event in NETWORK:
            events.append(f"{event} {args[1:]!r}"[:200])

    sys.addaudithook(audit)
    for path in archives[1:]:
        error = None
        try:
            read(Path(path))
        except ArchiveError as refused:
            error = str(refused).removeprefix(f"{path}: ")
        sys.stdout.write(
            json.dumps({"error": error, "events": events, "requests": Hub.requests}) + "\n"
        )
        events.clear()
        Hub.requests.clear()
    assert not constants.HF_HUB_OFFLINE  # loading leaves the client as it was
    sys.stdout.write(json.dumps("end") + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
