"""The pages of the ledger in a real browser: Debian's Chromium, driven by Selenium."""

import pytest

from approx_build.report.ledger import comparison_page, ledger_page
from tests.report.test_ledger import EVIL, comparison, ledger
from tests.report.test_page_in_browser import (  # noqa: F401
    browser,
    find,
    opened,
    pytestmark,
)

NAMES = "return [...document.querySelectorAll('tbody th')].map(each => each.innerText.trim())"
SIZES = "return [document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    for name, html in (
        ("index", ledger_page(ledger(EVIL))),
        ("comparison", comparison_page(comparison(EVIL))),
    ):
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["index", "comparison"])
@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_complains_of_nothing(browser, pages, name, width, scheme):  # noqa: F811
    opened(browser, pages / f"{name}.html", width, scheme)
    total, window = browser.execute_script(SIZES)
    assert total <= window
    assert browser.get_log("browser") == []


def test_the_table_sorts_by_a_click_on_a_head_and_back(browser, pages):  # noqa: F811
    opened(browser, pages / "index.html")
    head = find(browser, "thead th:first-child")
    head.find_element("css selector", "button").click()
    assert browser.execute_script(NAMES) == ["a-00000000", "b-00000000"]
    assert head.get_attribute("aria-sort") == "ascending"
    head.find_element("css selector", "button").click()
    assert browser.execute_script(NAMES) == ["b-00000000", "a-00000000"]
    assert head.get_attribute("aria-sort") == "descending"


def test_a_curve_can_be_put_away(browser, pages):  # noqa: F811
    opened(browser, pages / "index.html")
    path = find(browser, 'path[data-run="1"]')
    assert path.is_displayed()
    find(browser, 'label[data-run="1"] input').click()
    assert not path.is_displayed()
    assert find(browser, 'path[data-run="0"]').is_displayed()
