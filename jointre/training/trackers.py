"""Loggers in the course of a training: started, sent to, and not used any more once they fail."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, final

from lightning.pytorch.loggers import Logger

from jointre.training.loggers import TrainingLogger


@final
class Forgiving(Logger):
    """A logger whose failures do not end the training: the first one is reported, and it stops.

    Args:
        build: Makes the logger.
        kind: Name of the component, for messages.
        log: Called with a line about the failure.
    """

    def __init__(self, build: Callable[[], Logger], kind: str, log: Callable[[str], None]) -> None:
        super().__init__()
        self._kind, self._log = kind, log
        self._logger: Logger | None = None
        self._try(lambda: setattr(self, "_logger", build()))

    @property
    def name(self) -> str | None:
        """Name of the component."""
        return self._kind

    @property
    def version(self) -> int | str | None:
        """Not known, so that checkpoints do not depend on a tracker."""
        return None

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Send losses and scores."""
        self._use(lambda logger: logger.log_metrics(metrics, step))

    def log_hyperparams(self, params: Any, *more: Any, **named: Any) -> None:
        """Send the experiment."""
        self._use(lambda logger: logger.log_hyperparams(params, *more, **named))

    def save(self) -> None:
        """Write what is not written yet."""
        self._use(lambda logger: logger.save())

    def finalize(self, status: str) -> None:
        """End the run in the tracker."""
        self._use(lambda logger: logger.finalize(status))

    def _use(self, action: Callable[[Logger], Any]) -> None:
        logger = self._logger
        if logger is not None:
            self._try(lambda: action(logger))

    def _try(self, action: Callable[[], Any]) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                action()
        except Exception as error:
            self._logger = None
            reason = " ".join(str(error).split())[:200]
            self._log(
                f"warning: the logger {self._kind!r} failed and is not used any more in this "
                f"training ({type(error).__name__}: {reason}); the run directory is complete "
                "without it"
            )


def build_loggers(
    loggers: Sequence[TrainingLogger],
    folder: Path,
    experiment: Mapping[str, Any],
    log: Callable[[str], None],
) -> list[Logger]:
    """Lightning's loggers, to which the experiment is sent.

    Args:
        loggers: The components.
        folder: The run directory.
        experiment: The resolved experiment.
        log: Called with a line if a tracker fails.
    """
    options = _flat(experiment)
    built: list[Logger] = []
    for logger in loggers:
        made = Forgiving(partial(logger.build, folder), logger.registered_name, log)
        made.log_hyperparams(options)
        built.append(made)
    return built


def _flat(section: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The options of an experiment by their dotted paths."""
    options: dict[str, Any] = {}
    for key, value in section.items():
        if isinstance(value, Mapping) and value:
            options |= _flat(value, f"{prefix}{key}.")
        else:
            options[f"{prefix}{key}"] = (
                value if isinstance(value, int | float | str) else str(value)
            )
    return options
