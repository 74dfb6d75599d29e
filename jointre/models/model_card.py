"""The model card of an archive: what the model finds, from which data, how well, and its limits."""

from collections.abc import Mapping
from typing import Any

from jointre.models.model import Model

CARD = "README.md"
SPLITS = ("dev", "test")


def model_card(model: Model, config: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The text of a model card, in Markdown.

    Args:
        model: The model.
        config: The resolved ``model`` section of its experiment.
        about: Facts about its training, as an archive keeps them.
    """
    encoder = config.get("encoder", {})
    unit = "sentences" if model.unit == "sentence" else "documents"
    lines = [
        "# Model card",
        "",
        f"A jointre model of type `{model.registered_name}` for {unit}, which finds entities and "
        "the relations between them.",
        "",
        f"- Encoder: {_code(encoder.get('model_name'))}",
        f"- Language of the texts: {_code(about.get('language'))}",
        f"- Entity labels: {_listed(model.vocabulary.entity_labels)}",
        f"- Relation labels: {_listed(model.vocabulary.relation_labels)}",
        "",
        "## Data",
        "",
        *_data(about.get("data") or {}),
        "",
        "## Scores",
        "",
        *_scores(about.get("scores") or {}),
        "",
        "## Limits",
        "",
        "The scores hold for texts like those of the data above; on other kinds of text, in other "
        f"languages and for rarer labels they can be much worse. {_calibrated(model)} "
        "A model repeats what its annotations say, mistakes and gaps included.",
        "",
        "## Use",
        "",
        "```python",
        "import jointre",
        "",
        'extract = jointre.load("PATH/OF/THIS/FOLDER")',
        'print(extract("Some text.").triples())',
        "```",
    ]
    return "\n".join(lines) + "\n"


def _data(data: Mapping[str, Any]) -> list[str]:
    """What the experiment says about its data."""
    unsaid = "the experiment does not say"
    return [
        f"- Name: {data.get('name') or f'{unsaid} (`data.name`)'}",
        f"- Licence: {data.get('license') or f'{unsaid} (`data.license`)'}",
    ]


def _scores(scores: Mapping[str, Any]) -> list[str]:
    """A table of the micro F1 scores of each block, for each scored part of the data."""
    parts = {part: scores[part] for part in SPLITS if isinstance(scores.get(part), Mapping)}
    if not parts:
        return ["The model was not scored."]
    protocols = {str(report.get("protocol")) for report in parts.values()}
    rows = [
        f"| {part} | {block} | {100 * values['f1']:.2f} | {100 * values['precision']:.2f} | "
        f"{100 * values['recall']:.2f} | {values['support']} |"
        for part, report in parts.items()
        for block, values in report.items()
        if isinstance(values, Mapping)
    ]
    return [
        f"Protocol {', '.join(f'`{name}`' for name in sorted(protocols))}, in percent, all labels "
        "together:",
        "",
        "| data | block | F1 | precision | recall | gold items |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def _calibrated(model: Model) -> str:
    """Whether the probabilities are calibrated, and on what."""
    calibration = model.calibration
    if calibration is None:
        return "Probabilities are not calibrated."
    thresholds = calibration.entity.thresholds or calibration.relation.thresholds
    return (
        f"Probabilities {'and thresholds ' if thresholds else ''}were calibrated on "
        f"{_code(calibration.about.get('data'))}; `raw=True` loads the model without it."
    )


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(map(_code, labels)) or "none"


def _code(value: object) -> str:
    return "not known" if value is None else f"`{value}`"
