from pathlib import Path

from jointre.models.pieces import piece_counter


def test_counts_special_pieces_too(tiny_data: Path) -> None:
    count, limit = piece_counter(str(tiny_data / "encoder"))
    assert limit == 512
    assert count([]) == 2
    assert count(["a", "b"]) == 4
