"""Experiment files: jsonnet or JSON, with overrides, as plain data."""

import errno
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jointre.config.diagnostics.nearest import nearest
from jointre.config.diagnostics.places import LoadedConfig
from jointre.config.diagnostics.wording import shorten
from jointre.config.jsonnet.evaluation import NO_LIBRARY, evaluate, find_library
from jointre.config.jsonnet.mixins import names_of, unknown_mixin
from jointre.config.jsonnet.overrides import as_jsonnet
from jointre.config.jsonnet.plain import with_override
from jointre.config.jsonnet.shipped import (
    PACKAGE,
    corpora_folder,
    find_experiment,
    near_experiments,
)
from jointre.errors import ConfigError, abbreviated

# In a folder of its own, so that its imports differ from those of files in "".
_FOLDER = "<overrides>/"
_SNIPPET = f"{_FOLDER}text"
# What is not of the right kind is left as it is, for the check of the whole study to report.
_VARIANTS = """;
local objects = std.isObject(study) && std.objectHas(study, 'experiment')
  && std.objectHas(study, 'variants') && std.isObject(study.experiment)
  && std.isArray(study.variants);
local without(object, key) = { [k]: object[k] for k in std.objectFields(object) if k != key };
local whole(variant) =
  if !std.isObject(variant) then variant
  else if !std.objectHas(variant, 'change') then variant + { experiment: changed(study.experiment) }
  else if !std.isObject(variant.change) then variant
  else without(variant, 'change') + { experiment: changed(study.experiment + variant.change) };
if !objects then study
else study + { experiment: {}, variants: std.map(whole, study.variants) }
"""
_NOTHING: Mapping[str, str] = MappingProxyType({})


def load_config(
    file: Path | str | Mapping[str, Any],
    overrides: Sequence[str] = (),
    ext_vars: Mapping[str, str] = _NOTHING,
) -> LoadedConfig:
    """Evaluate an experiment file.

    Args:
        file: A ``.jsonnet`` or ``.json`` file, the name of an installed experiment
            (``"quickstart"``) if there is no such file, or the experiment itself.
        overrides: ``path.to.key=VALUE`` (JSON, else a string) or jsonnet text, added in
            this order with ``+``. Imports are looked for in the working directory, then
            in the file's folder and its parents.
        ext_vars: External variables. By default ``data`` is ``$JOINTRE_DATA``, else ``data``, and
            ``fixtures`` is the folder of the small corpora that come with jointre.

    Raises:
        ConfigError: A file cannot be read, jsonnet reports an error, an override does not fit, or
            the result is not an object.

    Example:
        >>> config = load_config("experiments/quickstart.jsonnet", ["training.epochs=1"])
        >>> config.data["training"]["epochs"]
        1
    """
    return _loaded(file, overrides, ext_vars)


def load_study(
    file: Path | str, overrides: Sequence[str] = (), ext_vars: Mapping[str, str] = _NOTHING
) -> LoadedConfig:
    """Evaluate a study: an experiment and variants of it.

    In the result, every variant has its whole ``experiment`` in place of its ``change``, and that
    of the study is empty.

    Args:
        file: A ``.jsonnet`` file with the keys ``experiment``, ``variants`` and others. Each of the
            variants may have a ``change``, an object that is added to the experiment with ``+``, so
            that it may refer to what it changes by ``super``.
        overrides: As for :func:`load_config`; they are added to the experiments of all variants.
        ext_vars: As for :func:`load_config`.

    Raises:
        ConfigError: As for :func:`load_config`.
    """
    return _loaded(file, overrides, ext_vars, study=True)


def _loaded(
    file: Path | str | Mapping[str, Any],
    overrides: Sequence[str],
    ext_vars: Mapping[str, str],
    study: bool = False,
) -> LoadedConfig:
    """The value of a file with overrides; those of a study change its variants' experiments."""
    variables = _variables(ext_vars)
    if isinstance(file, Mapping):
        main = Path("experiment")
        reader, text = _Files(main), f"({_json(file)})"
    else:
        main = find_experiment(Path(file))
        reader, text = _Files(main), f"(import {json.dumps(str(main.absolute()))})"
        reader.open(main)
    if find_library() is not None:
        data = _with_jsonnet(text, reader, overrides, variables, study)
    elif not study and (isinstance(file, Mapping) or main.suffix == ".json"):
        data = _without_jsonnet(file, reader, overrides)
    else:
        raise ConfigError(f"{_shown(main.absolute())}: {NO_LIBRARY}")
    if not isinstance(data, dict):
        raise ConfigError(f"{main}: a config is an object, but this is {shorten(data)}")
    texts = {_shown(path): text for path, text in reader.texts.items()}
    texts |= {f"-o {override}": _as_text(override) for override in overrides}
    return LoadedConfig(data, tuple(reader.texts), texts)


def _with_jsonnet(
    text: str,
    reader: "_Files",
    overrides: Sequence[str],
    variables: Mapping[str, str],
    study: bool,
) -> Any:
    """The value of jsonnet text with overrides."""
    if study:
        text = f"local study = {text};\nlocal changed(experiment) = experiment"
    override_texts = {
        override: as_jsonnet(override, lambda text: _evaluate(text, reader, variables))
        for override in overrides
    }
    for override in overrides:
        reader.override_lines[text.count("\n") + 2] = override
        text += f" +\n{override_texts[override]}"
    if study:
        text += _VARIANTS
    try:
        return _evaluate(text, reader, variables)
    except ConfigError as error:
        _explain_mixin(str(error), overrides, reader, variables)
        for override, override_text in override_texts.items():
            _check_syntax(override, override_text, reader, variables)
        raise


def _without_jsonnet(
    file: Path | str | Mapping[str, Any], reader: "_Files", overrides: Sequence[str]
) -> Any:
    """The value of a JSON file, or of an experiment in memory, with overrides that are JSON."""
    if isinstance(file, Mapping):
        data = json.loads(_json(file))
    else:
        try:
            data = json.loads(reader.texts[reader.main.absolute()])
        except RecursionError:
            raise ConfigError(
                f"{_shown(reader.main.absolute())}: it is nested too deeply"
            ) from None
        except ValueError as error:
            name = _shown(reader.main.absolute())
            raise ConfigError(f"{name} is not JSON ({error}); {NO_LIBRARY}") from error
    if not isinstance(data, dict):
        return data
    for override in overrides:
        data = with_override(data, override, NO_LIBRARY)
    return data


def _variables(given: Mapping[str, str]) -> dict[str, str]:
    """The external variables, those with a default included."""
    data = os.environ.get("JOINTRE_DATA", "data")
    return {"data": data, "fixtures": corpora_folder(), **given}


def mixins(file: Path, ext_vars: Mapping[str, str] = _NOTHING) -> list[str]:
    """The names of the mix-ins in a jsonnet file.

    Args:
        file: A ``.libsonnet`` or ``.jsonnet`` file that evaluates to an object.
        ext_vars: External variables, as for :func:`load_config`.

    Raises:
        ConfigError: The file cannot be read, is not jsonnet, or is not an object.
    """
    variables = _variables(ext_vars)
    reader = _Files(file)
    reader.open(file)
    return names_of(str(file.absolute()), lambda text: _evaluate(text, reader, variables))


def _explain_mixin(
    message: str, overrides: Sequence[str], files: "_Files", variables: Mapping[str, str]
) -> None:
    """Raise an error that lists a file's mix-ins if the message is about one it does not have."""

    def evaluate(text: str) -> Any:
        return _evaluate(text, files, variables)

    for override in overrides:
        explained = unknown_mixin(message, override, evaluate)
        if explained is not None:
            raise ConfigError(f"override {abbreviated(override, 200)}: {explained}")
    for path, text in list(files.texts.items()):
        explained = unknown_mixin(message, text, evaluate, path.parent)
        if explained is not None:
            raise ConfigError(f"{_shown(path)}: {explained}")


def _json(config: Mapping[str, Any]) -> str:
    """An experiment in memory as jsonnet text."""
    try:
        return json.dumps(dict(config), allow_nan=False)
    except RecursionError:
        raise ConfigError("experiment: it is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"experiment: a config is plain data, as in JSON ({error})") from error


def _check_syntax(override: str, text: str, files: "_Files", variables: Mapping[str, str]) -> None:
    """Name the override in the error if its text is not valid jsonnet."""
    try:
        _evaluate(f"local unused = {text}; null", files, variables)
    except ConfigError as error:
        raise ConfigError(f"override {abbreviated(override, 200)}: {error}") from error


def _as_text(override: str) -> str:
    """An override as text in which keys stand before colons."""
    path, equals, _ = override.partition("=")
    if equals and re.fullmatch(r"[\w.-]+", path.strip()):
        return f"{path.strip().rpartition('.')[2]}:"
    return override


def _shown(path: Path) -> str:
    """A path as messages show it: relative to the working directory if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@dataclass
class _Files:
    """Opens files for jsonnet and remembers them.

    Args:
        main: Experiment file.
        texts: Text of each file that was opened.
        override_lines: Overrides, by the line on which they start in the text for jsonnet.
        failure: Error of a failed import, of which jsonnet keeps only the text.
    """

    main: Path
    texts: dict[Path, str] = field(default_factory=dict)
    override_lines: dict[int, str] = field(default_factory=dict)
    failure: ConfigError | None = None

    def open(self, path: Path) -> str:
        """The text of a file.

        Raises:
            ConfigError: The file does not exist, is a folder or is not text.
        """
        path = path.absolute()
        _refuse_loop(path)
        if path.is_dir():
            raise ConfigError(f"{_shown(path)} is a folder; give a .jsonnet or .json file in it")
        if not path.exists():
            named = near_experiments(self.main) if path == self.main.absolute() else ""
            raise ConfigError(f"{_not_found(path)}{named}")
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            raise ConfigError(f"{_shown(path)} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{_shown(path)} is not UTF-8 text (byte {error.start}); a config is a .jsonnet "
                "or .json file"
            ) from error
        if "\0" in text:
            raise ConfigError(f"{_shown(path)} is a binary file; a config is .jsonnet or .json")
        self.texts[path] = text
        return text

    def __call__(self, folder: str, name: str) -> tuple[str, bytes]:
        """Jsonnet's import: the file's place and content."""
        try:
            path = self._find(folder, name)
            return _shown(path), self.open(path).encode()
        except ConfigError as error:
            self.failure = error
            raise

    def _find(self, folder: str, name: str) -> Path:
        if folder != _FOLDER:
            path = Path(os.path.normpath(Path(folder).absolute() / name))
            _refuse_loop(path)
            shipped = PACKAGE / name
            # An experiment outside a clone imports the recipes that are installed with jointre.
            if name.startswith("experiments/") and not path.exists() and shipped.is_file():
                return shipped
            if not path.exists():
                here = _shown(Path(folder).absolute())
                raise ConfigError(
                    f"{_not_found(path)}; an import is relative to the file that has it, here to "
                    f"{'the working directory' if here == '.' else here}"
                )
            return path
        folders = [Path.cwd(), *self.main.absolute().parents, PACKAGE]
        for candidate in folders:
            if (candidate / name).is_file():
                return Path(os.path.normpath(candidate / name))
        raise ConfigError(
            f"an override imports {name!r}, which is neither in {folders[0]} nor in "
            f"{folders[1]} or a folder above it"
        )


def _refuse_loop(path: Path) -> None:
    """Raise an error for a link that leads back to itself, which `Path.exists` does not find."""
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ConfigError(
                f"{_shown(path)} is a symbolic link that leads back to itself (a loop of links); "
                "replace it with the file"
            ) from None


def _not_found(path: Path) -> str:
    if not path.parent.is_dir():
        missing = path.parent
        while not missing.parent.is_dir():
            missing = missing.parent
        return f"{_shown(path)} does not exist: there is no folder {_shown(missing)}"
    folder = path.parent
    files = [file.name for file in folder.iterdir() if file.suffix.endswith(("sonnet", "json"))]
    close = nearest(path.name, files)
    hint = f" (did you mean {_shown(folder / close)}?)" if close else ""
    return f"{_shown(path)} does not exist{hint}"


def _evaluate(text: str, files: _Files, variables: Mapping[str, str]) -> Any:
    """Evaluate jsonnet text.

    Raises:
        ConfigError: Jsonnet reports an error; the message has one line and names the place.
    """
    try:
        return json.loads(evaluate(_SNIPPET, text, files, variables))
    except RecursionError:
        raise ConfigError(f"{_shown(files.main.absolute())}: it is nested too deeply") from None
    except ConfigError as error:
        raise ConfigError(f"{_shown(files.main.absolute())}: {error}") from error
    except RuntimeError as error:
        if files.failure is None:
            raise ConfigError(_readable(str(error), files, variables)) from error
        importer = _prefix(str(error), files)
        prefix = "" if importer.startswith("override") else importer
        raise ConfigError(f"{prefix}{files.failure}") from error


def _prefix(error: str, files: _Files) -> str:
    """A message's prefix: the first place in the stack trace of a run-time error."""
    for line in error.splitlines():
        match = re.match(r"\t(.+?):\(?(\d+):", line)
        if match is None:
            continue
        if match[1] != _SNIPPET:
            return f"{match[1]}:{match[2]}: "
        starts = [start for start in files.override_lines if start <= int(match[2])]
        if starts:
            return f"override {abbreviated(files.override_lines[max(starts)], 200)}: "
    return ""


def _readable(error: str, files: _Files, variables: Mapping[str, str]) -> str:
    """Jsonnet's error on one line: the place, then what is wrong."""
    # The text may have several lines; those of the stack trace start with a tab.
    head = re.split(r"\n(?=\t|$)", error, maxsplit=1)[0].strip()
    static = re.match(r"STATIC ERROR: (.+?):\(?(\d+):[\d:()-]+: (.*)", head, re.DOTALL)
    if static is not None:
        prefix = "" if static[1] == _SNIPPET else f"{static[1]}:{static[2]}: "
        return f"{prefix}{static[3]}"
    text = head.removeprefix("RUNTIME ERROR: ")
    if text.startswith("override "):
        return text
    prefix = _prefix(error, files) or f"{_shown(files.main.absolute())}: "
    missing = re.match(r"undefined external variable: (\S+)", text)
    if missing is not None:
        name = missing[1]
        close = nearest(name, variables)
        hint = f"; did you mean {close!r}?" if close else ""
        text = f"the external variable {name!r} has no value; give --ext-var {name}=VALUE{hint}"
    return f"{prefix}{text}"
