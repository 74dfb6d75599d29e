from pathlib import Path

import pytest

from jointre.errors import ConfigError
from jointre.models.pieces import piece_counter


def test_counts_special_pieces_too(tiny_data: Path) -> None:
    count, limit = piece_counter(str(tiny_data / "encoder"))
    assert limit == 512
    assert count([]) == 2
    assert count(["a", "b"]) == 4


def test_a_word_may_have_several_pieces(tiny_data: Path) -> None:
    count, _ = piece_counter(str(tiny_data / "encoder"))
    assert count(["Ingrid"]) == 4  # Ingr ##id
    assert count(["Ingrid", "Ingrid"]) == 6


def test_an_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be loaded \("):
        piece_counter(str(tmp_path))
