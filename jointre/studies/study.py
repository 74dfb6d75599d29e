"""Study: the whole of a study file, apart from its experiments."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le, MinLen

from jointre.config.bounds import Seed
from jointre.errors import ConfigError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")


class Variant:
    """A variant of the study's experiment.

    Args:
        name: Name of the variant, in file names and options: letters, digits, ``_`` and ``.``.
        title: Name of the variant in tables; null: ``name``.
        group: Block of the table, or curve of the figure, to which the variant belongs.
        x: Place of the variant on the figure's axis; null: the variant is a bar.
        published: Published scores in percent, by name, such as ``{ entity_f1: 88.1 }``.

    Raises:
        ConfigError: The name cannot be the name of a file.
    """

    def __init__(
        self,
        name: str,
        title: str | None = None,
        group: str | None = None,
        x: float | None = None,
        published: Mapping[str, float] | None = None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"name={name!r}: a variant is named by letters, digits, '_' and '.', because its "
                "runs are stored under this name; a title may be any text"
            )
        self.name, self.title = name, title or name
        self.group, self.x = group, x
        self.published = dict(published or {})


class FoldFiles:
    """The files of one fold, for corpora whose folds are published.

    Args:
        train: File to train on.
        test: File to score at the end.
        dev: File that is scored after every epoch; null: none.
    """

    def __init__(self, train: Path, test: Path, dev: Path | None = None) -> None:
        self.train, self.test, self.dev = train, test, dev


class Study:
    """A study: an experiment, variants of it, and the seeds with which they are trained.

    Args:
        variants: The variants. In a file, each may have a ``change``, which is added to the
            ``experiment`` of the file.
        seeds: Random seeds; each variant is trained once per seed.
        title: Title of tables and figures.
        base: Name of the variant that the others are compared with; null: the first one.
        show: Scores of the table, such as ``entity_f1``; null: those that select the best epoch.
        split: Data whose scores are shown; null: test if there is one, else dev.
        folds: Number of folds for cross-validation by document, or the files of each fold. Every
            variant is trained once per seed and fold, and tables show means over folds.
        axis: Label of the figure's horizontal axis.

    Raises:
        ConfigError: Variants have the same name, or ``base`` is none of them.
    """

    def __init__(
        self,
        variants: Annotated[Sequence[Variant], MinLen(1)],
        seeds: Annotated[list[Seed], MinLen(1)] = [0],  # noqa: B006 — never changed
        title: str | None = None,
        base: str | None = None,
        show: Annotated[list[str], MinLen(1)] | None = None,
        split: Literal["test", "dev"] | None = None,
        folds: Annotated[int, Ge(2), Le(1000)]
        | Annotated[list[FoldFiles], MinLen(2)]
        | None = None,
        axis: str | None = None,
    ) -> None:
        names = [variant.name for variant in variants]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"variants: {names.count(name)} of them have the name {name!r}")
        if base is not None and base not in names:
            raise ConfigError(f"base={base!r} is not a variant; there are {', '.join(names)}")
        for seed in seeds:
            if seeds.count(seed) > 1:
                raise ConfigError(f"seeds: {seed} is there {seeds.count(seed)} times")
        self.variants, self.seeds = list(variants), list(seeds)
        self.title, self.axis = title, axis
        self.base = base or names[0]
        self.show, self.split = show, split
        self.folds = folds
