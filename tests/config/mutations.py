"""Mistakes put into the shipped experiment files, to measure what the checks say of them.

`python -m tests.config.mutations [SEED]` prints the table and every failure.
"""

import copy
import random
import string
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jointre.config import check, load_config
from jointre.config.check import Checker
from jointre.config.diagnostics.wording import describe_hint
from jointre.config.schema import is_factory, is_list, members, options_of, peel

ROOT = Path(__file__).parents[2]
VARIABLES = {"fold": "0"}
Json = Any


@dataclass(frozen=True)
class Mutant:
    """A configuration with one mistake, and what is expected to be said.

    Args:
        kind: the kind of mistake.
        name: what was done, for the report.
        data: the configuration.
        path: the path that the problem should name.
        suggestion: what it should suggest; alternatives joined by " or " may be more.
    """

    kind: str
    name: str
    data: Json
    path: str
    suggestion: str


@dataclass(frozen=True)
class Outcome:
    """What the checks said of a mutant."""

    mutant: Mutant
    detected: bool
    right: bool
    said: str


@dataclass(frozen=True)
class Place:
    """An object of a raw configuration: its path, its keys and its class."""

    path: str
    keys: dict[str, Json]
    cls: type


def shipped() -> list[Path]:
    """Every experiment file; studies are not among them."""
    files = sorted((ROOT / "experiments").glob("**/*.jsonnet"))
    return [path for path in files if path.parent.name != "studies"]


def places(hint: Any, data: Json) -> list[Place]:
    """The objects written out in a correct configuration (bare names are none)."""
    checker = Checker()
    checker.check(hint, data, "")
    found = []
    for seen in checker.objects:
        raw = at(data, seen.path)
        if isinstance(raw, dict) and not seen.by_default:
            found.append(Place(seen.path, raw, seen.cls))
    return found


def at(data: Json, path: str) -> Json:
    """The value at a path; None where there is none."""
    for key in path.split(".") if path else []:
        if isinstance(data, list):
            data = data[int(key)]
        elif isinstance(data, dict):
            data = data.get(key)
        else:
            return None
    return data


def join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def edited(data: Json, path: str, edit: dict[str, Json], drop: str | None = None) -> Json:
    """A copy in which an object lost a key and got others."""
    data = copy.deepcopy(data)
    target = at(data, path)
    if drop is not None:
        del target[drop]
    target.update(edit)
    return data


def slip(word: str, rng: random.Random, taken: Sequence[str]) -> str:
    """A word with one slip of the keyboard that is no other accepted word."""
    while True:
        i = rng.randrange(len(word))
        options = [
            word[:i] + word[i] + word[i:],
            word[:i] + rng.choice(string.ascii_lowercase) + word[i + 1 :],
            word[: max(i - 1, 0)] + word[i : i + 1] + word[max(i - 1, 0) : i] + word[i + 1 :],
        ]
        if len(word) > 2:
            options.append(word[:i] + word[i + 1 :])
        chosen = rng.choice(options)
        if chosen not in taken and chosen != word:
            return chosen


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def dropped(data: Json, found: list[Place], rng: random.Random) -> Iterator[Mutant]:
    """Each required key, and each `type`, left out, unless that was the old form of a config."""
    classes = {place.path: place.cls for place in found}
    for place in found:
        owner = classes.get(_parent(place.path))
        name = place.path.rpartition(".")[2]
        optional_type = getattr(owner, "old_options", {}).get(name) == name
        for key in place.keys:
            option = options_of(place.cls).get(key)
            if key == "type" and optional_type:
                continue
            if key == "type":
                suggestion = place.keys[key]
            elif option is not None and option.required:
                suggestion = describe_hint(option.hint)
            else:
                continue
            path = join(place.path, key)
            yield Mutant("drop", f"-{path}", edited(data, place.path, {}, key), path, suggestion)


def misspelt(data: Json, found: list[Place], rng: random.Random) -> Iterator[Mutant]:
    """Each key with a slip."""
    for place in found:
        for key, value in place.keys.items():
            wrong = slip(key, rng, [*options_of(place.cls), "type"])
            mutant = edited(data, place.path, {wrong: value}, key)
            path = join(place.path, wrong)
            yield Mutant("misspell", f"{join(place.path, key)} → {wrong}", mutant, path, key)


def mistyped(data: Json, found: list[Place], rng: random.Random) -> Iterator[Mutant]:
    """Each value replaced by one of a wrong JSON type."""
    for place in found:
        for key, value in place.keys.items():
            option = options_of(place.cls).get(key)
            if option is None or Any in members(peel(option.hint)[0]):
                continue
            wrong: list[Json] = [12345.5, 1 if isinstance(value, bool) else True]
            if isinstance(value, int | float):
                wrong = [str(value), {}]
            if not any(is_list(peel(each)[0]) for each in members(peel(option.hint)[0])):
                wrong.append([[]])
            mutant = edited(data, place.path, {key: rng.choice(wrong)})
            path = join(place.path, key)
            name = f"{path} = {at(mutant, path)!r}"
            yield Mutant("type", name, mutant, path, describe_hint(option.hint))


def misnamed(data: Json, found: list[Place], rng: random.Random) -> Iterator[Mutant]:
    """Each component's name with a slip, as `type` and as a bare name."""
    for place in found:
        for key, value in place.keys.items():
            option = options_of(place.cls).get(key)
            bare = option is not None and any(is_factory(each) for each in members(option.hint))
            if not (isinstance(value, str) and (key == "type" or bare)):
                continue
            wrong = slip(value, rng, [value])
            path = join(place.path, key)
            mutant = edited(data, place.path, {key: wrong})
            yield Mutant("name", f"{path} = {wrong}", mutant, path, value)


def misplaced(data: Json, found: list[Place], rng: random.Random) -> Iterator[Mutant]:
    """Each key moved to the parent, or into an object beside it or beside its own."""
    for place in found:
        parent = _parent(place.path)
        for key, value in place.keys.items():
            own = join(place.path, key)
            targets = [
                other
                for other in found
                if other.path not in (place.path, own)
                and not other.path.startswith(f"{own}.")
                and key not in options_of(other.cls)
                and (other.path == parent or _parent(other.path) in (place.path, parent))
            ]
            if key == "type" or not targets:
                continue
            target = rng.choice(targets)
            mutant = edited(data, place.path, {}, key)
            at(mutant, target.path)[key] = value
            right = join(place.path, key)
            path = join(target.path, key)
            yield Mutant("nesting", f"{right} → {path}", mutant, path, right)


KINDS = (dropped, misspelt, mistyped, misnamed, misplaced)


def mutants(hint: Any, files: Sequence[Path], seed: int, each: int) -> list[Mutant]:
    """Up to `each` mutants of every kind from every file, which must be right itself."""
    made: list[Mutant] = []
    for file in files:
        rng = random.Random(f"{seed} {file.name}")
        data = load_config(file, ext_vars=VARIABLES).data
        problems = check(hint, data)
        assert not problems, f"{file}: {[str(problem) for problem in problems]}"
        found = places(hint, data)
        for kind in KINDS:
            all_of_kind = list(kind(data, found, rng))
            made += rng.sample(all_of_kind, min(each, len(all_of_kind)))
    return made


def judge(hint: Any, mutant: Mutant) -> Outcome:
    """Check a mutant. It is right when one problem has the path and the suggestion."""
    problems = check(hint, mutant.data)
    right = any(
        problem.path == mutant.path and _suggests(problem.suggestion, mutant)
        for problem in problems
    )
    said = " | ".join(f"{problem} [{problem.suggestion}]" for problem in problems)
    return Outcome(mutant, bool(problems), right, said or "nothing")


def _suggests(suggestion: str | None, mutant: Mutant) -> bool:
    if suggestion is None:
        return False
    alternatives = [suggestion, *suggestion.split(" or ")]
    if mutant.kind == "drop":  # a missing type: the names that it may have
        alternatives += suggestion.split(", ")
    return mutant.suggestion in alternatives


def report(outcomes: Sequence[Outcome]) -> str:
    """A table by kind, then the failures."""
    lines = [f"{'kind':10}{'mutants':>8}{'detected':>10}{'right':>8}"]
    for kind in dict.fromkeys(outcome.mutant.kind for outcome in outcomes):
        of_kind = [outcome for outcome in outcomes if outcome.mutant.kind == kind]
        detected = sum(outcome.detected for outcome in of_kind)
        right = sum(outcome.right for outcome in of_kind)
        lines.append(f"{kind:10}{len(of_kind):8}{detected:10}{right:8}")
    for outcome in outcomes:
        if not outcome.right:
            mutant = outcome.mutant
            lines.append(f"{mutant.kind}: {mutant.name}: expected {mutant.path}: "
                         f"{mutant.suggestion}; said {outcome.said}")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Print the report."""
    from jointre.training.experiment import Experiment

    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    outcomes = [judge(Experiment, each) for each in mutants(Experiment, shipped(), seed, 1000)]
    sys.stdout.write(report(outcomes) + "\n")


if __name__ == "__main__":
    main()
