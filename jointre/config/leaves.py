"""Values without parts, checked by pydantic in strict JSON mode: ``"4"`` is not 4."""

import enum
import functools
import json
import math
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError


def plain(value: Any) -> Any:
    """The JSON form of a Python value: paths and enums become text, tuples become lists."""
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)  # jsonnet knows doubles only and prints 1.0 as 1
    return value


def _validator(hint: Any) -> Callable[[str], Any]:
    try:
        adapter: Any = TypeAdapter(hint, config=ConfigDict(strict=True, allow_inf_nan=False))
    except PydanticUserError as error:
        raise TypeError(f"the type hint {hint} is not supported in a constructor") from error
    validate: Callable[[str], Any] = adapter.validate_json
    return validate


_cached_validator = functools.cache(_validator)


def parse(hint: Any, value: Any) -> tuple[bool, Any]:
    """Whether a hint accepts a JSON value, and the Python value.

    Args:
        hint: Type hint of plain values; bounds in ``Annotated`` are allowed.
        value: Value of JSON.
    """
    try:
        hash(hint)
    except TypeError:  # some annotations cannot be hashed
        validate = _validator(hint)
    else:
        validate = _cached_validator(hint)
    try:
        return True, validate(json.dumps(value))
    except (ValidationError, TypeError, ValueError):  # not accepted, or not even JSON
        return False, None
