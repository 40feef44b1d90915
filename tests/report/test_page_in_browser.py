"""The page in a real browser: Debian's Chromium, driven by Selenium."""

import json
import shutil
from pathlib import Path

import pytest

from approx_build.report.page import page
from tests.report.sample import HOSTILE, report

webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver"),
]
CLOCK = "return document.querySelector('#m1 .now').textContent"
POSITION = "return Number(document.querySelector('#m1 .plate').getAttribute('aria-valuenow'))"


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--mute-audio",
    ):
        options.add_argument(argument)
    service = webdriver.chrome.service.Service(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


def written(folder, text="calm"):
    path = folder / "index.html"
    path.write_text(page(report(folder, text)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return written(tmp_path_factory.mktemp("calm"))


def opened(browser, path: Path, width=1400, scheme="light"):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        # Without it a click may come while the page still scrolls smoothly.
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    return browser


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def press(browser, place):
    """Click an element where nothing can cover it; the player is at the lower edge."""
    element = find(browser, place) if isinstance(place, str) else place
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def until(browser, script, timeout_s=60):
    return WebDriverWait(browser, timeout_s, 0.05).until(lambda _: browser.execute_script(script))


def requested(browser):
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [each for each in messages if each["method"] == "Network.requestWillBeSent"]
    return [each["params"]["request"]["url"] for each in sent]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1400])
def test_nothing_is_wider_than_the_window(browser, calm, width, scheme):
    opened(browser, calm, width, scheme)
    wide = "return document.documentElement.scrollWidth"
    assert browser.execute_script(wide) == width
    browser.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
    assert browser.execute_script(wide) == width


SMALL = """
const names = "button, select, summary, input:not([type=checkbox]), [role=slider], .file, nav a";
const seen = [...document.querySelectorAll(names)].filter((one) => one.checkVisibility());
return seen.map((one) => [one.className || one.tagName, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.9);
"""


def test_a_thumb_finds_every_control(browser, calm):
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        opened(browser, calm, 380)
        press(browser, browser.find_elements(By.CSS_SELECTOR, "#m1 .event")[0])
        browser.execute_script(
            "for (const d of document.querySelectorAll('details')) d.open = true"
        )
        until(browser, "return document.querySelector('#m1 .list .link')")
        assert browser.execute_script(SMALL) == []
        assert browser.execute_script("return document.documentElement.scrollWidth") == 380
    finally:
        browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_light_and_dark_follow_the_readers_choice(browser, calm):
    colour = "return getComputedStyle(document.body).backgroundColor"
    grounds = [
        opened(browser, calm, scheme=scheme).execute_script(colour) for scheme in ("light", "dark")
    ]
    lightness = [sum(map(int, ground[4:-1].split(","))) for ground in grounds]
    assert lightness[0] > 700
    assert lightness[1] < 100


def test_the_console_stays_empty_and_the_network_untouched(browser, calm):
    opened(browser, calm)
    press(browser, "#m1 .deck .play")
    until(browser, "return desk.seconds > 0.1")
    assert browser.get_log("browser") == []
    urls = requested(browser)
    assert any(url.endswith("index.html") for url in urls)
    assert sum("/streams/1-movement/" in url for url in urls) == 3
    assert all(url.startswith(("file:", "data:")) for url in urls)


def test_hostile_text_does_not_run(browser, tmp_path):
    opened(browser, written(tmp_path, HOSTILE), 380)
    assert browser.execute_script("return window.hacked") is None
    assert browser.execute_script("return document.documentElement.scrollWidth") == 380
    assert browser.execute_script("return document.scripts.length") == 1
    assert HOSTILE in find(browser, "h1").text
    press(browser, "#m1 .stem .mute")
    press(browser, "#m1 .event")
    press(browser, "#m1 .stem .file")
    assert browser.execute_script("return window.hacked") is None
    assert all(url.startswith(("file:", "data:")) for url in requested(browser))


def test_a_cue_starts_the_movement_at_its_moment(browser, calm):
    opened(browser, calm)
    cues = browser.find_elements(By.CSS_SELECTOR, "#m1 .cue")
    press(browser, cues[1])
    until(browser, "return desk.seconds > 12.6")
    assert 12.5 <= browser.execute_script("return desk.seconds") < 16
    assert browser.execute_script(CLOCK).startswith("0:1")
    left = browser.execute_script("return document.querySelector('#m1 .playhead').style.left")
    assert 62 < float(left.rstrip("%")) < 80
    assert find(browser, "#m1 .deck .play").get_attribute("aria-pressed") == "true"
    press(browser, cues[0])
    until(browser, "return desk.seconds < 9")


def test_the_piece_has_one_timeline(browser, calm):
    """Two movements of 20 s with a gap of 2 s: one plays after the other."""
    opened(browser, calm)
    assert browser.execute_script("return desk.length") == 42
    press(browser, "#m2 .deck .play")
    until(browser, "return desk.seconds > 22.1")
    assert find(browser, "#m1 .deck .play").get_attribute("aria-pressed") == "false"
    browser.execute_script("desk.play(19.8)")
    until(browser, "return desk.seconds > 20.2")
    assert find(browser, "#m1 .deck .play").get_attribute("aria-pressed") == "false"
    assert find(browser, ".transport .play").get_attribute("aria-pressed") == "true"
    browser.execute_script("desk.play(41.8)")
    until(browser, "return !desk.isPlaying")
    assert browser.execute_script("return desk.seconds") == 42


def test_a_click_on_the_spectrogram_seeks(browser, calm):
    opened(browser, calm)
    plate = find(browser, "#m1 .plate")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", plate)
    webdriver.ActionChains(browser).move_to_element(plate).click().perform()
    assert browser.execute_script(POSITION) == pytest.approx(10, abs=0.1)
    assert browser.execute_script(CLOCK).startswith("0:10")


def test_the_keyboard_does_everything(browser, calm):
    opened(browser, calm)
    plate = find(browser, "#m1 .plate")
    for keys, position in (
        ([Keys.ARROW_RIGHT], 5),
        ([Keys.ARROW_RIGHT], 10),
        ([Keys.SHIFT, Keys.ARROW_LEFT], 9),
        (["."], 10),
        ([Keys.END], 20),
        ([Keys.HOME], 0),
        ([Keys.PAGE_UP], 20),
        ([","], 19),
    ):
        plate.send_keys(*keys)
        assert browser.execute_script(POSITION) == position
    plate.send_keys(Keys.HOME, "[", *[Keys.ARROW_RIGHT] * 2, "]")
    assert browser.execute_script("return desk.loop") == [0, 10]
    plate.send_keys("1", "+", "+")
    assert find(browser, "#m1 .mute").get_attribute("aria-pressed") == "true"
    assert browser.execute_script("return desk.views[0].zoom") == 4
    assert find(browser, "#m1 .zoom-text").text == "4×"
    wide, window = browser.execute_script(
        "const s = document.querySelector('#m1 .scroller'); return [s.scrollWidth, s.clientWidth]"
    )
    assert wide == 4 * window
    assert browser.execute_script("return document.documentElement.scrollWidth") == 1400
    plate.send_keys("r", "0", "\\", "n")
    assert browser.execute_script("return [desk.loop, desk.views[0].zoom, desk.seconds]") == [
        None,
        1,
        22,
    ]
    plate.send_keys(" ")
    until(browser, "return desk.seconds > 22.2")
    plate.send_keys(" ")
    assert not browser.execute_script("return desk.isPlaying")
    press(browser, ".keys summary")
    press(browser, ".keys-on")
    plate.send_keys("p")
    assert browser.execute_script("return desk.seconds") > 22


def test_an_event_tells_everything_about_itself_and_plays_from_its_onset(browser, calm):
    opened(browser, calm)
    press(browser, browser.find_elements(By.CSS_SELECTOR, "#m1 .event")[1])
    assert find(browser, "#m1 .told").text.startswith("hold at 0:04 for 0:15.5 · from haze clip 3")
    until(browser, "return desk.seconds > 4.1")
    told = find(browser, "#m1 .detail").text
    for words in (
        "0:04.0 to 0:19.5",
        "rate_hz\n6",
        "gain_db\n−3",
        "from\nhaze clip 3",
        "seed\n11",
        "in the score\npieces/a.yaml:7:9",
        "consent: accordion calm",
        "- { at: 4, hold: calm }",
    ):
        assert words in told
    loop, copy, close = browser.find_elements(By.CSS_SELECTOR, "#m1 .detail button")[1:]
    press(browser, loop)
    assert browser.execute_script("return desk.loop") == [4, 19.5]
    press(browser, copy)
    until(browser, "return document.querySelector('#m1 .detail [role=status]').textContent")
    press(browser, close)
    assert not find(browser, "#m1 .detail").is_displayed()


def test_a_list_of_events_names_them_all(browser, calm):
    opened(browser, calm)
    press(browser, "#m1 details.sources summary")
    rows = until(browser, "return document.querySelectorAll('#m1 .list tbody tr[aria-rowindex]')")
    assert [row.text.split(" ")[0] for row in rows] == ["0:00.5", "0:04.0"]
    press(browser, "#m1 .list .link")
    assert find(browser, "#m1 .detail h3").text.lower().startswith("salad opening")


def test_a_note_is_written_at_the_position_and_kept_by_the_browser(browser, calm):
    opened(browser, calm)
    notes = browser.find_elements(By.CSS_SELECTOR, ".kept li")
    assert [note.text for note in notes] == ["i. 0:03.5\ncalm", "ii. 0:01.0\nsofter"]
    assert len(browser.find_elements(By.CSS_SELECTOR, "#m1 .note-line")) == 1
    assert not find(browser, ".unsaved").is_displayed()
    browser.execute_script("desk.seek(25.5)")
    find(browser, "body").send_keys("t")
    browser.switch_to.active_element.send_keys('too "loud" here')
    assert find(browser, ".add .moment").text == "ii. 0:03.5"
    press(browser, ".add button")
    opened(browser, calm)
    assert find(browser, ".unsaved pre").text.splitlines()[1:] == [
        '  - { movement: "1-movement", at: 3.5, text: "calm" }',
        '  - { movement: "2-movement", at: 1, text: "softer" }',
        '  - { movement: "2-movement", at: 3.5, text: "too \\"loud\\" here" }',
    ]
    assert "pieces/calm.notes.yaml" in find(browser, ".unsaved").text
    assert find(browser, ".download").get_attribute("download") == "calm.notes.yaml"
    press(browser, ".kept .small")
    assert not find(browser, ".unsaved").is_displayed()


def test_a_take_plays_and_stops(browser, calm):
    opened(browser, calm)
    button = find(browser, ".listen")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    until(browser, "return document.querySelector('.shot audio').currentTime > 0.05")
    until(browser, "return document.querySelector('.shot audio').ended")
    assert button.get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(("width", "rows"), [(1400, 1), (380, 2)])
def test_stages_from_noise_to_sound_are_in_a_row_that_wraps(browser, calm, width, rows):
    opened(browser, calm, width)
    pictures = browser.find_elements(By.CSS_SELECTOR, ".stages img")
    assert len(pictures) == 3
    assert len({picture.rect["y"] for picture in pictures}) == rows
    assert all(picture.rect["x"] + picture.rect["width"] <= width for picture in pictures)
    loaded = (
        "return [...document.querySelectorAll('.stages img')].every(i => i.naturalWidth === 40)"
    )
    until(browser, loaded)


def test_a_missing_sheet_is_named_and_the_files_can_still_be_played(browser, tmp_path):
    path = written(tmp_path)
    (tmp_path / "streams/1-movement/stems/fog/0000.css").unlink()
    opened(browser, path)
    press(browser, "#m1 .deck .play")
    until(browser, "return !document.querySelector('.trouble').hidden")
    words = "streams/1-movement/stems/fog/0000.css cannot be read."
    assert find(browser, ".trouble").text.startswith(words)
    assert find(browser, "#m1 .deck audio").is_displayed()
    assert not browser.execute_script("return desk.isPlaying")


def test_every_control_has_a_name(browser, calm):
    opened(browser, calm)
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = ("button", "slider", "combobox", "checkbox", "textbox", "link", "region", "image")
    nodes = [node for node in tree if node.get("role", {}).get("value") in roles]
    assert len(nodes) > 20
    assert [node for node in nodes if not node.get("name", {}).get("value", "").strip()] == []
