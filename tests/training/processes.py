"""Trainings in processes of their own, which die where a test wants them to."""

import os
import signal
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

# Forked from a server that has imported everything, a process starts at once.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["jointre.training.run"])


def start(config: Mapping[str, Any], path: Path, **options: Any) -> BaseProcess:
    """A training that goes on with whatever is in ``path``; ``options`` as for :func:`body`."""
    process = CONTEXT.Process(target=body, args=(config, path), kwargs=options)
    process.start()
    return process


def body(
    config: Mapping[str, Any],
    path: Path,
    die_at: int | None = None,
    after: bool = False,
    threads: int = 1,
) -> None:
    """Train; die when a file is about to be put in its place, or when it just was.

    Args:
        config: the experiment.
        path: the run directory.
        die_at: the number, from 0, of the replaced file at which the process is killed.
        after: die after that replacement, not before.
        threads: Number of threads that torch computes with.
    """
    import torch

    from jointre.training.run import train

    torch.set_num_threads(threads)
    if die_at is not None:
        _die_at(die_at, after)
    train(config, path, recover=True, log=lambda line: None)


def _die_at(number: int, after: bool) -> None:
    replace, left = os.replace, number

    def counted(source: Any, target: Any) -> None:
        nonlocal left
        if left == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    os.replace = counted
