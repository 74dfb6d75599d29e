"""Loggers: components that send the course of a training to a tracker, such as MLflow."""

import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, final
from urllib.parse import urlsplit

from jointre.config import Registrable
from jointre.errors import ConfigError

_PATIENCE = 5.0  # seconds until a server counts as unreachable


class TrainingLogger(Registrable, ABC, interface="logger"):
    """Training logger: sends losses, dev scores and the experiment to a tracker.

    What the run directory contains does not depend on loggers, and a tracker that fails in the
    course of a training is reported once and not used any more. A recovered training is a new run
    in the tracker.
    """

    def check(self) -> None:
        """Called once, before anything is written or sent.

        Raises:
            ConfigError: A package is missing, or a server cannot be reached.
        """

    @abstractmethod
    def build(self, folder: Path) -> Any:
        """Lightning's logger (``lightning.pytorch.loggers.Logger``), before the first epoch.

        Lightning is imported here, because configs are checked without it.

        Args:
            folder: The run directory; its name can serve as the name of the run.
        """


@final
@TrainingLogger.register("tensorboard")
class TensorBoard(TrainingLogger):
    """TensorBoard files in the folder ``tensorboard`` of the run (``jointre[tensorboard]``).

    Source: https://lightning.ai/docs/pytorch/stable/extensions/generated/lightning.pytorch.loggers.TensorBoardLogger.html
    """

    def check(self) -> None:
        """Require the package."""
        _require_package("tensorboard", "TensorBoard", "jointre[tensorboard]")

    def build(self, folder: Path) -> Any:
        """Lightning's logger."""
        from lightning.pytorch.loggers import TensorBoardLogger

        return TensorBoardLogger(folder, name="tensorboard", default_hp_metric=False)


@final
@TrainingLogger.register("csv")
class Csv(TrainingLogger):
    """A table of every logged step in the folder ``csv`` of the run.

    The file ``metrics.csv`` of the run directory, which is always written, has one row per epoch.

    Source: https://lightning.ai/docs/pytorch/stable/extensions/generated/lightning.pytorch.loggers.CSVLogger.html
    """

    def build(self, folder: Path) -> Any:
        """Lightning's logger."""
        from lightning.pytorch.loggers import CSVLogger

        return CSVLogger(folder, name="csv")


@final
@TrainingLogger.register("mlflow")
class MLflow(TrainingLogger):
    """MLflow (``jointre[mlflow]``).

    Source: https://mlflow.org/docs/latest/ml/tracking/

    Args:
        tracking_uri: Address of the tracking server, such as ``"http://localhost:5000"``, or of a
            database, such as ``"sqlite:///mlflow.db"``; null: the environment variable
            ``MLFLOW_TRACKING_URI``.
        experiment: Name of the experiment to which the run belongs.
        run_name: Name of the run; null: that of the run directory.
        tags: Further tags of the run.
    """

    def __init__(
        self,
        tracking_uri: str | None = None,
        experiment: str = "jointre",
        run_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.tracking_uri = tracking_uri
        self.experiment, self.run_name = experiment, run_name
        self.tags = dict(tags or {})

    @property
    def _uri(self) -> str | None:
        return self.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")

    def check(self) -> None:
        """Require the package, and a server that answers."""
        _require_package("mlflow", "MLflow", "jointre[mlflow]")
        if not self._uri:
            raise ConfigError(
                "tracking_uri is null and MLFLOW_TRACKING_URI is not set; name the server, such "
                "as 'http://localhost:5000', or a database, such as 'sqlite:///mlflow.db'"
            )
        _require_server(self._uri)

    def build(self, folder: Path) -> Any:
        """Lightning's logger."""
        from lightning.pytorch.loggers import MLFlowLogger

        # By itself MLflow tries for minutes to reach a server that does not answer any more.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        return MLFlowLogger(
            experiment_name=self.experiment,
            run_name=self.run_name or folder.name,
            tracking_uri=self._uri,
            tags=self.tags,
        )


@final
@TrainingLogger.register("wandb")
class WeightsAndBiases(TrainingLogger):
    """Weights & Biases (``jointre[wandb]``), with files in the folder ``wandb`` of the run.

    Source: https://docs.wandb.ai/guides/integrations/lightning/

    Args:
        project: Name of the project to which the run belongs.
        run_name: Name of the run; null: that of the run directory.
        entity: User or team; null: that of the login.
        offline: Whether to write files only, which ``wandb sync`` uploads later.
        tags: Tags of the run.
    """

    def __init__(
        self,
        project: str = "jointre",
        run_name: str | None = None,
        entity: str | None = None,
        offline: bool = False,
        tags: Sequence[str] = (),
    ) -> None:
        self.project, self.run_name, self.entity = project, run_name, entity
        self.offline, self.tags = offline, list(tags)

    def check(self) -> None:
        """Require the package."""
        _require_package("wandb", "Weights & Biases", "jointre[wandb]")

    def build(self, folder: Path) -> Any:
        """Lightning's logger."""
        from lightning.pytorch.loggers import WandbLogger

        return WandbLogger(
            name=self.run_name or folder.name,
            save_dir=folder,
            offline=self.offline,
            project=self.project,
            entity=self.entity,
            tags=self.tags,
        )


def check_loggers(loggers: Sequence[TrainingLogger]) -> None:
    """Check all loggers of an experiment.

    Args:
        loggers: The components.

    Raises:
        ConfigError: A package is missing, or a server cannot be reached.
    """
    for number, logger in enumerate(loggers):
        try:
            logger.check()
        except ConfigError as error:
            raise ConfigError(f"training.loggers[{number}]: {error}") from error


def _require_package(module: str, name: str, extra: str) -> None:
    """Raise an error that says how to install a missing package."""
    if find_spec(module) is None:
        raise ConfigError(f"needs {name}: pip install '{extra}'")


def _require_server(uri: str) -> None:
    """Raise an error if nothing answers at the address of a server.

    Args:
        uri: Address; others than http and https are not checked.
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), _PATIENCE).close()
    except OSError as error:
        raise ConfigError(
            f"tracking_uri={uri!r}: nothing answers there ({error.strerror or error}); start the "
            "server, or remove this logger"
        ) from error
