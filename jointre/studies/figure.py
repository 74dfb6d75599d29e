"""The figure of a study: curves with error bands, or bars."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jointre.display.figures import figure_class, save_figure
from jointre.errors import ConfigError
from jointre.studies.results import StudyResults, VariantResult
from jointre.studies.table import score_title


def draw(results: StudyResults, output: Path) -> None:
    """Draw one panel per score: a curve per group over the variants with an ``x``, else bars.

    Bands and error bars reach from the mean minus to the mean plus one standard deviation over
    seeds.

    Args:
        results: The results.
        output: Image to write: ``.png``, ``.svg`` or ``.pdf``.

    Raises:
        ConfigError: The image has another format, matplotlib is not installed, or no run of a
            variant is finished.
    """
    figure_of = figure_class(output)
    drawn = [variant for variant in results.variants if variant.seeds]
    if not drawn:
        raise ConfigError("no variant has finished runs yet, so there is nothing to draw")
    curves = any(variant.x is not None for variant in drawn)
    size = (4.2 * len(results.show), 3.4 if curves else max(2.0, 1.2 + 0.32 * len(drawn)))
    figure = figure_of(figsize=size, layout="constrained")
    panels = figure.subplots(1, len(results.show), squeeze=False, sharey=not curves)[0]
    for panel, name in zip(panels, results.show, strict=True):
        (_curves if curves else _bars)(panel, drawn, name)
        panel.set_title(f"{score_title(name)} F1 on {results.split}, percent", fontsize=10)
        if curves:
            panel.set_xlabel(results.axis or "")
    if results.title:
        figure.suptitle(results.title, fontsize=11)
    save_figure(figure, output)


def _curves(panel: Any, variants: Sequence[VariantResult], name: str) -> None:
    groups = dict.fromkeys(variant.group for variant in variants if variant.x is not None)
    for number, group in enumerate(groups):
        members = [each for each in variants if each.group == group and each.x is not None]
        members.sort(key=lambda each: each.x or 0.0)
        x = [each.x or 0.0 for each in members]
        mean = [100 * (each.scores[name].mean or 0.0) for each in members]
        spread = [100 * (each.scores[name].deviation or 0.0) for each in members]
        (line,) = panel.plot(x, mean, marker="os^Dvp*"[number % 7], label=group)
        low = [m - s for m, s in zip(mean, spread, strict=True)]
        high = [m + s for m, s in zip(mean, spread, strict=True)]
        panel.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    for number, variant in enumerate(each for each in variants if each.x is None):
        level = 100 * (variant.scores[name].mean or 0.0)
        style: Any = ("--", ":", "-.")[number % 3]
        panel.axhline(level, linestyle=style, color="gray", label=variant.title)
    if panel.get_legend_handles_labels()[0]:
        panel.legend(fontsize=8)
    panel.grid(alpha=0.3)


def _bars(panel: Any, variants: Sequence[VariantResult], name: str) -> None:
    scores = [variant.scores[name] for variant in variants]
    places = list(range(len(variants)))[::-1]
    mean = [100 * (score.mean or 0.0) for score in scores]
    spread = [100 * (score.deviation or 0.0) for score in scores]
    panel.errorbar(mean, places, xerr=spread, fmt="o", capsize=3)
    panel.set_yticks(places, [variant.title for variant in variants])
    panel.set_ylim(-0.6, len(variants) - 0.4)
    panel.grid(alpha=0.3, axis="x")
