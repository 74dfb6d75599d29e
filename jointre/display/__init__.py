"""Pictures of documents: arcs over the text as SVG, HTML pages, notebooks.

Importing this package makes notebooks show documents as pictures.
"""

from jointre.data.schema import show_documents
from jointre.display.page import notebook
from jointre.display.render import render

__all__ = ["render"]

show_documents(notebook)
