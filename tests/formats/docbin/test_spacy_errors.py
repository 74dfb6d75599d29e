import gc

import pytest

from jointre.errors import DataError
from jointre.formats.docbin.spacy_errors import as_data_errors


def odd() -> None:
    raise ValueError("odd\n   header")


def test_errors_of_spacy_become_ours_with_their_kind() -> None:
    message = r"^a: not a DocBin \(ValueError: odd header\)$"
    with pytest.raises(DataError, match=message), as_data_errors("a: not a DocBin"):
        odd()
    with pytest.raises(DataError, match=r"^mine$"), as_data_errors("a"):
        raise DataError("mine")


def without_collector() -> None:
    gc.disable()
    raise KeyError("x")


def test_the_garbage_collector_is_on_again() -> None:
    with pytest.raises(DataError, match="KeyError"), as_data_errors("a"):
        without_collector()
    assert gc.isenabled()
