"""How the time of a prediction grows with the length of a unit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jointre.analysis.efficiency import prediction
from jointre.analysis.long_documents import long_document
from jointre.data.schema import Document
from jointre.display.figures import figure_class, save_figure
from jointre.models.model import Model

LENGTHS = {
    "sentence": (10, 20, 40, 80, 160, 250),
    "sentences": (50, 100, 200, 400, 800),
    "document": (100, 200, 400, 800, 1600),
}
"""Numbers of words that are measured, by what the model reads at once."""

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Growth:
    """The time of units of one length.

    Args:
        words: Number of words of a unit.
        seconds: Seconds per unit for the whole model.
        encoder_seconds: Seconds per unit for the bare encoder.
    """

    words: int
    seconds: float
    encoder_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def growth(
    model: Model,
    documents: Sequence[Document],
    runs: int,
    max_pieces: int,
    lengths: Sequence[int] | None = None,
) -> list[Growth]:
    """Measure batches of eight units (one, for documents) of each length.

    Args:
        model: Trained model.
        documents: Documents whose words the units are made of.
        runs: Number of timed runs.
        max_pieces: Maximum number of padded pieces in a batch.
        lengths: Numbers of words; None: those for the model's kind of unit.
    """
    count = _AT_ONCE if model.unit == "sentence" else 1
    found = []
    for words in lengths or LENGTHS[model.unit]:
        long = long_document(documents, words * count)
        if model.unit == "sentence":
            tokens = long.tokens
            units = [Document(str(i), tokens[i * words : (i + 1) * words]) for i in range(count)]
        else:
            units = [long]
        measured = prediction(model, units, count, max_pieces, runs)
        found.append(Growth(words, measured.value / count, measured.baseline / count))
    return found


def draw(growths: dict[str, Sequence[Growth]], output: Path) -> None:
    """Draw time over length, the model's as a line and its encoder's as a dashed one.

    Args:
        growths: Measurements by the name of the run.
        output: Image to write: ``.png``, ``.svg`` or ``.pdf``.

    Raises:
        ConfigError: The image has another format, or matplotlib is not installed.
    """
    figure = figure_class(output)(figsize=(5.5, 4), layout="constrained")
    panel = figure.subplots()
    for number, (name, points) in enumerate(growths.items()):
        words = [point.words for point in points]
        color, marker = f"C{number}", "os^Dv"[number % 5]
        panel.plot(
            words, [1000 * p.seconds for p in points], color=color, marker=marker, label=name
        )
        panel.plot(
            words,
            [1000 * p.encoder_seconds for p in points],
            color=color,
            linestyle="--",
            label=f"{name}: encoder",
        )
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    ticks = sorted({point.words for points in growths.values() for point in points})
    panel.set_xticks(ticks, [str(tick) for tick in ticks])
    panel.minorticks_off()
    panel.set_xlabel("words")
    panel.set_ylabel("milliseconds per unit")
    panel.legend(fontsize=8)
    panel.grid(alpha=0.3, which="both")
    save_figure(figure, output)
