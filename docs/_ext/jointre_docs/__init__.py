"""What the documentation takes from the code: component pages, the command line, references.

Pages are written below ``docs/reference`` when a build starts and are no part of the
repository. A component whose docstring leaves a question open is a warning, and the build treats
warnings as errors.
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from jointre_docs import commands, components, formulas, links, options, references

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point."""
    formulas.setup(app)
    app.connect("builder-inited", write_pages)
    app.connect("source-read", links.keep_inside)
    # Before napoleon, which would turn "Args:" into a list without types and defaults.
    app.connect("autodoc-process-docstring", options.replace_arguments, priority=400)
    app.connect("autodoc-process-signature", options.hide_signature)
    app.connect("missing-reference", references.resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(app: Sphinx) -> None:
    """Write the generated pages; those that did not change keep their time."""
    for gap in components.gaps():
        logger.warning(gap)
    folder = Path(app.srcdir) / "reference"
    pages = {folder / name: text for name, text in components.pages().items()}
    pages[folder / "cli.md"] = commands.page()
    for old in set(folder.rglob("*.*")) - pages.keys():
        old.unlink()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
