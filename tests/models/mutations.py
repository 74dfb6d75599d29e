"""Changed archives: every value of their JSON files replaced by values that no model has."""

import copy
import json
import math
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jointre.models import archive_files

VALUES: tuple[Any, ...] = (
    10**9,
    10**30,
    -1,
    0,
    1.5,
    1e308,
    math.nan,
    -math.inf,
    True,
    None,
    "",
    "nonsense",
    "someone/repository",
    "a" * 5000,
    [],
    {},
    [[[]]],
    {"type": "nonsense"},
)
NAMES = (
    "config.json",
    "vocabulary.json",
    "encoder/config.json",
    "encoder/tokenizer.json",
    "encoder/tokenizer_config.json",
)


class Mutation(NamedTuple):
    """One changed value.

    Args:
        name: The file.
        path: Keys and indices that lead to the value.
        value: The value that replaces it.
    """

    name: str
    path: tuple[str | int, ...]
    value: Any

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.path))} = {self.value!r:.40}"


def mutations(archive: Path, seed: int) -> Iterator[Mutation]:
    """Changes of an archive in random order, without end; each file has the same share."""
    rng = random.Random(seed)
    contents = {name: json.loads((archive / name).read_text()) for name in NAMES}
    contents["config.json"] = {"model": contents["config.json"]["model"]}
    places = {name: list(_places(content)) for name, content in contents.items()}
    while True:
        name = rng.choice(NAMES)
        yield Mutation(name, rng.choice(places[name]), rng.choice(VALUES))


def _places(content: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items: Any = content.items() if isinstance(content, dict) else enumerate(content)
    for number, (key, value) in enumerate(items):
        if number == 12:  # a tokenizer has hundreds of like pieces
            return
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))


def mutated(archive: Path, mutation: Mutation, target: Path) -> Path:
    """A copy of an archive with one change and with checksums that agree with it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(archive, target)
    path = target / mutation.name
    content = copy.deepcopy(json.loads(path.read_text()))
    inner = content
    for key in mutation.path[:-1]:
        inner = inner[key]
    inner[mutation.path[-1]] = mutation.value
    path.write_text(json.dumps(content))
    header = json.loads((target / "config.json").read_text())
    if isinstance(header, dict):
        header.pop("files", None)
        (target / "config.json").write_text(json.dumps({**header, "format": 2}))
    archive_files.write_checksums(target)
    return target
