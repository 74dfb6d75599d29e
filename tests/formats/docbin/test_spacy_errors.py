import gc

import pytest

from jointre.errors import DataError
from jointre.formats.docbin.spacy_errors import told


def test_errors_of_spacy_become_ours_with_their_kind() -> None:
    with pytest.raises(DataError, match=r"^a: not a DocBin \(ValueError: odd header\)$"):  # noqa: SIM117
        with told("a: not a DocBin"):
            raise ValueError("odd\n   header")
    with pytest.raises(DataError, match="^mine$"), told("a"):
        raise DataError("mine")


def test_the_garbage_collector_is_on_again() -> None:
    with pytest.raises(DataError), told("a"):
        gc.disable()
        raise KeyError("x")
    assert gc.isenabled()
