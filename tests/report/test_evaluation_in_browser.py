"""The page of a model in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from approx_build.report.page import evaluation_page
from tests.report.evaluations import report
from tests.report.sample import HOSTILE
from tests.report.test_page_in_browser import (
    browser,  # noqa: F401 - a fixture
    find,
    opened,
    pytestmark,  # noqa: F401 - its marks
    requested,
    until,
)


def written(folder: Path, text: str = "calm") -> Path:
    path = folder / "index.html"
    path.write_text(evaluation_page(report(folder, text)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return written(tmp_path_factory.mktemp("calm"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1400])
def test_nothing_is_wider_than_the_window(browser, calm, width, scheme):  # noqa: F811
    opened(browser, calm, width, scheme)
    assert browser.execute_script("return document.documentElement.scrollWidth") == width


def test_a_click_anywhere_on_a_picture_plays_it_and_only_it(browser, calm):  # noqa: F811
    opened(browser, calm)
    buttons = browser.find_elements("css selector", ".grid .listen")
    pictures = browser.find_elements("css selector", ".grid .shot img")
    assert len(buttons) == len(pictures) == 8
    assert [b.size for b in buttons] == [p.size for p in pictures]
    script = "return [...document.querySelectorAll('.grid audio')].map(a => !a.paused)"
    for place in (0, 7):
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", buttons[place])
        buttons[place].click()
        until(browser, f"return document.querySelectorAll('.grid audio')[{place}].currentTime > 0")
        assert sum(browser.execute_script(script)) <= 1


def test_the_console_stays_empty_and_the_network_untouched(browser, calm):  # noqa: F811
    opened(browser, calm)
    find(browser, ".pair .listen").click()
    until(browser, "return document.querySelector('.pair audio').currentTime > 0")
    assert browser.get_log("browser") == []
    assert all(url.startswith(("file:", "data:")) for url in requested(browser))


def test_hostile_text_does_not_run(browser, tmp_path):  # noqa: F811
    opened(browser, written(tmp_path, HOSTILE), 380)
    assert browser.execute_script("return window.hacked") is None
    assert browser.execute_script("return document.documentElement.scrollWidth") == 380
    assert browser.execute_script("return document.scripts.length") == 1
