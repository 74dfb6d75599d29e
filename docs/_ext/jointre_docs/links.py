"""Links out of the documentation, which lead somewhere in a clone and nowhere on a site."""

import re
from pathlib import Path
from typing import Any

LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>\.\./[^)#\s]+)\)")


def keep_inside(app: Any, name: str, source: list[str]) -> None:
    """Sphinx's hook: of a link to a file of the repository the site keeps the text."""
    page = Path(app.srcdir) / f"{name}.md"
    source[0] = inside(source[0], page.parent, Path(app.srcdir))


def inside(text: str, folder: Path, root: Path) -> str:
    """A page without links that leave ``root``; those that lead nowhere stay, for a warning."""

    def written(link: re.Match[str]) -> str:
        target = (folder / link["target"]).resolve()
        leaves = target.exists() and not target.is_relative_to(root.resolve())
        return link["text"] if leaves else link[0]

    return LINK.sub(written, text)
