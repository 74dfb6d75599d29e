"""References in docstrings, which name things as the code next to them does."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from docutils.nodes import Element, TextElement
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def resolve(
    app: Sphinx, env: BuildEnvironment, node: Element, content: TextElement
) -> Element | None:
    """Sphinx's hook: lead a name to the one documented object that is called so.

    A docstring may say ``Document`` or ``jointre.data.schema.Document``; the page says
    ``jointre.Document``. What exists without a page stays plain code; a name that means nothing
    stays unresolved, which is a warning.
    """
    if node.get("refdomain") != "py":
        return None
    domain: Any = env.get_domain("py")
    name = str(node["reftarget"])
    pages = [each for each, entry in domain.objects.items() if not entry.aliased]
    found = alike(name, pages)
    if found is not None:
        link: Element = domain.resolve_xref(
            env, node["refdoc"], app.builder, "obj", found, node, content
        )
        return link
    module, cls = (str(node.get(f"py:{kind}") or "") for kind in ("module", "class"))
    places = (f"{module}.{cls}.{name}", f"{module}.{name}", name)
    return content if any(exists(place) for place in places) else None


def alike(name: str, documented: Iterable[str]) -> str | None:
    """The documented object whose last name is this one's, where only one is."""
    last = name.rpartition(".")[2]
    same = [other for other in documented if other.rpartition(".")[2] == last]
    return same[0] if len(same) == 1 else None


def exists(path: str) -> bool:
    """True where a path with dots leads to a module or to something in one."""
    parts = path.split(".")
    for size in range(len(parts), 0, -1) if all(parts) else ():
        try:
            found: Any = import_module(".".join(parts[:size]))
        except ImportError:
            continue
        for part in parts[size:]:
            found = getattr(found, part, None)
        return found is not None
    return False
