"""The experiments and small corpora that are installed with jointre."""

from pathlib import Path

from jointre.config.diagnostics.nearest import nearest

PACKAGE = Path(__file__).resolve().parents[2]
_FOLDER = PACKAGE / "experiments"
_CORPUS = Path("fixtures", "newswire", "train.jsonl")


def shipped_experiments() -> dict[str, str]:
    """The name of each installed experiment with the first sentence of its description.

    Example:
        >>> shipped_experiments()["sinet_scierc"]
        "SciERC in SpERT's format, SciBERT: the published setting."
    """
    return {path.stem: _description(path) for path in sorted(_FOLDER.glob("*.jsonnet"))}


def find_experiment(path: Path) -> Path:
    """The file of an experiment, which may be the name of an installed one.

    Args:
        path: A file; or, if there is no such file, ``quickstart``, ``quickstart.jsonnet`` or
            ``experiments/quickstart.jsonnet`` for the installed one. An installed study is named
            ``experiments/studies/quick.jsonnet``.

    Returns:
        The installed file, or else ``path`` itself.
    """
    is_file = (path.exists() or path.is_symlink()) and not path.is_dir()
    folders = {
        Path(): _FOLDER,
        Path("experiments"): _FOLDER,
        Path("experiments/studies"): _FOLDER / "studies",
    }
    if is_file or path.parent not in folders:
        return path
    name = path.name if path.suffix else f"{path.name}.jsonnet"
    installed = folders[path.parent] / name
    return installed if path.suffix in ("", ".jsonnet") and installed.is_file() else path


def near_experiments(path: Path) -> str:
    """The part of an error that says which installed experiments there are.

    Args:
        path: What was given in place of a file; empty text if it is a path or another kind of file.
    """
    if path.parent != Path() or path.suffix not in ("", ".jsonnet"):
        return ""
    names = shipped_experiments()
    close = nearest(path.stem, names)
    hint = f" (did you mean {close!r}?)" if close else ""
    return f"; no installed experiment has this name{hint}, jointre config list shows them all"


def corpora_folder() -> str:
    """The folder of the small corpora: ``fixtures`` in a clone, else the installed one."""
    return "fixtures" if _CORPUS.is_file() else str(PACKAGE / "fixtures")


def _description(path: Path) -> str:
    """The first sentence of the comment that follows the command in the first line."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    comment: list[str] = []
    for line in lines:
        if not line.startswith("//"):
            break
        comment.append(line.removeprefix("//").strip())
    text = " ".join(comment)
    return f"{text.split('. ')[0].rstrip('.')}." if text else ""
