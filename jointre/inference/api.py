"""The functions behind ``jointre.load`` and ``jointre.evaluate``."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from jointre.decoding import Overlap
from jointre.evaluation.report import Report
from jointre.inference.evaluate import evaluate as score
from jointre.inference.predictor import Precision, Predictor
from jointre.inference.settings import RunSettings
from jointre.inference.trained_on import trained_on_note
from jointre.models import archive
from jointre.models.predict import Entities

logger = logging.getLogger("jointre")


def load(
    source: str | Path,
    *,
    device: str = "auto",
    precision: Precision = "fp32",
    language: str | None = None,
    threshold: float | Mapping[str, float] | None = None,
    overlap: Overlap | None = None,
    raw: bool = False,
) -> Predictor:
    """Load a trained model from a run directory, an archive folder or a ``.tar.gz``.

    Args:
        source: Path of the model.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
        precision: ``"bf16"`` computes the encoder's feed-forward layers in bfloat16.
        language: Language of plain texts, as a spaCy code; None: that of the training data.
        threshold: Minimum probability of all relations, or of single labels, as in
            ``{"works_for": 0.7, "Person": 0.6}``; None: the thresholds of the model.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"`` (as in the training data),
            ``"nested"`` or ``"flat"``; None: the rule of the model.
        raw: Whether to ignore the calibration that ``jointre calibrate`` has stored.

    Raises:
        ArchiveError: The archive cannot be used.
        ConfigError: There is no such device, language or label.

    Example:
        >>> extract = load("runs/quickstart", device="cpu")
        >>> extract("Morag Finlayson lives in Ullapool.").tokens
        ('Morag', 'Finlayson', 'lives', 'in', 'Ullapool', '.')
    """
    return Predictor.load(
        source,
        device=device,
        precision=precision,
        language=language,
        threshold=threshold,
        overlap=overlap,
        raw=raw,
    )


def evaluate(
    run: str | Path,
    data: str | Path,
    *,
    format: str | None = None,
    protocol: str | None = None,
    train_facts: str | Path | Sequence[str | Path] = (),
    entities: Entities = "predict",
    device: str = "auto",
    threshold: float | Mapping[str, float] | None = None,
    overlap: Overlap | None = None,
    raw: bool = False,
) -> Report:
    """Score a trained model on an annotated file.

    Args:
        run: Run directory or archive.
        data: Annotated file.
        format: Format of the file; None: that of the training data.
        protocol: Scoring protocol; None: that of the training.
        train_facts: Training files whose facts do not count in Ign F1 (protocol ``docred``).
        entities: Whether to predict the entities or to use those of the file (``"given"``).
        device: See :func:`load`.
        threshold: See :func:`load`.
        overlap: See :func:`load`.
        raw: See :func:`load`.

    Raises:
        ArchiveError, DataError: The model or the file cannot be used.
        ConfigError: The format or the protocol is unknown.

    Example:
        >>> report = evaluate("runs/quickstart", "small.jsonl", protocol="pure")
        >>> 0 <= report.blocks["relation_strict"].f1 <= 1
        True
    """
    paths = [train_facts] if isinstance(train_facts, str | Path) else train_facts
    facts = [Path(path) for path in paths]
    settings = RunSettings.of(Path(run), format, protocol, facts, data=Path(data))
    documents = list(settings.reader.read(Path(data)))
    loaded = archive.load(Path(run), raw=raw)
    note = trained_on_note(loaded.about, settings.reader.files(Path(data)))
    if note is not None:
        logger.warning(f"{data}: {note}")
    predictor = Predictor(loaded.model, device=device, threshold=threshold, overlap=overlap)
    metric = settings.metric(predictor.vocabulary.symmetric)
    return score(predictor.model, documents, metric, entities=entities)[0]
