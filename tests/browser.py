"""A real browser for tests of pages: Chromium without a window, driven by Selenium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def browser() -> Iterator[Any]:
    """A browser with an empty profile; the test is skipped if none is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs Chromium and its driver (Debian: chromium, chromium-driver)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--window-size=1200,900",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),  # which root may not use
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


class Page:
    """A page in a browser.

    Args:
        driver: The browser.
        path: File of the page.
        width: Width of the screen in pixels.
    """

    def __init__(self, driver: Any, path: Path, width: int = 1200) -> None:
        self.driver = driver
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 850, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        driver.get(path.absolute().as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """The value of ``return`` in a script."""
        return self.driver.execute_script(script, *arguments)

    def text(self, id: str) -> str:
        """The text of an element."""
        return str(self.run("return document.getElementById(arguments[0]).textContent", id))

    def choose(self, id: str, value: str) -> None:
        """Choose a value in a list, as a click of the user does."""
        self.run(
            "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('change'))",
            id,
            value,
        )

    def messages(self) -> list[str]:
        """What the browser has logged, such as errors of scripts."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]
