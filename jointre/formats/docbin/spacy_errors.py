"""spaCy's errors as DataErrors."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from jointre.errors import DataError

_SHOWN = 120  # characters of spaCy's messages, some of which hold a whole file


@contextmanager
def as_data_errors(what: str) -> Iterator[None]:
    """Raise errors of spaCy, which can be of any class for a damaged file, as DataErrors."""
    collecting = gc.isenabled()
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise DataError(f"{what} ({detail[:_SHOWN]})") from error
    finally:
        if (
            collecting
        ):  # srsly turns the collector off while it unpacks, and on again only if that succeeds
            gc.enable()
