"""A spaCy pipeline package: a wheel with the model in it, which pip installs without a network."""

import base64
import hashlib
import json
import keyword
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import spacy
from packaging.version import InvalidVersion, Version
from spacy.about import __version__ as spacy_version
from spacy.language import Language
from spacy.util import get_minor_version_range

from jointre.atomic import scratch_folder, written_file
from jointre.errors import ArchiveError, ConfigError
from jointre.models import archive
from jointre.models.archive import Loaded

INIT = '''\
"""A spaCy pipeline with jointre's entities and relations."""

from pathlib import Path

from spacy.util import get_model_meta, load_model_from_init_py

__version__ = get_model_meta(Path(__file__).parent)["version"]


def load(**overrides):
    """The pipeline."""
    return load_model_from_init_py(__file__, **overrides)
'''
PAST = (1980, 1, 1, 0, 0, 0)  # the same files make the same wheel


@dataclass(frozen=True, slots=True)
class About:
    """Name, version, licence and language of a package.

    Args:
        name: Name without the language: ``"news"`` becomes ``en_news``.
        version: Version in the form that pip accepts, for example ``"1.0.0"``.
        license: Licence of the model, as a name or a sentence.
        language: Language code of spaCy.

    Raises:
        ConfigError: The name or the version is not valid.
    """

    name: str
    version: str
    license: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z](\w*[A-Za-z0-9])?", self.name, re.ASCII) or (
            keyword.iskeyword(self.module)
        ):
            raise ConfigError(
                f"name={self.name!r}: Python must be able to import it; take letters, digits and "
                "underscores, such as 'news'"
            )
        try:
            normalized = str(Version(self.version))
        except InvalidVersion as error:
            raise ConfigError(f"version={self.version!r}: write one such as 1.0.0") from error
        if normalized != self.version:
            raise ConfigError(
                f"version={self.version!r}: pip would write it {normalized!r}; do so too"
            )
        if "\n" in self.license:
            raise ConfigError(f"license={self.license!r}: it must be one line")

    @property
    def module(self) -> str:
        """Name of the module, which is imported or passed to ``spacy.load``."""
        return f"{self.language}_{self.name.removeprefix(self.language + '_')}"

    @property
    def wheel(self) -> str:
        """The file's name."""
        return f"{re.sub('_+', '_', self.module)}-{self.version}-py3-none-any.whl"


def package(run: Path, about: About, folder: Path, force: bool = False) -> Path:
    """Write the wheel of a trained model, atomically.

    Args:
        run: Run directory, archive folder or ``.tar.gz``.
        about: Name, version, licence and language of the package.
        folder: Folder for the wheel, which is created if it is missing.
        force: Whether to replace an existing wheel.

    Returns:
        Path of the wheel.

    Raises:
        ArchiveError: The model cannot be read, or the wheel exists or cannot be written.
        ConfigError: spaCy has no such language.
    """
    target = folder / about.wheel
    if target.exists() and not force:
        raise ArchiveError(f"{target} exists; take another version, or replace it with --force")
    loaded = archive.load(run)
    nlp = pipeline(loaded, about.language)
    meta = _meta(nlp, loaded, about, _data_hashes(run))
    readme = _readme(meta, loaded)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder() as work, written_file(target) as draft:
            _write(work, nlp, meta, readme, about)
            _zip(work, draft, f"{about.module}-{about.version}.dist-info")
    except OSError as error:
        raise ArchiveError(
            f"{target} cannot be written ({error.strerror or error}); name another folder with -o"
        ) from error
    return target


def pipeline(loaded: Loaded, language: str) -> Language:
    """A pipeline of spaCy's rules for tokens, rules for sentences if needed, and the model.

    Raises:
        ConfigError: spaCy has no such language.
    """
    try:
        nlp = spacy.blank(language)
    except ImportError as error:
        raise ConfigError(
            f"language={language!r}: spaCy has none of this code; take en, de, or xx for any"
        ) from error
    if loaded.model.unit != "document":
        nlp.add_pipe("sentencizer")
    pipe: Any = nlp.add_pipe("jointre")
    pipe.use(loaded)
    return nlp


def _meta(nlp: Language, loaded: Loaded, about: About, hashes: Mapping[str, str]) -> dict[str, Any]:
    training = loaded.about
    return {
        **nlp.meta,
        "name": about.module.removeprefix(about.language + "_"),
        "version": about.version,
        "description": "Entities and relations by jointre.",
        "license": about.license,
        "spacy_version": get_minor_version_range(spacy_version),
        "requirements": [f"jointre>={version_of('jointre')}"],
        "jointre": {
            "protocol": training.get("protocol"),
            "scores": training.get("scores", {}),
            "data_sha256": dict(hashes),
        },
    }


def _data_hashes(run: Path) -> dict[str, str]:
    """The digests of the corpus files by file name; empty if the run directory has none."""
    try:
        facts = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {Path(path).name: digest for path, digest in facts.get("data_sha256", {}).items()}


def _readme(meta: Mapping[str, Any], loaded: Loaded) -> str:
    training, vocabulary = meta["jointre"], loaded.model.vocabulary
    rows = [
        ("licence", meta["license"] or "not stated"),
        ("spaCy", meta["spacy_version"]),
        ("pipeline", ", ".join(meta["pipeline"])),
        ("entity labels", ", ".join(vocabulary.entity_labels)),
        ("relation labels", ", ".join(vocabulary.relation_labels)),
        ("symmetric relations", ", ".join(sorted(vocabulary.symmetric)) or "none"),
    ]
    module = f"{meta['lang']}_{meta['name']}"
    lines = [f"# {module} {meta['version']}", "", meta["description"], ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in rows), ""]
    lines += [f'    import spacy\n    nlp = spacy.load("{module}")', ""]
    lines += [*_score_lines(training["protocol"], training["scores"]), "", "## Data", ""]
    digests = [f"- {name}: SHA-256 `{sha256}`" for name, sha256 in training["data_sha256"].items()]
    return "\n".join([*lines, *(digests or ["No digests are known."])]) + "\n"


def _score_lines(protocol: str | None, scores: Mapping[str, Any]) -> list[str]:
    lines = ["## Scores", ""]
    blocks = [
        (split, block, values)
        for split, report in scores.items()
        if isinstance(report, Mapping)
        for block, values in report.items()
        if isinstance(values, Mapping)
    ]
    if not blocks:
        return [*lines, "None are known."]
    lines += [f"Protocol `{protocol}`, in percent:", "", "| split | block | P | R | F1 | gold |"]
    lines.append("|---|---|---|---|---|---|")
    for split, block, values in blocks:
        numbers = [f"{100 * values[key]:.2f}" for key in ("precision", "recall", "f1")]
        lines.append(f"| {split} | {block} | {' | '.join(numbers)} | {values['support']} |")
    return lines


def _write(root: Path, nlp: Language, meta: Mapping[str, Any], readme: str, about: About) -> None:
    """The files of the wheel, except the list of files."""
    module, data = root / about.module, f"{about.module}-{about.version}"
    info = root / f"{data}.dist-info"
    module.mkdir()
    nlp.to_disk(module / data)
    info.mkdir()
    text = json.dumps(meta, indent=2, ensure_ascii=False) + "\n"
    head = [
        "Metadata-Version: 2.1",
        f"Name: {about.module}",
        f"Version: {about.version}",
        f"Summary: {meta['description']}",
        *([f"License: {about.license}"] if about.license else []),
        f"Requires-Dist: spacy{meta['spacy_version']}",
        *(f"Requires-Dist: {requirement}" for requirement in meta["requirements"]),
        "Description-Content-Type: text/markdown",
    ]
    files = {
        module / "__init__.py": INIT,
        module / "meta.json": text,
        module / data / "meta.json": text,
        module / data / "README.md": readme,
        info / "METADATA": "\n".join(head) + f"\n\n{readme}",
        info / "WHEEL": (
            "Wheel-Version: 1.0\nGenerator: jointre\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        info / "entry_points.txt": f"[spacy_models]\n{about.module} = {about.module}\n",
        info / "top_level.txt": f"{about.module}\n",
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")


def _zip(root: Path, target: Path, info: str) -> None:
    """Pack the files, and after them their list with sizes and digests."""
    record = []
    with zipfile.ZipFile(target, "w") as wheel:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            name = path.relative_to(root).as_posix()
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
            coded = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            record.append(f"{name},sha256={coded},{path.stat().st_size}")
            entry = zipfile.ZipInfo(name, PAST)
            entry.external_attr = 0o644 << 16
            entry.file_size = path.stat().st_size
            with path.open("rb") as file, wheel.open(entry, "w") as out:
                while chunk := file.read(1 << 20):
                    out.write(chunk)
        wheel.writestr(
            zipfile.ZipInfo(f"{info}/RECORD", PAST), "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
        )


def _cell(value: str) -> str:
    """Text as a table's cell."""
    return value.replace("|", r"\|")
