import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from jointre.cli.main import run
from jointre.inference import Predictor
from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE

TEXT = (
    "Ingrid Halvorsen has run the shipping group Nordhavn Lines from its headquarters in Bergen "
    "since 2014."
)


def records(text: str) -> list[dict[str, Any]]:
    """Every line must be a JSON object."""
    return [json.loads(line) for line in text.splitlines()]


def exact(record: dict[str, Any]) -> None:
    text = record["text"]
    for entity in record["entities"]:
        ((start, end),) = entity["mentions"]
        ((left, right),) = entity["chars"]
        assert (left, right) == (record["offsets"][start][0], record["offsets"][end - 1][1])
        assert "".join(text[left:right].split()) == "".join(record["tokens"][start:end])
        assert 0 <= entity["score"] <= 1


def test_standard_input_to_standard_output(jointre: Command, overfitted: Path) -> None:
    ended = jointre("predict", overfitted, stdin=TEXT.encode())
    assert (ended.code, ended.err) == (0, "")
    (record,) = records(ended.out)
    exact(record)
    assert record["id"] == "stdin"
    found = {(e["label"], TEXT[e["chars"][0][0] : e["chars"][0][1]]) for e in record["entities"]}
    assert found == {
        ("Person", "Ingrid Halvorsen"),
        ("Organization", "Nordhavn Lines"),
        ("Place", "Bergen"),
    }
    assert {relation["label"] for relation in record["relations"]} == {"works_for", "based_in"}


@pytest.mark.parametrize("fast", [True, False])
def test_bfloat16(
    jointre: Command, overfitted: Path, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is slower than the default, a line says so."""
    monkeypatch.setattr("jointre.nn.half.computes_bfloat16", lambda _: fast)
    ended = jointre("predict", overfitted, "--precision", "bf16", stdin=TEXT.encode())
    assert (ended.code, len(records(ended.out))) == (0, 1)
    line = "this processor has no arithmetic for bfloat16: fp32, the default, is faster here\n"
    assert ended.err == ("" if fast else line)


def test_several_files_of_several_kinds(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("🎉 " + TEXT, encoding="utf-8")
    with gzip.open(tmp_path / "b.txt.gz", "wt", encoding="utf-8") as file:
        file.write(TEXT)
    lines = (overfitted.parent / "two.jsonl").read_text()
    (tmp_path / "c.jsonl").write_text(lines)
    files = [tmp_path / name for name in ("a.txt", "b.txt.gz", "c.jsonl")]
    output = tmp_path / "out.jsonl"
    ended = jointre("predict", overfitted, *files, "--output", output)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    found = records(output.read_text())
    assert [record["id"] for record in found[:2]] == ["a.txt", "b.txt.gz"]
    exact(found[0])
    exact(found[1])
    for record, gold in zip(found[2:], records(lines), strict=True):
        predicted, wanted = (
            sorted((e["label"], e["mentions"]) for e in one["entities"]) for one in (record, gold)
        )
        assert predicted == wanted


def test_news_with_a_dash_for_standard_input(jointre: Command, overfitted: Path) -> None:
    news = NEWSWIRE / "news.txt"
    ended = jointre("predict", overfitted, news, "-", stdin="غادرت Bergen 👩‍👩‍👧\u200b .".encode())
    assert ended.code == 0
    found = records(ended.out)
    assert [record["id"] for record in found] == ["news.txt", "stdin"]
    for record in found:
        exact(record)


def test_given_entities(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    record = {
        "id": "x",
        "tokens": TEXT[:-1].split(),
        "entities": [
            {"label": "Event", "mentions": [[0, 2]]},
            {"label": None, "mentions": [[13, 14]]},
        ],
    }
    (tmp_path / "given.jsonl").write_text(json.dumps(record) + "\n")
    ended = jointre("predict", overfitted, tmp_path / "given.jsonl", "--entities", "given")
    assert ended.code == 0, ended.err
    (found,) = records(ended.out)
    assert [(e["label"], e["mentions"]) for e in found["entities"]] == [
        ("Event", [[0, 2]]),
        ("Place", [[13, 14]]),
    ]


def in_full(record: dict[str, Any]) -> dict[str, set[tuple[str, ...]]]:
    """The words of each entity's mentions by label, of a record of text; all numbers are there."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for entity in record["entities"]:
        words = []
        for (start, end), (left, right) in zip(entity["mentions"], entity["chars"], strict=True):
            assert (left, right) == (record["offsets"][start][0], record["offsets"][end - 1][1])
            words.append(record["text"][left:right])
        assert entity["mentions"] == sorted(entity["mentions"])
        assert len(entity["mention_scores"]) == len(words)
        assert all(0 <= score <= 1 for score in (entity["score"], *entity["mention_scores"]))
        found.setdefault(entity["label"], set()).add(tuple(words))
    for relation in record["relations"]:
        assert 0 <= relation["score"] <= 1
        assert relation["head"] != relation["tail"]
        assert {relation["head"], relation["tail"]} <= set(range(len(record["entities"])))
    return found


def test_a_text_is_a_document(jointre: Command, overfitted_documents: Path, tmp_path: Path) -> None:
    """All of a file: entities have mentions in several sentences, relations cross them."""
    (gold, _) = records((overfitted_documents.parent / "two.jsonl").read_text())
    (tmp_path / "a.txt").write_text(gold["text"], encoding="utf-8")
    ended = jointre("predict", overfitted_documents, tmp_path / "a.txt")
    assert (ended.code, ended.err) == (0, "")
    (record,) = records(ended.out)
    assert (record["id"], record["text"]) == ("a.txt", gold["text"])
    assert (record["tokens"], record["sentences"]) == (gold["tokens"], gold["sentences"])
    assert in_full(record) == {
        "Substance": {("Ammonium velcarate", "AVC", "AVC", "ammonium velcarate")},
        "Damage": {("cockling", "cockling"), ("foxing",)},
    }
    assert {relation["label"] for relation in record["relations"]} == {"causes", "treats"}
    first, *rest = record["sentences"]
    mentions = record["entities"][0]["mentions"]
    assert any(end <= first[1] for _, end in mentions)
    assert any(start >= rest[0][0] for start, _ in mentions)


def test_given_entities_of_documents(
    jointre: Command, overfitted_documents: Path, tmp_path: Path
) -> None:
    """Their mentions and labels stay, a null label is chosen, relations are found."""
    lines = (overfitted_documents.parent / "two.jsonl").read_text()
    asked = records(lines)
    for record in asked:
        record["relations"] = []
        record["entities"][0]["label"] = None
    (tmp_path / "given.jsonl").write_text("\n".join(map(json.dumps, asked)) + "\n")
    given = ("--entities", "given")
    ended = jointre("predict", overfitted_documents, tmp_path / "given.jsonl", *given)
    assert ended.code == 0, ended.err
    for record, gold in zip(records(ended.out), records(lines), strict=True):
        assert [(e["label"], e["mentions"]) for e in record["entities"]] == [
            (e["label"], e["mentions"]) for e in gold["entities"]
        ]
        found, wanted = (
            {(r["label"], r["head"], r["tail"]) for r in one["relations"]} for one in (record, gold)
        )
        assert found == wanted


def test_given_entities_need_records(jointre: Command, overfitted: Path) -> None:
    jointre("predict", overfitted, "--entities", "given").told(
        "--entities given needs records with entities, for example jsonl, not texts"
    )


def test_an_empty_standard_input(jointre: Command, overfitted: Path) -> None:
    ended = jointre("predict", overfitted)
    assert ended.code == 0
    (record,) = records(ended.out)
    assert (record["tokens"], record["entities"]) == ([], [])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.txt", None, "missing.txt: no such file"),
        ("empty.txt", b"", "empty.txt: the file is empty"),
        ("empty.jsonl", b"\n", "empty.jsonl: the file is empty"),
        ("latin.txt", b"Z\xfcrich", "latin.txt: not UTF-8 at byte 1 (0xfc); convert the file to"),
        ("cut.jsonl", b'{"tokens": ["a"', "cut.jsonl:1: not JSON: "),
        ("cut.txt.gz", gzip.compress(b"text", mtime=0)[:-6], "cut.txt.gz: not a whole gzip file"),
    ],
)
def test_bad_files(
    jointre: Command,
    overfitted: Path,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    output = tmp_path / "out.jsonl"
    jointre("predict", overfitted, tmp_path / name, "--output", output).told(message)
    assert [path.name for path in tmp_path.iterdir()] == ([] if content is None else [name])


def test_bad_standard_input(jointre: Command, overfitted: Path) -> None:
    jointre("predict", overfitted, stdin=b"Z\xfcrich").told("standard input: not UTF-8 at byte 1")
    jointre("predict", overfitted, "-", "--format", "jsonl", stdin=b"{}").told(
        "--format jsonl: standard input is read as text; name a file"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--device", "gpu"), "device='gpu' is not available here ("),
        (("--language", "tlh"), "language='tlh': spaCy has no such language"),
        (("--format", "sperrt"), "sperrt"),
        (("--include-package", "no_such"), "no_such"),
    ],
)
def test_bad_options(
    jointre: Command, overfitted: Path, arguments: tuple[str, ...], message: str
) -> None:
    text = NEWSWIRE / "news.txt"
    jointre("predict", overfitted, text, *arguments).told(message)


def test_no_model(jointre: Command, tmp_path: Path) -> None:
    jointre("predict", tmp_path / "no").told("no such archive; give a run directory, an archive")


def test_a_full_disk(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    """A link, so that a device is never at stake."""
    output = tmp_path / "out.jsonl"
    output.symlink_to("/dev/full")
    ended = jointre("predict", overfitted, "--output", output, stdin=TEXT.encode())
    ended.told(f"{output}: cannot be written: No space left on device")
    assert output.is_symlink()
    assert Path("/dev/full").is_char_device()


def test_an_output_that_cannot_be(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    ended = jointre("predict", overfitted, "--output", tmp_path / "no" / "x", stdin=b"a")
    ended.told(f"cannot be written; the folder {tmp_path / 'no'} does not exist")


def test_a_page_of_pictures(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    ended = jointre(
        *("predict", overfitted, "--render", page, "--output", tmp_path / "out.jsonl"),
        stdin=TEXT.encode(),
    )
    assert ended.code == 0, ended.err
    drawn = page.read_text(encoding="utf-8")
    (record,) = records((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert drawn.count("<svg") == 1
    assert len(record["relations"]) == drawn.count('fill="none"') / 2 > 0


def test_colours_of_labels_reach_the_page(
    jointre: Command, overfitted: Path, tmp_path: Path
) -> None:
    page, colors = tmp_path / "page.html", tmp_path / "colors.json"
    colors.write_text('{"Place": "#123abc", "works_for": "#00ff7f"}')
    render = ("predict", overfitted, "--render", page)
    assert jointre(*render, stdin=TEXT.encode()).code == 0
    usual = page.read_text(encoding="utf-8")
    ended = jointre(*render, "--colors", colors, "--colors", "Person=#fedcba", stdin=TEXT.encode())
    assert ended.code == 0, ended.err
    drawn = page.read_text(encoding="utf-8")
    for color in ("#123abc", "#00ff7f", "#fedcba"):
        assert color not in usual.lower()
        assert color in drawn.lower()
    ended = jointre("predict", overfitted, "--colors", "Person=#fedcba", stdin=b"")
    ended.told("--colors needs --render: only pictures have colours")
    jointre(*render, "--colors", "Person=#12", stdin=b"").told("is not a colour")


def test_a_page_has_the_ending_of_one(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    ended = jointre("predict", overfitted, "--render", tmp_path / "page.png", stdin=b"")
    assert ended.code == 1
    assert "page.png: the pictures are a page; its name ends in .html" in ended.err
    assert list(tmp_path.iterdir()) == []


def process(folder: Path, *words: object, **more: Any) -> "subprocess.Popen[bytes]":
    """The command in a process of its own."""
    command = [sys.executable, "-m", "jointre", "predict", str(folder), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def ended(running: "subprocess.Popen[bytes]") -> int:
    """The exit status of a process, whose pipes are closed."""
    running.communicate()
    return running.returncode


def test_a_killed_prediction_resumes_to_the_same_bytes(overfitted: Path, tmp_path: Path) -> None:
    text = tmp_path / "many.txt"
    text.write_text("\n".join(f"{TEXT} {'Bergen ' * (i % 7)}" for i in range(400)))
    words = (text, "--documents", "line", "--output")
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert ended(process(overfitted, *words, whole)) == 0
    partial = tmp_path / "cut.jsonl.partial"
    killed = process(overfitted, *words, cut)
    while not (partial.exists() and partial.stat().st_size):
        assert killed.poll() is None
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    assert ended(killed) == -signal.SIGKILL
    assert not cut.exists()
    assert whole.read_bytes().startswith(partial.read_bytes().rpartition(b"\n")[0])
    assert ended(process(overfitted, *words, cut, "--resume")) == 0
    assert cut.read_bytes() == whole.read_bytes()
    assert not partial.exists()


def test_ctrl_c_says_what_is_kept_and_how_to_continue(overfitted: Path, tmp_path: Path) -> None:
    text, output = tmp_path / "many.txt", tmp_path / "out.jsonl"
    text.write_text("\n".join([TEXT] * 20_000))
    words = (text, "--documents", "line", "--output", output)
    running = process(
        overfitted, *words, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    partial = tmp_path / "out.jsonl.partial"
    while not (partial.exists() and partial.stat().st_size):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    err = running.communicate()[1].decode()
    assert running.returncode == 130
    assert "Traceback" not in err
    kept = partial.read_bytes()
    assert kept.endswith(b"\n")
    count = kept.count(b"\n")
    assert f"interrupted: {count} records kept in {partial}. To continue, repeat the" in err
    again = process(overfitted, *words)
    err = again.communicate()[1].decode()
    assert again.returncode == 1
    assert f"{partial}: an interrupted run left {count} records here; add --resume" in err
    assert partial.read_bytes() == kept
    assert not output.exists()


def test_an_interrupted_output_of_standard_input_is_not_overwritten(
    jointre: Command, overfitted: Path, tmp_path: Path
) -> None:
    partial = tmp_path / "out.jsonl.partial"
    partial.write_text("{}\n")
    words = ("predict", overfitted, "--output", tmp_path / "out.jsonl")
    jointre(*words, stdin=b"a").told(
        f"{partial}: an interrupted run left 1 record here; delete or rename this file to start"
    )
    assert partial.read_text() == "{}\n"


def test_a_terminal_shows_words_and_progress(overfitted: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    text = tmp_path / "two.txt"
    text.write_text(f"{TEXT}\n{TEXT}\n")
    command = [sys.executable, "-m", "jointre", "predict", str(overfitted)]
    shown, code = on_terminal(pty, [*command, str(text), "--documents", "line"])
    assert code == 0
    assert "Person: Ingrid Halvorsen" in shown
    assert "-- works_for ->" in shown
    assert "2/2" in shown
    shown, code = on_terminal(pty, [*command, str(text), "--json"])
    assert code == 0
    assert '"label":"Person"' in shown.replace(" ", "").replace("\r\n", "")
    shown, code = on_terminal(pty, command, TEXT.encode() + b"\n\x04")
    assert code == 0
    assert "reading text from the terminal; end it with Ctrl-D" in shown
    assert "Person: Ingrid Halvorsen" in shown


def on_terminal(pty: Any, command: list[str], typed: bytes = b"") -> tuple[str, int]:
    """What a command prints on a terminal of its own, and its exit code."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    os.write(ours, typed)
    shown = b""
    try:
        while block := os.read(ours, 1 << 16):
            shown += block
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return shown.decode(), running.wait()


def test_an_open_pipe_is_answered_line_by_line(overfitted: Path) -> None:
    running = process(overfitted, "--documents", "line", stdin=subprocess.PIPE)
    assert running.stdin is not None
    assert running.stdout is not None
    for number in (1, 2):
        running.stdin.write(f"{TEXT}\n".encode())
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["id"] == f"stdin:{number}"
    out, err = running.communicate()
    assert (out, err, running.returncode) == (b"", b"", 0)


def test_waiting_lines_of_a_pipe_share_batches(
    overfitted: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The results are those of the same lines in a file; the model runs a few times only."""
    text = tmp_path / "lines.txt"
    text.write_text("".join(f"{TEXT[: 40 + i % 50]}\n" for i in range(200)))
    sizes: list[int] = []
    original = Predictor.documents

    def watched(self: Predictor, documents: Any, **options: Any) -> Any:
        sizes.append(len(documents))
        return original(self, documents, **options)

    left, right = os.pipe()
    os.write(right, text.read_bytes())
    os.close(right)
    words = ["jointre", "predict", str(overfitted), "--documents", "line"]
    with pytest.MonkeyPatch.context() as patch, open(left, encoding="utf-8") as stdin:
        patch.setattr(Predictor, "documents", watched)
        patch.setattr(sys, "stdin", stdin)
        patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as end:
            run()
    assert not end.value.code
    found = records(capfd.readouterr().out)
    assert sizes == [64, 64, 64, 8]
    assert [one["id"] for one in found] == [f"stdin:{i + 1}" for i in range(200)]
    whole = process(overfitted, text, "--documents", "line").communicate()[0].decode()
    assert [one["entities"] for one in found] == [one["entities"] for one in records(whole)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b'{"some": 1}', "JSON of an unknown format, not plain text"),
        ("a.txt", b'[{"some": 1}]', "JSON of an unknown format, not plain text"),
        ("a.csv", b"a,b", "a table, not plain text"),
        ("a.docx", b"PK\x03\x04\0", "a zip file, as those of office programs are, not plain"),
        ("a", b"%PDF-1.7", "a PDF file, not plain text"),
        ("a.bin", b"ab\0c", "a binary file, not plain text"),
        ("a.html", b"<html>Ada</html>", "a file with markup, not plain text"),
    ],
)
def test_other_files_are_not_read_as_prose(
    jointre: Command, overfitted: Path, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    jointre("predict", overfitted, tmp_path / name).told(message)


def test_records_are_read_by_the_reader_of_their_format(
    jointre: Command, overfitted: Path, tmp_path: Path
) -> None:
    spert = [{"tokens": TEXT[:-1].split(), "entities": [], "relations": []}]
    (tmp_path / "new.json").write_text(json.dumps(spert))
    ended = jointre("predict", overfitted, tmp_path / "new.json")
    assert ended.code == 0, ended.err
    (record,) = records(ended.out)
    assert record["tokens"] == TEXT[:-1].split()


def test_files_of_one_name_and_files_that_cannot_be_read(
    jointre: Command, overfitted: Path, tmp_path: Path
) -> None:
    files = [tmp_path / name for name in ("d1/note.txt", "empty.txt", "d2/note.txt", "latin.txt")]
    contents = (b"\xef\xbb\xbf" + TEXT.encode(), b"", TEXT.encode(), b"Z\xfcrich")
    for path, content in zip(files, contents, strict=True):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    output = tmp_path / "out.jsonl"
    ended = jointre("predict", overfitted, *files, "--output", output)
    ended.told("error: 2 of 4 files could not be read completely")
    assert "empty.txt: the file is empty" in ended.err
    assert "latin.txt: not UTF-8" in ended.err
    found = records(output.read_text())
    assert [one["id"] for one in found] == ["d1/note.txt", "d2/note.txt"]
    assert found[0]["text"] == found[1]["text"] == TEXT
    jointre("data", "check", output, "--format", "jsonl")


def test_resume_needs_a_file_to_continue(jointre: Command, overfitted: Path) -> None:
    jointre("predict", overfitted, "--resume").told("--resume needs --output")
