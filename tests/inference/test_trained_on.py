import hashlib
from pathlib import Path

from jointre.inference.trained_on import digests, trained_on_note


def test_files_are_recognised_by_their_content(tmp_path: Path) -> None:
    train, copy, other = (tmp_path / name for name in ("train", "copy", "other"))
    train.write_text("abc")
    copy.write_text("abc")
    other.write_text("abcd")
    assert digests([train]) == {str(train): hashlib.sha256(b"abc").hexdigest()}
    about = {"trained_on": digests([train])}
    start = "warning: the model was trained on "
    assert (trained_on_note(about, [copy]) or "").startswith(f"{start}this file, so the scores ")
    assert (trained_on_note(about, [other, copy]) or "").startswith(f"{start}1 of these 2 files, ")
    assert trained_on_note(about, [other]) is None
    assert trained_on_note({}, [train]) is None
    assert "dev.jsonl" not in (trained_on_note(about, [copy]) or "")
    assert "dev.jsonl" in (trained_on_note({**about, "dev_fraction": 0.1}, [copy]) or "")
