"""Archive: a model in a folder, or in that folder's .tar.gz. No pickle, no network, no code."""

import gzip
import logging
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save_file

from jointre.atomic import scratch_folder, written_file, written_folder
from jointre.decoding import Calibration
from jointre.errors import ArchiveError, DataError
from jointre.models.archive_build import ENCODER, build
from jointre.models.archive_files import (
    CALIBRATION,
    CONFIG,
    FORMAT,
    VOCABULARY,
    WEIGHTS,
    files_of,
    foreign_files,
    read_header,
    read_object,
    unpacked,
    write_checksums,
    write_object,
)
from jointre.models.model import Model
from jointre.models.model_card import CARD, model_card
from jointre.plurals import counted

logger = logging.getLogger("jointre")

EPOCH = "epoch-"  # prefix of the archives that a training writes before it has finished


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with what its archive says about it.

    Args:
        model: The model, in evaluation mode.
        config: The resolved ``model`` section.
        about: Facts about the training, such as protocol, scores and data hashes.
    """

    model: Model
    config: dict[str, Any]
    about: dict[str, Any]


def save(
    model: Model, config: Mapping[str, Any], folder: Path, about: Mapping[str, Any] | None = None
) -> None:
    """Write an archive; the folder appears whole or not at all.

    Args:
        model: Model whose weights, vocabulary, encoder configuration and tokenizer are written.
        config: The resolved ``model`` section of the experiment.
        folder: Folder of the archive. An archive in it is replaced; a folder that holds other
            files is refused.
        about: Facts about the training to keep with the model.

    Raises:
        ArchiveError: The archive cannot be written, or the folder holds other files.
    """
    try:
        _save(model, config, folder, about or {})
    except (OSError, SafetensorError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise ArchiveError(
            f"{folder}: the archive cannot be written ({reason}); make room and save it again "
            "(a training goes on with --recover)"
        ) from error


def _save(model: Model, config: Mapping[str, Any], folder: Path, about: Mapping[str, Any]) -> None:
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with written_folder(folder, replace=True) as work:
        state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
        save_file(state, work / WEIGHTS)
        model.encoder.save(work / ENCODER)
        vocabulary = model.vocabulary
        if not model.reads_names:  # texts of the training data, which not everyone may see
            vocabulary = vocabulary.without_names()
        write_object(work / VOCABULARY, vocabulary.to_dict())
        write_object(work / CONFIG, {"format": FORMAT, "model": config, "about": dict(about)})
        if model.calibration is not None:
            write_object(work / CALIBRATION, model.calibration.to_dict())
        (work / CARD).write_text(model_card(model, config, about), encoding="utf-8")
        write_checksums(work)
        work.chmod(0o755)
        (work / WEIGHTS).chmod(0o644)


def _refuse_foreign(folder: Path) -> None:
    """Raise an ArchiveError if the folder holds files that do not belong to an archive."""
    if folder.exists() and not folder.is_dir():
        raise ArchiveError(f"{folder}: this is a file; name a folder for the archive")
    others = foreign_files(folder)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise ArchiveError(
            f"{folder}: cannot be replaced by an archive, because it holds other files: "
            f"{', '.join(others[:3])}{more}; name another folder, or move them"
        )


def load(source: Path, *, raw: bool = False) -> Loaded:
    """Read an archive: a run directory, an archive's folder, or its ``.tar.gz``.

    Args:
        source: The archive.
        raw: Whether to ignore the calibration that the archive may contain.

    Raises:
        ArchiveError: The archive is missing, damaged, changed, made by a newer version, or
            unsafe.
    """
    _require(source)
    if source.is_file():
        with unpacked(source) as folder:
            return _load(folder, source, raw)
    return _load(_folder_of(source), source, raw)


def is_source(path: Path) -> bool:
    """Whether a path looks like a run directory, an archive's folder, or its ``.tar.gz``.

    Args:
        path: A path, which may name something else, such as a file of predictions.
    """
    if path.is_dir():
        return any((path / name).exists() for name in (WEIGHTS, "archive", "checkpoints"))
    return path.name.endswith(".tar.gz")


def _require(source: Path) -> None:
    """Raise an error if there is nothing at a path."""
    if not source.exists():
        raise ArchiveError(
            f"{source}: no such archive; give a run directory, an archive folder or its .tar.gz"
        )


def _folder_of(source: Path) -> Path:
    """The archive of a run directory, or the folder itself."""
    inner = source / "archive"
    if not inner.is_dir() and (source / "checkpoints").is_dir():
        inner = _best_so_far(source)
    return inner if inner.is_dir() else source


def _best_so_far(run: Path) -> Path:
    """The archive of the best epoch of a training that has not finished."""
    archives = {
        int(number): path
        for path in (run / "checkpoints").glob(f"{EPOCH}*")
        if (number := path.name.removeprefix(EPOCH)).isdecimal()
    }
    if not archives:
        raise ArchiveError(
            f"{run}: no epoch of its training has finished, so there is no model yet; continue "
            "with jointre train --recover"
        )
    epoch = max(archives)
    scored = "dev" in _scores(archives[epoch])
    which = "the best so far" if scored else "the last that ended (there is no dev data to compare)"
    logger.warning(
        f"{run}: its training has not finished; using the weights of epoch {epoch}, {which}; "
        "continue with jointre train --recover"
    )
    return archives[epoch]


def _scores(folder: Path) -> Mapping[str, Any]:
    """What an archive says about the scores of its weights."""
    about = read_object(folder / CONFIG, folder).get("about")
    scores = about.get("scores") if isinstance(about, dict) else None
    return scores if isinstance(scores, dict) else {}


def _load(folder: Path, source: Path, raw: bool) -> Loaded:
    header = read_header(folder, source)
    vocabulary = read_object(folder / VOCABULARY, source)
    model = build(header["model"], vocabulary, folder, source)
    if not raw and (folder / CALIBRATION).exists():
        model.calibrate(_calibration(folder / CALIBRATION, model, source))
    return Loaded(model, header["model"], header["about"])


def save_calibrated(source: Path, loaded: Loaded, target: Path | None) -> Path:
    """Write an archive again with the present calibration of its model.

    Args:
        source: Run directory, archive folder or ``.tar.gz`` that the model was loaded from.
        loaded: What was loaded.
        target: A new folder or ``.tar.gz``; None: the archive of the source is replaced, which
            is whole at every moment.

    Returns:
        What was written.

    Raises:
        ArchiveError: The target exists or cannot be written, or there is none and the source is a
            file or a training that has not finished.
    """
    check_target(source, target)
    if target is None:
        target = _writable_folder(source)
    if not target.name.endswith(".tar.gz"):
        save(loaded.model, loaded.config, target, loaded.about)
        return target
    with scratch_folder() as scratch:
        save(loaded.model, loaded.config, scratch / "archive", loaded.about)
        pack(scratch / "archive", target)
    return target


def check_target(source: Path, target: Path | None) -> None:
    """Raise the errors of :func:`save_calibrated` that can be known beforehand.

    Args:
        source: See :func:`save_calibrated`.
        target: See :func:`save_calibrated`.
    """
    _require(source)
    if target is None:
        _writable_folder(source)
    elif target.exists():
        raise ArchiveError(f"{target} exists; name a new folder or file")
    elif target.name.endswith(".tar.gz"):
        _check_target(target, replace=False)


def _writable_folder(source: Path) -> Path:
    """The archive of a source, if it may be replaced."""
    if source.is_file():
        raise ArchiveError(
            f"{source} is a packed archive, which is not changed; name the file to write, such as "
            "calibrated.tar.gz, with --save-to"
        )
    folder = _folder_of(source)
    if folder.parent.name == "checkpoints":
        raise ArchiveError(
            f"{source}: its training has not finished, and its archive will be replaced; finish it "
            "with jointre train --recover first, or name another place with --save-to"
        )
    return folder


def _calibration(path: Path, model: Model, source: Path) -> Calibration:
    """Read the calibration of an archive."""
    content, vocabulary = read_object(path, source), model.vocabulary
    try:
        return Calibration.from_dict(content, vocabulary.entity_labels, vocabulary.relation_labels)
    except DataError as error:
        raise ArchiveError(f"{source}: {CALIBRATION}: {error}") from error


def pack(source: Path, target: Path, *, replace: bool = False) -> None:
    """Write an archive as one ``.tar.gz`` file, which appears whole or not at all.

    Every file is compared with its checksum first, and only the archive's own files are packed.
    The same archive always gives the same file, byte for byte.

    Args:
        source: A run directory or an archive's folder.
        target: The file to write; its name ends in ``.tar.gz``.
        replace: Whether a file that exists is replaced.

    Raises:
        ArchiveError: The archive is missing or damaged, the file exists already, has another
            suffix, cannot be written or would become a part of the archive.
    """
    folder = _folder_to_pack(source)
    _check_target(target, replace)
    read_header(folder, source)
    if target.resolve().is_relative_to(folder.resolve()):
        raise ArchiveError(
            f"{target} lies in the archive {folder}, which could not be loaded with a further file "
            "in it; write to another place"
        )
    others = foreign_files(folder)
    if others:
        logger.warning(
            f"{source}: skipped {counted(len(others), 'files')} that the archive does not list "
            f"(first: {others[0]}); {target} holds the archive's own files only"
        )
    try:
        with (
            written_file(target) as draft,
            draft.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w") as tar,
        ):
            for name in files_of(folder):
                if name not in others:
                    tar.add(folder / name, f"archive/{name}", filter=_anonymous)
    except OSError as error:
        raise ArchiveError(
            f"{target} cannot be written ({error.strerror or error}); make room, or write to "
            "another place"
        ) from error


def _folder_to_pack(source: Path) -> Path:
    _require(source)
    if source.is_file():
        raise ArchiveError(
            f"{source} is a file, and what is packed is a run directory or an archive's folder; "
            "copy an archive that is packed already"
        )
    return _folder_of(source)


def _check_target(target: Path, replace: bool) -> None:
    """Raise an error if an archive cannot become this file."""
    if target.is_dir():
        raise ArchiveError(f"{target} is a folder; name a file, such as {target}/model.tar.gz")
    if not target.name.endswith(".tar.gz") or target.name == ".tar.gz":
        raise ArchiveError(
            f"{target}: the name of a packed archive ends in .tar.gz; name a file such as "
            f"{target.with_suffix('') if target.suffix else target}.tar.gz"
        )
    if target.exists() and not replace:
        raise ArchiveError(f"{target} exists; name another file, or replace it with --force")
    if not target.parent.is_dir():
        raise ArchiveError(
            f"{target} cannot be written, because the folder {target.parent} does not exist; "
            "create it first"
        )


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The member of a tar without the time and the owner of its file."""
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
