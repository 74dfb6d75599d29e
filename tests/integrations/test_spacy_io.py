from pathlib import Path

import pytest
import srsly
import torch

from jointre.errors import ArchiveError
from jointre.integrations.spacy_io import from_bytes, to_bytes
from jointre.models import archive


def test_there_and_back(tiny_run: Path) -> None:
    before = archive.load(tiny_run)
    after = from_bytes(to_bytes(before))
    assert (after.config, after.about) == (before.config, before.about)
    for name, value in before.model.state_dict().items():
        torch.testing.assert_close(after.model.state_dict()[name], value, atol=0, rtol=0)


def test_what_is_no_archive_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    files = srsly.msgpack_loads(to_bytes(archive.load(tiny_run)))
    with pytest.raises(ArchiveError, match="hold no jointre archive"):
        from_bytes(b"\x93nonsense")
    with pytest.raises(ArchiveError, match="but a list"):
        from_bytes(srsly.msgpack_dumps([1]))
    for name in ("../evil", "/evil", "a/../../evil", "a\0b", "", "x" * 5000, b"a", 7):
        with pytest.raises(ArchiveError, match="which no archive has; refused"):
            from_bytes(srsly.msgpack_dumps({name: b"x"}))
    with pytest.raises(ArchiveError, match=r"vocabulary\.json"):
        from_bytes(srsly.msgpack_dumps({**files, "vocabulary.json": b"{}"}))
    newer = {**files, "config.json": files["config.json"].replace(b'"format": 2', b'"format": 99')}
    with pytest.raises(ArchiveError, match=r"archive format 99, .* upgrade jointre"):
        from_bytes(srsly.msgpack_dumps(newer))
