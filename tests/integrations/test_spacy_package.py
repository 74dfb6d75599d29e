import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from jointre.errors import ArchiveError, ConfigError
from jointre.integrations.spacy_package import About, package, pipeline
from jointre.models import archive
from tests.integrations.conftest import gold


def test_the_wheel_is_installed_and_loads_without_a_network(
    overfitted: Path, tmp_path: Path
) -> None:
    wheel = package(overfitted, About("news", "1.0.0", "CC0"), tmp_path / "wheels")
    assert wheel.name == "en_news-1.0.0-py3-none-any.whl"
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)
    text = " ".join(gold(overfitted)[0].tokens)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import spacy, socket; socket.socket.connect = None\n"
        "nlp = spacy.load('en_news')\n"
        f"print(*(one.label for one in nlp({text!r})._.relations))\n"
        "import en_news; print(en_news.__version__, nlp.meta['license'], nlp.pipe_names)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    relations, facts = ended.stdout.splitlines()
    assert sorted(relations.split()) == ["based_in", "works_for"]
    assert facts == "1.0.0 CC0 ['sentencizer', 'jointre']"


def test_what_the_wheel_holds(overfitted: Path, tmp_path: Path) -> None:
    path = package(overfitted, About("en_news", "2.1", "mine | yours"), tmp_path)
    with zipfile.ZipFile(path) as wheel:
        assert wheel.testzip() is None
        files = {name: wheel.read(name) for name in wheel.namelist()}
    info, data = "en_news-2.1.dist-info", "en_news/en_news-2.1"
    assert {f"{data}/jointre/model.safetensors", f"{info}/METADATA"} <= files.keys()
    for line in files[f"{info}/RECORD"].decode().splitlines()[:-1]:
        name, digest, size = line.rsplit(",", 2)
        found = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).decode()
        assert (digest, int(size)) == ("sha256=" + found.rstrip("="), len(files[name]))
    assert b"en_news = en_news" in files[f"{info}/entry_points.txt"]
    readme = files[f"{data}/README.md"].decode()
    assert "| entity labels | Person, Organization, Place, Event |" in readme
    assert r"| licence | mine \| yours |" in readme
    assert "Protocol `spert`" in readme
    assert "two.jsonl: SHA-256 `" in readme
    meta = json.loads(files["en_news/meta.json"])
    assert (meta["lang"], meta["name"], meta["license"]) == ("en", "news", "mine | yours")
    assert str(overfitted) not in files[f"{data}/config.cfg"].decode() + readme
    again = tmp_path / "again"
    assert package(overfitted / "archive", About("b", "1"), again).is_file()


def test_nothing_is_overwritten_or_half_written(overfitted: Path, tmp_path: Path) -> None:
    about = About("news", "1.0.0")
    target = tmp_path / about.wheel
    target.write_text("old")
    with pytest.raises(ArchiveError, match=r"exists; .* --force"):
        package(overfitted, about, tmp_path)
    assert target.read_text() == "old"
    with pytest.raises(ArchiveError, match="no such archive"):
        package(tmp_path / "nowhere", about, tmp_path, force=True)
    with pytest.raises(ArchiveError, match=r"cannot be written \(.*\); name another"):
        package(overfitted, about, target / "in a file")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    package(overfitted, about, tmp_path, force=True)
    assert zipfile.is_zipfile(target)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("name", ["", "1news", "my-news", "../evil", "ne ws", "_news", "né"])
def test_a_name_must_be_importable(name: str) -> None:
    with pytest.raises(ConfigError, match="Python must be able to import it"):
        About(name, "1.0.0")


@pytest.mark.parametrize("version", ["", "one", "1.0-", "v1.0.0", "1.0.0-beta"])
def test_a_version_must_be_one_of_pips(version: str) -> None:
    with pytest.raises(ConfigError, match="version="):
        About("news", version)


def test_names() -> None:
    about = About("a__b", "1.0", language="de")
    assert (about.module, about.wheel) == ("de_a__b", "de_a_b-1.0-py3-none-any.whl")
    with pytest.raises(ConfigError, match="it must be one line"):
        About("a", "1.0", "MIT\nName: evil")


def test_a_document_model_needs_no_sentences(overfitted_documents: Path, overfitted: Path) -> None:
    assert pipeline(archive.load(overfitted_documents), "xx").pipe_names == ["jointre"]
    with pytest.raises(ConfigError, match="language='qq': spaCy has none of this code"):
        pipeline(archive.load(overfitted), "qq")
