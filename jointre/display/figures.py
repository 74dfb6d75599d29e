"""Figures that matplotlib draws (the extra ``plots``), as files."""

from pathlib import Path
from typing import Any

from jointre.errors import ConfigError
from jointre.outputs import replaced

FORMATS = ("png", "svg", "pdf")


def figure_class(output: Path) -> Any:
    """Matplotlib's class of figures.

    Args:
        output: The image that will be written.

    Raises:
        ConfigError: The image has another format than PNG, SVG or PDF, or matplotlib is not
            installed.
    """
    if output.suffix.lower().removeprefix(".") not in FORMATS:
        raise ConfigError(f"{output}: a figure is a .png, .svg or .pdf")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError('figures need matplotlib: pip install "jointre[plots]"') from error
    return Figure


def save_figure(figure: Any, output: Path) -> None:
    """Write a figure; the file appears whole or not at all.

    Args:
        figure: The figure.
        output: Image to write.
    """
    with replaced(output) as work:
        figure.savefig(work, format=output.suffix.lower().removeprefix("."), dpi=150)
