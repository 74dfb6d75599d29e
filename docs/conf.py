"""Sphinx's settings: ``sphinx-build -W --keep-going -b html docs docs/_build/html``."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "jointre"
author = "the jointre authors"
project_copyright = author
version = release = installed("jointre")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "jointre_docs",
]
exclude_patterns = ["_build", "_ext"]
nitpicky = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

default_role = "code"
smartquotes_action = "D"  # dashes alone: quotation marks are mostly those of values to copy
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_attr_annotations = False
napoleon_custom_sections = ["Shapes", "Differences"]

html_math_renderer = "svg"  # jointre_docs.formulas
html_theme = "furo"
html_title = f"jointre {release}"
html_copy_source = False
html_show_sphinx = False
