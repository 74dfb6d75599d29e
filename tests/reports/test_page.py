"""The page: what it contains, and how it behaves in a real browser."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.reports import ErrorReport, System
from jointre.reports.page import page
from jointre.reports.page_data import KINDS, TASKS
from jointre.reports.system import Predictions
from tests.browser import Page, browser
from tests.reports.planted import METRIC, gold_document, planted, planted_report, scored

VOID = {"meta", "input", "br"}


class Balanced(HTMLParser):
    """Checks that every element is closed in order; collects ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("other", [False, True])
def test_the_page_is_well_formed(other: bool) -> None:
    report = planted_report(1, other)
    text = page(report)
    parsed = Balanced(text)
    assert len(parsed.ids) == len(set(parsed.ids))
    for target in re.findall(r'href="#([^"]+)"', text):
        assert target in parsed.ids
    assert page(report) == text
    # Nothing is loaded, and no other script runs.
    assert "default-src 'none'" in text
    assert not re.findall(r'(?:src|href)="(?!#)', text)


def test_texts_cannot_end_the_script_or_add_markup() -> None:
    evil = "</script><img src=x onerror=alert(1)><!--"
    gold = Document(evil, (evil, "\u2028", "b"), entities=(Entity(evil, (Span(0, 1),)),))
    predicted = replace(gold, entities=())
    system = System.of(evil, Predictions([predicted]), [gold], METRIC)
    text = page(ErrorReport.of(evil, [gold], METRIC, [system], notes=[evil]))
    Balanced(text)
    assert "<img" not in text
    assert text.count("</script>") == 2
    embedded = text.split('id="data">')[1].split("</script>")[0]
    assert json.loads(embedded)["texts"][0][0] == evil


def test_clusters_have_a_description_of_their_own() -> None:
    gold = [replace(gold_document(0))]
    metric = JerexMetric(frozenset())
    system = System.of("s", Predictions([scored(gold[0])]), gold, metric)
    text = page(ErrorReport.of("d", gold, metric, [system]))
    assert "only some mentions are right" in text
    assert "the words only overlap" not in text


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of one system and of two."""
    folder = tmp_path_factory.mktemp("pages")
    for name, other in (("one.html", False), ("two.html", True)):
        (folder / name).write_text(page(planted_report(3, other)), encoding="utf-8")
    return folder


def count(shown: Page) -> tuple[int, int]:
    """Numbers of errors and of texts that the page says."""
    errors, texts = re.findall(r"[\d,]+", shown.text("count"))
    return int(errors.replace(",", "")), int(texts.replace(",", ""))


def test_filters_show_the_planted_errors(driver: Any, written: Path) -> None:
    shown = Page(driver, written / "one.html")
    _, _, counts = planted(3)
    total = sum(counts.values())
    assert count(shown) == (total, total)
    for task in TASKS:
        shown.choose("filter-task", str(TASKS.index(task)))
        of_task = sum(n for (t, _), n in counts.items() if t == task)
        assert count(shown) == (of_task, of_task)
        for (planted_task, kind), number in counts.items():
            if planted_task == task:
                shown.choose("filter-kind", str(KINDS.index(kind)))
                assert count(shown) == (number, number), kind
                cards = shown.run("return document.querySelectorAll('.card').length")
                assert cards == min(20, number)
        shown.choose("filter-kind", "-1")
    shown.run("document.getElementById('reset').click()")
    shown.choose("filter-gold", "Person")
    shown.choose("filter-predicted", "Place")
    assert count(shown)[0] == counts["entity", "type"]
    shown.run("document.getElementById('reset').click()")
    search = driver.find_element("id", "filter-search")
    search.send_keys("d1")
    time.sleep(0.4)
    named = {f"d{i}" for i in range(total) if f"d{i}".startswith("d1")}
    assert count(shown) == (len(named), len(named))
    assert shown.messages() == []


def test_numbers_of_the_tables_lead_to_their_texts(driver: Any, written: Path) -> None:
    shown = Page(driver, written / "one.html")
    _, _, counts = planted(3)
    clicked = Counter[tuple[str, str]]()
    buttons = driver.find_elements("css selector", "#errors button[data-kind]")
    for button in buttons:
        key = button.get_attribute("data-task"), button.get_attribute("data-kind")
        clicked[key] = int(button.text)
        button.click()
        assert count(shown)[0] == int(button.text)
    assert clicked == counts


def test_pages_of_texts(driver: Any, written: Path) -> None:
    shown = Page(driver, written / "one.html")
    total = count(shown)[1]
    seen: list[str] = []
    while True:
        seen += shown.run(
            "return [...document.querySelectorAll('.card h3')].map(e => e.textContent)"
        )
        following = driver.find_element("id", "next")
        if not following.is_enabled():
            break
        following.click()
    assert len(seen) == len(set(seen)) == total


def test_texts_are_drawn(driver: Any, written: Path) -> None:
    """Every entity has a line under its words, every relation an arc with its label."""
    shown = Page(driver, written / "one.html")
    first = "document.querySelector('.card .text')"
    assert shown.run(f"return {first}.querySelectorAll('svg rect').length") == 4
    labels = shown.run(f"return [...{first}.querySelectorAll('svg text')].map(e => e.textContent)")
    assert Counter(labels) == Counter(
        ["Person", "Organization", "Place", "Person", "works_for", "based_in"]
    )
    line, word = shown.run(
        f"const box = {first}; const r = box.querySelector('svg rect').getBoundingClientRect();"
        "const w = box.querySelector('.word').getBoundingClientRect();"
        "return [[r.left, r.top], [w.left, w.bottom]]"
    )
    assert line[0] == pytest.approx(word[0], abs=1)
    assert 0 <= line[1] - word[1] + 6 <= 12


def test_mentions_of_one_entity_have_its_number(driver: Any, tmp_path: Path) -> None:
    one = Entity("A", (Span(0, 1), Span(3, 4)))
    gold = Document("d", tuple("abcdef"), entities=(one, Entity("B", (Span(5, 6),))))
    metric = JerexMetric(frozenset())
    predicted = replace(gold, entities=gold.entities[:1])
    system = System.of("s", Predictions([predicted]), [gold], metric)
    path = tmp_path / "clusters.html"
    path.write_text(page(ErrorReport.of("d", [gold], metric, [system])), encoding="utf-8")
    shown = Page(driver, path)
    labels = shown.run(
        "return [...document.querySelector('.card .text').querySelectorAll('svg text')]"
        ".map(e => e.textContent)"
    )
    assert labels == ["A 1", "A 1", "B 2"]


def test_two_systems_side_by_side(driver: Any, written: Path) -> None:
    shown = Page(driver, written / "two.html")
    report = planted_report(3, other=True)
    changes = report.change_counts()
    assert changes is not None
    shown.choose("filter-change", "fixed")
    assert count(shown)[0] == sum(each["fixed"] for each in changes.values())
    names = shown.run(
        "return [...document.querySelector('.card').querySelectorAll('.name')]"
        ".map(e => e.textContent)"
    )
    assert names == ["annotated", "predicted by wrong", "predicted by right"]
    shown.choose("filter-change", "broken")
    assert count(shown) == (0, 0)
    shown.choose("filter-change", "")
    shown.choose("filter-system", "1")
    assert count(shown) == (0, 0)  # the second one makes no errors
    assert shown.messages() == []


def test_curves_follow_the_label(driver: Any, written: Path) -> None:
    shown = Page(driver, written / "one.html")
    assert "annotated; average precision" in shown.text("curve-numbers")
    shown.choose("curve-task", "relation")
    shown.choose("curve-label", "based_in")
    gold = len(planted(3)[0])
    assert shown.text("curve-numbers").startswith(f"{gold} annotated")
    assert shown.run("return document.querySelectorAll('#curves svg').length") == 2


def test_suspects_can_be_saved(driver: Any, written: Path, tmp_path: Path) -> None:
    shown = Page(driver, written / "one.html")
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    shown.run("document.getElementById('save-suspects').click()")
    path = tmp_path / "suspects.jsonl"
    for _ in range(100):
        if path.exists():
            break
        time.sleep(0.05)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == planted_report(3).to_dict()["suspects"]


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_nothing_overflows_on_a_phone(driver: Any, written: Path, name: str) -> None:
    shown = Page(driver, written / name, width=390)
    assert shown.run("return document.documentElement.scrollWidth") == 390
    outside = shown.run(
        "return [...document.querySelectorAll('body *')].filter(e => !e.closest('.wide, svg')"
        " && e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))"
    )
    assert outside == []


def test_a_large_page(driver: Any, tmp_path: Path) -> None:
    """Only some texts are drawn at once, and filters reach all of them."""
    gold = [gold_document(number) for number in range(5000)]
    predicted = [replace(scored(document), entities=(), relations=()) for document in gold]
    system = System.of("s", Predictions(predicted), gold, METRIC)
    path = tmp_path / "large.html"
    path.write_text(page(ErrorReport.of("d", gold, METRIC, [system])), encoding="utf-8")
    assert path.stat().st_size < 5000 * 600
    shown = Page(driver, path)
    assert count(shown) == (30_000, 5000)
    assert shown.run("return document.querySelectorAll('.card').length") == 20
